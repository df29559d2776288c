//! The topics that buyers ask about everywhere, and the phrases that say them. It does not know what asks.

use super::phrases::{Gathered, Phrases};
use std::sync::LazyLock;

/// A topic the house knows.
#[derive(Debug)]
pub struct Known {
    /// Its code, such as `size`.
    pub code: &'static str,
    /// Chinese phrases one of which says that a question is about it, with blanks between.
    zh: &'static str,
    /// English ones, with commas between; each is meant in the plural too.
    en: &'static str,
}

/// The topics the house knows, by number from 1. Numbers stand in logs: a new topic takes the next number.
pub const TOPICS: &[Known] = &[
    Known {
        code: "size",
        zh: "圈口 能铺 拖地 几个加 能坐几 几人用 几个人用 能躺 几层 几寸的 几英寸 多大屏 屏幕多大 内径 直径 高度 宽度 长度 梨形 苹果型 骨架 臀 胸大 肚子大 腿短 腿长 能装几 能装多 装几 24还是 26还是 28还是 穿几 穿多少码 选多少 几码 能盖 能塞 \
             多大的床 几米的床 大一号 小一号 头大 腿粗 胯宽 肩膀宽 骨架大 小个子能 高个子能 矮个子能 个子矮 个子高 容量 放得下 放下 塞得下 塞下 套得下 戴得下 带得了 戴得了 手围 头围 腿围 围度 穿多大 几分裤 几分的 穿得了 穿得进 紧不紧 松不松 宽不宽 宽松吗 紧身吗 修身吗 会不会大 会不会小 合脚 正常码 标准码 拍什么> 拍几 拿几 选几 内长 脚长 脚背高 \
             码 尺寸 尺码 大小 多大 身高 穿多 几寸 多长 多高 多宽 偏大 偏小 正码 肩宽 腰围 胸围 臀围 衣长 裤长 袖长 鞋码 \
             号码 微胖 胖妹 胖mm 穿得下 穿s 穿m 穿l 穿xl 拿s 拿m 拿l 拍s 拍m 拍l 选s 选m 选l 买s 买m 买l s还是m m还是l l还是xl 装下 装得下 装多 斤穿 斤能穿 斤可以穿 斤的能 斤拍 斤拿 斤选 斤要 斤买 脚宽 规格 \
             胖子能穿 胖的能穿 显胖 斤合适 斤可以 多少寸 几厘米 多少厘米 多少cm",
        en: "between a, dd, sleep, come in tall, tall sizes, mens size, womens size, wide width, seat, how thick is the band, screen size, size fits, fit a size, go up to, up to size, big is the, small is the, tall is the, long is the, long are, length of, ft long, queen size, king size, \
             usually wear, run true, long enough, big enough, deep, how short, how high, fits a, fit someone, fit people, fit men, fit women, knee length, crop, cropped, ft tall, feet tall, capacity, hold, waist, inseam, bust, hip, kids size, boxy, tight, loose, does this fit, how does it fit, how do they fit, fit true, size range, one size, \
             size, sizing, sized, measurement, dimension, how tall, how big, how wide, how long is it, how long is the, \
             how long are the, fit me, fit you, fit big, fit small, fit a, fit like, fit on, will it fit, will this fit, \
             does it fit, do they fit, run small, run large, run big, run tight, running small, true to size, inch, \
             xl, xxl, xs, 2xl, 3xl, 2x, 3x, 4x, petite, plus, oversized, oversize, too small, too big, wide feet, \
             wide foot, narrow feet, in small, in medium, in large, have small, have medium, have large, a small, a medium, a large, \
             the small, small or, medium or, length, width, diameter, lbs",
    },
    Known {
        code: "price",
        zh: "多少啊> 什么价呀 打完折多少 折后多少 起步价 要多少钱 几十块 多少一 现在多少> 这个多少> 那个多少> 便宜吗还是 \
             以内有吗 以下有吗 以内的吗 预算 工价 价目 起拍 贵了吗 贵吗 贵不> 多贵 涨价 拿多少 一箱多少 一盒多少 一斤多少 一瓶多少 一包多少 一袋多少 一对多少 一条多少 一支多少 三件多少 三个多少 单买多少 单件多少 \
             多少钱 多钱 价 怎么卖 咋卖 咋个卖 几块 几元 几钱 几米 多少米 多少块 多少元 卖多少 几多 一共多少 总共多少 到手多少 \
             两件多少 三件多少 两个多少 一个多少 一件多少 一双多少 一套多少 两套多少 拍下多少 下来多少 贵不贵 多少刀 多少银子",
        en: "did you say, lowest, for both, for all, how much longer do, much are, much for, each or, each, asking price, retail, \
             the total, each, starting bid, how much the, much would, bucks, per piece, apiece, under 20, how many dollars, how many bucks, in dollars, in euro, in usd, what do they go, expensive, charge for, do you charge, charge me, are you charging, dollar, \
             price, pricing, priced, cost, how much, going for, go for, goes for, damage",
    },
    Known {
        code: "colour",
        zh: "裸色 豆沙 橘色 酒红 咖色 香槟 玫瑰金 透明的 亮色 哑光 几色 换个色 带花 \
             咖啡色 卡其色 藏青 墨绿 酒红 驼色 雾霾蓝 白皮 百搭 这个色 有绿的 有紫的 有黄的 有灰的 有花的 什么花色 花色 哪个颜 深色 浅色 纯色 图案 \
             颜色 色号 什么色 啥色 哪个色 哪色 几个色 几种色 色差 色可选 别的色 其他色 其它色 黑色 白色 红色 蓝色 粉色 灰色 绿色 \
             紫色 黄色 米色 咖色 卡其 杏色 棕色 橙色 金色 银色 显白 显黑 有粉的 有黑的 有白的 有红的 有蓝的 粉的还有 黑的还有 白的还有 红的还有 黄皮 黑皮 什么颜",
        en: "teal, lavender, rose gold, mint, burgundy, maroon, nude, olive, khaki, coral, turquoise, colourway, available in, choose the colour, neutral, \
             print, pattern, darker, lighter, hue, tone, in light, in dark, \
             colour, shade, in black, in white, in red, in blue, in pink, in green, in brown, in beige, in grey, in gray, \
             in purple, in yellow, in orange, in navy, in gold, in silver, in nude, in cream, is that blue, is that navy, \
             is that black, is that red, is that green, is that pink, is it black, is it blue, is it navy, is it red, \
             is it pink, is it green, or black, or navy, or white, or purple, got pink, got black, got red, got white, \
             got blue, got green, have black, have white, have red, have blue, have pink, have green",
    },
    Known {
        code: "material",
        zh: "银吗 s925 闷脚 透出 里料 绵羊 鹅绒 鸭绒 含绒 充绒 蓬松 合金 钛 铝 不锈 玉 翡翠 真的钻 缎面 灯芯绒 牛仔 \
             软底 硬底 凉快 会不会热 会热吗 捂不捂 捂脚 闷热 冬天穿冷 显厚 软不软 软吗 硬不硬 硬吗 滑不滑 凉快吗 凉不凉 暖和吗 暖不暖 保暖 有绒 填充 莫代尔 天丝 桑蚕丝 涤纶 腈纶 聚酯 勾丝 粘毛 静电 皮的还是 真金 纯银 镀金 925 银的 金的吗 铜的 木头的 木的吗 纸的 橡胶 扎肉 刺挠 磨脚 \
             材质 面料 料子 布料 纯棉 全棉 含棉 真皮 真丝 羊毛 羊绒 羽绒 什么做的 啥做的 什么料 啥料 加绒 带绒 厚不厚 薄不薄 \
             厚吗 薄吗 透吗 透不透 会透 透气 弹力 弹性 有弹 加厚 不锈钢 塑料 玻璃 陶瓷 实木 会不会扎 扎不扎 扎人 扎吗 热不热 \
             闷不闷 亚麻 雪纺 牛皮 硅胶 厚度 多厚 里衬 内衬 克重",
        en: "zipper, real silver, silver plated, real diamond, chain real, insulated, fill, filling, hypoallergenic, foam, memory foam, canvas, velour, real fur, waterproof fabric, pilling fabric, crystal, gemstone, plated, \
             soft, warm, lining, pocket, feel like, rubber, wooden, wood, ceramic, glass, suede, fleece, satin, gold plated, solid gold, real gold, nickel, bamboo, acrylic, nylon, spandex, padded, heavy duty, \
             material, fabric, made of, made from, made out of, cotton, leather, silk, wool, linen, polyester, poly, \
             stretch, stretchy, see through, sheer, lined, thick, thin, itchy, itch, scratchy, breathable, plastic, metal, \
             stainless, cashmere, denim, velvet, faux, sterling",
    },
    Known {
        code: "shipping-time",
        zh: "来得及 邮政 极速达 次日达 快不快到 催一下 派送 签收要 停了三 到货时间 发票寄 从哪里发 到我这 到我们 几号到 \
             前能到 前到 多会儿 单号 还没更新 没更新 物流怎么 到哪了 发走 能收到 几天收 多久收 多久能收 哪里发 哪发 从哪发 中通 圆通 申通 韵达 京东快递 没收到 还没收到 物流信息 单号 催发 急用 加急 当天发 今天发 明天发 什么时候寄 几天送 几天可以到 多长时间到 多久可以到 海外 出国 \
             发货 发出 啥时候发 什么时候发 何时发 几时发 能发 多久到 几天到 什么时候到 啥时候到 啥时候能到 什么时候能到 到货 几天能到 \
             天能到 快递 物流 送到 寄 预售 现货还是 顺丰 小时内发 收到 前到 到得了 还没到 明天到 后天到 后天能到 \
             多少天到 多久能到 还没发 不发货 发了没 发了吗 几号发 多久发 哪天发 能收",
        en: "expect it, ordered, rush it, make it for, make it by, make it in time, in time for, come by, quick do, where is it>, still not here, not here yet, have not received, lost in the mail, ship out, ships, processing time, lead time, pre order ship, \
             arrived, has not come, not received, deliver by, get it before, here before, here by, next day, express, fedex, ups, usps, dhl, customs, mailed, mail it, send it to, send to, come in time, in transit, \
             ship, shipping, shipped, delivery, deliver, delivered, arrive, arriving, arrival, dispatch, eta, package, \
             tracking, get here, be here by, get it by, til i get, until i get, my order, how many days, my parcel, \
             how soon, overseas, international",
    },
    Known {
        code: "shipping-cost",
        zh: "补差价 差价 要不要邮 免运 到付 \
             包邮 邮费 运费 快递费 免邮 包不包邮",
        en: "combined shipping, combine shipping, shipping twice, what is shipping, shipping if, charge shipping, shipping to, free over, \
             shipping cost, shipping fee, shipping charge, free shipping, free ship, postage, shipping free, \
             shipping included, delivery fee, delivery cost, free delivery, pay shipping, pay for shipping, \
             pay for delivery, shipping extra, shipping rate",
    },
    Known {
        code: "stock",
        zh: "没了> 最后几 货没 没货 有没有货 还有没有货 几点补 啥时候补 有余量 够不够 有存货 还剩 剩多少 限量 还在卖 \
             加单 还会有 还会来 会再来 还出吗 能抢吗 还能抢 有多少件 有多少单 还加吗 还加不 加库存 加点库存 还有多少 有现货 缺货 断货 抢没了 秒没 还来货 再来货 明天还有 下次还有 还会有 \
             货 还有吗 还有没 还有不 还有么 还有多 还有几 还有无 库存 卖完 抢完 抢光 卖光 补 剩 没了吗 没了么 断码 返场 还能拍 \
             还能买 售罄 啥时候有 什么时候有 还上吗 还上不 还会上 再上 还加单 没有了吗",
        en: "last one, another one, one more, miss it, too late, when will it be back, be back, come back, coming in, got more, more left, how many left, limited, selling out, back up, still got, \
             still have the, still have it, still have any, still have these, got left, getting more, get more in, coming back, come back, be back, run out, ran out, how many in stock, in stock, more in, pre order, preorder, waitlist, \
             stock, sold out, left, available, restock, restocking, more of, any more, more coming, gone, how many do you \
             have, sell out, out of stock",
    },
    Known {
        code: "returns",
        zh: "天内可以退 内可以退 给退 退不退 包退 退吗 拒收 换吗 换么 换一个 \
             退货邮费 退货运费 退的话 能不能退 可以退 怎么处理 不想要了 换一件 换一双 换颜色 \
             退 换货 换码 可以换 能换 换大 换小 七天无理由 7天无理由 无理由 运费险 不合适 不满意 不喜欢",
        en: "store credit, refunds, exchanges, if it is too small, if it is too big, too small can, is not right, send them back, take it back, not happy, \
             return window, return label, return shipping, change my mind, sizes wrong, wrong size, can i cancel, cancel my order, send back, \
             return, refund, exchange, money back, send it back, does not fit, do not like it, do not fit, final sale, \
             swap, returnable, refundable",
    },
    Known {
        code: "warranty",
        zh: "保吗 联保 过保 碎了保 返修 保换 坏了赔 保质量 以换代修 \
             漏电 漏水 裂了 断了 管不管 保修卡 包修 出问题 能修 能不能修 修吗 修不 破了怎么 碎了怎么 碎了赔 破损 包赔 漏了 有问题找谁 \
             保修 质保 三包 坏了 坏掉 售后 维修 包换 保几年 换新",
        en: "fix it, comes damaged, came broken, broke, lasts less, arrives damaged, malfunction, service center, \
             arrives broken, damaged, replace it, replacement, dies, stops charging, cracks, lifetime, \
             warranty, guarantee, guaranteed, repair, break, broken, stop working, stops working, fail, fall apart, \
             falls apart, covered if, defective",
    },
    Known {
        code: "use",
        zh: "敷多长 多长时间 空腹 开锅 打孔 颗 搭配 安装吗 需要安装 先涂 后涂 涂几 涂多少 泡几 煮几 蒸几 加多少水 要加水 要加热 微波 烤箱 空气炸锅 怎么解冻 怎么热 孔 \
             喝几 吃几 抹几 喷几 佩戴 哪个先用 怎么开机 怎么充 怎么清零 怎么玩 怎么做好吃 怎么煮 怎么存 几泵 几滴 几勺 几粒 一次几 每次几 每次用 一次用 洗脸吗 要洗脸 怎么打开 怎么开 煮多久 蒸多久 泡多久 烤多久 敷完 涂完 用之前 用完要 怎么调 怎么连 怎么设置 复杂吗 麻烦吗 难不难 说明书 教程 \
             怎么用 咋用 如何用 怎么吃 怎么喝 怎么穿 怎么装 怎么安装 安装 组装 怎么弄 用法 使用 每天几次 一天几次 几次一天 用多少 放多少 \
             吃多少 吃几 饭前 饭后 早上用 晚上用 早晚 多久用 先用 直接用 要不要洗掉 要洗掉 兑水 冲水 怎么系 怎么戴 怎么搭 \
             步骤 怎么涂 怎么敷 敷多久",
        en: "scoop, before or after shampoo, cook it, plugged in, overnight, rinse, how long do you keep, step, how much do you use, how much do i use, how many pumps, mix it with, microwave, air fryer, preheat, oven, do you need water, need water, use with, use this with, assembly required, install it, drill, \
             leave the mask on, use it wet, use it dry, use this wet, how do you cook it, turn it on, leave on, wet or dry, how do i cook, how do you cook, how long do i cook, how do i set, how do you wear, how do you style, how would you style, how do you open, how do i open, manual, tutorial, how do i put, difficult to, hard to use, hard to put, every night, twice a day, \
             how to use, how do i use, how do you use, how should i use, how often, how to apply, apply, use it every, \
             use it daily, install, set it up, set up, instruction, how does it work, how does this work, \
             how do they work, put it on, put that on, put on before, put together, put it together, assemble, assembly, \
             how many times, how many drops, how much should i use, need tool, morning or night, day or night, \
             before or after, leave it on, need to mix, easy to use",
    },
    Known {
        code: "ingredients",
        zh: "坚果 蔗糖 烟酰胺 视黄醇 水杨酸 果酸 干净不 干净吗 科技与狠活 反式 麦芽 代糖 植物油 奶精 奶吗 鸡蛋 麸 奶粉 淀粉 \
             香料 零添加 纯植物 胶原 玻尿酸 益生菌 植物提取 提取的 反式脂肪 脂肪 热量 卡路里 大卡 蛋白质 咖啡因 硅油 天然的吗 纯天然 有机 麸质 乳糖 过敏原 \
             成分 成份 配料 含 添加 防腐剂 酒精 香精 激素 加糖 无糖 糖分 有糖 色素 有没有糖 有什么料 里面有啥 里面是什么 里面有什么",
        en: "salicylic, niacinamide, vitamin c, collagen, peptide, protein content, keto, fiber, fibre, sodium, trans fat, seed oil, artificial, dye in, dyes, corn syrup, shellfish, mineral oil, \
             natural, toxic, bpa, caffeine, lactose, protein, carb, fat in, msg, palm oil, spf, chemical, peanut, egg, retinoid, hyaluronic, \
             ingredient, contain, paraben, alcohol, fragrance, additive, gluten, sulfate, sulphate, vegan, nut, sugar, \
             cruelty free, what is in it, what is inside, what is in this, what is in that, dairy, soy, halal, kosher, \
             organic, retinol, calorie, silicone, preservative",
    },
    Known {
        code: "suitability",
        zh: "尿酸 痛风 三高 烂脸 怀孕 老人用 小户型 能玩 减肥能 减脂 过敏体质 胃不好 上火 术后 青春期 女生用 男生用 敏感 新生儿 婴儿 月子 几个月大 \
             黄皮能 黑皮能 能涂 皮肤黑 糖尿病 高血压 能上脸 新手 男孩能 女孩能 多大年纪 多大的孩子 多大的人 几岁用 几岁的 中年 年轻人 上班能穿 上班穿 胖人 哪些人 什么人 什么肤 什么年龄 送长辈 送男友 送妈妈合适 送老师合适 经期 备孕 哮喘 怕冷 \
             敏感肌 敏感皮 敏皮 油皮 干皮 混油 混干 痘痘 痘肌 闷痘 爆痘 肤质 皮肤 孕妇 孕期 哺乳 宝宝能 宝宝可以 小孩 孩子 老人 \
             爸妈 妈妈 婆婆 适合 适用 过敏 几岁可以 几岁能 岁可以 岁能 岁娃 岁的娃 男的能 男的可 男生能 男生可 男士 女生能 女生可 \
             学生党 学生能 黄黑皮",
        en: "yr olds, swim, swimming, hiking, running, safe for cats, postpartum, nursing, newborn, infant, teen, teenager, elderly, gluten intolerant, blue eyes, dark skin, fair skin, olive skin, mature skin, combo skin, rosacea prone, sensitive scalp, for work, for the gym, for a party, for the office, for travel, \
             thin hair, thick hair, guys use, men use, kids use, boys use, girls use, too strong, for my hair, wear it to, wear this to, year old, years old can, year olds, redhead, work on, for adult, for senior, for elderly, for a wedding, for summer, for winter, for a gym, safe with, appropriate, diabetic, asthma, eczema, rosacea, sensitive teeth, for pet, for cat, for dog, ok to use, men wear, \
             sensitive, oily, dry skin, my skin, skin type, acne, pregnant, pregnancy, breastfeeding, suitable, suit, \
             for kid, for a kid, for my kid, for child, for children, for toddler, for baby, for babies, for men, for women, \
             for a guy, for guy, for beginner, for a beginner, good for, ok for, okay for, safe for, safe while, safe to, \
             allergic, allergy, unisex, can my, can kid, can dog, can men, can guy, can baby, work for, year old use, \
             yr old, curly hair, fine hair, oily hair",
    },
    Known {
        code: "discount",
        zh: "满300 满200 满100 减多少 打不打折 会员折 便宜多少 再送 优惠力度 赠券 秒杀 特价 团购 拼单 拼团 补贴 \
             便宜五 便宜十 抹零 多买 叠加 凑单 送券 红包怎么 首单 新人价 老顾客 活动价 买几送几 \
             优惠 券 打折 几折 折扣 折吗 有折 便宜 满减 活动 红包 最低价 最低多少 少点 少一点 优惠码 折扣码 买一送一 买二送 买一赠 \
             粉丝价 会员价 划算 砍价 讲价 还价 立减 双十一价 双11价",
        en: "deals, student, stack, black friday, clearance, if i buy two, if i get two, for two, member price, combine code, coupons, markdown, do 10, do 15, do 20, do 25, do 30, take 20, better deal, \
             if we buy, if i buy, anything off, percent off, for 30, for 20, for 50, 2 for, 3 for, first time buyer, first order, student price, employee price, price match, loyalty, free one, \
             discount, coupon, promo, promo code, code, cheaper, deal, voucher, sale price, on sale, bundle, go lower, \
             lower price, better price, do better on, best price, price drop, discounted, any off, buy one get one, bogo",
    },
    Known {
        code: "weight",
        zh: "多少g 几克重 克重多 斤装 公斤 几kg 多少kg \
             多重 重吗 重不重 重不> 沉吗 沉不沉 沉不> 重量 净重 几斤 多少斤 多少克 多少g 几克 多少毫升 多少ml 净含量 毫升 轻不轻 \
             轻吗",
        en: "pound, how many pounds, light enough, too heavy, carat, how many ct, net weight, \
             weight, weigh, heavy, light, how many gram, how many g, gram, how many ml, ml, kg, ounce, oz, how light, \
             lightweight, fl oz, litre, liter",
    },
    Known {
        code: "origin",
        zh: "厂家 是哪儿的 是哪里的 哪儿的 哪个地方 当地 产区 智利 泰国 澳洲 新西兰 德国 法国 意大利 美国 \
             产地 哪里产 哪产 哪儿产 哪里的> 哪的> 哪里生产 在哪生产 哪个国家 哪国 国产 进口 原产 产的 日本的 韩国的 哪里出 哪里做的",
        en: "made by, locally, grown, farm, sourced, source, which factory, factory, manufacture, \
             made in, where is it made, where is this made, where are they made, where are these made, \
             where are those made, where is that made, where was, come from, comes from, where is it from, imported, \
             import, origin, shipping from, ship from, is it from, handmade in, manufactured",
    },
    Known {
        code: "authenticity",
        zh: "防伪 验真 溯源 鉴定 证书 吊牌 仿 a货 原单 水货 \
             正品 真货 假货 假的 保真 真品 真假 是真的 假一赔 官方 旗舰 授权 专柜 高仿 山寨 验货 是真> 正版",
        en: "certificate, real gucci, real lv, real chanel, real nike, is it a real, a real, certified, copy, knock, serial number, verified, \
             authentic, genuine, fake, original, official, real one, is it real, are they real, is this real, \
             are these real, legit, replica, knockoff, knock off, dupe, for real, authorized, authorised, authenticity",
    },
    Known {
        code: "compatibility",
        zh: "能连电视 mate 无线充 型号能 能装手机 几小时电 几个小时电 手机能用 通用吗 通用不 苹果15 苹果14 苹果16 电视能 电脑能用 车型 配吗 适合什么车 \
             ipad 平板 自己买电池 配电池 鸿蒙 才能用吗 下载app 几节电 能充 能充吗 车载 连接 内存 联网 要插 什么接口 什么充 续多久 待机 系统 几瓦 功率 能导航 \
             电池 续航 充电 充满 充一次 快充 兼容 接口 适配 支持 安卓 苹果手机 苹果能 iphone 华为 小米手机 蓝牙 typec type-c 电压 \
             几伏 插电 能连 可以连 连手机 ipad",
        en: "galaxy, alexa, windows 11, google home, pixel, playstation, xbox, chromebook, tablet, kindle, airpod, apple watch, smart tv, car, fit my car, batteries included, how long does the charge, rechargeable, solar, watts, lightning, app required, \
             connect, connects, pair with, plug in, mah, range, airtag, macbook, windows, mac, ps5, switch, dual, cordless, memory, storage, carplay, sim card, app for it, \
             battery, batteries, charge, charged, charger, charging, compatible, work with, works with, iphone, android, \
             usb, type c, bluetooth, voltage, watt, samsung, 110v, 220v, wifi, wireless, plug, magsafe, ipad, laptop stand",
    },
    Known {
        code: "gift",
        zh: "手提袋 贺卡 礼袋 包装吗 送人 伴手礼 送一 \
             多送 赠 送什么 送啥 有送 送吗 送不送 送不> 礼盒 礼物 礼品 小样 送个 送点 送礼 包装盒",
        en: "gift receipt, add a note, card with, present, wrapped, gift ready, ribbon, comes in a box, box it, get free, throw in, extras, \
             gift, free pouch, free bag, the free, freebie, free gift, bonus, sample, gift box, comes with, come with, included, anything free, \
             gift wrap, gift bag",
    },
    Known {
        code: "care",
        zh: "钢丝球 洗碗机 泡水 褪吗 怎么养护 需要保养 怎么收纳 会皱 烘干 \
             越洗 洗衣机 怎么擦 容易脏 脏吗 耐脏 怎么打理 好打理 会发黄 发黄 发霉 生锈 会生锈 漂白 \
             洗吗 洗么 洗不 好洗 机洗 手洗 水洗 怎么洗 洗衣机 干洗 洗了会 洗后 洗完会 起球 毛球 缩水 会缩 缩不缩 掉色 褪色 褪不褪色 \
             掉不掉色 保养 变形 熨 起皱 皱不皱 会皱 掉毛 清洗 怎么清",
        en: "go in the wash, shower, cold wash, hang dry, air dry, easy care, clean up, polish, hold colour, in the wash, \
             dishwasher, stain, stains, wipe, soak, bleach, detergent, hand wash, tumble, easy to clean, get dirty, oxidize, lint, \
             wash, washed, washing, washable, shrink, shrinks, dry clean, dryer, iron it, ironing, iron, fade, pill, \
             pilling, clean it, clean them, clean this, wrinkle, wrinkly, bleed, laundry, tarnish, rust, peel",
    },
    Known {
        code: "schedule",
        zh: "下周几播 下周播 几点结束 结束吗 播到啥 每晚 天天都 几点上 几点上播 \
             还来吗 还来不 来不来 周末播 周末来 休息吗 几点播 几点来 播完 天天播 每天播 下期 预告 开始几点 几点开 \
             几点 还直播 明天直播 下次直播 每天直播 直播到 直播吗 下播 开播 回放 明天播 还播 播到 播不播 播吗 播多久 播几 下一场 \
             明天还来 明天来吗 几时播 什么时候播 什么时候直播 啥时候播 啥时候直播 录播",
        en: "every night, longer are you on, how long are you on, how late, next live, going live, live tonight, live tomorrow, schedule, on weekends, on every, on tonight, your lives, \
             be back on, you back on, what day, every day, everyday, always live, next time, live again, come back on, when are you back, back on, \
             what time, live, stream, streaming, replay, recording, recorded, next show, show end, show start, on next, \
             on tomorrow, on again, start again, on tonight, next one on",
    },
    Known { code: "explain", zh: "", en: "" },
    Known {
        code: "buying",
        zh: "教教我 购买按钮 不会买 不会下单 怎么加购 怎么付钱 找不到 加购 弹链接 上架 黄车 \
             找不到链接 链接找 链接打 链接没 链接点 怎么抢 在哪里下单 在哪里拍 在哪里买 在哪买 在哪下 点不进 怎么点 怎么进不 橱窗 怎么付不 \
             求链接 求个链接 求同款链接 链接呢 链接在 链接是哪 链接有 哪个链接 几号链接 什么链接 链接几号 链接发 发链接 发个链接 发下链接 \
             <链接> 怎么买 咋买 怎么拍 咋拍 怎么下单 咋下单 如何下单 如何购买 怎么购买 哪里买 哪买 哪儿买 在哪拍 哪里拍 哪拍 \
             在哪下单 哪下单 购物车 小黄车 小黄袋 下不了单 拍不了 买不了 点不了 下单不了 付不了 点不进 拍不下 提交不了 是几号 几号> \
             点哪里 点哪 代购",
        en: "where do i pay, claim it, comment sold, find the link, which link, do i comment, how does bidding, type sold, where do i order, put my name, invoice me, dm you, cart, checkout page, not loading, where is the button, where do i find, \
             do i click, do i get this, do i get that, do i get those, how do i claim, how to claim, how do i bid, how to bid, how do i reserve, want to buy, is it on the website, on your website, on amazon, on your site, find it online, where can i find, where do i find, bag icon, is not working, not letting me, does not let me, sign up, \
             link, how do i order, how to order, how can i order, how do you order, how can we order, how do we order, \
             how do i buy, how to buy, how can i buy, how do i get it, how do i get one, how do i purchase, \
             how to purchase, where can i buy, where do i buy, where can i get, where do i get, where to buy, \
             where can i order, where can i find it, where do i order, add to cart, check out, checkout, let me buy, \
             place an order, which number, what number, what item number, buy it now, can not buy, can not order",
    },
    Known {
        code: "payment",
        zh: "银行卡 代付 抬头 票吗 云闪付 数字人民币 月付 免息 \
             付款 支付 转账 现金 付不了款 \
             花呗 白条 微信付 微信支付 支付宝 货到付款 分期 发票 怎么付 付款方式 刷卡 信用卡 开票 先用后付 付定金 定金 尾款 怎么支付",
        en: "accept amex, declined, plan, amex, mastercard, afterpay, affirm, ebt, payment plan, pay over, shop pay, take cards, installments, \
             cards, card do you, pay, paid by, gift card, zelle, bitcoin, crypto, currency, tax, taxes, cod available, pay on, \
             paypal, apple pay, google pay, pay later, klarna, afterpay, payment, installment, instalment, cash on delivery, \
             cod, credit card, debit card, pay with, pay by, pay cash, pay in, visa, layaway, invoice, cash app, venmo, \
             can i pay, how do i pay, how do you pay",
    },
    Known {
        code: "quality",
        zh: "回购率 松吗 有那么好 耐不耐 耐摔 经用 穿久 用久 久了 好喝吗 好玩吗 实用吗 实用不 灵不灵 准不准 好看吗 真有 效果好 \
             口碑 用起来 穿起来 吃起来 喝起来 好评多 推荐不 会不会坏 容易坏 会坏 质感 掉不掉 会不会掉 会散 会裂 好不好用 好不好吃 好不好穿 好不好 评价 好评 推荐吗 值不 划不划 舒适 管不管用 真的有效 有效果 稳不稳 牢固 牢不牢 \
             质量 好用 好穿 好吃 好喝 效果 结实 耐用 耐穿 买过 用过 穿过 吃过 舒服吗 舒不舒服 舒服不 靠谱 值得 值不值 值吗 有用吗 \
             有用不 真有用 管用",
        en: "comfy, holding up, good quality, real life, legit good, fun, is it cute, does it look, cheap looking, do people like, how do you like, satisfied, reliable, hold its shape, long lasting, last long, \
             will it last, how long will it last, do they last, does it last, do you like, cheaply made, flimsy, sturdy enough, reviews, review, anyone have one, anyone own, anyone got, good or bad, do you use it, happy with, love it or, \
             quality, worth, durable, sturdy, any good, bought this, bought it, bought one, tried it, tried this, tried these, \
             used it, used this, actually work, really work, does it work, do they work, effective, comfortable, comfy, \
             well made, hold up, recommend, how good",
    },
    Known {
        code: "compare",
        zh: "差哪 好在哪 标准版 哪个好吃 哪个好用 哪个味道 二代 一代 升级版 哪个适合 哪个更适 推荐哪个 跟那个 \
             大的小的 大的还是 选大的 哪个划算 哪款划算 差在哪 比哪 有什么区 两款 两个有 哪个值 哪个更 哪个性价比 区别是 差多少 升级了什么 哪里升级 新款比 \
             区别 不一样 差别 不同 哪个好 哪款好 哪款更 哪个更 哪个比较 哪款比较 选哪个 选哪款 买哪个 买哪款 一样吗 一样不 一样么 哪件好 \
             哪种好 相比 比起来 对比 推荐哪 是不是一样 一样的吗",
        en: "new one better, is this better, different than, different from, like more, prefer, which would you, favorite, favourite, versions, which one do you, best one, which is more, is better, \
             differ, differs, how is it different, or the other, the other one, vs the, difference between, better one, nicer one, which one do you like, which would you pick, which one should, newer, older one, upgrade from, \
             difference, different, which is better, which one is better, which one is best, which is best, better than, \
             which one would you, which one do you recommend, which do you recommend, which do you prefer, compared to, \
             compare, same as, the same, versus, vs",
    },
    Known {
        code: "expiry",
        zh: "开盖 几天喝完 几天吃完 存半年 存几 放半年 放一年 多久过 常温 生产日 \
             几月生产 何时生产 月份生产 生产的日期 哪年的 什么日期的 放冰箱 冷藏 冷冻 密封 存放 \
             保质期 过期 生产日期 日期新 日期是 啥日期 什么日期 什么时候生产 哪天生产 啥时候生产 能放多久 放多久 可以放 放几 存多久 \
             能存 保存多久 怎么保存 新鲜 临期 几月产 什么时候到期 到期 开封",
        en: "exp date, stay fresh, exp, shelf, date on, spoil, keep in the fridge, keep in fridge, freezer, \
             good for once, is it good for>, how long is it good, how long can i keep, how long can you keep, store it, refrigerate, fridge, frozen, freeze it, fresh, sell by, \
             expire, expiration, expiry, expired, shelf life, best before, after opening, once opened, when was it made, \
             when was this made, how fresh, how long does it keep, how long will it keep, use by, go bad, last after",
    },
    Known {
        code: "draw",
        zh: "抽几 奖品 领奖 中奖率 福袋啥 抽谁 开福袋 \
             怎么抽 几点抽 什么时候抽 啥时候抽 还抽吗 还抽不 抽吗 中奖名 中了吗 \
             抽奖 开奖 抽中 中奖 抽福袋 福袋 抽不抽 中了什么 谁中",
        en: "do we win, got the prize, do we enter, do i win, lottery, wheel, spin, pick the winner, drawing, \
             to win, announce the winner, announced, pick a winner, winners, prize, prizes, contest, sweepstake, did i win, how to win, how do i win, enter the, \
             giveaway, raffle, the draw, lucky draw, do i enter, to enter, who won, the winner, prize draw, next draw, \
             what is the prize",
    },
];

