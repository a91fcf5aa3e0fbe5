//! Whether NETWORK SERVICE may read a private key: its security descriptor, judged as bytes.
//!
//! Exchange's transport runs as NETWORK SERVICE; that an administrator may read the key proves
//! nothing. Layouts: MS-DTYP, sections 2.4.2 (SID), 2.4.4 (ACE), 2.4.5 (ACL) and 2.4.6 (security
//! descriptor); rights of keys: .NET's CryptoKeyRights.

#![forbid(unsafe_code)]

use crate::named_enum::named_enum;

named_enum! {
    /// Whether NETWORK SERVICE may read a private key.
    KeyAccess {
        /// It may.
        Granted = 1,
        /// It may not.
        Denied = 2,
        /// The descriptor cannot be read, or hangs on what it does not say.
        Unknown = 3,
    }
}

/// The identities in the token of a service under NETWORK SERVICE, in the text form of SIDs.
const NETWORK_SERVICE: [&str; 6] = [
    "S-1-5-20",     // NT AUTHORITY\NETWORK SERVICE
    "S-1-1-0",      // Everyone
    "S-1-2-0",      // LOCAL
    "S-1-5-6",      // NT AUTHORITY\SERVICE
    "S-1-5-11",     // NT AUTHORITY\Authenticated Users
    "S-1-5-32-545", // BUILTIN\Users
];

/// The account of one service (NT SERVICE\...), which is in the token of that service alone.
const SINGLE_SERVICE: &str = "S-1-5-80-";

/// SE_DACL_PRESENT in the Control field.
const DACL_PRESENT: u16 = 0x0004;
/// INHERIT_ONLY_ACE: the entry is for children and not for the object itself.
const INHERIT_ONLY: u8 = 0x08;
/// ReadData, which GENERIC_READ and GENERIC_ALL contain.
const READ: u32 = 0x0000_0001 | 0x8000_0000 | 0x1000_0000;

/// Judges a self-relative security descriptor for reading by NETWORK SERVICE.
#[must_use]
pub fn judge_read_access(descriptor: &[u8]) -> KeyAccess {
    judge(descriptor).unwrap_or(KeyAccess::Unknown)
}

fn judge(descriptor: &[u8]) -> Option<KeyAccess> {
    let control = u16_at(descriptor, 2)?;
    let offset = u32_at(descriptor, 16)? as usize;
    if control & DACL_PRESENT == 0 || offset == 0 {
        // Without a DACL everybody has all rights.
        return Some(KeyAccess::Granted);
    }
    let list = descriptor.get(offset..)?;
    let size = usize::from(u16_at(list, 2)?);
    let count = u16_at(list, 4)?;
    let mut entries = list.get(8..size)?;
    // What entries that cannot be judged here may do.
    let (mut may_allow, mut may_refuse) = (false, false);
    // The first entry that speaks of the right decides (MS-DTYP, section 2.5.3.2).
    for _ in 0..count {
        let length = usize::from(u16_at(entries, 2)?);
        let entry = entries.get(..length).filter(|entry| entry.len() >= 8)?;
        entries = entries.get(length..)?;
        let (kind, flags) = (*entry.first()?, *entry.get(1)?);
        if flags & INHERIT_ONLY != 0 || u32_at(entry, 4)? & READ == 0 {
            continue;
        }
        let Some((is_allowing, identity)) = identity_of(kind, entry) else {
            (may_allow, may_refuse) = (true, true);
            continue;
        };
        let identity = sid_text(identity)?;
        if NETWORK_SERVICE.contains(&identity.as_str()) {
            return Some(match is_allowing {
                true if may_refuse => KeyAccess::Unknown,
                true => KeyAccess::Granted,
                false if may_allow => KeyAccess::Unknown,
                false => KeyAccess::Denied,
            });
        }
        if identity.starts_with(SINGLE_SERVICE) {
            may_allow |= is_allowing;
            may_refuse |= !is_allowing;
        }
    }
    Some(if may_allow { KeyAccess::Unknown } else { KeyAccess::Denied })
}

/// Whether an entry allows, and whom it is about; `None` for entries with conditions and those of
/// other kinds.
fn identity_of(kind: u8, entry: &[u8]) -> Option<(bool, &[u8])> {
    match kind {
        // ACCESS_ALLOWED_ACE, ACCESS_DENIED_ACE
        0x00 | 0x01 => Some((kind == 0x00, entry.get(8..)?)),
        // ACCESS_ALLOWED_OBJECT_ACE, ACCESS_DENIED_OBJECT_ACE: one or two GUIDs come first.
        0x05 | 0x06 => {
            let present = u32_at(entry, 8)?;
            let guids = 16 * (present & 0x3).count_ones() as usize;
            Some((kind == 0x05, entry.get(12 + guids..)?))
        }
        _ => None,
    }
}

