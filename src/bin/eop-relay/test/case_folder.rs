//! A folder of a support case: every file recognised, and what is made of it said.

use std::fs;
use std::path::{Path, PathBuf};

use eop_relay::certificate::{Certificate, read_certificates};
use eop_relay::diagnosis::{Evidence, GivenCertificate};
use eop_relay::evidence::chain_event::ChainEventQuery;
use eop_relay::evidence::delivery_error::DeliveryErrors;
use eop_relay::evidence::{EvidenceKind, ExchangeObjects, HybridHistory, recognise};

use crate::arguments::{inputs_of, note_unreadable};
use crate::message;

/// Files of one folder that are looked at.
const MAXIMUM_FILES: usize = 100_000;
/// Folders inside each other.
const MAXIMUM_DEPTH: usize = 16;

/// Adds what the files of a folder hold but for its logs, which it returns, and reports what each was
/// taken for.
///
/// # Errors
/// The folder cannot be read, or holds no file.
pub fn add(folder: &Path, evidence: &mut Evidence) -> Result<Vec<PathBuf>, String> {
    let files = files_of(folder)?;
    let mut logs = Vec::new();
    let mut events = Vec::new();
    let mut wizard = Vec::new();
    for path in &files {
        let found = recognise(path);
        let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        message::summary(&format_args!("{name:<40} {:<15} {}", found.kind.name(), found.words));
        match found.kind {
            EvidenceKind::ProtocolLog => logs.push(path.clone()),
            EvidenceKind::ChainEvents => events.push(path.clone()),
            EvidenceKind::WizardLog => wizard.push(path.clone()),
            EvidenceKind::Export => add_export(path, evidence),
            EvidenceKind::Certificates => add_certificates(path, evidence),
            EvidenceKind::DeliveryErrors => match DeliveryErrors::from_file(path) {
                Ok(read) => evidence.add_delivery_errors(read),
                Err(error) => note_unreadable(evidence, path, &error.to_string()),
            },
            EvidenceKind::Unused => {}
        }
    }
    if !wizard.is_empty() {
        evidence.add_hybrid(HybridHistory::read(&wizard));
    }
    if !events.is_empty() {
        let inputs = inputs_of(&events, None);
        evidence.read_chain_events(ChainEventQuery { inputs, ..Default::default() });
    }
    Ok(logs)
}

/// Only what a file holds is given: that a folder has no export of one kind says nothing of it.
fn add_export(path: &Path, evidence: &mut Evidence) {
    let objects = match ExchangeObjects::from_file(path) {
        Ok(objects) => objects,
        Err(error) => return note_unreadable(evidence, path, &error.to_string()),
    };
    if !objects.inbound_connectors.is_empty() {
        evidence.add_inbound_connectors(&objects);
    }
    if !objects.accepted_domains.is_empty() {
        evidence.add_accepted_domains(&objects);
    }
    if !objects.send_connectors.is_empty() {
        evidence.add_send_connectors(&objects);
    }
    if !objects.receive_connectors.is_empty() {
        evidence.add_receive_connectors(&objects);
    }
    if !objects.certificates.is_empty() {
        evidence.add_installed(&objects);
    }
}

/// A certificate to be judged, with those beside it; or the listing of a store of the machine, by its
/// name. Certificates of authorities alone are not judged: they are nobody's on this way.
fn add_certificates(path: &Path, evidence: &mut Evidence) {
    let read = fs::read(path).map_err(|error| error.to_string());
    let content =
        match read.and_then(|bytes| read_certificates(&bytes).map_err(|error| error.to_string())) {
            Ok(content) => content,
            Err(error) => return note_unreadable(evidence, path, &error),
        };
    let name = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if name.starts_with("localmachine-ca") {
        evidence.intermediates.get_or_insert_default().extend(content.certificates);
    } else if name.starts_with("localmachine-root") {
        evidence.roots.extend(content.certificates);
    } else {
        let (others, mut judged): (Vec<Certificate>, Vec<Certificate>) =
            content.certificates.into_iter().partition(Certificate::is_authority);
        if !judged.is_empty() {
            let certificate = judged.remove(0);
            let others = judged.into_iter().chain(others).collect();
            let path = path.display().to_string();
            evidence.certificates.push(GivenCertificate { certificate, others, path });
        }
    }
}

/// The files of a folder and of those below, by name.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let refused = |error: std::io::Error| format!("--evidence {}: {error}", folder.display());
        let mut entries: Vec<PathBuf> = fs::read_dir(&folder)
            .map_err(refused)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        entries.sort();
        for path in entries.into_iter().rev() {
            // Not a link, which may lead out of the folder or round in circles.
            match fs::symlink_metadata(&path) {
                Ok(data) if data.is_dir() && depth < MAXIMUM_DEPTH => {
                    waiting.push((path, depth + 1));
                }
                Ok(data) if data.is_file() && files.len() < MAXIMUM_FILES => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("--evidence {}: holds no file", folder.display()));
    }
    Ok(files)
}
