//! The way to Exchange Online: no connection, new hosts, and what rewrites SMTP between.

use super::rule::{Answer, Proof, RuleText};
use crate::certificate::{HostNameMatch, host_name_matches};
use crate::connector::CertificateNames;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::{capital, listed, literal};
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::remedies::{self, ELEVATED, MANAGEMENT_SHELL};
use crate::diagnosis::report::{Confidence, EvidenceLine};
use crate::finding::Side;
use crate::reply::RejectionClass;
use crate::session::SessionNote;

pub(crate) const SMTP_INSPECTION: RuleText = RuleText {
    says: "Something between the server and Exchange Online rewrites SMTP, so that TLS cannot begin.",
    why: "Firewalls with SMTP inspection star out banner and keywords, or put their own words in \
          place of STARTTLS; what then arrives is no TLS, or no offer of it.",
    example: "The banner of the log is 220 ****************, or the EHLO reply offers XXXXXXXA in \
              place of STARTTLS; or TLS fails with InvalidToken.",
    helps: "Switch SMTP inspection and TLS interception off for this server.",
    certainty: "Observed: the log shows the rewritten words, or an answer that is no TLS.",
    sources: "RFC 3207, section 4; winerror.h, SEC_E_INVALID_TOKEN",
};

pub(crate) fn inspection(case: &Case<'_>) -> Option<Answer> {
    let incident = case.incident?;
    let is_rewritten = incident.notes.contains(&SessionNote::SmtpRewritten);
    let is_failure = !matches!(incident.ending, Ending::Delivered | Ending::Open);
    let is_token = case.failed_with(&["InvalidToken"]);
    let is_in_the_way = is_rewritten && is_failure && !case.is_relay_denied();
    if !is_token && !is_in_the_way {
        return None;
    }
    let message = format!(
        "Something between {} and Exchange Online rewrites SMTP (a firewall with SMTP inspection \
         or a proxy): TLS cannot begin.",
        case.server_text()
    );
    let banner = incident.masked_banner.as_ref().map(|(line, text)| EvidenceLine {
        path: incident.path.clone(),
        line: *line,
        text: text.clone(),
    });
    let proof = Proof::of(banner.map_or_else(|| case.log_proof(), |banner| vec![banner]));
    Some(proof.says(message, vec![remedies::stop_inspection()]))
}

/// The host below mx.microsoft to which the session went, or should go.
fn new_host<'c>(case: &'c Case<'_>) -> Option<&'c str> {
    let is_new =
        |name: &&str| name.trim_end_matches('.').to_ascii_lowercase().ends_with(".mx.microsoft");
    let reached = case.incident?.remote_host.as_deref().filter(is_new);
    reached.or_else(|| {
        let hosts = case.send_connector?.object.smart_hosts.as_ref()?;
        hosts.values.iter().map(String::as_str).find(is_new)
    })
}

pub(crate) const NEW_MICROSOFT_HOSTS: RuleText = RuleText {
    says: "The session with a host below mx.microsoft failed.",
    why: "Since July 2026 Exchange Online answers under new names below mx.microsoft; firewall \
          rules, allow lists and TlsDomain values may know the old names only.",
    example: "The smart host contoso-com.o-v1.mx.microsoft; TLS negotiation failed with error \
              WrongPrincipal, or no connection came about.",
    helps: "Test name and port from the server; allow TCP port 25 to the hosts below mx.microsoft; \
            correct a TlsDomain that the new certificate does not fit.",
    certainty: "Inferred: the host is new, and what fails about it the log does not say.",
    sources: "Microsoft Learn: mail flow to mx.microsoft",
};

pub(crate) fn new_hosts(case: &Case<'_>) -> Option<Answer> {
    let incident = case.incident?;
    let is_failure = matches!(incident.ending, Ending::ConnectFailed)
        || case.failed_with(&["WrongPrincipal", "SocketError", "ConnectionReset"])
        || case.class() == Some(RejectionClass::RemoteCertificateInvalid);
    let host = new_host(case).filter(|_| is_failure)?;
    let message = format!(
        "The session with {host} failed. Since July 2026 Exchange Online answers under new names \
         below mx.microsoft: most likely a firewall rule, a TlsDomain or an allow list still knows \
         only the old ones.",
    );
    let host = literal(Some(host.trim_end_matches('.')), "host");
    let mut steps = vec![
        Remedy::new(
            ELEVATED,
            "Test name and port from this very server; if it fails, allow TCP port 25 to the hosts \
             below mx.microsoft.",
        )
        .side(Side::Network)
        .command(format!("Test-NetConnection -ComputerName {host} -Port 25"))
        .verify("TcpTestSucceeded is True"),
    ];
    steps.extend(demanded_name(case));
    let proof = Proof { confidence: Some(Confidence::Inferred), ..Proof::of(case.log_proof()) };
    Some(proof.says(message, steps))
}