/// In which order the topics are tried, by number: what says more comes before what says less ("免运费的券" is about a
/// coupon, "什么时候补货" about stock rather than time).
const ORDER: &[u8] =
    &[27, 23, 26, 13, 6, 20, 8, 9, 19, 10, 14, 11, 4, 16, 17, 18, 15, 22, 3, 12, 25, 1, EXPLAIN, 24, 2, 5, 7];
const PRICE: u8 = 2;
const COLOUR: u8 = 3;
const SCHEDULE: u8 = 20;
const SHIPPING_TIME: u8 = 5;
const SHIPPING_COST: u8 = 6;
const WEIGHT: u8 = 14;
const ORIGIN: u8 = 15;
const EXPLAIN: u8 = 21;
const BUYING: u8 = 22;
const EXPIRY: u8 = 26;

/// Phrases of the topics that are none there: what people ask the host about themselves, and words within words.
const ASIDE_ZH: &str = "在哪个城市 哪个城市 声音 睡觉 几点睡 睡啊 还招 贵姓 称呼 哪年的> 哪年出生 染的 嗓子 助理 网卡 招主播 招人 拿货 口红 香水 哪里人 哪儿人 哪人 哪的人 狗多大 狗狗多大 猫多大 二维码 密码 扫码 验证码 什么牌子 啥牌子 哪个牌子 哪里做的头发 \
    在哪做的头发 头发在哪里做的 头发在哪做的 多大声 美甲 不好意思 含义 什么意思 新款 上新 新品 味道 气味 香味 异味 噪音 几个人 \
    有对象 男朋友 女朋友 直播间有多少 还有对象 批发 代理 手机是什么 生日 工资 赚多少 月薪 退休 没声音 没有声音 有孩子吗 有孩子没 有小孩 有娃吗 眼镜 放假 放不放假 留一件 留一个 留一双 灯光 滤镜";
