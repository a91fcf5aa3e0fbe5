//! The other direction: what keeps Exchange Online from handing mail to this organisation.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{
    ExchangeCertificate, ReceiveConnector, Selected, SendConnector, select_certificate,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::Located;
use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::evidence::received::{ReceivePlace, ReceivedAt};
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::{counted, listed};
use crate::diagnosis::remedies::{self, Remedy};
use crate::diagnosis::report::{EvidenceLine, Severity};

/// What of a receive connector cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// AuthMechanism lacks Tls.
    NoTls,
    /// TlsCertificateName names a certificate that the server does not have.
    NotInstalled,
}

pub(crate) const RECEIVE_CONNECTOR_FAULT: RuleText = RuleText {
    says: "A receive connector cannot show the certificate that it names, or offers no TLS: Exchange \
           Online cannot hand mail to the server over it.",
    why: "TlsCertificateName is issuer and subject; after a renewal by another issuer it names a \
          certificate that is gone (Application event 12014), and no STARTTLS is offered, or the \
          self-signed certificate is shown. Without Tls in AuthMechanism none is offered either.",
    example: "Default Frontend EX01 names issuer CA 1; the installed certificate is of CA 2: 451 5.7.3 \
              STARTTLS is required, and the mail waits in Exchange Online.",
    helps: "Set-ReceiveConnector -TlsCertificateName with issuer and subject of the installed \
            certificate, on each server.",
    certainty: "Documented.",
    sources: "KB 2989382; event 12014 (MSExchangeTransport)",
};

pub(crate) fn receive_connector_fault(case: &Case<'_>) -> Option<Answer> {
    let connectors = case.evidence.receive_connectors.iter().flatten();
    let faulty: Vec<(&Located<ReceiveConnector>, Fault)> =
        connectors.filter_map(|one| Some((one, fault_of(case, &one.object)?))).collect();
    let (first, _) = faulty.first()?;
    let texts: Vec<String> = faulty
        .iter()
        .map(|(one, fault)| format!("{}: {}", one.object.identity, text_of(&one.object, *fault)))
        .collect();
    let message = format!(
        "Exchange Online cannot hand mail to this organisation over {}: {}.",
        counted(faulty.len() as u64, "receive connector"),
        listed(texts.iter().map(String::as_str), 4),
    );
    // The command for the connector that sessions show to fail stands with these.
    let shown = failing_most(case).filter(|(_, at)| is_present(at));
    let is_shown =
        |one: &ReceiveConnector| shown.is_some_and(|((_, connector), _)| one.is_named(connector));
    let others = faulty.iter().filter(|(one, _)| !is_shown(&one.object));
    let steps =
        remedies::together(others.map(|(one, fault)| mend(case, &one.object, *fault)).collect());
    let text = texts.first().cloned().unwrap_or_default();
    let proof = Proof::of(vec![EvidenceLine { path: first.path.clone(), line: first.line, text }]);
    Some(proof.says(message, steps))
}

fn text_of(connector: &ReceiveConnector, fault: Fault) -> String {
    match fault {
        Fault::NoTls => "AuthMechanism lacks Tls".to_owned(),
        Fault::NotInstalled => format!(
            "TlsCertificateName {} fits no certificate of the server",
            connector.tls_certificate_name.as_deref().unwrap_or_default()
        ),
    }
}

fn mend(case: &Case<'_>, connector: &ReceiveConnector, fault: Fault) -> Remedy {
    match fault {
        Fault::NoTls => remedies::offer_tls(connector),
        Fault::NotInstalled => remedies::receive_with(case, connector),
    }
}

/// The steps for the receive connectors of which the exports show what is wrong.
pub(super) fn steps_of_faults(case: &Case<'_>) -> Vec<Remedy> {
    let connectors = case.evidence.receive_connectors.iter().flatten().map(|one| &one.object);
    let faulty = connectors.filter_map(|one| Some(mend(case, one, fault_of(case, one)?)));
    remedies::together(faulty.collect())
}

fn fault_of(case: &Case<'_>, connector: &ReceiveConnector) -> Option<Fault> {
    if connector.offers_tls() == Some(false) && is_used_by_cloud(case, connector) {
        return Some(Fault::NoTls);
    }
    let value = connector.tls_certificate_name.as_ref()?;
    let own = installed_at(case, connector);
    if own.is_empty() {
        return None;
    }
    (selection_of(connector, value, &own) == Selected::NotFound).then_some(Fault::NotInstalled)
}

/// What a receive connector chooses: like a send connector.
fn selection_of(
    connector: &ReceiveConnector,
    value: &str,
    installed: &[ExchangeCertificate],
) -> Selected {
    select_certificate(
        &SendConnector {
            tls_certificate_name: Some(value.to_owned()),
            knows_certificate_name: true,
            has_uncertain_blanks: connector.has_uncertain_blanks,
            ..SendConnector::default()
        },
        installed,
        None,
    )
    .selected
}

/// The certificates of the server of a receive connector.
fn installed_at(case: &Case<'_>, connector: &ReceiveConnector) -> Vec<ExchangeCertificate> {
    let Some(server) = connector.server() else { return Vec::new() };
    let all = case.evidence.installed.iter().flatten().map(|one| &one.object);
    all.filter(|one| one.server.as_deref().is_none_or(|of| is_same_server(of, server)))
        .cloned()
        .collect()
}

