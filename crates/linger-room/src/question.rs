//! Which words are a question, and what about. It does not know rooms, and keeps no words.
//!
//! A recogniser of plain rules, for Chinese and English: a text is a question when it carries a mark or a word of asking
//! and is none of the usual exclamations; its topic is the first of the house's topics one of whose phrases it contains.
//! "M码还有吗" and "what sizes do you have" are the same question: size.
//!
//! A question outside these topics is its own topic, made by hashing its words (see [`topic`]); so two people who ask
//! the same words ask the same question there too.
//!
//! It errs both ways, on purpose cheaply: a missed question stays a comment that the host sees, and a comment taken for
//! a question waits in a list. `tests/questions.rs` holds the labelled sentences it is measured by.

use crate::text::folded;
use linger_protocol::Topic;
use sha2::{Digest, Sha256};

/// From here on, topics are hashes of words; below are the numbers of [`TOPICS`].
pub const HASHED_FROM: u32 = 1 << 24;

/// A topic the house knows.
#[derive(Debug)]
pub struct Known {
    /// Its code, such as `size`.
    pub code: &'static str,
    /// Chinese phrases one of which says that a question is about it, with blanks between.
    zh: &'static str,
    /// English ones, with commas between.
    en: &'static str,
}

/// The topics the house knows, by number from 1. Numbers stand in logs: a new topic takes the next number.
pub const TOPICS: &[Known] = &[
    Known {
        code: "size",
        zh: "码 尺寸 尺码 多大 大小 身高 穿多 几寸 多长 多高",
        en: "size, sizing, measurement, dimension, how tall, how big, how long is it, fit me, run small, \
             run large, true to size",
    },
    Known {
        code: "price",
        zh: "多少钱 多钱 价 怎么卖 几块 几元 多少米",
        en: "price, pricing, cost, how much",
    },
    Known {
        code: "colour",
        zh: "颜色 色号 什么色 几个色 几种色 黑色 白色 红色 蓝色 粉色 灰色 绿色",
        en: "colour, color, shade, in black, in white, in red, in blue, in pink",
    },
    Known {
        code: "material",
        zh: "材质 面料 料子 布料 纯棉 全棉 真皮 真丝 羊毛 什么做的 什么料",
        en: "material, fabric, made of, cotton, leather, silk, wool, linen",
    },
    Known {
        code: "shipping-time",
        zh: "发货 多久到 几天到 什么时候到 到货 几天能到 快递 物流 送到",
        en: "ship, shipping, delivery, deliver, arrive, dispatch",
    },
    Known {
        code: "shipping-cost",
        zh: "包邮 邮费 运费 快递费 免邮",
        en: "shipping cost, shipping fee, free shipping, postage, shipping free, delivery fee, free \
             delivery, much is shipping, much is the shipping, much for shipping, pay for shipping",
    },
    Known {
        code: "stock",
        zh: "货 还有 库存 有没有 卖完 抢完 抢光 补 剩",
        en: "stock, sold out, left, available, restock, more of",
    },
    Known {
        code: "returns",
        zh: "退 换货 可以换 能换 七天无理由",
        en: "return, refund, exchange, money back, send it back",
    },
    Known {
        code: "warranty",
        zh: "保修 质保 三包 坏了 售后 维修",
        en: "warranty, guarantee, repair, break, broken",
    },
    Known {
        code: "use",
        zh: "怎么用 怎么吃 怎么喝 怎么穿 怎么装 怎么安装 用法 使用 每天几次 一天几次 用多少",
        en: "how to use, how do i use, how do you use, how should i use, how often, how to apply, apply, \
             install, set it up, set up, instruction",
    },
    Known {
        code: "ingredients",
        zh: "成分 配料 含 添加 防腐剂 酒精 香精",
        en: "ingredient, contain, paraben, alcohol, fragrance, additive, gluten, sulfate",
    },
    Known {
        code: "suitability",
        zh: "敏感肌 油皮 干皮 混油 肤质 皮肤 孕妇 宝宝 小孩 孩子 老人 适合 过敏",
        en: "sensitive, oily, dry skin, my skin, skin type, pregnant, suitable, suit, for kids, for a \
             kid, for baby, for babies, for men, for women, good for, safe for, allergic",
    },
    Known {
        code: "discount",
        zh: "优惠 券 打折 几折 折扣 便宜 满减 活动 红包",
        en: "discount, coupon, promo, promo code, code, cheaper, deal, voucher, sale price, bundle",
    },
    Known {
        code: "weight",
        zh: "多重 重吗 重不重 重量 几斤 多少斤 多少克 几克 净含量 毫升",
        en: "weight, weigh, heavy, how many grams, grams, how many ml, kg, ounce, oz",
    },
    Known {
        code: "origin",
        zh: "产地 哪里产 哪产 哪里的 哪里生产 哪儿产 哪个国家 国产 进口 原产",
        en: "made in, where is it made, where is this made, where are they made, where was, come from, \
             where is it from, imported, origin",
    },
    Known {
        code: "authenticity",
        zh: "正品 真货 假货 真的假的 是真的 真假 官方 旗舰 授权 专柜",
        en: "authentic, genuine, fake, original, official, real one, legit, replica, for real",
    },
    Known {
        code: "compatibility",
        zh: "电池 续航 充电 充满 兼容 接口 适配 支持 安卓 苹果手机 蓝牙",
        en: "battery, charge, charger, charging, compatible, work with, works with, iphone, android, usb, \
             bluetooth, voltage, watt",
    },
    Known {
        code: "gift",
        zh: "赠 送什么 送啥 有送 送吗 送不送 礼盒 礼物 小样",
        en: "gift, freebie, free gift, bonus, sample, gift box, comes with",
    },
    Known {
        code: "care",
        zh: "洗 起球 缩水 掉色 褪色 保养 变形 熨",
        en: "wash, washable, shrink, dry clean, iron it, ironing, fade, pill, pilling, clean it",
    },
    Known {
        code: "schedule",
        zh: "几点 还直播 明天直播 下次直播 直播到 下播 开播 回放 明天播 还播 播到",
        en: "what time, live, stream, replay, recording, next show, show end, show start",
    },
];