/// Whom such a question is put to, and what of them is asked.
const PERSONS_ZH: &str = "主播 主播今年 主播你 主播你今年 你 你今年 小姐姐 姐姐 姐姐你 小哥哥 模特";
const PERSONAL_ZH: &str =
    "多大 几岁 多高 身高 多重 体重 几斤 多少斤 老家 结婚 单身 皮肤 质量 颜色 贵姓 身高体重";
const ASIDE_EN: &str = "streaming from, live from, are you located, your dog, your cat, your baby, your kid, your nail, your makeup, the stream lagging, stream lagging, stream frozen, is it frozen, sound, audio, strong smell, smell strong, in bulk, that accent, your accent, your lipstick, your husband, your mom, your eyes, the doggo, your tattoo, your accent, instagram, how old, how tall are you, how tall is, your height, where do you live, live in, your skin, your hair, \
    your colour, your nails, are you from, you from, you guys from, hair done, nails done, earrings from, new collection, \
    new arrival, left you, no sound, wholesale, your dress size, affiliate, store located, hair colour, are you based, \
    physical store, come from work, sound left, what does it smell, light on, the light, your kids, have kids, kids do you, you have children, makeup, your glasses, those glasses, hold one, hold it for me, open on, follow me, camera, your ring, your watch, your necklace, you have pets, your phone, your job";

