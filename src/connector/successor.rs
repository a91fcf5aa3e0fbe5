//! Which installed certificate takes over from another one: its renewal, whatever its issuer.

use super::exchange_certificate::ExchangeCertificate;
use crate::certificate::NameRelation;
use crate::named_enum::named_enum;
use crate::timestamp::Timestamp;

named_enum! {
    /// In what a renewed certificate differs from the one before.
    CertificateDifference {
        /// The issuer, and with it `<I>` of TlsCertificateName.
        Issuer = 1,
        /// The subject, and with it `<S>` of TlsCertificateName.
        Subject = 2,
        /// The names by which hosts and connectors know it.
        Names = 3,
        /// The type of its key, such as RSA and ECDSA; a longer key of the same type is none.
        KeyType = 4,
        /// What it may be used for: serverAuth, clientAuth.
        ExtendedKeyUsage = 5,
    }
}

/// The certificate that takes over from another one on the same server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Successor {
    /// Its place in the list of installed certificates.
    pub index: usize,
    /// In what it differs, as far as both are known.
    pub differences: Vec<CertificateDifference>,
}

/// Finds the certificate of a server that takes over from `present`: it has the same subject, or
/// stands for the same name and is bound to SMTP; it ends later, and after `at`; it has its key, is not
/// of a private authority, and its Status does not speak against it. Of several the one that ends
/// last. `is_trusted` says of a certificate whether its chain ends in a public root, where that is
/// known.
#[must_use]
pub fn successor_of(
    present: &ExchangeCertificate,
    installed: &[ExchangeCertificate],
    at: Timestamp,
    is_trusted: impl Fn(&ExchangeCertificate) -> Option<bool>,
) -> Option<Successor> {
    let present_end = present.not_after.max(Some(at.into()));
    let takes_over = |one: &ExchangeCertificate| {
        one.not_after > present_end
            && (one.thumbprint.is_none() || one.thumbprint != present.thumbprint)
            && is_usable(one)
            && (has_same_subject(present, one)
                || (!one.lacks_smtp() && stands_for_name_of(one, present)))
            && one.is_of_public_authority().or_else(|| is_trusted(one)) != Some(false)
    };
    let (index, one) = installed
        .iter()
        .enumerate()
        .filter(|(_, one)| takes_over(one))
        .max_by_key(|(_, one)| (one.not_after, one.not_before))?;
    Some(Successor { index, differences: differences_of(present, one) })
}

/// Whether the export speaks neither against its key nor against its authority.
fn is_usable(one: &ExchangeCertificate) -> bool {
    one.has_private_key != Some(false)
        && one.is_issued_by_authority() != Some(false)
        && !one.has_unusable_status()
        && !one.is_pending_request()
}

/// Whether one can be the renewal of the other: the same subject, or a name of one stands for the first
/// name of the other.
#[must_use]
pub fn are_related(one: &ExchangeCertificate, other: &ExchangeCertificate) -> bool {
    has_same_subject(one, other) || stands_for_name_of(one, other) || stands_for_name_of(other, one)
}

fn has_same_subject(one: &ExchangeCertificate, other: &ExchangeCertificate) -> bool {
    let subject = |one: &ExchangeCertificate| {
        let name: crate::certificate::X500Name = one.subject.as_deref()?.parse().ok()?;
        Some(if one.has_uncertain_blanks { name.ignoring_blanks() } else { name })
    };
    subject(one)
        .zip(subject(other))
        .is_some_and(|(one, other)| one.relation_to(&other) != NameRelation::Different)
}

/// Whether a name of the certificate is the first name of the other one, or a wildcard above it.
fn stands_for_name_of(one: &ExchangeCertificate, other: &ExchangeCertificate) -> bool {
    let others = other.names();
    others.names.first().is_some_and(|first| one.stands_for(&first.text))
}

/// In what two certificates differ, as far as both are known.
#[must_use]
pub fn differences_of(
    present: &ExchangeCertificate,
    other: &ExchangeCertificate,
) -> Vec<CertificateDifference> {
    let mut found = Vec::new();
    if let (Some((issuer, subject)), Some((other_issuer, other_subject))) =
        (present.x500_names(), other.x500_names())
    {
        if issuer.relation_to(&other_issuer) == NameRelation::Different {
            found.push(CertificateDifference::Issuer);
        }
        if subject.relation_to(&other_subject) == NameRelation::Different {
            found.push(CertificateDifference::Subject);
        }
    }
    let (names, others) = (sorted_names(present), sorted_names(other));
    if names.is_some() && others.is_some() && names != others {
        found.push(CertificateDifference::Names);
    }
    if let (Some(own), Some(other)) = (&present.certificate, &other.certificate) {
        let kind = |one: &crate::certificate::Certificate| {
            std::mem::discriminant(&one.public_key.key_type)
        };
        if kind(own) != kind(other) {
            found.push(CertificateDifference::KeyType);
        }
        let uses = |one: &crate::certificate::Certificate| {
            let mut uses =
                one.extensions.extended_key_usage.as_ref().map(|uses| uses.value.clone());
            if let Some(list) = &mut uses {
                list.sort();
            }
            uses
        };
        if uses(own) != uses(other) {
            found.push(CertificateDifference::ExtendedKeyUsage);
        }
    }
    found
}

