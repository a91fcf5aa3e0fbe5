//! A folder or archive of a support case: every file recognised, and its evidence added.

use std::path::{Path, PathBuf};

use super::case_exports::leave_out_older;
use super::{Evidence, GivenCertificate};
use crate::certificate::{Certificate, read_certificates};
use crate::chain::judged_of;
use crate::evidence::chain_event::ChainEventQuery;
use crate::evidence::delivery_error::DeliveryErrors;
use crate::evidence::{
    CaseFile, EvidenceKind, ExchangeObjects, HybridHistory, Manifests, files_of_case,
};
use crate::input;
use crate::log::LogInput;

/// The largest file of certificates, in bytes.
const MAXIMUM_CERTIFICATES: u64 = 64 << 20;

/// What a case holds.
#[derive(Clone, Debug, Default)]
pub struct CaseContent {
    /// Every file, by name.
    pub files: Vec<CaseFile>,
    /// The protocol logs among them, which are still to be read, with the servers that a manifest
    /// names.
    pub logs: Vec<LogInput>,
}

impl Evidence {
    /// Adds what the files of a folder or archive hold but for its protocol logs: errors, whatever
    /// they came with, are looked for among the sessions of all logs, which come last.
    ///
    /// # Errors
    /// The folder cannot be read or the archive is damaged, or it holds no file: the reason.
    pub fn add_case(&mut self, case: &Path) -> Result<CaseContent, String> {
        let mut files = files_of_case(case)?;
        let manifests = Manifests::of(files.iter().map(|(path, _)| path.as_path()));
        self.add_exports_of_case(&mut files, &manifests);
        let (mut logs, mut events, mut wizard) = (Vec::new(), Vec::new(), Vec::new());
        for (path, file) in &files {
            match file.taken_for.kind {
                EvidenceKind::ProtocolLog => {
                    logs.push(LogInput { server: manifests.server(path), ..input_of(path) });
                }
                EvidenceKind::ChainEvents => events.push(input_of(path)),
                EvidenceKind::WizardLog => wizard.push(path.clone()),
                EvidenceKind::Certificates => self.add_certificates_of_case(path),
                EvidenceKind::DeliveryErrors => match DeliveryErrors::from_file(path) {
                    Ok(read) => self.add_delivery_errors(read),
                    Err(error) => self.note_unreadable(path, error.reason()),
                },
                // Exports are added above.
                EvidenceKind::Export | EvidenceKind::Unused => {}
            }
        }
        if !wizard.is_empty() {
            self.add_hybrid(HybridHistory::read(&wizard, false));
        }
        if !events.is_empty() {
            self.read_chain_events(ChainEventQuery { inputs: events, ..Default::default() });
        }
        Ok(CaseContent { files: files.into_iter().map(|(_, file)| file).collect(), logs })
    }

    fn add_exports_of_case(&mut self, files: &mut [(PathBuf, CaseFile)], manifests: &Manifests) {
        let (mut places, mut exports) = (Vec::new(), Vec::new());
        for (place, (path, file)) in files.iter().enumerate() {
            if file.taken_for.kind == EvidenceKind::Export {
                match ExchangeObjects::from_file(path) {
                    Ok(objects) => {
                        places.push(place);
                        exports.push(objects);
                    }
                    Err(error) => self.note_unreadable(path, error.reason()),
                }
            }
        }
        leave_out_older(&mut exports, |number, words| {
            let taken_for = &mut files[places[number]].1.taken_for;
            taken_for.words = format!("{}, left out: {words}", taken_for.words);
        });
        for (place, objects) in places.iter().zip(exports) {
            let server = manifests.server(&files[*place].0);
            self.add_export_of_case(objects, server.as_deref());
        }
    }

    /// Only what a file holds is given: that a case has no export of one kind says nothing of it.
    /// Certificates are those of the server that the manifest names, where they do not say it.
    fn add_export_of_case(&mut self, mut objects: ExchangeObjects, server: Option<&str>) {
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
            for certificate in objects.certificates.iter_mut().map(|found| &mut found.object) {
                if certificate.server.is_none() {
                    certificate.server = server.map(str::to_owned);
                    certificate.knows_server = server.is_some();
                }
            }
            self.add_installed(&objects);
        }
    }

    /// A certificate to be judged, with those beside it; or the listing of a store of the machine, by
    /// its name. Certificates of authorities alone are not judged: they are nobody's on this way.
    fn add_certificates_of_case(&mut self, path: &Path) {
        let read =
            input::read(path, MAXIMUM_CERTIFICATES).map_err(|error| input::unreadable(&error));
        let read = read.and_then(|bytes| {
            let content = read_certificates(&bytes).map_err(|error| error.to_string())?;
            let name = path.display().to_string();
            self.note_content(&name, EvidenceKind::Certificates, &bytes);
            self.note_damaged_parts(&name, &content.skipped);
            Ok(content)
        });
        let content = match read {
            Ok(content) => content,
            Err(error) => return self.note_unreadable(path, error),
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if name.starts_with("localmachine-ca") {
            self.intermediates.get_or_insert_default().extend(content.certificates);
        } else if name.starts_with("localmachine-root") {
            self.roots.extend(content.certificates);
        } else if !content.certificates.iter().all(Certificate::is_authority) {
            match judged_of(content.certificates, &content.skipped) {
                Ok((certificate, others)) => {
                    let path = path.display().to_string();
                    self.found_certificates.push(path.clone());
                    self.certificates.push(GivenCertificate { certificate, others, path });
                }
                Err(error) => self.note_unreadable(path, error.to_string()),
            }
        }
    }

    fn note_unreadable(&mut self, path: &Path, reason: String) {
        self.unreadable.push((path.display().to_string(), reason));
    }
}

fn input_of(path: &Path) -> LogInput {
    LogInput { path: path.to_owned(), wildcards: false, server: None }
}
