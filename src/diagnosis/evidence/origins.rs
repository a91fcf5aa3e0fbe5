//! Where sessions come from, until the evidence shows which server that is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::folder_label::LogFolder;
use super::server_name::{ServerNames, is_same_server};
use crate::diagnosis::observation::ServerKey;
use crate::session::Session;

/// Origins that are distinguished; the sessions of further ones are of a server that is not known.
const MAXIMUM_ORIGINS: usize = 16_384;

/// Where sessions come from that do not name their server.
#[derive(Clone, Debug)]
struct Origin {
    folder: Arc<LogFolder>,
    connector: Box<str>,
    ehlo_name: Box<str>,
    /// The server's own address, without its port.
    address: Box<str>,
    /// The beginnings of its first and of its last session, in ticks.
    first: i64,
    last: i64,
}

impl Origin {
    /// The address, unless it is that of the machine to itself, which every server has.
    fn outer_address(&self) -> &str {
        let is_own = |address: &str| address.starts_with("127.") || address == "::1";
        if is_own(&self.address) { "" } else { &self.address }
    }
}

/// Every origin of sessions, and every name that they bring along.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    known: Vec<Origin>,
    numbers: HashMap<OriginKey, u32>,
    folders: HashMap<Arc<Path>, Arc<LogFolder>>,
    names: BTreeSet<Arc<str>>,
    /// The one before: the next session mostly has the same.
    last_path: Option<Arc<Path>>,
    last: usize,
    edges: Edges,
}

/// Sessions of Edge servers: they lie in the folder `Edge` of Exchange, or went over a connector that
/// EdgeSync made for one.
#[derive(Clone, Debug, Default)]
struct Edges {
    keys: BTreeSet<ServerKey>,
    /// The log of the session before, and whether its folder is that of an Edge server.
    last: Option<(Arc<Path>, bool)>,
}

/// How EdgeSync calls the connectors that it makes for an Edge server.
const OF_EDGE_SYNC: &str = "EdgeSync - ";

type OriginKey = (String, Box<str>, Box<str>, Box<str>);

impl Origins {
    /// Whose session it is, as far as it says so itself.
    pub fn key_of(&mut self, session: &Session) -> ServerKey {
        let key = self.own_key_of(session);
        let is_in_folder = match &self.edges.last {
            Some((path, is_edge)) if Arc::ptr_eq(path, &session.log_path) => *is_edge,
            _ => {
                let is_edge = self.folder_of(&session.log_path).is_edge;
                self.edges.last = Some((Arc::clone(&session.log_path), is_edge));
                is_edge
            }
        };
        let is_edge = is_in_folder || session.connector().starts_with(OF_EDGE_SYNC);
        if is_edge && !self.edges.keys.contains(&key) {
            self.edges.keys.insert(key.clone());
        }
        key
    }

    fn own_key_of(&mut self, session: &Session) -> ServerKey {
        if let Some(name) = &session.server {
            if !self.names.contains(name) {
                self.names.insert(Arc::clone(name));
            }
            return ServerKey::Name(Arc::clone(name));
        }
        let address = session.local_endpoint().map(without_port).unwrap_or_default();
        let ehlo_name = session.ehlo_name().unwrap_or_default();
        let connector = session.connector();
        let is_same_path =
            self.last_path.as_ref().is_some_and(|last| Arc::ptr_eq(last, &session.log_path));
        let is_last = is_same_path
            && self.known.get(self.last).is_some_and(|last| {
                *last.address == *address
                    && *last.ehlo_name == *ehlo_name
                    && *last.connector == *connector
            });
        let time = session.start_time.ticks();
        if !is_last {
            let folder = self.folder_of(&session.log_path);
            let key = (folder.base.clone(), connector.into(), ehlo_name.into(), address.into());
            self.last = match self.numbers.get(&key) {
                Some(number) => *number as usize,
                None if self.known.len() >= MAXIMUM_ORIGINS => return ServerKey::Unknown,
                None => self.add(folder, key, time),
            };
            self.last_path = Some(Arc::clone(&session.log_path));
        }
        if let Some(origin) = self.known.get_mut(self.last) {
            origin.first = origin.first.min(time);
            origin.last = origin.last.max(time);
        }
        ServerKey::Origin(u32::try_from(self.last).unwrap_or(u32::MAX))
    }

