//! A folder or archive of a support case: every file recognised, and its evidence added.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Evidence, GivenCertificate};
use crate::certificate::{Certificate, read_certificates};
use crate::chain::judged_of;
use crate::evidence::chain_event::ChainEventQuery;
use crate::evidence::delivery_error::DeliveryErrors;
use crate::evidence::{EvidenceKind, ExchangeObjects, HybridHistory, Recognised, recognise};
use crate::input;
use crate::log::LogInput;

/// Files of one case that are looked at.
const MAXIMUM_FILES: usize = 100_000;
/// Folders inside each other.
const MAXIMUM_DEPTH: usize = 16;
/// The largest file of certificates, in bytes.
const MAXIMUM_CERTIFICATES: u64 = 64 << 20;

/// What a case holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseContent {
    /// Every file, by name.
    pub files: Vec<CaseFile>,
    /// The protocol logs among them, which are still to be read.
    pub logs: Vec<PathBuf>,
}

/// A file of a case, and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// Its path below the folder or archive.
    pub name: PathBuf,
    /// What it is, or why it is left out.
    pub taken_for: Recognised,
}

impl Evidence {
    /// Adds what the files of a folder or archive hold but for its protocol logs: errors, whatever
    /// they came with, are looked for among the sessions of all logs, which come last.
    ///
    /// # Errors
    /// The folder cannot be read or the archive is damaged, or it holds no file: the reason.
    pub fn add_case(&mut self, case: &Path) -> Result<CaseContent, String> {
        let files = files_of_case(case)?;
        let (mut logs, mut events, mut wizard) = (Vec::new(), Vec::new(), Vec::new());
        for (path, file) in &files {
            match file.taken_for.kind {
                EvidenceKind::ProtocolLog => logs.push(path.clone()),
                EvidenceKind::ChainEvents => events.push(input_of(path)),
                EvidenceKind::WizardLog => wizard.push(path.clone()),
                EvidenceKind::Export => self.add_export_of_case(path),
                EvidenceKind::Certificates => self.add_certificates_of_case(path),
                EvidenceKind::DeliveryErrors => match DeliveryErrors::from_file(path) {
                    Ok(read) => self.add_delivery_errors(read),
                    Err(error) => self.note_unreadable(path, &error.to_string()),
                },
                EvidenceKind::Unused => {}
            }
        }
        if !wizard.is_empty() {
            self.add_hybrid(HybridHistory::read(&wizard));
        }
        if !events.is_empty() {
            self.read_chain_events(ChainEventQuery { inputs: events, ..Default::default() });
        }
        Ok(CaseContent { files: files.into_iter().map(|(_, file)| file).collect(), logs })
    }

    /// Only what a file holds is given: that a case has no export of one kind says nothing of it.
    fn add_export_of_case(&mut self, path: &Path) {
        let objects = match ExchangeObjects::from_file(path) {
            Ok(objects) => objects,
            Err(error) => return self.note_unreadable(path, &error.to_string()),
        };
        if !objects.inbound_connectors.is_empty() {
            self.add_inbound_connectors(&objects);
        }
        if !objects.accepted_domains.is_empty() {
            self.add_accepted_domains(&objects);
        }
        if !objects.send_connectors.is_empty() {
            self.add_send_connectors(&objects);
        }
        if !objects.receive_connectors.is_empty() {
            self.add_receive_connectors(&objects);
        }
        if !objects.certificates.is_empty() {
            self.add_installed(&objects);
        }
    }

    /// A certificate to be judged, with those beside it; or the listing of a store of the machine, by
    /// its name. Certificates of authorities alone are not judged: they are nobody's on this way.
    fn add_certificates_of_case(&mut self, path: &Path) {
        let read = input::read(path, MAXIMUM_CERTIFICATES).map_err(|error| error.to_string());
        let content = match read
            .and_then(|bytes| read_certificates(&bytes).map_err(|error| error.to_string()))
        {
            Ok(content) => content,
            Err(error) => return self.note_unreadable(path, &error),
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if name.starts_with("localmachine-ca") {
            self.intermediates.get_or_insert_default().extend(content.certificates);
        } else if name.starts_with("localmachine-root") {
            self.roots.extend(content.certificates);
        } else if !content.certificates.iter().all(Certificate::is_authority) {
            match judged_of(content.certificates) {
                Ok((certificate, others)) => {
                    let path = path.display().to_string();
                    self.certificates.push(GivenCertificate { certificate, others, path });
                }
                Err(error) => self.note_unreadable(path, &error.to_string()),
            }
        }
    }

    fn note_unreadable(&mut self, path: &Path, reason: &str) {
        let path = path.display().to_string();
        let reason = reason.strip_prefix(&path).unwrap_or(reason);
        self.unreadable.push((path, reason.trim_start_matches([':', ',', ' ']).to_owned()));
    }
}

fn input_of(path: &Path) -> LogInput {
    LogInput { path: path.to_owned(), wildcards: false, server: None }
}

/// The files of a case with what each is, by name.
///
/// # Errors
/// The folder cannot be read or the archive is damaged, or it holds no file: the reason.
pub fn files_of_case(case: &Path) -> Result<Vec<(PathBuf, CaseFile)>, String> {
    let refused = |error: std::io::Error| format!("{}: {error}", case.display());
    let mut files = Vec::new();
    let mut add = |path: PathBuf, trouble: Option<String>| {
        let name = path.strip_prefix(case).unwrap_or(&path).to_owned();
        let taken_for = match trouble {
            Some(words) => Recognised { kind: EvidenceKind::Unused, words },
            None => recognise(&path),
        };
        files.push((path, CaseFile { name, taken_for }));
    };
    if input::is_archive(case) {
        for file in input::packed_files(case).map_err(refused)? {
            add(file.path, file.trouble);
        }
    } else {
        for path in paths_below(case).map_err(refused)? {
            if !input::is_archive(&path) {
                add(path, None);
                continue;
            }
            match input::packed_files(&path) {
                Ok(packed) if is_document(&packed) => add(
                    path,
                    Some("a document of Office: save what it holds as text or CSV".to_owned()),
                ),
                Ok(packed) => packed.into_iter().for_each(|file| add(file.path, file.trouble)),
                Err(error) => add(path, Some(error.to_string())),
            }
        }
    }
    if files.is_empty() {
        return Err(format!("{}: holds no file", case.display()));
    }
    Ok(files)
}

/// Whether an archive is one of the formats of Office (ECMA-376, part 2).
fn is_document(packed: &[input::PackedFile]) -> bool {
    packed.iter().any(|file| file.path.ends_with("[Content_Types].xml"))
}

/// The files of a folder and of those below, by name.
fn paths_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
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
    Ok(files)
}
