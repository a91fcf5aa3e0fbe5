//! Steps on send and receive connectors: they name the new certificate, once every server has it.

use crate::connector::{ExchangeCertificate, SendConnector, is_named_by};
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::{Change, EDGE_MAXIMUM, Former, step_of, value_of};
use crate::finding::Step;
use crate::renewal::course::{Course, Draft};
use crate::renewal::plan::{PlaceKind, StepNeed};
use crate::renewal::stage::{Place, Sends};

/// Servers that are named in a sentence.
const MAXIMUM_NAMED: usize = 8;

/// Names the new certificate on the send connectors of places that do not send it by themselves.
pub(crate) fn name_on_send_connectors(
    course: &mut Course,
    new: &ExchangeCertificate,
    concerned: &[Place],
) {
    let mut done: Vec<String> = Vec::new();
    for place in concerned.iter().filter(|one| one.kind == PlaceKind::SendConnector) {
        if done.contains(&place.connector) {
            continue;
        }
        done.push(place.connector.clone());
        let Some(connector) = course.stage.send_connector(&place.connector).cloned() else {
            continue;
        };
        let own: Vec<&Place> = concerned
            .iter()
            .filter(|one| one.kind == PlaceKind::SendConnector && one.connector == place.connector)
            .collect();
        if !needs_name(course, &connector, &own, new) {
            continue;
        }
        let servers: Vec<&str> = own.iter().filter_map(|one| one.server.as_deref()).collect();
        let edges: Vec<&str> =
            servers.iter().copied().filter(|server| course.stage.is_edge(server)).collect();
        let draft = named(&connector, new, &servers, &edges);
        course.take(draft);
    }
}

/// Whether one of the places of a connector goes on sending another certificate although its server
/// has the new one.
fn needs_name(
    course: &Course,
    connector: &SendConnector,
    places: &[&Place],
    new: &ExchangeCertificate,
) -> bool {
    if let Some(value) = &connector.tls_certificate_name {
        // Of twins none can be named: which of them is sent is a matter of the others.
        return is_named_by(new, value, connector.has_uncertain_blanks) == Some(false);
    }
    let sends_new = |place: &&&Place| match &*course.stage.sends(place) {
        Sends::One(one) => one.thumbprint == new.thumbprint,
        Sends::NotKnown => true,
        _ => false,
    };
    !places.iter().all(|place| sends_new(&place))
}

fn named(
    connector: &SendConnector,
    new: &ExchangeCertificate,
    servers: &[&str],
    edges: &[&str],
) -> Draft {
    let before = match &connector.tls_certificate_name {
        Some(value) => Former::Value(value.clone()),
        None if connector.knows_certificate_name => Former::Empty,
        None => Former::NotKnown,
    };
    let length = value_of(new).map_or(0, |value| value.chars().count());
    let all = listed(servers.iter().copied(), MAXIMUM_NAMED);
    let acts = match servers {
        [] => "It acts on all SourceTransportServers.".to_owned(),
        [one] => format!("It acts on {one}, which has it by now."),
        _ => format!("It acts on {all}, which all have it by now."),
    };
    let (change, mut action) = if !edges.is_empty() && length > EDGE_MAXIMUM {
        let fqdn = fqdn_for(connector, new);
        let change = Change::SendByName {
            connector: connector.name.clone(),
            fqdn: fqdn.clone(),
            before,
            fqdn_before: connector.fqdn.clone(),
        };
        let action = format!(
            "Let the send connector choose by the name {fqdn}: issuer and subject of the new \
             certificate have {length} characters, and a TlsCertificateName above {EDGE_MAXIMUM} \
             never reaches an Edge server (KB 4052493). A certificate with shorter names would do \
             too. {acts}"
        );
        (change, action)
    } else {
        let change = Change::Send {
            connector: Some(connector.name.clone()),
            certificate: Box::new(new.clone()),
            before,
        };
        (change, format!("Name the new certificate on the send connector. {acts}"))
    };
    if !edges.is_empty() {
        action.push_str(" Then the subscription carries it to the Edge server.");
    }
    let mut step: Step = step_of(&change, action, &[]);
    if !edges.is_empty() {
        step = step.at("Exchange Management Shell on a mailbox server");
        let synchronised = |command: String| command + "\nStart-EdgeSynchronization";
        step.command = step.command.map(synchronised);
        step.undo = step.undo.map(synchronised);
    }
    Draft { is_switch: true, ..Draft::new(StepNeed::Required, step, vec![(change, 0)]) }
}

/// The name by which a connector chooses the new certificate: its own, if the certificate stands for
/// it, else the first name of the certificate.
fn fqdn_for(connector: &SendConnector, new: &ExchangeCertificate) -> String {
    let own = connector.fqdn.clone().filter(|fqdn| new.stands_for(fqdn));
    let names = new.names();
    let plain =
        names.names.iter().find(|name| !name.text.starts_with('*') && name.text.contains('.'));
    own.or_else(|| plain.map(|name| name.text.clone())).unwrap_or_default()
}

/// Names the new certificate on the receive connectors that name one before, in one step.
pub(crate) fn name_on_receive_connectors(
    course: &mut Course,
    new: &ExchangeCertificate,
    concerned: &[Place],
) {
    let mut changes: Vec<Change> = Vec::new();
    for place in concerned.iter().filter(|one| one.kind == PlaceKind::ReceiveConnector) {
        let Some(connector) = course.stage.receive_connector(&place.connector) else { continue };
        let Some(value) = connector.tls_certificate_name.clone() else { continue };
        if is_named_by(new, &value, connector.has_uncertain_blanks) == Some(false) {
            changes.push(Change::Receive {
                connector: connector.identity.clone(),
                certificate: Box::new(new.clone()),
                before: Former::Value(value),
            });
        }
    }
    let which = if changes.len() == 1 { "receive connector" } else { "receive connectors" };
    let action = format!(
        "Name the new certificate on the {which}: once the one before is gone, Exchange Online is \
         offered no TLS there."
    );
    let mut steps = changes.iter().map(|change| step_of(change, action.clone(), &[]));
    let Some(mut step) = steps.next() else { return };
    for other in steps {
        step.command = joined(step.command, other.command);
        step.undo = joined(step.undo, other.undo);
    }
    let changes = changes.into_iter().map(|change| (change, 0)).collect();
    course.take(Draft { is_switch: true, ..Draft::new(StepNeed::Required, step, changes) });
}

/// Commands one below the other.
fn joined(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one}\n{other}")),
        (one, other) => one.or(other),
    }
}
