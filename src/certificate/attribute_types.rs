//! The attribute types that Windows writes by a key of their own.

use x509_parser::asn1_rs::{Oid, oid};

/// (OID, key that `CertNameToStr` writes, other keys that `CertStrToName` reads), from the table in
/// the documentation of `CertNameToStr` (wincrypt.h).
const KEYS: &[(Oid<'static>, &str, &[&str])] = &[
    (oid!(2.5.4.3), "CN", &["CommonName"]),
    (oid!(2.5.4.7), "L", &["LocalityName"]),
    (oid!(2.5.4.10), "O", &["OrganizationName", "Org"]),
    (oid!(2.5.4.11), "OU", &["OrganizationalUnitName", "OrganizationUnit", "OrgUnit"]),
    (oid!(1.2.840.113549.1.9.1), "E", &["Email", "EmailAddress"]),
    (oid!(2.5.4.6), "C", &["CountryName"]),
    (oid!(2.5.4.8), "S", &["ST", "StateOrProvinceName", "State"]),
    (oid!(2.5.4.9), "STREET", &["StreetAddress", "Street"]),
    (oid!(2.5.4.12), "T", &["Title"]),
    (oid!(2.5.4.42), "G", &["GivenName", "GN"]),
    (oid!(2.5.4.43), "I", &["Initials"]),
    (oid!(2.5.4.4), "SN", &["SurName"]),
    (oid!(2.5.4.5), "SERIALNUMBER", &["DeviceSerialNumber"]),
    (oid!(0.9.2342.19200300.100.1.25), "DC", &["DomainComponent"]),
    (oid!(2.5.4.13), "Description", &[]),
    (oid!(2.5.4.17), "PostalCode", &[]),
    (oid!(2.5.4.18), "POBox", &["PostOfficeBox"]),
    (oid!(2.5.4.20), "Phone", &["TelephoneNumber"]),
    (oid!(2.5.4.24), "X21Address", &[]),
    (oid!(2.5.4.46), "dnQualifier", &[]),
];

/// The key that Windows writes for an attribute type; `None` stands for `OID.` and the dotted form.
pub(crate) fn key_of(attribute_type: &Oid<'_>) -> Option<&'static str> {
    KEYS.iter().find(|(oid, _, _)| oid == attribute_type).map(|(_, key, _)| *key)
}

/// The attribute type of a key, in any case, of `OID.1.2.3`, or of a bare dotted OID.
pub(crate) fn type_of(key: &str) -> Option<Oid<'static>> {
    let named = KEYS.iter().find(|(_, own, others)| {
        own.eq_ignore_ascii_case(key) || others.iter().any(|other| other.eq_ignore_ascii_case(key))
    });
    if let Some((oid, _, _)) = named {
        return Some(oid.clone());
    }
    let dotted = match key.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("OID.") => &key[4..],
        _ => key,
    };
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().ok()).collect::<Option<_>>()?;
    Oid::from(&arcs).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_leads_back_to_its_type() {
        for (oid, key, others) in KEYS {
            assert_eq!(key_of(oid), Some(*key));
            assert_eq!(type_of(&key.to_ascii_lowercase()).as_ref(), Some(oid));
            assert!(others.iter().all(|other| type_of(other).as_ref() == Some(oid)));
            assert_eq!(type_of(&format!("OID.{}", oid.to_id_string())).as_ref(), Some(oid));
        }
        assert_eq!(type_of("Thumbprint"), None);
        assert_eq!(type_of(""), None);
    }
}
