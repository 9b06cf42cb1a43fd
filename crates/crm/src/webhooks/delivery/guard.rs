//! Which addresses a receiver may have. Whoever may add a subscription could otherwise have the server call on machines that
//! only it can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

/// Networks of IPv4 that are nobody's place on the internet (the IANA registry of special-purpose addresses).
const CLOSED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // behind the translators of providers
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, where clouds have their metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // relays of 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// What is left of IPv6 is 2000::/3, the only part that is given out, without these.
const CLOSED_V6: &[(Ipv6Addr, u8)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo among them
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4, which wraps any IPv4 address
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// The well-known prefix of NAT64: behind it stands the IPv4 address of its last four bytes.
const NAT64: (Ipv6Addr, u8) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether anybody on the internet may have this address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match inner_v4(address) {
            Some(inner) => is_public_v4(inner),
            None => {
                within(address.into(), GLOBAL_V6.0.into(), GLOBAL_V6.1)
                    && !CLOSED_V6.iter().any(|(net, length)| within(address.into(), (*net).into(), *length))
            }
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|(net, length)| within(address.into(), (*net).into(), *length))
}

/// The IPv4 address that a connection to this one reaches.
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if within(address.into(), NAT64.0.into(), NAT64.1) {
        let [.., a, b, c, d] = address.octets();
        return Some(Ipv4Addr::new(a, b, c, d));
    }
    address.to_ipv4_mapped()
}

/// Whether the first `length` bits of both are the same.
fn within(address: IpAddr, net: IpAddr, length: u8) -> bool {
    let (address, net, bits) = match (address, net) {
        (IpAddr::V4(address), IpAddr::V4(net)) => (u128::from(address.to_bits()), u128::from(net.to_bits()), 32),
        (IpAddr::V6(address), IpAddr::V6(net)) => (address.to_bits(), net.to_bits(), 128),
        _ => return false,
    };
    let rest = u32::from(bits - length.min(bits));
    // A shift by all bits there are is none.
    address.checked_shr(rest).unwrap_or(0) == net.checked_shr(rest).unwrap_or(0)
}

/// What the operator allows although it is not public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow(Arc<[Allowed]>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Allowed {
    /// A name, in small letters, whatever its addresses are.
    Host(String),
    Net(IpAddr, u8),
}

impl Allow {
    /// This machine, for demonstrations and tests.
    pub fn loopback() -> Self {
        let host = Allowed::Host("localhost".to_owned());
        Allow(Arc::new([host, Allowed::Net(Ipv4Addr::new(127, 0, 0, 0).into(), 8), Allowed::Net(Ipv6Addr::LOCALHOST.into(), 128)]))
    }

    fn has_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Host(name) if *name == host))
    }

    /// Whether the name may stand for this address.
    pub fn permits(&self, host: &str, address: IpAddr) -> bool {
        let plain = match address {
            IpAddr::V6(address) => inner_v4(address).map_or(IpAddr::V6(address), IpAddr::V4),
            address => address,
        };
        let listed = |allowed: &Allowed| matches!(allowed, Allowed::Net(net, length) if within(plain, *net, *length));
        is_public(address) || self.has_host(host) || self.0.iter().any(listed)
    }
}

impl FromStr for Allow {
    type Err = String;

    /// Reads names, addresses and networks such as `10.1.0.0/16`, comma separated.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(Allow(parts.map(allowed).collect::<Result<_, _>>()?))
    }
}

fn allowed(part: &str) -> Result<Allowed, String> {
    let refuse = || format!("{part:?} is neither a host nor a network such as 10.1.0.0/16");
    let (start, length) = match part.split_once('/') {
        Some((start, length)) => (start, Some(length.parse::<u8>().map_err(|_| refuse())?)),
        None => (part, None),
    };
    if let Ok(net) = start.trim_matches(['[', ']']).parse::<IpAddr>() {
        let bits = if net.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(bits);
        return if length <= bits { Ok(Allowed::Net(net, length)) } else { Err(refuse()) };
    }
    let is_name = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if is_name && length.is_none() { Ok(Allowed::Host(part.trim_end_matches('.').to_ascii_lowercase())) } else { Err(refuse()) }
}

/// Why an address cannot be that of a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the URL is not like https://example.com/path")]
    NoUrl,
    #[error("the address of the receiver is not a public one")]
    NotPublic,
}

