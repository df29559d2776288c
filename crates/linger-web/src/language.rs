//! Sentences that the server writes by itself, in the languages that people read. It does not know what they are for.
//!
//! They are those of `web/messages`, so that mail and page say the same thing in the same words.

use serde_json::Value;
use std::sync::OnceLock;

/// A language that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl Language {
    /// The language of a code: `en` or `zh`.
    pub fn parse(code: &str) -> Option<Language> {
        match code {
            "en" => Some(Language::En),
            "zh" => Some(Language::Zh),
            _ => None,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }

    /// The sentence of an area and name, with its blanks filled; empty when there is none. A blank is filled once: what
    /// fills it is not looked at again.
    pub(crate) fn say(self, area: &str, name: &str, filling: &[(&str, &str)]) -> String {
        static BOOKS: OnceLock<[Value; 2]> = OnceLock::new();
        let books = BOOKS.get_or_init(|| {
            [include_str!("../../../web/messages/en.json"), include_str!("../../../web/messages/zh.json")]
                .map(|text| serde_json::from_str(text).unwrap_or_default())
        });
        let sentence = books[self as usize][area][name].as_str().unwrap_or_default();
        let mut told = String::with_capacity(sentence.len());
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            told.push_str(before);
            let Some((blank, after)) = after.split_once('}') else {
                told.push('{');
                rest = after;
                continue;
            };
            match filling.iter().find(|(name, _)| *name == blank) {
                Some((_, word)) => told.push_str(word),
                None => told.push_str(&format!("{{{blank}}}")),
            }
            rest = after;
        }
        told.push_str(rest);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_a_blank_is_not_filled_itself() {
        let filling = [("when", "{n}"), ("n", "7"), ("cause", "x")];
        let told = Language::En.say("report", "worst", &filling);
        assert!(told.contains("{n}") && told.contains('7'), "{told}");
        assert_eq!(Language::Zh.say("report", "no such sentence", &filling), "");
        assert_eq!(Language::parse("fr"), None);
    }
}
