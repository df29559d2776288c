//! Which browser somebody comes with, so that what is given away is not given to one of them many times. The house gives each
//! browser a token that nobody else can make, and a room is told a number that means nothing in another one. It does not
//! know who sits before it, and keeps nothing of it.
//!
//! A token is `id ‖ tag` in base64url, 43 characters: 16 random bytes, and the first half of an HMAC over them. Pages of
//! the house have it in a cookie that no script reads. A page of a shop cannot: browsers keep the cookies of other sites
//! away, so it keeps the token itself and says it in its hello.
//!
//! A token that is missing or forged is no way around the limits: a network gets so many new tokens an hour and no more,
//! and all who come without one then count together, as one device of their network.

use super::{
    base64_url, base64_url_read, random_bytes,
    session::{cookie, origin_is_ours},
};
use crate::{error::ApiError, limits::Limiter};
use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use axum::http::{HeaderMap, HeaderValue};
use linger_protocol::RoomId;
use linger_store::Vault;
use std::net::IpAddr;
use url::Url;

const COOKIE: &str = "linger_device";
const COOKIE_SECURE: &str = "__Host-linger_device";
/// How long a browser keeps its cookie, s: half a year.
const COOKIE_AGE_S: u64 = 180 * 86_400;
const ID_BYTES: usize = 16;
/// What a number is made of, besides the room: a device, or a network with all who come without one.
const DEVICE: &[u8] = b"device";
const NETWORK: &[u8] = b"network";

/// A browser. Deliberately not `Debug`: it stands in no log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Device([u8; ID_BYTES]);

/// Makes and reads tokens, and the numbers that rooms are told.
pub(crate) struct Devices {
    tokens: hmac::Key,
    numbers: hmac::Key,
}

impl Devices {
    pub(crate) fn of(vault: &Vault) -> Devices {
        let key = |label| hmac::Key::new(hmac::HMAC_SHA256, &vault.house_secret(label));
        Devices { tokens: key("device-token"), numbers: key("device-number") }
    }

    /// A device nobody had before; none when its network has had its share of them.
    pub(crate) fn make(&self, limiter: &Limiter, network: IpAddr) -> Result<Option<Device>, ApiError> {
        if limiter.device(network).is_err() {
            return Ok(None);
        }
        random_bytes().map(|id| Some(Device(id)))
    }

    pub(crate) fn token(&self, device: Device) -> String {
        base64_url(&[device.0, self.tag(device)].concat())
    }

    /// The device of a token of ours.
    pub(crate) fn read(&self, token: &str) -> Option<Device> {
        let bytes = base64_url_read(token)?;
        let (id, tag) = bytes.split_first_chunk::<ID_BYTES>()?;
        let device = Device(*id);
        verify_slices_are_equal(&self.tag(device), tag).ok().map(|()| device)
    }

    /// The device that the browser's cookie names.
    pub(crate) fn in_cookie(&self, public_url: &Url, headers: &HeaderMap) -> Option<Device> {
        self.read(cookie(headers, cookie_name(public_url))?)
    }

    /// What gives a page of ours its cookie, which it sends from then on.
    pub(crate) fn set_cookie(&self, public_url: &Url, device: Device) -> Result<HeaderValue, ApiError> {
        let (name, token) = (cookie_name(public_url), self.token(device));
        let secure = if name == COOKIE_SECURE { "; Secure" } else { "" };
        let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={COOKIE_AGE_S}{secure}");
        HeaderValue::try_from(text).map_err(|fault| ApiError::unavailable("writing a cookie", &fault))
    }

    /// What a room is told: another number in every room, and never zero.
    pub(crate) fn number(&self, room: &RoomId, device: Option<Device>, network: IpAddr) -> u32 {
        let mut context = hmac::Context::with_key(&self.numbers);
        context.update(room.as_str().as_bytes());
        context.update(&[0]);
        match (device, network) {
            (Some(device), _) => [DEVICE, &device.0].iter().for_each(|part| context.update(part)),
            (None, IpAddr::V4(it)) => [NETWORK, &it.octets()].iter().for_each(|part| context.update(part)),
            (None, IpAddr::V6(it)) => [NETWORK, &it.octets()].iter().for_each(|part| context.update(part)),
        }
        let whole = context.sign();
        let number = whole.as_ref().iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        number.max(1)
    }

