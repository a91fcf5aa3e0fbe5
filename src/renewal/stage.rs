//! The configuration while a plan is carried out: what each place sends, and who has what.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::certificate::Thumbprint;
use crate::connector::{
    ExchangeCertificate, ReceiveConnector, Selected, SendConnector, TextList, is_named_by,
    public_address, select_certificate,
};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::overview::known::Known;
use crate::diagnosis::overview::places::{Installed as OnServer, full_name, installed_on};
use crate::diagnosis::remedies::Change;
use crate::diagnosis::{ConnectorCertificate, certificate_overview};
use crate::renewal::plan::PlaceKind;

/// A connector on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub kind: PlaceKind,
    pub connector: String,
    pub server: Option<String>,
    pub is_eop: bool,
    /// The certificate that the logs show last.
    pub sent: Option<Thumbprint>,
}

impl Place {
    /// Connector and server in words.
    pub fn text(&self) -> String {
        match &self.server {
            Some(server) => format!("{} on {server}", self.connector),
            None => self.connector.clone(),
        }
    }
}

/// What a place sends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sends {
    /// This certificate.
    One(Box<ExchangeCertificate>),
    /// One of two: sources disagree on which.
    Either(Box<ExchangeCertificate>, Box<ExchangeCertificate>),
    /// None fits.
    Nothing,
    /// The evidence does not say.
    NotKnown,
}

impl Sends {
    /// The thumbprint, where it is certain.
    pub fn thumbprint(&self) -> Option<Thumbprint> {
        match self {
            Self::One(one) => one.thumbprint,
            _ => None,
        }
    }
}

/// Whether a server has a certificate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Holding {
    /// The certificates of the server are not known.
    NotKnown,
    /// It has not.
    Lacks,
    /// It has, like this.
    Has(Box<ExchangeCertificate>),
}

/// The configuration at one point of a plan: the same servers for each tenant.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// One for each tenant; the servers of all are the same.
    pub tenants: Vec<Evidence>,
    /// Counts what was changed in tenants and stores.
    pub generation: usize,
    /// The certificates of servers that were asked for, until they change.
    installed: RefCell<HashMap<Option<String>, Installed>>,
    /// What places send, until a change concerns them.
    sent: RefCell<HashMap<PlaceKey, Rc<Sends>>>,
}

/// What a place is known by.
type PlaceKey = (PlaceKind, String, Option<String>);

/// The certificates of a server; `None`: not known.
type Installed = Option<Rc<[ExchangeCertificate]>>;

impl Stage {
    /// The configuration of today, and its places.
    pub fn of(evidence: &Evidence) -> (Self, Vec<Place>) {
        let rows = certificate_overview(evidence).certificates;
        let mut tenants: Vec<Evidence> = (0..evidence.tenant_count())
            .map(|slot| Basis::new(evidence, slot).configuration())
            .collect();
        for (slot, tenant) in tenants.iter_mut().enumerate() {
            name_servers(tenant, &rows);
            tenant.source_address = tenant.source_address.or_else(|| address_of(evidence, slot));
        }
        let stage = Self {
            tenants,
            generation: 0,
            installed: RefCell::default(),
            sent: RefCell::default(),
        };
        let places = stage.places(&rows);
        (stage, places)
    }

    /// The servers, which are the same for all tenants.
    pub fn servers(&self) -> &Evidence {
        &self.tenants[0]
    }

    /// The configuration after a change; one of a tenant is made in that tenant alone.
    pub fn apply(&mut self, change: &Change, tenant: usize) {
        let is_store = matches!(change, Change::ImportIntermediate { .. });
        self.generation += usize::from(change.is_of_tenant() || is_store);
        self.forget(change);
        for (slot, evidence) in self.tenants.iter_mut().enumerate() {
            if !change.is_of_tenant() || slot == tenant {
                let before = std::mem::replace(evidence, Evidence::new(evidence.at));
                *evidence = change.apply(before);
            }
        }
    }

    /// Forgets what is known of the servers and connectors that a change concerns.
    fn forget(&self, change: &Change) {
        let (mut known, mut sent) = (self.installed.borrow_mut(), self.sent.borrow_mut());
        match change {
            Change::ImportWithKey { server, .. }
            | Change::EnableForSmtp { server, .. }
            | Change::TakeAway { server, .. } => {
                let is_it = |own: &Option<String>| match (own, server) {
                    (Some(own), Some(server)) => is_same_server(own, server),
                    _ => true,
                };
                known.retain(|own, _| !is_it(own));
                sent.retain(|(_, _, own), _| !is_it(own));
            }
            Change::TakeNamedAway { .. } | Change::TieKey { .. } => {
                known.clear();
                sent.clear();
            }
            Change::Send { .. } | Change::SendByName { .. } => {
                sent.retain(|(kind, ..), _| *kind != PlaceKind::SendConnector);
            }
            Change::Receive { connector, .. } => sent.retain(|(_, name, _), _| name != connector),
            _ => {}
        }
    }

    /// The certificates of a server; `None`: not known.
    pub fn installed(&self, server: Option<&str>) -> Installed {
        let key = server.map(str::to_owned);
        if let Some(known) = self.installed.borrow().get(&key) {
            return known.clone();
        }
        let known = Known::of(self.servers());
        let found: Installed = match installed_on(&known, server) {
            OnServer::Known(all) => Some(all.into_iter().cloned().collect()),
            OnServer::NotGiven | OnServer::NotKnown => None,
        };
        self.installed.borrow_mut().insert(key, found.clone());
        found
    }

