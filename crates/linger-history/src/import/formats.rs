//! The formats that are known by their first row, and a guess at all others by the names of their columns. It does not
//! know how a file is opened or what becomes of its rows.

use super::mapping::{Field, Kind, Mapping};

/// A format somebody may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Found out for each file.
    #[default]
    Auto,
    /// Cells with something between them; columns by their names.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Parquet; columns by their names.
    Parquet,
    /// Shopify's export of orders.
    ShopifyOrders,
    /// A file of the KuaiLive data set.
    KuaiLive,
    /// The Online Retail data set of UCI.
    OnlineRetail,
    /// CDNOW, the whole or the sample.
    Cdnow,
}

impl Format {
    /// All, in the order of the documents.
    pub const ALL: [Format; 8] = [
        Format::Auto,
        Format::Csv,
        Format::Jsonl,
        Format::Parquet,
        Format::ShopifyOrders,
        Format::KuaiLive,
        Format::OnlineRetail,
        Format::Cdnow,
    ];

    /// The name people type.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Auto => "auto",
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Parquet => "parquet",
            Format::ShopifyOrders => "shopify-orders",
            Format::KuaiLive => "kuailive",
            Format::OnlineRetail => "online-retail",
            Format::Cdnow => "cdnow",
        }
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What a file was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The name of the format, for people.
    pub name: String,
    /// Which column means what.
    pub mapping: Mapping,
}

/// Recognises a table by its columns, and where several files have the same ones, by its name. `asked` narrows it down.
pub fn recognise(file: &str, header: &[String], asked: Format) -> Option<Known> {
    let has = |names: &[&str]| names.iter().all(|name| header.iter().any(|it| it == name));
    let allowed = |format| asked == Format::Auto || asked == format;
    let known = |name: &str, mapping| Some(Known { name: name.to_owned(), mapping });
    if allowed(Format::ShopifyOrders) && has(&["Name", "Email", "Financial Status", "Lineitem quantity"]) {
        return known("shopify-orders", shopify(header));
    }
    if allowed(Format::OnlineRetail) && has(&ONLINE_RETAIL) {
        return known("online-retail", online_retail());
    }
    if allowed(Format::Cdnow) && (has(&["customer_id", "date", "number_of_cds", "dollar_value"])) {
        return known("cdnow", cdnow());
    }
    if allowed(Format::KuaiLive)
        && let Some((name, mapping)) = kuailive(file, &has)
    {
        return known(name, mapping);
    }
    let guessing = matches!(asked, Format::Auto | Format::Csv | Format::Parquet | Format::Jsonl);
    guessing
        .then(|| guess(header))
        .flatten()
        .map(|mapping| Known { name: "by column names".to_owned(), mapping })
}

const ONLINE_RETAIL: [&str; 8] = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
];

fn online_retail() -> Mapping {
    let mapping = Mapping::with(
        Kind::Orders,
        &[
            (Field::Order, &["InvoiceNo"]),
            (Field::Item, &["StockCode"]),
            (Field::Units, &["Quantity"]),
            (Field::At, &["InvoiceDate"]),
            (Field::Price, &["UnitPrice"]),
            (Field::Customer, &["CustomerID"]),
            (Field::Region, &["Country"]),
        ],
    );
    Mapping {
        // The first is how the files by day write it, the second how UCI does.
        time: vec!["auto".to_owned(), "%m/%d/%Y %H:%M".to_owned()],
        cancel_prefix: Some("C".to_owned()),
        no_free_lines: true,
        ..mapping.fix(Field::Currency, "GBP")
    }
}

/// Names for the columns of CDNOW, which has no first row in the sample: by the number of cells.
pub fn cdnow_columns(cells: usize) -> Option<Vec<String>> {
    let names: &[&str] = match cells {
        4 => &["customer_id", "date", "number_of_cds", "dollar_value"],
        5 => &["customer_id", "sample_id", "date", "number_of_cds", "dollar_value"],
        _ => return None,
    };
    Some(names.iter().map(|it| (*it).to_owned()).collect())
}

fn cdnow() -> Mapping {
    Mapping::with(
        Kind::Orders,
        &[
            (Field::Customer, &["customer_id"]),
            (Field::At, &["date"]),
            (Field::Units, &["number_of_cds"]),
            (Field::Total, &["dollar_value"]),
        ],
    )
    .fix(Field::Currency, "USD")
}

