//! The request of `eop_test` and `eop_certificates`, and the evidence that it gives.

use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::files::{add_certificate_file, add_hybrid_logs, add_queue_error_file, read_file};
use super::logs::{self, Log};
use super::objects::{
    ACCEPTED_DOMAINS, INBOUND_CONNECTORS, INSTALLED_CERTIFICATES, JUDGED_CERTIFICATES,
    RECEIVE_CONNECTORS, SEND_CONNECTORS, add_installed, add_object_file, add_objects, miss,
};
use crate::diagnosis::Evidence;
use crate::evidence::chain_event::{ChainEvent, ChainEventQuery};
use crate::evidence::delivery_error::{DeliveryError, DeliveryErrors};
use crate::ffi::answer::{FileContent, parse_object};
use crate::ffi::cancellation::flag_of;
use crate::ffi::error::Failure;
use crate::ffi::judgement::check_cancellation;
use crate::ffi::session_reader::EOP_DEFAULT_BUDGET;
use crate::ffi::status::EOP_INTERNAL;
use crate::finding::OptionNames;
use crate::session::{Session, SessionReader};
use crate::timestamp::Timestamp;

/// What the parts of the request are called in the report.
const SESSIONS: &str = "sessions of the pipeline";
const MACHINE: &str = "LocalMachine stores";
const CHAIN_EVENTS: &str = "-ChainEvent";
const QUEUE_ERRORS: &str = "-QueueError";

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Request<'a> {
    #[serde(borrow)]
    sessions: Option<Vec<&'a RawValue>>,
    certificate_files: Option<Vec<FileContent>>,
    intermediate_files: Option<Vec<FileContent>>,
    root_files: Option<Vec<FileContent>>,
    hybrid_log_files: Option<Vec<FileContent>>,
    chain_event_files: Option<Vec<FileContent>>,
    #[serde(borrow)]
    chain_events: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    certificates: Option<&'a RawValue>,
    #[serde(borrow)]
    inbound_connectors: Option<&'a RawValue>,
    #[serde(borrow)]
    accepted_domains: Option<&'a RawValue>,
    #[serde(borrow)]
    send_connectors: Option<&'a RawValue>,
    #[serde(borrow)]
    receive_connectors: Option<&'a RawValue>,
    #[serde(borrow)]
    installed_certificates: Option<&'a RawValue>,
    #[serde(borrow)]
    tenants: Option<Vec<Tenant<'a>>>,
    inbound_connector_files: Option<Vec<FileContent>>,
    accepted_domain_files: Option<Vec<FileContent>>,
    send_connector_files: Option<Vec<FileContent>>,
    receive_connector_files: Option<Vec<FileContent>>,
    installed_certificate_files: Option<Vec<FileContent>>,
    unreadable: Option<Vec<Unreadable>>,
    logs: Option<Vec<Log>>,
    recurse: bool,
    evidence_paths: Option<Vec<String>>,
    use_machine_stores: Option<bool>,
    #[serde(borrow)]
    queue_errors: Option<Vec<&'a RawValue>>,
    queue_error_files: Option<Vec<FileContent>>,
    thumbprints: Option<Vec<String>>,
    #[serde(rename = "SourceIPAddress")]
    source_ip_address: Option<String>,
    mail_from: Option<String>,
    recipient_domain: Option<String>,
    server: Option<String>,
    at: Option<Timestamp>,
    warning_days: Option<u32>,
    option_names: OptionNames,
    cancellation: Option<u64>,
}

/// What is given of one of several tenants.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Tenant<'a> {
    name: String,
    #[serde(borrow)]
    inbound_connectors: Option<&'a RawValue>,
    #[serde(borrow)]
    accepted_domains: Option<&'a RawValue>,
    inbound_connector_files: Option<Vec<FileContent>>,
    accepted_domain_files: Option<Vec<FileContent>>,
}

impl Request<'_> {
    /// Adds the objects of Exchange and their exports.
    fn add_exports(&self, evidence: &mut Evidence) {
        for (list, objects) in [
            (INBOUND_CONNECTORS, self.inbound_connectors),
            (ACCEPTED_DOMAINS, self.accepted_domains),
            (SEND_CONNECTORS, self.send_connectors),
            (RECEIVE_CONNECTORS, self.receive_connectors),
            (INSTALLED_CERTIFICATES, self.installed_certificates),
            (JUDGED_CERTIFICATES, self.certificates),
        ] {
            if let Some(objects) = objects.filter(|_| evidence.goes_on()) {
                add_objects(evidence, list, objects);
            }
        }
        for (list, files) in [
            (INBOUND_CONNECTORS, &self.inbound_connector_files),
            (ACCEPTED_DOMAINS, &self.accepted_domain_files),
            (SEND_CONNECTORS, &self.send_connector_files),
            (RECEIVE_CONNECTORS, &self.receive_connector_files),
            (INSTALLED_CERTIFICATES, &self.installed_certificate_files),
        ] {
            for file in files.iter().flatten() {
                add_object_file(evidence, list, file);
            }
        }
    }
}

