//! From the paths of the command line to evidence.

use std::path::{Path, PathBuf};

use eop_relay::certificate::{Certificate, read_certificates};
use eop_relay::connector::{AcceptedDomain, DomainName, MailFrom};
use eop_relay::diagnosis::{Evidence, GivenCertificate, Located};
use eop_relay::evidence::chain_event::ChainEventQuery;
use eop_relay::evidence::delivery_error::{DeliveryError, DeliveryErrors};
use eop_relay::evidence::{ExchangeObjects, HybridHistory};
use eop_relay::log::{LogInput, Severity};
use eop_relay::session::{SessionQuery, SessionReader};
use eop_relay::timestamp::Timestamp;

use super::TestArguments;
use crate::chain::files;
use crate::message;

const SESSIONS_PER_BATCH: usize = 1024;
const BYTES_PER_BATCH: u64 = 16 << 20;

/// Reads everything. What cannot be read is noted in the evidence, and the rest goes on.
///
/// An error is one of the command line itself.
pub fn collect(arguments: &TestArguments) -> Result<Evidence, String> {
    let mut evidence = Evidence::new(given_or_now(arguments.at)?);
    evidence.warning_days = arguments.warn_days;
    evidence.source_address = arguments.source_ip;
    evidence.recipient_domain.clone_from(&arguments.rcpt);
    if let Some(text) = &arguments.mail_from {
        let sender: MailFrom = text.parse().unwrap_or_default();
        if sender == MailFrom::Unknown {
            return Err(format!("--mail-from {text}: no address; the null sender is <>"));
        }
        evidence.mail_from = Some(sender);
    }
    add_certificates(arguments, &mut evidence);
    add_exports(&arguments.inbound_connector, &mut evidence, Evidence::add_inbound_connectors);
    add_exports(&arguments.send_connector, &mut evidence, Evidence::add_send_connectors);
    add_exports(&arguments.installed, &mut evidence, Evidence::add_installed);
    add_accepted_domains(&arguments.accepted_domain, &mut evidence);
    if !arguments.hybrid_log.is_empty() {
        evidence.add_hybrid(HybridHistory::read(&arguments.hybrid_log));
    }
    if !arguments.chain_event.is_empty() {
        let inputs = arguments.chain_event.iter();
        let inputs =
            inputs.map(|path| LogInput { path: path.clone(), wildcards: true, server: None });
        let query = ChainEventQuery { inputs: inputs.collect(), ..ChainEventQuery::default() };
        evidence.read_chain_events(query);
    }
    add_queue_errors(&arguments.queue_error, &mut evidence);
    if !arguments.log.is_empty() {
        add_sessions(&arguments.log, arguments.server.as_deref(), &mut evidence)?;
    }
    Ok(evidence)
}

/// The time of the judgement.
pub fn given_or_now(at: Option<Timestamp>) -> Result<Timestamp, String> {
    at.map_or_else(
        || {
            Timestamp::try_from(time::OffsetDateTime::now_utc())
                .map_err(|error| format!("the clock of this computer is wrong: {error}"))
        },
        Ok,
    )
}

/// Reads exports; what cannot be read is noted in the evidence.
pub fn add_exports(
    paths: &[PathBuf],
    evidence: &mut Evidence,
    add: impl Fn(&mut Evidence, &ExchangeObjects),
) {
    for path in paths {
        match ExchangeObjects::from_file(path) {
            Ok(objects) => add(evidence, &objects),
            Err(error) => note_unreadable(evidence, path, &error.to_string()),
        }
    }
}

fn add_accepted_domains(texts: &[String], evidence: &mut Evidence) {
    for text in texts {
        let path = Path::new(text);
        // What exists is a file, whatever its name looks like.
        if path.exists() || is_export(path) || DomainName::parse(text).is_err() {
            add_exports(&[path.to_owned()], evidence, Evidence::add_accepted_domains);
            continue;
        }
        let known = evidence.accepted_domains.get_or_insert_with(|| Located {
            object: eop_relay::connector::AcceptedDomains::default(),
            path: "--accepted-domain".to_owned(),
            line: 0,
        });
        known.object.domains.push(AcceptedDomain::named(text));
    }
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
        let is_path = path.exists()
            || (!text.contains(char::is_whitespace) && text.contains(['.', '/', '\\']));
        if !is_path {
            evidence.add_delivery_error(DeliveryError::of_text("--queue-error", text));
            continue;
        }
        match DeliveryErrors::from_file(path) {
            Ok(read) => evidence.add_delivery_errors(read),
            Err(error) => note_unreadable(evidence, path, &error.to_string()),
        }
    }
}

fn note_unreadable(evidence: &mut Evidence, path: &Path, reason: &str) {
    let path = path.display().to_string();
    let reason =
        reason.strip_prefix(&path).map_or(reason, |rest| rest.trim_start_matches([':', ',', ' ']));
    evidence.unreadable.push((path, reason.to_owned()));
}

fn add_certificates(arguments: &TestArguments, evidence: &mut Evidence) {
    for path in &arguments.certificate {
        let mut found = read_path(path, evidence).into_iter();
        if let Some(certificate) = found.next() {
            let (others, path) = (found.collect(), path.display().to_string());
            evidence.certificates.push(GivenCertificate { certificate, others, path });
        }
    }
    if !arguments.intermediates.is_empty() {
        let before = evidence.unreadable.len();
        let read: Vec<Certificate> =
            arguments.intermediates.iter().flat_map(|path| read_path(path, evidence)).collect();
        // A store that was read in part proves nothing missing.
        evidence.intermediates = (evidence.unreadable.len() == before).then_some(read);
    }
    for path in &arguments.roots {
        let read = read_path(path, evidence);
        evidence.roots.extend(read);
    }
}

/// The certificates of a file, or of the files in a folder.
fn read_path(path: &Path, evidence: &mut Evidence) -> Vec<Certificate> {
    let found = match files::read_all(&[path.to_owned()], files::CERTIFICATES) {
        Ok(found) => found,
        Err(error) => {
            note_unreadable(evidence, path, &error);
            return Vec::new();
        }
    };
    let mut certificates = Vec::new();
    for file in &found {
        let file = file.named();
        match read_certificates(file.bytes) {
            Ok(content) => certificates.extend(content.certificates),
            Err(error) => note_unreadable(evidence, Path::new(file.name), &error.to_string()),
        }
    }
    certificates
}

/// Reads logs; what cannot be read is noted in the evidence.
pub fn add_sessions(
    logs: &[PathBuf],
    server: Option<&str>,
    evidence: &mut Evidence,
) -> Result<(), String> {
    evidence.logs_given = true;
    let input = |path: &PathBuf| LogInput {
        path: path.clone(),
        wildcards: true,
        server: server.map(str::to_owned),
    };
    let query =
        SessionQuery { inputs: logs.iter().map(input).collect(), ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).map_err(|error| error.to_string())?;
    while let Some(batch) = reader.next_batch(SESSIONS_PER_BATCH, BYTES_PER_BATCH) {
        for session in &batch.sessions {
            evidence.add_session(session);
        }
        for notice in &batch.notices {
            let path = notice.path.as_ref().map(|path| path.display().to_string());
            match notice.severity() {
                Severity::Error => {
                    let path = path.unwrap_or_else(|| "the logs".to_owned());
                    evidence.unreadable.push((path, notice.message.clone()));
                }
                Severity::Warning => message::notice(notice),
                Severity::Information => {}
            }
        }
    }
    Ok(())
}