/// The names in lower case, each once; `None` where they are not all known.
fn sorted_names(one: &ExchangeCertificate) -> Option<Vec<String>> {
    let names = one.names();
    let mut texts: Vec<String> =
        names.names.iter().map(|name| name.text.to_ascii_lowercase()).collect();
    texts.sort();
    texts.dedup();
    names.is_complete.then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::{CertificateServices, TextList};

    const ISSUER: &str = "CN=Northwind CA 2020, O=Northwind, C=SE";

    fn certificate(digit: char, subject: &str, end: &str) -> ExchangeCertificate {
        ExchangeCertificate {
            thumbprint: digit.to_string().repeat(40).parse().ok(),
            subject: Some(format!("CN={subject}, O=Contoso")),
            issuer: Some(ISSUER.to_owned()),
            not_before: Timestamp::parse("2026-01-01").map(Into::into),
            not_after: Timestamp::parse(end).map(Into::into),
            services: CertificateServices::parse("SMTP"),
            status: Some("Valid".to_owned()),
            has_private_key: Some(true),
            root_ca_type: Some("ThirdParty".to_owned()),
            certificate_domains: Some(TextList::complete([subject])),
            ..ExchangeCertificate::default()
        }
    }

    fn found(others: &[ExchangeCertificate]) -> Option<Successor> {
        let present = certificate('A', "mail.contoso.com", "2026-12-03");
        let all: Vec<_> = std::iter::once(present.clone()).chain(others.iter().cloned()).collect();
        successor_of(&present, &all, Timestamp::parse("2026-11-20").unwrap(), |_| None)
    }

    #[test]
    fn the_successor_ends_later_and_has_subject_or_name_whatever_its_issuer() {
        use CertificateDifference::{Issuer, Names, Subject};
        let renewed = certificate('B', "mail.contoso.com", "2027-06-02");
        let by_another =
            ExchangeCertificate { issuer: Some("CN=Other CA, O=X".into()), ..renewed.clone() };
        let wildcard = certificate('C', "*.contoso.com", "2027-06-02");
        for (one, expected) in [
            (renewed.clone(), Some(vec![])),
            (by_another, Some(vec![Issuer])),
            (wildcard.clone(), Some(vec![Subject, Names])),
            // Bound to other services alone, a wildcard is no renewal of what SMTP sends.
            (ExchangeCertificate { services: CertificateServices::parse("IIS"), ..wildcard }, None),
            (
                ExchangeCertificate {
                    services: CertificateServices::parse("None"),
                    ..renewed.clone()
                },
                Some(vec![]),
            ),
            (certificate('B', "mail.contoso.com", "2026-12-02"), None),
            (certificate('B', "other.contoso.com", "2027-06-02"), None),
            (ExchangeCertificate { has_private_key: Some(false), ..renewed.clone() }, None),
            (ExchangeCertificate { status: Some("Revoked".into()), ..renewed.clone() }, None),
            (
                ExchangeCertificate { status: Some("PendingRequest".into()), ..renewed.clone() },
                None,
            ),
            (ExchangeCertificate { root_ca_type: Some("Enterprise".into()), ..renewed }, None),
        ] {
            let differences = found(std::slice::from_ref(&one)).map(|one| one.differences);
            assert_eq!(differences, expected, "{one:#?}");
        }
    }

    #[test]
    fn certificates_are_related_by_subject_or_by_the_first_name_of_one_of_them() {
        let of = |subject: &str, names: &[&str]| ExchangeCertificate {
            certificate_domains: Some(TextList::complete(names.iter().copied())),
            ..certificate('B', subject, "2027-06-02")
        };
        let mail = of("mail.contoso.com", &["mail.contoso.com", "autodiscover.contoso.com"]);
        for (other, is_related) in [
            (of("mail.contoso.com", &["relay.contoso.com"]), true),
            (of("*.contoso.com", &["*.contoso.com"]), true),
            (of("relay.contoso.com", &["relay.contoso.com", "mail.contoso.com"]), true),
            (of("autodiscover.contoso.com", &["autodiscover.contoso.com"]), true),
            (of("relay.contoso.com", &["relay.contoso.com"]), false),
            (of("*.fabrikam.com", &["*.fabrikam.com"]), false),
        ] {
            assert_eq!(are_related(&mail, &other), is_related, "{:?}", other.subject);
            assert_eq!(are_related(&other, &mail), is_related, "{:?}", other.subject);
        }
    }

    #[test]
    fn of_several_the_one_that_ends_last_is_the_successor() {
        let one = certificate('B', "mail.contoso.com", "2027-06-02");
        let other = certificate('C', "mail.contoso.com", "2027-05-02");
        assert_eq!(found(&[other, one]).map(|one| one.index), Some(2));
    }
}