impl Tenant<'_> {
    fn add_to(&self, evidence: &mut Evidence) {
        evidence.begin_tenant(&self.name);
        for (list, objects, files) in [
            (INBOUND_CONNECTORS, self.inbound_connectors, &self.inbound_connector_files),
            (ACCEPTED_DOMAINS, self.accepted_domains, &self.accepted_domain_files),
        ] {
            if let Some(objects) = objects {
                add_objects(evidence, list, objects);
            }
            for file in files.iter().flatten() {
                add_object_file(evidence, list, file);
            }
        }
    }
}

/// An input that the caller could not read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Unreadable {
    path: String,
    message: String,
}

/// Reads a request, its logs included.
pub(in crate::ffi) fn read(text: &str) -> Result<Evidence, Failure> {
    let (mut evidence, logs) = open(text)?;
    if let Some(mut logs) = logs {
        while evidence.goes_on() && logs::read_on(&mut evidence, &mut logs, EOP_DEFAULT_BUDGET) {}
    }
    check_cancellation(&evidence)?;
    Ok(evidence)
}

/// Reads a request up to its logs, whose reader is returned. What cannot be read of the evidence
/// goes into it; a request that is not one is an error.
#[allow(clippy::too_many_lines, reason = "a line for each member of a request")]
pub(in crate::ffi) fn open(text: &str) -> Result<(Evidence, Option<SessionReader>), Failure> {
    let request: Request<'_> = parse_object("request", text)?;
    let at = match request.at {
        Some(at) => at,
        None => Timestamp::try_from(OffsetDateTime::now_utc())
            .map_err(|error| Failure::new(EOP_INTERNAL, error.to_string()))?,
    };
    let mut evidence = match &request.recipient_domain {
        Some(text) => Evidence::of_recipient(at, text)
            .map_err(|error| Failure::invalid(format!("RecipientDomain: {error}")))?,
        None => Evidence::new(at),
    };
    evidence.warning_days = request.warning_days;
    evidence.option_names = request.option_names;
    if let Some(flag) = flag_of(request.cancellation.unwrap_or_default())? {
        evidence.cancellation = flag;
    }
    evidence.source_address = match request.source_ip_address.as_deref().map(str::trim) {
        Some(text) => Some(text.parse().map_err(|_| {
            Failure::invalid(format!("SourceIPAddress: {text:?} is no IP address"))
        })?),
        None => None,
    };
    if let Some(text) = &request.mail_from {
        evidence
            .set_mail_from(text)
            .map_err(|error| Failure::invalid(format!("MailFrom: {error}")))?;
    }
    evidence.server = request.server.as_deref().map(Into::into);

    // Sessions come last: they are grouped by accepted domains and send connectors, and looked
    // for by queue errors.
    request.add_exports(&mut evidence);
    for tenant in request.tenants.iter().flatten() {
        tenant.add_to(&mut evidence);
    }
    for Unreadable { path, message } in request.unreadable.into_iter().flatten() {
        miss(&mut evidence, &path.clone(), path, message);
    }
    let uses_machine = request.use_machine_stores == Some(true);
    if let Some(files) = &request.intermediate_files {
        let before = evidence.troubles();
        let read = files.iter().flat_map(|file| read_file(&mut evidence, file).certificates);
        let read = read.collect();
        evidence.set_intermediates(read, before);
    }
    if uses_machine && let Err(error) = evidence.add_this_machine() {
        evidence.unreadable.push((MACHINE.to_owned(), error.to_string()));
    }
    for thumbprint in request.thumbprints.iter().flatten() {
        add_installed(&mut evidence, thumbprint)?;
    }
    for file in request.certificate_files.iter().flatten() {
        add_certificate_file(&mut evidence, file);
    }
    for file in request.root_files.iter().flatten() {
        let roots = read_file(&mut evidence, file).certificates;
        evidence.roots.extend(roots);
    }
    if uses_machine {
        evidence.ask_windows();
    }
    if let Some(files) = &request.hybrid_log_files {
        add_hybrid_logs(&mut evidence, files);
    }
    let (files, events) = (request.chain_event_files, request.chain_events);
    if files.is_some() || events.is_some() {
        add_chain_events(&mut evidence, files.unwrap_or_default(), &events.unwrap_or_default());
    }
    for (number, error) in (1..).zip(request.queue_errors.iter().flatten()) {
        if !evidence.goes_on() {
            break;
        }
        add_queue_error(&mut evidence, number, error);
    }
    for file in request.queue_error_files.iter().flatten() {
        add_queue_error_file(&mut evidence, file);
    }
    if let Some(sessions) = &request.sessions {
        add_sessions(&mut evidence, 1, sessions);
    }
    let mut logs_of_cases = Vec::new();
    for path in request.evidence_paths.iter().flatten() {
        if !evidence.goes_on() {
            break;
        }
        match evidence.add_case(Path::new(path)) {
            Ok(content) => logs_of_cases.extend(content.logs),
            Err(reason) => evidence.unreadable.push((path.clone(), reason)),
        }
    }
    let has_logs = request.logs.is_some() || !logs_of_cases.is_empty();
    evidence.logs_given |= has_logs;
    let logs = has_logs
        .then(|| {
            let logs = request.logs.unwrap_or_default();
            logs::open(&mut evidence, logs, request.recurse, logs_of_cases)
        })
        .transpose()?;
    check_cancellation(&evidence)?;
    Ok((evidence, logs))
}

