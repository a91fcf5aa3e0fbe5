//! The stores as one object to print, in PascalCase.

#![forbid(unsafe_code)]

use serde::Serialize;

use super::stores::{MachineStores, PrivateKey, StoreCertificate, Unseen};
use crate::certificate::{Certificate, Thumbprint, TlsCertificateName};
use crate::timestamp::Timestamp;

/// The stores of the computer account, without the certificates' bytes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreListing<'a> {
    my: Vec<ListedCertificate<'a>>,
    intermediates: Option<Vec<Identity>>,
    roots: Option<Vec<Identity>>,
    programme_roots: Vec<Identity>,
    unseen: &'a [Unseen],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedCertificate<'a> {
    #[serde(flatten)]
    identity: Identity,
    serial_number: String,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    tls_certificate_name: String,
    friendly_name: Option<&'a str>,
    private_key: &'a PrivateKey,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity {
    thumbprint: Thumbprint,
    subject: String,
    issuer: String,
}

impl MachineStores {
    /// The stores as one object to print.
    #[must_use]
    pub fn listing(&self) -> StoreListing<'_> {
        let identities =
            |certificates: &Vec<Certificate>| certificates.iter().map(identity).collect();
        StoreListing {
            my: self.my.iter().map(listed).collect(),
            intermediates: self.intermediates.as_ref().map(identities),
            roots: self.roots.as_ref().map(identities),
            programme_roots: identities(&self.programme_roots),
            unseen: &self.unseen,
        }
    }
}

fn identity(certificate: &Certificate) -> Identity {
    Identity {
        thumbprint: certificate.thumbprint(),
        subject: certificate.subject.to_string(),
        issuer: certificate.issuer.to_string(),
    }
}

fn listed(one: &StoreCertificate) -> ListedCertificate<'_> {
    let certificate = &one.certificate;
    ListedCertificate {
        identity: identity(certificate),
        serial_number: certificate.serial_number(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        tls_certificate_name: TlsCertificateName::of(certificate).to_string(),
        friendly_name: one.friendly_name.as_deref(),
        private_key: &one.private_key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTOSO: &[u8] = include_bytes!("../../tests/fixtures/certificates/mail.contoso.com.cer");

    #[test]
    fn stores_are_listed_by_the_names_of_all_other_objects() {
        let certificate = Certificate::from_der(CONTOSO).unwrap();
        let stores = MachineStores {
            my: vec![StoreCertificate {
                certificate: certificate.clone(),
                friendly_name: Some("Exchange 2026".to_owned()),
                private_key: PrivateKey::none(),
            }],
            intermediates: Some(Vec::new()),
            ..MachineStores::default()
        };
        let reported = serde_json::to_value(stores.listing()).unwrap();
        let one = &reported["My"][0];
        assert_eq!(one["Thumbprint"], certificate.thumbprint().to_string());
        assert_eq!(one["FriendlyName"], "Exchange 2026");
        assert_eq!(one["PrivateKey"]["Presence"], "None");
        let name = one["TlsCertificateName"].as_str().unwrap();
        let named: TlsCertificateName = name.parse().unwrap();
        assert!(named.matches(&certificate));
        assert_eq!(reported["Intermediates"], serde_json::json!([]));
        assert!(reported["Roots"].is_null(), "a store that was not read is not an empty one");
    }
}
