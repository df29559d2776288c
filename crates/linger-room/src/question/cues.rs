//! What asks, and what only looks like asking. It does not know what a question is about.

use super::{
    lexicon,
    phrases::{Gathered, Phrases},
    plain::Plain,
};
use std::sync::LazyLock;

/// What a phrase says of a text.
#[derive(Clone, Copy)]
enum Cue {
    /// It asks, whatever else is said.
    Asks,
    /// It asks unless something is wondered or told: "能退不", and a mark of asking.
    MayAsk,
    /// It wonders or tells, and whatever asks inside the phrase does not: "怎么这么好看".
    Tells,
    /// Whatever asks in this text is told or wondered about: "不知道买哪个好", "i know what i want".
    TellsAll,
}

/// Whether the text asks something.
pub(super) fn ask(plain: &Plain) -> bool {
    let (mut asks, mut may_ask, mut tells) =
        (false, plain.marked || plain.doubled || offers(&plain.text), false);
    for (_, cue) in PHRASES.found(&plain.text) {
        match cue {
            Cue::Asks => asks = true,
            Cue::MayAsk => may_ask = true,
            Cue::Tells => tells = true,
            Cue::TellsAll if plain.marked => tells = true,
            Cue::TellsAll => return false,
        }
    }
    asks || may_ask && !tells
}

/// Whether a short English text offers a choice: "real leather or faux".
fn offers(text: &str) -> bool {
    let words = text.split_ascii_whitespace().filter(|it| !matches!(*it, "<" | ">" | "><"));
    let place = words.clone().take(CHOICE_WORDS_MAX).position(|it| it == "or");
    place.is_some_and(|place| place > 0) && (3..=CHOICE_WORDS_MAX).contains(&words.count())
}

const CHOICE_WORDS_MAX: usize = 7;

/// Anywhere in a Chinese text, these ask.
const ASKS_ZH: &str = "吗 多少 几 什么 啥 怎么 怎样 咋 哪 谁 能不能 有没有 有木有 有无 是不是 可不可以 可否 能否 是否 会不会 要不要 \
    好不好 行不行 包不包 支不支持 多久 多大 多重 多长 多高 多宽 多厚 为何 何时 几时 多会儿 请问 求问 问一下 问下 想问 请教 求告知 求解 \
    多钱 谁知道 有人知道 真的假的 如何 不会是 还是 点计 点样 求链接 求个链接 求同款链接 求歌名 求bgm 求名字 求推荐 教教我 贵姓 天内可以 几何 教一下 求教 镜头拉近 拉近点 <价格> <价格价格 \
    <多钱> <价> <价钱> <链接> <尺码表 <尺码> <材质> <产地> <规格> <成分> 报个价 <报价 链接找不到 找不到链接 链接打不开 找不到在 链接发一下 发个链接 发下链接 发链接 价格发一下 \
    发一下价格 不知道有没有 不知道能 不知道会不会 不知道适不适 不知道合不合适 有对象没 吃饭没 谁家的 能看下 可以看 说一下价格 报一下 \
    表发一下 报一下价 给个价";
