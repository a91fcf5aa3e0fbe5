//! The words for what a probe came to, and for what it cannot show.

use super::dialogue::Record;
use super::outcome::ProbeOutcome;
use super::step::Step;
use crate::diagnosis::Verdict;
use crate::windows::KeyAccess;

/// Verdict and what shows it, in a few sentences.
pub(super) fn summary(
    outcome: &ProbeOutcome,
    record: &Record,
    expected_name: &str,
    has_expected_name: bool,
) -> String {
    if outcome.mail_from.is_none() {
        return inbound(outcome, record, expected_name, has_expected_name);
    }
    let who = host(outcome);
    let shown = match outcome.sent_chain.first().and_then(|one| one.thumbprint.as_deref()) {
        Some(thumbprint) => format!("with the certificate {thumbprint}"),
        None => "without a certificate".to_owned(),
    };
    let from = outcome.mail_from.as_deref().unwrap_or_default();
    let to = outcome.recipient.as_deref().unwrap_or_default();
    let recipient = outcome.step(Step::Recipient);
    if let Some(reply) = recipient.filter(|reply| reply.starts_with('2')) {
        let expected = match outcome.report.as_ref().map(|report| (report.verdict, report.cause)) {
            Some((Verdict::Refused, cause)) => format!(
                " What is known of certificate and connectors says otherwise ({}): the recipient \
                 may be in Microsoft 365, where no relay is needed.",
                cause.name()
            ),
            _ => String::new(),
        };
        return format!(
            "{who} accepted the sender {from} and the recipient {to} {shown}: {reply}.{expected}"
        );
    }
    let refusal = outcome
        .steps
        .iter()
        .find(|taken| taken.reply.as_deref().is_some_and(|reply| reply.starts_with(['4', '5'])));
    if let Some(reply) = refusal.and_then(|taken| taken.reply.as_deref()) {
        let own = match outcome.verdict {
            Verdict::Refused => "",
            _ => {
                " That is no refusal of this server: choose another recipient outside Microsoft \
                 365, or ask again later."
            }
        };
        return format!(
            "{who} refused the sender {from} and the recipient {to} {shown}: {reply}.{own}"
        );
    }
    match &outcome.fault {
        Some(fault) => format!("The probe of {who} ended before a reply to RCPT TO: {fault}."),
        None => format!("{who} gave no reply to RCPT TO."),
    }
}

fn inbound(
    outcome: &ProbeOutcome,
    record: &Record,
    expected_name: &str,
    has_expected_name: bool,
) -> String {
    let who = host(outcome);
    if let Some(fault) = &outcome.fault {
        return format!("{who} cannot be handed mail over TLS: {fault}.");
    }
    if !record.is_secure {
        return format!(
            "{who} offers no STARTTLS: Exchange Online hands over in clear, and not at all where the \
             outbound connector demands TLS. A certificate that is gone (Application event 12014), \
             or AuthMechanism without Tls, is mostly the reason."
        );
    }
    let thumbprint = outcome.remote_chain.first().and_then(|one| one.thumbprint.as_deref());
    let thumbprint = thumbprint.unwrap_or("that cannot be read");
    let fit = if has_expected_name { "has" } else { "does not have" };
    let trust = match &outcome.remote_trust {
        Some(trust) => trust.summary.as_str(),
        None => "Its chain cannot be judged.",
    };
    format!(
        "{who} shows the certificate {thumbprint}, which {fit} the name {expected_name}. {trust}"
    )
}

/// What the probe cannot show.
pub(super) fn limits(outcome: &ProbeOutcome, record: &Record) -> Vec<String> {
    let mut limits = Vec::new();
    let mut add = |text: &str| limits.push(text.to_owned());
    if outcome.mail_from.is_none() {
        add(
            "It connected from inside: what a firewall does to a connection from Exchange Online is \
             not seen.",
        );
        return limits;
    }
    add("Nothing was submitted: what Exchange Online refuses only after DATA is not seen.");
    if outcome.step(Step::Recipient).is_some_and(|reply| reply.starts_with('2')) {
        add(
            "A recipient in Microsoft 365 is accepted without relay: only one outside it shows that \
             mail is relayed.",
        );
    }
    if record.is_secure && record.certificate_request.is_none() {
        add("The other side asked for no certificate, so none was sent.");
    }
    if record.plan.credential.is_some() && record.certificate_request == Some(false) {
        add(
            "The key cannot sign in any way that the other side accepts, so no certificate was sent.",
        );
    }
    if let Some(key) = &outcome.key {
        let access = match key.network_service {
            KeyAccess::Granted => {
                "by its access list NETWORK SERVICE, under which Exchange sends, may read it"
            }
            KeyAccess::Denied => {
                "by its access list NETWORK SERVICE, under which Exchange sends, may NOT read it"
            }
            KeyAccess::Unknown => {
                "whether NETWORK SERVICE, under which Exchange sends, may read its own is not known"
            }
        };
        add(&format!(
            "The key ({}) was used by the account that runs the probe; {access}.",
            key.place
        ));
    }
    limits
}

/// The other side by its greeting, else by what was connected to.
fn host(outcome: &ProbeOutcome) -> String {
    let greeted = outcome.session.as_ref().and_then(|session| session.remote_host());
    greeted.unwrap_or(&outcome.host).to_owned()
}
