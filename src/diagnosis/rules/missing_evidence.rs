//! What is open, and what is missing.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{
    AttributionOutcome, DomainOrigin, OpenMatch, OpenQuestion, ShownCertificate,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies;
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::report::EvidenceLine;
use crate::finding::Place;
use crate::session::SessionNote;

pub(crate) const FRONT_END_HALF_MISSING: RuleText = RuleText {
    says: "The mail went through the front-end proxy, and the FrontEnd half of the session is not in \
           the given logs.",
    why: "With FrontendProxyEnabled the front end speaks TLS and shows the certificate; its log is \
          another folder than that of the hub.",
    example: "The hub's log has 'Proxying outbound session', and no certificate.",
    helps: "Give the FrontEnd folder together with the Hub folder.",
    certainty: "Open: which certificate was sent is not known.",
    sources: "Get-FrontendTransportService",
};

pub(crate) fn front_end_half(case: &Case<'_>) -> Option<Answer> {
    let incident =
        case.incident.filter(|_| case.rests_on_attribution() && !case.is_without_connector())?;
    let is_missing = incident.notes.contains(&SessionNote::ProxyHalfMissing);
    if !is_missing || case.presented != ShownCertificate::Unknown {
        return None;
    }
    let message = format!(
        "The mail of {} went through the front-end proxy, and the FrontEnd half of the session is \
         not in the given logs: which certificate was sent is not known.",
        case.server_text()
    );
    let step = Remedy::new(
        Place::ManagementShell,
        "Give the FrontEnd folder together with the Hub folder.",
    )
    .command_for_each(&remedies::servers(case), |server| {
        format!("Get-FrontendTransportService -Identity {server} | Format-List SendProtocolLogPath")
    })
    .verify("the report names the certificate that was sent");
    Some(Proof::of(case.log_proof()).says(message, vec![step]))
}

/// The questions on which attribution hangs, where it is not decided.
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
    case.is_attr36() && case.evidence.accepted_domains.is_none()
}

pub(crate) const OPEN_QUESTION: RuleText = RuleText {
    says: "Whether Exchange Online attributes the mail hangs on something that nobody documents, or \
           that the evidence leaves open.",
    why: "Some pairs of names, and some properties of connectors, have no documented outcome.",
    example: "The connector expects mail.contoso.com, and the certificate has only *.contoso.com.",
    helps: "Set the connector to a value whose match is documented, or complete the export.",
    certainty: "Open.",
    sources: "not documented",
};

pub(crate) fn open_question(case: &Case<'_>) -> Option<Answer> {
    // One end for all possible outcomes that refuse, or all that accept, is no open question where
    // the log agrees.
    let questions = deciding_questions(case);
    let open: Vec<String> =
        questions.iter().filter(|one| !is_about_missing(one)).map(ToString::to_string).collect();
    if open.is_empty() || questions.iter().any(is_about_missing) || explained_by_reply(case) {
        return None;
    }
    let connector = case.attribution.possible.iter().find_map(AttributionOutcome::connector);
    let proof = Proof { verdict: None, ..Proof::of_connector(case, connector) };
    let message =
        format!("Whether Exchange Online attributes the mail hangs on this: {}.", open.join("; "));
    Some(proof.says(message, steps_to_decide(case)))
}

/// What makes the match a documented one, or completes the evidence.
fn steps_to_decide(case: &Case<'_>) -> Vec<Remedy> {
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
                    steps.extend(remedies::add_accepted_domain(case, domain.as_str()));
                } else {
                    steps.extend(remedies::accept_value(case, found));
                }
            }
            OpenQuestion::MatchSubDomains { wanted, .. } => {
                steps.extend(remedies::add_accepted_domain(case, wanted));
            }
            OpenQuestion::AcceptedDomainsIncomplete => {
                steps.push(remedies::export_accepted_domains(case));
            }
            OpenQuestion::CertificateNotKnown
            | OpenQuestion::MailFromNotKnown
            | OpenQuestion::AddressNotKnown { .. } => {
                for step in remedies::complete_sessions(case) {
                    if !steps.contains(&step) {
                        steps.push(step);
                    }
                }
            }
            OpenQuestion::EquallyExact { connectors } => {
                steps.push(remedies::compare_connectors(connectors));
            }
            OpenQuestion::AcceptedDomainsNotGiven | OpenQuestion::ConnectorsNotGiven => {}
            OpenQuestion::AssociatedDomains { .. }
            | OpenQuestion::NameMatch { .. }
            | OpenQuestion::AddressListIncomplete { .. }
            | OpenQuestion::EligibilityNotKnown { .. } => {
                steps.push(remedies::export_inbound_connectors(case));
            }
        }
    }
    steps
}

