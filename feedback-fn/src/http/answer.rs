//! Building answers: the same security headers on each, pages or JSON.

use crate::form::{Form, Refusal};
use crate::pages::{Published, bare_error_page};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    LOCATION, REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::json;

/// An answer, all of it in memory.
pub type Answer = Response<Full<Bytes>>;

/// On every answer. No-store: the check page holds what a resident wrote, and its token counts once.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (CACHE_CONTROL, "no-store"),
    (VARY, "accept"),
];

/// What the client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A person with a browser.
    Html,
    /// A program.
    Json,
}

impl Format {
    /// JSON only for who asks for it and not for HTML: browsers ask for HTML.
    pub(super) fn of(headers: &HeaderMap) -> Format {
        let accepts = |kind: &str| {
            headers.get_all(ACCEPT).iter().any(|value| value.to_str().is_ok_and(|value| value.contains(kind)))
        };
        match accepts("application/json") && !accepts("text/html") {
            true => Format::Json,
            false => Format::Html,
        }
    }
}

/// A page.
pub(crate) fn html(status: StatusCode, page: String) -> Answer {
    plain(status, "text/html; charset=utf-8", page)
}

/// Data for a program.
pub(crate) fn json(status: StatusCode, data: &serde_json::Value) -> Answer {
    plain(status, "application/json", data.to_string())
}

/// Plain text.
pub(crate) fn text(status: StatusCode, text: String) -> Answer {
    plain(status, "text/plain; charset=utf-8", text)
}

/// Sends the browser on with GET, so that reloading the receipt sends nothing again.
pub(super) fn see_other(location: &str) -> Answer {
    let mut answer = text(StatusCode::SEE_OTHER, String::new());
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

/// What went wrong, with the resident's text.
pub(super) fn refusal(published: &Published, format: Format, form: &Form, refusal: &Refusal) -> Answer {
    let code = refusal.code;
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = match format {
        Format::Json => json(
            status,
            &json!({ "error": {
                "code": code.as_str(),
                "field": refusal.field,
                "limit": refusal.limit,
                "retry_after": refusal.retry_after,
                "message": code.message(),
            } }),
        ),
        Format::Html => html(status, error_page(published, form, refusal)),
    };
    if let Some(seconds) = refusal.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    // What is left of a request that was not read to its end must not be taken for the next one, and who
    // makes mistakes on purpose begins anew each time.
    closing(answer)
}

/// The last answer of its connection, which says so.
pub(crate) fn closing(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Tells the browser to come over TLS for the next year. Only for answers that go over TLS (RFC 6797 §7.2);
/// nothing is said of subdomains, which are not ours.
pub(super) fn only_over_tls(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    answer
}

/// Of the second page, as for a token that is too old: what was sent conflicts with what we need to see.
pub(super) const SEND_AGAIN: StatusCode = StatusCode::CONFLICT;

/// Asks a program to send the same once more, with the new token.
pub(super) fn send_again(token: &str) -> Answer {
    let data = json!({
        "error": {
            "code": "send-again",
            "field": null,
            "limit": null,
            "retry_after": null,
            "message": "nothing is stored yet; send the same content once more, with this token",
        },
        "token": token,
    });
    json(SEND_AGAIN, &data)
}

/// Says which methods a page answers to.
pub(super) fn allow(mut answer: Answer, methods: &'static str) -> Answer {
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    answer
}

fn error_page(published: &Published, form: &Form, refusal: &Refusal) -> String {
    published.error_page(form, refusal).unwrap_or_else(|_| {
        // The cause may quote what was rendered; it rendered when the contract was loaded.
        tracing::error!(event = "page.failed", page = "error.html");
        bare_error_page(form, refusal.code.status())
    })
}

fn plain(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    // With those that hyper and others add.
    headers.reserve(2 * HEADERS.len());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
