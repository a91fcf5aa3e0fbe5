//! Errors of queues, tracking logs and NDRs: joined to the session that they belong to, else an
//! incident of their own, which is worth what its text is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::connector::{AcceptedDomains, MailFrom};
use crate::diagnosis::evidence::incident::{Ending, Incident, LastSession};
use crate::diagnosis::evidence::parts::kind_of;
use crate::diagnosis::observation::{ServerKey, Standing, Weight, weight_of_tls_error};
use crate::eop_host::is_eop_host;
use crate::evidence::delivery_error::{DeliveryError, DeliveryErrorSource, SessionMatcher};
use crate::finding::Side;
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::session::TlsStatus;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// Errors that are kept of those that were joined, and of those that are not judged.
const MAXIMUM_KEPT: usize = 100;

/// The errors, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueErrors {
    /// The search for their sessions, while these are taken in.
    pub search: SessionMatcher,
    /// Those that belong to a session, and how many there are beyond them.
    pub joined: Vec<DeliveryError>,
    pub joined_besides: u64,
    pub not_judged: NotJudged,
}

/// Errors that are not judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotJudged {
    /// The first of them.
    pub first: Vec<DeliveryError>,
    /// How many go elsewhere than to EOP, and to which hosts.
    pub elsewhere: u64,
    pub hosts: BTreeSet<String>,
    /// How many report no refusal.
    pub no_refusal: u64,
    /// How many say nothing known.
    pub unknown: u64,
}

impl QueueErrors {
    /// The errors that are no incidents of their own, each joined to its session.
    pub fn finish(&self, accepted: Option<&AcceptedDomains>, now: Timestamp) -> Self {
        let mut finished = Self::default();
        for error in self.search.joined() {
            if own_incident(&error, accepted, now).is_none() {
                finished.keep(error);
            }
        }
        finished
    }

    /// Those that belong to no session, as incidents, one after the other: there may be many. An error
    /// without a time stands at `now`.
    pub fn incidents<'a>(
        &'a self,
        accepted: Option<&'a AcceptedDomains>,
        now: Timestamp,
    ) -> impl Iterator<Item = Incident> + 'a {
        self.search.joined().filter_map(move |error| own_incident(&error, accepted, now))
    }

    fn keep(&mut self, error: DeliveryError) {
        if error.session.is_none() {
            self.not_judged.add(error);
        } else if self.joined.len() < MAXIMUM_KEPT {
            self.joined.push(error);
        } else {
            self.joined_besides += 1;
        }
    }
}

impl NotJudged {
    fn add(&mut self, error: DeliveryError) {
        if error.explanation.rejection.is_some_and(RejectionClass::is_no_refusal) {
            self.no_refusal += 1;
        } else if error.explanation.recognised {
            self.elsewhere += 1;
            self.hosts.extend(error.remote_server.clone().or_else(|| error.next_hop.clone()));
        } else {
            self.unknown += 1;
        }
        if self.first.len() < MAXIMUM_KEPT {
            self.first.push(error);
        }
    }
}

/// Whether an error concerns EOP: by its words, by its hosts, or because it names no host at all and
/// yet was given. What EOP could not hand over names this organisation's own server.
fn is_about_eop(error: &DeliveryError, accepted: Option<&AcceptedDomains>) -> bool {
    let explanation = &error.explanation;
    let hosts = [
        &error.remote_server,
        &error.next_hop,
        &explanation.fqdn,
        &explanation.host,
        &explanation.server,
    ];
    let mut hosts = hosts.into_iter().flatten().peekable();
    let is_handed_over = |class: RejectionClass| {
        class.entry().is_some_and(|entry| entry.side.contains(&Side::OtherDirection))
    };
    let is_spoken_by_eop =
        class_of(error, accepted).is_some_and(|class| class.is_of_eop() || is_handed_over(class));
    is_spoken_by_eop
        || hosts.peek().is_none()
        || hosts.any(|host| is_eop_host(host.trim_matches(['[', ']'])))
}

