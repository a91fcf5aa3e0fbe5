//! The handle of a probe: a dialogue up to RCPT TO that the caller's socket carries. Nothing is ever
//! submitted: it has no words for a message.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use libc::size_t;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::answer::{FileContent, answer, json, parse_object, read_request};
use super::diagnosis::request::read as read_evidence;
use super::error::{ErrorDetail, Failure};
use super::guard::guard;
use super::handle::{Handles, Kind};
use super::injection;
use super::input::Utf16;
use super::output::{require, require_output, write_output};
use super::query::EOP_MAXIMUM_NAME_LENGTH;
use super::status::{EOP_INTERNAL, EOP_INVALID_THUMBPRINT, EOP_OK};
use super::text::open_text;
use crate::certificate::{Password, Thumbprint};
use crate::diagnosis::Evidence;
use crate::probe::{
    self, Attempt, Dialogue, Event, Expectations, NamedFile, ProbeOutcome, Question, Shown,
};
use crate::timestamp::Timestamp;

/// eop_probe_event: a connection is attempted; text: the other end, such as 192.0.2.1:25.
pub const EOP_PROBE_CONNECTING: u32 = 1;
/// It came about; text: its own end, a blank, the other end.
pub const EOP_PROBE_CONNECTED: u32 = 2;
/// It did not come about; text: the number of Winsock (0 = not known), a blank, the reason.
pub const EOP_PROBE_NOT_CONNECTED: u32 = 3;
/// Bytes came.
pub const EOP_PROBE_RECEIVED: u32 = 4;
/// The other side closed the connection.
pub const EOP_PROBE_CLOSED: u32 = 5;
/// The connection broke; text: the reason.
pub const EOP_PROBE_BROKEN: u32 = 6;
/// The deadline has passed.
pub const EOP_PROBE_TIMED_OUT: u32 = 7;

/// The most bytes of one event.
pub const EOP_MAXIMUM_PROBE_BYTES: usize = 1_048_576;

/// Units of a request, evidence included.
const MAXIMUM_REQUEST: usize = 536_870_912;
/// The columns of the text that an outcome comes with, as of eop_view.
const TEXT_WIDTH: usize = 78;
/// Nanoseconds of a tick.
const NANOSECONDS: u64 = 100;

static PROBES: Handles<OpenProbe> = Handles::new(Kind::Probe);

struct OpenProbe {
    /// `None` after its outcome.
    dialogue: Option<Dialogue>,
    /// What the last view of the caller points into.
    output: Vec<u8>,
    expectations: Expectations,
    evidence: Evidence,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Request<'a> {
    from: Option<String>,
    to: Option<String>,
    inbound: Option<bool>,
    connector: Option<String>,
    smart_host: Option<String>,
    port: Option<u16>,
    fqdn: Option<String>,
    computer: Option<String>,
    tls_domain: Option<String>,
    timeout_sec: Option<u64>,
    no_certificate: Option<bool>,
    thumbprint: Option<String>,
    certificate_file: Option<FileContent>,
    key_file: Option<FileContent>,
    password: Option<String>,
    out_log: Option<String>,
    #[serde(borrow)]
    evidence: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlanView<'a> {
    host: &'a str,
    port: u16,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OutcomeView<'a> {
    #[serde(flatten)]
    outcome: &'a ProbeOutcome,
    attempt: Attempt,
    log_text: &'a str,
    text: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct StandingRequest {
    attempts: Vec<Attempt>,
    interval_sec: u64,
    elapsed_sec: u64,
    limit_sec: u64,
}

/// Opens a probe: one sender and one recipient, to be asked about over one connection of the caller.
///
/// Nothing is ever submitted: after the reply to RCPT TO it says RSET and QUIT. `request` has `length`
/// units and is read during the call only. It is one JSON object; every member may be absent or null:
///
/// - From, To: the two addresses, one each; "<>" is the null sender. Inbound: true = none; a receive
///   connector is looked at: STARTTLS, and the certificate that is shown.
/// - Connector: the name of the send connector, where Evidence holds several. SmartHost, Fqdn (the
///   name in EHLO), TlsDomain (the name that the other side's certificate must have): else those of
///   the send connector; Port: else 25. Computer: the name in EHLO if nothing else tells it.
/// - TimeoutSec: seconds that one answer may take, 1 to 600; else 30.
/// - Which certificate is shown: NoCertificate, true; Thumbprint, of LocalMachine\My; CertificateFile
///   {"Path", "Content"} (PFX, or PEM with its key, or KeyFile has that) and Password; else the one
///   that Exchange would choose for the send connector.
/// - OutLog: the file in which the dialogue is kept as a send log; it must not be there yet.
/// - Evidence: an object as of eop_test, by which the session is judged; without Sessions and Logs.
///   SendConnectors and InstalledCertificates of it tell host, name and certificate;
///   UseMachineStores is needed where the key is of this computer.
///
/// `probe` receives the handle; free it with eop_probe_free. `plan` receives a text handle with one
/// JSON object: Host and Port to connect to, Reason: why that certificate is shown, or null.
///
/// EOP_OK; EOP_NULL_ARGUMENT; EOP_INVALID_ARGUMENT: no such object, or it cannot be asked, which the
/// message says; EOP_INVALID_TEXT; EOP_INVALID_THUMBPRINT; the errors of eop_test;
/// EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_probe_open(
    request: *const u16,
    length: size_t,
    probe: *mut u64,
    plan: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(probe, "probe")?;
        require_output(plan, "plan")?;
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, MAXIMUM_REQUEST) }?;
        injection::strike("eop_probe_open");
        let (open, view) = open(&text)?;
        let view = open_text(&view)?;
        let handle = PROBES.insert(open, None)?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(probe, handle) };
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(plan, view) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_probe_open", error, body) }
}

