//! Lists of Exchange objects of a request, and the evidence that each is.

use serde_json::value::RawValue;

use super::files::content_of;
use crate::certificate::Thumbprint;
use crate::diagnosis::{Evidence, GivenCertificate};
use crate::evidence::{EvidenceError, ExchangeObjects};
use crate::ffi::answer::FileContent;
use crate::ffi::error::Failure;
use crate::ffi::status::{EOP_CERTIFICATE_NOT_FOUND, EOP_INVALID_THUMBPRINT};

/// What the certificates to judge are called in the report.
const CERTIFICATES: &str = "certificates of the pipeline";

/// A list of Exchange objects: its name in the report, and where it belongs.
pub(super) type ObjectList = (&'static str, fn(&mut Evidence, &ExchangeObjects));

pub(super) const INBOUND_CONNECTORS: ObjectList =
    ("-InboundConnector", Evidence::add_inbound_connectors);
pub(super) const ACCEPTED_DOMAINS: ObjectList = ("-AcceptedDomain", Evidence::add_accepted_domains);
pub(super) const SEND_CONNECTORS: ObjectList = ("-SendConnector", Evidence::add_send_connectors);
pub(super) const RECEIVE_CONNECTORS: ObjectList =
    ("-ReceiveConnector", Evidence::add_receive_connectors);
pub(super) const INSTALLED_CERTIFICATES: ObjectList =
    ("-InstalledCertificate", Evidence::add_installed);
pub(super) const JUDGED_CERTIFICATES: ObjectList = (CERTIFICATES, add_judged);

pub(super) fn add_objects(evidence: &mut Evidence, (name, add): ObjectList, objects: &RawValue) {
    match ExchangeObjects::from_bytes(name, objects.get().as_bytes()) {
        Ok(objects) => add(evidence, &objects),
        Err(EvidenceError::Empty { .. }) => {}
        Err(error) => miss(evidence, name, name.to_owned(), error.reason()),
    }
}

/// Notes that something of the parameter `name` cannot be read.
pub(super) fn miss(evidence: &mut Evidence, name: &str, path: String, reason: String) {
    evidence.unread_connectors |= name.starts_with(INBOUND_CONNECTORS.0);
    evidence.unread_domains |= name.starts_with(ACCEPTED_DOMAINS.0);
    evidence.unreadable.push((path, reason));
}

/// Adds the objects of an export in any form. One with nothing in it says that there is none.
pub(super) fn add_object_file(
    evidence: &mut Evidence,
    (name, add): ObjectList,
    file: &FileContent,
) {
    let Some(bytes) = content_of(evidence, file) else { return };
    match ExchangeObjects::from_bytes(&file.path, &bytes) {
        Ok(objects) => add(evidence, &objects),
        Err(EvidenceError::Empty { source_name }) => {
            add(evidence, &ExchangeObjects { source_name, ..ExchangeObjects::default() });
        }
        Err(error) => miss(evidence, name, file.path.clone(), error.reason()),
    }
}

/// Takes certificates that are judged.
fn add_judged(evidence: &mut Evidence, objects: &ExchangeObjects) {
    if !evidence.has_wanted(objects.certificates.len(), objects) {
        return;
    }
    for found in &objects.certificates {
        let path = objects.source_name.clone();
        match &found.object.certificate {
            Some(certificate) => evidence.certificates.push(GivenCertificate {
                certificate: certificate.clone(),
                others: Vec::new(),
                path,
            }),
            None => evidence.unreadable.push((path, without_raw_data(found.object.thumbprint))),
        }
    }
    let problems = objects.problems.iter();
    evidence
        .damaged
        .extend(problems.map(|one| (one.source_name.clone(), one.line, one.kind.to_string())));
}

/// Takes the installed certificate with a thumbprint as one that is judged.
pub(super) fn add_installed(evidence: &mut Evidence, thumbprint: &str) -> Result<(), Failure> {
    let wanted: Thumbprint = thumbprint.parse().map_err(|error| {
        Failure::new(EOP_INVALID_THUMBPRINT, format!("{thumbprint:?}: {error}"))
    })?;
    let installed = evidence.installed.iter().flatten();
    let found = installed.into_iter().find(|found| found.object.thumbprint == Some(wanted));
    let not_found = |message| Failure::new(EOP_CERTIFICATE_NOT_FOUND, message);
    let Some(found) = found else {
        return Err(not_found(format!(
            "no certificate with the thumbprint {wanted} is among those given, nor in \
             LocalMachine\\My where that was read: give the server's with -InstalledCertificate (Get-ExchangeCertificate -Server ...), or its file with -Path"
        )));
    };
    let Some(certificate) = found.object.certificate.clone() else {
        return Err(not_found(without_raw_data(Some(wanted))));
    };
    let path = found.path.clone();
    evidence.certificates.push(GivenCertificate { certificate, others: Vec::new(), path });
    Ok(())
}

fn without_raw_data(thumbprint: Option<Thumbprint>) -> String {
    let name = thumbprint.map_or_else(String::new, |thumbprint| format!(" {thumbprint}"));
    format!(
        "the certificate{name} comes without RawData, and cannot be judged: give the object of \
         Get-ExchangeCertificate itself, its Export-Clixml, or the certificate's file with -Path"
    )
}
