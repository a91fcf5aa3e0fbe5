//! Which certificate Exchange would send, and whether it is the one that the log says was sent.

use serde::Serialize;

use super::exchange_certificate::ExchangeCertificate;
use super::send_connector::SendConnector;
use crate::certificate::{
    HostNameMatch, LoggedCertificate, LoggedMatch, NameRelation, Thumbprint, TlsCertificateName,
    TlsCertificateNameError, compare_logged, host_name_matches,
};
use crate::stated_time::StatedTime;

/// By what Exchange chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum SelectionBasis {
    /// The connector's TlsCertificateName.
    TlsCertificateName(String),
    /// The connector's Fqdn.
    ConnectorFqdn(String),
    /// The server's name.
    ServerFqdn(String),
    /// Neither is known.
    Unknown,
}

/// What Exchange chooses. Numbers are places in the list of installed certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Selected {
    /// This certificate.
    One(usize),
    /// Sources disagree on which of several wins.
    Disputed {
        /// The one that expires last (Exchange team blog).
        expires_last: usize,
        /// The one whose validity begins last (Microsoft Learn).
        begins_last: usize,
    },
    /// None fits. By TlsCertificateName: the queue says `454 4.7.5 The certificate specified in
    /// TlsCertificateName ... could not be found`, the event log 12014 or 12016.
    NotFound,
    /// TlsCertificateName is not of the form `<I>issuer<S>subject`.
    UnreadableName(String),
    /// Too little is known: by what Exchange chooses, or the names of an installed certificate.
    Unknown,
}

/// Why an installed certificate takes no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Exclusion {
    /// The server has no private key for it.
    NoPrivateKey,
    /// A request that no authority has answered yet.
    PendingRequest,
}

/// Which certificate a server would send over a send connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateSelection {
    /// By what Exchange chooses.
    pub basis: SelectionBasis,
    /// What it chooses.
    pub selected: Selected,
    /// All installed certificates that fit, the first choice first.
    pub fitting: Vec<usize>,
    /// Twins of the first choice: same issuer and subject, which TlsCertificateName cannot distinguish, and another thumbprint.
    pub twins: Vec<usize>,
    /// Installed certificates that take no part.
    pub excluded: Vec<(usize, Exclusion)>,
}

/// How the certificate of a log relates to the one that would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum SentComparison {
    /// The same; the number is its place among the installed ones.
    AsSelected(usize),
    /// One of the two on which sources disagree: the log settles it.
    SettlesDispute(usize),
    /// A twin of the selected one: same issuer and subject, as before a renewal.
    Twin {
        /// The place of the certificate that was sent.
        sent: usize,
    },
    /// Another installed certificate.
    Other {
        /// The place of the certificate that was sent.
        sent: usize,
    },
    /// None of the installed ones: removed since, or the log of another server.
    NotInstalled,
    /// The log or the list of installed certificates says too little.
    Unknown,
}

/// Says which of a server's installed certificates Exchange would send over a connector.
///
/// With TlsCertificateName, issuer and subject decide, and the service SMTP is not checked. Without
/// it the connector's Fqdn, else the server's, is held against common names and alternative names,
/// a wildcard for one label: issued by an authority before self-signed, the newest first.
#[must_use]
pub fn select_certificate(
    connector: &SendConnector,
    installed: &[ExchangeCertificate],
    server_fqdn: Option<&str>,
) -> CertificateSelection {
    let mut excluded = Vec::new();
    let mut usable = Vec::new();
    for (index, certificate) in installed.iter().enumerate() {
        match exclusion(certificate) {
            Some(reason) => excluded.push((index, reason)),
            None => usable.push(index),
        }
    }
    let fqdn =
        |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let connector_fqdn = fqdn(connector.fqdn.as_deref());
    let basis = match (&connector.tls_certificate_name, connector_fqdn, fqdn(server_fqdn)) {
        (Some(name), _, _) => SelectionBasis::TlsCertificateName(name.clone()),
        (None, ..) if !connector.knows_certificate_name => SelectionBasis::Unknown,
        (None, Some(fqdn), _) => SelectionBasis::ConnectorFqdn(fqdn),
        (None, None, Some(fqdn)) => SelectionBasis::ServerFqdn(fqdn),
        (None, None, None) => SelectionBasis::Unknown,
    };
    let (selected, fitting) = match &basis {
        SelectionBasis::TlsCertificateName(name) => {
            by_name(name, connector.has_uncertain_blanks, installed, &usable)
        }
        SelectionBasis::ConnectorFqdn(fqdn) | SelectionBasis::ServerFqdn(fqdn) => {
            by_fqdn(fqdn, installed, &usable)
        }
        SelectionBasis::Unknown => (Selected::Unknown, Vec::new()),
    };
    let twins = fitting.first().map(|first| twins_of(*first, installed)).unwrap_or_default();
    CertificateSelection { basis, selected, fitting, twins, excluded }
}

