//! Passkey ceremonies under way: what was challenged waits here for the answer, for five minutes and one use. It does
//! not know where passkeys are kept.

use super::{base64_url_read, random_token};
use crate::error::ApiError;
use axum::http::StatusCode;
use linger_protocol::{Millis, PersonId};
use serde_json::Value;
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard},
};
use url::Url;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder,
};

/// How long a challenge waits for its answer, ms.
const CEREMONY_MS: u64 = 5 * 60_000;
/// Challenges that wait at a time, of each kind.
const CEREMONIES_MAX: usize = 4_096;
/// What marks the user handles of this house: the other half is the person.
const HANDLE_MARK: u64 = u64::from_be_bytes(*b"linger\0\x01");

/// Passkeys of this house's address.
pub struct Passkeys {
    /// Absent when the address is a number: WebAuthn binds passkeys to names.
    webauthn: Option<Webauthn>,
    registrations: Waiting<(PersonId, PasskeyRegistration)>,
    sign_ins: Waiting<DiscoverableAuthentication>,
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys").field("possible", &self.webauthn.is_some()).finish_non_exhaustive()
    }
}

impl Passkeys {
    /// Passkeys for the address that people type. An address by number has none: every use then answers
    /// `passkeys-need-a-name`.
    ///
    /// # Errors
    /// A sentence, when the address is not one that passkeys can be bound to.
    pub fn new(public_url: &Url) -> Result<Passkeys, String> {
        let webauthn = match public_url.domain() {
            None => None,
            Some(domain) => {
                let builder = WebauthnBuilder::new(domain, public_url).map_err(|error| error.to_string())?;
                Some(builder.rp_name("Linger").build().map_err(|error| error.to_string())?)
            }
        };
        Ok(Passkeys { webauthn, registrations: Waiting::default(), sign_ins: Waiting::default() })
    }

    fn webauthn(&self) -> Result<&Webauthn, ApiError> {
        self.webauthn.as_ref().ok_or_else(|| ApiError::new(StatusCode::CONFLICT, "passkeys-need-a-name"))
    }

    /// Challenges a device to make a passkey for this person; gives the ceremony's name and the browser's options.
    pub(super) fn start_registration(
        &self,
        person: PersonId,
        login: &str,
        name: &str,
        has: Vec<Vec<u8>>,
        now: Millis,
    ) -> Result<(String, Value), ApiError> {
        let (options, state) = self
            .webauthn()?
            .start_passkey_registration(handle(person), login, name, Some(has))
            .map_err(|fault| ApiError::unavailable("challenging a device", &fault))?;
        let mut options = as_json(&options)?;
        // Sign-in asks for no login, so the device has to keep the passkey with its owner's handle.
        if let Some(choice) =
            options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut)
        {
            choice.insert("residentKey".to_owned(), "required".into());
            choice.insert("requireResidentKey".to_owned(), true.into());
        }
        Ok((self.registrations.put((person, state), now)?, options))
    }

    /// The passkey that a device made, when it answers this person's challenge.
    pub(super) fn finish_registration(
        &self,
        person: PersonId,
        ceremony: &str,
        credential: Value,
        now: Millis,
    ) -> Result<Passkey, ApiError> {
        let webauthn = self.webauthn()?;
        let (whose, state) = self.registrations.take(ceremony, now).ok_or_else(ceremony_gone)?;
        if whose != person {
            return Err(ceremony_gone());
        }
        let credential: RegisterPublicKeyCredential = read_credential(credential)?;
        webauthn
            .finish_passkey_registration(&credential, &state)
            .map_err(|_| ApiError::field("passkey-refused", "credential"))
    }

    /// Challenges whatever passkey of this house a device has.
    pub(super) fn start_sign_in(&self, now: Millis) -> Result<(String, Value), ApiError> {
        let (mut options, state) = self
            .webauthn()?
            .start_discoverable_authentication()
            .map_err(|fault| ApiError::unavailable("challenging a device", &fault))?;
        // A button was pressed: the browser shall ask now, not when a field is filled in.
        options.mediation = None;
        Ok((self.sign_ins.put(state, now)?, as_json(&options)?))
    }

    /// Reads an answer to a challenge; it proves nothing until it is checked. The challenge is used up.
    pub(super) fn claim(&self, ceremony: &str, credential: Value, now: Millis) -> Result<Claim, ApiError> {
        let webauthn = self.webauthn()?;
        let state = self.sign_ins.take(ceremony, now).ok_or_else(ceremony_gone)?;
        let credential: PublicKeyCredential = read_credential(credential)?;
        let (handle, id) =
            webauthn.identify_discoverable_authentication(&credential).map_err(|_| refused())?;
        let credential_id = id.to_vec();
        let person = person_of(handle).ok_or_else(refused)?;
        Ok(Claim { person, credential_id, credential, state })
    }

    /// Checks an answer against the passkey that it names.
    pub(super) fn check(&self, claim: Claim, passkey: &Passkey) -> Result<AuthenticationResult, ApiError> {
        self.webauthn()?
            .finish_discoverable_authentication_v2(&claim.credential, claim.state, passkey)
            .map_err(|_| refused())
    }
}