/// Reads the address of a receiver. Refuses one that names a forbidden place outright; what a name stands for is looked at
/// when it is resolved, each time anew.
pub fn check(allow: &Allow, url: &str) -> Result<reqwest::Url, Refusal> {
    let url = reqwest::Url::parse(url).map_err(|_| Refusal::NoUrl)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::NoUrl);
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Refusal::NoUrl)?;
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) if !allow.permits(host, address) => Err(Refusal::NotPublic),
        Err(_) if is_local_name(host) && !allow.has_host(host) => Err(Refusal::NotPublic),
        _ => Ok(url),
    }
}

/// Names that never leave a machine or its network.
fn is_local_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    ["localhost", "local", "internal"].iter().any(|end| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        let closed = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1
            172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7
            203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
            :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
            64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::10.1.2.3 64:ff9b:1::1 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:4136:e378::1
            2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 2002:808:808::1 3fff::1 3fff:fff::1 4000::1 5f00::1
            fc00::1 fd00::1 fdff::1 fe80::1 fe80::1:2:3 febf::1 fec0::1 ff00::1 ff02::1 ff0e::1";
        for text in closed.split_whitespace() {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        let open = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.0.1 169.255.0.1
            172.15.255.255 172.32.0.1 192.0.1.1 192.0.3.1 192.167.0.1 192.169.0.1 198.17.0.1 198.20.0.1 223.255.255.255
            ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450::1 3ffe::1";
        for text in open.split_whitespace() {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_url_that_names_a_closed_place_is_refused() {
        let none = Allow::default();
        let closed =
            "http://127.0.0.1/x http://127.1/ http://0x7f000001/ http://2130706433/ http://017700000001/ http://0/ http://[::1]:8080/
            http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://10.0.0.1 https://169.254.169.254/latest/meta-data http://localhost/
            http://LOCALHOST./x http://api.localhost/ http://printer.local/ http://metadata.google.internal/ http://user:pass@127.0.0.1/
            http://1.1.1.1@127.0.0.1/ http://127.0.0.1%2e/ http://①②⑦.0.0.1/ http://192.168.1/";
        for url in closed.split_whitespace() {
            assert_eq!(check(&none, url), Err(Refusal::NotPublic), "{url}");
        }
        for url in ["", "x", "/path", "ftp://example.com/", "file:///etc/passwd", "http://", "gopher://127.0.0.1/", "http://[::1"] {
            assert_eq!(check(&none, url), Err(Refusal::NoUrl), "{url}");
        }
        for url in ["https://example.com/hook", "http://8.8.8.8/", "https://[2606:4700:4700::1111]/", "https://localhost.example.com/"] {
            assert!(check(&none, url).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_the_operator_allows_is_let_through_and_nothing_else() {
        let allow: Allow = "10.1.0.0/16, Hooks.Internal,fd00::/8,127.0.0.1,".parse().unwrap();
        for url in
            ["http://10.1.2.3/", "http://hooks.internal./x", "http://[fd12::1]/", "http://127.0.0.1:99/", "http://[::ffff:10.1.2.3]/"]
        {
            assert!(check(&allow, url).is_ok(), "{url}");
        }
        for url in ["http://10.2.0.1/", "http://other.internal/", "http://[fc00::1]/", "http://127.0.0.2/", "http://a.hooks.internal/"] {
            assert_eq!(check(&allow, url), Err(Refusal::NotPublic), "{url}");
        }
        let address = |text: &str| text.parse().unwrap();
        assert!(allow.permits("hooks.internal", address("192.168.0.1")), "a name is allowed whatever it stands for");
        assert!(!allow.permits("example.com", address("192.168.0.1")));
        assert!(allow.permits("example.com", address("10.1.9.9")), "an address is allowed whatever names it");
        for text in ["10.0.0.0/33", "::/129", "a b", "10.0.0.0/x", "host/8", "http://x"] {
            assert!(text.parse::<Allow>().is_err(), "{text}");
        }
        assert!(Allow::loopback().permits("x", address("127.9.9.9")) && Allow::loopback().permits("x", address("::1")));
        assert!(check(&Allow::loopback(), "http://localhost:1/").is_ok());
        assert!(!Allow::loopback().permits("x", address("10.0.0.1")));
    }

    #[test]
    fn networks_are_compared_by_their_first_bits() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(within(address("255.1.2.3"), address("0.0.0.0"), 0) && within(address("ff::"), address("::"), 0));
        assert!(within(address("1.2.3.4"), address("1.2.3.4"), 32) && !within(address("1.2.3.5"), address("1.2.3.4"), 32));
        assert!(!within(address("::1"), address("0.0.0.0"), 0), "networks of one kind hold no addresses of the other");
    }
}