/// At the end of a Chinese stretch, these ask.
const MAY_ASK_ZH: &str = "不> 没> 没有> 木有> 么> 呢> 嘛> 否> 无> 来着> 名字> 没有呢>";
/// In Chinese, these wonder or tell.
const TELLS_ZH: &str = "\
    什么鬼 没什么 什么都 什么的> 什么神仙 什么宝藏 是什么神仙 是什么宝藏 什么绝世 什么人间 说什么都 不管什么 凭什么 要什么自行车 什么也 \
    什么时候都 什么颜色都 没有什么是 为什么要让 为什么不早 为什么这么 为什么我没 为什么我总 为什么我抢 为什么总是我 有什么好说 没什么好 \
    我管你什么 干什么都 什么话 什么情况啊这 什么价都 算什么 什么眼光 什么仙女 什么运气 什么操作 什么仇 什么叫 想什么呢 那什么 \
    啥都 没啥 啥也 说啥 不管啥 咋这么 咋那么 咋都 咋咋 咋会 咋能 咋恁 为啥这么 为啥我 \
    怎么都 怎么这么 怎么那么 怎么会这么 怎么会有 怎么可以这么 怎么能这么 怎么可能 怎么穿都 怎么搭都 怎么看都 怎么吃都 怎么用都 怎么洗都 \
    怎么看怎么 怎么穿怎么 怎么也 怎么又是 怎么又没 怎么就 怎么说呢 不怎么 再怎么 怎么舍得 怎么忍 怎么能不 怎么会不 不管怎么 怎么买都 \
    怎么如此 怎么回事这么 怎么辣么 怎么老是我 \
    哪里哪里 哪都 哪里都 哪儿都 哪个都 哪款都 哪件都 哪有人 哪有不 哪里找 天哪 好哪 哪里不太对 哪怕 哪能不 哪里不对 上哪找 去哪找 \
    哪个不 哪里像 哪天也 \
    多少有点 多少带点 有多少买 多少都 没多少 多少人等 多少次了 多少年了 再多少 喝多少都 吃多少都 要多少有 多少钱都 \
    几乎 好几 几百 几千 几万 没几 这几 那几 前几 后几 上几 最近几 过几 几个都 几个闺蜜 几个朋友 几个姐妹 几个同事 买了几 等了几 \
    用了几 穿了几 试了几 看了几 蹲了几 抢了几 几次了 几天了 几年了 几回 几分钟 几秒 十几 几十 有几个钱 几件都 几款都 几天都 囤了几 \
    几辈子 几号都 \
    谁不 谁能 谁懂 谁顶 这谁 谁穿谁 谁用谁 谁买谁 谁还 谁会不 谁敢信 谁说 谁家好人 谁看谁 谁都 谁想 谁让 谁来救 谁借 谁受得了 \
    谁也 爱谁谁 \
    <还是 我还是 果然还是 最后还是 依然还是 还是那 还是这么 还是很 还是要 还是算 还是喜欢 还是得 还是没 还是买 还是原来 还是老 \
    还是你 还是主播 还是第一次 还是等 还是不 还是熟悉 都还是 \
    有没有人管 能不能别 能不能让 要不要这么 你要不要 能不能给我留 能不能不要 会不会太 是不是很好看 可不可以别 有没有一种 好不好看不 \
    动不动 不得不 么么 好么> 那么 多么 这么 要么 嘛呢 哪一款都 怎么选都 多少件都 不就是 几块钱的快乐 有没有可能我 有没有天理 有没有搞错 谁家主播 啥时候都 哪来的仙女 哪来的这么 多看几 是的呢 对呢 好的呢 在呢> 怎么说> <怎么说 行不行都 能不能都 好不好都 是不是都 管不管都 怎么选 几眼 是不是傻 谁家的好 是吧 会谢 谁看了 几天没 几天不见 怎么办呀 <怎么办> 这是要逼 多少次想 次想买 好嘛 行嘛 就是嘛 不错嘛 可以嘛> 可爱嘛 漂亮嘛 <没> <不> <没有> 没有没有 没没 \
    不不 不错 都没有 也没有 还没有 还没> 也没> 都没> 我没> 又没> 才不 也不> 就不> 我不> 要不> 偏不> 怎么没早 咋没早 <无> 没谁了 <不卡 哪有女生 哪有男生 还要啥 要啥自行车 问啥 怎么买不到原来 几年没 是谁还没 有没有一起 \
    着呢> 才呢> 挺好呢 可好呢 管他呢 吗喽 干嘛不 还行吗这 <同问 什么时候轮到我 什么时候才能有钱 手慢无 \
    怎么办啊好想 怎么办都想 怎么办全都 怎么办好喜欢";
/// Inside the phrases above, these ask after all.
const ASKS_AFTER_ALL_ZH: &str = "怎么这么卡 怎么这么慢 怎么这么久 怎么这么安静 怎么这么贵 怎么这么黑 怎么这么暗 怎么这么小声 怎么这么吵 怎么这么模糊 怎么这么糊 怎么那么卡 \
    为什么这么卡 为什么这么贵 咋这么卡 咋这么慢 咋这么贵 咋这么黑 谁能说 谁能告诉 谁能讲 什么叫法 为啥我拍 为啥我的 为什么我拍 \
    怎么就没 谁还有 怎么又没声 什么都有吗";
/// In Chinese, these make all of a text telling.
const TELLS_ALL_ZH: &str = "不知道 纠结 管它 管他 我管你 无论 我知道 难怪 怪不得 问就是 别问 问我 说了是 问过了 知道为 不管多少 不管什么 \
    我就说 你说呢 听说 我猜 客服说 主播说了 说过了 想起来了";

