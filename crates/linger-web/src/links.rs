//! Links that remember whose they are: a short code for a person in a room, made and read with the house's key. It does
//! not know who takes a link along or who comes by one.
//!
//! A code is `tag ‖ (person ⊕ pad)` in base64url, 22 characters: `tag` is the first half of an HMAC over room and person,
//! `pad` of one over room and tag. So the same person has one code in a room, nobody reads the person from it, and nobody
//! makes one up: a guess is right once in 2⁶⁴ times.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use linger_protocol::{PersonId, RoomId};
use linger_store::Vault;

/// Characters of a code.
const CODE_CHARS: usize = 22;

/// The key of the codes.
pub(crate) struct Links(hmac::Key);

impl Links {
    pub(crate) fn of(vault: &Vault) -> Links {
        Links(hmac::Key::new(hmac::HMAC_SHA256, &vault.house_secret("share-link")))
    }

    /// The code of this person in this room.
    pub(crate) fn code(&self, room: &RoomId, person: PersonId) -> String {
        let tag = self.half(b"tag", room, person.0);
        let hidden = person.0 ^ self.half(b"pad", room, tag);
        URL_SAFE_NO_PAD.encode([tag.to_be_bytes(), hidden.to_be_bytes()].concat())
    }

    /// Whose code this is in this room; `None` when it is nobody's.
    pub(crate) fn person(&self, room: &RoomId, code: &str) -> Option<PersonId> {
        if code.len() != CODE_CHARS {
            return None;
        }
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(code).ok()?.try_into().ok()?;
        let (tag, hidden) = bytes.split_first_chunk::<8>()?;
        let tag = u64::from_be_bytes(*tag);
        let person = u64::from_be_bytes(hidden.try_into().ok()?) ^ self.half(b"pad", room, tag);
        (self.half(b"tag", room, person) == tag).then_some(PersonId(person))
    }

    fn half(&self, what: &[u8], room: &RoomId, number: u64) -> u64 {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [what, room.as_str().as_bytes(), &[0], &number.to_be_bytes()] {
            context.update(part);
        }
        let whole = context.sign();
        whole.as_ref().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(key: u8) -> Links {
        Links(hmac::Key::new(hmac::HMAC_SHA256, &[key; 32]))
    }

    #[test]
    fn a_code_says_whose_it_is_in_its_room_and_to_its_house_alone() {
        let (tea, cups) = (RoomId::new("tea").unwrap(), RoomId::new("cups").unwrap());
        for person in [PersonId(1), PersonId(u64::MAX >> 1), PersonId(0x0123_4567_89ab_cdef)] {
            let code = links(1).code(&tea, person);
            assert_eq!((code.len(), links(1).person(&tea, &code)), (CODE_CHARS, Some(person)));
            assert_eq!(links(1).code(&tea, person), code);
            assert_eq!(links(1).person(&cups, &code), None);
            assert_eq!(links(2).person(&tea, &code), None);
            assert!(!code.contains(&person.to_string()[..6]));
        }
    }

    #[test]
    fn what_is_no_code_is_nobodys() {
        let tea = RoomId::new("tea").unwrap();
        let code = links(1).code(&tea, PersonId(42));
        let mut bent = code.clone().into_bytes();
        for at in 0..bent.len() - 1 {
            let before =
                std::mem::replace(&mut bent[at], if code.as_bytes()[at] == b'A' { b'B' } else { b'A' });
            assert_eq!(links(1).person(&tea, std::str::from_utf8(&bent).unwrap()), None, "{at}");
            bent[at] = before;
        }
        for text in ["", "A", "\u{202e}", &code[1..], &format!("{code}A"), &"=".repeat(22)] {
            assert_eq!(links(1).person(&tea, text), None, "{text}");
        }
    }
}
