//! What a body is packed in.

use std::io::Write;

use bytes::{Buf, Bytes};
use flate2::write::MultiGzDecoder;
use zstd::stream::raw::{DParameter, Decoder as Zstd, InBuffer, Operation, OutBuffer};

use crate::problem::Problem;

/// Packed bytes of gzip that are unpacked at once: what comes out is at most a thousand times as long.
const SLICE: usize = 256;
/// Unpacked bytes of zstd that are handed on at once.
const PIECE: usize = 64 * 1024;
/// 8 MiB to look back, as much as the format asks every reader for; a frame that wants more memory is refused.
const WINDOW_LOG: u32 = 23;

/// Unpacks a body as it comes.
pub(super) enum Decoder {
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zstd(Box<Frames>),
}

/// Zstd frames, one after another.
pub(super) struct Frames {
    decoder: Zstd<'static>,
    is_within: bool,
    /// The last piece was full, so there may be more of what was read.
    holds_more: bool,
    piece: Vec<u8>,
}

/// The packed bytes make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

impl Decoder {
    /// For a `Content-Encoding`.
    pub fn of(encoding: Option<&str>) -> Result<Self, Problem> {
        match encoding.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(Self::Plain),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new())))),
            Some("zstd") => Frames::new().map(|frames| Self::Zstd(Box::new(frames))),
            Some(_) => {
                Err(Problem::UnsupportedMediaType("sent plain or with Content-Encoding gzip or zstd".to_owned()))
            }
        }
    }

    /// Unpacks the beginning of what came, so much that what comes out is bounded, and leaves the rest.
    pub fn unpack(&mut self, packed: &mut Bytes, mut take: impl FnMut(&[u8])) -> Result<(), Damaged> {
        match self {
            Self::Plain => take(&std::mem::take(packed)),
            Self::Gzip(decoder) => {
                let slice = packed.split_to(packed.len().min(SLICE));
                decoder.write_all(&slice).map_err(|_| Damaged)?;
                take(decoder.get_ref());
                decoder.get_mut().clear();
            }
            Self::Zstd(frames) => take(frames.unpack(packed)?),
        }
        Ok(())
    }

    /// Whether something may come out although nothing more goes in.
    pub fn holds_more(&self) -> bool {
        matches!(self, Self::Zstd(frames) if frames.holds_more)
    }

    /// What is left at the end of the body.
    pub fn finish(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), Damaged> {
        match self {
            Self::Plain => Ok(()),
            Self::Gzip(decoder) => {
                decoder.try_finish().map_err(|_| Damaged)?;
                take(decoder.get_ref());
                decoder.get_mut().clear();
                Ok(())
            }
            Self::Zstd(frames) => frames.finish(take),
        }
    }
}

impl Frames {
    fn new() -> Result<Self, Problem> {
        let broken = |error: std::io::Error| Problem::Internal(format!("zstd: {error}"));
        let mut decoder = Zstd::new().map_err(broken)?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).map_err(broken)?;
        Ok(Self { decoder, is_within: false, holds_more: false, piece: vec![0; PIECE] })
    }

    /// One piece; what the decoder still holds comes before more is read.
    fn unpack(&mut self, packed: &mut Bytes) -> Result<&[u8], Damaged> {
        if !self.is_within && packed.has_remaining() {
            self.decoder.reinit().map_err(|_| Damaged)?;
        }
        let mut input = InBuffer::around(packed);
        let mut output = OutBuffer::around(&mut self.piece[..]);
        let hint = self.decoder.run(&mut input, &mut output).map_err(|_| Damaged)?;
        let (read, written) = (input.pos(), output.pos());
        packed.advance(read);
        self.is_within = hint > 0;
        self.holds_more = self.is_within && written == PIECE;
        Ok(&self.piece[..written])
    }

    fn finish(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), Damaged> {
        while self.is_within {
            let piece = self.unpack(&mut Bytes::new())?;
            if piece.is_empty() {
                return Err(Damaged);
            }
            take(piece);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_of_zstd_comes_out_piece_by_piece() {
        let bomb = zstd::encode_all(&vec![0; 8 << 20][..], 19).unwrap();
        assert!(bomb.len() < 2000, "{}", bomb.len());
        let mut decoder = Decoder::of(Some("zstd")).unwrap();
        let (mut packed, mut all) = (Bytes::from(bomb), 0);
        while packed.has_remaining() || decoder.holds_more() {
            decoder
                .unpack(&mut packed, |piece| {
                    assert!(piece.len() <= PIECE);
                    all += piece.len();
                })
                .unwrap();
        }
        assert_eq!((all, decoder.finish(|_| panic!("there is more"))), (8 << 20, Ok(())));
    }
}