/// Somebody's claim to hold a passkey.
pub(super) struct Claim {
    /// Whose passkey it is said to be.
    pub person: PersonId,
    /// Which passkey.
    pub credential_id: Vec<u8>,
    credential: PublicKeyCredential,
    state: DiscoverableAuthentication,
}

pub(super) fn refused() -> ApiError {
    ApiError::unauthorized("sign-in-failed")
}

fn ceremony_gone() -> ApiError {
    ApiError::field("ceremony-gone", "ceremony")
}

fn handle(person: PersonId) -> Uuid {
    Uuid::from_u64_pair(HANDLE_MARK, person.0)
}

fn person_of(handle: Uuid) -> Option<PersonId> {
    let (mark, person) = handle.as_u64_pair();
    (mark == HANDLE_MARK).then_some(PersonId(person))
}

fn as_json(options: &impl serde::Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(options).map_err(|fault| ApiError::unavailable("writing a challenge", &fault))
}

fn read_credential<T: serde::de::DeserializeOwned>(credential: Value) -> Result<T, ApiError> {
    serde_json::from_value(credential).map_err(|_| ApiError::field("bad-field", "credential"))
}

/// A credential id as it stands in addresses.
pub(super) fn credential_id(text: &str) -> Option<Vec<u8>> {
    base64_url_read(text).filter(|id| !id.is_empty() && id.len() <= 1_023)
}

/// Things that wait under a random name, bounded in number and time.
struct Waiting<T>(Mutex<HashMap<String, (Millis, T)>>);

impl<T> Default for Waiting<T> {
    fn default() -> Waiting<T> {
        Waiting(Mutex::default())
    }
}

impl<T> Waiting<T> {
    fn all(&self) -> MutexGuard<'_, HashMap<String, (Millis, T)>> {
        self.0.lock().unwrap_or_else(|it| it.into_inner())
    }

    fn put(&self, thing: T, now: Millis) -> Result<String, ApiError> {
        let name = random_token()?;
        let mut all = self.all();
        if all.len() >= CEREMONIES_MAX {
            all.retain(|_, (until, _)| *until > now);
        }
        if all.len() >= CEREMONIES_MAX {
            return Err(ApiError::too_many(10_000));
        }
        all.insert(name.clone(), (now.plus(CEREMONY_MS), thing));
        Ok(name)
    }

    fn take(&self, name: &str, now: Millis) -> Option<T> {
        let (until, thing) = self.all().remove(name)?;
        (until > now).then_some(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_by_number_has_no_passkeys_and_says_so() {
        for (url, code) in [
            ("http://127.0.0.1:8080/", "passkeys-need-a-name"),
            ("http://[::1]:8080/", "passkeys-need-a-name"),
        ] {
            let passkeys = Passkeys::new(&url.parse().unwrap()).unwrap();
            assert_eq!(passkeys.start_sign_in(Millis(0)).unwrap_err().code, code);
        }
        for url in ["http://localhost:8080/", "https://shop.example/"] {
            let passkeys = Passkeys::new(&url.parse().unwrap()).unwrap();
            assert!(passkeys.start_sign_in(Millis(0)).is_ok());
        }
    }

    #[test]
    fn a_passkey_is_asked_to_stay_on_the_device_and_to_know_its_owner() {
        let passkeys = Passkeys::new(&"https://shop.example/".parse().unwrap()).unwrap();
        let (_, options) = passkeys.start_registration(PersonId(7), "ann", "Ann", vec![], Millis(0)).unwrap();
        assert_eq!(options["publicKey"]["rp"]["id"], "shop.example");
        assert_eq!(options["publicKey"]["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["publicKey"]["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(person_of(handle(PersonId(7))), Some(PersonId(7)));
        assert_eq!(person_of(Uuid::from_u64_pair(0, 7)), None);
    }

    #[test]
    fn what_waits_is_taken_once_and_not_too_late() {
        let waiting = Waiting::default();
        let name = waiting.put("first", Millis(0)).unwrap();
        assert_eq!(waiting.take(&name, Millis(1)), Some("first"));
        assert_eq!(waiting.take(&name, Millis(1)), None);
        let name = waiting.put("second", Millis(0)).unwrap();
        assert_eq!(waiting.take(&name, Millis(0).plus(CEREMONY_MS)), None);
    }

    #[test]
    fn a_crowd_of_challenges_is_bounded_and_old_ones_make_room() {
        let waiting = Waiting::default();
        for n in 0..CEREMONIES_MAX {
            waiting.put(n, Millis(0)).unwrap();
        }
        assert_eq!(waiting.put(0, Millis(1)).unwrap_err().code, "too-many");
        assert!(waiting.put(0, Millis(0).plus(CEREMONY_MS)).is_ok());
        assert_eq!(waiting.all().len(), 1);
    }
}
