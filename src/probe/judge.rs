//! From the record of a dialogue to what it came to.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::dialogue::{Record, StepTaken};
use super::outcome::{PROBE_SCHEMA_VERSION, ProbeOutcome, TimedStep};
use super::reply_reader::Reply;
use super::step::Step;
use super::summary;
use crate::certificate::{Certificate, HostNameMatch, host_name_matches};
use crate::chain::{ChainReport, ChainRequest, ExpectedName, report};
use crate::diagnosis::{CertificateSummary, Evidence, GivenCertificate, Verdict, diagnose};
use crate::log::LogInput;
use crate::session::{Session, SessionQuery, SessionReader};
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;
use crate::windows::KeyAccess;

/// What stands in the report for the log where none is kept.
const LOG_THAT_IS_NOT_KEPT: &str = "log of the probe";

/// What is asked of the other side's certificate, and where the log goes.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// The name that the certificate of the other side must have: TlsDomain; else its host counts.
    pub tls_domain: Option<String>,
    /// Where the log is kept; it is appended to no file. `None`: nowhere.
    pub log: Option<PathBuf>,
}

/// Writes the log of a probe, reads its session, and judges it with what else is known: connectors,
/// accepted domains, certificates. Sessions of other logs should not be among it.
///
/// # Errors
/// The log cannot be written: it is there already, or its folder is not.
pub fn judge(
    record: &Record,
    expectations: &Expectations,
    mut evidence: Evidence,
) -> io::Result<ProbeOutcome> {
    let session = session_of(record, expectations.log.as_deref(), &evidence)?;
    let is_mail = record.plan.envelope.is_some();
    let report = is_mail.then(|| {
        evidence.logs_given = true;
        add_own_certificate(record, &mut evidence);
        if let Some(session) = &session {
            evidence.add_session(session);
        }
        diagnose(&evidence)
    });
    let remote: Vec<Certificate> =
        record.remote_chain.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let name = expectations.tls_domain.as_deref().unwrap_or(&record.plan.host);
    let remote_trust = trust(&remote, name, record.started);
    let asked = record.certificate_request.is_some();
    let credential = record.plan.credential.as_ref();
    let sent = credential.filter(|_| asked && record.certificate_request == Some(true));
    let mut outcome = ProbeOutcome {
        schema_version: PROBE_SCHEMA_VERSION,
        product_version: env!("CARGO_PKG_VERSION"),
        start_time: record.started,
        host: record.plan.host.clone(),
        mail_from: record.plan.envelope.as_ref().map(|envelope| envelope.from.to_string()),
        recipient: record.plan.envelope.as_ref().map(|envelope| envelope.to.to_string()),
        verdict: Verdict::Uncertain,
        summary: String::new(),
        limits: Vec::new(),
        fault: record.fault.as_ref().map(ToString::to_string),
        steps: record.steps.iter().map(timed).collect(),
        certificate_requested: asked,
        sent_chain: sent.iter().flat_map(|one| one.chain()).map(described).collect(),
        key: credential.map(|one| one.key_use.clone()),
        remote_chain: remote.iter().map(described).collect(),
        remote_trust,
        log: expectations.log.clone(),
        session,
        report,
        exit_code: 0,
    };
    let fits = remote.first().is_some_and(|one| names_host(one, name));
    (outcome.verdict, outcome.exit_code) =
        if is_mail { mail_verdict(&outcome) } else { inbound_verdict(&outcome, record, fits) };
    outcome.summary = summary::summary(&outcome, record, name, fits);
    outcome.limits = summary::limits(&outcome, record);
    Ok(outcome)
}

/// The certificate that is shown is judged in full.
fn add_own_certificate(record: &Record, evidence: &mut Evidence) {
    let Some(credential) = &record.plan.credential else { return };
    let Some((own, issuers)) = credential.chain().split_first() else { return };
    let is_known =
        evidence.certificates.iter().any(|one| one.certificate.thumbprint() == own.thumbprint());
    if !is_known {
        evidence.certificates.push(GivenCertificate {
            certificate: own.clone(),
            others: issuers.to_vec(),
            path: credential.key_use.place.clone(),
        });
    }
}

