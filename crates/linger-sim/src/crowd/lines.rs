//! What people say, in Chinese and English: questions by topic, remarks, choruses, and what a host answers.
//!
//! It does not know who says it or when. All lines are written for this project; `{it}` stands for the item on stage.

use crate::dice::Dice;
use crate::goods::About;

/// The language somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// Lines in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// Chinese ones.
    pub zh: &'static [&'static str],
    /// English ones.
    pub en: &'static [&'static str],
}

impl Lines {
    /// The lines of one language.
    pub fn of(&self, tongue: Tongue) -> &'static [&'static str] {
        match tongue {
            Tongue::Zh => self.zh,
            Tongue::En => self.en,
        }
    }
}

/// How people ask about a topic.
pub fn questions(about: About) -> Lines {
    match about {
        About::Price => Lines {
            zh: &["多少钱呀", "这个多少钱", "{it}怎么卖", "现在什么价格", "今天价格是多少", "几块钱一个"],
            en: &["how much is it?", "what's the price?", "how much for the {it}?", "price please?"],
        },
        About::Size => Lines {
            zh: &["有大一点的码吗", "多大尺寸啊", "165/52穿多大", "尺码偏小吗", "{it}有几个尺寸"],
            en: &["what sizes do you have?", "does it run small?", "how big is it?", "is it true to size?"],
        },
        About::Colour => Lines {
            zh: &["有几个颜色", "有黑色吗", "还有别的颜色吗", "主播手里是什么颜色", "有灰色吗"],
            en: &[
                "what colours are there?",
                "do you have it in black?",
                "is there a blue one? which colors?",
            ],
        },
        About::Material => Lines {
            zh: &["什么材质的", "是什么面料呀", "{it}是什么做的", "材质厚不厚实呢"],
            en: &["what is it made of?", "what material is this?", "what's the fabric like?"],
        },
        About::ShippingTime => Lines {
            zh: &["什么时候发货", "几天能到", "今天拍什么时候发货", "发什么快递呀", "广州几天到"],
            en: &["when does it ship?", "how long is delivery?", "when will it arrive?"],
        },
        About::ShippingCost => Lines {
            zh: &["包邮吗", "新疆包邮吗", "邮费多少", "运费怎么算"],
            en: &[
                "is shipping free? free shipping?",
                "do you have free shipping?",
                "how much is the shipping?",
            ],
        },
        About::Stock => Lines {
            zh: &["还有货吗", "还有库存吗", "卖完了吗", "什么时候补货呀", "没抢到还会补吗"],
            en: &["is it still in stock?", "how many are left?", "will you restock?", "is it sold out?"],
        },
        About::Returns => Lines {
            zh: &["可以退吗", "不合适能退吗", "支持七天无理由吗", "不喜欢可以退换货吗"],
            en: &["can I return it?", "what about refunds?", "can i send it back if I don't like it?"],
        },
        About::Warranty => Lines {
            zh: &["保修多久", "坏了怎么办", "有质保吗", "售后怎么样呢"],
            en: &["how long is the warranty?", "is there a guarantee?", "what if it breaks? warranty?"],
        },
        About::Use => Lines {
            zh: &["{it}怎么用呀", "新手怎么用", "平时怎么使用", "一天几次合适"],
            en: &["how do you use it?", "how often should I use it?", "how do I set it up?"],
        },
        About::Suitability => Lines {
            zh: &["敏感肌能用吗", "孕妇可以用吗", "三岁宝宝能用吗", "适合送老人吗", "小孩子能用吗"],
            en: &["is it good for sensitive skin?", "is it suitable for kids?", "is it safe for a baby?"],
        },
        About::Discount => Lines {
            zh: &["有优惠券吗", "两件有优惠吗", "还能便宜点吗", "券在哪里领", "有没有满减"],
            en: &["any discount for two?", "is there a coupon?", "any promo code today?"],
        },
        About::Weight => Lines {
            zh: &["重不重呀", "净含量多少", "有多重", "拿着重吗"],
            en: &["how heavy is it?", "how many grams is it?", "what does it weigh?"],
        },
        About::Origin => Lines {
            zh: &["产地是哪里", "哪里产的呀", "是国产的吗", "是进口的吗"],
            en: &["where is it made?", "where does it come from?", "is it imported?"],
        },
        About::Care => Lines {
            zh: &["可以机洗吗", "会起球吗", "会掉色吗", "平时怎么保养", "水洗会缩水吗"],
            en: &[
                "can I wash it?",
                "does it shrink?",
                "does the colour fade in the wash?",
                "is it washable?",
            ],
        },
        About::Gift => Lines {
            zh: &["有赠品吗", "送什么呀", "有礼盒装吗", "今天下单送小样吗"],
            en: &["is there a free gift?", "does it come in a gift box?", "do we get a sample?"],
        },
    }
}

