//! The files that a report rests on, with what identifies their content.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Evidence;
use crate::certificate::hexadecimal;
use crate::evidence::{ContentDigest, EvidenceKind, ExchangeObjects};
use crate::input;
use crate::log::{LogInput, discover};

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
    /// Its size in bytes, unpacked where it is compressed.
    pub size: u64,
    /// SHA-256 of its first `hashed_bytes` bytes, in hexadecimal digits.
    pub sha256: String,
    /// All of the size, but for logs at most 64 KiB.
    pub hashed_bytes: u64,
    /// What was read of it: sessions of a log, objects of an export, errors, certificates; `None`: not
    /// counted.
    pub objects: Option<u64>,
}

impl Input {
    fn of_bytes(path: &str, kind: EvidenceKind, bytes: &[u8]) -> Self {
        let ContentDigest { size, sha256 } = ContentDigest::of(bytes);
        Self { path: path.to_owned(), kind, size, sha256, hashed_bytes: size, objects: None }
    }

    fn of_file(path: &Path, kind: EvidenceKind) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let size = io::copy(&mut input::open(path)?, &mut hash)?;
        let sha256 = hexadecimal(&hash.finalize());
        let path = path.display().to_string();
        Ok(Self { path, kind, size, sha256, hashed_bytes: size, objects: None })
    }

    fn of_log(path: &Path, size: u64) -> io::Result<Self> {
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
        self.all.iter().map(with_sessions).collect()
    }

    fn is_noted(&self, path: &str, kind: EvidenceKind) -> bool {
        self.noted.contains(&(kind, path.to_owned()))
    }

    fn add(&mut self, input: Input) {
        if self.all.len() < MAXIMUM_INPUTS {
            self.noted.insert((input.kind, input.path.clone()));
            self.all.push(input);
        }
    }
}

impl Evidence {
    /// Notes a file that was read, for the report; that it cannot be read is said where it is read.
    pub(crate) fn note_file(&mut self, path: &Path, kind: EvidenceKind, objects: Option<u64>) {
        let is_new = || !self.inputs.is_noted(&path.display().to_string(), kind);
        if !input::is_standard_input(path)
            && is_new()
            && let Ok(input) = Input::of_file(path, kind)
        {
            self.inputs.add(Input { objects, ..input });
        }
    }

    /// Notes what was handed over as the content of a file.
    pub fn note_content(&mut self, name: &str, kind: EvidenceKind, content: &[u8]) {
        if !self.inputs.is_noted(name, kind) {
            self.inputs.add(Input::of_bytes(name, kind, content));
        }
    }

    /// Notes the logs at these places, for the report; their sessions are added by themselves.
    pub fn note_logs(&mut self, places: &[LogInput], recurse: bool) {
        for file in discover(places, recurse).files {
            let is_read_once = input::is_standard_input(&file.path);
            if let Ok(input) = Input::of_log(&file.path, file.size)
                && !is_read_once
            {
                self.inputs.add(input);
            }
        }
    }

    /// Notes the export that objects came from.
    pub(super) fn note_export(&mut self, objects: &ExchangeObjects) {
        let Some(content) = &objects.content else { return };
        let (path, kind) = (&objects.source_name, EvidenceKind::Export);
        if !self.inputs.is_noted(path, kind) {
            self.inputs.add(Input {
                path: path.clone(),
                kind,
                size: content.size,
                sha256: content.sha256.clone(),
                hashed_bytes: content.size,
                objects: Some(objects.count() as u64),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::Timestamp;

    #[test]
    fn a_file_is_identified_by_its_hash_and_a_log_by_that_of_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SEND2026111601-1.LOG");
        std::fs::write(&path, vec![b'a'; (64 << 10) + 5]).unwrap();
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
        let place = LogInput { path: path.clone(), wildcards: false, server: None };
        evidence.note_logs(&[place], false);
        let log: Arc<Path> = path.clone().into();
        (0..3).for_each(|_| evidence.inputs.count_session(&log));
        evidence.inputs.count_session(&Path::new("other.LOG").into());
        evidence.inputs.count_session(&log);
        evidence.note_file(&path, EvidenceKind::WizardLog, Some(2));
        evidence.note_file(&path, EvidenceKind::WizardLog, Some(2));
        evidence.note_file(&folder.path().join("none"), EvidenceKind::WizardLog, None);
        let inputs = evidence.inputs.report();
        let [of_log, whole] = inputs.as_slice() else { panic!("{inputs:?}") };
        assert_eq!((of_log.size, of_log.hashed_bytes), ((64 << 10) + 5, 64 << 10));
        assert_eq!((whole.size, whole.hashed_bytes), ((64 << 10) + 5, (64 << 10) + 5));
        assert_eq!((of_log.objects, whole.objects), (Some(4), Some(2)));
        assert_ne!(of_log.sha256, whole.sha256);
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
