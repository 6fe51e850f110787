//! Refuses requests that another program on the way could read differently (request smuggling).
//!
//! hyper takes `Transfer-Encoding` beside `Content-Length`, no or two hosts and an absolute target;
//! RFC 9112 §3.2 and §6 let us refuse them, and browsers send none of these for forms. What hyper has made
//! into one or left out before we see the request, `framing` saw.

use super::framing::Framing;
use crate::form::Code;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use hyper::{HeaderMap, Request};

/// Refuses ambiguous framing, for every request.
pub(crate) fn check_framing<B>(request: &Request<B>) -> Result<(), Code> {
    let headers = request.headers();
    // Without a word about the framing the request did not come over a wire of ours.
    let ambiguous = request.extensions().get::<Framing>() == Some(&Framing::Ambiguous)
        || headers.contains_key(TRANSFER_ENCODING)
        || headers.get_all(HOST).iter().count() != 1
        || request.uri().scheme().is_some();
    if ambiguous { Err(Code::BadRequest) } else { Ok(()) }
}

/// What a form's request must have: a length and the forms' content type.
pub(super) fn check_form(headers: &HeaderMap) -> Result<u64, Code> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match length {
        Some(length) if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Ok(length),
        _ => Err(Code::BadRequest),
    }
}
