//! What is left of a question beyond the topics when its wording is taken away, so that the same question in other words
//! leaves the same. It does not know whether a text asks.

use super::phrases::{Gathered, Phrases};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, sync::LazyLock};

/// What a phrase is worth.
#[derive(Clone, Copy)]
enum Worth {
    /// Nothing: everybody says it.
    Nothing,
    /// It stands for a thing or a way of asking, beside other words.
    Means(&'static str),
    /// It is what the question is about; unknown words beside it say nothing more.
    Is(&'static str),
}

/// 24 bits of a hash over the gist of a plain text; `None` when nothing is left of it.
///
/// The gist is a set: known phrases folded to one word each, English words to their stems, other Chinese characters as
/// they are, and what everybody says left out. Order and repetition do not count.
pub(super) fn gist(text: &str) -> Option<u32> {
    let (mut known, mut unknown, mut is_settled) = (BTreeSet::new(), BTreeSet::new(), false);
    let mut end = 0;
    for (place, worth) in PHRASES.found(text) {
        words(&text[end..place.start], &mut unknown);
        end = place.end;
        match worth {
            Worth::Nothing => {}
            Worth::Means(word) => {
                known.insert(word);
            }
            Worth::Is(word) => {
                known.insert(word);
                is_settled = true;
            }
        }
    }
    words(&text[end..], &mut unknown);
    for (strong, weak) in OUTWEIGHS {
        if known.contains(strong) {
            known.remove(weak);
        }
    }
    if is_settled {
        unknown.clear();
        known.retain(|word| !WAYS.contains(word) && !SIDES.contains(word));
    } else if !unknown.is_empty() || known.iter().any(|word| !WAYS.contains(word)) {
        known.retain(|word| !WAYS.contains(word));
    }
    if known.is_empty() && unknown.is_empty() {
        return None;
    }
    let mut hash = Sha256::new();
    for word in known.into_iter().chain(unknown) {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    let hash = hash.finalize();
    Some(u32::from_be_bytes([0, hash[0], hash[1], hash[2]]))
}

/// Takes in the words and characters of a piece of text that holds no known phrase.
fn words<'a>(text: &'a str, into: &mut BTreeSet<&'a str>) {
    for piece in text.split(['<', '>', ' ']) {
        if piece.as_bytes().first().is_some_and(u8::is_ascii) {
            into.insert(stem(piece));
        } else {
            into.extend(piece.char_indices().map(|(at, c)| &piece[at..at + c.len_utf8()]));
        }
    }
}

/// The word without the ending that an English word takes on.
fn stem(word: &str) -> &str {
    let long = |rest: &&str| rest.len() >= 3;
    let without = |ending| word.strip_suffix(ending).filter(long);
    without("ing")
        .or_else(|| without("ed"))
        .or_else(|| without("es"))
        .or_else(|| without("s"))
        .unwrap_or(word)
}

/// Ways of asking: they count only where nothing else is left.
const WAYS: &[&str] = &["why", "who", "when"];
/// Sides of a thing: they count unless it is clear what the question is about.
const SIDES: &[&str] = &["where", "name", "brand", "shop"];

/// Of two that come together, the first says all: "is it too loud, what is that sound".
const OUTWEIGHS: &[(&str, &str)] =
    &[("noise", "sound"), ("song", "sound"), ("new", "when"), ("song", "name"), ("spicy", "smell")];

/// Said in any question.
const NOTHING_ZH: &str = "吗 呢 么 嘛 吧 啊 呀 的 了 着 过 是 有 在 就 都 也 还 又 很 太 会 能 可以 要 想 给 把 被 和 跟 与 对 个 一 一个 一下 \
    不 没 没有 有没有 是不是 能不能 会不会 要不要 可不可以 什么 啥 怎么 怎样 怎么样 咋样 咋 如何 多少 几 哪个 哪 这 那 这个 那个 这款 这件 \
    这里 那边 你 你们 我 我们 他 她 它 大家 主播 姐姐你 小姐姐 宝 宝子 亲 家人们 请问 问一下 想问 问下 今天 昨天 明天 现在 今晚 今年 刚才 刚刚 \
    等下 一会 一直 平时 每天 上次 家 你家 你们家 人 东西 里 里面 上 下 到 去 来 用 做 说 看 听 得 地 大 大不大 很大 真的 之 其实 只有 只 为 \
    好像 有点 总 总是 老是 所以 然后 比较 请 求 告诉 知道 有人 谁知道 身上";
const NOTHING_EN: &str = "a, an, the, is, are, am, was, were, be, been, do, does, did, done, have, has, had, can, could, will, would, \
    should, may, i, you, your, yours, we, us, our, they, them, their, he, she, his, her, it, its, this, that, these, those, there, \
    here, what, which, how, of, in, on, at, to, strong, crying, for, from, with, by, as, and, or, but, so, if, not, no, any, some, all, one, ones, \
    me, my, mine, just, even, really, still, ever, yet, now, today, tonight, yesterday, tomorrow, again, also, too, very, much, many, \
    get, got, go, going, like, kind, guys, girl, hey, hi, hello, know, tell, thing, stuff, right, else, anyone, everyone, someone, \
    people, up, out, good, about, than, then, be able, using, use, wear, wearing, own";

/// Words with what they stand for, beside others.
const MEANS: &[(&str, &str, &str)] = &[
    ("why", "为什么 为啥 为何", "why"),
    ("who", "谁", "who, whose"),
    ("when", "什么时候 啥时候 何时 几时", "when"),
    (
        "where",
        "哪里 哪儿 在哪 去哪 去哪了 去哪里 去哪儿 去哪里了 去哪儿了 呢> 怎么没来 咋没来 没来 没在 不在 人呢",
        "where",
    ),
    (
        "name",
        "贵姓 称呼 怎么称呼 叫什么名字 叫什么 叫啥 叫啥名 叫啥名字 名字 叫",
        "name, should we call, call you, called, names, call",
    ),
    ("brand", "什么牌子 啥牌子 哪个牌子 牌子 品牌 什么牌", "brand, brands, which brand, what brand"),
    ("cat", "猫 猫咪 猫猫 喵", "cat, cats, kitty, kitten"),
    ("dog", "狗 狗狗 狗子 小狗", "dog, dogs, doggo, puppy, doggy"),
    ("guest", "嘉宾 谁来", "guest, guests, special guest"),
    (
        "age",
        "年纪 多大年纪 哪年的 几岁啊 几何 多大 多大了 几岁 几岁了 芳龄 年龄 年纪",
        "how old, ask your age, age, aged, years old",
    ),
    ("shop", "店 店铺 门店 小店", "shop, store, stores, shops"),
    ("phone", "手机", "phone, cell"),
];

/// Phrases that say what a question is about, whatever else is said with them.
const IS: &[(&str, &str, &str)] = &[
    (
        "song",
        "什么歌 这首歌 首歌 歌名 bgm 背景音乐 什么音乐 放的歌 歌叫",
        "song, songs, music, tune, track name, playlist",
    ),
    (
        "sound",
        "麦 没开麦 麦克风 声音 没声音 没声 听不到 听不见 静音 音量",
        "sound, audio, muted, mute, unmute, hear, hearing, muted, volume, mic",
    ),
    ("noise", "吵 吵不吵 噪音 噪声 嗡嗡", "loud, noisy, noise, quiet mode"),
    (
        "lag",
        "卡 卡吗 好卡 卡不卡 卡顿 画面卡 延迟 很卡 模糊 黑屏",
        "lag, laggy, lagging, lags, freezing, frozen, freeze, buffering, glitching, glitchy",
    ),
    (
        "from",
        "哪里人 哪儿人 哪的人 哪人 老家 什么地方人 哪个城市的人 哪个城市 在哪个城市",
        "streaming from, live from, you located, what state, which state, are you from, you from, you guys from, you all from, where from, what city, what country, which country, which city, you live, are you based, guys based, you based",
    ),
    (
        "partner",
        "结婚 对象 男朋友 女朋友 单身 老公 老婆 男票 女票 脱单 有主",
        "married, single, boyfriend, girlfriend, bf, gf, husband, wife, partner, dating",
    ),
    ("height", "多高 身高", "how tall, height, your height"),
    ("birthday", "生日 星座 属什么 几号生", "birthday, bday, zodiac"),
    (
        "smell",
        "味道 味儿 有味 什么味 啥味 香味 气味 异味 味重 好闻 难闻 香型",
        "smell, smells, scent, scented, odor, smelly, smell like",
    ),
    ("spicy", "辣 辣不辣 很辣", "spicy, hot sauce"),
    ("sour", "酸 酸不酸 很酸", "sour"),
    ("throat", "嗓子 喉咙 感冒", "sick, your voice, sore throat"),
    ("helper", "助理 小助理 旁边那个 旁边的人", "assistant, helper, guy behind you, who is behind you"),
    ("sleep", "睡觉 几点睡 睡", "go to bed, sleep at night"),
    ("skirt", "你穿的裙子 主播裙子 你裙子", "your dress, your skirt"),
    ("sweet", "甜 甜不甜 很甜", "sweet, sweetness, taste sweet"),
    ("lipstick", "口红 唇釉 唇色 唇膏", "lipstick, lip colour, lip gloss, lips"),
    ("perfume", "香水", "perfume, cologne"),
    ("hair", "染 头发 发型 发色", "hair, haircut, hairstyle"),
    ("nails", "指甲 美甲", "nail, nails, manicure"),
    ("earrings", "耳环 耳钉 耳坠", "earring, earrings"),
    ("ring", "戒指", "ring"),
    ("tattoo", "纹身", "tattoo, tattoos"),
    (
        "store",
        "实体店 线下店 线下 店在哪 店铺在哪 店在哪里 门店在哪 地址 你们在哪",
        "visit the store, where is the store, the store, physical store, store located, brick and mortar, storefront, where is your store, where is your shop",
    ),
    (
        "new",
        "上新 新款 新品 出新",
        "new collection, new arrivals, new arrival, new stuff, new drop, new line",
    ),
    ("group", "粉丝群 群 进群 加群", "fan group, group chat, discord"),
    ("agent", "代理 加盟 分销", "affiliate, affiliates, reseller, agent"),
    ("wholesale", "批发 拿货 进货 批量", "wholesale, bulk"),
    ("hiring", "招人 招聘 招主播 还招 招不招 招", "hiring, job, jobs, work for you"),
    (
        "eaten",
        "吃饭 吃了 吃了吗 吃了没 晚饭 午饭 早饭 吃的啥 吃的什么 吃啥了",
        "eat, eaten, ate, dinner, lunch, breakfast",
    ),
    ("rain", "下雨 雨", "rain, raining"),
    ("weather", "天气 冷不冷 冷吗", "weather, cold there, hot there"),
    ("tired", "累 累不累 困", "tired, sleepy, exhausted"),
    ("waterproof", "防水 怕水", "waterproof, water proof, water resistant, get wet"),
    ("instagram", "ins", "instagram, insta, ig"),
    ("wechat", "微信", "wechat"),
    ("tiktok", "抖音", "tiktok"),
    ("app", "app", "app, apps"),
    ("moderator", "房管 场控", "mod, mods, moderator"),
    ("member", "会员 vip", "membership, vip, member"),
    (
        "clothes",
        "身上的衣服 穿的什么牌子 身上穿的 衣服哪个牌子 身上衣服",
        "what are you wearing, your outfit, your dress from, your top from",
    ),
    ("taste", "口感 什么口味", "taste, tastes, flavour, flavor, flavors, tasty"),
    ("children", "孩子 小孩 娃 小朋友", "kid, kids, child, children"),
    ("holiday", "放假 过年 春节 放不放假 国庆", "holiday, holidays, christmas, thanksgiving"),
    ("light", "灯 灯光 开亮 太暗 好暗 这么暗", "light, lighting, dark, brighter"),
    (
        "keep",
        "留一件 留一个 给我留 帮我留 预留 留一双 留一份",
        "hold one, hold it, reserve, set aside, save one, save me",
    ),
    ("glasses", "眼镜 墨镜", "glasses, sunglasses"),
    ("makeup", "化妆 妆 粉底 眼影 腮红", "makeup, foundation, eyeshadow, blush"),
    ("necklace", "项链", "necklace"),
    ("watch", "手表", "your watch"),
    ("camera", "相机 摄像头 什么设备", "camera, webcam"),
    ("filter", "滤镜 美颜", "filter, filters"),
    ("pay", "工资 赚多少 月薪", "salary, paid well, earn, make a month"),
    ("followers", "多少粉丝 粉丝数", "followers, how many subs"),
    ("watching", "直播间有多少人 多少人在看", "how many people are watching, viewers, how many watching"),
    ("quiet", "安静 没人说话", "quiet, silent"),
    ("contact", "怎么联系 联系方式 客服在", "contact, reach you, customer service, support team"),
    ("custom", "定制 刻字", "custom, customized, customize, engraved, engraving, personalized"),
];

static PHRASES: LazyLock<Phrases<Worth>> = LazyLock::new(|| {
    let mut all = Gathered::new();
    for (word, zh, en) in IS {
        all.close(zh, Worth::Is(word));
        all.spaced(en, Worth::Is(word));
    }
    for (word, zh, en) in MEANS {
        all.close(zh, Worth::Means(word));
        all.spaced(en, Worth::Means(word));
    }
    all.close(NOTHING_ZH, Worth::Nothing);
    all.spaced(NOTHING_EN, Worth::Nothing);
    all.phrases()
});