    /// Whether a server has the certificate of that thumbprint.
    pub fn find(&self, server: Option<&str>, thumbprint: Option<Thumbprint>) -> Holding {
        let Some(installed) = self.installed(server) else { return Holding::NotKnown };
        let found = installed.iter().find(|one| one.thumbprint == thumbprint);
        found.map_or(Holding::Lacks, |one| Holding::Has(Box::new(one.clone())))
    }

    /// The send connector of that name.
    pub fn send_connector(&self, name: &str) -> Option<&SendConnector> {
        let all = self.servers().send_connectors.iter().flatten();
        all.map(|one| &one.object).find(|one| one.is_named(name))
    }

    /// The receive connector of that identity.
    pub fn receive_connector(&self, identity: &str) -> Option<&ReceiveConnector> {
        let all = self.servers().receive_connectors.iter().flatten();
        all.map(|one| &one.object).find(|one| one.identity == identity)
    }

    /// Whether a server is taken for an Edge server: by its name, or by the name that setup gives to its
    /// receive connector.
    pub fn is_edge(&self, server: &str) -> bool {
        let mut all = self.servers().receive_connectors.iter().flatten().map(|one| &one.object);
        let by_connector = all.any(|one| {
            let identity = one.identity.to_ascii_lowercase();
            one.server().is_some_and(|own| is_same_server(own, server))
                && identity.contains("default internal receive connector")
        });
        by_connector || server.to_ascii_lowercase().contains("edge")
    }

    /// What a place sends.
    pub fn sends(&self, place: &Place) -> Rc<Sends> {
        let key = (place.kind, place.connector.clone(), place.server.clone());
        if let Some(known) = self.sent.borrow().get(&key) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.find_sends(place));
        self.sent.borrow_mut().insert(key, Rc::clone(&found));
        found
    }

    fn find_sends(&self, place: &Place) -> Sends {
        let Some(installed) = self.installed(place.server.as_deref()) else {
            return Sends::NotKnown;
        };
        match place.kind {
            PlaceKind::SendConnector => self.sent_over(place, &installed),
            PlaceKind::ReceiveConnector => self.shown_by(place, &installed),
        }
    }

    fn sent_over(&self, place: &Place, installed: &[ExchangeCertificate]) -> Sends {
        let Some(connector) = self.send_connector(&place.connector) else {
            return Sends::NotKnown;
        };
        let known = Known::of(self.servers());
        let name = place.server.as_deref().and_then(|server| full_name(&known, server));
        let one = |index: usize| Box::new(installed[index].clone());
        match select_certificate(connector, installed, name).selected {
            Selected::One(index) => Sends::One(one(index)),
            Selected::Disputed { expires_last, begins_last } => {
                Sends::Either(one(expires_last), one(begins_last))
            }
            Selected::NotFound => Sends::Nothing,
            Selected::UnreadableName(_) | Selected::Unknown => Sends::NotKnown,
        }
    }

    fn shown_by(&self, place: &Place, installed: &[ExchangeCertificate]) -> Sends {
        let connector = self.receive_connector(&place.connector);
        let Some(value) = connector.and_then(|one| one.tls_certificate_name.as_deref()) else {
            return Sends::NotKnown;
        };
        let blanks = connector.is_some_and(|one| one.has_uncertain_blanks);
        let fitting = installed.iter().filter(|one| is_named_by(one, value, blanks) == Some(true));
        let newest = fitting.filter(|one| one.has_private_key != Some(false));
        newest
            .max_by_key(|one| one.not_after)
            .map_or(Sends::Nothing, |one| Sends::One(Box::new(one.clone())))
    }

    /// The places that a renewal can concern: all that name or choose a certificate.
    fn places(&self, rows: &[ConnectorCertificate]) -> Vec<Place> {
        let mut places = Vec::new();
        for row in rows {
            let Some(connector) = &row.connector else { continue };
            let is_enabled = self.send_connector(connector).map(|one| one.enabled != Some(false));
            if is_enabled == Some(true) {
                places.push(Place {
                    kind: PlaceKind::SendConnector,
                    connector: connector.clone(),
                    server: row.server.clone(),
                    is_eop: row.is_eop == Some(true),
                    sent: row.sent_thumbprint.as_deref().and_then(|text| text.parse().ok()),
                });
            }
        }
        let receiving = self.servers().receive_connectors.iter().flatten();
        for one in receiving.map(|one| &one.object) {
            if one.tls_certificate_name.is_some() {
                places.push(Place {
                    kind: PlaceKind::ReceiveConnector,
                    connector: one.identity.clone(),
                    server: one.server().map(str::to_owned),
                    is_eop: false,
                    sent: None,
                });
            }
        }
        places
    }
}

/// The public address of the newest session with one.
fn address_of(evidence: &Evidence, slot: usize) -> Option<IpAddr> {
    let basis = Basis::new(evidence, slot);
    let seen = basis.incidents.all.iter().filter(|one| one.public_address.is_some());
    let newest = seen.max_by_key(|one| one.last)?;
    newest.public_address.as_deref()?.parse().ok().and_then(public_address)
}

/// Gives each send connector without source servers those that its sessions show.
fn name_servers(evidence: &mut Evidence, rows: &[ConnectorCertificate]) {
    for one in evidence.send_connectors.iter_mut().flatten().map(|one| &mut one.object) {
        let mut servers: Vec<String> = Vec::new();
        let known = one.source_transport_servers.iter().flat_map(|list| list.values.clone());
        let own = rows
            .iter()
            .filter(|row| row.connector.as_deref().is_some_and(|name| one.is_named(name)));
        for name in known.chain(own.filter_map(|row| row.server.clone())) {
            if !servers.iter().any(|server| is_same_server(server, &name)) {
                servers.push(name);
            }
        }
        one.source_transport_servers = Some(TextList::complete(servers));
    }
}
