//! What is fuzzed: one function a target, from any bytes. The targets of cargo-fuzz and the smoke run
//! in the tests share it. A function panics where something is wrong.

#![allow(dead_code, reason = "each target uses one function")]
#![allow(clippy::unwrap_used, reason = "a target fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::ptr;

use eop_relay::certificate::{read_certificates, read_revocation_lists};
use eop_relay::chain::{ChainRequest, Profile, report};
use eop_relay::diagnosis::{Evidence, diagnose};
use eop_relay::evidence::capi2::{ChainEventQuery, ChainEventReader};
use eop_relay::evidence::delivery_error::DeliveryErrors;
use eop_relay::evidence::{EvidenceReader, ExchangeObjects, HybridHistoryBuilder};
use eop_relay::ffi;
use eop_relay::log::LogInput;
use eop_relay::session::{SessionQuery, SessionReader, StateOptions};
use eop_relay::timestamp::Timestamp;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// So small that a short log has several segments.
const SEGMENT_SIZE: usize = 512;

/// A target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 9] = [
    ("log", log),
    ("iis", iis),
    ("state", state),
    ("capi2", capi2),
    ("hybrid", hybrid),
    ("exports", exports),
    ("mail", mail),
    ("certificates", certificates),
    ("requests", requests),
];

/// A protocol log of Exchange: the same sessions and notices on one thread and on two.
pub fn log(data: &[u8]) {
    read_on_any_number_of_threads("SEND20261116-1.LOG", data);
}

/// A log of IIS: the same on one thread and on two.
pub fn iis(data: &[u8]) {
    read_on_any_number_of_threads("ex261116.log", data);
}

/// The state of the run before: used or refused.
pub fn state(data: &[u8]) {
    is_state_used(data);
}

/// Whether a state is used: its text with FOLDER for where its logs lie, and without the line of its
/// checksum.
pub fn is_state_used(data: &[u8]) -> bool {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    let shown = folder.path().to_str().unwrap();
    let content = String::from_utf8_lossy(data).replace("FOLDER", shown);
    let checksum = Sha256::digest(&content);
    fs::write(&path, format!("{{\"EopRelayState\":1,\"Sha256\":\"{checksum:X}\"}}\n{content}\n"))
        .unwrap();
    let log = folder.path().join("SEND20261116-1.LOG");
    fs::write(&log, include_bytes!("../tests/fixtures/interop/SEND2026111501-1.LOG")).unwrap();
    let query = SessionQuery {
        state: Some(StateOptions { path, ..StateOptions::default() }),
        ..query(&log, 1)
    };
    let Ok(mut reader) = SessionReader::new(query) else { return false };
    while reader.next_batch(100, u64::MAX).is_some() {}
    let _ = reader.save_state();
    true
}

/// The CAPI2 log: XML, texts of a web page, event logs as files.
pub fn capi2(data: &[u8]) {
    let contents = vec![("input".to_owned(), data.to_vec())];
    let query = ChainEventQuery { contents, ..ChainEventQuery::default() };
    let mut reader = ChainEventReader::new(query);
    while let Some(batch) = reader.next_batch(100, u64::MAX) {
        for event in &batch.records {
            serde_json::to_string(event).unwrap();
        }
    }
}

/// A log of the Hybrid Configuration Wizard.
pub fn hybrid(data: &[u8]) {
    let mut builder = HybridHistoryBuilder::default();
    builder.add_bytes("input.log", data);
    let history = builder.finish();
    serde_json::to_string(&history).unwrap();
    assert!(history.inbound_connectors().count() <= history.connectors.len());
}

/// Exported objects of Exchange, taken for each kind of evidence, and the report on it.
pub fn exports(data: &[u8]) {
    let Ok(objects) = ExchangeObjects::from_bytes("input", data) else { return };
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
    evidence.add_inbound_connectors(&objects);
    evidence.add_accepted_domains(&objects);
    evidence.add_send_connectors(&objects);
    evidence.add_installed(&objects);
    serde_json::to_string(&diagnose(&evidence)).unwrap();
}

/// NDRs, queues and tracking logs.
pub fn mail(data: &[u8]) {
    if let Ok(errors) = DeliveryErrors::from_bytes("input", data) {
        for error in errors.errors.iter() {
            serde_json::to_string(&error).unwrap();
        }
    }
}

/// Files of certificates and revocation lists, and the chain of each certificate out of the others.
pub fn certificates(data: &[u8]) {
    let _ = read_revocation_lists(data);
    let Ok(content) = read_certificates(data) else { return };
    let at = Timestamp::parse("2026-11-16").unwrap();
    for certificate in content.certificates.iter().take(4) {
        for profile in [Profile::Strict, Profile::Windows] {
            let request = ChainRequest {
                intermediates: Some(&content.certificates),
                roots: &content.certificates,
                profile,
                ..ChainRequest::new(certificate, at)
            };
            serde_json::to_string(&report(&request)).unwrap();
        }
    }
}

/// The requests of the C ABI, as JSON or any other text: answered, or refused by a status that is
/// not a panic.
pub fn requests(data: &[u8]) {
    let text: Vec<u16> = String::from_utf8_lossy(data).encode_utf16().collect();
    let no_error = ptr::null_mut();
    for function in [
        ffi::eop_test,
        ffi::eop_certificates,
        ffi::eop_renewal_plan,
        ffi::eop_resolve_errors,
        ffi::eop_explain,
    ] {
        let mut answer = 0;
        // SAFETY: the text lives during the call, and the output is a local variable.
        let status = unsafe { function(text.as_ptr(), text.len(), &raw mut answer, no_error) };
        assert_ne!(status, ffi::EOP_PANIC);
        if status == ffi::EOP_OK {
            // SAFETY: no detail is asked for.
            assert_eq!(unsafe { ffi::eop_text_free(answer, no_error) }, ffi::EOP_OK);
        }
    }
}

fn read_on_any_number_of_threads(name: &str, data: &[u8]) {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join(name);
    fs::write(&log, data).unwrap();
    assert_eq!(read(&log, 1), read(&log, 2), "one thread, two threads");
}

/// The sessions and notices of a log as text.
fn read(log: &Path, threads: usize) -> (Vec<String>, Vec<String>) {
    let mut reader = SessionReader::with_segment_size(query(log, threads), SEGMENT_SIZE).unwrap();
    let (mut sessions, mut notices) = (Vec::new(), Vec::new());
    while let Some(batch) = reader.next_batch(100, u64::MAX) {
        let texts = batch.sessions.iter().map(|session| serde_json::to_string(session).unwrap());
        sessions.extend(texts);
        notices.extend(batch.notices.iter().map(|notice| format!("{notice:?}")));
    }
    (sessions, notices)
}

fn query(log: &Path, threads: usize) -> SessionQuery {
    let path = PathBuf::from(log);
    let inputs = vec![LogInput { path, wildcards: false, server: None }];
    SessionQuery { inputs, threads, ..SessionQuery::default() }
}
