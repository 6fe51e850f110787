//! Reading a form's body within a size and a time. hyper bounds neither.

use crate::contract::Limits;
use crate::form::Code;
use http_body_util::BodyExt;
use hyper::body::{Body, Buf};
use std::pin::pin;
use std::time::Duration;
use tokio::time::sleep;

/// For the whole body. A mobile phone on a bad line sends our largest form in this time.
const DEADLINE: Duration = Duration::from_secs(10);
/// After so long a body must have come at [`LOWEST_RATE`]; a lost packet is sent again before.
const GRACE: Duration = Duration::from_secs(5);
/// Bytes a second. What is slower comes from nobody's telephone, and holds a connection.
const LOWEST_RATE: usize = 500;
/// Bytes of most forms.
const USUAL: usize = 8 * 1024;
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
    // What was announced is not trusted beyond what most forms need.
    let room = usize::try_from(length).unwrap_or(limit).min(USUAL);
    tokio::time::timeout(DEADLINE, collect(body, room, limit)).await.unwrap_or(Err(Code::BadRequest))
}

async fn collect<B: Body>(body: B, room: usize, limit: usize) -> Result<Vec<u8>, Code> {
    let mut body = pin!(body);
    let mut bytes = Vec::with_capacity(room);
    let mut total = 0_usize;
    let slow = sleep(GRACE);
    let mut slow = pin!(slow);
    let mut judged = false;
    loop {
        let frame = tokio::select! {
            biased;
            frame = body.frame() => frame,
            () = &mut slow, if !judged => {
                judged = true;
                if total < LOWEST_RATE * GRACE.as_secs() as usize {
                    return Err(Code::BadRequest);
                }
                continue;
            }
        };
        let Some(frame) = frame else { break };
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
    use std::task::{Context, Poll, ready};
    use tokio::time::{Instant, Interval, interval};

    /// Gives `bytes` every half second, so many times; then it ends, or never does.
    struct Trickle {
        bytes: usize,
        left: usize,
        ends: bool,
        tick: Interval,
    }

    fn trickle(bytes: usize, times: usize) -> Trickle {
        Trickle { bytes, left: times, ends: false, tick: interval(Duration::from_millis(500)) }
    }

    impl Body for Trickle {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            ready!(self.tick.poll_tick(cx));
            let Some(left) = self.left.checked_sub(1) else {
                return if self.ends { Poll::Ready(None) } else { Poll::Pending };
            };
            self.left = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'a'; self.bytes])))))
        }
    }

    async fn check(body: Trickle, ends: Duration) {
        let start = Instant::now();
        let read = read(body, 10_000, 10_000).await;
        assert_eq!((read, start.elapsed()), (Err(Code::BadRequest), ends));
    }

    #[tokio::test(start_paused = true)]
    async fn body_that_never_ends_is_given_up() {
        check(trickle(0, 0), GRACE).await;
        check(trickle(1, 100), GRACE).await;
        check(trickle(200, 100), GRACE).await;
        check(trickle(300, 100), DEADLINE).await;
        check(trickle(3000, 1), DEADLINE).await;
    }

    #[tokio::test(start_paused = true)]
    async fn slow_body_that_keeps_the_rate_is_read_to_its_end() {
        let mut body = trickle(300, 19);
        body.ends = true;
        assert_eq!(read(body, 5700, 10_000).await, Ok(vec![b'a'; 5700]));
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
