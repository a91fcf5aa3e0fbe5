//! The cases of the corpus, and the evidence that they describe.

mod objects;
mod rows;
mod setup;
mod wizard;

use std::collections::BTreeMap;
use std::fs;

use eop_relay::diagnosis::Evidence;
use eop_relay::evidence::HybridHistoryBuilder;
use eop_relay::session::Session;
use eop_relay::timestamp::Timestamp;

use self::rows::{log_of, read};
use self::setup::set_up;
use self::wizard::wizard_log;

const NOW: &str = "2026-11-16T12:00:00Z";

/// A row of the table.
pub struct Case {
    pub name: String,
    pub source: String,
    pub sessions: String,
    pub setup: String,
    pub verdict: String,
    pub cause: String,
    pub side: String,
    pub findings: Vec<String>,
}

pub fn all() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/diagnosis/cases.tsv");
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let mut fields = line.split('\t').map(|field| field.trim().to_owned());
        let mut next = || fields.next().unwrap_or_default();
        Case {
            name: next(),
            source: next(),
            sessions: next(),
            setup: next(),
            verdict: next(),
            cause: next(),
            side: next(),
            findings: next().split(',').map(str::to_owned).filter(|id| !id.is_empty()).collect(),
        }
    })
    .collect()
}

/// `key=value` parts of a text.
fn parts<'t>(text: &'t str, separator: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.split(separator)
        .map(str::trim)
        .filter(|part| !part.is_empty() && *part != "-")
        .map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// How texts of a case are written: as they stand, or with stand-ins.
type Write<'w> = &'w mut dyn FnMut(&str) -> String;

impl Case {
    /// One that only its sessions and its setup make.
    pub fn of(sessions: &str, setup: &str) -> Self {
        Self {
            name: String::new(),
            source: String::new(),
            sessions: sessions.to_owned(),
            setup: setup.to_owned(),
            verdict: String::new(),
            cause: String::new(),
            side: String::new(),
            findings: Vec::new(),
        }
    }

    fn no_evidence(&self, write: Write<'_>) -> Evidence {
        let at = Timestamp::parse(NOW).unwrap();
        let recipient = parts(&self.setup, " ; ").find(|(key, _)| *key == "rcpt");
        recipient.map_or_else(
            || Evidence::new(at),
            |(_, domain)| Evidence::of_recipient(at, &write(domain)).unwrap(),
        )
    }

    pub fn evidence(&self) -> Evidence {
        self.evidence_written(&mut str::to_owned)
    }

    /// The same evidence with other texts.
    pub fn evidence_written(&self, write: Write<'_>) -> Evidence {
        let mut evidence = self.no_evidence(write);
        self.add_exports(&mut evidence, write);
        self.add_sessions(&mut evidence, write);
        evidence
    }

    /// The same evidence, in which the sessions came first.
    pub fn evidence_of_sessions_first(&self) -> Evidence {
        let mut evidence = self.no_evidence(&mut str::to_owned);
        self.add_sessions(&mut evidence, &mut str::to_owned);
        self.add_exports(&mut evidence, &mut str::to_owned);
        evidence
    }

    /// Whether there is what has to come before sessions: errors that look for theirs.
    pub fn has_what_comes_first(&self) -> bool {
        parts(&self.setup, " ; ").any(|(key, _)| key == "queue")
    }

    fn add_exports(&self, evidence: &mut Evidence, write: Write<'_>) {
        let (of_wizard, others): (Vec<_>, Vec<_>) =
            parts(&self.setup, " ; ").partition(|(key, _)| *key == "wizard");
        for (key, value) in others {
            set_up(evidence, key, value, write);
        }
        if !of_wizard.is_empty() {
            let mut builder = HybridHistoryBuilder::default();
            for (number, (_, value)) in of_wizard.into_iter().enumerate() {
                let log = write(&wizard_log(value));
                builder.add_bytes(&format!("hcw{number}.log"), log.as_bytes());
            }
            evidence.add_hybrid(builder.finish());
        }
    }

    /// Whether sessions differ in server, connector, certificate, address or sender.
    pub fn has_several_senders(&self) -> bool {
        let of = |session: &str| -> Vec<String> {
            let keys = ["server", "connector", "cert", "serial", "ip", "from"];
            let all = parts(session, " ;; ").filter(|(key, _)| keys.contains(key));
            let mut all: Vec<String> = all.map(|(key, value)| format!("{key}={value}")).collect();
            all.sort();
            all
        };
        let mut sessions = self.sessions.split(" || ").map(of);
        let first = sessions.next();
        sessions.any(|other| Some(&other) != first.as_ref())
    }

    /// The sessions as the program reads them.
    pub fn read_sessions(&self) -> Vec<Session> {
        self.read_sessions_written(&mut str::to_owned)
    }

    fn read_sessions_written(&self, write: Write<'_>) -> Vec<Session> {
        let mut logs: BTreeMap<&str, String> = BTreeMap::new();
        let is_session = |session: &&str| !["", "-", "empty"].contains(session);
        for (number, session) in self.sessions.split(" || ").filter(is_session).enumerate() {
            let server = parts(session, " ;; ").find(|(key, _)| *key == "server");
            let server = server.map_or("EX01", |(_, server)| server);
            logs.entry(server).or_default().push_str(&log_of(session, number));
        }
        logs.iter().flat_map(|(server, log)| read(&write(server), &write(log))).collect()
    }

    fn add_sessions(&self, evidence: &mut Evidence, write: Write<'_>) {
        if self.sessions == "empty" {
            evidence.logs_given = true;
        }
        for session in self.read_sessions_written(write) {
            evidence.add_session(&session);
        }
    }
}
