//! What becomes of null and foreign senders, and of confined connectors.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{AttributionOutcome, MailFrom, UnacceptedSender};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::SenderKind;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies;
use crate::diagnosis::report::Verdict;

/// The connector that matches without an accepted domain that covers its value, for such senders.
fn uncovered(case: &Case<'_>, wanted: UnacceptedSender) -> Option<usize> {
    match case.judged_outcome()? {
        AttributionOutcome::ValueNotAccepted { connector, sender } if *sender == wanted => {
            Some(*connector)
        }
        _ => None,
    }
}

pub(crate) const ATTR36_NULL_SENDER: RuleText = RuleText {
    says: "A connector matches, but no accepted domain covers its value, and the null sender has no \
           domain that could stand in.",
    why: "Exchange Online wants an accepted domain for the name of the certificate or for the \
          sender. NDRs and automatic replies have an empty sender.",
    example: "MAIL FROM:<> is answered 550 5.7.64 TenantAttribution; Relay Access Denied ATTR36, \
              mail of users passes.",
    helps: "Add and verify the domain of the connector's value in the tenant, or let the server send \
            a certificate whose name lies in an accepted domain.",
    certainty: "Documented.",
    sources: "KB 3169958",
};

pub(crate) fn attr36_null(case: &Case<'_>) -> Option<Answer> {
    let index = uncovered(case, UnacceptedSender::Null)?;
    let (connector, name) = case.winner();
    let message = format!(
        "The inbound connector {connector} matches{name}, but no accepted domain covers its value, \
         and the null sender (NDRs, automatic replies) has no domain that could stand in: ATTR36. \
         Other mail of this server passes where its sender's domain is accepted.",
    );
    Some(Proof::of_connector(case, Some(index)).says(message, remedies::cover_value(case)))
}

pub(crate) const ATTR36_FOREIGN_SENDER: RuleText = RuleText {
    says: "A connector matches, but neither its value nor the sender's domain is an accepted domain.",
    why: "Exchange Online wants an accepted domain for the name of the certificate or for the \
          sender. Forwarded mail keeps the sender of another organisation.",
    example: "A message of adatum.com that a mailbox forwards is answered 550 5.7.64 \
              TenantAttribution; Relay Access Denied ATTR36.",
    helps: "Add and verify the domain of the connector's value in the tenant, or let the server send \
            a certificate whose name lies in an accepted domain.",
    certainty: "Documented.",
    sources: "KB 3169958",
};

pub(crate) fn attr36_foreign(case: &Case<'_>) -> Option<Answer> {
    let index = uncovered(case, UnacceptedSender::Foreign)?;
    let (connector, name) = case.winner();
    let why = match remedies::sender_and_value(case) {
        Some((domain, _)) => format!(
            "The certificate lies in {domain} too: that domain is missing among the accepted ones, or \
             these are the exports of another tenant."
        ),
        None => {
            "Forwarded mail keeps its foreign sender and passes only by the certificate.".to_owned()
        }
    };
    let message = format!(
        "The inbound connector {connector} matches{name}, but neither its value nor the sender's \
         domain{} is an accepted domain of the tenant: ATTR36. {why}",
        case.sender_text(),
    );
    Some(Proof::of_connector(case, Some(index)).says(message, remedies::cover_value(case)))
}

pub(crate) const ATTR36: RuleText = RuleText {
    says: "The reply says ATTR36: a connector matches, but no accepted domain covers the name of the \
           certificate or the sender.",
    why: "The reply by itself proves that a connector matched by certificate; what it lacks is an \
          accepted domain.",
    example: "550 5.7.64 TenantAttribution; Relay Access Denied ATTR36, and no export to hold it \
              against.",
    helps: "Add and verify the domain of the certificate's name in the tenant.",
    certainty: "Documented.",
    sources: "KB 3169958; KB 4019940",
};

pub(crate) fn attr36(case: &Case<'_>) -> Option<Answer> {
    if !case.is_attr36() {
        return None;
    }
    let is_accepted = case.incident.is_some_and(|one| one.sender == SenderKind::Accepted);
    let (sender, doubt) = match &case.mail_from {
        MailFrom::Null => ("the null sender has no domain".to_owned(), ""),
        _ if is_accepted => (
            format!("the sender's domain{} is not accepted there", case.sender_text()),
            " The given accepted domains hold the sender's: they are of another tenant or another time, or the \
             connector that matches is another tenant's.",
        ),
        _ => (format!("the sender's domain{} is not accepted", case.sender_text()), ""),
    };
    let message = format!(
        "Exchange Online says ATTR36: a connector matches, but {sender}, and no accepted domain of \
         its tenant covers the name of the certificate ({}).{doubt}",
        listed(case.names(), 6)
    );
    Some(Proof::of(case.log_proof()).says(message, remedies::accept_name(case)))
}

pub(crate) const OUTSIDE_ASSOCIATED_DOMAINS: RuleText = RuleText {
    says: "The connector that matches is confined to other domains than the sender's.",
    why: "AssociatedAcceptedDomains confines a connector to mail of these domains.",
    example: "AssociatedAcceptedDomains contoso.com, and MAIL FROM of fabrikam.com.",
    helps: "Add the sender's domain to AssociatedAcceptedDomains.",
    certainty: "Inferred: that a confined connector grants no relay is not documented.",
    sources: "Set-InboundConnector -AssociatedAcceptedDomains",
};

pub(crate) fn outside_associated(case: &Case<'_>) -> Option<Answer> {
    let AttributionOutcome::OutsideAssociatedDomains { connector } = case.judged_outcome()? else {
        return None;
    };
    let proof = Proof {
        verdict: (!case.is_relay_denied()).then_some(Verdict::Uncertain),
        ..Proof::of_connector(case, Some(*connector))
    };
    let message = format!(
        "The inbound connector {} matches, but is confined by AssociatedAcceptedDomains to other \
         domains than the sender's{}; that it then grants no relay is concluded, not documented.",
        case.winner().0,
        case.sender_text(),
    );
    Some(proof.says(message, remedies::associate_sender(case, *connector).into_iter().collect()))
}