/// What the host answers in writing.
pub fn answers(about: About) -> Lines {
    match about {
        About::Price => Lines {
            zh: &["价格看屏幕上的卡片，直播间专享价"],
            en: &["The show price is on the card"],
        },
        About::Size => Lines {
            zh: &["尺寸表在详情里，正常码，拿不准就选大一号"],
            en: &["True to size, take one up if unsure"],
        },
        About::Colour => Lines {
            zh: &["颜色都在卡片里，黑白灰常备"],
            en: &["All colours are on the card, black and grey are back"],
        },
        About::Material => Lines {
            zh: &["材质写在详情页第一行，我近一点给大家看"],
            en: &["The material is in the first line, I will hold it closer"],
        },
        About::ShippingTime => Lines {
            zh: &["今晚拍，48小时内发出，一般三天到"],
            en: &["Ships within 48 hours, about three days on the way"],
        },
        About::ShippingCost => Lines {
            zh: &["全国包邮，偏远地区也包"],
            en: &["Free shipping everywhere in the country"],
        },
        About::Stock => Lines {
            zh: &["库存在卡片上实时显示，付不了款的会放回来"],
            en: &["What is left is on the card, unpaid ones come back"],
        },
        About::Returns => Lines {
            zh: &["七天无理由，运费险已经送了"],
            en: &["Seven days to return, no reason needed"],
        },
        About::Warranty => {
            Lines { zh: &["一年质保，坏了换新"], en: &["One year of warranty, we replace it"] }
        }
        About::Use => Lines {
            zh: &["我现在演示一遍，说明书也在盒子里"],
            en: &["Watch, I will show it now; a leaflet is in the box"],
        },
        About::Suitability => Lines {
            zh: &["大多数人都可以，敏感的先小范围试"],
            en: &["Fine for most people, try a little first"],
        },
        About::Discount => Lines {
            zh: &["两件再减，下单页自动算好"],
            en: &["Two are cheaper, the order page does it for you"],
        },
        About::Weight => Lines {
            zh: &["单手拿很轻松，重量在详情里"],
            en: &["Easy in one hand, the weight is in the details"],
        },
        About::Origin => Lines {
            zh: &["产地写在卡片上，我们自己去看过"],
            en: &["The origin is on the card, we have been there"],
        },
        About::Care => Lines { zh: &["冷水轻柔洗，不要烘干"], en: &["Cold gentle wash, no dryer"] },
        About::Gift => Lines {
            zh: &["今晚下单都送小样，带礼盒"],
            en: &["Tonight every order gets a sample and a box"],
        },
    }
}

/// What a text asks about, by our own lines.
pub fn about_of(text: &str) -> Option<(About, Tongue)> {
    About::ALL.into_iter().find_map(|about| {
        let said = |lines: &[&str]| {
            lines.iter().any(|line| match line.split_once("{it}") {
                Some((before, after)) => text.starts_with(before) && text.ends_with(after),
                None => *line == text,
            })
        };
        let lines = questions(about);
        match (said(lines.zh), said(lines.en)) {
            (true, _) => Some((about, Tongue::Zh)),
            (_, true) => Some((about, Tongue::En)),
            _ => None,
        }
    })
}

/// A comment of at most so many bytes, made of what people say, for load.
pub fn danmu(dice: &mut Dice, bytes_max: usize) -> String {
    let tongue = if dice.chance(0.6) { Tongue::Zh } else { Tongue::En };
    let mut text = String::with_capacity(bytes_max);
    while let Some(line) = dice.pick(REMARKS.of(tongue)) {
        for c in line.replace("{it}", "").chars().chain([' ']) {
            if text.len() + c.len_utf8() > bytes_max {
                return text;
            }
            text.push(c);
        }
    }
    text
}

/// Said about the item on stage.
pub const REMARKS: Lines = Lines {
    zh: &[
        "{it}看着好有质感",
        "这个我家有，真的好用",
        "已经回购三次了",
        "颜色好温柔",
        "细节拍得好清楚",
        "给我妈也买一个",
        "上次买的同事都问链接",
        "做工可以的",
        "包装好好看",
        "我先放购物车了",
        "朋友推荐来的",
        "之前那批质量真不错",
        "心动了心动了",
        "这个价格可以冲",
        "{it}我等了一晚上",
        "讲得真细",
        "手感看起来很好",
        "有点想要但是在纠结",
        "囤一个过冬",
        "宿舍党表示很需要",
    ],
    en: &[
        "the {it} looks solid",
        "bought this last month, love it",
        "my sister has one, really good",
        "such a clear picture",
        "such a soft colour",
        "adding it to my list",
        "that is a fair price",
        "mine arrived yesterday, very happy",
        "would be nice in my kitchen",
        "the box is pretty",
        "getting one for my mum",
        "been waiting for the {it} all night",
        "looks better than in the photos",
        "good quality last time",
    ],
};

