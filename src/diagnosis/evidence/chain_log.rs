//! What the CAPI2 log says, condensed as it is read: of each certificate the newest of each fault.

use std::collections::BTreeMap;

use crate::certificate::Thumbprint;
use crate::diagnosis::report::EvidenceLine;
use crate::evidence::chain_event::{ChainEvent, ChainFailure, ChainFault};
use crate::timestamp::Timestamp;

/// The programs that judge, or use, the certificate with which a server sends mail: Schannel runs in
/// lsass.exe. What other programs judged is another matter: a browser, a monitoring agent.
const MAIL_PROCESSES: [&str; 5] = [
    "lsass.exe",
    "edgetransport.exe",
    "msexchangetransport.exe",
    "msexchangefrontendtransport.exe",
    "inetinfo.exe",
];
/// More certificates and faults than a server meets.
const MAXIMUM_ENTRIES: usize = 20_000;

/// The newest event with one fault of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoggedFault {
    pub failure: ChainFailure,
    pub time: Option<Timestamp>,
    process: String,
    path: String,
}

impl LoggedFault {
    pub fn proof(&self) -> EvidenceLine {
        let time = self.time.map(|time| format!(", {time}")).unwrap_or_default();
        let text = format!("{}, {}{time}", self.failure, self.process);
        EvidenceLine { path: self.path.clone(), line: self.failure.line, text }
    }
}

/// The first label of a computer's name, in lower case; empty where the log does not show it. A store
/// is that of one server.
type Host = String;

/// Validations of certificate chains, of which nothing more is kept than a diagnosis needs.
#[derive(Clone, Debug, Default)]
pub struct ChainLog {
    faults: BTreeMap<(Thumbprint, ChainFault, Host), LoggedFault>,
    /// When a certificate was last the subject of an event of that id.
    last: BTreeMap<(Thumbprint, u32, Host), Timestamp>,
    /// The time of the first validation.
    pub(crate) first_time: Option<Timestamp>,
    /// Failed validations that another program asked for: how many of a certificate, and which program.
    of_other_processes: BTreeMap<Thumbprint, (u64, String)>,
    /// Where the log is off, empty or too small: path and reason.
    pub(crate) incomplete: Vec<(String, String)>,
}

impl ChainLog {
    /// Takes a validation.
    pub(crate) fn add(&mut self, event: &ChainEvent) {
        self.first_time = self.first_time.into_iter().chain(event.time).min();
        let process = event.process_name.as_deref().unwrap_or_default();
        let Some(thumbprint) = event.thumbprint else { return };
        if !is_mail_process(process) {
            if event.failed && self.of_other_processes.len() < MAXIMUM_ENTRIES {
                let other = self.of_other_processes.entry(thumbprint).or_default();
                *other = (other.0 + 1, process.to_owned());
            }
            return;
        }
        let host = host_of(event.computer.as_deref().unwrap_or_default());
        if self.last.len() < MAXIMUM_ENTRIES
            && let Some(time) = event.time
        {
            for record in &event.records {
                let key = (thumbprint, record.event_id, host.clone());
                let last = self.last.entry(key).or_insert(time);
                *last = time.max(*last);
            }
        }
        for failure in &event.failures {
            let key = (thumbprint, failure.fault, host.clone());
            let is_newer = self.faults.get(&key).is_none_or(|known| event.time >= known.time);
            if is_newer && (self.faults.len() < MAXIMUM_ENTRIES || self.faults.contains_key(&key)) {
                let logged = LoggedFault {
                    failure: failure.clone(),
                    time: event.time,
                    process: process.to_owned(),
                    path: event.log_path.clone(),
                };
                self.faults.insert(key, logged);
            }
        }
    }

    /// Failed validations of that certificate for other programs: how many, and one of the programs.
    pub(crate) fn of_other_processes(&self, thumbprint: Thumbprint) -> Option<(u64, &str)> {
        let (count, process) = self.of_other_processes.get(&thumbprint)?;
        Some((*count, if process.is_empty() { "a program that is not known" } else { process }))
    }

    /// The newest event with that fault of that certificate on one of the servers (on any, if none is
    /// known), unless a later event of the same kind no longer has it there.
    pub(crate) fn fault<'s>(
        &self,
        thumbprint: Thumbprint,
        fault: ChainFault,
        servers: impl IntoIterator<Item = &'s str>,
    ) -> Option<&LoggedFault> {
        let servers: Vec<Host> = servers.into_iter().map(host_of).collect();
        let is_its = |host: &Host| servers.is_empty() || host.is_empty() || servers.contains(host);
        let of_it = self.faults.iter().filter(|((found, kind, host), _)| {
            *found == thumbprint && *kind == fault && is_its(host)
        });
        let current = of_it.filter(|((.., host), logged)| {
            let last = self.last.get(&(thumbprint, logged.failure.event_id, host.clone()));
            logged.time.zip(last).is_none_or(|(time, last)| time >= *last)
        });
        current.map(|(_, logged)| logged).max_by_key(|logged| logged.time)
    }
}

fn host_of(computer: &str) -> Host {
    computer.trim().split('.').next().unwrap_or_default().to_lowercase()
}

fn is_mail_process(name: &str) -> bool {
    let file = name.rsplit(['\\', '/']).next().unwrap_or_default();
    MAIL_PROCESSES.iter().any(|known| file.eq_ignore_ascii_case(known))
}
