//! Which column means what. It does not know how rows are read, or what becomes of them.

use std::collections::BTreeMap;

use csv::StringRecord;
use serde::{Deserialize, Serialize};

use super::ImportFault;

/// What each row of a file tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An order, or one line of an order.
    #[default]
    Orders,
    /// Something a person did.
    Events,
    /// A person's stay in a room: when it began and how long it was.
    Stays,
    /// Who a person is.
    Members,
    /// Nothing about a person; the file is passed over.
    Nobody,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a column can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// All of them.
            pub const ALL: &[Field] = &[$(Field::$name,)*];
            /// The name, as in a mapping file.
            pub const fn name(self) -> &'static str {
                match self { $(Field::$name => $text,)* }
            }
        }
    };
}

fields! {
    /// The person's id in the shop.
    Customer = "customer",
    /// The id of a browser or device.
    Anonymous = "anonymous",
    /// When.
    At = "at",
    /// The name of the event.
    Event = "event",
    /// The sender's id of the event: two with the same id are one.
    MessageId = "message_id",
    /// The order.
    Order = "order",
    /// The product.
    Item = "item",
    /// Its kind.
    Category = "category",
    /// Pieces.
    Units = "units",
    /// Price of one piece.
    Price = "price",
    /// What comes off the line.
    Discount = "discount",
    /// Amount of the line, or of an event.
    Amount = "amount",
    /// The same in minor units, such as cents.
    AmountMinor = "amount_minor",
    /// Amount of the order.
    Total = "total",
    /// What of it is not paid yet.
    Outstanding = "outstanding",
    /// What went back.
    Refunded = "refunded",
    /// When it went back.
    RefundedAt = "refunded_at",
    /// Whether it was paid.
    Status = "status",
    /// Currency, ISO 4217.
    Currency = "currency",
    /// Where somebody came from.
    Source = "source",
    /// The campaign.
    Campaign = "campaign",
    /// The room.
    Room = "room",
    /// The host.
    Host = "host",
    /// Age band.
    AgeBand = "age_band",
    /// City tier.
    CityTier = "city_tier",
    /// Region.
    Region = "region",
    /// Device.
    Device = "device",
    /// How it ended, or which kind.
    Outcome = "outcome",
    /// Page or screen.
    Page = "page",
    /// A length of time, ms.
    DurationMs = "duration_ms",
    /// A rating.
    Score = "score",
}

/// One column or several; of several the first that is not empty counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// One.
    One(String),
    /// Several, in the order of preference.
    Several(Vec<String>),
}

impl Names {
    /// As a slice.
    pub fn all(&self) -> &[String] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Several(names) => names,
        }
    }
}

