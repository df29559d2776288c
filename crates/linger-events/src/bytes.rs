//! Numbers and texts as bytes, for the store's own files and its log. It does not know what they mean.

/// Appends to a buffer.
pub(crate) trait Put {
    /// A number in as few bytes as it needs, seven bits each.
    fn put_u64(&mut self, value: u64);
    /// A number that may be negative; small ones of either sign are short.
    fn put_i64(&mut self, value: i64);
    /// Sixteen bytes.
    fn put_u128(&mut self, value: u128);
    /// A text with its length before it.
    fn put_text(&mut self, text: &str);
}

impl Put for Vec<u8> {
    fn put_u64(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.push(value as u8);
    }

    fn put_i64(&mut self, value: i64) {
        self.put_u64(((value << 1) ^ (value >> 63)) as u64);
    }

    fn put_u128(&mut self, value: u128) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_text(&mut self, text: &str) {
        self.put_u64(text.len() as u64);
        self.extend_from_slice(text.as_bytes());
    }
}

/// What is left of bytes being read. Every read answers none when the bytes are not what [`Put`] wrote.
pub(crate) struct Take<'a>(pub &'a [u8]);

impl<'a> Take<'a> {
    pub fn u8(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    pub fn u64(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let part = u64::from(byte & 0x7f);
            value |= part << shift;
            if byte < 0x80 {
                return (part << shift >> shift == part).then_some(value);
            }
        }
        None
    }

    pub fn i64(&mut self) -> Option<i64> {
        let value = self.u64()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub fn u128(&mut self) -> Option<u128> {
        let (first, rest) = self.0.split_first_chunk::<16>()?;
        self.0 = rest;
        Some(u128::from_le_bytes(*first))
    }

    pub fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.u64()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_put_is_taken(a: u64, b: i64, c: u128, text: String) {
            let mut bytes = Vec::new();
            bytes.put_u64(a);
            bytes.put_i64(b);
            bytes.put_u128(c);
            bytes.put_text(&text);
            let mut take = Take(&bytes);
            prop_assert_eq!(take.u64(), Some(a));
            prop_assert_eq!(take.i64(), Some(b));
            prop_assert_eq!(take.u128(), Some(c));
            prop_assert_eq!(take.text(), Some(text.as_str()));
            prop_assert!(take.0.is_empty());
        }

        #[test]
        fn strange_bytes_are_not_taken_for_more_than_they_are(bytes: Vec<u8>) {
            let mut take = Take(&bytes);
            while take.text().is_some() && take.i64().is_some() {}
            prop_assert!(take.0.len() <= bytes.len());
        }
    }
}
