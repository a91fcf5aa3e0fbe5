//! Verdict and cause in words: a headline, the reason, and the place.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::{Ending, Incident, SenderKind};
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::judge::Judged;
use crate::diagnosis::literal::{counted, listed};
use crate::diagnosis::observation::Standing;
use crate::diagnosis::remedies;
use crate::diagnosis::report::Verdict;

/// What a report says first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conclusion {
    /// The verdict in a sentence.
    pub headline: String,
    /// Why, in a few sentences, with the sessions.
    pub reason: String,
    /// Server, send connector, certificate and row of the log.
    place: String,
}

impl Conclusion {
    /// Of the case that decides.
    pub fn of(judged: &Judged<'_>) -> Self {
        Self {
            headline: headline(judged),
            reason: judged
                .decided_by
                .as_ref()
                .map(|decision| decision.message.clone())
                .unwrap_or_default(),
            place: judged
                .case
                .incident
                .map(|incident| place(&judged.case, incident))
                .unwrap_or_default(),
        }
    }

    /// Of a finding on the evidence as a whole.
    pub fn of_evidence(cause: FindingId, message: &str) -> Self {
        let headline = match cause {
            FindingId::ExchangeOnlineHangsUp => NOT_HANDED_OVER,
            FindingId::ReceiveConnectorFault => MAY_NOT_BE_HANDED_OVER,
            FindingId::QueueErrorNotJudged => {
                "What the server has written of its certificates is all that there is to judge by."
            }
            FindingId::EvidenceTooOld => "The evidence is too old.",
            _ => "There is nothing to judge by.",
        };
        Self { headline: headline.to_owned(), reason: message.to_owned(), place: String::new() }
    }

    /// All of it in one text.
    pub fn summary(&self) -> String {
        let parts = [&self.headline, &self.reason, &self.place];
        let parts = parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }
}

const NOT_HANDED_OVER: &str = "Exchange Online cannot hand mail over to this organisation.";

const MAY_NOT_BE_HANDED_OVER: &str =
    "A receive connector cannot do what Exchange Online needs of it; no session shows more.";

fn headline(judged: &Judged<'_>) -> String {
    let case = &judged.case;
    let expects_refusal = judged.decided_by.as_ref().is_some_and(|one| one.expects_refusal);
    let is_observed = case.incident.is_some_and(|incident| incident.ending != Ending::Open);
    let text = match (judged.verdict, case.incident.filter(|_| is_observed)) {
        (Verdict::Accepted, Some(incident)) if incident.is_rule_of_tenant() => {
            let domains = listed(incident.recipient_domains.iter().map(String::as_str), 4);
            let who = if domains.is_empty() { "The recipient's side" } else { &domains };
            return format!("{who} refuses by its own rule; nothing shows that others do.");
        }
        (Verdict::Accepted, Some(_)) if expects_refusal => {
            "Mail passes today; this is what may stop it."
        }
        (Verdict::Accepted, Some(_)) => "Exchange Online relays this server's mail.",
        (Verdict::Accepted, None) if is_without_certificate(case) => {
            "Exchange Online would relay this server's mail."
        }
        (Verdict::Accepted, None) => "Exchange Online would relay mail sent with this certificate.",
        (Verdict::Refused, Some(incident)) => {
            let open = if judged.is_cause_open { " The evidence does not decide why." } else { "" };
            return format!("{}{open}", what_is_refused(incident, case));
        }
        (Verdict::Refused, None) => "Mail would be refused.",
        (Verdict::Uncertain, Some(_)) if case.is_delivered() && expects_refusal => {
            "Mail to these recipients passes, as mail to Microsoft 365 does without attribution; what \
             must be relayed would be refused."
        }
        (Verdict::Uncertain, Some(_)) if case.is_delivered() => {
            "Mail was delivered, as it is without attribution where the recipient is in Microsoft \
             365; the evidence does not show that mail to others is relayed."
        }
        (Verdict::Uncertain, _) if judged.is_everyday => {
            "Nothing shows that this server's mail is refused: what failed concerns a single \
             message, recipient or connection."
        }
        (Verdict::Uncertain, _) if is_decided_by(judged, FindingId::ChainNotKnown) => {
            "What was given fits; whether the chain of the certificate is complete is not known."
        }
        (Verdict::Uncertain, _) => "The evidence does not decide.",
    };
    text.to_owned()
}

fn is_decided_by(judged: &Judged<'_>, id: FindingId) -> bool {
    judged.decided_by.as_ref().is_some_and(|one| one.id == id)
}

fn is_without_certificate(case: &Case<'_>) -> bool {
    case.certificate.is_none() && case.logged.is_none() && case.installed.is_none()
}

/// The kind of mail that is refused, where others pass or the logs hold no other, and how many sessions.
fn what_is_refused(incident: &Incident, case: &Case<'_>) -> String {
    if incident.is_of_other_direction() {
        return NOT_HANDED_OVER.to_owned();
    }
    let is_own_domain = remedies::sender_and_value(case).is_some();
    let kind = match incident.sender {
        SenderKind::Null => Some("Automatic replies and NDRs are refused"),
        SenderKind::Foreign if is_own_domain => {
            Some("Mail from a domain that the tenant does not accept is refused")
        }
        SenderKind::Foreign => Some("Forwarded mail is refused"),
        SenderKind::Accepted | SenderKind::Unknown => None,
    };
    if let Some((kind, others)) = kind.zip(others(incident, case)) {
        return format!("{kind}; {others}.");
    }
    match (incident.standing, incident.counts()) {
        (Standing::NowAndThen, (refused, total)) if total > 0 && incident.reported_by.is_none() => {
            format!("{refused} of {} are refused.", counted(total, "session"))
        }
        _ => "Mail is refused.".to_owned(),
    }
}

/// What becomes of mail of other kinds at the places of an incident; `None`: it is refused too.
fn others(incident: &Incident, case: &Case<'_>) -> Option<&'static str> {
    let of_place = |other: &Incident| {
        other.connector == incident.connector
            && incident.last_on.keys().any(|server| other.last_on.contains_key(server))
    };
    let with_mail = || case.evidence.incidents.all.iter().filter(|other| other.messages > 0);
    let is_other = |other: &&Incident| other.sender != incident.sender && of_place(other);
    let mut all = with_mail().filter(is_other).peekable();
    if all.peek().is_none() {
        let is_all = with_mail().all(of_place);
        return Some(if is_all {
            "the logs hold no other mail"
        } else {
            "the logs hold no other mail over that connector"
        });
    }
    let passes = |other: &Incident| {
        other.ending == Ending::Delivered && other.sender == SenderKind::Accepted
    };
    all.any(passes).then_some("other mail passes")
}

fn place(case: &Case<'_>, incident: &Incident) -> String {
    let servers = |unknown: &str| match case.server_texts().as_slice() {
        [] => unknown.to_owned(),
        servers => listed(servers.iter().copied(), 4),
    };
    let line = if incident.line == 0 { String::new() } else { format!(":{}", incident.line) };
    if incident.reported_by.is_some() {
        return format!("Server: {}; error: {}{line}.", servers("not known"), incident.path);
    }
    let thumbprint = case.thumbprint().unwrap_or_else(|| "none".to_owned());
    let servers = servers("not known from the log");
    format!(
        "Server: {servers}; send connector: {}; certificate sent: {thumbprint}; log: {}{line}.",
        if incident.connector.is_empty() { "not known" } else { &incident.connector },
        incident.path,
    )
}
