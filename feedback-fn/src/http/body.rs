//! Reading a form's body within a size and a time. hyper bounds neither.

use crate::contract::Limits;
use crate::form::Code;
use http_body_util::BodyExt;
use hyper::body::{Body, Buf};
use std::pin::pin;
use std::time::Duration;

/// For the whole body. A mobile phone on a bad line sends our largest form in this time.
const DEADLINE: Duration = Duration::from_secs(10);
const SMALLEST_LIMIT: usize = 128 * 1024;
/// A letter outside ASCII takes up to four bytes, each three characters long (`%F0%9F%8C%B3`).
const LONGEST_LETTER: usize = 12;
const REST_OF_FORM: usize = 8 * 1024;
/// So much more is read and thrown away, because a browser that is still sending does not read the answer.
const DRAINED: usize = 4;

/// Bytes that the longest acceptable form can have: whoever stays within the limits in characters is
/// never refused for bytes.
pub(super) fn limit(limits: &Limits) -> usize {
    let letters = [limits.suggestion, limits.rewording, limits.name, limits.email]
        .iter()
        .fold(0_usize, |sum, limit| sum.saturating_add(*limit));
    letters.saturating_mul(LONGEST_LETTER).saturating_add(REST_OF_FORM).max(SMALLEST_LIMIT)
}

/// Reads a body of at most `limit` bytes; `length` is what the request announced.
pub(super) async fn read<B: Body>(body: B, length: u64, limit: usize) -> Result<Vec<u8>, Code> {
    if length > (limit as u64).saturating_mul(DRAINED as u64) {
        return Err(Code::TooLarge);
    }
    tokio::time::timeout(DEADLINE, collect(body, limit)).await.unwrap_or(Err(Code::BadRequest))
}

async fn collect<B: Body>(body: B, limit: usize) -> Result<Vec<u8>, Code> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    let mut total = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(|_| Code::BadRequest)?.into_data() else { continue };
        total = total.saturating_add(data.remaining());
        if total > limit {
            bytes = Vec::new();
            continue;
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            let read = chunk.len();
            bytes.extend_from_slice(chunk);
            data.advance(read);
        }
    }
    if total > limit { Err(Code::TooLarge) } else { Ok(bytes) }
}