/// Whether sessions of Exchange Online came over the connector, or it reports that the default one, which
/// answers to it unless somebody set up another, offers no STARTTLS. Else it is not said of one that
/// offers no TLS on purpose, as relays for printers do.
fn is_used_by_cloud(case: &Case<'_>, connector: &ReceiveConnector) -> bool {
    let mut places = case.evidence.incidents.received_from_cloud.places.keys();
    places.any(|(_, name)| connector.is_named(name))
        || connector.is_default_frontend() && is_without_start_tls(case)
}

/// Whether Exchange Online reports that it was offered no STARTTLS.
fn is_without_start_tls(case: &Case<'_>) -> bool {
    let reports = |one: &Incident| {
        one.is_of_other_direction()
            && one.reply.as_deref().is_some_and(|reply| reply.contains("STARTTLS is required"))
    };
    case.evidence.incidents.all.iter().any(reports)
}

pub(crate) const EXCHANGE_ONLINE_HANGS_UP: RuleText = RuleText {
    says: "The other direction: sessions in which Exchange Online hands mail to this server got no \
           STARTTLS, or ended after TLS before a mail.",
    why: "Exchange Online takes no server without TLS, and, where its outbound connector asks for it, \
          none whose certificate it does not expect. What counts is the certificate that the receive \
          connector shows.",
    example: "A receive log in which mail-am6eur05.outbound.protection.outlook.com gets no STARTTLS \
              and hangs up.",
    helps: "See which certificate the receive connector names, whether it is installed, and whether \
            AuthMechanism has Tls.",
    certainty: "Observed.",
    sources: "KB 2989382; receive protocol log",
};

/// The places where Exchange Online fails, and of them the one that fails now and most.
fn failing<'c>(case: &'c Case<'_>) -> impl Iterator<Item = (&'c ReceivePlace, &'c ReceivedAt)> {
    case.evidence.incidents.received_from_cloud.places.iter().filter(|(_, at)| at.failed > 0)
}

fn failing_most<'c>(case: &'c Case<'_>) -> Option<(&'c ReceivePlace, &'c ReceivedAt)> {
    failing(case).max_by_key(|(_, at)| (is_present(at), at.failed))
}

pub(crate) fn exchange_online_hangs_up(case: &Case<'_>) -> Option<Answer> {
    let ((server, connector), worst) = failing_most(case)?;
    let server = server.as_deref().unwrap_or_default();
    let how = match worst.without_start_tls {
        0 => "TLS with it came about, and it hung up before a mail, or TLS failed",
        _ => "no STARTTLS was offered to it",
    };
    let others = match failing(case).count() {
        1 => String::new(),
        more => format!(" Likewise at {}.", counted(more as u64 - 1, "other receive connector")),
    };
    let shown = worst.sent.as_ref().and_then(|sent| sent.subject.as_deref());
    let shown = shown.map(|subject| format!(" The certificate shown last: {subject}."));
    let over = match worst.last_success {
        Some(time) => format!(" Last session that went well: {time}."),
        None => " None went well.".to_owned(),
    };
    let on = if server.is_empty() { String::new() } else { format!(" on {server}") };
    let mut connectors = case.evidence.receive_connectors.iter().flatten();
    let given = connectors.find(|one| one.object.is_named(connector)).map(|one| &one.object);
    let fault = given.and_then(|one| fault_of(case, one));
    let why = given.zip(fault).map(|(one, fault)| format!(" Why: {}.", text_of(one, fault)));
    let message = format!(
        "The other direction: {} of {} in which Exchange Online handed over{on} ({connector}) failed: \
         {how}.{}{over}{}{others}",
        worst.failed,
        counted(worst.total, "session"),
        why.unwrap_or_default(),
        shown.unwrap_or_default(),
    );
    let steps = steps_for_place(case, connector, given, fault, worst);
    let proof = Proof {
        severity: (!is_present(worst)).then_some(Severity::Warning),
        ..Proof::of(worst.proof.iter().cloned().collect())
    };
    Some(proof.says(message, steps))
}

/// What to do at a receive connector over which sessions of Exchange Online fail.
fn steps_for_place(
    case: &Case<'_>,
    connector: &str,
    given: Option<&ReceiveConnector>,
    fault: Option<Fault>,
    at: &ReceivedAt,
) -> Vec<Remedy> {
    let Some(one) = given else {
        return vec![remedies::see_receive_connector(case, connector)];
    };
    if let Some(fault) = fault {
        // Where it is over, the finding on the fault has the command.
        return if is_present(at) { vec![mend(case, one, fault)] } else { Vec::new() };
    }
    let installed = installed_at(case, one);
    let is_unnamed = one.tls_certificate_name.is_none() && one.knows_certificate_name;
    if is_unnamed || at.without_start_tls == 0 {
        return vec![remedies::receive_with(case, one)];
    }
    match &one.tls_certificate_name {
        Some(value) if !installed.is_empty() && one.offers_tls() == Some(true) => {
            let named = match selection_of(one, value, &installed) {
                Selected::One(index) => installed.get(index).and_then(|one| one.thumbprint),
                _ => None,
            };
            remedies::use_named_certificate(named)
        }
        _ => vec![remedies::see_receive_connector(case, connector)],
    }
}

fn is_present(at: &ReceivedAt) -> bool {
    at.last_failure > at.last_success
}