/// Columns of Shopify's export as its guide and exports of 2024 to 2026 have them; an older export has fewer.
fn shopify(header: &[String]) -> Mapping {
    const ALL: &[(Field, &[&str])] = &[
        (Field::Order, &["Name"]),
        (Field::Customer, &["Email", "Phone"]),
        (Field::At, &["Paid at", "Created at"]),
        (Field::Status, &["Financial Status"]),
        (Field::Currency, &["Currency"]),
        (Field::Total, &["Total"]),
        (Field::Outstanding, &["Outstanding Balance"]),
        (Field::Refunded, &["Refunded Amount"]),
        (Field::RefundedAt, &["Cancelled at"]),
        (Field::Item, &["Lineitem sku", "Lineitem name"]),
        (Field::Units, &["Lineitem quantity"]),
        (Field::Price, &["Lineitem price"]),
        (Field::Discount, &["Lineitem discount"]),
        (Field::Source, &["Source"]),
        (Field::Campaign, &["Discount Code"]),
        (Field::Region, &["Shipping Country", "Billing Country"]),
    ];
    let mut mapping = Mapping { kind: Kind::Orders, ..Mapping::default() };
    for (field, names) in ALL {
        let there: Vec<&str> =
            names.iter().copied().filter(|name| header.iter().any(|it| it == name)).collect();
        if !there.is_empty() {
            mapping.fields.extend(Mapping::with(Kind::Orders, &[(*field, &there)]).fields);
        }
    }
    let paid = ["paid", "partially_paid", "partially_refunded", "refunded"];
    Mapping { paid: paid.map(str::to_owned).to_vec(), first_row_says: true, ..mapping }
}

fn kuailive(file: &str, has: &dyn Fn(&[&str]) -> bool) -> Option<(&'static str, Mapping)> {
    let stem = file.rsplit(['/', ':']).next().unwrap_or(file).split('.').next().unwrap_or_default();
    let person = (Field::Customer, &["user_id"] as &[&str]);
    let moment: [(Field, &[&str]); 4] =
        [person, (Field::Room, &["live_id"]), (Field::Host, &["streamer_id"]), (Field::At, &["timestamp"])];
    if has(&["user_id", "live_id", "streamer_id", "timestamp", "watch_live_time"]) {
        let fields = [&moment[..], &[(Field::DurationMs, &["watch_live_time"])]].concat();
        return Some(("kuailive click", Mapping::with(Kind::Stays, &fields)));
    }
    if has(&["user_id", "live_id", "streamer_id", "timestamp"]) {
        let interaction = |outcome| {
            Mapping::with(Kind::Events, &moment)
                .fix(Field::Event, linger_behaviour::touch::INTERACTED)
                .fix(Field::Outcome, outcome)
        };
        if has(&["gift_price"]) {
            let mapping = Mapping { props: vec!["gift_price".to_owned()], ..interaction("gift") };
            return Some(("kuailive gift", mapping));
        }
        // Comments, likes and rooms passed over have the same four columns; only the file's name tells them apart.
        return match stem {
            "comment" => Some(("kuailive comment", interaction("comment"))),
            "like" => Some(("kuailive like", interaction("like"))),
            "negative" => {
                let mapping = Mapping::with(Kind::Events, &moment).fix(Field::Event, super::PASSED);
                Some(("kuailive negative", mapping))
            }
            _ => None,
        };
    }
    if has(&["live_id", "streamer_id", "start_timestamp", "end_timestamp"]) {
        return Some(("kuailive room", Mapping { kind: Kind::Nobody, ..Mapping::default() }));
    }
    if has(&["streamer_id", "fans_user_num", "first_live_timestamp"]) {
        return Some(("kuailive streamer", Mapping { kind: Kind::Nobody, ..Mapping::default() }));
    }
    if has(&["user_id", "age", "country", "accu_watch_live_cnt"]) {
        let fields: [(Field, &[&str]); 5] = [
            person,
            (Field::At, &["reg_timestamp"]),
            (Field::AgeBand, &["age"]),
            (Field::Region, &["country"]),
            (Field::Device, &["device_brand"]),
        ];
        let mut mapping = Mapping::with(Kind::Members, &fields);
        mapping
            .props
            .extend(["gender", "device_price"].map(str::to_owned).into_iter().filter(|it| has(&[it])));
        return Some(("kuailive user", mapping));
    }
    None
}

