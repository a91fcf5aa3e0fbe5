//! The certificate that Exchange Online was shown when it handed over: whose it is.

use super::receiving::steps_of_faults;
use super::replies::refused_as;
use super::rule::{Answer, Proof};
use crate::certificate::Thumbprint;
use crate::diagnosis::case::Case;
use crate::diagnosis::remedies::Remedy;
use crate::eop_host::is_eop_host;
use crate::finding::Place;
use crate::reply::{RejectionClass, explain};

const CLASS: RejectionClass = RejectionClass::CannotConnectToRemoteServer;

/// What the reply says, and whether the certificate that it names is one of these servers.
pub(crate) fn cannot_connect(case: &Case<'_>) -> Option<Answer> {
    let mut answer = refused_as(case, CLASS)?;
    // What the exports show comes before what is to be looked at.
    let faults = steps_of_faults(case);
    answer.steps = [faults, answer.steps].concat();
    let reply = case.incident?.reply.as_deref().unwrap_or_default();
    let host = case.incident.and_then(|one| one.remote_host.as_deref());
    if let Some(host) = host.filter(|host| !is_eop_host(host)) {
        answer.message = format!(
            "The other direction: Exchange Online could not hand mail to {host}, or did not accept the \
             certificate that it presented. It reports: {}.",
            reply.trim_end_matches('.')
        );
    }
    let explained = explain(reply);
    let thumbprint = explained.thumbprint.as_deref().and_then(|text| text.parse().ok());
    let (Some(shown), Some(installed)) = (thumbprint, &case.evidence.installed) else {
        return Some(answer);
    };
    let shown: Thumbprint = shown;
    let own = installed.iter().find(|one| one.object.thumbprint == Some(shown));
    let subject = explained.presented_subject.map(|subject| format!(" ({subject})"));
    let subject = subject.unwrap_or_default();
    let mut steps = answer.steps;
    let whose = match own.map(|one| one.object.server.as_deref()) {
        Some(Some(server)) => format!("is one of {server}"),
        Some(None) => "is one of the installed ones".to_owned(),
        None => {
            steps.insert(0, step_before_the_servers());
            "is installed on none of these servers: something before them (a firewall, a load \
             balancer, a mail gateway) ends TLS with a certificate of its own, or the server that \
             was reached is not among the exports"
                .to_owned()
        }
    };
    let message =
        format!("{} The certificate that it was shown, {shown}{subject}, {whose}.", answer.message);
    Some(Proof::of(case.log_proof()).says(message, steps))
}

fn step_before_the_servers() -> Remedy {
    Remedy::new(
        Place::Network,
        "Let SMTP from Exchange Online through to the receive connector without ending TLS on the way; \
         or give what ends it the certificate that Exchange Online expects, with its intermediates.",
    )
    .at("firewall, load balancer or mail gateway before these servers")
    .verify("the receive log of the server shows STARTTLS of Exchange Online, and its certificate")
}
