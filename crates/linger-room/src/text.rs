//! Texts within bounds, and texts made comparable. It does not know what a text means.

use linger_protocol::Refusal;

/// The text without outer blanks, if something is left of it and that is at most `chars_max` characters.
pub(crate) fn bounded(plain: &str, chars_max: usize) -> Result<&str, Refusal> {
    let text = plain.trim();
    if text.is_empty() {
        return Err(Refusal::TextEmpty);
    }
    at_most(text, chars_max)?;
    Ok(text)
}

/// Whether the text, which may be empty, has at most `chars_max` characters.
pub(crate) fn at_most(text: &str, chars_max: usize) -> Result<(), Refusal> {
    // Counting stops early: a hostile text may be very long.
    match text.chars().nth(chars_max) {
        Some(_) => Err(Refusal::TextTooLong),
        None => Ok(()),
    }
}

/// The text as it is compared: trimmed, full-width forms as plain ones, lower-case.
///
/// These are the parts of Unicode's NFKC case folding that matter to what people type on Chinese and English
/// keyboards; accents and rare compatibility forms stay as they are.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.trim().chars().map(narrowed) {
        match c {
            _ if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            // Chinese, the bulk of what is not ASCII, has no case.
            '\u{4e00}'..='\u{9fff}' => folded.push(c),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

fn narrowed(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        // The full-width forms repeat ASCII at a fixed distance.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}
