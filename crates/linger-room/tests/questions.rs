//! The recogniser against labelled sentences: what asks, what does not, and what about.

use linger_room::question::{HASHED_FROM, TOPICS, code, topic};

/// Sentences as people type them in live rooms, each with its topic; `other` is a question beyond the lexicon, `-` is
/// none.
const LABELLED: &[(&str, &str)] = &[
    ("M码还有吗", "size"),
    ("what sizes do you have", "size"),
    ("Size?", "size"),
    ("140斤穿什么码", "size"),
    ("165的身高穿多大", "size"),
    ("does it run small", "size"),
    ("尺寸是多少呢", "size"),
    ("多少钱", "price"),
    ("怎么卖的", "price"),
    ("how much is it", "price"),
    ("How much??", "price"),
    ("what's the price", "price"),
    ("这个什么价", "price"),
    ("直播间价格是多少", "price"),
    ("有几个颜色", "colour"),
    ("有没有黑色的", "colour"),
    ("what colours are there", "colour"),
    ("do you have it in black", "colour"),
    ("什么材质的", "material"),
    ("是纯棉的吗", "material"),
    ("is this real leather", "material"),
    ("what is it made of", "material"),
    ("什么时候发货", "shipping-time"),
    ("几天能到", "shipping-time"),
    ("when will it ship", "shipping-time"),
    ("how long does delivery take", "shipping-time"),
    ("包邮吗", "shipping-cost"),
    ("运费多少", "shipping-cost"),
    ("how much is shipping", "shipping-cost"),
    ("is there free shipping", "shipping-cost"),
    ("还有货吗", "stock"),
    ("什么时候补货", "stock"),
    ("is it sold out", "stock"),
    ("how many are left?", "stock"),
    ("能退吗", "returns"),
    ("不合适可以换吗", "returns"),
    ("can I return it", "returns"),
    ("what is your refund policy", "returns"),
    ("保修多久", "warranty"),
    ("坏了怎么办", "warranty"),
    ("is there a warranty", "warranty"),
    ("怎么用啊", "use"),
    ("how do I use this", "use"),
    ("how often should I apply it", "use"),
    ("成分是什么", "ingredients"),
    ("含酒精吗", "ingredients"),
    ("does it contain paraben", "ingredients"),
    ("敏感肌能用吗", "suitability"),
    ("孕妇可以用吗", "suitability"),
    ("is it good for oily skin", "suitability"),
    ("有优惠券吗", "discount"),
    ("能便宜点吗", "discount"),
    ("any discount", "discount"),
    ("do you have a coupon code", "discount"),
    ("有多重", "weight"),
    ("净含量多少", "weight"),
    ("how heavy is it", "weight"),
    ("哪里产的", "origin"),
    ("是进口的吗", "origin"),
    ("where is it made", "origin"),
    ("是正品吗", "authenticity"),
    ("is it genuine", "authenticity"),
    ("are these fake", "authenticity"),
    ("续航多久", "compatibility"),
    ("苹果手机能用吗", "compatibility"),
    ("does it work with android", "compatibility"),
    ("how long does the battery last", "compatibility"),
    ("有赠品吗", "gift"),
    ("买了送什么", "gift"),
    ("is there a free gift", "gift"),
    ("会不会起球", "care"),
    ("可以机洗吗", "care"),
    ("can I wash it", "care"),
    ("will it shrink?", "care"),
    ("几点下播", "schedule"),
    ("明天播吗", "schedule"),
    ("明天还直播吗", "schedule"),
    ("what time is the next show", "schedule"),
    ("is there a replay", "schedule"),
    ("你猫叫什么", "other"),
    ("is the cat yours", "other"),
    ("why so quiet today", "other"),
    ("主播你哪里人", "other"),
    ("hello", "-"),
    ("哈哈什么鬼", "-"),
    ("太好看了", "-"),
    ("怎么这么好看", "-"),
    ("什么都想要", "-"),
    ("已下单", "-"),
    ("M码已拍", "-"),
    ("没什么", "-"),
    ("几乎全都买了", "-"),
    ("不", "-"),
    ("666", "-"),
    ("how cute", "-"),
    ("what a lovely colour", "-"),
    ("can't wait", "-"),
    ("do it!", "-"),
    ("have a nice day", "-"),
    ("love the size", "-"),
    ("just ordered two", "-"),
    ("the price is great", "-"),
    ("when I got mine I was happy", "-"),
    ("???", "-"),
    ("？", "-"),
];

#[test]
fn sentences_are_recognised_as_labelled() {
    let wrong: Vec<String> = LABELLED
        .iter()
        .filter_map(|(text, label)| {
            let found = match topic(text) {
                None => "-",
                Some(it) => code(it).unwrap_or("other"),
            };
            (found != *label).then(|| format!("{text:?} is {label}, taken for {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), LABELLED.len(), wrong.join("\n"));
}

#[test]
fn every_topic_has_a_labelled_sentence_in_both_languages() {
    for known in TOPICS {
        let labelled = || LABELLED.iter().filter(|(_, label)| *label == known.code);
        assert!(labelled().any(|(text, _)| text.is_ascii()), "{}", known.code);
        assert!(labelled().any(|(text, _)| !text.is_ascii()), "{}", known.code);
    }
}

#[test]
fn the_numbers_of_topics_do_not_change() {
    // They stand in logs. A new topic is written at the end.
    let codes: Vec<&str> = TOPICS.iter().map(|it| it.code).collect();
    assert_eq!(
        codes.join(" "),
        "size price colour material shipping-time shipping-cost stock returns warranty use ingredients suitability \
         discount weight origin authenticity compatibility gift care schedule"
    );
}

#[test]
fn other_words_are_other_topics_and_the_same_words_are_one() {
    let cat = topic("is the cat yours?").expect("a question");
    assert!(cat.0 >= HASHED_FROM && cat.0 < 2 * HASHED_FROM);
    assert_eq!(topic("Ｉｓ　ＴＨＥ cat yours ？！"), Some(cat));
    assert_ne!(topic("is the dog yours?"), Some(cat));
}

#[test]
fn any_text_is_answered_for_without_a_panic() {
    for text in ["\u{0}", "？\u{301}", "🐱吗", "İstanbul?", "'", "s?", &"几".repeat(5_000), "ａ’ｂ"]
    {
        let found = topic(text);
        assert_eq!(found, topic(text), "{text:?}");
    }
}
