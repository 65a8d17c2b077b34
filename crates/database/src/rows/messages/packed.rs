//! Bodies as they lie in the table: compressed where that makes them smaller. JSON begins with a brace, a zlib stream never.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::stored::{FromValue, Kind, Stored, Value};

/// Shorter ones are not worth the work.
const SHORTEST: usize = 256;
/// First byte of a zlib stream with a window of 32 KiB.
const ZLIB: u8 = 0x78;

/// The bytes of a body, as they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(pub Vec<u8>);

impl From<Packed> for Value {
    fn from(body: Packed) -> Self {
        Self::Bytes(pack(body.0))
    }
}

impl Stored for Packed {
    const KIND: Kind = Kind::Bytes;
}

impl FromValue for Packed {
    fn from_value(value: Value) -> Result<Self, String> {
        let bytes = Vec::from_value(value)?;
        if bytes.first() != Some(&ZLIB) {
            return Ok(Self(bytes));
        }
        let mut body = Vec::new();
        let read = ZlibDecoder::new(&*bytes).read_to_end(&mut body);
        read.map(|_| Self(body)).map_err(|error| format!("a body cannot be unpacked: {error}"))
    }
}

fn pack(body: Vec<u8>) -> Vec<u8> {
    if body.len() < SHORTEST && body.first() != Some(&ZLIB) {
        return body;
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(&body).and_then(|()| encoder.finish());
    packed.expect("writing to memory cannot fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let long = format!("{{\"a\":\"{}\"}}", "seltzer ".repeat(200)).into_bytes();
        for body in [b"{}".to_vec(), Vec::new(), b"x{}".to_vec(), vec![0xff; 300], long.clone()] {
            let value = Value::from(Packed(body.clone()));
            assert_eq!(Packed::from_value(value), Ok(Packed(body)));
        }
        let Value::Bytes(stored) = Value::from(Packed(long.clone())) else { panic!() };
        assert!(stored.len() < long.len() / 4);
        assert!(Packed::from_value(Value::Bytes(vec![ZLIB, 1, 2])).is_err());
    }
}
