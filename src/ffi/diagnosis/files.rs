//! Files of a request, and the evidence that each is.

use crate::certificate::{FileContent as Certificates, read_certificates_while};
use crate::chain::judged_of;
use crate::diagnosis::{Evidence, GivenCertificate};
use crate::evidence::delivery_error::DeliveryErrors;
use crate::evidence::{EvidenceKind, HybridHistoryBuilder};
use crate::ffi::answer::FileContent;

/// The bytes of a file; what is no base64 is noted in the evidence. None after a cancellation.
pub(super) fn content_of(evidence: &mut Evidence, file: &FileContent) -> Option<Vec<u8>> {
    if !evidence.goes_on() {
        return None;
    }
    file.bytes().map_err(|reason| evidence.unreadable.push((file.path.clone(), reason))).ok()
}

/// The bytes of a file that was read as one of that kind.
fn noted(evidence: &mut Evidence, file: &FileContent, kind: EvidenceKind) -> Option<Vec<u8>> {
    let bytes = content_of(evidence, file)?;
    evidence.note_content(&file.path, kind, &bytes);
    Some(bytes)
}

/// What a file of certificates holds; what cannot be read is noted in the evidence.
pub(super) fn read_file(evidence: &mut Evidence, file: &FileContent) -> Certificates {
    let bytes = noted(evidence, file, EvidenceKind::Certificates);
    let goes_on = || evidence.goes_on();
    match bytes.map(|bytes| read_certificates_while(&bytes, None, &goes_on)) {
        Some(Ok(content)) => {
            evidence.note_damaged_parts(&file.path, &content.skipped);
            content
        }
        Some(Err(error)) => {
            evidence.unreadable.push((file.path.clone(), error.to_string()));
            Certificates::default()
        }
        None => Certificates::default(),
    }
}

/// One certificate of a file is judged; the others may be its issuers.
pub(super) fn add_certificate_file(evidence: &mut Evidence, file: &FileContent) {
    let read = read_file(evidence, file);
    if read.certificates.is_empty() {
        return;
    }
    let path = file.path.clone();
    match judged_of(read.certificates, &read.skipped) {
        Ok((certificate, others)) => {
            evidence.certificates.push(GivenCertificate { certificate, others, path });
        }
        Err(error) => evidence.unreadable.push((path, error.to_string())),
    }
}

pub(super) fn add_hybrid_logs(evidence: &mut Evidence, files: &[FileContent]) {
    let mut builder = HybridHistoryBuilder::default();
    for file in files {
        if let Some(bytes) = noted(evidence, file, EvidenceKind::WizardLog) {
            builder.add_bytes(&file.path, &bytes);
        }
    }
    evidence.add_hybrid(builder.finish());
}

pub(super) fn add_queue_error_file(evidence: &mut Evidence, file: &FileContent) {
    let Some(bytes) = noted(evidence, file, EvidenceKind::DeliveryErrors) else { return };
    match DeliveryErrors::from_bytes(&file.path, &bytes) {
        Ok(read) => evidence.add_delivery_errors(read),
        Err(error) => evidence.unreadable.push((file.path.clone(), error.reason())),
    }
}