    fn folder_of(&mut self, file: &Arc<Path>) -> Arc<LogFolder> {
        if self.folders.len() >= MAXIMUM_ORIGINS {
            self.folders.clear();
        }
        let known = self.folders.entry(Arc::clone(file));
        Arc::clone(known.or_insert_with(|| Arc::new(LogFolder::of(file))))
    }

    fn add(&mut self, folder: Arc<LogFolder>, key: OriginKey, time: i64) -> usize {
        let number = self.known.len();
        let (_, connector, ehlo_name, address) = key.clone();
        self.known.push(Origin { folder, connector, ehlo_name, address, first: time, last: time });
        self.numbers.insert(key, u32::try_from(number).unwrap_or(u32::MAX));
        number
    }

    /// Gives each origin its server: `known` are the names in the rest of the evidence, `given` is
    /// what the user said of sessions that do not name theirs.
    pub fn resolve<'a>(
        &'a self,
        known: impl Iterator<Item = &'a str>,
        given: Option<&Arc<str>>,
    ) -> Servers {
        let known: ServerNames = self.names.iter().map(|name| &**name).chain(known).collect();
        let groups = self.groups();
        let is_given = |label: &str| given.is_some_and(|given| is_same_server(label, given));
        let labels: BTreeSet<&str> =
            groups.iter().filter_map(|group| group.folder.label.as_deref()).collect();
        // One of several folders is called as the server that was given: the others are not it.
        let is_one_of_labels = labels.len() > 1 && labels.iter().any(|label| is_given(label));
        let is_alone = groups.len() == 1 && self.names.is_empty();
        let mut names: Vec<Arc<str>> = self.names.iter().cloned().collect();
        let mut keys = vec![ServerKey::Unknown; self.known.len()];
        for group in &groups {
            let label = group.folder.label.as_deref();
            let key = match given {
                Some(given) if !is_one_of_labels || label.is_some_and(is_given) => {
                    ServerKey::Name(Arc::clone(given))
                }
                _ => group.key(self, &known, is_alone),
            };
            names.extend(key.name().cloned());
            for number in &group.origins {
                keys[*number] = key.clone();
            }
        }
        let names: ServerNames = names.iter().map(|name| &**name).collect();
        let servers = Servers {
            keys,
            names: names.one_each(),
            given: given.cloned(),
            edges: BTreeSet::new(),
        };
        let edges = self.edges.keys.iter().filter_map(|key| servers.of(key).name().cloned());
        Servers { edges: edges.collect(), ..servers }
    }

    /// The origins of each server.
    fn groups(&self) -> Vec<Group> {
        let mut folders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, origin) in self.known.iter().enumerate() {
            folders.entry(origin.folder.key()).or_default().push(number);
        }
        let mut groups = Vec::new();
        let strangers = folders.into_values().flat_map(|of_folder| self.strangers(&of_folder));
        for of_server in strangers {
            let by_address = self.told_apart(&of_server, |origin| &origin.address);
            for of_address in by_address {
                // A connector has one EHLO name on one server.
                groups.extend(self.told_apart(&of_address, |origin| &origin.ehlo_name));
            }
        }
        let mut parts: HashMap<String, usize> = HashMap::new();
        let mut sharing: HashMap<(&str, &str), usize> = HashMap::new();
        for group in &groups {
            *parts.entry(self.known[group[0]].folder.key()).or_default() += 1;
            for (base, ehlo_name) in self.names_of(group) {
                *sharing.entry((base, ehlo_name)).or_default() += 1;
            }
        }
        let mut groups: Vec<Group> = groups
            .iter()
            .map(|origins| Group {
                folder: Arc::clone(&self.known[origins[0]].folder),
                is_part: parts.get(&self.known[origins[0]].folder.key()).is_some_and(|n| *n > 1),
                own_name: match self.names_of(origins).into_iter().collect::<Vec<_>>().as_slice() {
                    [one] if sharing.get(one) == Some(&1) => Some(one.1.to_owned()),
                    _ => None,
                },
                is_alone_with_name: false,
                origins: origins.clone(),
            })
            .collect();
        let mut named: HashMap<String, usize> = HashMap::new();
        for name in groups.iter().filter_map(|group| group.own_name.clone()) {
            *named.entry(name).or_default() += 1;
        }
        for group in &mut groups {
            let own = group.own_name.as_ref();
            group.is_alone_with_name = own.is_some_and(|name| named.get(name) == Some(&1));
        }
        groups
    }

    /// Origins of a folder that have neither address nor EHLO name in common with others: a change of
    /// one server exchanges one of both. Where no two of them used one connector over one family of
    /// addresses, nothing shows that there are two servers.
    fn strangers(&self, numbers: &[usize]) -> Vec<Vec<usize>> {
        let mut roots: Vec<usize> = (0..numbers.len()).collect();
        let mut first: HashMap<(bool, &str), usize> = HashMap::new();
        for (place, number) in numbers.iter().enumerate() {
            let origin = &self.known[*number];
            for value in [(true, origin.outer_address()), (false, &*origin.ehlo_name)] {
                if !value.1.is_empty() {
                    let other = *first.entry(value).or_insert(place);
                    let (one, other) = (root(&mut roots, place), root(&mut roots, other));
                    roots[one.max(other)] = one.min(other);
                }
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut used: HashMap<(&str, bool), usize> = HashMap::new();
        let mut are_several = false;
        for (place, number) in numbers.iter().enumerate() {
            let (origin, group) = (&self.known[*number], root(&mut roots, place));
            groups.entry(group).or_default().push(*number);
            let address = origin.outer_address();
            if !address.is_empty() && !origin.ehlo_name.is_empty() {
                let of_connector = (&*origin.connector, address.contains(':'));
                are_several |= *used.entry(of_connector).or_insert(group) != group;
            }
        }
        if are_several { groups.into_values().collect() } else { vec![numbers.to_vec()] }
    }

    /// The EHLO names of origins, with their folders.
    fn names_of(&self, origins: &[usize]) -> BTreeSet<(&str, &str)> {
        let origins = origins.iter().map(|number| &self.known[*number]);
        let names = origins.map(|one| (one.folder.base.as_str(), &*one.ehlo_name));
        names.filter(|(_, name)| !name.is_empty()).collect()
    }

    /// Origins by a value, if two values of one connector occur in turn: one that follows the
    /// other is a change of one server, and so is what is not known.
    fn told_apart<'s>(
        &'s self,
        numbers: &[usize],
        value: impl Fn(&'s Origin) -> &'s str,
    ) -> Vec<Vec<usize>> {
        let mut spans: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
        for origin in numbers.iter().map(|number| &self.known[*number]) {
            let text = value(origin);
            if text.is_empty() {
                continue;
            }
            spans
                .entry((&origin.connector, text))
                .and_modify(|(first, last)| {
                    *first = origin.first.min(*first);
                    *last = origin.last.max(*last);
                })
                .or_insert((origin.first, origin.last));
        }
        let is_in_turn = is_in_turn(&spans);
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for number in numbers {
            let text = if is_in_turn { value(&self.known[*number]) } else { "" };
            groups.entry(text).or_default().push(*number);
        }
        // What does not say belongs to nobody in particular.
        groups.into_values().collect()
    }
}

/// The first of those that belong together.
fn root(roots: &mut [usize], mut place: usize) -> usize {
    while roots[place] != place {
        roots[place] = roots[roots[place]];
        place = roots[place];
    }
    place
}

/// Whether two values of one connector, of one family of addresses, have sessions in turn. The keys
/// are connector and value.
fn is_in_turn(spans: &BTreeMap<(&str, &str), (i64, i64)>) -> bool {
    let mut by_kind: BTreeMap<(&str, bool), Vec<(i64, i64)>> = BTreeMap::new();
    for ((connector, value), span) in spans {
        by_kind.entry((connector, value.contains(':'))).or_default().push(*span);
    }
    by_kind.into_values().any(|mut spans| {
        spans.sort_unstable();
        let mut end = i64::MIN;
        spans.into_iter().any(|(first, last)| {
            let overlaps = first <= end && end != i64::MIN;
            end = end.max(last);
            overlaps
        })
    })
}

/// Origins of one server.
struct Group {
    folder: Arc<LogFolder>,
    /// Whether other servers have logs in the same folder.
    is_part: bool,
    /// Its EHLO name, where no other server of the folder has the same.
    own_name: Option<String>,
    /// Whether no group of another folder has that name either.
    is_alone_with_name: bool,
    origins: Vec<usize>,
}

impl Group {
    fn key(&self, all: &Origins, known: &ServerNames, is_alone: bool) -> ServerKey {
        let label = self.folder.label.as_deref();
        if let Some(name) = label.filter(|_| !self.is_part).and_then(|label| known.find(label)) {
            return ServerKey::Name(Arc::clone(name));
        }
        // An EHLO name is that of a server if anything else says so: often it is the organisation's.
        let confirmed = all.names_of(&self.origins).into_iter().find_map(|(_, own)| {
            let of_label = label.filter(|label| is_same_server(label, own)).map(Arc::from);
            known.find(own).cloned().or(of_label)
        });
        if let Some(name) = confirmed {
            return ServerKey::Name(name);
        }
        if self.is_part {
            let addresses = self.origins.iter().map(|number| &*all.known[*number].address);
            let address = addresses.into_iter().find(|address| !address.is_empty());
            return match (self.own_name.as_deref().or(address), label) {
                (Some(own), Some(label)) => ServerKey::Label(format!("{label} ({own})").into()),
                (Some(own), None) => ServerKey::Label(own.into()),
                (None, _) => ServerKey::Unknown,
            };
        }
        match label {
            Some(label) => ServerKey::Label(label.into()),
            None if is_alone || self.folder.base.is_empty() => ServerKey::Unknown,
            None => {
                let own = self.own_name.as_deref().filter(|_| self.is_alone_with_name);
                let name = self.folder.name().or(own).unwrap_or(&self.folder.base);
                ServerKey::Label(name.into())
            }
        }
    }
}

/// The server of each session.
pub(crate) struct Servers {
    keys: Vec<ServerKey>,
    /// Names that are written in another way elsewhere.
    names: HashMap<Arc<str>, Arc<str>>,
    /// The server of what does not name its own.
    given: Option<Arc<str>>,
    /// The names of those that are Edge servers.
    edges: BTreeSet<Arc<str>>,
}

impl Servers {
    /// The names of the servers that are known to be Edge servers.
    pub fn edge_servers(&self) -> BTreeSet<Arc<str>> {
        self.edges.clone()
    }

    /// The server, with its name or label.
    pub fn of(&self, key: &ServerKey) -> ServerKey {
        let key = match key {
            ServerKey::Origin(number) => self.keys.get(*number as usize),
            key => Some(key),
        };
        match key {
            Some(ServerKey::Name(name)) => {
                ServerKey::Name(Arc::clone(self.names.get(name).unwrap_or(name)))
            }
            Some(ServerKey::Unknown) | None => {
                self.given.clone().map_or(ServerKey::Unknown, ServerKey::Name)
            }
            Some(key) => key.clone(),
        }
    }
}

/// `10.0.0.5:30001` and `[2001:db8::5]:30001` without the port and the brackets.
fn without_port(endpoint: &str) -> &str {
    let address = endpoint.rsplit_once(':').map_or(endpoint, |(address, _)| address);
    address.trim_matches(['[', ']'])
}