fn open(text: &str) -> Result<(OpenProbe, String), Failure> {
    let request: Request<'_> = parse_object("request", text)?;
    let mut evidence = read_evidence(request.evidence.map_or("{}", RawValue::get))?;
    // That of the request was for the reading alone.
    evidence.cancellation = Arc::default();
    let is_inbound = request.inbound == Some(true);
    let addresses = match (request.from, request.to) {
        _ if is_inbound => None,
        (Some(from), Some(to)) => Some((from, to)),
        _ => return Err(Failure::invalid("request: From and To are needed, one address each")),
    };
    let file = |file: &FileContent| {
        let failed = |reason| Failure::invalid(format!("{}: {reason}", file.path));
        let bytes = file.bytes().map_err(failed)?;
        Ok::<_, Failure>(NamedFile { name: file.path.clone(), bytes })
    };
    let shown = match (&request.certificate_file, &request.thumbprint) {
        (Some(certificate), _) => Shown::File {
            certificate: file(certificate)?,
            key: request.key_file.as_ref().map(file).transpose()?,
            password: request.password.map(|text| Arc::new(Password::new(text))),
        },
        (None, Some(thumbprint)) => {
            let thumbprint = thumbprint.parse::<Thumbprint>();
            let failed = |error: crate::certificate::ThumbprintError| {
                Failure::new(EOP_INVALID_THUMBPRINT, error.to_string())
            };
            Shown::Thumbprint(thumbprint.map_err(failed)?)
        }
        (None, None) if request.no_certificate == Some(true) => Shown::Nothing,
        (None, None) => Shown::AsExchange,
    };
    let question = Question {
        addresses,
        connector: request.connector,
        smart_host: request.smart_host,
        port: request.port.unwrap_or_default(),
        fqdn: request.fqdn,
        computer: request.computer,
        tls_domain: request.tls_domain,
        shown,
        timeout: request.timeout_sec.unwrap_or_default(),
    };
    let refused = |error: String| Failure::invalid(error);
    let answerable = question.answerable(&evidence).map_err(|error| {
        // What is missing may stand in what was not read.
        let unread = evidence.unreadable.iter().map(|(path, reason)| format!("; {path}: {reason}"));
        refused(unread.fold(error.to_string(), |text, file| text + &file))
    })?;
    let plan = &answerable.plan;
    let reason = answerable.reason.as_deref();
    let view = json(&PlanView { host: &plan.host, port: plan.port, reason })?;
    let started = Timestamp::try_from(OffsetDateTime::now_utc())
        .map_err(|error| Failure::new(EOP_INTERNAL, error.to_string()))?;
    let dialogue =
        Dialogue::new(answerable.plan, started).map_err(|error| refused(error.to_string()))?;
    let log = request.out_log.map(PathBuf::from);
    let expectations = Expectations { tls_domain: answerable.tls_domain, log };
    let probe = OpenProbe { dialogue: Some(dialogue), output: Vec::new(), expectations, evidence };
    Ok((probe, view))
}

