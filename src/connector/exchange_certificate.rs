//! Certificates as Get-ExchangeCertificate shows them.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::certificate_names::CertificateNames;
use super::text_list::TextList;
use crate::certificate::{
    Certificate, HostNameMatch, LoggedCertificate, NameRelation, Thumbprint, X500Name,
    host_name_matches,
};
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// A certificate installed on an Exchange server. `None` means that the source does not say.
///
/// Over the remoting of the Exchange Management Shell only RawData may be left: everything that it
/// encodes is then taken from it, and services and status are not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExchangeCertificate {
    /// The SHA-1 thumbprint.
    pub thumbprint: Option<Thumbprint>,
    /// The subject, a Windows X.500 string.
    pub subject: Option<String>,
    /// The issuer, a Windows X.500 string.
    pub issuer: Option<String>,
    /// The serial number in hexadecimal digits.
    pub serial_number: Option<String>,
    /// The beginning of its validity. From RawData exact; else as given, where a text without an
    /// offset is the local time of the server.
    pub not_before: Option<StatedTime>,
    /// The end of its validity, given like its beginning.
    pub not_after: Option<StatedTime>,
    /// The services to which it is bound.
    pub services: Option<CertificateServices>,
    /// Valid, DateInvalid, Untrusted and so on, as given.
    pub status: Option<String>,
    /// Whether subject and issuer are the same and the key its own.
    pub is_self_signed: Option<bool>,
    /// Whether the server has the private key.
    pub has_private_key: Option<bool>,
    /// Registry, ThirdParty, Enterprise, None, Unknown and so on, as given.
    #[serde(rename = "RootCAType")]
    pub root_ca_type: Option<String>,
    /// The domains that it names.
    pub certificate_domains: Option<TextList>,
    /// The friendly name.
    pub friendly_name: Option<String>,
    /// The server that has it, where the source says.
    pub server: Option<String>,
    /// Whether the certificate itself shows the server; else it is the one over which remoting got
    /// it, which need not be the one that was asked about.
    #[serde(skip)]
    pub knows_server: bool,
    /// Whether blanks in subject and issuer are uncertain, as in Format-List text.
    #[serde(skip)]
    pub has_uncertain_blanks: bool,
    /// The certificate of RawData.
    #[serde(skip)]
    pub certificate: Option<Certificate>,
}

/// The services of Exchange to which a certificate is bound: a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CertificateServices(u32);

/// Names of the flags, from the lowest bit; 0 is `None`.
const SERVICE_NAMES: [&str; 7] = ["IMAP", "POP", "UM", "IIS", "SMTP", "Federation", "UMCallRouter"];

impl CertificateServices {
    /// Bound to the SMTP service.
    pub const SMTP: Self = Self(1 << 4);

    /// Reads `IMAP, POP, IIS, SMTP`, `None`, or the number of the flags.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = text.parse::<u32>() {
            return (number < 1 << SERVICE_NAMES.len()).then_some(Self(number));
        }
        let mut services = Self::default();
        for name in text.split([',', ' ', '|']).filter(|name| !name.is_empty()) {
            if !name.eq_ignore_ascii_case("None") {
                let bit =
                    SERVICE_NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
                services.0 |= 1 << bit;
            }
        }
        (!text.is_empty()).then_some(services)
    }

    /// These and the services of `other`.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all services of `other` are among these.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl fmt::Display for CertificateServices {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = (0..SERVICE_NAMES.len())
            .filter(|bit| self.0 & (1 << bit) != 0)
            .map(|bit| SERVICE_NAMES[bit])
            .collect();
        formatter.write_str(if names.is_empty() { "None" } else { "" })?;
        formatter.write_str(&names.join(", "))
    }
}

impl Serialize for CertificateServices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<Certificate> for ExchangeCertificate {
    /// What the certificate itself says; services, status and private key stay unknown.
    fn from(certificate: Certificate) -> Self {
        Self::default().with_certificate(certificate)
    }
}

impl From<LoggedCertificate> for ExchangeCertificate {
    /// What a row of a log tells; services, status and private key stay unknown.
    fn from(logged: LoggedCertificate) -> Self {
        let text = |text: Option<Arc<str>>| text.map(|text| text.to_string());
        let names = logged.dns_names.iter().map(|name| &**name);
        Self {
            thumbprint: logged.thumbprint.as_deref().and_then(|text| text.parse().ok()),
            subject: text(logged.subject),
            issuer: text(logged.issuer),
            serial_number: text(logged.serial_number),
            not_before: logged.not_before.map(StatedTime::from),
            not_after: logged.not_after.map(StatedTime::from),
            certificate_domains: Some(TextList::complete(names)),
            ..Self::default()
        }
    }
}

