//! What failed in a validation.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::codes::{ResultCode, TrustStatus};
use super::fault::ChainFault;
use super::record::{ChainEventKind, ChainEventRecord};
use crate::certificate::Thumbprint;

/// One thing that failed, and the event that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainFailure {
    /// What is wrong.
    pub fault: ChainFault,
    /// Whether the fault is concluded and not reported: a partial chain under a policy.
    pub is_inferred: bool,
    /// The certificate that is wrong, or at which the validation began.
    pub thumbprint: Option<Thumbprint>,
    /// Its simple name.
    pub subject: Option<String>,
    /// The event.
    pub event_id: u32,
    /// Its name.
    pub event_name: ChainEventKind,
    /// Its number in the log.
    pub event_record_id: Option<u64>,
    /// The result that says so.
    pub result: Option<ResultCode>,
    /// The trust status that says so.
    pub error_status: Option<TrustStatus>,
    /// What it means, in plain words.
    pub meaning: String,
    /// The line of the event, from 1; 0 in an `.evtx` file.
    pub line: u64,
}

impl ChainFailure {
    fn new(record: &ChainEventRecord, fault: ChainFault, is_inferred: bool) -> Self {
        let certainty = if is_inferred { "most likely " } else { "" };
        Self {
            fault,
            is_inferred,
            thumbprint: record.certificate.as_ref().and_then(|one| one.thumbprint),
            subject: record.certificate.as_ref().and_then(|one| one.subject.clone()),
            event_id: record.event_id,
            event_name: record.event_name,
            event_record_id: record.event_record_id,
            result: record.result.filter(|result| !result.is_success()),
            error_status: record.error_status.filter(|status| !status.is_trusted()),
            meaning: format!("{certainty}{}", fault.meaning()),
            line: record.line,
        }
    }
}

impl fmt::Display for ChainFailure {
    /// `event 30: CERT_E_UNTRUSTEDROOT (0x800B0109)`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "event {}", self.event_id)?;
        if let Some(number) = self.event_record_id {
            write!(formatter, " (record {number})")?;
        }
        if let Some(result) = self.result {
            write!(formatter, ": {result}")?;
        }
        if let Some(status) = self.error_status {
            write!(formatter, ": {}", status.names().join(", "))?;
        }
        Ok(())
    }
}

/// Everything that failed in the events of one validation, the most decisive first.
pub(super) fn failures(records: &[ChainEventRecord]) -> Vec<ChainFailure> {
    let mut failures: Vec<ChainFailure> = Vec::new();
    for record in records {
        for failure in of_record(record, records) {
            let is_known = |known: &ChainFailure| {
                known.fault == failure.fault
                    && known.thumbprint == failure.thumbprint
                    && known.event_id == failure.event_id
            };
            if !failures.iter().any(is_known) {
                failures.push(failure);
            }
        }
    }
    // What is reported stands before what is concluded from it.
    failures.sort_by_key(|failure| (failure.fault, failure.is_inferred));
    failures
}

fn of_record(record: &ChainEventRecord, all: &[ChainEventRecord]) -> Vec<ChainFailure> {
    let result = record.result.filter(|result| !result.is_success());
    let by_result = |result: ResultCode| ChainFault::of_result(result).unwrap_or(ChainFault::Other);
    match record.event_name {
        ChainEventKind::CertGetCertificateChain => of_chain(record),
        ChainEventKind::CertVerifyCertificateChainPolicy => {
            let failed = result.map(|result| of_policy(record, result, all));
            failed.into_iter().collect()
        }
        ChainEventKind::CertVerifyRevocation => {
            let failed = result.map(|result| ChainFailure::new(record, by_result(result), false));
            failed.into_iter().collect()
        }
        ChainEventKind::CertRejectedRevocationInfo => {
            vec![ChainFailure::new(record, ChainFault::RevocationInformationRejected, false)]
        }
        ChainEventKind::CryptAcquireCertificatePrivateKey => {
            let fault = ChainFault::PrivateKeyUnavailable;
            result.map(|_| ChainFailure::new(record, fault, false)).into_iter().collect()
        }
        ChainEventKind::X509Objects => Vec::new(),
    }
}

/// Each fault of a chain, with the certificate at which it lies.
fn of_chain(record: &ChainEventRecord) -> Vec<ChainFailure> {
    let status = record.error_status.unwrap_or_default();
    let mut faults = ChainFault::of_status(status);
    if faults.is_empty() {
        faults.extend(record.result.and_then(ChainFault::of_result));
    }
    let failure = |fault: ChainFault| {
        let mut failure = ChainFailure::new(record, fault, false);
        let at = record.certificates.iter().find(|one| {
            one.error_status.is_some_and(|status| ChainFault::of_status(status).contains(&fault))
        });
        // A partial chain is reported of the certificate for which it was built.
        if let Some(at) = at.filter(|_| fault != ChainFault::PartialChain) {
            failure.thumbprint = at.thumbprint.or(failure.thumbprint);
            failure.subject = at.subject.clone().or(failure.subject);
        }
        failure
    };
    faults.into_iter().map(failure).collect()
}

/// The result of a policy. SSL gives CERT_E_UNTRUSTEDROOT for a partial chain too, and then names no
/// element of it; where the event of the same chain has its status, that decides.
fn of_policy(
    record: &ChainEventRecord,
    result: ResultCode,
    all: &[ChainEventRecord],
) -> ChainFailure {
    let fault = ChainFault::of_result(result).unwrap_or(ChainFault::Other);
    let about_root = matches!(fault, ChainFault::UntrustedRoot | ChainFault::PartialChain);
    // CERT_CHAIN_POLICY_SSL is 4 (wincrypt.h).
    let is_ssl = matches!(record.policy.as_deref(), Some("CERT_CHAIN_POLICY_SSL" | "4"));
    let chain = all.iter().find(|one| {
        one.event_name == ChainEventKind::CertGetCertificateChain
            && one.chain_ref.is_some()
            && one.chain_ref == record.chain_ref
    });
    let chain_status = chain.and_then(|chain| chain.error_status).filter(|_| about_root);
    match chain_status {
        Some(status) if status.has(TrustStatus::PARTIAL_CHAIN) => {
            ChainFailure::new(record, ChainFault::PartialChain, false)
        }
        Some(status) if status.has(TrustStatus::UNTRUSTED_ROOT) => {
            ChainFailure::new(record, ChainFault::UntrustedRoot, false)
        }
        _ if about_root && is_ssl && record.element_index.is_some_and(|index| index < 0) => {
            ChainFailure::new(record, ChainFault::PartialChain, true)
        }
        _ => ChainFailure::new(record, fault, fault == ChainFault::PartialChain),
    }
}
