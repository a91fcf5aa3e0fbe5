//! The files that a report rests on, with what identifies their content.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::certificate::hexadecimal;
use crate::evidence::{ContentDigest, EvidenceKind};
use crate::input;

/// Of a log so many bytes are hashed. They stay as they are while the log grows, and the whole would
/// take a third of the time of its reading.
const HASHED_OF_LOG: u64 = 64 << 10;

/// Files that are listed.
const MAXIMUM_INPUTS: usize = 100_000;

/// A file, or what was handed over as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// Its path as it was given, or the name of what was handed over.
    pub path: String,
    /// What it was read as.
    pub kind: EvidenceKind,
    /// Its size in bytes, unpacked where it is compressed; 0 for a log whose sessions were handed over:
    /// it was read elsewhere.
    pub size: u64,
    /// SHA-256 of its first `hashed_bytes` bytes, in hexadecimal digits; empty for such a log.
    pub sha256: String,
    /// All of the size, but for logs at most 64 KiB.
    pub hashed_bytes: u64,
    /// What was read of it: sessions of a log, objects of an export, errors, certificates; `None`: not
    /// counted.
    pub objects: Option<u64>,
}

impl Input {
    pub(super) fn of_bytes(path: &str, kind: EvidenceKind, bytes: &[u8]) -> Self {
        let ContentDigest { size, sha256 } = ContentDigest::of(bytes);
        Self { path: path.to_owned(), kind, size, sha256, hashed_bytes: size, objects: None }
    }

    pub(super) fn of_file(path: &Path, kind: EvidenceKind) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let size = io::copy(&mut input::open(path)?, &mut hash)?;
        let sha256 = hexadecimal(&hash.finalize());
        let path = path.display().to_string();
        Ok(Self { path, kind, size, sha256, hashed_bytes: size, objects: None })
    }

    pub(super) fn of_log(path: &Path, size: u64) -> io::Result<Self> {
        let mut bytes = Vec::new();
        input::open(path)?.take(HASHED_OF_LOG).read_to_end(&mut bytes)?;
        let kind = EvidenceKind::ProtocolLog;
        let input = Self::of_bytes(&path.display().to_string(), kind, &bytes);
        Ok(Self { size: size.max(input.size), ..input })
    }
}

/// The inputs so far, and the sessions of each log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs {
    all: Vec<Input>,
    noted: HashSet<(EvidenceKind, String)>,
    sessions: HashMap<Arc<Path>, u64>,
    /// The log of the session before: the next one mostly has the same.
    last: Option<(Arc<Path>, u64)>,
}

impl Inputs {
    /// Counts a session of a log.
    pub fn count_session(&mut self, log: &Arc<Path>) {
        match &mut self.last {
            Some((last, count)) if Arc::ptr_eq(last, log) => *count += 1,
            _ => {
                if let Some((last, count)) = self.last.replace((Arc::clone(log), 1)) {
                    self.keep(last, count);
                }
            }
        }
    }

    fn keep(&mut self, log: Arc<Path>, count: u64) {
        if self.sessions.len() < MAXIMUM_INPUTS || self.sessions.contains_key(&log) {
            *self.sessions.entry(log).or_default() += count;
        }
    }

    /// All inputs, in the order in which they came.
    pub fn report(&self) -> Vec<Input> {
        let mut counted: HashMap<String, u64> = HashMap::new();
        let last = self.last.iter().map(|(log, count)| (log, count));
        for (log, count) in self.sessions.iter().chain(last) {
            *counted.entry(log.display().to_string()).or_default() += count;
        }
        let with_sessions = |input: &Input| match input.kind {
            EvidenceKind::ProtocolLog => {
                let objects = Some(counted.get(&input.path).copied().unwrap_or_default());
                Input { objects, ..input.clone() }
            }
            _ => input.clone(),
        };
        let noted = self.all.iter().map(with_sessions);
        let is_handed_over =
            |path: &&String| !self.is_noted(path, EvidenceKind::ProtocolLog) && !path.is_empty();
        let mut handed_over: Vec<&String> = counted.keys().filter(is_handed_over).collect();
        handed_over.sort_unstable();
        let handed_over = handed_over.into_iter().map(|path| Input {
            path: path.clone(),
            kind: EvidenceKind::ProtocolLog,
            size: 0,
            sha256: String::new(),
            hashed_bytes: 0,
            objects: counted.get(path).copied(),
        });
        noted.chain(handed_over).collect()
    }

    pub fn is_noted(&self, path: &str, kind: EvidenceKind) -> bool {
        self.noted.contains(&(kind, path.to_owned()))
    }

    pub fn add(&mut self, input: Input) {
        if self.all.len() < MAXIMUM_INPUTS {
            self.noted.insert((input.kind, input.path.clone()));
            self.all.push(input);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_whose_sessions_were_handed_over_is_listed_with_their_number() {
        let mut inputs = Inputs::default();
        let (one, other): (Arc<Path>, Arc<Path>) =
            (Path::new("EX02/S.LOG").into(), Path::new("EX01/S.LOG").into());
        for log in [&one, &one, &other, &one] {
            inputs.count_session(log);
        }
        inputs.add(Input::of_bytes("EX01/S.LOG", EvidenceKind::ProtocolLog, b"x"));
        let listed: Vec<(String, u64, Option<u64>)> =
            inputs.report().into_iter().map(|one| (one.path, one.size, one.objects)).collect();
        let expected = [("EX01/S.LOG", 1, Some(1)), ("EX02/S.LOG", 0, Some(3))];
        assert_eq!(listed, expected.map(|(path, size, count)| (path.to_owned(), size, count)));
    }

    #[test]
    fn a_hash_is_that_of_the_standard() {
        // FIPS 180-4, the example of "abc".
        assert_eq!(
            Input::of_bytes("x", EvidenceKind::Export, b"abc").sha256,
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
        );
    }
}
