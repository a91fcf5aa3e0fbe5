//! The evidence, finished for one diagnosis.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use super::collector::Context;
use super::inbound_state::InboundState;
use super::incidents::Incidents;
use super::queue_errors::QueueErrors;
use super::{Evidence, GivenCertificate, Located};
use crate::certificate::{Certificate, Thumbprint};
use crate::chain::{ChainReport, ChainRequest, RootStores, report};
use crate::connector::{
    AcceptedDomains, InboundConnector, MailFrom, SendConnector, ShownCertificate,
};
use crate::evidence::{HybridChange, HybridConnector};
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// What was given, and what becomes of it once all of it is there.
pub(crate) struct Basis<'a> {
    given: &'a Evidence,
    pub incidents: Incidents,
    /// The errors of queues, joined to the sessions that they belong to.
    pub queue_errors: QueueErrors,
    /// Those of the tenant, as the evidence last shows them.
    pub inbound_connectors: Option<Cow<'a, [Located<InboundConnector>]>>,
    /// The accepted domains of the tenant.
    pub accepted_domains: Option<&'a Located<AcceptedDomains>>,
    /// Which of the tenants is judged; the first one has the number 0.
    pub tenant: usize,
    /// The state in the wizard's logs of each that comes from these.
    pub wizard_states: Vec<Option<HybridConnector>>,
    /// Those of the export that the wizard has taken away since.
    pub taken_away: Vec<(String, HybridChange)>,
    /// Whether there is an export, older than changes in the wizard's logs.
    pub is_export_older: bool,
    /// The names of servers that are known to be Edge servers.
    pub edge_servers: BTreeSet<Arc<str>>,
    /// The inbound connectors without their places.
    pub connectors: Option<Vec<InboundConnector>>,
    /// Chains by certificate and day: how many incidents a certificate has does not matter.
    chains: RefCell<HashMap<(Thumbprint, i64), Rc<ChainReport>>>,
    delivered: OnceCell<Rc<Vec<Delivered>>>,
}

/// A sender whose mail is delivered today.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivered {
    /// Who it is, in words.
    pub label: String,
    /// The server, where the log names it.
    pub server: Option<String>,
    /// The send connector.
    pub connector: String,
    /// Of the certificate that it shows.
    pub thumbprint: Option<Thumbprint>,
    pub presented: ShownCertificate,
    pub address: Option<IpAddr>,
    pub mail_from: MailFrom,
}

impl Deref for Basis<'_> {
    type Target = Evidence;

    fn deref(&self) -> &Evidence {
        self.given
    }
}

impl<'a> Basis<'a> {
    /// Joins errors and sessions, marks what has passed, and lets the connectors of the wizard stand
    /// in for an export.
    pub fn new(given: &'a Evidence, tenant: usize) -> Self {
        let accepted_domains = given.tenant(tenant).accepted_domains;
        let accepted = accepted_domains.map(|located| &located.object);
        let servers = given.servers();
        let context = Context {
            accepted,
            servers: &servers,
            keeps_domains: given.tenant_count() > 1,
            sends_to_eop: &|name| sends_to_eop(given, name),
        };
        let queue_errors = given.queue_errors.finish(accepted, given.at);
        let reported = given.queue_errors.incidents(accepted, given.at).map(|mut incident| {
            incident.resolve_servers(&servers);
            incident
        });
        let mut incidents = given.sessions.finish(&context, reported);
        incidents.settle();
        let InboundState {
            connectors: inbound_connectors,
            wizard_states,
            taken_away,
            is_export_older,
        } = InboundState::of(given, tenant);
        let connectors = inbound_connectors
            .as_ref()
            .map(|all| all.iter().map(|one| one.object.clone()).collect());
        Self {
            given,
            incidents,
            queue_errors,
            inbound_connectors,
            accepted_domains,
            tenant,
            wizard_states,
            taken_away,
            is_export_older,
            edge_servers: servers.edge_servers(),
            connectors,
            chains: RefCell::default(),
            delivered: OnceCell::new(),
        }
    }

    /// Whether a certificate is to be judged by itself: one that merely lies in a case is none where the
    /// log shows which are sent.
    pub fn is_asked_for(&self, given: &GivenCertificate) -> bool {
        let is_found = self.given.found_certificates.contains(&given.path);
        !is_found || self.incidents.all.iter().all(|incident| incident.sent.is_none())
    }

    /// Connectors and accepted domains alone, to try changes of the tenant on.
    pub fn of_tenant(&self) -> Evidence {
        Evidence {
            inbound_connectors: self.inbound_connectors.as_deref().map(<[_]>::to_vec),
            accepted_domains: self.accepted_domains.cloned(),
            option_names: self.given.option_names,
            cancellation: self.given.cancellation.clone(),
            ..Evidence::new(self.given.at)
        }
    }

    /// All of the evidence that is configuration, to try changes on: without sessions, and with the
    /// connectors of the wizard's logs as if they were exported.
    pub fn configuration(&self) -> Evidence {
        let given = self.given;
        Evidence {
            server: given.server.clone(),
            certificates: given.certificates.clone(),
            intermediates: given.intermediates.clone(),
            roots: given.roots.clone(),
            send_connectors: given.send_connectors.clone(),
            receive_connectors: given.receive_connectors.clone(),
            installed: given.installed.clone(),
            machine: given.machine.clone(),
            windows_verdicts: given.windows_verdicts.clone(),
            chain_log: given.chain_log.clone(),
            source_address: given.source_address,
            mail_from: given.mail_from.clone(),
            warning_days: given.warning_days,
            ..self.of_tenant()
        }
    }

    /// The senders whose mail is delivered, found once.
    pub fn delivered(&self, find: impl FnOnce() -> Vec<Delivered>) -> Rc<Vec<Delivered>> {
        Rc::clone(self.delivered.get_or_init(|| Rc::new(find())))
    }

    /// The chain of a certificate as it was on a day; `others` came in the same file.
    pub fn chain(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        at: Timestamp,
    ) -> Rc<ChainReport> {
        let thumbprint = certificate.thumbprint();
        let key = (thumbprint, at.ticks().div_euclid(TICKS_PER_DAY));
        if let Some(known) = self.chains.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut known: Vec<Certificate> = others.to_vec();
        let given = self.certificates.iter();
        let given = given.flat_map(|one| std::iter::once(&one.certificate).chain(&one.others));
        known.extend(given.filter(|other| *other != certificate).cloned());
        let verdict = self.windows_verdicts.iter().find(|(of, _)| *of == thumbprint);
        let stores = RootStores::new(self.roots.clone(), Vec::new(), self.machine.as_ref());
        let found = Rc::new(report(&ChainRequest {
            intermediates: self.intermediates.as_deref(),
            known: &known,
            root_store: &stores.of_sender,
            programme_roots: &stores.of_programme,
            windows_verdict: verdict.map(|(_, verdict)| verdict),
            option_names: self.option_names,
            ..ChainRequest::new(certificate, at)
        }));
        self.chains.borrow_mut().insert(key, Rc::clone(&found));
        found
    }
}

/// Whether the connector of that name sends to EOP, if it was given.
fn sends_to_eop(given: &Evidence, name: &str) -> Option<bool> {
    let same_name = |one: &&Located<SendConnector>| one.object.name.eq_ignore_ascii_case(name);
    let found = given.send_connectors.as_ref()?.iter().find(same_name)?;
    Some(found.object.eop_sign().is_some())
}
