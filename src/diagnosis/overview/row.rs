//! One row: what would be sent, what was sent, and what follows.

use crate::certificate::{LoggedCertificate, ends_soon};
use crate::connector::{
    self, CertificateSelection, CertificateServices, ExchangeCertificate, Selected, SelectionBasis,
    find_logged, select_certificate, twins_of,
};
use crate::diagnosis::evidence::certificate_uses::CertificateUse;
use crate::diagnosis::overview::facts::Facts;
use crate::diagnosis::overview::known::Known;
use crate::diagnosis::overview::model::{
    CertificateStatus, CertificateSuccessor, ConnectorCertificate, InstalledCertificate,
    SelectedBy, SentCertificate, SentRelation,
};
use crate::diagnosis::overview::places::{ConnectorOnServer, Installed, full_name, installed_on};
use crate::diagnosis::overview::successor::{Renewal, affected, renewal};
use crate::diagnosis::overview::words;
use crate::session::Outcome;
use crate::stated_time::StatedTime;
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// Whole days from one time to another, negative if it has passed.
fn days_between(at: Timestamp, end: StatedTime) -> i64 {
    (end.time().ticks() - at.ticks()).div_euclid(TICKS_PER_DAY)
}

/// A row, and what it was put into words from.
pub(crate) struct Row<'a> {
    pub shown: ConnectorCertificate,
    pub facts: Facts<'a>,
    pub renewal: Option<Renewal>,
}

impl Row<'_> {
    /// The certificate that would be sent.
    pub fn selected(&self) -> Option<&ExchangeCertificate> {
        self.facts.installed(self.facts.selected?)
    }

    /// The certificate that takes over.
    pub fn successor(&self) -> Option<&ExchangeCertificate> {
        self.facts.installed(self.renewal.as_ref()?.successor.index)
    }
}

pub(crate) fn row<'a>(evidence: &'a Known<'_>, place: &'a ConnectorOnServer<'_>) -> Row<'a> {
    let installed = match installed_on(evidence, place.server) {
        Installed::Known(known) => Some(known.into_iter().cloned().collect::<Vec<_>>()),
        Installed::NotGiven | Installed::NotKnown => None,
    };
    let server_name = place.server.and_then(|server| full_name(evidence, server));
    let selection = place
        .connector
        .zip(installed.as_ref())
        .map(|(connector, installed)| select_certificate(connector, installed, server_name));
    let mut uses: Vec<&CertificateUse> = place.uses.clone();
    uses.sort_by_key(|one| std::cmp::Reverse(one.last));
    let sent = uses.iter().find_map(|one| one.certificate.as_deref());
    let comparison = compare(selection.as_ref(), sent, installed.as_deref());
    let selected = selection.as_ref().and_then(|selection| match selection.selected {
        Selected::One(index) => Some(index),
        // The log settles it, if it shows one of the two.
        Selected::Disputed { expires_last, .. } => match comparison {
            Some(connector::SentComparison::SettlesDispute(sent)) => Some(sent),
            _ => Some(expires_last),
        },
        _ => None,
    });
    let facts =
        Facts { evidence, place, installed, selection, selected, sent, is_eop: is_eop(place) };
    let renewal = renewal(&facts);
    let row = assemble(&facts, &uses, comparison.as_ref(), renewal.as_ref());
    Row { shown: row, facts, renewal }
}