/// Names of columns that are understood without a mapping file, in small letters and without anything between words.
const GUESSES: &[(Field, &[&str])] = &[
    (
        Field::Customer,
        &[
            "customerid",
            "customer",
            "userid",
            "memberid",
            "clientid",
            "buyerid",
            "personid",
            "person",
            "user",
            "customeremail",
            "email",
            "客户id",
            "用户id",
            "会员id",
            "买家id",
            "会员号",
        ],
    ),
    (Field::Anonymous, &["anonymousid", "deviceid", "visitorid", "cookieid"]),
    (
        Field::At,
        &[
            "at",
            "atms",
            "paidat",
            "paiddate",
            "paymenttime",
            "paymentdate",
            "orderedat",
            "ordertime",
            "placedat",
            "purchasedat",
            "purchasetime",
            "transactiondate",
            "processedat",
            "completedat",
            "timestamp",
            "time",
            "datetime",
            "orderdate",
            "invoicedate",
            "purchasedate",
            "createdat",
            "createddate",
            "eventtime",
            "date",
            "registeredat",
            "付款时间",
            "支付时间",
            "付款日期",
            "支付日期",
            "下单时间",
            "下单日期",
            "订单时间",
            "创建时间",
            "时间",
            "日期",
        ],
    ),
    (Field::Event, &["event", "eventname", "eventtype", "name", "action", "事件"]),
    (Field::MessageId, &["messageid", "eventid"]),
    (
        Field::Order,
        &[
            "orderid",
            "order",
            "orderno",
            "ordernumber",
            "invoiceno",
            "invoice",
            "transactionid",
            "订单号",
            "订单编号",
        ],
    ),
    (
        Field::Item,
        &["sku", "item", "itemid", "productid", "product", "stockcode", "商品id", "商品编码", "商品"],
    ),
    (Field::Category, &["category", "productcategory", "producttype", "类目", "品类"]),
    (Field::Units, &["units", "quantity", "qty", "pieces", "数量"]),
    (Field::Price, &["unitprice", "price", "单价"]),
    (Field::AmountMinor, &["amountminor"]),
    (Field::Amount, &["amount", "lineamount", "linetotal", "amountpaid", "金额"]),
    (
        Field::Total,
        &["total", "ordertotal", "totalamount", "revenue", "grandtotal", "实付金额", "支付金额", "订单金额"],
    ),
    (Field::Refunded, &["refunded", "refundedamount", "refund", "退款金额"]),
    (Field::Currency, &["currency", "币种"]),
    (Field::Source, &["source", "channel", "utmsource", "来源", "渠道"]),
    (Field::Campaign, &["campaign", "utmcampaign", "活动"]),
    (Field::Room, &["room", "roomid", "liveid", "直播间", "直播间id"]),
    (Field::Host, &["host", "hostid", "streamerid", "主播", "主播id"]),
    (Field::AgeBand, &["ageband", "age", "agegroup", "agerange", "年龄段", "年龄"]),
    (Field::CityTier, &["citytier", "城市等级", "城市线级"]),
    (Field::Region, &["region", "country", "province", "state", "地区", "省份"]),
    (Field::Device, &["device", "devicetype", "设备"]),
    (Field::Outcome, &["outcome", "result"]),
    (Field::Page, &["page", "url", "screen"]),
    (Field::DurationMs, &["durationms", "watchms"]),
    (Field::Score, &["score", "rating", "评分"]),
];

/// Guesses by names alone; none when it would not be clear whose rows these are.
fn guess(header: &[String]) -> Option<Mapping> {
    let plain: Vec<String> = header
        .iter()
        .map(|name| name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        .collect();
    let mut mapping = Mapping::default();
    for (field, names) in GUESSES {
        let found = names.iter().find_map(|name| plain.iter().position(|it| it == name));
        if let Some(place) = found {
            mapping.fields.extend(Mapping::with(Kind::Orders, &[(*field, &[header[place].as_str()])]).fields);
        }
    }
    let has = |field| mapping.fields.contains_key(&field);
    if !has(Field::Customer) && !has(Field::Anonymous) {
        return None;
    }
    let money = has(Field::Total) || has(Field::Amount) || has(Field::Price);
    if money && has(Field::Order) && !has(Field::At) {
        // Orders whose time has a name of its own: taken for members they would be lost without a word.
        return None;
    }
    mapping.kind = if has(Field::Event) && has(Field::At) {
        Kind::Events
    } else if money && has(Field::At) {
        Kind::Orders
    } else {
        Kind::Members
    };
    if mapping.kind != Kind::Orders {
        let used: Vec<&String> = mapping.fields.values().flat_map(|it| it.all()).collect();
        let rest: Vec<String> =
            header.iter().filter(|it| !used.contains(it) && !it.is_empty()).cloned().collect();
        mapping.props = rest;
    }
    Some(mapping)
}