/// Takes what happened to the connection, and gives what is to be sent.
///
/// `event` is one of EOP_PROBE_..., `text` and `bytes` are what is said there, else absent. `elapsed` is
/// the time since eop_probe_open, in ticks. `output` and `output_length` receive the bytes to send now,
/// valid until the next call with the probe; `deadline` the time since eop_probe_open, in ticks, at
/// which EOP_PROBE_TIMED_OUT is to be reported, or -1: the dialogue is over, and the connection is closed
/// after the bytes.
///
/// EOP_OK, whatever the other side did; EOP_NULL_ARGUMENT: an output, or a pointer whose length is not 0;
/// EOP_INVALID_ARGUMENT: an unknown event, a text that is not as said there, a negative time, more than
/// EOP_MAXIMUM_PROBE_BYTES, or a probe whose outcome was asked for; EOP_INVALID_TEXT; the errors of
/// handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_probe_event(
    probe: u64,
    event: u32,
    elapsed: i64,
    text: *const u16,
    text_length: size_t,
    bytes: *const u8,
    length: size_t,
    output: *mut *const u8,
    output_length: *mut size_t,
    deadline: *mut i64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(output, "output")?;
        require_output(output_length, "output_length")?;
        require_output(deadline, "deadline")?;
        let elapsed = duration(elapsed)?;
        // SAFETY: the caller promises that many units.
        let text = unsafe {
            Utf16 { text, length: text_length }.to_text("text", EOP_MAXIMUM_NAME_LENGTH)
        }?;
        if length > EOP_MAXIMUM_PROBE_BYTES {
            return Err(Failure::invalid(format!(
                "length is {length}; at most {EOP_MAXIMUM_PROBE_BYTES} are accepted"
            )));
        }
        let received: &[u8] = if length == 0 {
            &[]
        } else {
            require(bytes, "bytes")?;
            // SAFETY: not NULL, of bounded length, and the caller promises that the bytes are there.
            unsafe { std::slice::from_raw_parts(bytes, length) }
        };
        let event = event_of(event, text.as_deref().unwrap_or_default(), received)?;
        let (first, count, end) = PROBES.call("eop_probe_event", probe, |open| {
            let dialogue = open.dialogue.as_mut().ok_or_else(outcome_was_taken)?;
            dialogue.accept(event, elapsed);
            open.output = dialogue.take_output();
            let end = dialogue.deadline().map_or(-1, ticks);
            Ok((open.output.as_ptr(), open.output.len(), end))
        })?;
        // SAFETY: not NULL, and the caller promises a place for a pointer.
        unsafe { write_output(output, first) };
        // SAFETY: not NULL, and the caller promises a place for a number.
        unsafe { write_output(output_length, count) };
        // SAFETY: not NULL, and the caller promises a place for a number.
        unsafe { write_output(deadline, end) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_probe_event", error, body) }
}

fn outcome_was_taken() -> Failure {
    Failure::invalid("the outcome of this probe was asked for: open another one")
}

fn duration(elapsed: i64) -> Result<Duration, Failure> {
    let ticks = u64::try_from(elapsed)
        .map_err(|_| Failure::invalid(format!("elapsed is {elapsed}; it cannot be negative")))?;
    Ok(Duration::from_nanos(ticks.saturating_mul(NANOSECONDS)))
}

fn ticks(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos() / u128::from(NANOSECONDS)).unwrap_or(i64::MAX)
}

fn event_of<'a>(event: u32, text: &'a str, bytes: &'a [u8]) -> Result<Event<'a>, Failure> {
    let wrong = |what: &str| Failure::invalid(format!("text {text:?} is not {what}"));
    let endpoint = |text: &str| text.parse::<SocketAddr>().ok();
    Ok(match event {
        EOP_PROBE_CONNECTING => {
            Event::Connecting(endpoint(text).ok_or_else(|| wrong("an address with its port"))?)
        }
        EOP_PROBE_CONNECTED => {
            let ends = text.split_once(' ').and_then(|(local, remote)| {
                Some(Event::Connected { local: endpoint(local)?, remote: endpoint(remote)? })
            });
            ends.ok_or_else(|| wrong("two addresses with their ports"))?
        }
        EOP_PROBE_NOT_CONNECTED => {
            let parts = text.split_once(' ');
            let parts = parts.and_then(|(code, reason)| Some((code.parse().ok()?, reason)));
            let (code, reason) = parts.ok_or_else(|| wrong("a number and a reason"))?;
            Event::NotConnected(code, reason)
        }
        EOP_PROBE_RECEIVED => Event::Received(bytes),
        EOP_PROBE_CLOSED => Event::Closed,
        EOP_PROBE_BROKEN => Event::Broken(text),
        EOP_PROBE_TIMED_OUT => Event::TimedOut,
        other => return Err(Failure::invalid(format!("event {other} is not known"))),
    })
}