fn assemble(
    facts: &Facts<'_>,
    uses: &[&CertificateUse],
    comparison: Option<&connector::SentComparison>,
    renewal: Option<&Renewal>,
) -> ConnectorCertificate {
    let at = facts.evidence.at;
    let describe = |index: usize| Some(described(facts.installed(index)?, at));
    let selected = facts.selected.and_then(describe);
    let twins = twins(facts).into_iter().filter_map(describe).collect();
    let sent_certificates: Vec<SentCertificate> =
        uses.iter().filter_map(|one| sent_certificate(one, facts, at)).collect();
    let last = sent_certificates.first();
    let comparison = match comparison {
        Some(
            connector::SentComparison::AsSelected(_) | connector::SentComparison::SettlesDispute(_),
        ) => SentRelation::Same,
        Some(connector::SentComparison::Twin { .. }) => SentRelation::Twin,
        Some(connector::SentComparison::Other { .. }) if selected.is_some() => {
            SentRelation::Different
        }
        Some(connector::SentComparison::NotInstalled) => SentRelation::NotInstalled,
        _ => SentRelation::Unknown,
    };
    let not_after = last
        .and_then(|sent| sent.not_after)
        .or_else(|| selected.as_ref().filter(|_| last.is_none())?.not_after);
    let mut row = ConnectorCertificate {
        connector: facts.place.name.map(str::to_owned),
        server: facts.place.server.map(str::to_owned),
        is_eop: facts.is_eop,
        status: CertificateStatus::Unknown,
        not_after,
        days_left: not_after.map(|end| days_between(at, end)),
        selected_thumbprint: selected.as_ref().and_then(|one| one.thumbprint.clone()),
        sent_thumbprint: last.and_then(|one| one.thumbprint.clone()),
        last_session: last.map(|one| one.last_session),
        comparison,
        selected_by: facts.selection.as_ref().and_then(|one| selected_by(&one.basis)),
        reason: String::new(),
        note: String::new(),
        selected_certificate: selected,
        twins,
        successor: renewal.and_then(|renewal| successor(facts, renewal)),
        renewal: None,
        sent_certificates,
        sessions: uses.iter().map(|one| one.sessions).sum(),
    };
    row.status = status(facts, &row);
    row.reason = words::reason(facts);
    row.note = words::note(facts, &row);
    row
}

fn successor(facts: &Facts<'_>, renewal: &Renewal) -> Option<CertificateSuccessor> {
    let one = facts.installed(renewal.successor.index)?;
    Some(CertificateSuccessor {
        certificate: described(one, facts.evidence.at),
        differences: renewal.successor.differences.clone(),
        is_enabled_for_smtp: one
            .services
            .map(|services| services.contains(CertificateServices::SMTP)),
        affected: affected(facts, &renewal.present, one),
    })
}

fn compare(
    selection: Option<&CertificateSelection>,
    sent: Option<&LoggedCertificate>,
    installed: Option<&[ExchangeCertificate]>,
) -> Option<connector::SentComparison> {
    let (sent, installed) = (sent?, installed?);
    selection.map(|selection| selection.compare_with_sent(sent, installed))
}

/// Of the selected one, else of the one that was sent last.
fn twins(facts: &Facts<'_>) -> Vec<usize> {
    let Some(installed) = &facts.installed else { return Vec::new() };
    let sent = || find_logged(facts.sent?, installed);
    facts.selected.or_else(sent).map(|index| twins_of(index, installed)).unwrap_or_default()
}

fn selected_by(basis: &SelectionBasis) -> Option<SelectedBy> {
    match basis {
        SelectionBasis::TlsCertificateName(_) => Some(SelectedBy::TlsCertificateName),
        SelectionBasis::ConnectorFqdn(_) => Some(SelectedBy::ConnectorFqdn),
        SelectionBasis::ServerFqdn(_) => Some(SelectedBy::ServerFqdn),
        SelectionBasis::Unknown => None,
    }
}

fn is_eop(place: &ConnectorOnServer<'_>) -> Option<bool> {
    let by_values = place.connector.is_some_and(|connector| connector.eop_sign().is_some());
    if by_values || place.uses.iter().any(|one| one.eop_sessions > 0) {
        return Some(true);
    }
    let goes_elsewhere = place.uses.iter().any(|one| one.other_sessions > 0);
    (goes_elsewhere || place.connector.is_some()).then_some(false)
}

fn described(one: &ExchangeCertificate, at: Timestamp) -> InstalledCertificate {
    let mut dns_names: Vec<String> = Vec::new();
    for name in one.names().names {
        if !dns_names.iter().any(|known| known.eq_ignore_ascii_case(&name.text)) {
            dns_names.push(name.text);
        }
    }
    InstalledCertificate {
        thumbprint: one.thumbprint.map(|thumbprint| thumbprint.to_string()),
        subject: one.subject.clone(),
        issuer: one.issuer.clone(),
        serial_number: one.serial_number.clone(),
        not_before: one.not_before,
        not_after: one.not_after,
        days_left: one.not_after.map(|end| days_between(at, end)),
        dns_names,
        services: one.services.map(|services| services.to_string()),
        status: one.status.clone(),
        has_private_key: one.has_private_key,
    }
}

