//! From which network address a request comes. It does not know names of networks, nor what a proxy claims: headers
//! that anybody can write are believed only where they take something away.

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// The other end of the connection. Without one (the binary always gives one) it is the unspecified address, so that
/// everybody shares one limit and nobody is local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address(IpAddr);

impl Address {
    /// What limits count: the IPv4 address, or the /64 that one IPv6 customer has whole.
    pub(crate) fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }

    /// Whether somebody on this machine asks for themselves, and not a proxy on this machine for somebody else.
    pub(crate) fn is_local(self, headers: &HeaderMap) -> bool {
        let handed_on = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
        self.0.is_loopback() && !handed_on.iter().any(|name| headers.contains_key(*name))
    }
}

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Address, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ip = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
        Ok(Address(ip.to_canonical()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address(text.parse::<IpAddr>().unwrap().to_canonical())
    }

    #[test]
    fn one_customers_ipv6_addresses_count_as_one() {
        assert_eq!(address("2001:db8:1:2::9").network(), address("2001:db8:1:2:ffff::1").network());
        assert_ne!(address("2001:db8:1:2::9").network(), address("2001:db8:1:3::9").network());
        assert_eq!(address("::ffff:192.0.2.7").network(), address("192.0.2.7").network());
    }

    #[test]
    fn what_a_proxy_on_this_machine_hands_on_is_not_local() {
        let mut headers = HeaderMap::new();
        assert!(address("127.0.0.1").is_local(&headers));
        assert!(address("::1").is_local(&headers));
        assert!(!address("192.0.2.7").is_local(&headers));
        headers.insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
        assert!(!address("127.0.0.1").is_local(&headers));
    }
}
