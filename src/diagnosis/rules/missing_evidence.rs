//! Rows 14 and 15: what is open, and what is missing.

use crate::connector::{DomainOrigin, OpenMatch, OpenQuestion, Outcome, ShownCertificate};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies;
use crate::diagnosis::report::{EvidenceLine, Remedy};
use crate::diagnosis::rules::attribution::domain_step;
use crate::diagnosis::rules::rule::Proof;
use crate::diagnosis::rules::senders::attr36;
use crate::session::SessionNote;

pub(crate) fn front_end_half(case: &Case<'_>) -> Option<Proof> {
    let incident =
        case.incident.filter(|_| case.rests_on_attribution() && !case.is_without_connector())?;
    let is_missing = incident.notes.contains(&SessionNote::ProxyHalfMissing);
    (is_missing && case.presented == ShownCertificate::Unknown).then(|| Proof::of(case.log_proof()))
}

pub(crate) fn front_end_half_message(case: &Case<'_>) -> String {
    format!(
        "The mail of {} went through the front-end proxy, and the FrontEnd half of the session is \
         not in the given logs: which certificate was sent is not known.",
        case.server_text()
    )
}

pub(crate) fn front_end_half_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::server(
            remedies::MANAGEMENT_SHELL,
            "Give the FrontEnd folder together with the Hub folder.",
        )
        .command(format!(
            "Get-FrontendTransportService -Identity {} | Format-List SendProtocolLogPath",
            remedies::server(case)
        ))
        .verify("the report names the certificate that was sent"),
    ]
}

fn deciding_questions<'c>(case: &'c Case<'_>) -> &'c [OpenQuestion] {
    if case.rests_on_attribution() && case.is_known() && case.outcome().is_none() {
        &case.attribution.open_questions
    } else {
        &[]
    }
}

fn is_about_missing(question: &OpenQuestion) -> bool {
    matches!(question, OpenQuestion::ConnectorsNotGiven | OpenQuestion::AcceptedDomainsNotGiven)
}

/// Whether ATTR36 already says what the open facts could.
fn explained_by_reply(case: &Case<'_>) -> bool {
    attr36(case).is_some() && case.evidence.accepted_domains.is_none()
}

pub(crate) fn open_question(case: &Case<'_>) -> Option<Proof> {
    // One end for all possible outcomes that refuse, or all that accept, is no open question where
    // the log agrees.
    let questions = deciding_questions(case);
    let is_open = questions.iter().any(|question| !is_about_missing(question));
    let is_missing = questions.iter().any(is_about_missing);
    (is_open && !is_missing && !explained_by_reply(case) && front_end_half(case).is_none()).then(
        || {
            let connector = case.attribution.possible.iter().find_map(Outcome::connector);
            Proof { verdict: None, ..Proof::of_connector(case, connector) }
        },
    )
}

pub(crate) fn open_question_message(case: &Case<'_>) -> String {
    let questions: Vec<String> = deciding_questions(case)
        .iter()
        .filter(|question| !is_about_missing(question))
        .map(ToString::to_string)
        .collect();
    format!("Whether Exchange Online attributes the mail hangs on this: {}.", questions.join("; "))
}