/// At the beginning of an English stretch, these ask.
const FIRST_EN: &str = "will a, can a, can dogs, can cats, can babies, can someone, ok for, good for, safe for, compatible with, combined, do dogs, single>, you single, love to know, curious, which, did the, did it, did my, did you, would a, would my, can guys, can boys, can girls, can women, can one, any update, would an, which, where, why, who, what, how, anyone, is, are, any, does, do you, do they, do we, do i, do these, \
    do those, do all, do the, did you, did they, did anyone, did i, did it, can i, can you, can we, can it, can they, can this, \
    can these, can my, can kids, can someone, can anyone, could i, could you, could we, could it, could they, could someone, \
    has anyone, has it, has this, has the, have you, have they, have anyone, will it, will this, will that, will you, will they, \
    will there, will these, will those, will the, will i, would this, would it, would you, would that, would these, would i, \
    would they, should i, should we, should it, was it, was this, was that, were these, were they, were those, when is, when are, \
    when do, when does, when did, when will, when can, when was, when would, when should, am i, may i, whose, whom, how to, \
    price>, price price, size>, size chart, link>, cost>, coupon>, eta>, ingredients>, material>, fabric>, colours>, colour>, \
    dimensions>, measurements>, weight>, price size, first time buyer, do first time, do all, do kids, do men, do women, do most, do both, shipping>, discount>, restock when, code>, price of, price for, price on, number, name of, \
    difference between, diff between, can someone, difference";
/// Anywhere in an English text, these ask.
const ASKS_EN: &str = "how much, how many, how long, how often, how to, how do i, how do you, how does, how can i, how big, how tall, \
    how old, how soon, how heavy, what size, what sizes, which size, which one, which is better, what colour, which colour, \
    what colours, what time, what is the, what is your, what are the, what should i, what if, what do i, what do you think, what do you recommend, what would you, can not find the, can not find it, i get it when, when can i, what about, how about, \
    where is, where are, where do, where can, where did, when is, when will, when are, when do, is there, are there, do you have, \
    do you ship, do you take, do you do, do you sell, do you know, does it, does this, does that, can i, can you, could you, \
    can we, anyone know, anyone knows, any discount, any coupon, any update, how is the, if there is, question about, is it, is this, is that, are these, \
    are they, are those, are you, will it, will this, will you, should i, is the, who is, which is the, why is the, why can, \
    why does, would it, would this, any chance, do i need, do i have";
/// In English, these wonder or tell.
const TELLS_EN: &str = "\
    <what>, <why>, <how>, <who>, <which>, <is>, what a, what an, what the, what what, what else is new, what more, what more could you want, what more could you ask, what could be, \
    what would i do, what would we do, what can i say, what is not to, what is life, what is up, what they, what i, what it is, \
    what it says, what you see, what else could, how do you make everything, are you trying to make, are you trying to kill, did i need it, do i need it no, what are you waiting for, what are we waiting for, what is happening, what is going on, what world, are we dreaming, is anyone else broke, is anyone else obsessed, is anyone else drooling, is anyone else in love, is anyone else crying, how is it only, how did they make it so, how did she, how does she look so, do i have a problem, do i have any self, can someone stop me, can somebody stop me, can someone hide my, did someone say, where was this last, where were you when, which one would i not, who am i to, what have you done, what did i just, what fun, what joy, what luck, what beauty, what taste, how can you say no, how can you not, how am i supposed, how many is too many, how generous, how thoughtful, how do i stop, how do i choose, how do i tell my, why thank, why yes, why wait, who am i kidding, where do i even start, where do i begin, is that a steal, is it weird that, is it bad that, is it wrong that, is it just me, is it too early, is it even legal, are we ready, are we excited, are you ready, did i just, do i need it, do i need another, do i really need, have you no, have you ever seen anything, any excuse, any of, any one of, any colour, any day, does this every time, does it every time, has anyone told you, has anyone ever told, should i just, is it christmas, would it be weird, could you not, \
    <how a, how the turn, how did i, how have i, how is everyone, how is everybody, how is it going, how are you, how are you all, \
    how are we, how is your day, how is your night, how are things, how is life, how you doing, how do you do>, how do you do it, \
    how could i, how could anyone, how can anyone, how can i resist, how can i say no, how dare, how i, how is this so, how is she so, \
    how are you so, how much i, how is this even, how is it even, how many more do i need, how come i, how you do it, \
    who needs, who cares, who does not, who do not, who would not, who else, who knew, who said, who would have, who am i, who can resist, \
    who can say, who is ready, who is excited, who is with me, who wants, who let, \
    why am i, why do i, why not, why is this so, why are you so, why are you like, why would, why are these so, why is she so, \
    why must, why did i, why is everything so, why did no one tell, why have i not, why you gotta, why so, why is it always, \
    <why why, \
    where have you been, where has this been, where has it been, where was this when, where have i been, where has she been, \
    where have these been, which is why, which is what, which is how, which is great, which is good, which is nice, \
    is this a dream, is this real life, is this heaven, is it payday, is it friday, is it just me or is this so, is it a crime, \
    is what, is so, is such, is the best, is the cutest, is my, is a, is very, is really, is amazing, is perfect, is gorgeous, \
    is beautiful, is fire, is great, is back, is here, is everything, is always, is too, is stunning, is killing, is insane, \
    <are so, <are the best, <are amazing, <are all, are you kidding, are you joking, are you serious, are you for real, are you sure, \
    you are, they are, we are, are you seeing this, are we sure, are the best, \
    can this get any, can it get any, could this be any, could it be any, can you believe, can i just say, can we just, \
    can we talk about how, can we appreciate, can i get an amen, can i get a, can i live, can it be payday, could you be any, \
    could you imagine, can i be you, can i have them all, can you imagine, \
    <do it, <do not, <do want, <does not, <does the job, <does the trick, <does what, <does exactly, <did it, <did not, <does wonders, \
    <has to, <has been, <have it, <have this, <have that, <have the, <have a, <have mine, <have fun, <have to, <have two, <have been, \
    <will be, <will buy, <will take, <will do, <will order, <will definitely, <will have to, will it ever end, \
    would love, would buy, would not, would be, would you look at, should have, should be, was so, were so, was worth, \
    <when i, <when it, <when you, <when we, <when in, <when they, <when she, <when life, when are you not, when will i learn, \
    when will i win, when do i ever, when is payday, \
    isnt she, is not it>, is not she, is not that, is not this, <is not, however, any day now, any time, anyone can, anytime, \
    as if, even if, is that so, who is a, did you see that, is it love, whichever, do you even, will you marry, \
    how cool is, how cute is, how pretty is, how good is, how gorgeous is, how sweet is, how adorable is, how fun, \
    now or never, take it or, sooner or later, more or less, or so, or two, or three, or die, or nothing, or else, believe it or";
