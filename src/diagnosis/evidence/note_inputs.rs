//! Noting what was read, for the report.

use std::path::Path;

use super::Evidence;
use super::inputs::Input;
use crate::evidence::{EvidenceKind, ExchangeObjects};
use crate::input;
use crate::log::{LogInput, discover};

impl Evidence {
    /// Notes a file that was read, for the report; that it cannot be read is said where it is read.
    pub(crate) fn note_file(&mut self, path: &Path, kind: EvidenceKind, objects: Option<u64>) {
        let is_new = || !self.inputs.is_noted(&path.display().to_string(), kind);
        if !input::is_read_once(path)
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
            // Its hash would take what its sessions are read from.
            if !input::is_read_once(&file.path)
                && let Ok(input) = Input::of_log(&file.path, file.size)
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
    use std::sync::Arc;

    use super::*;
    use crate::timestamp::Timestamp;

    #[test]
    fn contents_and_exports_are_noted_once_each_with_their_hash() {
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
        let domains =
            br#"[{"Name": "a.com", "DomainName": "a.com", "DomainType": "Authoritative"}]"#;
        let export = ExchangeObjects::from_bytes("domains.json", domains).unwrap();
        for _ in 0..2 {
            evidence.note_content("given.pem", EvidenceKind::Certificates, b"abc");
            evidence.note_content("events.xml", EvidenceKind::ChainEvents, b"");
            evidence.add_accepted_domains(&export);
        }
        let inputs = evidence.inputs.report();
        let [content, empty, export] = inputs.as_slice() else { panic!("{inputs:?}") };
        assert_eq!((content.path.as_str(), content.size), ("given.pem", 3));
        assert!(content.sha256.to_ascii_lowercase().starts_with("ba7816bf"), "{content:?}");
        assert_eq!((empty.path.as_str(), empty.kind), ("events.xml", EvidenceKind::ChainEvents));
        assert_eq!((export.kind, export.objects), (EvidenceKind::Export, Some(1)));
        assert_eq!(export.size, domains.len() as u64);
    }

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
        let [of_log, whole, handed_over] = inputs.as_slice() else { panic!("{inputs:?}") };
        assert_eq!((of_log.size, of_log.hashed_bytes), ((64 << 10) + 5, 64 << 10));
        assert_eq!((whole.size, whole.hashed_bytes), ((64 << 10) + 5, (64 << 10) + 5));
        assert_eq!((of_log.objects, whole.objects), (Some(4), Some(2)));
        assert_ne!(of_log.sha256, whole.sha256);
        assert_eq!((handed_over.path.as_str(), handed_over.objects), ("other.LOG", Some(1)));
    }
}