/// The class of an error. What Exchange Online could not hand over to a server of this organisation it
/// also says in words that this server itself uses on its way to Exchange Online: there the host tells.
fn class_of(error: &DeliveryError, accepted: Option<&AcceptedDomains>) -> Option<RejectionClass> {
    let explanation = &error.explanation;
    let class = explanation.rejection?;
    let is_channel = class.is_cover_text()
        || matches!(
            class,
            RejectionClass::StartTlsRequired | RejectionClass::RemoteCertificateInvalid
        );
    let says_so = ["[LastAttemptedServerName=", "Proxy session setup failed on Frontend with"]
        .iter()
        .any(|words| error.text.contains(words));
    let hosts = [&explanation.fqdn, &explanation.host];
    let mut hosts = hosts.into_iter().flatten().peekable();
    let is_own = |host: &String| {
        !is_eop_host(host) && accepted.is_none_or(|accepted| accepted.lies_near(host))
    };
    let is_handed_over = is_channel && says_so && hosts.peek().is_some() && hosts.all(is_own);
    Some(if is_handed_over { RejectionClass::CannotConnectToRemoteServer } else { class })
}

fn own_incident(
    error: &DeliveryError,
    accepted: Option<&AcceptedDomains>,
    now: Timestamp,
) -> Option<Incident> {
    let is_own = error.session.is_none() && is_about_eop(error, accepted);
    if is_own { incident_of(error, accepted, now) } else { None }
}

fn incident_of(
    error: &DeliveryError,
    accepted: Option<&AcceptedDomains>,
    now: Timestamp,
) -> Option<Incident> {
    let explanation = &error.explanation;
    if explanation.rejection.is_some_and(RejectionClass::is_no_refusal) {
        return None;
    }
    let tls_error = explanation.tls_error.as_ref().filter(|known| known.meaning.is_some());
    let (ending, tls_status) = match (class_of(error, accepted), tls_error) {
        // What the text covers it names itself, unless that is another cover.
        (Some(class), Some(known))
            if class.is_cover_text()
                && weight_of_tls_error(Some(&known.name)) == Weight::Refusal =>
        {
            (Ending::TlsFailed, TlsStatus::Failed)
        }
        (Some(class), _) => (Ending::Refused(class), TlsStatus::NotStarted),
        (None, Some(_)) => (Ending::TlsFailed, TlsStatus::Failed),
        (None, None) => return None,
    };
    let mail_from: MailFrom =
        error.sender.as_deref().map(|text| text.parse().unwrap_or_default()).unwrap_or_default();
    let time = error.time.map_or(now, StatedTime::time);
    // An NDR can be written by EOP itself.
    let server = error.reporting_server.as_deref().filter(|server| !is_eop_host(server));
    let server = server.map_or(ServerKey::Unknown, |name| ServerKey::Name(name.into()));
    let line = if error.source == DeliveryErrorSource::Text { 0 } else { error.line };
    let path = Path::new(&error.path).into();
    let last_session = LastSession { time, path, line, offset: 0, session_id: String::new() };
    // Exchange Online, which wrote the error, names the host that it could not reach.
    let attempted = (ending == Ending::Refused(RejectionClass::CannotConnectToRemoteServer))
        .then_some(explanation.host.as_deref())
        .flatten();
    let remote = attempted.or(error.remote_server.as_deref()).or(explanation.server.as_deref());
    Some(Incident {
        ending,
        sender: kind_of(&mail_from, accepted),
        mail_from,
        keeps_domain: false,
        connector: explanation.send_connector.as_deref().unwrap_or_default().into(),
        log_type: LogType::Send,
        sent: None,
        is_certificate_known: false,
        tls_status,
        tls_protocol: None,
        tls_error: (ending == Ending::TlsFailed)
            .then(|| tls_error.map(|known| known.name.as_str().into()))
            .flatten(),
        remote: None,
        remote_host: remote.map(Into::into),
        public_address: None,
        reply: Some(error.short_text()),
        notes: Vec::new(),
        masked_banner: None,
        count: 1,
        messages: 1,
        first: time,
        last: time,
        last_on: BTreeMap::from([(server, last_session)]),
        recipient_domains: domains(&error.recipients),
        path: error.path.clone(),
        line,
        is_located: true,
        session_id: String::new(),
        standing: Standing::Present,
        troubles: Vec::new(),
        reported_by: Some(error.reporter()),
        is_dated: error.time.is_some(),
        has_zone: error.time.is_none_or(StatedTime::has_zone),
    })
}

fn domains(addresses: &[String]) -> BTreeSet<String> {
    let domain = |address: &String| Some(address.rsplit_once('@')?.1.to_ascii_lowercase());
    addresses.iter().filter_map(domain).take(32).collect()
}

impl RejectionClass {
    /// Whether only EOP, or this server on its way to EOP, speaks so.
    pub(crate) fn is_of_eop(self) -> bool {
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