/// Phrases that say what a question is about where nothing else does, by number.
const PERHAPS_ZH: &[(u8, &str)] = &[
    (1, "能穿 可以穿 穿哪 穿什么> 大一点 小一点 大点的 小点的 拍大 拍小 xl 大不大 小不小 长不长 短不短"),
    (2, "多少> 怎么算 多少了> 卖吗"),
    (3, "绿色 绿的 蓝的 红的 黑的 白的 粉的 紫的 灰的 黄的 色"),
    (4, "厚 薄 透 棉 皮 绒 毛 料 软 硬"),
    (5, "发 几天 收到"),
    (10, "怎么弄 怎么操作 几次 要不要"),
    (12, "能用 可以用 能吃 可以吃 能喝 可以喝 能戴 能擦 能涂 男 女 孕 娃 宝宝"),
    (20, "播 直播"),
    (22, "链接 买 拍 下单 抢"),
    (24, "好不好 坏 牢 好用 好看"),
];
const PERHAPS_EN: &[(u8, &str)] = &[
    (1, "small, medium, large, xlarge, big, tall, fit, short, wide, fits, bigger, smaller"),
    (
        3,
        "black, white, red, blue, green, pink, purple, brown, beige, grey, gray, orange, yellow, navy, tan, cream, gold, silver",
    ),
    (5, "come, receive, received, post to, sent"),
    (12, "wear, wear it, kids, baby, men, women, guys wear, safe"),
    (13, "off, cheap, lower, special, negotiate"),
    (22, "order, buy, purchase, website, cart, click"),
    (24, "last, work, works, nice, strong"),
    (21, "back, inside, front, side, bottom"),
];