/// After "how", these wonder: "how cute".
const WONDERED_EN: &str = "cute nice beautiful pretty lovely cool funny sweet wonderful gorgeous amazing adorable great fun kind \
    stunning fancy perfect awesome exciting fabulous incredible good rude dare nice";
/// Inside the phrases above, these ask after all.
const ASKS_AFTER_ALL_EN: &str = "how do you do wholesale, is the best size, how good is the, how good is it, how good are, why so quiet, \
    how sweet is it, when it will, when you are live, why did my, why do i have to, why do i need, what i need to, who wants to trade, \
    can i get a refund, can i get a discount, can i get a size, can i get a link, can i get a code, can i get a medium, can i get a large, \
    can i get a small, how i can, do not you have, how are you shipping, how are you able, how are they, <when it is, is a small, is a medium, \
    is a large, is my size, is my order, which is good for";
/// In English, these make all of a text telling.
const TELLS_ALL_EN: &str = "i know, i do not know, you know what, do not know, not sure, no matter, do not care, now i know, that is why, \
    that is how, that is what, this is what, this is why, i see why, i wonder no, guess what, guess who, no idea how, no wonder, \
    can not decide, could not decide, no idea what, i understand why, she said, he said, you said, they said, already said, told me, \
    i remember when, this is how, it is how";

static PHRASES: LazyLock<Phrases<Cue>> = LazyLock::new(|| {
    let mut all = Gathered::new();
    all.close(ASKS_AFTER_ALL_ZH, Cue::Asks);
    all.anywhere(ASKS_AFTER_ALL_EN, Cue::Asks);
    all.close(TELLS_ALL_ZH, Cue::TellsAll);
    all.anywhere(TELLS_ALL_EN, Cue::TellsAll);
    all.close(TELLS_ZH, Cue::Tells);
    all.anywhere(TELLS_EN, Cue::Tells);
    for wonder in WONDERED_EN.split_whitespace() {
        all.add(&format!("<how {wonder}"), Cue::Tells);
    }
    all.close(ASKS_ZH, Cue::Asks);
    all.anywhere(ASKS_EN, Cue::Asks);
    for first in FIRST_EN.split(", ") {
        all.add(&format!("<{first}"), Cue::Asks);
    }
    all.close(MAY_ASK_ZH, Cue::MayAsk);
    lexicon::showing(&mut all, Cue::Asks);
    all.phrases()
});
