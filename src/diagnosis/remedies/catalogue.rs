//! Steps of the catalogues of replies and TLS errors, with the values of a case.

use super::answered::is_answered;
use super::ask::ask_other_side;
use super::{Remedy, servers};
use crate::diagnosis::case::Case;
use crate::finding::{Placeholder, StepTemplate, Values};
use crate::reply::RejectionClass;

/// What the catalogue of replies advises, with the values of the case; where it knows no step, whom to
/// ask.
pub(crate) fn of_catalogue(case: &Case<'_>, class: RejectionClass) -> Vec<Remedy> {
    let reply = case.incident.and_then(|one| one.reply.as_deref()).unwrap_or_default();
    let steps = open_steps(case, class.entry().into_iter().flat_map(|one| one.steps_for(reply)));
    if steps.is_empty() { vec![ask_other_side(case)] } else { steps }
}

/// Steps of a catalogue, with the values of the case; what the evidence answers already needs no looking
/// up.
pub(super) fn open_steps<'t>(
    case: &Case<'_>,
    templates: impl IntoIterator<Item = &'t StepTemplate>,
) -> Vec<Remedy> {
    let open = templates.into_iter().filter(|one| !is_answered(case, one));
    open.map(|template| of_template(case, template)).collect()
}

/// A step of the catalogue of TLS errors or replies, with the values of the case.
fn of_template(case: &Case<'_>, template: &StepTemplate) -> Remedy {
    let host = case.incident.and_then(|incident| incident.remote_host.as_deref());
    let smart_hosts = case.send_connector.and_then(|one| one.object.smart_hosts.as_ref());
    let smart_host = match smart_hosts.map(|list| list.values.as_slice()) {
        Some([only]) => Some(only.as_str()),
        _ => None,
    };
    let values = Values::default()
        .with(Placeholder::SendConnector, case.send_connector_name())
        .with(Placeholder::SmartHost, smart_host)
        .with(Placeholder::Thumbprint, case.plain_thumbprint().as_deref())
        .with(Placeholder::Host, host);
    template.fill_for_each(&values, &servers(case)).into()
}
