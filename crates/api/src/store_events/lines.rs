//! Cuts a body into lines while it comes, with bounded memory: a line that is too long is skipped to its end.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::decode::Decoder;

/// Longest event.
pub(super) const LONGEST_LINE: usize = 256 * 1024;
/// Bytes of lines that are decided together.
const MOST_IN_A_BATCH: usize = 512 * 1024;
const MOST_LINES_IN_A_BATCH: usize = 2000;
const LONGEST_SILENCE: Duration = Duration::from_mins(1);
const LONGEST_REQUEST: Duration = Duration::from_mins(15);
const LARGEST_REQUEST: u64 = 1024 * 1024 * 1024;

const DAMAGED: Next = Next::Broken("The compressed body is damaged, or ends too soon");

/// One event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At least one line, up to half a megabyte or what is there.
    Lines(Vec<Line>),
    /// The producer has finished.
    End,
    /// Too long, too much or too quiet.
    Limit,
    /// The connection broke, or the packing is damaged: what came before is good. The sentence says which.
    Broken(&'static str),
}

/// Reads lines from a body.
pub(super) struct Lines {
    body: BodyDataStream,
    /// What came and is not unpacked yet.
    packed: Bytes,
    decoder: Decoder,
    cutter: Cutter,
    until: Instant,
    quiet_until: Instant,
    bytes: u64,
    ended: Option<Next>,
}

impl Lines {
    pub fn of(body: Body, decoder: Decoder, one_event: bool) -> Self {
        Self {
            body: body.into_data_stream(),
            packed: Bytes::new(),
            decoder,
            cutter: Cutter { one_event, ..Cutter::default() },
            until: Instant::now() + LONGEST_REQUEST,
            quiet_until: Instant::now() + LONGEST_SILENCE,
            bytes: 0,
            ended: None,
        }
    }

    /// Waits for at least one line.
    pub async fn next(&mut self) -> Next {
        loop {
            if self.cutter.is_full() {
                return Next::Lines(self.cutter.take());
            }
            if let Some(ended) = self.ended.take() {
                return self.last_words(ended);
            }
            if !self.packed.is_empty() || self.decoder.holds_more() {
                self.unpack();
                continue;
            }
            let silence = self.until.min(self.quiet_until);
            // What is there is taken without waiting; only for a first line the body is waited for.
            let frame = if self.cutter.lines.is_empty() {
                let waited = tokio::time::timeout_at(silence, self.body.next()).await;
                let Ok(frame) = waited else {
                    self.ended = Some(Next::Limit);
                    continue;
                };
                frame
            } else {
                match self.body.next().now_or_never() {
                    Some(frame) => frame,
                    None => return Next::Lines(self.cutter.take()),
                }
            };
            self.take_frame(frame);
        }
    }

    fn take_frame(&mut self, frame: Option<Result<Bytes, axum::Error>>) {
        self.quiet_until = Instant::now() + LONGEST_SILENCE;
        match frame {
            Some(Ok(packed)) => self.packed = packed,
            Some(Err(_)) => self.ended = Some(Next::Broken("The body broke off")),
            None => {
                let cutter = &mut self.cutter;
                let finished = self.decoder.finish(|piece| cutter.push(piece));
                if finished.is_ok() {
                    cutter.finish();
                }
                self.ended = Some(finished.map_or(DAMAGED, |()| Next::End));
            }
        }
        if self.ended.is_none() && Instant::now() >= self.until {
            self.ended = Some(Next::Limit);
        }
    }

    fn unpack(&mut self) {
        let (cutter, bytes) = (&mut self.cutter, &mut self.bytes);
        let unpacked = self.decoder.unpack(&mut self.packed, |piece| {
            *bytes += piece.len() as u64;
            cutter.push(piece);
        });
        if unpacked.is_err() {
            self.ended = Some(DAMAGED);
        } else if self.bytes > LARGEST_REQUEST {
            self.ended = Some(Next::Limit);
        }
    }

    fn last_words(&mut self, ended: Next) -> Next {
        if self.cutter.lines.is_empty() {
            return ended;
        }
        self.ended = Some(ended);
        Next::Lines(self.cutter.take())
    }
}

/// Lines that are whole, and the beginning of the next one.
#[derive(Default)]
struct Cutter {
    /// The whole body is one event, line breaks included.
    one_event: bool,
    lines: Vec<Line>,
    bytes: usize,
    begun: Vec<u8>,
    /// The line that has begun is too long already.
    skipping: bool,
}

impl Cutter {
    fn is_full(&self) -> bool {
        self.bytes >= MOST_IN_A_BATCH || self.lines.len() >= MOST_LINES_IN_A_BATCH
    }

    fn take(&mut self) -> Vec<Line> {
        self.bytes = 0;
        std::mem::take(&mut self.lines)
    }

