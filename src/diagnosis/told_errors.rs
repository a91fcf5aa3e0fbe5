//! Errors of queues, tracking logs and NDRs: told by the session that they belong to, else a story of
//! their own, which is worth what its text is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::evidence::Evidence;
use super::story::{Ending, LastTold, Story};
use super::tell::kind_of;
use crate::connector::{AcceptedDomains, MailFrom};
use crate::eop_host::is_eop_host;
use crate::evidence::delivery_error::{DeliveryError, DeliveryErrorSource, SessionMatcher};
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::session::TlsStatus;
use crate::timestamp::Timestamp;

/// Errors that are kept of those that were joined, and of those that are not judged.
const MAXIMUM_KEPT: usize = 100;

/// The errors, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct ToldErrors {
    /// The search for their sessions, while these are taken in.
    pub search: SessionMatcher,
    /// Those that belong to a session.
    pub joined: Vec<DeliveryError>,
    /// Those that go elsewhere than to EOP, or of which nothing is known.
    pub not_judged: Vec<DeliveryError>,
    /// How many of the two are not kept.
    pub not_kept: u64,
}

impl ToldErrors {
    fn keep(&mut self, error: DeliveryError) {
        let list = if error.session.is_some() { &mut self.joined } else { &mut self.not_judged };
        if list.len() < MAXIMUM_KEPT {
            list.push(error);
        } else {
            self.not_kept += 1;
        }
    }
}

/// Ends the search: what belongs to no session becomes a story.
pub(super) fn settle(evidence: &mut Evidence) {
    let errors = std::mem::take(&mut evidence.told_errors.search).finish();
    for error in errors {
        let is_story = error.session.is_none() && is_about_eop(&error);
        let accepted = evidence.accepted_domains.as_ref().map(|located| &located.object);
        match story_of(&error, accepted, evidence.at).filter(|_| is_story) {
            Some(story) => evidence.stories.take(story),
            None => evidence.told_errors.keep(error),
        }
    }
}

/// Whether an error concerns EOP: by its words, by its hosts, or because it names no host at all and
/// yet was given.
fn is_about_eop(error: &DeliveryError) -> bool {
    let explanation = &error.explanation;
    let hosts = [
        &error.remote_server,
        &error.next_hop,
        &explanation.fqdn,
        &explanation.host,
        &explanation.server,
    ];
    let mut hosts = hosts.into_iter().flatten().peekable();
    let is_said = matches!(explanation.rejection, Some(class) if class.is_of_eop());
    is_said
        || hosts.peek().is_none()
        || hosts.any(|host| is_eop_host(host.trim_matches(['[', ']'])))
}

fn story_of(
    error: &DeliveryError,
    accepted: Option<&AcceptedDomains>,
    now: Timestamp,
) -> Option<Story> {
    let explanation = &error.explanation;
    let tls_error = explanation.tls_error.as_ref().filter(|told| told.meaning.is_some());
    let (ending, tls_status) = match (explanation.rejection, tls_error) {
        (Some(class), _) => (Ending::Refused(class), TlsStatus::NotStarted),
        (None, Some(_)) => (Ending::TlsFailed, TlsStatus::Failed),
        (None, None) => return None,
    };
    let mail_from: MailFrom =
        error.sender.as_deref().map(|text| text.parse().unwrap_or_default()).unwrap_or_default();
    let time = error.time.unwrap_or(now);
    // An NDR can be written by EOP itself.
    let server = error.reporting_server.as_deref().filter(|server| !is_eop_host(server));
    let server: Option<Arc<str>> = server.map(Into::into);
    let line = if error.source == DeliveryErrorSource::Text { 0 } else { error.line };
    let last_told = LastTold { time, path: error.path.clone(), line, session_id: Arc::from("") };
    let remote = error.remote_server.as_deref().or(explanation.server.as_deref());
    Some(Story {
        ending,
        sender: kind_of(&mail_from, accepted),
        mail_from,
        connector: explanation.send_connector.as_deref().unwrap_or_default().into(),
        log_type: LogType::Send,
        sent: None,
        is_certificate_known: false,
        tls_status,
        tls_protocol: None,
        tls_error: (ending == Ending::TlsFailed)
            .then(|| tls_error.map(|told| told.name.as_str().into()))
            .flatten(),
        remote: None,
        remote_host: remote.map(Into::into),
        public_address: None,
        reply: Some(error.short_text().into()),
        notes: Vec::new(),
        count: 1,
        first: time,
        last: time,
        servers: server.iter().cloned().collect(),
        last_on: BTreeMap::from([(server, last_told)]),
        recipient_domains: domains(&error.recipients),
        path: error.path.clone(),
        line,
        session_id: "".into(),
        is_past: false,
        told_by: Some(error.teller()),
        is_dated: error.time.is_some(),
    })
}

fn domains(addresses: &[String]) -> BTreeSet<String> {
    let domain = |address: &String| Some(address.rsplit_once('@')?.1.to_ascii_lowercase());
    addresses.iter().filter_map(domain).take(32).collect()
}

impl RejectionClass {
    /// Whether only EOP, or this server on its way to EOP, speaks so.
    pub(super) fn is_of_eop(self) -> bool {
        matches!(
            self,
            Self::RelayDenied
                | Self::RelayDeniedAttr36
                | Self::WrongRegionAttr35
                | Self::TenantInboundAttribution
                | Self::DirectSendRejected
                | Self::UnregisteredDomains
                | Self::TenantThresholdExceeded
                | Self::TrafficNotAccepted
                | Self::InboundConnectorBlocked
                | Self::ServerOutOfDate
                | Self::TlsCertificateNameNotFound
        )
    }
}