/// The text of a SID, such as `S-1-5-20`.
fn sid_text(sid: &[u8]) -> Option<String> {
    use std::fmt::Write as _;
    let (revision, count) = (*sid.first()?, usize::from(*sid.get(1)?));
    let authority = sid.get(2..8)?.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for index in 0..count {
        // Writing to a String cannot fail.
        let _ = write!(text, "-{}", u32_at(sid, 8 + 4 * index)?);
    }
    Some(text)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    field.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    field.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::KeyAccess::{Denied, Granted, Unknown};
    use super::*;

    const ALLOWED: u8 = 0;
    const REFUSED: u8 = 1;
    const ADMINISTRATORS: &[u32] = &[32, 544];
    const SYSTEM: &[u32] = &[18];
    const NETWORK: &[u32] = &[20];
    const TRANSPORT: &[u32] = &[80, 4, 5, 6, 7, 8];
    const FULL_CONTROL: u32 = 0x001F_019B;
    const GENERIC_READ: u32 = 0x8000_0000;

    /// A SID of the authority NT AUTHORITY.
    fn sid(parts: &[u32]) -> Vec<u8> {
        let mut bytes = vec![1, u8::try_from(parts.len()).unwrap(), 0, 0, 0, 0, 0, 5];
        bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
        bytes
    }

    fn entry(kind: u8, flags: u8, mask: u32, identity: &[u8]) -> Vec<u8> {
        let length = u16::try_from(8 + identity.len()).unwrap();
        let mut bytes = vec![kind, flags];
        bytes.extend(length.to_le_bytes());
        bytes.extend(mask.to_le_bytes());
        bytes.extend(identity);
        bytes
    }

    fn descriptor(entries: &[Vec<u8>]) -> Vec<u8> {
        let body = entries.concat();
        let size = u16::try_from(8 + body.len()).unwrap();
        // SE_SELF_RELATIVE | SE_DACL_PRESENT
        let mut bytes = vec![1, 0, 0x04, 0x80];
        bytes.extend([0; 12]);
        bytes.extend(20_u32.to_le_bytes());
        bytes.extend([2, 0]);
        bytes.extend(size.to_le_bytes());
        bytes.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(body);
        bytes
    }

    #[test]
    fn lists_of_rights_are_judged_for_network_service() {
        let everyone = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        let allow = |mask, who: &[u32]| entry(ALLOWED, 0, mask, &sid(who));
        let refuse = |mask, who: &[u32]| entry(REFUSED, 0, mask, &sid(who));
        let cases: [(&str, Vec<Vec<u8>>, KeyAccess); 15] = [
            ("an empty list", vec![], Denied),
            (
                "only administrators and the system",
                vec![allow(FULL_CONTROL, SYSTEM), allow(FULL_CONTROL, ADMINISTRATORS)],
                Denied,
            ),
            (
                "read for NETWORK SERVICE",
                vec![allow(FULL_CONTROL, SYSTEM), allow(0x0012_0089, NETWORK)],
                Granted,
            ),
            ("generic read", vec![allow(GENERIC_READ, NETWORK)], Granted),
            ("everyone", vec![entry(ALLOWED, 0, GENERIC_READ, &everyone)], Granted),
            ("attributes alone", vec![allow(0x0012_0088, NETWORK)], Denied),
            (
                "a refusal before",
                vec![refuse(GENERIC_READ, NETWORK), allow(FULL_CONTROL, &[11])],
                Denied,
            ),
            (
                "a refusal behind",
                vec![allow(FULL_CONTROL, &[11]), refuse(FULL_CONTROL, NETWORK)],
                Granted,
            ),
            (
                "a refusal of others",
                vec![refuse(FULL_CONTROL, &[7]), allow(FULL_CONTROL, NETWORK)],
                Granted,
            ),
            ("for children only", vec![entry(ALLOWED, 8, FULL_CONTROL, &sid(NETWORK))], Denied),
            ("one service", vec![allow(FULL_CONTROL, TRANSPORT)], Unknown),
            (
                "one service, and all of them",
                vec![allow(FULL_CONTROL, TRANSPORT), allow(FULL_CONTROL, NETWORK)],
                Granted,
            ),
            (
                "one service, and not the others",
                vec![allow(FULL_CONTROL, TRANSPORT), refuse(FULL_CONTROL, NETWORK)],
                Unknown,
            ),
            (
                "not one service, but the others",
                vec![refuse(FULL_CONTROL, TRANSPORT), allow(FULL_CONTROL, NETWORK)],
                Unknown,
            ),
            ("with a condition", vec![entry(9, 0, FULL_CONTROL, &sid(NETWORK))], Unknown),
        ];
        for (name, entries, expected) in cases {
            assert_eq!(judge_read_access(&descriptor(&entries)), expected, "{name}");
        }
    }

    #[test]
    fn entries_of_objects_name_their_identity_behind_the_guids() {
        let mut identity = vec![1, 0, 0, 0];
        identity.extend([7; 16]);
        identity.extend(sid(NETWORK));
        let bytes = descriptor(&[entry(5, 0, FULL_CONTROL, &identity)]);
        assert_eq!(judge_read_access(&bytes), Granted);
    }

    #[test]
    fn without_a_list_everybody_may_read() {
        let mut bytes = descriptor(&[]);
        bytes[2] = 0;
        assert_eq!(judge_read_access(&bytes), Granted);
        let mut bytes = descriptor(&[]);
        bytes[16..20].fill(0);
        assert_eq!(judge_read_access(&bytes), Granted);
    }

    #[test]
    fn what_is_cut_off_is_unknown() {
        let bytes = descriptor(&[entry(ALLOWED, 0, GENERIC_READ, &sid(NETWORK))]);
        for length in 0..bytes.len() {
            assert_eq!(judge_read_access(&bytes[..length]), Unknown, "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..96)) {
            let _ = judge_read_access(&bytes);
            if bytes.len() > 20 {
                bytes[2] |= 4;
                bytes[16..20].copy_from_slice(&20_u32.to_le_bytes());
                let _ = judge_read_access(&bytes);
            }
        }
    }
}