/// Asks to be told or shown something about an item: what is asked, not only what it is about.
const SHOWING_ZH: &str = "讲一下 讲下 讲讲 讲解 讲一讲 再讲 介绍一下 介绍下 介绍介绍 再介绍 试穿一下 试穿下 试穿给 试穿看 <试穿> 号试穿 试穿号 试穿这 试穿那 能试穿 可以试穿 想看试穿 试一下 试下 试试这 试试那 展示 上身看 看上身 \
    上身效果 上身试 给个特写 来个特写 特写一下 镜头近 拉近 近一点 拿近 凑近 说一下这 说下这 说说这 再说一遍 再说一下 转一圈 转个圈 穿上看看 穿上给 打开看看 拿起来看 摸一下 量一下 换上 转个身 \
    号上身 看实物 看看上身";
const LOOKING_ZH: &str = "看看 看下 看一下 看一看 瞧瞧";
const LOOKED_AT_ZH: &str =
    "背 后面 里面 内 正面 侧 反面 细节 实物 上身 效果 近 质地 这 那 它 鞋底 吊牌 拉链 口袋 袖 领 整体";
const SHOWING_EN: &str = "<show number, <show the, <show it, <show that, <show this, <show all, <show more, <show inside, <show back, show us, show me, you show, try on, <try it on, try it on, try that on, see it on, see the, see that, \
    see this, see it again, closer look, you go over, you repeat, repeat, the back like, the back look, go closer, move closer, closer to the, put it on for us,  close up, closeup, zoom in, turn it around, turn around, go over it, go over that, \
    you explain, <explain the, <explain it, <explain this, <explain again, explain that, explain how, explain what, <explain>, tell us about, tell us more, tell me about, tell me more, talk about the, talk about this, describe, model the, \
    model it, model that, <model, demo, demonstrate, let us see, let me see, hold it up, you open it, open it up, hold it closer, show it again, say that again, \
    repeat that";

