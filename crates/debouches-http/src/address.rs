//! Which addresses belong to everybody, and which to this machine or its network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Whether the host is this machine or its network, as far as the address shows without asking a name server.
pub(crate) fn is_inward(url: &Url) -> bool {
    match url.host() {
        None => true,
        Some(Host::Domain(name)) => is_inward_name(name),
        Some(Host::Ipv4(address)) => !is_global(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_global(IpAddr::V6(address)),
    }
}

/// Whether the host is this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

fn is_inward_name(name: &str) -> bool {
    const ENDS: [&str; 5] = [
        ".localhost",
        ".local",
        ".internal",
        ".localdomain",
        ".home.arpa",
    ];
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    matches!(
        name.as_str(),
        "localhost" | "ip6-localhost" | "ip6-loopback"
    ) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether an address can be reached from anywhere: IANA special-purpose registries for IPv4 and IPv6 (RFC 6890), and
/// the IPv4 address inside those of IPv6 that carry one.
pub(crate) fn is_global(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 224;
    !special
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_global_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // NAT64 (RFC 6052), 6to4 (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Local NAT64 (RFC 8215), protocol assignments with Teredo and ORCHID, documentation.
        [0x64, 0xff9b, 1, ..] => false,
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Only 2000::/3 is given out: loopback, unique local, link-local, site-local and multicast are outside it.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_or_its_network_is_not_global_however_it_is_written() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:db8::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_global(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "193.104.1.1", "2606:4700::1", "64:ff9b::101:101"] {
            assert!(is_global(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn names_kept_for_this_machine_or_its_network_lead_inwards() {
        let inward = |text: &str| is_inward(&text.parse().unwrap());
        for name in [
            "localhost",
            "a.localhost",
            "LOCALHOST.",
            "ip6-localhost",
            "x.internal",
        ] {
            assert!(inward(&format!("https://{name}/")), "{name}");
        }
        assert!(!inward("https://www.data.gouv.fr/") && !inward("https://local.example/"));
    }
}