impl From<&ExchangeCertificate> for LoggedCertificate {
    /// As a row of a log would tell it.
    fn from(one: &ExchangeCertificate) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(Arc::from);
        let domains = one.certificate_domains.iter().flat_map(|list| &list.values);
        Self {
            thumbprint: one.thumbprint.map(|thumbprint| thumbprint.to_string().into()),
            subject: text(&one.subject),
            issuer: text(&one.issuer),
            serial_number: text(&one.serial_number),
            not_before: one.not_before.map(StatedTime::time),
            not_after: one.not_after.map(StatedTime::time),
            dns_names: domains.map(|name| name.as_str().into()).collect(),
            subject_issuer_ambiguous: false,
        }
    }
}

impl ExchangeCertificate {
    /// Takes what the DER encodes from there, whatever was given before.
    #[must_use]
    pub fn with_certificate(self, certificate: Certificate) -> Self {
        let time = |seconds: i64| {
            let moment = ::time::OffsetDateTime::from_unix_timestamp(seconds).ok()?;
            Timestamp::try_from(moment).ok().map(StatedTime::from)
        };
        Self {
            thumbprint: Some(certificate.thumbprint()),
            subject: Some(certificate.subject.to_x500().to_string()),
            issuer: Some(certificate.issuer.to_x500().to_string()),
            serial_number: Some(certificate.serial_number()),
            not_before: time(certificate.not_before),
            not_after: time(certificate.not_after),
            is_self_signed: Some(certificate.looks_self_signed()),
            certificate_domains: Some(TextList::complete(certificate.dns_names())),
            has_uncertain_blanks: false,
            certificate: Some(certificate),
            ..self
        }
    }

    /// Its Status, where it is one with which Exchange Online would not take it.
    #[must_use]
    pub fn unusable_status(&self) -> Option<&str> {
        let status = self.status.as_deref()?.trim();
        let known = ["Revoked", "DateInvalid", "Untrusted", "Invalid"];
        known.iter().any(|one| status.eq_ignore_ascii_case(one)).then_some(status)
    }

    /// Whether its Status is one with which Exchange Online would not take it.
    #[must_use]
    pub fn has_unusable_status(&self) -> bool {
        self.unusable_status().is_some()
    }

    /// Whether it is a request that no authority has answered yet: nothing that could be sent.
    #[must_use]
    pub fn is_pending_request(&self) -> bool {
        let status = self.status.as_deref();
        status.is_some_and(|status| status.trim().eq_ignore_ascii_case("PendingRequest"))
    }

