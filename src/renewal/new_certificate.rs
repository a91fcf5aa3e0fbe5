//! A new certificate, and how the plan describes it.

use crate::certificate::Certificate;
use crate::connector::{CertificateDifference, ExchangeCertificate, differences_of};
use crate::diagnosis::GivenCertificate;
use crate::diagnosis::literal::capital;
use crate::renewal::plan::{NewCertificate, ReplacedCertificate};

/// A new certificate.
pub(crate) struct New<'a> {
    pub given: &'a GivenCertificate,
    /// Whether it is the only one.
    pub is_only: bool,
    pub object: ExchangeCertificate,
}

impl<'a> New<'a> {
    pub fn of(given: &'a GivenCertificate, is_only: bool) -> Self {
        let object = ExchangeCertificate::from(given.certificate.clone());
        Self {
            given,
            is_only,
            object: ExchangeCertificate { has_private_key: Some(true), ..object },
        }
    }

    pub fn certificate(&self) -> &Certificate {
        &self.given.certificate
    }

    /// Something about it in a sentence, without its full stop; of several it is named.
    pub fn says(&self, what: &str) -> String {
        if self.is_only {
            return capital(what);
        }
        format!("{}: {what}", self.certificate().thumbprint())
    }

    /// It and what it takes the place of, in the plan.
    pub fn described(&self, before: &[ExchangeCertificate]) -> NewCertificate {
        let one = self.certificate();
        let mut differences: Vec<CertificateDifference> =
            before.iter().flat_map(|known| differences_of(known, &self.object)).collect();
        differences.sort();
        differences.dedup();
        NewCertificate {
            thumbprint: one.thumbprint().to_string(),
            subject: one.subject.to_x500().to_string(),
            issuer: one.issuer.to_x500().to_string(),
            not_before: one.not_before(),
            not_after: one.not_after(),
            dns_names: one.dns_names(),
            public_key: one.public_key.key_type.to_string(),
            path: self.given.path.clone(),
            replaces: before
                .iter()
                .map(|known| ReplacedCertificate {
                    thumbprint: known.thumbprint.map(|thumbprint| thumbprint.to_string()),
                    subject: known.subject.clone(),
                    not_after: known.not_after,
                })
                .collect(),
            differences,
        }
    }
}
