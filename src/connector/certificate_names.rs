//! The names of a certificate that EOP holds against connectors.

use std::fmt;

use serde::Serialize;

use crate::certificate::{Certificate, GeneralName, LoggedCertificate, X500Name};

/// Where in a certificate a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum NamePlace {
    /// A common name of the subject.
    CommonName,
    /// The DNS name at that place, counted from 1, of the subject alternative names.
    AlternativeName(usize),
}

/// One name of a certificate, as written there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateName {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub place: NamePlace,
}

/// The common names, then the DNS names of the subject alternative names of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateNames {
    /// The names.
    pub names: Vec<CertificateName>,
    /// Whether these are all; false where a log or an export may have left some out.
    pub is_complete: bool,
}

impl CertificateNames {
    /// Puts names together. Blank texts are left out.
    pub fn new<C, A>(common_names: C, alternative_names: A, is_complete: bool) -> Self
    where
        C: IntoIterator<Item: Into<String>>,
        A: IntoIterator<Item: Into<String>>,
    {
        let common = common_names.into_iter().map(|text| (text.into(), NamePlace::CommonName));
        let alternative = alternative_names
            .into_iter()
            .enumerate()
            .map(|(index, text)| (text.into(), NamePlace::AlternativeName(index + 1)));
        let names = common
            .chain(alternative)
            .map(|(text, place): (String, _)| CertificateName {
                text: text.trim().to_owned(),
                place,
            })
            .filter(|name| !name.text.is_empty())
            .collect();
        Self { names, is_complete }
    }
}

impl From<&Certificate> for CertificateNames {
    fn from(certificate: &Certificate) -> Self {
        let alternative = certificate.subject_alt_names().iter().filter_map(|name| match name {
            GeneralName::Dns(name) => Some(name.as_str()),
            _ => None,
        });
        Self::new(certificate.common_names(), alternative, true)
    }
}

impl From<&LoggedCertificate> for CertificateNames {
    /// Complete if the log gives a readable subject and either alternate names or, as only the
    /// condensed form does, the validity.
    fn from(logged: &LoggedCertificate) -> Self {
        let subject: Option<X500Name> =
            logged.subject.as_deref().and_then(|subject| subject.parse().ok());
        let knows_alternative_names = !logged.dns_names.is_empty() || logged.not_after.is_some();
        let is_complete = subject.is_some() && knows_alternative_names;
        let common = subject.as_ref().and_then(X500Name::common_name);
        Self::new(common, logged.dns_names.iter().map(|name| &**name), is_complete)
    }
}

impl fmt::Display for NamePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommonName => formatter.write_str("CN"),
            Self::AlternativeName(position) => write!(formatter, "SAN {position}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_certificate_without_alternate_names_may_have_left_them_out() {
        let mut logged = LoggedCertificate {
            subject: Some("CN=mail.contoso.com, O=\"Contoso, Ltd\"".into()),
            ..LoggedCertificate::default()
        };
        let names = CertificateNames::from(&logged);
        assert_eq!(names.names[0].text, "mail.contoso.com");
        assert!(!names.is_complete);
        logged.dns_names = vec!["mail.contoso.com".into(), "autodiscover.contoso.com".into()];
        let names = CertificateNames::from(&logged);
        assert!(names.is_complete);
        assert_eq!(names.names[2].place, NamePlace::AlternativeName(2));
        logged.subject = Some("xxxxxxxx".into());
        assert!(!CertificateNames::from(&logged).is_complete);
    }
}
