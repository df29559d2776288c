//! Owns the framing of packets in a byte stream (RFC 4571): two bytes of length, then the packet.
//!
//! It does not know sockets.

/// The longest packet taken from a stream; longer ones are an attack or a mistake.
pub(crate) const PACKET_BYTES_MAX: usize = 2_000;

/// Collects the bytes of a stream and gives them back as packets.
#[derive(Debug, Default)]
pub(crate) struct Deframer {
    bytes: Vec<u8>,
    at: usize,
}

/// The stream announced a packet longer than [`PACKET_BYTES_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Deframer {
    /// Takes in what was read from the stream.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.at > 0 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole packet, `None` while it is incomplete.
    pub(crate) fn next_packet(&mut self) -> Result<Option<&[u8]>, TooLong> {
        let Some([high, low, rest @ ..]) = self.bytes.get(self.at..) else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length > PACKET_BYTES_MAX {
            return Err(TooLong);
        }
        if rest.len() < length {
            return Ok(None);
        }
        let start = self.at + 2;
        self.at = start + length;
        Ok(Some(&self.bytes[start..start + length]))
    }
}

/// Appends one framed packet to `stream`. False, and nothing appended, when it is too long to be framed.
pub(crate) fn frame(packet: &[u8], stream: &mut Vec<u8>) -> bool {
    let Ok(length) = u16::try_from(packet.len()) else { return false };
    stream.extend_from_slice(&length.to_be_bytes());
    stream.extend_from_slice(packet);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_back_whole_however_the_stream_was_cut() {
        let mut stream = Vec::new();
        for packet in [&b"one"[..], b"", b"three"] {
            assert!(frame(packet, &mut stream));
        }
        for cut in 1..stream.len() {
            let mut deframer = Deframer::default();
            let mut seen = Vec::new();
            for piece in stream.chunks(cut) {
                deframer.push(piece);
                while let Some(packet) = deframer.next_packet().expect("short packets") {
                    seen.push(packet.to_vec());
                }
            }
            assert_eq!(seen, [b"one".to_vec(), b"".to_vec(), b"three".to_vec()], "cut {cut}");
        }
    }

    #[test]
    fn a_stream_that_announces_a_giant_is_refused() {
        let mut deframer = Deframer::default();
        deframer.push(&[0xff, 0xff, 0]);
        assert_eq!(deframer.next_packet(), Err(TooLong));
    }
}
