//! Owns the first look at a datagram from an unknown source: whose ICE user name it carries, and whether we may spend
//! time on strangers at all.
//!
//! It does not know sessions; it hands back a user fragment and nothing more.

use std::time::Instant;

const HEADER_BYTES: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const USERNAME: u16 = 0x0006;

/// The local user fragment in a STUN binding request (RFC 8489, RFC 8445 section 7.2.2): the part of USERNAME before
/// the colon. `None` for everything else.
pub(crate) fn local_ufrag(datagram: &[u8]) -> Option<&str> {
    let header = datagram.get(..HEADER_BYTES)?;
    let is_binding_request = header[..2] == [0x00, 0x01];
    if !is_binding_request || header[4..8] != MAGIC_COOKIE {
        return None;
    }
    let mut rest = &datagram[HEADER_BYTES..];
    while let [kind_high, kind_low, high, low, body @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let value = body.get(..length)?;
        if u16::from_be_bytes([*kind_high, *kind_low]) == USERNAME {
            return std::str::from_utf8(value).ok()?.split_once(':').map(|(local, _)| local);
        }
        rest = body.get(length.next_multiple_of(4)..)?;
    }
    None
}

/// A token bucket: so many a second in the long run, and so many at once.
#[derive(Debug)]
pub(crate) struct Allowance {
    per_second: f64,
    burst: f64,
    left: f64,
    at: Instant,
}

impl Allowance {
    pub(crate) fn new(per_second: f64, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst);
        Allowance { per_second, burst, left: burst, at: now }
    }

    /// Takes one if there is one left.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at);
        self.at = now;
        self.left = (self.left + passed.as_secs_f64() * self.per_second).min(self.burst);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn request(attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        bytes.extend([7; 12]);
        for (kind, value) in attributes {
            bytes.extend(kind.to_be_bytes());
            bytes.extend((value.len() as u16).to_be_bytes());
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    #[test]
    fn the_user_fragment_is_found_behind_other_attributes() {
        let bytes = request(&[(0x0024, b"abc"), (USERNAME, b"mine:theirs"), (0x0008, b"12345")]);
        assert_eq!(local_ufrag(&bytes), Some("mine"));
    }

    #[test]
    fn no_cut_and_no_other_datagram_has_a_user_fragment() {
        let bytes = request(&[(USERNAME, b"mine:theirs")]);
        for length in 0..HEADER_BYTES + 4 + 11 {
            assert_eq!(local_ufrag(&bytes[..length]), None, "cut at {length}");
        }
        assert_eq!(local_ufrag(&request(&[(USERNAME, b"no colon")])), None);
        assert_eq!(local_ufrag(&request(&[(USERNAME, &[0xff, b':'])])), None);
        assert_eq!(local_ufrag(&[0x80; 40]), None);
    }

    #[test]
    fn strangers_get_only_their_allowance() {
        let start = Instant::now();
        let mut allowance = Allowance::new(10.0, 10, start);
        assert_eq!((0..100).filter(|_| allowance.take(start)).count(), 10);
        let later = start + Duration::from_millis(500);
        assert_eq!((0..100).filter(|_| allowance.take(later)).count(), 5);
    }
}
