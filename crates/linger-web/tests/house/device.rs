//! A device that makes and uses one passkey, in software: WebAuthn level 3, sections 6.1 (authenticator data), 6.5.4
//! (attestation object) and 6.3.3 (assertion signature). It does not know the house.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use minicbor::Encoder;
use serde_json::{Value, json};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

pub struct Device {
    key: EcdsaKeyPair,
    id: [u8; 16],
    origin: String,
    rp: String,
    user_handle: String,
    uses: u32,
}

impl Device {
    pub fn new(origin: &str) -> Device {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let origin = origin.to_owned();
        Device { key, id: [5; 16], origin, rp: String::new(), user_handle: String::new(), uses: 0 }
    }

    /// Answers `navigator.credentials.create`.
    pub fn make(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        self.rp = options["rp"]["id"].as_str().unwrap().to_owned();
        self.user_handle = options["user"]["id"].as_str().unwrap().to_owned();
        let client = self.client_data("webauthn.create", options);
        let mut data = self.authenticator_data(USER_PRESENT | USER_VERIFIED | HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(self.id);
        data.extend(self.public_key());
        let mut object = Vec::new();
        let mut cbor = Encoder::new(&mut object);
        cbor.map(3).unwrap().str("fmt").unwrap().str("none").unwrap();
        cbor.str("attStmt").unwrap().map(0).unwrap().str("authData").unwrap().bytes(&data).unwrap();
        json!({
            "id": B64.encode(self.id), "rawId": B64.encode(self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": { "clientDataJSON": B64.encode(client), "attestationObject": B64.encode(object) },
        })
    }

    /// Answers `navigator.credentials.get`.
    pub fn answer(&mut self, options: &Value) -> Value {
        self.uses += 1;
        let client = self.client_data("webauthn.get", &options["publicKey"]);
        let data = self.authenticator_data(USER_PRESENT | USER_VERIFIED);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": B64.encode(self.id), "rawId": B64.encode(self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": B64.encode(client), "authenticatorData": B64.encode(data),
                "signature": B64.encode(signature.as_ref()), "userHandle": self.user_handle,
            },
        })
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.uses.to_be_bytes());
        data
    }

    /// The public key in COSE form (RFC 9053, section 7.1.1): ES256 on P-256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut cose = Vec::new();
        let mut cbor = Encoder::new(&mut cose);
        cbor.map(5).unwrap().u8(1).unwrap().u8(2).unwrap().u8(3).unwrap().i8(-7).unwrap();
        cbor.i8(-1).unwrap().u8(1).unwrap();
        cbor.i8(-2).unwrap().bytes(&point[1..33]).unwrap().i8(-3).unwrap().bytes(&point[33..65]).unwrap();
        cose
    }
}
