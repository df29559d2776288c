//! Which link of the shelf a comment names: "3号链接", "number 3". It does not know which items there are.

/// Numbers of links that are told apart; "1999号" is none.
pub(super) const LINKS_MAX: u32 = 999;

/// The number of the one link that a plain text names; `None` when it names none, or several.
pub(super) fn named(text: &str) -> Option<u32> {
    let before = text.match_indices('号').filter_map(|(at, mark)| {
        let is_word = ["码", "线", "称", "店"].iter().any(|it| text[at + mark.len()..].starts_with(it));
        if is_word { None } else { number_before(&text[..at]) }
    });
    let after = WORDS.iter().flat_map(|word| text.match_indices(word)).filter_map(|(at, word)| {
        text[at + word.len()..].split(' ').find(|it| !it.is_empty()).and_then(|it| it.parse().ok())
    });
    let mut links = before.chain(after).filter(|it| (1..=LINKS_MAX).contains(it));
    let first = links.next()?;
    links.all(|it| it == first).then_some(first)
}

const WORDS: &[&str] = &[" number ", " item ", " link ", " lot "];
const TENS_AND_ONES: &str = "一二三四五六七八九";

fn number_before(text: &str) -> Option<u32> {
    if let Some(word) = text.strip_suffix(' ') {
        return word.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    }
    let start = text.trim_end_matches(|c| c == '十' || one(c).is_some()).len();
    let written = &text[start..];
    let digit = |part: &str| part.chars().next().and_then(one);
    match written.split_once('十') {
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { digit(tens)? };
            Some(tens * 10 + digit(ones).unwrap_or(0))
        }
        None => digit(written),
    }
}

fn one(c: char) -> Option<u32> {
    TENS_AND_ONES.chars().zip(1..).find(|(it, _)| *it == c).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::plain::Plain;

    #[test]
    fn a_link_is_named_by_its_number() {
        let link = |comment| named(&Plain::of(comment).text);
        for (comment, number) in [
            ("3号链接多少钱", Some(3)),
            ("三号多钱", Some(3)),
            ("二十一号讲一下", Some(21)),
            ("十号", Some(10)),
            ("show #12 again", Some(12)),
            ("price for item 7", Some(7)),
            ("几号链接", None),
            ("1号和2号哪个好", None),
            ("1号,一号", Some(1)),
            ("5号码", None),
            ("99999999999号", None),
            ("号", None),
            ("number", None),
        ] {
            assert_eq!(link(comment), number, "{comment}");
        }
    }
}