    fn tag(&self, device: Device) -> [u8; ID_BYTES] {
        let whole = hmac::sign(&self.tokens, &device.0);
        let mut tag = [0; ID_BYTES];
        tag.copy_from_slice(&whole.as_ref()[..ID_BYTES]);
        tag
    }
}

/// What a connection says of its device before its hello.
pub(crate) struct Arrived {
    pub network: IpAddr,
    pub device: Option<Device>,
}

impl Arrived {
    /// The device that a request's cookie names. A page of ours without one is given one, together with the cookie to send.
    pub(crate) fn of(
        house: &crate::house::House,
        headers: &HeaderMap,
        network: IpAddr,
    ) -> Result<(Arrived, Option<HeaderValue>), ApiError> {
        let (devices, public_url) = (&house.devices, &house.config.public_url);
        let device = devices.in_cookie(public_url, headers);
        if device.is_some() || !origin_is_ours(house, headers) {
            return Ok((Arrived { network, device }, None));
        }
        let device = devices.make(&house.limiter, network)?;
        let cookie = device.map(|device| devices.set_cookie(public_url, device)).transpose()?;
        Ok((Arrived { network, device }, cookie))
    }

    /// The number that the room is told, and the token of a device that was made for it just now: the page is to keep it.
    pub(crate) fn number(
        &self,
        house: &crate::house::House,
        room: &RoomId,
        told: Option<&str>,
    ) -> Result<(u32, Option<String>), ApiError> {
        let devices = &house.devices;
        let known = self.device.or_else(|| devices.read(told?));
        let made = if known.is_some() { None } else { devices.make(&house.limiter, self.network)? };
        let number = devices.number(room, known.or(made), self.network);
        Ok((number, made.map(|device| devices.token(device))))
    }
}

fn cookie_name(public_url: &Url) -> &'static str {
    if public_url.scheme() == "https" { COOKIE_SECURE } else { COOKIE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices(key: u8) -> Devices {
        let key = |label: u8| hmac::Key::new(hmac::HMAC_SHA256, &[key ^ label; 32]);
        Devices { tokens: key(1), numbers: key(2) }
    }

    fn room(name: &str) -> RoomId {
        RoomId::new(name).unwrap()
    }

    const NETWORK_A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
    const NETWORK_B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 8));

    #[test]
    fn a_token_is_read_by_the_house_that_made_it_and_by_no_other() {
        let device = Device([7; ID_BYTES]);
        let token = devices(1).token(device);
        assert!(devices(1).read(&token) == Some(device));
        assert!(devices(9).read(&token).is_none());
        let other = devices(1).token(Device([8; ID_BYTES]));
        let forged = format!("{}{}", &other[..21], &token[21..]);
        for forged in ["", "A", &token[..42], &forged, &"A".repeat(43), &"A".repeat(4_000), "💥"] {
            assert!(devices(1).read(forged).is_none(), "{forged}");
        }
    }

    #[test]
    fn a_device_has_another_number_in_every_room() {
        let (all, device) = (devices(1), Device([7; ID_BYTES]));
        let number = |room_name| all.number(&room(room_name), Some(device), NETWORK_A);
        assert_eq!(number("tea"), all.number(&room("tea"), Some(device), NETWORK_B), "wherever it is");
        assert_ne!(number("tea"), number("cups"));
        assert_ne!(number("tea"), all.number(&room("tea"), Some(Device([8; ID_BYTES])), NETWORK_A));
    }

    #[test]
    fn those_without_a_device_count_together_with_their_network() {
        let all = devices(1);
        let number = |network| all.number(&room("tea"), None, network);
        assert_eq!(number(NETWORK_A), number(NETWORK_A));
        assert_ne!(number(NETWORK_A), number(NETWORK_B));
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_bound_to_host_and_tls() {
        let (all, device) = (devices(1), Device([7; ID_BYTES]));
        let token = all.token(device);
        let secure = "https://shop.example/".parse().unwrap();
        let cookie = all.set_cookie(&secure, device).unwrap();
        assert_eq!(
            cookie.to_str().unwrap(),
            format!("__Host-linger_device={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000; Secure")
        );
        let told = |name: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", format!("a=b; {name}={token}").parse().unwrap());
            headers
        };
        assert!(all.in_cookie(&secure, &told(COOKIE_SECURE)) == Some(device));
        assert!(all.in_cookie(&secure, &told(COOKIE)).is_none());
    }
}
