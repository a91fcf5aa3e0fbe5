//! Steps of the catalogues that ask the reader to look at something, and the evidence that answers it.

use crate::chain::Completeness;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::Incident;
use crate::finding::StepTemplate;
use crate::reply::{catalogue_steps as steps, explain};

/// Whether the evidence of a case holds the answer.
type Answers = fn(&Case<'_>) -> bool;

/// What each step asks for.
const ANSWERS: [(&StepTemplate, Answers); 13] = [
    (&steps::READ_SEND_LOG, |case| case.is_of_session()),
    (&steps::TURN_ON_LOGGING, |case| case.is_of_session()),
    (&steps::TEST_PORT, |case| case.is_of_session()),
    (&steps::READ_INBOUND_CONNECTORS, has_connectors),
    (&steps::READ_CONNECTORS_OF_ANY_TYPE, has_connectors),
    (&steps::READ_ACCEPTED_DOMAINS, |case| case.evidence.accepted_domains.is_some()),
    (&steps::READ_SMART_HOST, has_smart_hosts),
    (&steps::READ_SUBMISSION_HOST, has_smart_hosts),
    (&steps::ENABLE_FOR_SMTP, |case| {
        case.installed.is_some_and(|one| one.object.services.is_some() && !one.object.lacks_smtp())
    }),
    (&steps::IMPORT_INTERMEDIATE, |case| {
        case.chain.as_ref().is_some_and(|chain| chain.completeness == Completeness::Complete)
    }),
    (&steps::CHECK_TLS_VERSION, has_tls12_since),
    (&steps::READ_RECEIVE_LOG, presents_a_certificate),
    (&steps::READ_RECEIVE_CONNECTORS, |case| case.evidence.receive_connectors.is_some()),
];

fn has_connectors(case: &Case<'_>) -> bool {
    case.evidence.inbound_connectors.is_some()
}

fn has_smart_hosts(case: &Case<'_>) -> bool {
    case.send_connector.is_some_and(|one| one.object.smart_hosts.is_some())
}

/// Whether the reply itself says which certificate was presented.
fn presents_a_certificate(case: &Case<'_>) -> bool {
    let reply = case.incident.and_then(|one| one.reply.as_deref()).unwrap_or_default();
    explain(reply).presented_subject.is_some()
}

/// Whether the evidence holds the answer to what a step asks for.
pub(super) fn is_answered(case: &Case<'_>, step: &StepTemplate) -> bool {
    ANSWERS.iter().any(|(known, holds)| known.action == step.action && holds(case))
}

/// Whether a later session of the same server shows that TLS 1.2 is on.
pub(crate) fn has_tls12_since(case: &Case<'_>) -> bool {
    let Some(own) = case.incident else { return false };
    let is_later = |other: &Incident| {
        own.last_on.iter().any(|(server, last)| {
            other.last_on.get(server).is_some_and(|other| other.time > last.time)
        })
    };
    case.evidence.incidents.all.iter().any(|other| {
        let protocol = other.tls_protocol.as_deref().unwrap_or_default();
        let is_new = protocol.starts_with("TLS 1.2") || protocol.starts_with("TLS 1.3");
        is_new && own.log_type == other.log_type && is_later(other)
    })
}
