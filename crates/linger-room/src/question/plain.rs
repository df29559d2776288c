//! A comment in the one plain form in which phrases are looked for. It does not know what any word means, only how
//! people shorten them.
//!
//! Full-width and traditional forms are folded, letters are lower-case, "whats" is "what is" and "u" is "you". Each word
//! of letters and digits stands between two blanks of its own, other letters stand as they are, and each stretch between
//! marks stands between `<` and `>`: "Hi! M码还有吗, whats the price" is `< m 码还有吗>< what  is  the  price >`. So a phrase of
//! whole words, at a beginning, at an end or anywhere, is one string to find.

use crate::text::folded;
use std::{collections::BTreeMap, sync::LazyLock};

/// The plain form of a comment.
#[derive(Debug, Default)]
pub(super) struct Plain {
    pub(super) text: String,
    /// Whether there is a mark of asking.
    pub(super) marked: bool,
    /// Whether there is a number, or the word that follows one.
    pub(super) numbered: bool,
    /// Whether a letter stands on both sides of "不", which asks: "厚不厚".
    pub(super) doubled: bool,
}

impl Plain {
    pub(super) fn of(comment: &str) -> Plain {
        let folded = folded(comment);
        let (mut plain, mut word) = (Plain::default(), String::with_capacity(16));
        // Each word takes two blanks, each stretch two marks.
        plain.text.reserve(2 * folded.len() + 2);
        plain.text.push('<');
        let mut chars = folded.chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek().copied().unwrap_or(' ');
            match c {
                'a'..='z' => word.push(c),
                '0'..='9' => {
                    plain.numbered = true;
                    word.push(c);
                }
                // "can't" is one word; a selector of emoji forms is nothing.
                '\'' | '’' | '‘' | '`' | '\u{fe0f}' | '\u{200d}' => {}
                _ => {
                    plain.end_word(&mut word);
                    plain.take(c, next);
                }
            }
        }
        plain.end_word(&mut word);
        plain.end_stretch();
        plain.text.pop();
        plain
    }

    fn take(&mut self, c: char, next: char) {
        match c {
            '?' | '؟' => {
                self.marked = true;
                self.end_stretch();
            }
            '#' if next.is_ascii_digit() => self.word("number"),
            '$' if !next.is_ascii_digit() => self.word("price"),
            '🈚' => self.letter('无'),
            '🈶' => self.letter('有'),
            '💰' => self.letter('钱'),
            '/' | '-' | '+' | '.' | '_' | '&' if next.is_ascii_alphanumeric() => {}
            ' ' if self.text.ends_with([' ', '<']) => {}
            '\u{4e00}'..='\u{9fff}' => self.letter(simple(c)),
            c if c.is_alphanumeric() => self.letter(c),
            _ => self.end_stretch(),
        }
    }

    fn letter(&mut self, c: char) {
        self.numbered |= c == '号';
        self.doubled |= self.text.strip_suffix('不').is_some_and(|it| it.ends_with(c));
        self.text.push(c);
    }

    fn end_word(&mut self, word: &mut String) {
        if word.is_empty() {
            return;
        }
        let is_first = self.text.ends_with('<');
        match short(word) {
            Some(DROPPED) => {}
            Some(FIRST_DROPPED) if is_first => {}
            None | Some(FIRST_DROPPED) => self.word(word),
            Some(long) => long.split(' ').for_each(|it| self.word(it)),
        }
        word.clear();
    }

    fn word(&mut self, word: &str) {
        let again = self.text.strip_suffix(' ').and_then(|it| it.strip_suffix(word));
        if again.is_some_and(|it| it.ends_with(' ')) {
            return;
        }
        self.text.push(' ');
        self.text.push_str(word);
        self.text.push(' ');
    }

    fn end_stretch(&mut self) {
        if self.text.ends_with('<') {
            return;
        }
        while let Some(rest) = LAST_DROPPED.iter().find_map(|it| self.text.strip_suffix(it))
            && !rest.ends_with('<')
        {
            self.text.truncate(rest.len());
        }
        self.text.push_str("><");
    }
}

/// A phrase as it is found in a plain text. `<` and `>` in it are a beginning and an end.
pub(super) fn pattern(phrase: &str) -> String {
    let (mut text, mut in_word) = (String::new(), false);
    for c in phrase.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() != in_word {
            text.push(' ');
            in_word = !in_word;
        }
        if c != ' ' {
            text.push(c);
        }
    }
    text
}

const DROPPED: &str = "";
const FIRST_DROPPED: &str = "<";

/// Politeness and laughter anywhere in an English text.
const SAID_ALONG: &str =
    "please pls plz plss plsss pleaseee lol lmao haha hahaha rn btw tho though hun hunny sis kindly";
/// What people say before they ask.
const SAID_BEFORE: &str = "hi hey hello so and but ok okay sorry um omg wait also guys girl girls babe oh hmm q question \
    just wondering wow yo";
