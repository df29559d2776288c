//! Which addresses may be called. It does not know what is sent there.

use super::WebhookError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Resolves names to public addresses alone, at the moment of calling: a name that pointed elsewhere when it was checked
/// gains nothing.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|it| is_public(it.ip())).collect();
            if public.is_empty() {
                return Err("no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// A URL that may be called, as far as its text tells.
pub(super) fn check_url(url: &str, private_allowed: bool, bytes_max: usize) -> Result<Url, WebhookError> {
    let wrong = |problem| WebhookError::Field { field: "url", problem };
    if url.len() > bytes_max {
        return Err(wrong("is longer than 2048 bytes"));
    }
    let url = Url::parse(url).map_err(|_| wrong("is no URL"))?;
    let scheme = url.scheme() == "https" || (private_allowed && url.scheme() == "http");
    if !scheme {
        return Err(wrong("must be https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("must not carry a password"));
    }
    let public = match url.host() {
        Some(Host::Ipv4(ip)) => is_public(ip.into()),
        Some(Host::Ipv6(ip)) => is_public(ip.into()),
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        None => return Err(wrong("has no host")),
    };
    if public || private_allowed { Ok(url) } else { Err(wrong("lies in a private network")) }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped().or_else(|| translated(ip)) {
            Some(ip) => is_public_v4(ip),
            // Global unicast alone, without the blocks kept for documents, tunnels and tests.
            None => {
                let [first, second, ..] = ip.segments();
                first & 0xe000 == 0x2000
                    && first != 0x2002
                    && !(first == 0x2001 && (second < 0x0200 || second == 0x0db8))
                    && !(first == 0x3fff && second < 0x1000)
            }
        },
    }
}

/// The IPv4 address inside one of the well-known translation prefix.
fn translated(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    ([a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0])
        .then(|| Ipv4Addr::from(u32::from(g) << 16 | u32::from(h)))
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && b & 0xc0 == 64;
    let benchmark = a == 198 && b & 0xfe == 18;
    let protocol = a == 192 && b == 0 && c == 0;
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || shared
        || benchmark
        || protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_may_be_called() {
        for ip in ["8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:1.1.1.1"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "192.0.0.8",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_when_it_is_called_is_not_called() {
        // What the text of an address cannot tell, and what may have changed since it was entered.
        let led = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert_eq!(led.err().map(|it| it.to_string()).as_deref(), Some("no public address"));
    }

    #[test]
    fn urls_that_lead_inside_are_refused_by_their_text() {
        for url in [
            "http://example.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://localhost/",
            "https://a.localhost/",
            "https://u:p@example.com/",
            "ftp://example.com/",
            "x",
        ] {
            assert!(check_url(url, false, 2_048).is_err(), "{url}");
        }
        assert!(check_url("https://example.com/hook", false, 2_048).is_ok());
        assert!(check_url("http://127.0.0.1:9/", true, 2_048).is_ok());
        assert!(check_url(&format!("https://example.com/{}", "x".repeat(2_048)), false, 2_048).is_err());
    }
}
