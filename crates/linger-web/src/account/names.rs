//! Names that others read: which are let through, and friendly ones for those who give none. It does not know who
//! bears them.

use linger_protocol::Limits;

/// The name as it is shown, or `None` when it is no name: 1 to 24 characters without outer blanks, on one line, that
/// neither turn the writing direction nor hide.
pub(super) fn checked(name: &str) -> Option<&str> {
    let name = name.trim();
    // Looked at from the start and given up early: a hostile name may be very long.
    if name.is_empty() || name.chars().nth(Limits::NAME_CHARS).is_some() || name.chars().any(disturbs) {
        return None;
    }
    if !name.chars().any(|c| !joins(c)) || marks_in_a_row(name) > MARKS_MAX {
        return None;
    }
    Some(name)
}

/// Marks upon one letter: no script that people write names in stacks more.
const MARKS_MAX: usize = 3;

/// The longest row of marks and joiners; a tower of them covers the lines above and below.
fn marks_in_a_row(name: &str) -> usize {
    let mut row = 0;
    let rows = name.chars().map(|c| {
        row = if is_mark(c) { row + 1 } else { 0 };
        row
    });
    rows.max().unwrap_or(0)
}

/// Characters that stand on the one before: combining marks, and what joins or varies.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200c}' | '\u{200d}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

/// Characters that would disturb others' screens: controls, marks that turn the writing direction (Unicode TR 9), and
/// blanks that look like nothing.
fn disturbs(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that only mean something between others: they join or vary them.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{300}'..='\u{36f}')
        || c.is_whitespace()
}

/// A friendly name out of randomness, in Chinese when the reader's first wish is Chinese, else in English.
pub(super) fn made_up(accept_language: Option<&str>, dice: [u8; 4]) -> String {
    let pick = |list: &[&'static str], die: u8| list[usize::from(die) % list.len()];
    let number = 10 + u16::from_be_bytes([dice[2], dice[3]]) % 90;
    if accept_language.is_some_and(wants_chinese) {
        return format!("{}{} {number}", pick(&QUALITIES_ZH, dice[0]), pick(&THINGS_ZH, dice[1]));
    }
    format!("{} {} {number}", pick(&QUALITIES_EN, dice[0]), pick(&THINGS_EN, dice[1]))
}

fn wants_chinese(accept_language: &str) -> bool {
    let mut tags = accept_language.split(',').map(|tag| tag.trim_start().as_bytes());
    let first = tags.find(|tag| starts(tag, b"zh") || starts(tag, b"en"));
    first.is_some_and(|tag| starts(tag, b"zh"))
}

fn starts(tag: &[u8], language: &[u8]) -> bool {
    tag.get(..language.len()).is_some_and(|head| head.eq_ignore_ascii_case(language))
}

const QUALITIES_EN: [&str; 32] = [
    "Amber", "Blue", "Bright", "Brisk", "Calm", "Cedar", "Clear", "Copper", "Coral", "Cosy", "Early", "Fair",
    "Gentle", "Golden", "Green", "Happy", "Ivory", "Jade", "Kind", "Light", "Lucky", "Merry", "Misty",
    "Mossy", "Quiet", "Rosy", "Silver", "Snowy", "Sunny", "Swift", "Velvet", "Warm",
];
const THINGS_EN: [&str; 32] = [
    "Badger", "Bee", "Birch", "Brook", "Cloud", "Crane", "Deer", "Dove", "Fern", "Finch", "Fox", "Hare",
    "Heron", "Iris", "Lark", "Leaf", "Lotus", "Maple", "Meadow", "Moon", "Otter", "Owl", "Panda", "Pine",
    "River", "Robin", "Seal", "Sparrow", "Star", "Swan", "Willow", "Wren",
];
const QUALITIES_ZH: [&str; 16] =
    ["青", "白", "暖", "晴", "轻", "静", "金", "银", "紫", "碧", "初", "晨", "云", "雪", "春", "秋"];
const THINGS_ZH: [&str; 16] =
    ["竹", "鹭", "莲", "松", "梅", "燕", "鹿", "溪", "月", "星", "枫", "舟", "兰", "雁", "桃", "荷"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hide_or_turn_the_line_are_no_names() {
        for name in
            ["", "  ", "\u{202e}gnirts", "a\u{0}b", "a\nb", "\u{3164}", "\u{200d}\u{fe0f}", "\u{200b}x"]
        {
            assert_eq!(checked(name), None, "{name:?}");
        }
        assert_eq!(checked(&"x".repeat(25)), None);
    }

    #[test]
    fn a_tower_of_marks_is_no_name_and_a_few_marks_are() {
        for name in [
            "a\u{301}\u{301}\u{301}\u{301}",
            "Z\u{489}\u{36f}\u{20dd}\u{1ab0}o",
            "x\u{200d}\u{200d}\u{200d}\u{200d}y",
        ] {
            assert_eq!(checked(name), None, "{name:?}");
        }
        for name in ["\u{301}\u{302}", "\u{202e}\u{202d}", "\u{2067}\u{2069}", "\u{e0061}"] {
            assert_eq!(checked(name), None, "nothing is left of {name:?}");
        }
        for name in ["Viê\u{323}t", "ก\u{e34}\u{e48}ง", "שָׁלוֹם", "👩\u{200d}👩\u{200d}👧"]
        {
            assert_eq!(checked(name), Some(name));
        }
    }

    #[test]
    fn names_in_any_script_are_names() {
        for name in ["Ann", " 李雷 ", "Zoë", "👩\u{200d}🚀", "علی", &"字".repeat(24)] {
            assert_eq!(checked(name), Some(name.trim()));
        }
    }

    #[test]
    fn every_made_up_name_is_a_name() {
        for die in 0..=255 {
            for language in [None, Some("zh-CN,zh;q=0.9"), Some("fr, en")] {
                let name = made_up(language, [die, die, die, 255 - die]);
                assert_eq!(checked(&name), Some(name.as_str()));
            }
        }
    }

    #[test]
    fn the_first_wish_decides_the_language() {
        assert_eq!(made_up(Some("zh-CN,en;q=0.8"), [0, 0, 0, 32]), "青竹 42");
        assert_eq!(made_up(Some("en-GB,zh;q=0.8"), [1, 12, 0, 32]), "Blue Heron 42");
        assert_eq!(made_up(Some("fr, ZH-tw"), [0, 0, 0, 32]), "青竹 42");
        assert_eq!(made_up(None, [1, 12, 0, 32]), "Blue Heron 42");
    }
}