/// How words are shortened, each with what it is short for.
const SHORTENED: &str = "u=you, ya=you, ur=your, r=are, y=why, whats=what is, wats=what is, wat=what, wut=what, hows=how is, \
    wheres=where is, whens=when is, whos=who is, hw=how, hm=how much, mch=much, w=with, b4=before, tmrw=tomorrow, \
    tmr=tomorrow, til=until, im=i am, ill=i will, ive=i have, youre=you are, dont=do not, doesnt=does not, isnt=is not, \
    cant=can not, cannot=can not, wont=will not, arent=are not, didnt=did not, wouldnt=would not, couldnt=could not, \
    havent=have not, hasnt=has not, wasnt=was not, diff=difference, n=and, abt=about, wich=which, wanna=want to, \
    color=colour, colors=colours, thats=that is, its=it is, shes=she is, theyre=they are, theres=there is, thx=thanks, \
    ppl=people, bc=because, idk=i do not know, dunno=do not know, wdym=what do you mean, anybody=anyone, \
    somebody=someone, lemme=let me, gimme=give me, yall=you, yous=you";

/// What a word is short for, if it is.
fn short(word: &str) -> Option<&'static str> {
    let words = SHORT.get(&word.as_bytes()[0])?;
    words.iter().find(|(it, _)| *it == word).map(|(_, long)| *long)
}

/// The words that are short for something, by their first byte.
static SHORT: LazyLock<BTreeMap<u8, Vec<(&str, &str)>>> = LazyLock::new(|| {
    let along = SAID_ALONG.split_whitespace().map(|it| (it, DROPPED));
    let before = SAID_BEFORE.split_whitespace().map(|it| (it, FIRST_DROPPED));
    let mut all = BTreeMap::<u8, Vec<_>>::new();
    for (word, long) in along.chain(before).chain(SHORTENED.split(", ").filter_map(|it| it.split_once('='))) {
        all.entry(word.as_bytes()[0]).or_default().push((word, long));
    }
    all
});

/// Particles and forms of address at the end of a Chinese stretch.
const LAST_DROPPED: &[&str] = &[
    "啊", "呀", "哦", "噢", "喔", "哈", "啦", "诶", "哎", "欸", "捏", "哟", "嘞", "鸭", "宝", "宝宝", "姐",
    "亲", "主播", "老板", "谢谢", "急", "喂", "咧",
];

/// The simple form of the traditional characters that buyers use; others stay as they are.
fn simple(c: char) -> char {
    match SIMPLE.binary_search_by_key(&c, |(traditional, _)| *traditional) {
        Ok(place) => SIMPLE[place].1,
        Err(_) => c,
    }
}

static SIMPLE: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs: Vec<_> = TRADITIONAL.chars().zip(SIMPLIFIED.chars()).collect();
    pairs.sort_unstable();
    pairs
});
const TRADITIONAL: &str = "碼價錢幾這個號鏈麼嗎沒貨顏綠藍紅黃發尺運費點計寄達還長寬過換優惠買賣質\
    產國進萬親講試單購車為開關時間從東區別樣兩雙條內裡裏後麵聲聽見誰歲數據標準歡愛給們\
    話說請問謝禮贈滿減邊對應該難會員實體門兒媽寶貝適補庫現預約電話機腦衝線藥醫師務週\
    總網頁圖畫視頻錄節獎賞贏輸頭髮臉膚濕乾淨潔燙織綿絲鋼鐵銀銅級壓縮繳繪純無氣熱溫涼風黴\
    變壞壽戶檔試穿經歷處帶讓選擇舊歷裝紙褲襪鞋飾鍊妝護養營飲餓飯麗認識";
const SIMPLIFIED: &str = "码价钱几这个号链么吗没货颜绿蓝红黄发尺运费点计寄达还长宽过换优惠买卖质\
    产国进万亲讲试单购车为开关时间从东区别样两双条内里里后面声听见谁岁数据标准欢爱给们\
    话说请问谢礼赠满减边对应该难会员实体门儿妈宝贝适补库现预约电话机脑冲线药医师务周\
    总网页图画视频录节奖赏赢输头发脸肤湿干净洁烫织绵丝钢铁银铜级压缩缴绘纯无气热温凉风霉\
    变坏寿户档试穿经历处带让选择旧历装纸裤袜鞋饰链妆护养营饮饿饭丽认识";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_has_one_plain_form() {
        let plain = |it| Plain::of(it).text;
        assert_eq!(plain("Hi! M码还有吗, whats the price"), "< m 码还有吗>< what  is  the  price >");
        assert_eq!(plain("這款幾💰呀"), "<这款几钱>");
        assert_eq!(plain("？？"), "");
        assert_eq!(pattern("<what is the"), "< what  is  the ");
        assert_eq!(pattern("m码"), " m 码");
    }

    #[test]
    fn every_traditional_form_has_its_simple_one() {
        assert_eq!(TRADITIONAL.chars().count(), SIMPLIFIED.chars().count());
    }
}