/// Accepted only where nothing is left that could be otherwise for Exchange itself.
fn mail_verdict(outcome: &ProbeOutcome) -> (Verdict, u8) {
    let report = outcome.report.as_ref();
    let expected = report.map_or(Verdict::Uncertain, |report| report.verdict);
    let is_accepted = outcome.step(Step::Recipient).is_some_and(|reply| reply.starts_with('2'));
    let access = outcome.key.as_ref().map(|key| key.network_service);
    match (is_accepted, expected) {
        (false, Verdict::Refused) => (Verdict::Refused, 20),
        (true, Verdict::Accepted | Verdict::Uncertain)
            if matches!(access, None | Some(KeyAccess::Granted)) =>
        {
            let is_warned = report.is_some_and(|report| report.exit_code == 10);
            (Verdict::Accepted, if is_warned { 10 } else { 0 })
        }
        _ => (Verdict::Uncertain, 30),
    }
}

/// Exchange Online hands over where TLS comes about with a certificate that it trusts.
fn inbound_verdict(outcome: &ProbeOutcome, record: &Record, fits: bool) -> (Verdict, u8) {
    let is_trusted = outcome.remote_trust.as_ref().is_some_and(|trust| trust.is_accepted);
    if record.is_secure && fits && is_trusted {
        (Verdict::Accepted, 0)
    } else if record.steps.len() > 1 {
        (Verdict::Refused, 20)
    } else {
        (Verdict::Uncertain, 30)
    }
}

fn timed(taken: &StepTaken) -> TimedStep {
    TimedStep {
        step: taken.step,
        milliseconds: milliseconds(taken.took),
        reply: taken.reply.as_ref().map(Reply::text),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn described(certificate: &Certificate) -> CertificateSummary {
    CertificateSummary {
        thumbprint: Some(certificate.thumbprint().to_string()),
        subject: Some(certificate.subject.to_x500().to_string()),
        issuer: Some(certificate.issuer.to_x500().to_string()),
        serial_number: Some(certificate.serial_number()),
        not_before: certificate.not_before().map(StatedTime::from),
        not_after: certificate.not_after().map(StatedTime::from),
        dns_names: certificate.dns_names(),
    }
}

/// What becomes of the chain of the other side, as it sent it.
fn trust(remote: &[Certificate], name: &str, at: Timestamp) -> Option<ChainReport> {
    let (own, issuers) = remote.split_first()?;
    let names = [ExpectedName::parse(name)];
    let request = ChainRequest {
        intermediates: Some(issuers),
        expected_names: &names,
        ..ChainRequest::new(own, at)
    };
    Some(report(&request))
}

fn names_host(certificate: &Certificate, name: &str) -> bool {
    let fits = |own: &String| {
        own.eq_ignore_ascii_case(name) || host_name_matches(own, name) != HostNameMatch::Different
    };
    certificate.dns_names().iter().any(fits)
}

/// Reads the session out of the log, which is kept or goes again.
fn session_of(
    record: &Record,
    kept: Option<&Path>,
    evidence: &Evidence,
) -> io::Result<Option<Session>> {
    let name = format!("eop-relay-{}-{}.log", std::process::id(), record.started.ticks());
    let path = kept.map_or_else(|| std::env::temp_dir().join(name), Path::to_owned);
    write_new(&path, &record.log)?;
    let _gone = kept.is_none().then(|| Gone(path.clone()));
    let server = evidence.server.as_deref().map(str::to_owned);
    let input = LogInput { path, wildcards: false, server };
    let query = SessionQuery { inputs: vec![input], threads: 1, ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).map_err(io::Error::other)?;
    let mut session = None;
    while let Some(batch) = reader.next_batch(16, 1 << 20) {
        session = session.or_else(|| batch.sessions.into_iter().next());
    }
    if let Some(session) = session.as_mut().filter(|_| kept.is_none()) {
        session.log_path = Arc::from(Path::new(LOG_THAT_IS_NOT_KEPT));
        session.line = 0;
    }
    Ok(session)
}

/// A file that goes when it is no longer needed.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        // One that is left in the folder for temporary files does no harm.
        let _ = fs::remove_file(&self.0);
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(named)?;
    file.write_all(text.as_bytes()).map_err(named)
}
