//! One validation.

use serde::{Deserialize, Serialize};

use super::failure::{ChainFailure, failures};
use super::fault::ChainFault;
use super::record::{ChainEventKind, ChainEventRecord};
use crate::certificate::Thumbprint;
use crate::evidence::null_as_default::null_as_default;
use crate::timestamp::Timestamp;

/// The events of one validation, and what failed in it.
///
/// Serialised with the names of its fields in PascalCase, absent values as `null`; read back from the
/// same, also after PowerShell has carried it about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainEvent {
    /// The time of its first event.
    pub time: Option<Timestamp>,
    /// The computer.
    pub computer: Option<String>,
    /// The program that asked for it, such as `lsass.exe`, in which Schannel runs.
    pub process_name: Option<String>,
    /// The number of the process.
    pub process_id: Option<u32>,
    /// The certificate that was judged.
    pub thumbprint: Option<Thumbprint>,
    /// Its simple name.
    pub subject: Option<String>,
    /// The policy, such as CERT_CHAIN_POLICY_SSL.
    pub policy: Option<String>,
    /// The name that the policy asked for.
    pub server_name: Option<String>,
    /// Whether anything failed.
    pub failed: bool,
    /// The most decisive of what failed.
    pub fault: Option<ChainFault>,
    /// What it means, in plain words.
    pub meaning: Option<String>,
    /// Everything that failed, the most decisive first.
    #[serde(default, deserialize_with = "null_as_default")]
    pub failures: Vec<ChainFailure>,
    /// What joins its events.
    pub task_id: Option<String>,
    /// The chain that was built.
    pub chain_ref: Option<String>,
    /// Its events, in their order.
    #[serde(default, deserialize_with = "null_as_default")]
    pub records: Vec<ChainEventRecord>,
    /// The file of its first event.
    #[serde(default, deserialize_with = "null_as_default")]
    pub log_path: String,
    /// The line of that event, from 1; 0 in an `.evtx` file.
    #[serde(default)]
    pub line: u64,
}

impl ChainEvent {
    /// Joins the events of one validation; there is at least one.
    pub(super) fn of(mut records: Vec<ChainEventRecord>) -> Self {
        records.sort_by_key(|record| (record.time, record.sequence_number, record.event_record_id));
        let failures = failures(&records);
        let text = |of: fn(&ChainEventRecord) -> &Option<String>| {
            records.iter().find_map(|record| of(record).clone())
        };
        let certificate = judged(&records);
        let (first, most_significant) = (records.first(), failures.first());
        Self {
            time: records.iter().find_map(|record| record.time),
            computer: text(|record| &record.computer),
            process_name: text(|record| &record.process_name),
            process_id: records.iter().find_map(|record| record.process_id),
            thumbprint: certificate.as_ref().and_then(|one| one.thumbprint),
            subject: certificate.and_then(|one| one.subject),
            policy: text(|record| &record.policy),
            server_name: text(|record| &record.server_name),
            failed: !failures.is_empty(),
            fault: most_significant.map(|failure| failure.fault),
            meaning: most_significant.map(|failure| failure.meaning.clone()),
            task_id: text(|record| &record.task_id),
            chain_ref: text(|record| &record.chain_ref),
            log_path: first.map(|record| record.log_path.clone()).unwrap_or_default(),
            line: first.map_or(0, |record| record.line),
            failures,
            records,
        }
    }

    /// Whether it judged the chain of that certificate, or asked for its key.
    #[must_use]
    pub fn is_about(&self, thumbprint: Thumbprint) -> bool {
        self.thumbprint == Some(thumbprint)
            || self.failures.iter().any(|failure| failure.thumbprint == Some(thumbprint))
    }

    /// Whether it names that certificate anywhere, be it as an issuer.
    #[must_use]
    pub fn names_certificate(&self, thumbprint: Thumbprint) -> bool {
        self.is_about(thumbprint)
            || self.records.iter().any(|record| record.names_certificate(thumbprint))
    }
}

/// The certificate of the chain; events about revocation speak of its issuers too.
fn judged(records: &[ChainEventRecord]) -> Option<super::record::EventCertificate> {
    let of = |kind: ChainEventKind| {
        let mut of_kind = records.iter().filter(move |record| record.event_name == kind);
        of_kind.find_map(|record| record.certificate.clone())
    };
    [
        ChainEventKind::CertVerifyCertificateChainPolicy,
        ChainEventKind::CertGetCertificateChain,
        ChainEventKind::CryptAcquireCertificatePrivateKey,
        ChainEventKind::CertVerifyRevocation,
        ChainEventKind::CertRejectedRevocationInfo,
    ]
    .into_iter()
    .find_map(of)
}
