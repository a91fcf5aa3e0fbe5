//! The certificate of a case, from wherever it is known.

use super::Case;
use crate::certificate::{Certificate, Thumbprint};
use crate::connector::ShownCertificate;
use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::report::{CertificateSummary, EvidenceLine};
use crate::stated_time::StatedTime;

impl Case<'_> {
    pub fn thumbprint(&self) -> Option<String> {
        self.certificate
            .map(|certificate| certificate.thumbprint().to_string())
            .or_else(|| {
                self.logged.and_then(|logged| logged.thumbprint.as_deref()).map(str::to_owned)
            })
            .or_else(|| self.installed.and_then(|i| i.object.thumbprint).map(|t| t.to_string()))
    }

    /// The thumbprint, if it is one: logs sent to support are masked.
    pub fn plain_thumbprint(&self) -> Option<String> {
        self.thumbprint().filter(|text| text.parse::<Thumbprint>().is_ok())
    }

    pub fn subject(&self) -> Option<String> {
        let logged = || self.logged.and_then(|logged| logged.subject.as_deref()).map(str::to_owned);
        self.certificate
            .map(|certificate| certificate.subject.to_x500().to_string())
            .or_else(logged)
            .or_else(|| self.installed.and_then(|installed| installed.object.subject.clone()))
    }

    pub fn issuer(&self) -> Option<String> {
        let logged = || self.logged.and_then(|logged| logged.issuer.as_deref()).map(str::to_owned);
        self.certificate
            .map(|certificate| certificate.issuer.to_x500().to_string())
            .or_else(logged)
            .or_else(|| self.installed.and_then(|installed| installed.object.issuer.clone()))
    }

    pub fn not_before(&self) -> Option<StatedTime> {
        self.certificate
            .and_then(Certificate::not_before)
            .or_else(|| self.logged.and_then(|logged| logged.not_before))
            .map(StatedTime::from)
            .or_else(|| self.installed.and_then(|installed| installed.object.not_before))
    }

    pub fn not_after(&self) -> Option<StatedTime> {
        self.certificate
            .and_then(Certificate::not_after)
            .or_else(|| self.logged.and_then(|logged| logged.not_after))
            .map(StatedTime::from)
            .or_else(|| self.installed.and_then(|installed| installed.object.not_after))
    }

    pub fn names(&self) -> Vec<&str> {
        match &self.presented {
            ShownCertificate::Names(names) => {
                let mut texts: Vec<&str> = Vec::new();
                for name in &names.names {
                    if !texts.iter().any(|known| known.eq_ignore_ascii_case(&name.text)) {
                        texts.push(&name.text);
                    }
                }
                texts
            }
            _ => Vec::new(),
        }
    }

    /// The certificate in words: its thumbprint and its first name.
    pub fn certificate_text(&self) -> String {
        let name = self.names().first().map(|name| (*name).to_owned()).or_else(|| self.subject());
        match (self.thumbprint(), name) {
            (Some(thumbprint), Some(name)) => format!("the certificate {thumbprint} ({name})"),
            (Some(thumbprint), None) => format!("the certificate {thumbprint}"),
            (None, Some(name)) => format!("the certificate of {name}"),
            (None, None) => "the certificate".to_owned(),
        }
    }

    /// The file or the export that holds the certificate.
    pub fn certificate_proof(&self) -> Vec<EvidenceLine> {
        let subject = self.subject().unwrap_or_default();
        let text = match self.thumbprint() {
            Some(thumbprint) => format!("{subject} ({thumbprint})"),
            None => subject,
        };
        if let Some(given) = self.given {
            vec![EvidenceLine { path: given.path.clone(), line: 0, text }]
        } else if let Some(installed) = self.installed {
            vec![EvidenceLine { path: installed.path.clone(), line: installed.line, text }]
        } else if let Some(session) = self.incident.and_then(Incident::newest) {
            let path = session.path.display().to_string();
            let text = format!("session {} begins here and shows {text}", session.session_id);
            vec![EvidenceLine { path, line: session.line, text }]
        } else {
            Vec::new()
        }
    }

    pub fn summary(&self) -> Option<CertificateSummary> {
        if !matches!(self.presented, ShownCertificate::Names(_)) {
            return None;
        }
        Some(CertificateSummary {
            thumbprint: self.thumbprint(),
            subject: self.subject(),
            issuer: self.issuer(),
            serial_number: self.certificate.map(Certificate::serial_number).or_else(|| {
                self.logged.and_then(|l| l.serial_number.as_deref()).map(str::to_owned)
            }),
            not_before: self.not_before(),
            not_after: self.not_after(),
            dns_names: self.names().into_iter().map(str::to_owned).collect(),
        })
    }
}
