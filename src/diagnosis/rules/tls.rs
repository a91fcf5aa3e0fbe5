//! Row 1 of the table, first half: what keeps TLS, or the connection, from coming about.

use crate::certificate::Thumbprint;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::{capital, literal};
use crate::diagnosis::remedies::{self, ELEVATED, MANAGEMENT_SHELL, of_catalogue, of_template};
use crate::diagnosis::report::{Confidence, Remedy, Verdict};
use crate::diagnosis::rules::own_certificate::{key_not_usable, no_private_key, not_enabled};
use crate::diagnosis::rules::rule::Proof;
use crate::finding::{Place, Side};
use crate::reply::{RejectionClass, tls_error};
use crate::session::SessionNote;

/// DigiCert Global Root G2: in the chain of EOP's certificates since 2026-03.
pub(crate) const ROOT_G2: &str = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4";

pub(crate) fn inspection(case: &Case<'_>) -> Option<Proof> {
    let incident = case.incident?;
    let is_rewritten = incident.notes.contains(&SessionNote::SmtpRewritten);
    let is_failure = !matches!(incident.ending, Ending::Delivered | Ending::Open);
    let is_token = case.failed_with(&["InvalidToken"]);
    (is_token || (is_rewritten && is_failure && !case.is_relay_denied()))
        .then(|| Proof::of(case.log_proof()))
}

pub(crate) fn inspection_message(case: &Case<'_>) -> String {
    format!(
        "Something between {} and Exchange Online rewrites SMTP (a firewall with SMTP inspection \
         or a proxy): TLS cannot begin.",
        case.server_text()
    )
}

pub(crate) fn inspection_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::new(
            Place::Network,
            "Switch SMTP inspection and TLS interception off for this server.",
        )
        .at("firewall or SMTP proxy between this server and Exchange Online")
        .verify("the EHLO reply in the log offers STARTTLS, the banner is readable, TLS succeeds")
        .undo("switch the inspection on again"),
    ]
}

fn refused_remote_root(case: &Case<'_>) -> bool {
    let reply = case.incident.and_then(|incident| incident.reply.as_deref()).unwrap_or_default();
    let is_root = reply.to_ascii_lowercase().contains("untrustedroot");
    case.failed_with(&["UntrustedRoot"])
        || (case.class() == Some(RejectionClass::RemoteCertificateInvalid) && is_root)
}

fn has_root_g2(case: &Case<'_>) -> bool {
    let root: Option<Thumbprint> = ROOT_G2.parse().ok();
    case.evidence.roots.iter().any(|known| Some(known.thumbprint()) == root)
}

pub(crate) fn root_g2(case: &Case<'_>) -> Option<Proof> {
    (refused_remote_root(case) && !has_root_g2(case)).then(|| {
        let confidence = if case.evidence.roots.is_empty() {
            Confidence::Inferred
        } else {
            Confidence::Documented
        };
        Proof { confidence: Some(confidence), ..Proof::of(case.log_proof()) }
    })
}

pub(crate) fn root_g2_message(case: &Case<'_>) -> String {
    let certainty = if case.evidence.roots.is_empty() {
        "most likely DigiCert Global Root G2 is not in its Root store"
    } else {
        "DigiCert Global Root G2 is not among the given roots"
    };
    format!(
        "{} does not trust the certificate of Exchange Online: {certainty}; the chain of Exchange \
         Online needs it since March 2026. TLS fails before it comes to attribution.",
        capital(&case.server_text()),
    )
}

pub(crate) fn root_g2_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::server(
            ELEVATED,
            "See whether the root is there. If not, let Windows fetch the roots of its programme \
             (automatic root updates may be off), or import DigiCert Global Root G2, from \
             DigiCert's own page and after comparing its thumbprint, into Root.",
        )
        .command(format!("Get-Item -LiteralPath 'Cert:\\LocalMachine\\Root\\{ROOT_G2}'"))
        .verify("the certificate is found, and the next session in the send log succeeds")
        .undo(format!("Remove-Item -LiteralPath 'Cert:\\LocalMachine\\Root\\{ROOT_G2}'")),
    ]
}

pub(crate) fn remote_certificate(case: &Case<'_>) -> Option<Proof> {
    let is_class = case.class() == Some(RejectionClass::RemoteCertificateInvalid);
    ((is_class || refused_remote_root(case)) && root_g2(case).is_none())
        .then(|| Proof::of(case.log_proof()))
}