/// What a phrase says of a topic.
#[derive(Clone, Copy)]
enum Sign {
    About(u8),
    /// What is said inside the phrase is about no topic.
    Aside,
    /// The host is asked about themselves.
    Personal,
}

static PHRASES: LazyLock<Phrases<Sign>> = LazyLock::new(|| {
    let mut all = Gathered::new();
    all.close(ASIDE_ZH, Sign::Aside);
    for person in PERSONS_ZH.split_whitespace() {
        for personal in PERSONAL_ZH.split_whitespace() {
            all.add(&format!("{person}{personal}"), Sign::Personal);
        }
    }
    all.nouns(ASIDE_EN, Sign::Aside);
    for (number, known) in (1..).zip(TOPICS).filter(|(number, _)| *number != EXPLAIN) {
        all.close(known.zh, Sign::About(number));
        all.nouns(known.en, Sign::About(number));
    }
    showing(&mut all, Sign::About(EXPLAIN));
    all.phrases()
});

static PERHAPS: LazyLock<Phrases<u8>> = LazyLock::new(|| {
    let mut all = Gathered::new();
    all.close("主播 直播间", 0);
    PERHAPS_ZH.iter().for_each(|(number, zh)| all.close(zh, *number));
    PERHAPS_EN.iter().for_each(|(number, en)| all.spaced(en, *number));
    all.phrases()
});