fn exclusion(certificate: &ExchangeCertificate) -> Option<Exclusion> {
    if certificate.is_pending_request() {
        Some(Exclusion::PendingRequest)
    } else {
        (certificate.has_private_key == Some(false)).then_some(Exclusion::NoPrivateKey)
    }
}

fn by_name(
    name: &str,
    has_uncertain_blanks: bool,
    installed: &[ExchangeCertificate],
    usable: &[usize],
) -> (Selected, Vec<usize>) {
    let wanted = match wanted_name(name, has_uncertain_blanks) {
        Ok(wanted) => wanted,
        Err(error) => return (Selected::UnreadableName(error.to_string()), Vec::new()),
    };
    let mut is_unreadable = false;
    let fitting = usable.iter().copied().filter(|index| {
        let fits = has_name(&installed[*index], &wanted);
        is_unreadable |= fits.is_none();
        fits == Some(true)
    });
    let fitting: Vec<usize> = fitting.collect();
    newest(fitting, installed, is_unreadable)
}

fn wanted_name(
    name: &str,
    has_uncertain_blanks: bool,
) -> Result<TlsCertificateName, TlsCertificateNameError> {
    let wanted: TlsCertificateName = name.parse()?;
    Ok(if has_uncertain_blanks {
        TlsCertificateName {
            issuer: wanted.issuer.ignoring_blanks(),
            subject: wanted.subject.ignoring_blanks(),
        }
    } else {
        wanted
    })
}

/// Whether a certificate has that issuer and subject; `None` where its own cannot be read.
fn has_name(one: &ExchangeCertificate, wanted: &TlsCertificateName) -> Option<bool> {
    let (issuer, subject) = one.x500_names()?;
    Some(
        wanted.issuer.relation_to(&issuer) != NameRelation::Different
            && wanted.subject.relation_to(&subject) != NameRelation::Different,
    )
}

/// Whether the value of a connector's TlsCertificateName names a certificate: its issuer and its
/// subject. `None` where one of the two cannot be read.
#[must_use]
pub fn is_named_by(
    certificate: &ExchangeCertificate,
    name: &str,
    has_uncertain_blanks: bool,
) -> Option<bool> {
    has_name(certificate, &wanted_name(name, has_uncertain_blanks).ok()?)
}

fn by_fqdn(
    fqdn: &str,
    installed: &[ExchangeCertificate],
    usable: &[usize],
) -> (Selected, Vec<usize>) {
    let mut is_unreadable = false;
    let mut fitting = Vec::new();
    for index in usable.iter().copied() {
        let names = installed[index].names();
        let fits = |text: &str| host_name_matches(text, fqdn) != HostNameMatch::Different;
        if names.names.iter().any(|name| fits(&name.text)) {
            fitting.push(index);
        } else {
            is_unreadable |= !names.is_complete;
        }
    }
    let issued: Vec<usize> = fitting
        .iter()
        .copied()
        .filter(|index| installed[*index].is_issued_by_authority() != Some(false))
        .collect();
    newest(if issued.is_empty() { fitting } else { issued }, installed, is_unreadable)
}