pub(crate) fn remote_certificate_message(case: &Case<'_>) -> String {
    let remote = case.incident.and_then(|incident| incident.remote.as_ref());
    let shown = remote.and_then(|remote| remote.subject.as_deref());
    let shown = shown.map(|subject| format!(" ({subject})")).unwrap_or_default();
    format!(
        "{} itself refused the certificate{shown} of the other side. It says nothing of this \
         server's own certificate.",
        capital(&case.server_text()),
    )
}

pub(crate) fn remote_certificate_remedy(case: &Case<'_>) -> Vec<Remedy> {
    of_catalogue(case, RejectionClass::RemoteCertificateInvalid)
}

/// Errors that say that the two sides have no version or cipher in common.
const NOTHING_IN_COMMON: &[&str] =
    &["AlgorithmMismatch", "UnsupportedFunction", "UnsupportedProtocol", "CipherUnknown"];

pub(crate) fn tls12_off(case: &Case<'_>) -> Option<Proof> {
    case.failed_with(NOTHING_IN_COMMON).then(|| Proof::of(case.log_proof()))
}

pub(crate) fn tls12_off_message(case: &Case<'_>) -> String {
    format!(
        "TLS failed with {}: {} and Exchange Online have no protocol version or cipher in common. \
         Most likely TLS 1.2 is switched off on the server.",
        case.tls_error().unwrap_or_default(),
        case.server_text(),
    )
}

pub(crate) fn tls12_off_remedy(_: &Case<'_>) -> Vec<Remedy> {
    let key = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\\
               TLS 1.2\\Client";
    vec![
        Remedy::server(
            ELEVATED,
            "See whether TLS 1.2 is switched off: Enabled 0, or DisabledByDefault other than 0. A \
             key that does not exist means the default of the Windows version.",
        )
        .command(format!("Get-ItemProperty -LiteralPath '{key}'"))
        .verify("neither value switches it off, and the next session shows TLS 1.2"),
        Remedy::server(ELEVATED, "If it is off: switch it on. It takes a restart of the server.")
            .command(format!(
                "Set-ItemProperty -LiteralPath '{key}' -Name Enabled -Value 1 -Type DWord\n\
                 Set-ItemProperty -LiteralPath '{key}' -Name DisabledByDefault -Value 0 -Type DWord"
            ))
            .verify("after the restart the next session in the send log shows TLS 1.2")
            .undo("set both values back to what the first command showed"),
    ]
}

fn new_host(case: &Case<'_>) -> Option<String> {
    let is_new =
        |name: &str| name.trim_end_matches('.').to_ascii_lowercase().ends_with(".mx.microsoft");
    let incident = case.incident?;
    if let Some(host) = incident.remote_host.as_deref().filter(|host| is_new(host)) {
        return Some(host.to_owned());
    }
    let hosts = case.send_connector?.object.smart_hosts.as_ref()?;
    hosts.values.iter().find(|host| is_new(host)).cloned()
}

pub(crate) fn new_hosts(case: &Case<'_>) -> Option<Proof> {
    let incident = case.incident?;
    let is_failure = matches!(incident.ending, Ending::ConnectFailed)
        || case.failed_with(&["WrongPrincipal", "SocketError", "ConnectionReset"])
        || case.class() == Some(RejectionClass::RemoteCertificateInvalid);
    (is_failure && new_host(case).is_some())
        .then(|| Proof { confidence: Some(Confidence::Inferred), ..Proof::of(case.log_proof()) })
}

pub(crate) fn new_hosts_message(case: &Case<'_>) -> String {
    format!(
        "The session with {} failed. Since July 2026 Exchange Online answers under new names below \
         mx.microsoft: most likely a firewall rule, a TlsDomain or an allow list still knows the \
         old ones alone.",
        new_host(case).unwrap_or_default(),
    )
}

pub(crate) fn new_hosts_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let connector = remedies::send_connector(case);
    let host = new_host(case);
    let host = literal(host.as_deref().map(|host| host.trim_end_matches('.')), "host");
    vec![
        Remedy::new(
            ELEVATED,
            "Test name and port from this very server; if it fails, allow TCP port 25 to the hosts \
             below mx.microsoft.",
        )
        .side(Side::Network)
        .command(format!("Test-NetConnection -ComputerName {host} -Port 25"))
        .verify("TcpTestSucceeded is True"),
        Remedy::server(
            MANAGEMENT_SHELL,
            "See whether the send connector demands a name that the new hosts do not have.",
        )
        .command(format!(
            "Get-SendConnector {connector} | Format-List SmartHosts,TlsDomain,TlsAuthLevel"
        ))
        .verify("TlsDomain fits the remote certificate of the send log"),
    ]
}

