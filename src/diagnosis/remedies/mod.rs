//! Remedies with literal values: the smallest change, where it is made, how to see that it worked,
//! and how to take it back.

mod answered;
mod ask;
mod catalogue;
mod certificates;
mod change;
mod change_step;
mod connectors;
mod edge;
mod elsewhere;
pub(crate) mod harm;
mod keys;
mod more_evidence;
pub(crate) mod not_modelled;
mod on_servers;
mod receive;
mod remedy;
mod replacement;
mod sending;
mod server_step;
mod services;
mod tenant_step;
mod tls;

use crate::certificate::Certificate;
use crate::chain::{self, remove_step};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::literal;
use crate::finding::{Place, Step};

pub(crate) use answered::has_tls12_since;
pub(crate) use ask::ask_support;
pub(crate) use catalogue::of_catalogue;
pub(crate) use certificates::{check_private_key, replace_certificate, send_previous, take_up};
pub(crate) use change::{Change, Former, value_of};
pub(crate) use change_step::step_of;
pub(crate) use connectors::{
    accept_name, accept_value, add_accepted_domain, associate_sender, cover_value,
    go_by_certificate, list_address, make_connector, match_names, new_connector, rerun_wizard,
    sender_and_value, set_if_another, set_sender_name,
};
pub(crate) use edge::{EDGE_MAXIMUM, on_edge};
pub(crate) use keys::{RESTART_TRANSPORT, import_with_key, repair_key, restart_transport};
pub(crate) use more_evidence::{
    compare_connectors, complete_sessions, export_accepted_domains, export_inbound_connectors,
    export_tenant, find_eop_sessions, find_send_logs, give_chain, may_be_silent, see_changes,
    see_inbound_connectors, silent_connectors, turn_on_logging,
};
pub(crate) use receive::{offer_tls, receive_with, see_receive_connector, use_named_certificate};
pub(crate) use remedy::{Remedy, together};
pub(crate) use replacement::replacement;
pub(crate) use sending::{select_certificate, send};
pub(crate) use services::{ANSWER_NO, enable_for_smtp, take_away};
pub(crate) use tls::{of_tls_error, stop_inspection, switch_on_tls12};

pub(crate) const MANAGEMENT_SHELL: Place = Place::ManagementShell;
pub(crate) const ELEVATED: Place = Place::ElevatedOnServer;

/// The servers on which the steps of a case are done: those that fail alike, else the one that is meant.
pub(crate) fn servers<'c>(case: &'c Case<'_>) -> Vec<&'c str> {
    let servers = case.servers();
    if servers.is_empty() { case.server().into_iter().collect() } else { servers }
}

/// Literals for the send connector and the thumbprint of a case.
pub(crate) fn send_connector(case: &Case<'_>) -> String {
    literal(case.send_connector_name(), "send connector")
}

pub(crate) fn thumbprint(case: &Case<'_>) -> String {
    literal(case.plain_thumbprint().as_deref(), "thumbprint")
}

/// Takes a self-signed certificate out of LocalMachine\CA.
pub(crate) fn take_out_of_intermediates(certificate: &Certificate) -> Remedy {
    let why = "where only certificates that others signed belong: in it a root is not trusted, and \
               those of public authorities Windows fetches into Root by itself";
    Remedy {
        step: remove_step(certificate, "CA", why),
        changes: vec![Change::TakeIntermediateAway { thumbprint: certificate.thumbprint() }],
    }
}

/// Moves a certificate from LocalMachine\Root to LocalMachine\CA.
pub(crate) fn move_to_intermediates(certificate: &Certificate) -> Remedy {
    let thumbprint = certificate.thumbprint();
    let certificate = Box::new(certificate.clone());
    Remedy {
        step: chain::move_to_intermediates(&certificate),
        changes: vec![
            Change::ImportIntermediate { certificate },
            Change::TakeRootAway { thumbprint },
        ],
    }
}

/// The steps of the report of a chain, with what they change: intermediates are imported together.
pub(crate) fn of_chain(case: &Case<'_>, steps: &[Step]) -> Vec<Remedy> {
    let evidence = case.evidence;
    let of_files = evidence.certificates.iter();
    let of_files = of_files.flat_map(|one| std::iter::once(&one.certificate).chain(&one.others));
    let known: Vec<&Certificate> = of_files
        .chain(&evidence.roots)
        .chain(evidence.machine.iter().flat_map(|machine| machine.roots.iter().flatten()))
        .collect();
    let typed = |step: &Step| {
        let command = step.command.as_deref().unwrap_or_default();
        let is_named = |one: &&&Certificate| command.contains(&one.thumbprint().to_string());
        let named = known.iter().find(is_named);
        let changes = match named {
            Some(one) if command.starts_with("Import-Certificate") => {
                vec![Change::ImportIntermediate { certificate: Box::new((**one).clone()) }]
            }
            Some(one) if command.contains(r"LocalMachine\Root\") => {
                vec![Change::TakeRootAway { thumbprint: one.thumbprint() }]
            }
            _ => Vec::new(),
        };
        Remedy { step: step.clone(), changes }
    };
    together(steps.iter().map(typed).collect())
}