/// In which order the topics are tried, by number: what says more comes before what says less ("免运费的券" is about a
/// coupon, "什么时候补货" about stock rather than time).
const ORDER: &[u32] = &[13, 6, 20, 8, 9, 19, 10, 14, 11, 16, 17, 18, 15, 4, 3, 12, 1, 2, 5, 7];

/// What a text asks about, or `None` when it asks nothing.
///
/// Depends on the text alone. Below [`HASHED_FROM`] it is the number of one of [`TOPICS`]; from there on it is 24 bits of
/// a SHA-256 over the letters and digits of the text, case and full-width forms folded: enough for 500 open questions to
/// hardly ever meet by chance. Words cannot be read back from such a number, but a guess at them can be tried; it is all
/// that stays of a question whose words were erased.
pub fn topic(plain: &str) -> Option<Topic> {
    let text = Words::of(plain);
    if !text.ask() {
        return None;
    }
    let known = ORDER.iter().find(|number| {
        let Known { zh, en, .. } = &TOPICS[**number as usize - 1];
        zh.split(' ').any(|it| text.close.contains(it)) || en.split(", ").any(|it| text.have(it))
    });
    match known {
        Some(number) => Some(Topic(*number)),
        None if text.close.is_empty() => None,
        None => {
            let hash = Sha256::digest(text.close.as_bytes());
            Some(Topic(HASHED_FROM + u32::from_be_bytes([0, hash[0], hash[1], hash[2]])))
        }
    }
}

/// The code of a topic the house knows, such as `size`; `None` for topics made of words.
pub fn code(topic: Topic) -> Option<&'static str> {
    let index = usize::try_from(topic.0).ok()?.checked_sub(1)?;
    TOPICS.get(index).map(|known| known.code)
}

/// Said when wondering, not when asking.
const EXCLAIMED: &str = "什么鬼 没什么 什么都 怎么都 怎么这么 怎么那么 怎么会这么 不怎么 哪里哪里 多少有点 几乎 好几 \
    不管什么 不管怎么 什么的";
