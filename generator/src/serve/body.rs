//! What an answer holds: bytes that are at hand, or a part of a file that is read while it is sent, so
//! that a film does not have to fit into memory.

use std::convert::Infallible;
use std::io;
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

/// The body of an answer.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// How much of a file is read at once.
const CHUNK: u64 = 64 * 1024;

/// Bytes that are at hand.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    boxed(Full::new(bytes.into()))
}

/// The same for an answer that was made elsewhere.
pub fn boxed(body: Full<Bytes>) -> Body {
    body.map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A part of a file. A file that became shorter meanwhile breaks the connection off, so that nobody
/// takes the part for the whole.
///
/// # Errors
/// Where the file cannot be read.
pub async fn part(mut file: File, range: Range<u64>) -> io::Result<Body> {
    file.seek(SeekFrom::Start(range.start)).await?;
    let left = range.end.saturating_sub(range.start);
    Ok(StreamBody::new(stream::unfold((file, left), chunk)).boxed_unsync())
}

type Chunk = io::Result<Frame<Bytes>>;

async fn chunk((mut file, left): (File, u64)) -> Option<(Chunk, (File, u64))> {
    if left == 0 {
        return None;
    }
    let mut bytes = vec![0; left.min(CHUNK) as usize];
    match file.read(&mut bytes).await {
        Ok(0) => Some((Err(io::ErrorKind::UnexpectedEof.into()), (file, 0))),
        Ok(count) => {
            bytes.truncate(count);
            Some((Ok(Frame::data(bytes.into())), (file, left - count as u64)))
        }
        Err(error) => Some((Err(error), (file, 0))),
    }
}
