//! The certificates of send connectors as a person reads them.

use eop_relay::diagnosis::{
    CertificateOverview, CertificateStatus, ConnectorCertificate, InstalledCertificate,
    SentCertificate,
};
use eop_relay::finding::words::date;
use eop_relay::stated_time::StatedTime;
use eop_relay::view::Page;

/// A block for each connector and server.
pub fn text(overview: &CertificateOverview, width: usize) -> String {
    let mut page = Page::new(width);
    if overview.certificates.is_empty() {
        page.line(
            "Nothing is known: no log, no send connector and no installed certificate was given.",
        );
    }
    for (number, row) in overview.certificates.iter().enumerate() {
        if number > 0 {
            page.blank_line();
        }
        block(&mut page, row);
    }
    page.into_text()
}

fn block(page: &mut Page, row: &ConnectorCertificate) {
    let connector = row.connector.as_deref().unwrap_or("(connector not known)");
    let server = row.server.as_deref().unwrap_or("(server not known)");
    let target = match row.is_eop {
        Some(true) => ", to Exchange Online",
        Some(false) => ", not to Exchange Online",
        None => "",
    };
    page.line(format_args!("{}: {connector} on {server}{target}", row.status.name()));
    let selected = match (&row.selected_certificate, row.status) {
        (Some(one), _) => installed(one),
        (None, CertificateStatus::NotFound | CertificateStatus::NotNeeded) => "none".to_owned(),
        (None, _) => "not known".to_owned(),
    };
    labelled(page, "would send", &selected);
    labelled(page, "because", &row.reason);
    for (number, one) in row.sent_certificates.iter().enumerate() {
        labelled(page, if number == 0 { "was sent" } else { "before" }, &sent(one));
    }
    for one in &row.twins {
        labelled(page, "twin", &installed(one));
    }
    if let Some(renewal) = &row.renewal {
        labelled(page, "renewal", renewal);
    }
    if !row.note.is_empty() {
        labelled(page, "note", &row.note);
    }
}

fn installed(one: &InstalledCertificate) -> String {
    let thumbprint = one.thumbprint.as_deref();
    certificate(thumbprint, one.subject.as_deref(), one.not_after, one.days_left)
}

fn sent(one: &SentCertificate) -> String {
    let thumbprint = one.thumbprint.as_deref();
    let text = certificate(thumbprint, one.subject.as_deref(), one.not_after, one.days_left);
    let sessions = match one.sessions {
        1 => format!("in 1 session at {}", one.last_session),
        count => format!("in {count} sessions from {} to {}", one.first_session, one.last_session),
    };
    format!(
        "{text}; {sessions}, {} of them with Exchange Online, {} failed; the last: {} ({}:{})",
        one.eop_sessions,
        one.failed_sessions,
        one.last_outcome.name(),
        one.log_path,
        one.line
    )
}

fn certificate(
    thumbprint: Option<&str>,
    subject: Option<&str>,
    end: Option<StatedTime>,
    days: Option<i64>,
) -> String {
    let end = match (end, days) {
        (Some(end), Some(days)) => {
            let date = date(end);
            let days = match days {
                1 => "1 day left".to_owned(),
                0.. => format!("{days} days left"),
                _ => "expired".to_owned(),
            };
            format!("until {date}, {days}")
        }
        _ => "end not known".to_owned(),
    };
    let thumbprint = thumbprint.unwrap_or("(no thumbprint)");
    format!("{thumbprint} {} ({end})", subject.unwrap_or("(no subject)"))
}

fn labelled(page: &mut Page, label: &str, text: &str) {
    page.paragraph(&format!("    {label:<12}"), &" ".repeat(16), text);
}
