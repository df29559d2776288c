//! Which properties are about a person as such, and are not kept unless a setting says so. It knows them by their
//! names, in any way of writing them; it does not look into texts.

use super::raw::{Kind, Raw};

/// How deep a property may be nested.
const DEPTH_MAX: usize = 16;

/// Names that are personal wherever they stand, in lower case and without separators.
const ANYWHERE: [&str; 27] = [
    "address",
    "avatar",
    "birthday",
    "birthdate",
    "dateofbirth",
    "dob",
    "email",
    "emailaddress",
    "firstname",
    "fullname",
    "idcard",
    "ip",
    "ipaddress",
    "lastname",
    "latitude",
    "longitude",
    "mobile",
    "mobilephone",
    "nickname",
    "openid",
    "passport",
    "phone",
    "phonenumber",
    "postalcode",
    "realname",
    "ssn",
    "unionid",
];
/// Names that are personal among the traits of somebody; elsewhere a product may have them.
const OF_TRAITS: [&str; 7] = ["name", "title", "username", "street", "zip", "zipcode", "website"];

/// Whether a property of this name is personal.
fn is_personal(name: &str, of_traits: bool) -> bool {
    // The longest word has 13 letters; a few separators may stand between them.
    if name.len() > 20 {
        return false;
    }
    let mut word = [0u8; 20];
    let mut len = 0;
    for b in name.bytes().filter(|b| !matches!(b, b'_' | b'-' | b' ' | b'.')) {
        word[len] = b.to_ascii_lowercase();
        len += 1;
    }
    let word = &word[..len];
    let is = |known: &&str| known.as_bytes() == word;
    ANYWHERE.iter().any(is) || (of_traits && OF_TRAITS.iter().any(is))
}

/// Writes properties as JSON, leaving out what is personal.
pub(crate) struct Sieve<'a> {
    /// Whether personal properties are kept.
    pub(crate) keeps: bool,
    /// Whether these are traits of somebody.
    pub(crate) of_traits: bool,
    /// The names that were left out.
    pub(crate) withheld: &'a mut Vec<Box<str>>,
}

/// A value is nested too deeply.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooDeep;

impl Sieve<'_> {
    /// Whether a property of this name passes; notes it when it does not.
    pub(crate) fn passes(&mut self, name: &str) -> bool {
        if self.keeps || !is_personal(name, self.of_traits) {
            return true;
        }
        if !self.withheld.iter().any(|told| **told == *name) {
            self.withheld.push(name.into());
        }
        false
    }

    /// Appends a field to an object that is being written.
    pub(crate) fn field(&mut self, out: &mut String, name: &str, value: Raw<'_>) -> Result<(), TooDeep> {
        push_name(out, name);
        self.value(out, value, 1)
    }

    fn value(&mut self, out: &mut String, value: Raw<'_>, depth: usize) -> Result<(), TooDeep> {
        if depth > DEPTH_MAX {
            return Err(TooDeep);
        }
        match value.kind() {
            Kind::Object => {
                out.push('{');
                for (name, value) in value.fields().unwrap_or_default().all {
                    if self.passes(&name) {
                        push_name(out, &name);
                        self.value(out, value, depth + 1)?;
                    }
                }
                out.push('}');
            }
            Kind::List => {
                out.push('[');
                for value in value.items().unwrap_or_default() {
                    if !out.ends_with('[') {
                        out.push(',');
                    }
                    self.value(out, value, depth + 1)?;
                }
                out.push(']');
            }
            _ => out.push_str(value.json()),
        }
        Ok(())
    }
}

/// Appends `"name":`, with a comma before it where it is not the first.
pub(crate) fn push_name(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    push_text(out, name);
    out.push(':');
}

/// Appends a text as JSON.
pub(crate) fn push_text(out: &mut String, text: &str) {
    let plain = |b: u8| b >= b' ' && b != b'"' && b != b'\\';
    if text.bytes().all(plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        // A text always has a form in JSON.
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sifted(json: &str, keeps: bool, of_traits: bool) -> (String, Vec<Box<str>>) {
        let mut withheld = vec![];
        let mut sieve = Sieve { keeps, of_traits, withheld: &mut withheld };
        let mut out = String::new();
        sieve.value(&mut out, Raw::read(json).unwrap(), 1).unwrap();
        (out, withheld)
    }

    #[test]
    fn what_is_personal_is_left_out_however_it_is_written() {
        let json = r#"{"E-Mail": "a@b.example", "plan": "gold", "firstName": "Ann", "who": [{"phone_number": 1, "n": 2}]}"#;
        let (kept, withheld) = sifted(json, false, false);
        assert_eq!(kept, r#"{"plan":"gold","who":[{"n":2}]}"#);
        assert_eq!(withheld, ["E-Mail", "firstName", "phone_number"].map(Box::from));
        let (kept, withheld) = sifted(json, true, false);
        assert!(kept.contains("a@b.example") && withheld.is_empty());
    }

    #[test]
    fn a_product_has_a_name_and_a_person_keeps_theirs() {
        assert_eq!(sifted(r#"{"name": "Teapot"}"#, false, false).0, r#"{"name":"Teapot"}"#);
        assert_eq!(sifted(r#"{"name": "Ann"}"#, false, true).0, "{}");
    }

    #[test]
    fn lists_and_empty_things_stay_what_they_are() {
        let json = r#"{"a":[],"b":{},"c":[[],[1,null],"x"],"d\n":"q\"q"}"#;
        assert_eq!(sifted(json, false, false).0, json);
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let mut sieve = Sieve { keeps: true, of_traits: false, withheld: &mut vec![] };
        assert_eq!(sieve.value(&mut String::new(), Raw::read(&deep).unwrap(), 1), Err(TooDeep));
    }
}
