//! What the CAPI2 log tells, condensed as it is read: of each certificate the newest of each fault.

use std::collections::BTreeMap;

use super::report::EvidenceLine;
use crate::certificate::Thumbprint;
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
pub(super) struct LoggedFault {
    pub failure: ChainFailure,
    pub time: Option<Timestamp>,
    process: String,
    path: String,
}

impl LoggedFault {
    pub fn proof(&self) -> EvidenceLine {
        let mut text = format!("{}, {}", self.failure, self.process);
        if let Some(time) = self.time {
            text.push_str(&format!(", {time}"));
        }
        EvidenceLine { path: self.path.clone(), line: self.failure.line, text }
    }
}

/// Validations of certificate chains, of which nothing more is kept than a diagnosis needs.
#[derive(Clone, Debug, Default)]
pub struct ChainLog {
    faults: BTreeMap<(Thumbprint, ChainFault), LoggedFault>,
    /// When a certificate was last the subject of an event of that id.
    last: BTreeMap<(Thumbprint, u32), Timestamp>,
    /// The time of the first validation.
    pub(super) first_time: Option<Timestamp>,
    /// Validations, and those among them that another program asked for.
    pub(super) total: u64,
    pub(super) of_other_processes: u64,
    /// Where the log is off, empty or too small: path and reason.
    pub(super) incomplete: Vec<(String, String)>,
}

impl ChainLog {
    /// Takes a validation.
    pub(super) fn add(&mut self, event: &ChainEvent) {
        self.total += 1;
        self.first_time = self.first_time.into_iter().chain(event.time).min();
        let process = event.process_name.as_deref().unwrap_or_default();
        if !is_mail_process(process) {
            self.of_other_processes += 1;
            return;
        }
        let Some(thumbprint) = event.thumbprint else { return };
        if self.last.len() < MAXIMUM_ENTRIES
            && let Some(time) = event.time
        {
            for record in &event.records {
                let last = self.last.entry((thumbprint, record.event_id)).or_insert(time);
                *last = time.max(*last);
            }
        }
        for failure in &event.failures {
            let key = (thumbprint, failure.fault);
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

    /// The fault of that certificate, unless a later event of the same kind no longer has it.
    pub(super) fn fault(&self, thumbprint: Thumbprint, fault: ChainFault) -> Option<&LoggedFault> {
        let logged = self.faults.get(&(thumbprint, fault))?;
        let last = self.last.get(&(thumbprint, logged.failure.event_id));
        let is_current = match (logged.time, last) {
            (Some(time), Some(last)) => time >= *last,
            _ => true,
        };
        is_current.then_some(logged)
    }
}

fn is_mail_process(name: &str) -> bool {
    let file = name.rsplit(['\\', '/']).next().unwrap_or_default();
    MAIL_PROCESSES.iter().any(|known| file.eq_ignore_ascii_case(known))
}