    /// Whether Exchange found it revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.status.as_deref().is_some_and(|status| status.trim().eq_ignore_ascii_case("Revoked"))
    }

    /// Whether it is of a public authority, by its RootCAType; `None` where that does not say.
    #[must_use]
    pub fn is_of_public_authority(&self) -> Option<bool> {
        let kind = self.root_ca_type.as_deref().map(str::trim)?;
        let is = |known: &str| kind.eq_ignore_ascii_case(known);
        if is("Unknown") || kind.is_empty() { None } else { Some(is("ThirdParty")) }
    }

    /// Whether one of its names is that of a host, or a wildcard above it.
    #[must_use]
    pub fn stands_for(&self, host: &str) -> bool {
        let names = self.names();
        names.names.iter().any(|name| {
            name.text.eq_ignore_ascii_case(host)
                || host_name_matches(&name.text, host) != HostNameMatch::Different
        })
    }

    /// Whether it is known not to be enabled for SMTP.
    #[must_use]
    pub fn lacks_smtp(&self) -> bool {
        self.services.is_some_and(|services| !services.contains(CertificateServices::SMTP))
    }

    /// Issuer and subject; `None` where one of them is missing or unreadable.
    #[must_use]
    pub fn x500_names(&self) -> Option<(X500Name, X500Name)> {
        let name = |text: &Option<String>| {
            let name: X500Name = text.as_deref()?.parse().ok()?;
            Some(if self.has_uncertain_blanks { name.ignoring_blanks() } else { name })
        };
        Some((name(&self.issuer)?, name(&self.subject)?))
    }

    /// Whether issuer and subject are those of another one, so that one value of TlsCertificateName
    /// names both: without regard to case, to the order of the parts, and to blanks that an export has
    /// lost. False where one of them is missing or unreadable.
    #[must_use]
    pub fn is_twin_of(&self, other: &Self) -> bool {
        let (Some(own), Some(others)) = (self.x500_names(), other.x500_names()) else {
            return false;
        };
        own.0.relation_to(&others.0) != NameRelation::Different
            && own.1.relation_to(&others.1) != NameRelation::Different
    }

    /// The names by which hosts know it: from the DER, else from Subject and CertificateDomains.
    #[must_use]
    pub fn names(&self) -> CertificateNames {
        if let Some(certificate) = &self.certificate {
            return CertificateNames::from(certificate);
        }
        let subject: Option<X500Name> = self.subject.as_deref().and_then(|text| text.parse().ok());
        let domains = self.certificate_domains.as_ref();
        let is_complete = domains.is_some_and(|domains| !domains.is_truncated);
        CertificateNames::new(
            subject.as_ref().and_then(X500Name::common_name),
            domains.map(|domains| domains.values.as_slice()).unwrap_or_default(),
            is_complete,
        )
    }

    /// Whether it is issued by an authority rather than self-signed; `None` where nothing says.
    #[must_use]
    pub fn is_issued_by_authority(&self) -> Option<bool> {
        let by_names = || self.x500_names().map(|(issuer, subject)| issuer == subject);
        self.is_self_signed.or_else(by_names).map(|is_self_signed| !is_self_signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_read_as_names_and_as_numbers() {
        for (text, expected) in [
            ("IMAP, POP, IIS, SMTP", Some("IMAP, POP, IIS, SMTP")),
            ("smtp", Some("SMTP")),
            ("None", Some("None")),
            ("0", Some("None")),
            ("16", Some("SMTP")),
            ("27", Some("IMAP, POP, IIS, SMTP")),
            ("64", Some("UMCallRouter")),
            ("128", None),
            ("SMTP, Fax", None),
            ("", None),
        ] {
            let read = CertificateServices::parse(text).map(|services| services.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        let services = CertificateServices::parse("IIS, SMTP").unwrap();
        assert!(services.contains(CertificateServices::SMTP));
        assert!(!CertificateServices::default().contains(CertificateServices::SMTP));
    }

    #[test]
    fn an_installed_certificate_is_logged_with_all_that_a_row_can_say_of_it() {
        let time = |text: &str| Timestamp::parse(text).map(StatedTime::from);
        let installed = ExchangeCertificate {
            thumbprint: "4F".repeat(20).parse().ok(),
            subject: Some("CN=mail.contoso.com".into()),
            issuer: Some("CN=Contoso CA".into()),
            serial_number: Some("0A1B".into()),
            not_before: time("2026-01-02"),
            not_after: time("2027-01-02"),
            certificate_domains: Some(TextList::complete(["mail.contoso.com", "contoso.com"])),
            ..ExchangeCertificate::default()
        };
        let logged = LoggedCertificate::from(&installed);
        assert_eq!(logged.thumbprint.as_deref(), Some(&*"4F".repeat(20)));
        assert_eq!(logged.dns_names.len(), 2);
        assert_eq!(ExchangeCertificate::from(logged), installed);
    }

    #[test]
    fn without_raw_data_names_come_from_subject_and_domains() {
        let certificate = ExchangeCertificate {
            subject: Some("CN=mail.contoso.com, O=Contoso".into()),
            issuer: Some("CN=mail.contoso.com, O=Contoso".into()),
            certificate_domains: Some(TextList::complete(["*.contoso.com"])),
            ..ExchangeCertificate::default()
        };
        let names = certificate.names();
        assert!(names.is_complete);
        assert_eq!(names.names.len(), 2);
        assert_eq!(certificate.is_issued_by_authority(), Some(false));
        assert_eq!(ExchangeCertificate::default().is_issued_by_authority(), None);
        assert!(!ExchangeCertificate::default().names().is_complete);
    }

    #[test]
    fn a_status_and_a_root_ca_type_say_what_exchange_online_makes_of_it() {
        for (status, is_unusable, is_revoked) in [
            ("Valid", false, false),
            (" revoked ", true, true),
            ("DateInvalid", true, false),
            ("Untrusted", true, false),
            ("invalid", true, false),
            ("RevocationCheckFailure", false, false),
            ("Unknown", false, false),
        ] {
            let one = ExchangeCertificate {
                status: Some(status.to_owned()),
                ..ExchangeCertificate::default()
            };
            assert_eq!(one.unusable_status(), is_unusable.then(|| status.trim()), "{status}");
            assert_eq!(one.is_revoked(), is_revoked, "{status}");
        }
        for (kind, is_public) in [
            ("ThirdParty", Some(true)),
            (" thirdparty ", Some(true)),
            ("Enterprise", Some(false)),
            ("None", Some(false)),
            ("Unknown", None),
            (" ", None),
        ] {
            let one = ExchangeCertificate {
                root_ca_type: Some(kind.to_owned()),
                ..ExchangeCertificate::default()
            };
            assert_eq!(one.is_of_public_authority(), is_public, "{kind}");
        }
    }
}