/// The newest of those that fit: by expiry, and by beginning where that is another one.
fn newest(
    mut fitting: Vec<usize>,
    installed: &[ExchangeCertificate],
    is_unreadable: bool,
) -> (Selected, Vec<usize>) {
    type Key = fn(&ExchangeCertificate) -> Option<StatedTime>;
    let last_by = |key: Key| fitting.iter().copied().max_by_key(|index| key(&installed[*index]));
    let expires_last = last_by(|certificate| certificate.not_after);
    let begins_last = last_by(|certificate| certificate.not_before);
    let selected = match (expires_last, begins_last) {
        (Some(expires_last), Some(begins_last)) => {
            let differ = installed[expires_last].not_before != installed[begins_last].not_before;
            if fitting.len() > 1 && has_unknown_validity(&fitting, installed) {
                Selected::Unknown
            } else if differ {
                Selected::Disputed { expires_last, begins_last }
            } else {
                Selected::One(expires_last)
            }
        }
        _ if is_unreadable => Selected::Unknown,
        _ => Selected::NotFound,
    };
    fitting.sort_by_key(|index| std::cmp::Reverse(installed[*index].not_after));
    (selected, fitting)
}

fn has_unknown_validity(fitting: &[usize], installed: &[ExchangeCertificate]) -> bool {
    fitting
        .iter()
        .map(|index| &installed[*index])
        .any(|certificate| certificate.not_after.is_none() || certificate.not_before.is_none())
}

/// The installed certificates with the same issuer and subject as that one, and another thumbprint.
#[must_use]
pub fn twins_of(index: usize, installed: &[ExchangeCertificate]) -> Vec<usize> {
    let Some(one) = installed.get(index) else { return Vec::new() };
    let is_twin =
        |other: &ExchangeCertificate| other.thumbprint != one.thumbprint && one.is_twin_of(other);
    (0..installed.len()).filter(|other| *other != index && is_twin(&installed[*other])).collect()
}

impl CertificateSelection {
    /// Holds the certificate that a log says was sent against the selected one. The log says what
    /// was sent; the configuration may have changed since.
    #[must_use]
    pub fn compare_with_sent(
        &self,
        sent: &LoggedCertificate,
        installed: &[ExchangeCertificate],
    ) -> SentComparison {
        let Some(sent) = find_logged(sent, installed) else {
            let is_certain = logged_thumbprint(sent).is_some()
                && installed.iter().all(|certificate| certificate.thumbprint.is_some());
            return if is_certain { SentComparison::NotInstalled } else { SentComparison::Unknown };
        };
        match self.selected {
            Selected::One(selected) if selected == sent => SentComparison::AsSelected(sent),
            Selected::Disputed { expires_last, begins_last }
                if sent == expires_last || sent == begins_last =>
            {
                SentComparison::SettlesDispute(sent)
            }
            Selected::Unknown | Selected::UnreadableName(_) => SentComparison::Unknown,
            _ if self.twins.contains(&sent) => SentComparison::Twin { sent },
            _ => SentComparison::Other { sent },
        }
    }
}

fn logged_thumbprint(logged: &LoggedCertificate) -> Option<Thumbprint> {
    logged.thumbprint.as_deref()?.parse().ok()
}

/// The place of the installed certificate that a log describes, if that is certain.
#[must_use]
pub fn find_logged(logged: &LoggedCertificate, installed: &[ExchangeCertificate]) -> Option<usize> {
    let thumbprint = logged_thumbprint(logged);
    installed.iter().position(|installed| {
        if thumbprint.is_some() && installed.thumbprint == thumbprint {
            return true;
        }
        let relation = installed.certificate.as_ref().map(|one| compare_logged(logged, one));
        matches!(relation, Some(LoggedMatch::Thumbprint | LoggedMatch::SerialNumberAndIssuer))
    })
}

#[cfg(test)]
mod tests;