/// Adds the phrases that ask to be told or shown something.
pub(super) fn showing<T: Copy>(all: &mut Gathered<T>, meaning: T) {
    all.close(SHOWING_ZH, meaning);
    for looking in LOOKING_ZH.split_whitespace() {
        for at in LOOKED_AT_ZH.split_whitespace() {
            all.add(&format!("{looking}{at}"), meaning);
        }
    }
    all.spaced(SHOWING_EN, meaning);
}

/// The number of the topic that a question of this plain text is about, if the house knows it.
pub(super) fn about(text: &str) -> Option<u8> {
    let (mut said, mut is_aside, mut is_personal) = (0u64, false, false);
    for (_, sign) in PHRASES.found(text) {
        match sign {
            Sign::About(number) => said |= 1 << number,
            Sign::Aside => is_aside = true,
            Sign::Personal => is_personal = true,
        }
    }
    if is_personal {
        said &= !(1 << WEIGHT | 1 << ORIGIN | 1 << COLOUR | 1 << EXPIRY);
    }
    if is_personal || is_aside {
        said &= !(1 << BUYING | 1 << SCHEDULE | 1 << COLOUR | 1 << EXPLAIN);
    } else if said == 0 {
        said = PERHAPS.found(text).fold(0, |said, (_, number)| said | 1 << number);
    }
    // "寄到上海多少钱", "how much is delivery".
    if said & (1 << PRICE) != 0 && said & (1 << SHIPPING_TIME) != 0 {
        said |= 1 << SHIPPING_COST;
    }
    ORDER.iter().copied().find(|number| said & (1 << number) != 0)
}
