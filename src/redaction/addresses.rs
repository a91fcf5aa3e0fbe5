//! Stand-ins of addresses: those of one network stay in one network, whatever its length.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sha2::{Digest, Sha256};

use crate::eop_host::is_eop_address;

/// The stand-in of an address; `None` where it stays: Microsoft's, and those of no host.
pub(super) fn stand_in(secret: &[u8; 32], address: IpAddr) -> Option<IpAddr> {
    if is_eop_address(address) || address.is_loopback() || address.is_unspecified() {
        return None;
    }
    match address {
        IpAddr::V4(address) => {
            let octets = address.octets();
            (octets[0] < 224).then(|| IpAddr::V4(v4(secret, octets)))
        }
        IpAddr::V6(address) => Some(IpAddr::V6(v6(secret, address.octets()))),
    }
}

/// How many octets say what kind of network it is, and stay.
fn kept_octets(octets: [u8; 4]) -> usize {
    match octets {
        // RFC 1918, 3927, 6598, 2544, and what is special beside them in the same octet.
        [172 | 192 | 169 | 100 | 198 | 203, ..] => 2,
        _ => 1,
    }
}

/// Every bit behind the kind of network is turned by what stands before it: addresses with equal
/// beginnings keep them equal. The first bit of an octet is always turned, so that none stays.
fn v4(secret: &[u8; 32], octets: [u8; 4]) -> Ipv4Addr {
    let mut changed = octets;
    for place in kept_octets(octets)..4 {
        changed[place] = turned(secret, &octets[..place], octets[place]);
    }
    Ipv4Addr::from(changed)
}

/// The first 16 bits stay: global, unique local or link-local.
fn v6(secret: &[u8; 32], octets: [u8; 16]) -> Ipv6Addr {
    let mut changed = octets;
    for place in 2..16 {
        changed[place] = turned(secret, &octets[..place], octets[place]);
    }
    Ipv6Addr::from(changed)
}

fn turned(secret: &[u8; 32], before: &[u8], octet: u8) -> u8 {
    let mut turned = octet;
    for bit in 0..8_u8 {
        let known = if bit == 0 { 0 } else { octet >> (8 - bit) };
        let mut hash = Sha256::new();
        hash.update(secret);
        hash.update(before);
        hash.update([bit, known]);
        let turns = bit == 0 || hash.finalize()[0] & 1 == 1;
        if turns {
            turned ^= 0x80 >> bit;
        }
    }
    turned
}