/// Anywhere in a Chinese text, these ask.
const ASKED: &str = "吗 多少 几 什么 啥 怎么 咋 哪 能不能 有没有 是不是 可不可以 会不会 要不要 好不好 行不行 多久 \
    多大 多重 多长 多高 为何 为什么 何时 请问 求问 多钱 重不重 送不送 谁知道 贵不贵 真的假的";
/// At the end of a Chinese text, these ask.
const ASKED_LAST: &str = "呢 么 不 没 没有";
/// First words that ask whatever follows.
const FIRST: &str = "which where wheres why who whos whats hows anyone does is are";
/// First words that ask when one of [`AFTER`] follows: "can you" does, "can't wait" and "do it" do not.
const FIRST_OF_TWO: &str = "can could do did have has will would should when was were";
const AFTER: &str = "i you u we they it this that these those the there anyone someone somebody is are will do \
    does can your";
/// Beginnings that look like asking and tell or command.
const TOLD: &str = "do it, do this, do that, have it, have this, have that, have the, when i, when it, will do, can do, \
    would do";
/// After "how" or "what", these wonder: "how cute", "what a colour".
const WONDER: &str = "a an the cute nice beautiful pretty lovely cool funny sweet wonderful gorgeous amazing \
    adorable great";
/// What people say before they ask.
const BEFORE: &str = "hi hey hello so and but ok okay please pls sorry um";
/// Anywhere in an English text, these ask.
const WITHIN: &str = "how much, how many, how long, how often, how to, what size, what sizes, what colour, what \
    color, what time, is there, are there, do you have, does it, can i, can you, anyone know, \
    wondering if, any discount, any coupon";

/// A text in the two forms in which phrases are looked for.
struct Words {
    /// Letters and digits only, without blanks: for Chinese, and for hashing.
    close: String,
    /// English words and numbers, each between blanks.
    spaced: String,
    /// Whether there is a mark of asking.
    marked: bool,
}

impl Words {
    fn of(plain: &str) -> Words {
        let folded = folded(plain);
        let (mut close, mut spaced, mut marked) = (String::new(), String::from(" "), false);
        for c in folded.chars() {
            marked |= matches!(c, '?' | '؟');
            if c.is_alphanumeric() {
                close.push(c);
            }
            match c {
                // "can't" is one word.
                '\'' | '’' => {}
                c if c.is_ascii_alphanumeric() => spaced.push(c),
                _ if spaced.ends_with(' ') => {}
                _ => spaced.push(' '),
            }
        }
        spaced.push(' ');
        Words { close, spaced, marked }
    }

    /// Whether the English phrase is in the text as whole words, with or without an s.
    fn have(&self, phrase: &str) -> bool {
        self.spaced.match_indices(phrase).any(|(start, _)| {
            let rest = &self.spaced[start + phrase.len()..];
            self.spaced[..start].ends_with(' ')
                && (rest.starts_with(' ') || rest.starts_with("s ") || rest.starts_with("es "))
        })
    }

    fn ask(&self) -> bool {
        self.marked || self.ask_in_chinese() || self.ask_in_english()
    }

    fn ask_in_chinese(&self) -> bool {
        if EXCLAIMED.split(' ').any(|it| self.close.contains(it)) {
            return false;
        }
        // "不" alone answers; after some words it asks.
        let is_long = self.close.chars().nth(3).is_some();
        ASKED.split(' ').any(|it| self.close.contains(it))
            || is_long && ASKED_LAST.split(' ').any(|it| self.close.ends_with(it))
    }

    fn ask_in_english(&self) -> bool {
        if WITHIN.split(", ").any(|it| self.have(it)) {
            return true;
        }
        let mut words = self.spaced.split_ascii_whitespace().skip_while(|it| is_one_of(it, BEFORE));
        let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
        match first {
            "how" | "what" => !is_one_of(second, WONDER),
            _ if is_one_of(first, FIRST) => true,
            _ if TOLD.split(", ").any(|it| it.split_once(' ') == Some((first, second))) => false,
            _ => is_one_of(first, FIRST_OF_TWO) && is_one_of(second, AFTER),
        }
    }
}

fn is_one_of(word: &str, words: &str) -> bool {
    words.split(' ').any(|it| it == word)
}