fn sent_certificate(
    one: &CertificateUse,
    facts: &Facts<'_>,
    at: Timestamp,
) -> Option<SentCertificate> {
    let logged = one.certificate.as_deref()?;
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    // The long form of the rows does not show the validity.
    let installed = facts.installed.as_ref().and_then(|installed| {
        find_logged(logged, installed).and_then(|index| installed.get(index))
    });
    let of_log = |time: Option<Timestamp>| time.map(StatedTime::from);
    let not_before = of_log(logged.not_before).or(installed.and_then(|one| one.not_before));
    let not_after = of_log(logged.not_after).or(installed.and_then(|one| one.not_after));
    Some(SentCertificate {
        thumbprint: text(&logged.thumbprint),
        subject: text(&logged.subject),
        issuer: text(&logged.issuer),
        serial_number: text(&logged.serial_number),
        not_before,
        not_after,
        days_left: not_after.map(|end| days_between(at, end)),
        sessions: one.sessions,
        eop_sessions: one.eop_sessions,
        failed_sessions: one.failed_sessions,
        first_session: one.first,
        last_session: one.last,
        last_outcome: one.last_outcome,
        log_path: one.path.display().to_string(),
        line: one.line,
    })
}

/// TlsCertificateName does not ask for the service, but TLS fails without it (KB 4051498).
fn is_not_enabled(facts: &Facts<'_>, row: &ConnectorCertificate) -> bool {
    let services =
        facts.selected.and_then(|index| facts.installed(index)).and_then(|one| one.services);
    let works = row.sent_certificates.iter().any(|sent| {
        sent.thumbprint == row.selected_thumbprint && sent.last_outcome != Outcome::TlsFailed
    });
    services.is_some_and(|services| !services.contains(CertificateServices::SMTP)) && !works
}

/// Why Exchange Online would not take a certificate, as far as its export says.
fn distrust(one: &ExchangeCertificate) -> Option<CertificateStatus> {
    let is = |text: &Option<String>, known: &str| {
        text.as_deref().is_some_and(|text| text.trim().eq_ignore_ascii_case(known))
    };
    if is(&one.status, "Revoked") {
        return Some(CertificateStatus::Revoked);
    }
    let is_private = one.is_issued_by_authority() == Some(false)
        || is(&one.root_ca_type, "Enterprise")
        || is(&one.status, "Untrusted")
        || is(&one.status, "Invalid");
    is_private.then_some(CertificateStatus::NotTrusted)
}

fn status(facts: &Facts<'_>, row: &ConnectorCertificate) -> CertificateStatus {
    let at = facts.evidence.at;
    if facts.place.connector.is_some_and(|connector| connector.enabled == Some(false)) {
        return CertificateStatus::NotNeeded;
    }
    let is_not_found =
        facts.selection.as_ref().is_some_and(|one| one.selected == Selected::NotFound);
    let is_named = row.selected_by == Some(SelectedBy::TlsCertificateName);
    if is_not_found && (is_named || row.is_eop == Some(true)) {
        return CertificateStatus::NotFound;
    }
    let selected = row.selected_certificate.as_ref();
    let sent = row.sent_certificates.first();
    // Of a certificate that is sent no more, the end does not matter.
    let days = selected.and_then(|one| one.days_left).or(sent.and_then(|one| one.days_left));
    let is_different = matches!(
        row.comparison,
        SentRelation::Twin | SentRelation::Different | SentRelation::NotInstalled
    );
    let is_early =
        selected.and_then(|selected| selected.not_before).is_some_and(|begin| begin > at);
    let untrusted = facts.selected.and_then(|index| facts.installed(index)).and_then(distrust);
    let matters = row.is_eop != Some(false);
    let validity = selected
        .and_then(|one| Some((one.not_before, one.not_after?)))
        .or_else(|| sent.and_then(|one| Some((one.not_before, one.not_after?))));
    let is_soon =
        validity.is_some_and(|validity| ends_soon(at, validity, facts.evidence.warning_days));
    match days {
        Some(days) if days < 0 => CertificateStatus::Expired,
        _ if matters && untrusted.is_some() => untrusted.unwrap_or(CertificateStatus::Unknown),
        _ if is_early => CertificateStatus::NotYetValid,
        _ if is_not_enabled(facts, row) => CertificateStatus::NotEnabled,
        _ if is_different => CertificateStatus::Different,
        _ if is_soon => CertificateStatus::ExpiresSoon,
        Some(_) => CertificateStatus::Valid,
        None if selected.is_some() || sent.is_some() => CertificateStatus::Unknown,
        None if is_not_found => CertificateStatus::NotNeeded,
        None => CertificateStatus::Unknown,
    }
}