/// Files go through the one reader, as do the texts of events, each on a line of its own; objects
/// come from that reader already.
fn add_chain_events(evidence: &mut Evidence, files: Vec<FileContent>, events: &[&RawValue]) {
    let mut contents = Vec::new();
    for file in files {
        match file.bytes() {
            Ok(bytes) => contents.push((file.path, bytes)),
            Err(reason) => evidence.unreadable.push((file.path, reason)),
        }
    }
    let mut texts = String::new();
    for (number, event) in (1..).zip(events) {
        if !evidence.goes_on() {
            break;
        }
        if let Ok(text) = serde_json::from_str::<String>(event.get()) {
            texts.push_str(&text);
            texts.push('\n');
            continue;
        }
        match serde_json::from_str::<ChainEvent>(event.get()) {
            Ok(event) => evidence.add_chain_event(&event),
            Err(error) => {
                evidence.damaged.push((CHAIN_EVENTS.to_owned(), number, error.to_string()));
            }
        }
    }
    if !texts.is_empty() || events.is_empty() && contents.is_empty() {
        contents.push((CHAIN_EVENTS.to_owned(), texts.into_bytes()));
    }
    evidence.read_chain_events(ChainEventQuery { contents, ..ChainEventQuery::default() });
}

/// A text, or an object of Get-Queue, Get-Message or Get-MessageTrackingLog.
fn add_queue_error(evidence: &mut Evidence, number: u64, error: &RawValue) {
    if let Ok(text) = serde_json::from_str::<String>(error.get()) {
        evidence.add_error_text(QUEUE_ERRORS, number, &text);
        return;
    }
    match DeliveryErrors::from_pipeline(QUEUE_ERRORS, error.get()) {
        Ok(read) => {
            let at_number = |error| DeliveryError { line: number, ..error };
            let errors = read.errors.into_iter().map(at_number).collect();
            evidence.add_delivery_errors(DeliveryErrors { errors, ..read });
        }
        Err(error) => evidence.damaged.push((QUEUE_ERRORS.to_owned(), number, error.reason())),
    }
}

/// What comes to a diagnosis after its request.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Addition<'a> {
    #[serde(borrow)]
    sessions: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    certificates: Option<&'a RawValue>,
    certificate_files: Option<Vec<FileContent>>,
}

/// Adds what comes after a request. The number of its sessions is returned; `first` is that of the
/// first one.
pub(in crate::ffi) fn add(evidence: &mut Evidence, first: u64, text: &str) -> Result<u64, Failure> {
    let addition: Addition<'_> = parse_object("request", text)?;
    if let Some(certificates) = addition.certificates {
        add_objects(evidence, JUDGED_CERTIFICATES, certificates);
    }
    for file in addition.certificate_files.iter().flatten() {
        add_certificate_file(evidence, file);
    }
    let sessions = addition.sessions.unwrap_or_default();
    if !sessions.is_empty() {
        add_sessions(evidence, first, &sessions);
    }
    check_cancellation(evidence)?;
    Ok(sessions.len() as u64)
}

fn add_sessions(evidence: &mut Evidence, first: u64, sessions: &[&RawValue]) {
    evidence.logs_given = true;
    for (number, session) in (first..).zip(sessions) {
        if !evidence.goes_on() {
            break;
        }
        match serde_json::from_str::<Session>(session.get()) {
            Ok(session) => evidence.add_session(&session),
            Err(error) => evidence.damaged.push((SESSIONS.to_owned(), number, error.to_string())),
        }
    }
}