/// Which column means what, and how values are written. This is also the shape of a mapping file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// What a row tells.
    pub kind: Kind,
    /// What separates cells; found out when not stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Names of the columns, for a file without a first row of names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Formats of times, tried in their order: `auto`, `unix_s`, `unix_ms` or a pattern such as `%d.%m.%Y %H:%M`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub time: Vec<String>,
    /// The zone of times that state none, IANA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The decimal point of money, `.` or `,`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// Orders whose number begins so are cancellations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_prefix: Option<String>,
    /// The values of `status` that mean that money came; all do when there are none here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<String>,
    /// Only the first row of an order says whose it is and when.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub first_row_says: bool,
    /// A line whose price is zero is left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_free_lines: bool,
    /// Columns by what they mean.
    pub fields: BTreeMap<Field, Names>,
    /// Values that hold for all rows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fixed: BTreeMap<Field, String>,
    /// Columns that are kept as they are, among the other properties.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub props: Vec<String>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// The line and what is wrong with it.
    pub fn from_toml(file: &str, text: &str) -> Result<Mapping, ImportFault> {
        let mapping: Mapping =
            toml::from_str(text).map_err(|error| ImportFault::new(file, error.to_string().trim_end()))?;
        if !matches!(mapping.decimal, None | Some('.' | ',')) {
            return Err(ImportFault::new(file, "decimal must be \".\" or \",\""));
        }
        Ok(mapping)
    }

    /// A mapping with columns by what they mean.
    pub fn with(kind: Kind, fields: &[(Field, &[&str])]) -> Mapping {
        let names = |all: &[&str]| match all {
            [one] => Names::One((*one).to_owned()),
            several => Names::Several(several.iter().map(|it| (*it).to_owned()).collect()),
        };
        let fields = fields.iter().map(|(field, all)| (*field, names(all))).collect();
        Mapping { kind, fields, ..Mapping::default() }
    }

    /// The same with a value for all rows.
    pub fn fix(mut self, field: Field, value: &str) -> Mapping {
        self.fixed.insert(field, value.to_owned());
        self
    }

    /// Finds the columns in a file's first row.
    ///
    /// # Errors
    /// A column that the mapping names is not there, or one that a row cannot do without is not mapped.
    pub fn resolve(&self, file: &str, header: &[String]) -> Result<Columns, ImportFault> {
        let place = |name: &String| {
            header.iter().position(|it| it == name).ok_or_else(|| {
                ImportFault::new(file, "the mapping names this column, but the file does not have it")
                    .in_column(name)
            })
        };
        let mut columns = Columns {
            of: Field::ALL.iter().map(|_| Vec::new()).collect(),
            fixed: Field::ALL.iter().map(|field| self.fixed.get(field).cloned()).collect(),
            props: vec![],
            names: header.to_vec(),
        };
        for (field, names) in &self.fields {
            columns.of[*field as usize] = names.all().iter().map(place).collect::<Result<_, _>>()?;
        }
        for name in &self.props {
            columns.props.push((name.clone(), place(name)?));
        }
        let who = columns.has(Field::Customer) || columns.has(Field::Anonymous);
        let needs: &[Field] = match self.kind {
            Kind::Orders => &[Field::At],
            Kind::Events => &[Field::At, Field::Event],
            Kind::Stays => &[Field::At, Field::DurationMs, Field::Room],
            Kind::Members | Kind::Nobody => &[],
        };
        let missing = needs.iter().find(|it| !columns.has(**it)).map(|it| it.name());
        let missing = if who || self.kind == Kind::Nobody { missing } else { Some("customer") };
        if let Some(missing) = missing {
            return Err(ImportFault::new(
                file,
                format!(
                    "no column is known to mean {missing:?}; a mapping file (--map) can say which one does"
                ),
            ));
        }
        let amount = [Field::Total, Field::Amount, Field::Price].iter().any(|it| columns.has(*it));
        if self.kind == Kind::Orders && !amount {
            return Err(ImportFault::new(
                file,
                "no column is known to mean \"total\", \"amount\" or \"price\"; a mapping file (--map) can say which one does",
            ));
        }
        Ok(columns)
    }
}

/// A mapping with its columns found in a file.
#[derive(Clone, Debug)]
pub struct Columns {
    of: Vec<Vec<usize>>,
    fixed: Vec<Option<String>>,
    /// Columns that are kept as they are, with their places.
    pub props: Vec<(String, usize)>,
    /// The names of all columns.
    pub names: Vec<String>,
}

impl Columns {
    /// Whether a field is mapped or fixed.
    pub fn has(&self, field: Field) -> bool {
        !self.of[field as usize].is_empty() || self.fixed[field as usize].is_some()
    }

    /// The value of a field in a row, without spaces around it; none when it is empty.
    pub fn get<'a>(&'a self, row: &'a StringRecord, field: Field) -> Option<&'a str> {
        let cells = self.of[field as usize].iter().filter_map(|place| row.get(*place)).map(str::trim);
        cells.into_iter().find(|it| !it.is_empty()).or(self.fixed[field as usize].as_deref())
    }

    /// The name of the column of a field.
    pub fn name(&self, field: Field) -> String {
        self.of[field as usize].first().map_or(field.name().to_owned(), |place| self.names[*place].clone())
    }

    /// Column and field of all that is mapped, in the order of the columns.
    pub fn table(&self) -> Vec<(usize, Field)> {
        let mut table: Vec<_> = Field::ALL
            .iter()
            .flat_map(|field| self.of[*field as usize].iter().map(|place| (*place, *field)))
            .collect();
        table.sort();
        table
    }
}
