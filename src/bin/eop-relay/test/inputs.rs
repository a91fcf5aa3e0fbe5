//! From the paths of the command line to evidence.

use std::path::{Path, PathBuf};

use eop_relay::certificate::{FileContent, Password, read_certificates_with};
use eop_relay::chain::judged_of;
use eop_relay::connector::DomainName;
use eop_relay::diagnosis::{Evidence, GivenCertificate};
use eop_relay::evidence::chain_event::ChainEventQuery;
use eop_relay::evidence::delivery_error::DeliveryErrors;
use eop_relay::evidence::{EvidenceKind, HybridHistory};
use eop_relay::input;

use super::arguments::TestArguments;
use super::case_folder;
use crate::arguments::{
    StoreArguments, TenantArguments, add_exports, add_logs, certificate_files, given_or_now,
    inputs_of, note_unreadable, password,
};

/// Reads everything. What cannot be read is noted in the evidence, and the rest goes on.
///
/// An error is one of the command line itself.
pub fn collect(arguments: &TestArguments) -> Result<Evidence, String> {
    let at = given_or_now(arguments.at)?;
    let mut evidence = match &arguments.rcpt {
        Some(text) => {
            Evidence::of_recipient(at, text).map_err(|error| format!("--rcpt: {error}"))?
        }
        None => Evidence::new(at),
    };
    evidence.warning_days = arguments.warn_days;
    evidence.server = arguments.server.as_deref().map(Into::into);
    evidence.source_address = arguments.source_ip;
    if let Some(text) = &arguments.mail_from {
        let refused = |error| format!("--mail-from: {error}; the null sender is <>");
        evidence.set_mail_from(text).map_err(refused)?;
    }
    let password = arguments.stores.password()?;
    add_certificates(&arguments.certificate, password.as_ref(), &mut evidence);
    add_stores(&arguments.stores, arguments.logs.recurse, password.as_ref(), &mut evidence);
    add_tenants(&arguments.tenants, &mut evidence);
    arguments.configuration.add_to(&mut evidence);
    if !arguments.hybrid_log.is_empty() {
        evidence.add_hybrid(HybridHistory::read(&arguments.hybrid_log, arguments.logs.recurse));
    }
    if !arguments.chain_event.is_empty() {
        let inputs = inputs_of(&arguments.chain_event, None);
        let recurse = arguments.logs.recurse;
        evidence.read_chain_events(ChainEventQuery { inputs, recurse, ..Default::default() });
    }
    add_queue_errors(&arguments.queue_error, &mut evidence);
    let mut logs_of_folders = Vec::new();
    for folder in &arguments.evidence {
        logs_of_folders.extend(case_folder::add(folder, &mut evidence));
    }
    // Last: errors, whatever they came with, are looked for among the sessions of all logs.
    arguments.logs.add_to(&mut evidence)?;
    add_logs(logs_of_folders, false, &mut evidence)?;
    Ok(evidence)
}

/// Adds what is given of each tenant.
pub fn add_tenants(tenants: &TenantArguments, evidence: &mut Evidence) {
    for tenant in &tenants.list {
        if let Some(name) = &tenant.name {
            evidence.begin_tenant(name);
        }
        let before = evidence.unreadable.len();
        add_exports(&tenant.inbound_connector, evidence, Evidence::add_inbound_connectors);
        evidence.unread_connectors |= evidence.unreadable.len() > before;
        let before = evidence.unreadable.len();
        add_accepted_domains(&tenant.accepted_domain, evidence);
        evidence.unread_domains |= evidence.unreadable.len() > before;
    }
}

/// Adds accepted domains, each a name or an export of them.
pub fn add_accepted_domains(texts: &[String], evidence: &mut Evidence) {
    for text in texts {
        let path = Path::new(text);
        // What exists is a file, whatever its name looks like.
        if is_there(path) || is_export(path) || DomainName::parse(text).is_err() {
            add_exports(&[path.to_owned()], evidence, Evidence::add_accepted_domains);
            continue;
        }
        evidence.add_accepted_domain(text, "--accepted-domain");
    }
}

/// Whether there is anything of that name, be it a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a path ends as exports do: no top-level domain has such a name.
fn is_export(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["xml", "clixml", "json", "csv", "txt"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

fn add_queue_errors(texts: &[String], evidence: &mut Evidence) {
    for text in texts {
        let path = Path::new(text);
        // What exists is a file; so is meant what has no blank, and yet a dot or a separator.
        let is_path = is_there(path)
            || input::is_standard_input(path)
            || input::is_packed(path)
            || (!text.contains(char::is_whitespace) && text.contains(['.', '/', '\\']));
        if !is_path {
            evidence.add_error_text("--queue-error", 1, text);
            continue;
        }
        match DeliveryErrors::from_file(path) {
            Ok(read) => evidence.add_delivery_errors(read),
            Err(error) => note_unreadable(evidence, path, &error.reason()),
        }
    }
}

/// Adds certificate files, of each of which one certificate is judged.
pub fn add_certificates(paths: &[PathBuf], password: Option<&Password>, evidence: &mut Evidence) {
    for path in paths {
        let found = read_path(path, false, password, evidence);
        if found.certificates.is_empty() {
            continue;
        }
        match judged_of(found.certificates, &found.skipped) {
            Ok((certificate, others)) => {
                let path = path.display().to_string();
                evidence.certificates.push(GivenCertificate { certificate, others, path });
            }
            Err(error) => note_unreadable(evidence, path, &error.to_string()),
        }
    }
}

/// Adds the certificates of the server's stores; with `recurse` also of the folders below the given.
pub fn add_stores(
    stores: &StoreArguments,
    recurse: bool,
    password: Option<&Password>,
    evidence: &mut Evidence,
) {
    if !stores.intermediates.is_empty() {
        let before = evidence.troubles();
        let paths = stores.intermediates.iter();
        let read = paths.flat_map(|path| read_path(path, recurse, password, evidence).certificates);
        let read = read.collect();
        evidence.set_intermediates(read, before);
    }
    for path in &stores.roots {
        let read = read_path(path, recurse, password, evidence);
        evidence.roots.extend(read.certificates);
    }
}

/// What a file of certificates holds, or all files of a folder.
fn read_path(
    path: &Path,
    recurse: bool,
    password: Option<&Password>,
    evidence: &mut Evidence,
) -> FileContent {
    let path_alone = [path.to_owned()];
    let kind = certificate_files::CERTIFICATES;
    let found = match certificate_files::read_all(&path_alone, recurse, kind) {
        Ok(found) => found,
        Err(error) => {
            note_unreadable(evidence, path, &error);
            return FileContent::default();
        }
    };
    let mut all = FileContent::default();
    for file in &found {
        let file = file.named();
        let read = |password: Option<&Password>| read_certificates_with(file.bytes, password);
        match password::with_prompt(file.name, password, read) {
            Ok(content) => {
                evidence.note_content(file.name, EvidenceKind::Certificates, file.bytes);
                evidence.note_damaged_parts(file.name, &content.skipped);
                all.certificates.extend(content.certificates);
                all.skipped.extend(content.skipped);
            }
            Err(error) => {
                note_unreadable(evidence, Path::new(file.name), &password::advised(&error));
            }
        }
    }
    all
}
