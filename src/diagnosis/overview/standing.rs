//! How far a renewal is, over all servers of a send connector.

use super::row::Row;
use super::words::{date_of, note};
use crate::connector::{ExchangeCertificate, SelectionBasis, differences_of};
use crate::diagnosis::literal::{date, listed};

/// Servers that are named.
const MAXIMUM_NAMED: usize = 8;

/// Writes on each row of a connector how far its renewal is; nothing where none is under way.
pub(crate) fn add_standings(rows: &mut [Row<'_>]) {
    let texts: Vec<Option<String>> =
        rows.iter().map(|row| standing(row, &of_connector(rows, row))).collect();
    for (row, text) in rows.iter_mut().zip(texts) {
        if text.is_some() {
            row.shown.renewal = text;
            // What it says of a renewal to come is no more so.
            row.shown.note = note(&row.facts, &row.shown);
        }
    }
}

fn of_connector<'r, 'e>(rows: &'r [Row<'e>], one: &Row<'e>) -> Vec<&'r Row<'e>> {
    rows.iter().filter(|row| row.shown.connector == one.shown.connector).collect()
}

/// The renewed certificate of the servers of a connector: the newest that takes over on one of them,
/// or that one of them would send already while another does not.
fn renewed<'r>(all: &[&'r Row<'_>]) -> Option<&'r ExchangeCertificate> {
    let successors = all.iter().filter_map(|row| row.successor());
    let newest = successors.max_by_key(|one| one.not_after);
    let selected = all.iter().filter_map(|row| row.selected());
    let ahead = selected.max_by_key(|one| one.not_after).filter(|ahead| {
        let is_behind = |row: &&&Row<'_>| {
            row.selected().is_some_and(|one| {
                one.thumbprint != ahead.thumbprint && one.not_after < ahead.not_after
            })
        };
        all.iter().any(|row| is_behind(&row)) && !ahead.has_unusable_status()
    });
    newest.into_iter().chain(ahead).max_by_key(|one| one.not_after)
}

fn standing(own: &Row<'_>, all: &[&Row<'_>]) -> Option<String> {
    own.shown.connector.as_ref()?;
    let renewed = renewed(all)?;
    let thumbprint = renewed.thumbprint?;
    let (mut ready, mut unbound, mut missing, mut unknown) = (vec![], vec![], vec![], vec![]);
    let mut without_key = vec![];
    for row in all {
        let server = row.shown.server.as_deref().unwrap_or("a server that is not named");
        let found = row
            .facts
            .installed
            .as_ref()
            .map(|installed| installed.iter().find(|one| one.thumbprint == renewed.thumbprint));
        match found {
            None => unknown.push(server),
            Some(None) => missing.push(server),
            Some(Some(one)) if one.has_private_key == Some(false) => without_key.push(server),
            Some(Some(one)) if one.lacks_smtp() => unbound.push(server),
            Some(Some(_)) => ready.push(server),
        }
    }
    let names = |servers: &[&str]| listed(servers.iter().copied(), MAXIMUM_NAMED);
    let mut parts = Vec::new();
    for (servers, words) in [
        (&ready, "ready on"),
        (&unbound, "installed and not enabled for SMTP on"),
        (&without_key, "installed without its private key on"),
        (&missing, "missing on"),
        (&unknown, "not known for"),
    ] {
        if !servers.is_empty() {
            parts.push(format!("{words} {}", names(servers)));
        }
    }
    let is_chosen =
        |row: &&&Row<'_>| row.selected().is_some_and(|one| one.thumbprint == renewed.thumbprint);
    let waiting = all.iter().find(|row| !is_chosen(row) && row.successor().is_some());
    if let Some(row) = waiting {
        parts.push(names_old(row, renewed));
    }
    let mut old_senders = Vec::new();
    for row in all.iter().filter(is_chosen) {
        let sent = row.shown.sent_thumbprint.as_deref();
        if sent.is_some_and(|sent| sent != thumbprint.to_string()) {
            let server = row.shown.server.as_deref().unwrap_or("a server that is not named");
            let when = date_of(row.shown.last_session);
            old_senders.push(format!("{server} (last session {when})"));
        }
    }
    if !old_senders.is_empty() {
        let places: Vec<&str> = old_senders.iter().map(String::as_str).collect();
        parts.push(format!("the old one was still sent by {}", names(&places)));
    } else if waiting.is_none()
        && missing.is_empty()
        && unbound.is_empty()
        && without_key.is_empty()
    {
        return None;
    }
    let end = renewed.not_after.map(|end| format!(", until {}", date(end))).unwrap_or_default();
    Some(format!("Renewed certificate {thumbprint}{end}: {}.", parts.join("; ")))
}

/// By what the connector goes on choosing the certificate before.
fn names_old(row: &Row<'_>, renewed: &ExchangeCertificate) -> String {
    use crate::connector::CertificateDifference::{Issuer, Subject};
    let present = row.renewal.as_ref().map(|one| &one.present);
    let differences = present.map(|one| differences_of(one, renewed)).unwrap_or_default();
    let is_named =
        row.facts.selection.as_ref().is_some_and(|selection| {
            matches!(selection.basis, SelectionBasis::TlsCertificateName(_))
        });
    let what = match (differences.contains(&Issuer), differences.contains(&Subject)) {
        (true, true) => "issuer and subject",
        (true, false) => "issuer",
        (false, true) => "subject",
        (false, false) => "certificate",
    };
    if is_named {
        format!("the connector still names the old {what}")
    } else {
        format!("the connector still chooses the old {what}")
    }
}