/// Said when nothing in particular is going on.
pub const IDLE: Lines = Lines {
    zh: &[
        "主播喝口水吧",
        "快上下一个宝贝",
        "今天背景好好看",
        "晚上好呀大家",
        "刚下班来看看",
        "主播声音好听",
        "有点困了",
        "等抽奖等到现在",
    ],
    en: &[
        "good evening from Leeds",
        "nice background today",
        "just got home from work",
        "next one please",
        "cosy stream",
        "waiting for the draw",
        "the light is lovely",
    ],
};

/// Said on coming in.
pub const GREETINGS: Lines = Lines {
    zh: &["来了来了", "晚上好", "主播好", "打卡", "刚进来", "前排"],
    en: &["hi everyone", "hello!", "just joined", "evening all", "hey"],
};

/// What catches on: said because others say it.
pub const CHORUS: Lines = Lines {
    zh: &[
        "哈哈哈哈",
        "666",
        "冲冲冲",
        "好看好看",
        "想要",
        "真的假不了",
        "爱了爱了",
        "+1",
        "啊啊啊",
        "可以可以",
        "蹲一个",
        "支持主播",
    ],
    en: &["haha", "lol", "same", "+1", "so good", "want", "yesss", "love it", "wow", "take my money"],
};

/// Said when a sale opens.
pub const SALE: Lines = Lines {
    zh: &["抢到了！", "已拍", "下单了下单了", "手慢了", "冲了两件", "付款成功", "拍了，等发货"],
    en: &["got one!", "ordered", "just bought two", "too slow again", "paid!", "mine"],
};

/// Said when an answer came.
pub const THANKS: Lines = Lines {
    zh: &["懂了谢谢主播", "好的谢谢", "明白了", "那我下单了", "回复好快"],
    en: &["thanks!", "got it, thank you", "great, ordering then", "good to know"],
};

/// Said when the winners of a draw are known.
pub const DRAWN: Lines = Lines {
    zh: &["又没中", "恭喜恭喜", "蹭蹭欧气", "下次一定", "羡慕了"],
    en: &["congrats!", "never me", "next time", "lucky you", "well done winners"],
};

/// Parts of Chinese nicknames.
pub const NAMES_ZH: (&[&str], &[&str]) = (
    &[
        "小",
        "阿",
        "爱吃",
        "圆圆的",
        "慢吞吞的",
        "早起的",
        "会飞的",
        "深海",
        "南方",
        "一只",
        "今天也是",
        "楼下的",
    ],
    &[
        "鱼干", "橘子", "团子", "小鹿", "月亮", "豆包", "青柠", "松果", "奶茶", "柚子", "云朵", "年糕",
        "山雀", "土豆",
    ],
);

/// Parts of English nicknames.
pub const NAMES_EN: (&[&str], &[&str]) = (
    &[
        "Milo", "Ada", "Juno", "Theo", "Wren", "Otis", "Nora", "Finn", "Iris", "Ezra", "Luca", "Maeve",
        "Remy", "Sage",
    ],
    &["_k", "reads", "77", "_home", "w", ".tea", "2049", "_b", "knits", "runs"],
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goods::GOODS;

    fn every(lines: Lines) -> impl Iterator<Item = &'static str> {
        lines.zh.iter().chain(lines.en).copied()
    }

    #[test]
    fn the_room_hears_every_question_as_what_it_is_about() {
        let mut misheard = Vec::new();
        for (about, line) in
            About::ALL.into_iter().flat_map(|it| every(questions(it)).map(move |line| (it, line)))
        {
            for name in GOODS.iter().flat_map(|good| [good.zh, good.en]) {
                let line = line.replace("{it}", name);
                let heard = linger_room::question::topic(&line).and_then(linger_room::question::code);
                if heard != Some(about.code()) && !misheard.contains(&(line.clone(), heard)) {
                    misheard.push((line, heard));
                }
            }
        }
        assert_eq!(misheard, []);
    }

    #[test]
    fn nothing_else_people_say_is_heard_as_a_question() {
        let all = [REMARKS, IDLE, GREETINGS, CHORUS, SALE, THANKS, DRAWN];
        let heard = |line: &&str| linger_room::question::topic(line).is_some();
        let misheard: Vec<&str> = all.into_iter().flat_map(every).filter(heard).collect();
        assert_eq!(misheard, [""; 0]);
    }

    #[test]
    fn a_question_of_ours_is_recognised_by_the_host() {
        assert_eq!(about_of("绿植花盆怎么卖"), Some((About::Price, Tongue::Zh)));
        assert_eq!(about_of("is there a coupon?"), Some((About::Discount, Tongue::En)));
        assert_eq!(about_of("haha"), None);
    }
}