pub(crate) fn open_question_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = Vec::new();
    for question in deciding_questions(case) {
        match question {
            OpenQuestion::NameMatch {
                connector,
                expected,
                found: Some(found),
                open,
                needed_domain,
            } => {
                let action = match open {
                    OpenMatch::OnlyWildcardInCertificate => {
                        "Set the connector to the wildcard that the certificate has: then the match \
                         is documented. Every certificate below the domain matches."
                    }
                    _ => {
                        "Set the connector to the very name of the certificate: then the match is \
                          documented."
                    }
                };
                let present = expected.as_deref();
                steps.push(remedies::set_sender_name(connector, found, present, action.to_owned()));
                if let Some(domain) = needed_domain {
                    steps.push(remedies::add_accepted_domain(domain.as_str()));
                } else {
                    steps.extend(domain_step(case, found));
                }
            }
            OpenQuestion::MatchSubDomains { wanted, .. } => {
                steps.push(remedies::add_accepted_domain(wanted));
            }
            OpenQuestion::AcceptedDomainsIncomplete => {
                steps.push(remedies::export_accepted_domains());
            }
            OpenQuestion::CertificateNotKnown
            | OpenQuestion::MailFromNotKnown
            | OpenQuestion::AddressNotKnown { .. } => {
                let step = remedies::turn_on_logging(case);
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
            OpenQuestion::AcceptedDomainsNotGiven
            | OpenQuestion::ConnectorsNotGiven
            | OpenQuestion::EquallyExact { .. } => {}
            OpenQuestion::AssociatedDomains { .. }
            | OpenQuestion::NameMatch { .. }
            | OpenQuestion::AddressListIncomplete { .. }
            | OpenQuestion::EligibilityNotKnown { .. } => {
                steps.push(remedies::export_inbound_connectors());
            }
        }
    }
    steps
}

pub(crate) fn connectors_not_given(case: &Case<'_>) -> Option<Proof> {
    let is_missing = case.evidence.inbound_connectors.is_none() && !case.is_attr36();
    (is_missing && case.is_known() && case.rests_on_attribution())
        .then(|| Proof::of(case.log_proof()))
}

pub(crate) fn connectors_not_given_message(case: &Case<'_>) -> String {
    let judged = match case.names().as_slice() {
        [] => String::new(),
        names => format!(
            " They must expect one of the names of {}: {}.",
            case.certificate_text(),
            listed(names.iter().copied(), 6)
        ),
    };
    let why = if case.is_relay_denied() {
        "Exchange Online could not tell whose mail it is (550 5.7.64). Why, only the inbound \
         connectors of the tenant can tell, and they were not given."
    } else {
        "The inbound connectors of the tenant were not given: whether one of them matches is not \
         known, and that mail was delivered to other tenants proves nothing."
    };
    format!("{why}{judged}")
}

pub(crate) fn connectors_not_given_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = vec![remedies::export_inbound_connectors()];
    if case.evidence.accepted_domains.is_none() {
        steps.push(remedies::export_accepted_domains());
    }
    if case.chain.is_none() && case.is_relay_denied() {
        steps.push(super::certificate::give_chain(case));
    }
    steps
}

pub(crate) fn accepted_domains_not_given(case: &Case<'_>) -> Option<Proof> {
    let is_missing = deciding_questions(case).contains(&OpenQuestion::AcceptedDomainsNotGiven);
    (is_missing && case.evidence.inbound_connectors.is_some() && !explained_by_reply(case))
        .then(|| Proof::of(case.log_proof()))
}

pub(crate) fn accepted_domains_not_given_message(case: &Case<'_>) -> String {
    let connector = case.attribution.possible.iter().find_map(Outcome::connector);
    let connector = connector.map(|index| case.inbound_name(index)).unwrap_or_default();
    format!(
        "The inbound connector {connector} may match, but the accepted domains of the tenant were \
         not given: whether they cover its value, or the sender's domain{}, is not known.",
        case.sender_text()
    )
}

pub(crate) fn export_accepted_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::export_accepted_domains()]
}

pub(crate) fn local_domains(case: &Case<'_>) -> Option<Proof> {
    let located = case.evidence.accepted_domains.as_ref()?;
    let is_local = case.attribution.accepted_domains_from == Some(DomainOrigin::OnPremises);
    (is_local && case.rests_on_attribution() && case.is_known()).then(|| {
        Proof::of(vec![EvidenceLine {
            path: located.path.clone(),
            line: located.line,
            text: "accepted domains of the on-premises organisation".to_owned(),
        }])
    })
}

pub(crate) fn local_domains_message(_: &Case<'_>) -> String {
    "The accepted domains are those of the on-premises organisation; Exchange Online goes by its \
     own list, which need not be the same."
        .to_owned()
}