pub(crate) const CONNECTORS_NOT_GIVEN: RuleText = RuleText {
    says: "The inbound connectors of the tenant were not given.",
    why: "Which connector matches, and whether one does, only they can show; mail to other tenants \
          is delivered without attribution as well.",
    example: "A send log with 550 5.7.64, and no export.",
    helps: "Get-InboundConnector | Export-Clixml inbound.xml, given beside the logs.",
    certainty: "Open.",
    sources: "KB 4051495",
};

pub(crate) fn connectors_not_given(case: &Case<'_>) -> Option<Answer> {
    let is_missing = case.evidence.inbound_connectors.is_none() && !case.is_attr36();
    if !is_missing || !case.is_known() || !case.rests_on_attribution() {
        return None;
    }
    let judged = match case.names().as_slice() {
        [] => String::new(),
        names => format!(
            " They must expect one of the names of {}: {}.",
            case.certificate_text(),
            listed(names.iter().copied(), 6)
        ),
    };
    let gap = gap(case.evidence.unread_connectors);
    let why = if case.is_relay_denied() {
        format!(
            "Exchange Online could not determine whose mail it is (550 5.7.64). Why, only the \
             inbound connectors of the tenant can show, and they {gap}."
        )
    } else if case.shows_attribution() {
        format!(
            "The inbound connectors of the tenant {gap}: which of them matches is not known. That one \
             does, the deliveries show: they reached so many domains, or such a one, as mail without \
             attribution does not."
        )
    } else {
        format!(
            "The inbound connectors of the tenant {gap}: whether one of them matches is not known, \
             and that mail was delivered to other tenants proves nothing."
        )
    };
    let mut steps = vec![remedies::export_inbound_connectors(case)];
    if case.evidence.accepted_domains.is_none() {
        steps.push(remedies::export_accepted_domains(case));
    }
    if case.is_relay_denied() {
        if case.chain.is_none() {
            steps.push(remedies::give_chain(case));
        }
        steps.extend(remedies::set_if_another(case));
    }
    Some(Proof::of(case.log_proof()).says(format!("{why}{judged}"), steps))
}

/// Why objects of the tenant are missing.
fn gap(is_unread: bool) -> &'static str {
    if is_unread { "could not be read" } else { "were not given" }
}

pub(crate) const ACCEPTED_DOMAINS_NOT_GIVEN: RuleText = RuleText {
    says: "A connector may match, but the accepted domains of the tenant were not given.",
    why: "A match grants relay only with an accepted domain that covers the connector's value, or \
          the sender's domain.",
    example: "inbound.xml is given, accepted.xml is not.",
    helps: "Get-AcceptedDomain | Export-Clixml accepted.xml in Exchange Online, given beside the logs.",
    certainty: "Open.",
    sources: "KB 3169958",
};

pub(crate) fn accepted_domains_not_given(case: &Case<'_>) -> Option<Answer> {
    let is_missing = deciding_questions(case).contains(&OpenQuestion::AcceptedDomainsNotGiven);
    if !is_missing || case.evidence.inbound_connectors.is_none() || explained_by_reply(case) {
        return None;
    }
    let connector = case.attribution.possible.iter().find_map(AttributionOutcome::connector);
    let connector = connector.map(|index| case.inbound_name(index)).unwrap_or_default();
    let message = format!(
        "The inbound connector {connector} may match, but the accepted domains of the tenant {}: \
         whether they cover its value, or the sender's domain{}, is not known.",
        gap(case.evidence.unread_domains),
        case.sender_text()
    );
    Some(Proof::of(case.log_proof()).says(message, vec![remedies::export_accepted_domains(case)]))
}

pub(crate) const ACCEPTED_DOMAINS_ARE_LOCAL: RuleText = RuleText {
    says: "The accepted domains are those of the on-premises organisation.",
    why: "Exchange Online goes by its own list of accepted domains.",
    example: "accepted.xml was exported in the Exchange Management Shell.",
    helps: "Export them in Exchange Online PowerShell.",
    certainty: "Documented.",
    sources: "KB 3169958",
};

pub(crate) fn local_domains(case: &Case<'_>) -> Option<Answer> {
    let located = case.evidence.accepted_domains.as_ref()?;
    let is_local = case.attribution.accepted_domains_from == Some(DomainOrigin::OnPremises);
    if !is_local || !case.rests_on_attribution() || !case.is_known() {
        return None;
    }
    let proof = Proof::of(vec![EvidenceLine {
        path: located.path.clone(),
        line: located.line,
        text: "accepted domains of the on-premises organisation".to_owned(),
    }]);
    let message = "The accepted domains are those of the on-premises organisation; Exchange Online \
                   goes by its own list, which need not be the same.";
    Some(proof.says(message, vec![remedies::export_accepted_domains(case)]))
}
