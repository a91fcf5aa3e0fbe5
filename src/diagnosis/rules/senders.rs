//! Rows 10 and 11: what becomes of null and foreign senders, and of confined connectors.

use crate::connector::{Coverage, Outcome, UnacceptedSender};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{listed, literal};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{Remedy, Verdict};
use crate::diagnosis::rules::attribution::attributed_but_refused;
use crate::diagnosis::rules::rule::Proof;

fn unaccepted(case: &Case<'_>, wanted: UnacceptedSender) -> Option<Proof> {
    match case.judged_outcome()? {
        Outcome::ValueNotAccepted { connector, sender } if *sender == wanted => {
            Some(Proof::of_connector(case, Some(*connector)))
        }
        _ => None,
    }
}

pub(crate) fn attr36_null(case: &Case<'_>) -> Option<Proof> {
    unaccepted(case, UnacceptedSender::Null)
}

pub(crate) fn attr36_null_message(case: &Case<'_>) -> String {
    let (connector, name) = case.winner();
    format!(
        "The inbound connector {connector} matches{name}, but no accepted domain covers its value, \
         and the null sender (NDRs, automatic replies) has no domain that could stand in: ATTR36. \
         Other mail of this server passes where its sender's domain is accepted.",
    )
}

pub(crate) fn attr36_foreign(case: &Case<'_>) -> Option<Proof> {
    unaccepted(case, UnacceptedSender::Foreign)
}

pub(crate) fn attr36_foreign_message(case: &Case<'_>) -> String {
    let (connector, name) = case.winner();
    format!(
        "The inbound connector {connector} matches{name}, but neither its value nor the sender's \
         domain{} is an accepted domain of the tenant: ATTR36. Forwarded mail keeps its foreign \
         sender and passes by the certificate alone.",
        case.sender_text(),
    )
}

pub(crate) fn attr36(case: &Case<'_>) -> Option<Proof> {
    let is_explained = attributed_but_refused(case).is_some()
        || attr36_null(case).is_some()
        || attr36_foreign(case).is_some();
    (case.is_attr36() && !is_explained).then(|| Proof::of(case.log_proof()))
}

pub(crate) fn attr36_message(case: &Case<'_>) -> String {
    let sender = match &case.mail_from {
        crate::connector::MailFrom::Null => "the null sender has no domain".to_owned(),
        _ => format!("the sender's domain{} is not accepted", case.sender_text()),
    };
    format!(
        "Exchange Online says ATTR36: a connector matches, but {sender}, and no accepted domain of \
         the tenant covers the name of the certificate ({}).",
        listed(case.names(), 6)
    )
}

pub(crate) fn attr36_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let names = case.names();
    let mut steps: Vec<Remedy> = Vec::new();
    if case.evidence.accepted_domains.is_none() {
        steps.push(remedies::export_accepted_domains());
    }
    // host.sub.contoso.com needs sub.contoso.com (KB 4019940); where that is accepted already, the
    // connector names the host itself, which then has to be.
    let accepted = case.evidence.accepted_domains.as_ref().map(|located| &located.object);
    let is_there =
        |domain: &str| accepted.is_some_and(|all| all.cover_value(domain) != Coverage::NotCovered);
    let domain = names.first().and_then(|name| {
        let domain = name.strip_prefix("*.").unwrap_or(name);
        let parent = domain.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.'));
        let parent = parent.filter(|_| !name.starts_with("*."));
        [parent, Some(domain)].into_iter().flatten().find(|domain| !is_there(domain))
    });
    steps.extend(domain.map(remedies::add_accepted_domain));
    steps
}

pub(crate) fn outside_associated(case: &Case<'_>) -> Option<Proof> {
    match case.judged_outcome()? {
        Outcome::OutsideAssociatedDomains { connector } => Some(Proof {
            verdict: (!case.is_relay_denied()).then_some(Verdict::Uncertain),
            ..Proof::of_connector(case, Some(*connector))
        }),
        _ => None,
    }
}

pub(crate) fn outside_associated_message(case: &Case<'_>) -> String {
    let (connector, _) = case.winner();
    format!(
        "The inbound connector {connector} matches, but is confined by AssociatedAcceptedDomains \
         to other domains than the sender's{}; that it then grants no relay is concluded, not \
         documented.",
        case.sender_text(),
    )
}

pub(crate) fn outside_associated_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let index = case.outcome().and_then(Outcome::connector).unwrap_or_default();
    let name = case.inbound_name(index);
    let identity = literal(Some(&name), "inbound connector");
    let list = case.inbound(index).and_then(|one| one.object.associated_accepted_domains.as_ref());
    let present: Vec<&str> =
        list.map(|list| list.values.iter().map(String::as_str).collect()).unwrap_or_default();
    let before = crate::diagnosis::literal::literals(present.iter().copied());
    let sender = match &case.mail_from {
        crate::connector::MailFrom::Domain(domain) => Some(domain.as_str().to_owned()),
        _ => None,
    };
    let Some(sender) = sender else { return Vec::new() };
    let after = crate::diagnosis::literal::literals(
        present.iter().copied().chain(std::iter::once(sender.as_str())),
    );
    vec![
        Remedy::tenant(
            "Add the sender's domain; the command replaces the list, so it holds all of it.",
        )
        .command(format!(
            "Set-InboundConnector -Identity {identity} -AssociatedAcceptedDomains {after}"
        ))
        .verify("after up to an hour the same mail is accepted")
        .undo(format!(
            "Set-InboundConnector -Identity {identity} -AssociatedAcceptedDomains {before}"
        )),
    ]
}
