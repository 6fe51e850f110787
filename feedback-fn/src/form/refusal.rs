//! Why something is not accepted: the codes that the contract's error page knows.

/// The kinds of refusal, as `error.code` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The suggestion is blank.
    MissingText,
    /// A field is longer than its limit.
    TooLong,
    /// The address cannot be one.
    InvalidEmail,
    /// Nothing in the contract has this id.
    UnknownTarget,
    /// There is no round yet.
    RoundNotOpen,
    /// The round is over.
    RoundClosed,
    /// The token was not made here, or for another content.
    InvalidToken,
    /// The token is too old.
    ExpiredToken,
    /// Too many requests from one network.
    TooManyRequests,
    /// The store has no room.
    StorageFull,
    /// The store cannot be reached, or does not answer in time.
    StoreAway,
    /// Not a request that our forms send.
    BadRequest,
    /// No such page.
    NotFound,
    /// The page exists, but not for this method.
    MethodNotAllowed,
    /// More bytes than any form of ours can have.
    TooLarge,
    /// Our own failure; the log has the cause.
    Internal,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 16] = [
        Code::MissingText,
        Code::TooLong,
        Code::InvalidEmail,
        Code::UnknownTarget,
        Code::RoundNotOpen,
        Code::RoundClosed,
        Code::InvalidToken,
        Code::ExpiredToken,
        Code::TooManyRequests,
        Code::StorageFull,
        Code::StoreAway,
        Code::BadRequest,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::TooLarge,
        Code::Internal,
    ];

    /// The name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::MissingText => "missing-text",
            Code::TooLong => "too-long",
            Code::InvalidEmail => "invalid-email",
            Code::UnknownTarget => "unknown-target",
            Code::RoundNotOpen => "round-not-open",
            Code::RoundClosed => "round-closed",
            Code::InvalidToken => "invalid-token",
            Code::ExpiredToken => "expired-token",
            Code::TooManyRequests => "too-many-requests",
            Code::StorageFull => "storage-full",
            Code::StoreAway => "store-away",
            Code::BadRequest => "bad-request",
            Code::NotFound => "not-found",
            Code::MethodNotAllowed => "method-not-allowed",
            Code::TooLarge => "too-large",
            Code::Internal => "internal",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(self) -> u16 {
        match self {
            Code::MissingText | Code::TooLong | Code::InvalidEmail => 422,
            Code::UnknownTarget | Code::NotFound => 404,
            Code::RoundNotOpen | Code::RoundClosed | Code::InvalidToken | Code::ExpiredToken => 409,
            Code::TooManyRequests => 429,
            Code::StorageFull | Code::StoreAway => 503,
            Code::BadRequest => 400,
            Code::MethodNotAllowed => 405,
            Code::TooLarge => 413,
            Code::Internal => 500,
        }
    }

    /// Whether the same form may be accepted later, as it is.
    pub fn passes(self) -> bool {
        matches!(self, Code::TooManyRequests | Code::StorageFull | Code::StoreAway | Code::Internal)
    }

    /// One sentence for programs (the JSON answer). Residents read the words of the template.
    pub fn message(self) -> &'static str {
        match self {
            Code::MissingText => "the suggestion is blank",
            Code::TooLong => "the text of a field is longer than its limit",
            Code::InvalidEmail => "the mail address cannot be one",
            Code::UnknownTarget => "nothing that can be commented on has this id",
            Code::RoundNotOpen => "the round is not open yet",
            Code::RoundClosed => "the round is closed",
            Code::InvalidToken => "the token does not belong to this content; ask `check` for a new one",
            Code::ExpiredToken => "the token is too old; ask `check` for a new one",
            Code::TooManyRequests => "too many requests from this network; come again later",
            Code::StorageFull => "there is no room at the moment; come again later",
            Code::StoreAway => "the store does not answer at the moment; come again later",
            Code::BadRequest => "the request is not one of these forms",
            Code::NotFound => "there is no such page",
            Code::MethodNotAllowed => "the page does not answer to this method",
            Code::TooLarge => "the request is larger than any of these forms can be",
            Code::Internal => "something failed here; nothing was stored",
        }
    }
}

/// A refusal with what a page says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Which kind.
    pub code: Code,
    /// The field at fault.
    pub field: Option<&'static str>,
    /// The limit of that field, in characters.
    pub limit: Option<usize>,
    /// Seconds after which it may work.
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal that is about a field.
    pub fn of_field(code: Code, field: &'static str) -> Refusal {
        Refusal { field: Some(field), ..Refusal::from(code) }
    }

    /// A field that is longer than `limit` characters.
    pub fn too_long(field: &'static str, limit: usize) -> Refusal {
        Refusal { limit: Some(limit), ..Refusal::of_field(Code::TooLong, field) }
    }

    /// A refusal that passes.
    pub fn for_now(code: Code, seconds: u64) -> Refusal {
        Refusal { retry_after: Some(seconds), ..Refusal::from(code) }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Refusal {
        Refusal { code, field: None, limit: None, retry_after: None }
    }
}
