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

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http_body_util::Full;
    use hyper::body::Frame;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    struct Stalled;

    impl Body for Stalled {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn body_that_never_ends_is_given_up() {
        let start = tokio::time::Instant::now();
        let read = read(Stalled, 10, 100).await;
        assert_eq!((read, start.elapsed()), (Err(Code::BadRequest), DEADLINE));
    }

    #[tokio::test]
    async fn limit_counts_bytes_that_came_and_not_those_announced() {
        for (bytes, expected) in [(100, Ok(vec![b'a'; 100])), (101, Err(Code::TooLarge))] {
            let body = Full::new(Bytes::from(vec![b'a'; bytes]));
            assert_eq!(read(body, 1, 100).await, expected, "{bytes} bytes");
        }
        assert_eq!(read(Full::new(Bytes::new()), 401, 100).await, Err(Code::TooLarge));
    }

    #[test]
    fn whoever_stays_within_the_letters_stays_within_the_bytes() {
        let limits = Limits { suggestion: 10_000, rewording: 20_000, name: 200, email: 254 };
        let trees = |count| "%F0%9F%8C%B3".repeat(count);
        let longest = format!(
            "target=6.1.1&round=1&digest={}&publish=yes&website=&token={}&suggestion={}&rewording={}&name={}&email={}",
            "0".repeat(64),
            "0".repeat(116),
            trees(limits.suggestion),
            trees(limits.rewording),
            trees(limits.name),
            trees(limits.email)
        );
        assert!(longest.len() <= limit(&limits));
    }
}