/// What is to be done about the name that the send connector demands of the other side; nothing where
/// the export shows that it demands none, or one that the other side has.
fn demanded_name(case: &Case<'_>) -> Option<Remedy> {
    let connector = remedies::send_connector(case);
    let see = Remedy::server(
        MANAGEMENT_SHELL,
        "See whether the send connector demands a name that the new hosts do not have.",
    )
    .command(format!(
        "Get-SendConnector {connector} | Format-List SmartHosts,TlsDomain,TlsAuthLevel"
    ))
    .verify("TlsDomain fits the remote certificate of the send log");
    let Some(known) = case.send_connector.map(|one| &one.object) else { return Some(see) };
    let (Some(level), domain) = (known.tls_auth_level.as_deref(), known.tls_domain.as_deref())
    else {
        return Some(see);
    };
    let wanted = domain.filter(|_| level.eq_ignore_ascii_case("DomainValidation"))?;
    let Some(remote) = case.incident.and_then(|incident| incident.remote.as_deref()) else {
        return Some(see);
    };
    let names = CertificateNames::from(remote).names;
    let fits = |name: &str| {
        name.eq_ignore_ascii_case(wanted)
            || host_name_matches(name, wanted) != HostNameMatch::Different
    };
    if names.iter().any(|name| fits(&name.text)) {
        return None;
    }
    let action = format!(
        "The send connector demands the name {wanted} (TlsDomain), and the certificate of the other \
         side has {}: give TlsDomain a name that the new hosts have.",
        listed(names.iter().map(|name| name.text.as_str()), 4)
    );
    Some(
        Remedy::server(MANAGEMENT_SHELL, action)
            .verify("TlsDomain fits the remote certificate of the send log"),
    )
}

/// The address that a row of a failed connection ends in: `... failed to respond 203.0.113.19:25`.
fn address_of(row: &str) -> Option<String> {
    let last = row.split_whitespace().next_back()?;
    let address: std::net::SocketAddr = last.parse().ok()?;
    Some(address.ip().to_string())
}

/// `WSAHOST_NOT_FOUND`, `WSATRY_AGAIN` and `WSANO_DATA` of winsock2.h.
const NAME_NOT_RESOLVED: [&str; 3] =
    ["Winsock error code: 11001", "Winsock error code: 11002", "Winsock error code: 11004"];

pub(crate) const CONNECTION_FAILED: RuleText = RuleText {
    says: "The server could not reach Exchange Online at all.",
    why: "TCP port 25 is closed on the way, the name does not resolve, or nothing answers; Winsock \
          names the reason. No certificate is involved.",
    example: "Failed to connect. Winsock error code: 10060; the queue shows 421 4.2.1 Unable to \
              connect.",
    helps: "Test name and port from the server; allow TCP port 25 to all addresses of Exchange \
            Online.",
    certainty: "Observed: the log holds the attempt and its error.",
    sources: "winsock2.h; KB 4051498 (cover texts)",
};

pub(crate) fn connection(case: &Case<'_>) -> Option<Answer> {
    let incident = case.incident?;
    let is_cover = case.class().is_some_and(RejectionClass::is_cover_text);
    // Reported by a queue, a cover text may cover anything.
    let is_failure =
        incident.ending == Ending::ConnectFailed || (is_cover && incident.reported_by.is_none());
    if !is_failure {
        return None;
    }
    let message = format!(
        "{} could not reach Exchange Online over {}: {}. No certificate was involved.",
        capital(&case.server_text()),
        case.send_connector_name().unwrap_or("the send connector"),
        incident.reply.as_deref().unwrap_or("no reply"),
    );
    let host = case.send_connector.and_then(|one| one.object.smart_hosts.as_ref()?.values.first());
    let address = incident.reply.as_deref().and_then(address_of);
    let host = literal(
        host.map(String::as_str).or(address.as_deref()),
        "smart host of the send connector",
    );
    let reply = incident.reply.as_deref().unwrap_or_default();
    let action = if NAME_NOT_RESOLVED.iter().any(|code| reply.contains(code)) {
        "Let this server resolve the name of the host: the log says that its DNS did not. The command \
         tests name and port."
    } else {
        "Allow TCP port 25 from this very server to all addresses of Exchange Online: the log says that \
         no connection came about. The command tests name and port."
    };
    let step = Remedy::new(ELEVATED, action)
        .side(Side::Network)
        .command(format!("Test-NetConnection -ComputerName {host} -Port 25"))
        .verify("TcpTestSucceeded is True, and the next session in the send log begins with 220");
    Some(Proof::of(case.log_proof()).says(message, vec![step]))
}