    fn push(&mut self, mut piece: &[u8]) {
        while let Some(at) = self.line_end(piece) {
            self.extend(&piece[..at]);
            self.finish();
            piece = &piece[at + 1..];
        }
        self.extend(piece);
    }

    fn line_end(&self, piece: &[u8]) -> Option<usize> {
        if self.one_event {
            return None;
        }
        piece.iter().position(|&byte| byte == b'\n')
    }

    fn extend(&mut self, piece: &[u8]) {
        if self.begun.len() + piece.len() > LONGEST_LINE {
            self.skipping = true;
            self.begun = Vec::new();
        }
        if !self.skipping {
            self.begun.extend_from_slice(piece);
        }
    }

    /// Ends the line that has begun; an empty one is none.
    fn finish(&mut self) {
        let begun = std::mem::take(&mut self.begun);
        if std::mem::take(&mut self.skipping) {
            self.lines.push(Line::TooLong);
        } else if !begun.iter().all(u8::is_ascii_whitespace) {
            self.bytes += begun.len();
            self.lines.push(Line::Whole(begun));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    async fn read(pieces: Vec<Vec<u8>>, encoding: Option<&str>) -> (Vec<Line>, Next) {
        let pieces = pieces.into_iter().map(|piece| Ok::<_, axum::Error>(Bytes::from(piece)));
        let body = Body::from_stream(futures::stream::iter(pieces));
        let mut lines = Lines::of(body, Decoder::of(encoding).unwrap(), false);
        let mut all = Vec::new();
        loop {
            match lines.next().await {
                Next::Lines(some) => all.extend(some),
                ended => return (all, ended),
            }
        }
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn lines_come_out_the_same_however_the_body_is_cut() {
        let body = b"{\"a\":1}\n\n  \r\n{\"b\":2}\r\nlast";
        let expected = vec![whole("{\"a\":1}"), whole("{\"b\":2}\r"), whole("last")];
        for size in 1..=body.len() {
            let pieces = body.chunks(size).map(<[u8]>::to_vec).collect();
            assert_eq!(read(pieces, None).await, (expected.clone(), Next::End), "{size}");
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_rejects_only_itself() {
        let mut body = vec![b'x'; LONGEST_LINE + 1];
        body.extend_from_slice(b"\nshort\n");
        body.extend(vec![b'y'; LONGEST_LINE]);
        let (lines, ended) = read(body.chunks(100_000).map(<[u8]>::to_vec).collect(), None).await;
        assert_eq!(ended, Next::End);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[..2], [Line::TooLong, whole("short")]);
        assert!(matches!(&lines[2], Line::Whole(line) if line.len() == LONGEST_LINE));
    }

    #[tokio::test]
    async fn an_endless_line_takes_no_memory() {
        let pieces = (0..4000).map(|_| Ok::<_, axum::Error>(Bytes::from_static(&[b'z'; 16_384])));
        let body = Body::from_stream(futures::stream::iter(pieces));
        let mut lines = Lines::of(body, Decoder::of(None).unwrap(), false);
        assert_eq!(lines.next().await, Next::Lines(vec![Line::TooLong]));
        assert!(lines.cutter.begun.capacity() <= LONGEST_LINE);
    }

    #[tokio::test]
    async fn gzip_is_unpacked_and_a_damaged_one_keeps_what_came_before() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all("event\n".repeat(5000).as_bytes()).unwrap();
        let packed = gzip.finish().unwrap();
        let (lines, ended) = read(packed.chunks(7).map(<[u8]>::to_vec).collect(), Some("gzip")).await;
        assert_eq!((lines.len(), ended), (5000, Next::End));
        let (_, ended) = read(vec![b"no gzip at all".to_vec()], Some("gzip")).await;
        assert_eq!(ended, DAMAGED);
        assert!(Decoder::of(Some("br")).is_err());
    }

    #[tokio::test]
    async fn zstd_is_unpacked_frame_by_frame_and_a_damaged_one_keeps_what_came_before() {
        let frame = zstd::encode_all("event\n".repeat(5000).as_bytes(), 3).unwrap();
        let both = [frame.clone(), frame.clone()].concat();
        for size in [1, 7, both.len()] {
            let (lines, ended) = read(both.chunks(size).map(<[u8]>::to_vec).collect(), Some("zstd")).await;
            assert_eq!((lines.len(), ended), (10_000, Next::End), "{size}");
        }
        let cut = both[..both.len() - 3].to_vec();
        let (lines, ended) = read(vec![cut], Some("zstd")).await;
        assert_eq!((lines.len() >= 5000, ended), (true, DAMAGED));
        let (lines, ended) = read(vec![frame, b"no zstd".to_vec()], Some("zstd")).await;
        assert_eq!((lines.len(), ended), (5000, DAMAGED));
    }
}