/// Errors of a handshake that the other side, or something between, ended.
const HUNG_UP: &[&str] = &[
    "SocketError",
    "ConnectionReset",
    "ConnectionAborted",
    "Disconnecting",
    "Shutdown",
    "TimedOut",
    "IllegalMessage",
];

pub(crate) fn aborted(case: &Case<'_>) -> Option<Proof> {
    let is_rewritten =
        case.incident.is_some_and(|incident| incident.notes.contains(&SessionNote::SmtpRewritten));
    let excluded = is_rewritten || new_hosts(case).is_some();
    (case.failed_with(HUNG_UP) && !excluded).then(|| Proof::of(case.log_proof()))
}

pub(crate) fn aborted_message(case: &Case<'_>) -> String {
    format!(
        "The connection of {} ended within the TLS handshake ({}): the other side or something \
         between hung up. Protocol version, cipher or a firewall that opens TLS; which of them, \
         the log does not tell.",
        case.server_text(),
        case.tls_error().unwrap_or_default(),
    )
}

pub(crate) fn tls_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let error = tls_error(case.tls_error().unwrap_or_default());
    error.remedy.iter().map(|template| of_template(case, template)).collect()
}

pub(crate) fn negotiation(case: &Case<'_>) -> Option<Proof> {
    let error = case.tls_error()?;
    let of_certificate = [no_private_key, not_enabled, key_not_usable];
    let known: &[fn(&Case<'_>) -> Option<Proof>] =
        &[inspection, root_g2, remote_certificate, tls12_off, new_hosts, aborted];
    if of_certificate.iter().any(|rule| rule(case).is_some())
        || known.iter().any(|rule| rule(case).is_some())
    {
        return None;
    }
    let is_known = tls_error(error).meaning.is_some();
    let verdict = (!is_known).then_some(Verdict::Uncertain);
    Some(Proof { verdict, ..Proof::of(case.log_proof()) })
}

pub(crate) fn negotiation_message(case: &Case<'_>) -> String {
    let error = tls_error(case.tls_error().unwrap_or_default());
    match error.meaning {
        Some(meaning) => {
            format!("TLS failed on {} with {}: {meaning}.", case.server_text(), error.name)
        }
        None if error.name.is_empty() => format!(
            "TLS failed on {}, and the log does not say with which error.",
            case.server_text()
        ),
        None => format!(
            "TLS failed on {} with {}, which is in no table: what it means is not known here.",
            case.server_text(),
            error.name
        ),
    }
}

pub(crate) fn connection(case: &Case<'_>) -> Option<Proof> {
    let incident = case.incident?;
    let is_cover = case.class().is_some_and(RejectionClass::is_cover_text);
    // Told by a queue, a cover text may cover anything.
    let is_failure =
        incident.ending == Ending::ConnectFailed || (is_cover && incident.reported_by.is_none());
    (is_failure && new_hosts(case).is_none() && inspection(case).is_none())
        .then(|| Proof::of(case.log_proof()))
}

pub(crate) fn connection_message(case: &Case<'_>) -> String {
    let reply = case.incident.and_then(|incident| incident.reply.as_deref()).unwrap_or("no reply");
    format!(
        "{} could not reach Exchange Online over {}: {reply}. No certificate was involved.",
        capital(&case.server_text()),
        case.send_connector_name().unwrap_or("the send connector"),
    )
}

pub(crate) fn connection_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let host = case.send_connector.and_then(|one| one.object.smart_hosts.as_ref()?.values.first());
    let host = literal(host.map(String::as_str), "smart host of the send connector");
    vec![
        Remedy::new(
            ELEVATED,
            "Test name and port from this very server; if it fails, allow TCP port 25 to all \
             addresses of Exchange Online.",
        )
        .side(Side::Network)
        .command(format!("Test-NetConnection -ComputerName {host} -Port 25"))
        .verify("TcpTestSucceeded is True, and the next session in the send log begins with 220"),
    ]
}
