//! The stores of the computer account, as data.

#![forbid(unsafe_code)]

use serde::Serialize;

use super::key_access::KeyAccess;
use crate::certificate::{Certificate, Thumbprint, TlsCertificateName};
use crate::named_enum::named_enum;

named_enum! {
    /// Whether the private key of a certificate is there.
    KeyPresence {
        /// The certificate names no key.
        None = 1,
        /// The key opens.
        Present = 2,
        /// The certificate names a key that is not there.
        Missing = 3,
        /// Whether it is there cannot be seen.
        Unknown = 4,
    }
}

/// The private key of a certificate, as far as it can be seen without using it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrivateKey {
    /// Whether it is there.
    pub presence: KeyPresence,
    /// Its provider, such as `Microsoft Software Key Storage Provider`.
    pub provider: Option<String>,
    /// `CNG` (a key storage provider) or `CSP` (a cryptographic service provider).
    pub kind: Option<&'static str>,
    /// Its name within the provider.
    pub container: Option<String>,
    /// Whether it is a key of the computer, and not of one user.
    pub is_machine_key: Option<bool>,
    /// Whether NETWORK SERVICE may read it.
    pub network_service: KeyAccess,
    /// Why something of this is not known, in words.
    pub reason: Option<String>,
}

impl PrivateKey {
    /// No key.
    #[must_use]
    pub fn none() -> Self {
        Self {
            presence: KeyPresence::None,
            provider: None,
            kind: None,
            container: None,
            is_machine_key: None,
            network_service: KeyAccess::Unknown,
            reason: None,
        }
    }
}

/// A certificate of LocalMachine\My.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// The friendly name.
    pub friendly_name: Option<String>,
    /// Its private key.
    pub private_key: PrivateKey,
}

/// What could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unseen {
    /// The store, or the certificate in it.
    pub place: String,
    /// Why, and what to do.
    pub reason: String,
}

/// The stores of the computer account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MachineStores {
    /// LocalMachine\My.
    pub my: Vec<StoreCertificate>,
    /// LocalMachine\CA; `None` if it cannot be read.
    pub intermediates: Option<Vec<Certificate>>,
    /// LocalMachine\Root, with all that Windows shows there; `None` if it cannot be read.
    pub roots: Option<Vec<Certificate>>,
    /// LocalMachine\AuthRoot: those roots of Microsoft's programme that this computer has met.
    pub programme_roots: Vec<Certificate>,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
}

impl MachineStores {
    /// The certificate of LocalMachine\My with that thumbprint.
    #[must_use]
    pub fn by_thumbprint(&self, thumbprint: Thumbprint) -> Option<&StoreCertificate> {
        self.my.iter().find(|one| one.certificate.thumbprint() == thumbprint)
    }

    /// The certificates of LocalMachine\My with that issuer and subject.
    pub fn by_name<'a>(
        &'a self,
        name: &'a TlsCertificateName,
    ) -> impl Iterator<Item = &'a StoreCertificate> {
        self.my.iter().filter(|one| name.matches(&one.certificate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTOSO: &[u8] = include_bytes!("../../tests/fixtures/certificates/mail.contoso.com.cer");
    const AUTHORITY: &[u8] = include_bytes!("../../tests/fixtures/certificates/fabrikam-ca-5.cer");

    #[test]
    fn certificates_are_found_by_thumbprint_and_by_name() {
        let entry = |der: &[u8]| StoreCertificate {
            certificate: Certificate::from_der(der).unwrap(),
            friendly_name: None,
            private_key: PrivateKey::none(),
        };
        let machine =
            MachineStores { my: vec![entry(AUTHORITY), entry(CONTOSO)], ..Default::default() };
        let wanted = Thumbprint::of(CONTOSO);
        let found = machine.by_thumbprint(wanted).unwrap();
        assert_eq!(found.certificate.thumbprint(), wanted);
        assert_eq!(machine.by_thumbprint(Thumbprint::of(b"")), None);
        let name = TlsCertificateName::of(&found.certificate);
        let named: Vec<Thumbprint> =
            machine.by_name(&name).map(|one| one.certificate.thumbprint()).collect();
        assert_eq!(named, [wanted]);
    }
}