/// Ends a probe, and says what it came to; once.
///
/// `elapsed` is the time since eop_probe_open, in ticks. `outcome` receives a text handle with one JSON
/// object, the same as of `eop-relay probe --json`, and three members more: Attempt, for
/// eop_probe_standing; LogText, the dialogue as a send log; Text, the outcome and the report in lines of
/// 78 columns. Free it with
/// eop_text_free. The log of the probe is written here.
///
/// EOP_OK, whatever it came to; EOP_NULL_ARGUMENT; EOP_INVALID_ARGUMENT: a negative time, an outcome that
/// was asked for before, or a log that cannot be written, which the message says; EOP_TOO_MANY_HANDLES;
/// the errors of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_probe_outcome(
    probe: u64,
    elapsed: i64,
    outcome: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(outcome, "outcome")?;
        let elapsed = duration(elapsed)?;
        let text = PROBES.call("eop_probe_outcome", probe, |open| {
            let dialogue = open.dialogue.take().ok_or_else(outcome_was_taken)?;
            let record = dialogue.finish(elapsed);
            let mut evidence = open.evidence.clone();
            evidence.at = record.started;
            let outcome = probe::judge(&record, &open.expectations, evidence)
                .map_err(|error| Failure::invalid(error.to_string()))?;
            let (attempt, text) = (outcome.attempt(), probe::text(&outcome, TEXT_WIDTH));
            json(&OutcomeView { outcome: &outcome, attempt, log_text: &record.log, text })
        })?;
        let handle = open_text(&text)?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(outcome, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_probe_outcome", error, body) }
}

/// Frees a probe, from any thread, also a poisoned one. The connection is the caller's.
///
/// EOP_OK; EOP_INVALID_HANDLE; EOP_WRONG_KIND; EOP_FREED: freed before.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_probe_free(probe: u64, error: *mut ErrorDetail) -> i32 {
    let body = || PROBES.free("eop_probe_free", probe).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_probe_free", error, body) }
}

/// Says whether to probe again: a change takes up to an hour to reach all front ends.
///
/// `request` has `length` units and is read during the call only. It is one JSON object: Attempts, an
/// array of the member Attempt of the outcomes so far, the oldest first; IntervalSec, the seconds
/// between two connections, at least 60; ElapsedSec, those since the first; LimitSec, those in all.
///
/// `standing` receives a text handle with one JSON object; free it with eop_text_free. Next is Again,
/// Done (three different front ends accept), Throttled (the first 4.7.x), Exhausted (20 connections) or
/// TimeOver; Accepted and Total count; AcceptingHosts and RefusingHosts name the front ends; Summary
/// says it in a sentence.
///
/// EOP_OK; EOP_NULL_ARGUMENT; EOP_INVALID_ARGUMENT: no such object, or an interval below 60;
/// EOP_INVALID_TEXT; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_probe_standing(
    request: *const u16,
    length: size_t,
    standing: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, MAXIMUM_REQUEST) }?;
        let request: StandingRequest = parse_object("request", &text)?;
        if request.interval_sec < probe::MINIMUM_INTERVAL {
            return Err(Failure::invalid(format!(
                "request: IntervalSec is {}; at least {} are accepted, for more connections would \
                 bring the address into disrepute",
                request.interval_sec,
                probe::MINIMUM_INTERVAL
            )));
        }
        json(&probe::standing(
            &request.attempts,
            Duration::from_secs(request.interval_sec),
            Duration::from_secs(request.elapsed_sec),
            Duration::from_secs(request.limit_sec),
        ))
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_probe_standing", (standing, "standing"), error, make) }
}

#[cfg(test)]
mod tests;
