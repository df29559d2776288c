//! JSON values as they were sent: looked at where they stand, not copied. It does not know what any of them means.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// Fields of one object that are looked at; an object with more is refused.
pub(crate) const FIELDS_MAX: usize = 200;

/// One value: well-formed JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Raw<'a>(&'a str);

/// What sort of value. The numbers are bits of the schema's record of types and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    Null = 1,
    Bool = 2,
    Number = 4,
    Text = 8,
    List = 16,
    Object = 32,
}

impl Kind {
    pub(crate) const ALL: [Kind; 6] =
        [Kind::Null, Kind::Bool, Kind::Number, Kind::Text, Kind::List, Kind::Object];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "boolean",
            Kind::Number => "number",
            Kind::Text => "string",
            Kind::List => "array",
            Kind::Object => "object",
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw<'a>, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Raw(raw.get()))
    }
}

impl<'a> Raw<'a> {
    /// A whole text as one value; none when it is no JSON.
    pub(crate) fn read(text: &'a str) -> Option<Raw<'a>> {
        serde_json::from_str(text).ok()
    }

    /// The JSON itself.
    pub(crate) fn json(self) -> &'a str {
        self.0
    }

    pub(crate) fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'"') => Kind::Text,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The text, when it is one.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if !inner.as_bytes().contains(&b'\\') {
            return Some(Cow::Borrowed(inner));
        }
        serde_json::from_str::<String>(self.0).ok().map(Cow::Owned)
    }

    /// A text, or a number or truth value as it was written.
    pub(crate) fn plain(self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::Text => self.text(),
            Kind::Number | Kind::Bool => Some(Cow::Borrowed(self.0)),
            Kind::Null | Kind::List | Kind::Object => None,
        }
    }

    /// A number, or a text that may be one.
    pub(crate) fn digits(self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::Text => self.text(),
            Kind::Number => Some(Cow::Borrowed(self.0)),
            _ => None,
        }
    }

    /// The fields, when it is an object. The last of fields with the same name counts, as in every browser.
    pub(crate) fn fields(self) -> Option<Fields<'a>> {
        serde_json::from_str(self.0).ok()
    }

    /// The items, when it is a list.
    pub(crate) fn items(self) -> Option<Vec<Raw<'a>>> {
        serde_json::from_str(self.0).ok()
    }
}

/// The fields of an object in their order.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    pub(crate) all: Vec<(Cow<'a, str>, Raw<'a>)>,
    /// Whether there were more than are kept.
    pub(crate) too_many: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.all.iter().find(|(told, _)| told == name).map(|(_, value)| *value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields<'a>, D::Error> {
        deserializer.deserialize_map(FieldsVisitor(std::marker::PhantomData))
    }
}

struct FieldsVisitor<'a>(std::marker::PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for FieldsVisitor<'a> {
    type Value = Fields<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'a>, A::Error> {
        let mut fields = Fields { all: Vec::with_capacity(8), too_many: false };
        while let Some(Name(name)) = map.next_key::<Name<'a>>()? {
            if fields.all.len() == FIELDS_MAX {
                map.next_value::<IgnoredAny>()?;
                fields.too_many = true;
                continue;
            }
            let value = map.next_value()?;
            match fields.all.iter_mut().find(|(told, _)| *told == name) {
                Some(told) => told.1 = value,
                None => fields.all.push((name, value)),
            }
        }
        Ok(fields)
    }
}

/// A field's name, borrowed where it stands without escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name<'a>, D::Error> {
        struct Of<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Of<'a> {
            type Value = Name<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'a>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'a>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Of(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart_by_how_they_begin() {
        let kinds = |json: &str| -> Vec<Kind> {
            Raw::read(json).unwrap().items().unwrap().into_iter().map(Raw::kind).collect()
        };
        assert_eq!(kinds(r#"[ null, true, -1.5e3, "a", [1], {"b": 2} ]"#), Kind::ALL);
    }

    #[test]
    fn escapes_are_opened_and_plain_texts_are_borrowed() {
        let fields = Raw::read(r#"{"a": "plain", "\u0062": "l\u00edne\n", "a": "last"}"#).unwrap().fields();
        let fields = fields.unwrap();
        assert!(matches!(fields.get("a").unwrap().text(), Some(Cow::Borrowed("last"))));
        assert_eq!(fields.get("b").unwrap().text().unwrap(), "líne\n");
        assert_eq!(fields.all.len(), 2);
    }

    #[test]
    fn an_object_without_end_is_looked_at_in_part() {
        let many: Vec<String> = (0..1_000).map(|n| format!("\"f{n}\":{n}")).collect();
        let text = format!("{{{}}}", many.join(","));
        let fields = Raw::read(&text).unwrap().fields().unwrap();
        assert!(fields.too_many);
        assert_eq!(fields.all.len(), FIELDS_MAX);
    }
}
