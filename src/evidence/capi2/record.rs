//! One event of the log.

use serde::{Deserialize, Serialize};

use super::codes::{ResultCode, TrustStatus};
use crate::certificate::Thumbprint;
use crate::evidence::null_as_default::null_as_default;
use crate::named_enum::named_enum;
use crate::timestamp::Timestamp;

named_enum! {
    /// The events that are read. The numbers are the event ids, the names those of the elements in
    /// the body.
    ChainEventKind {
        /// A chain was built.
        CertGetCertificateChain = 11,
        /// A chain was held against a policy.
        CertVerifyCertificateChainPolicy = 30,
        /// A certificate was looked up as revoked or not.
        CertVerifyRevocation = 41,
        /// Revocation information was found and not used.
        CertRejectedRevocationInfo = 42,
        /// A private key was asked for.
        CryptAcquireCertificatePrivateKey = 70,
        /// Certificates and lists that were used, in detail.
        X509Objects = 90,
    }
}

impl ChainEventKind {
    /// The kind with that event id.
    #[must_use]
    pub fn from_id(id: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.number() == id)
    }
}

/// A certificate that an event names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventCertificate {
    /// The thumbprint: fileRef without `.cer`.
    pub thumbprint: Option<Thumbprint>,
    /// The simple name of the subject, as Windows shows it: no X.500 name.
    pub subject: Option<String>,
    /// What is wrong with it, in a chain.
    pub error_status: Option<TrustStatus>,
    /// Whether it is revoked, in a chain.
    pub revocation_result: Option<ResultCode>,
}

/// One event. Serialised with the names of its fields in PascalCase, absent values as `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainEventRecord {
    /// 11, 30, 41, 42, 70 or 90.
    pub event_id: u32,
    /// Its name.
    pub event_name: ChainEventKind,
    /// Its number in the log.
    pub event_record_id: Option<u64>,
    /// When it was written; absent where the header of the event was not exported.
    pub time: Option<Timestamp>,
    /// The computer.
    pub computer: Option<String>,
    /// The program, such as `lsass.exe`, in which Schannel runs.
    pub process_name: Option<String>,
    /// The number of the process.
    pub process_id: Option<u32>,
    /// What joins the events of one validation.
    pub task_id: Option<String>,
    /// The place in the validation.
    pub sequence_number: Option<u32>,
    /// The chain that was built or judged.
    pub chain_ref: Option<String>,
    /// The certificate that the event is about.
    pub certificate: Option<EventCertificate>,
    /// Its issuer, of events about revocation.
    pub issuer: Option<EventCertificate>,
    /// The chain from the certificate up (event 11), or all objects (event 90).
    #[serde(default, deserialize_with = "null_as_default")]
    pub certificates: Vec<EventCertificate>,
    /// The policy, such as CERT_CHAIN_POLICY_SSL.
    pub policy: Option<String>,
    /// The name that the policy asked for.
    pub server_name: Option<String>,
    /// `server` or `client`: whose certificate was judged.
    pub authentication_type: Option<String>,
    /// Where in the chain the policy failed; -1 = no single certificate.
    pub element_index: Option<i32>,
    /// What is wrong with the complete chain (event 11).
    pub error_status: Option<TrustStatus>,
    /// What came of it.
    pub result: Option<ResultCode>,
    /// The file, or what else the event came from.
    pub log_path: String,
    /// The line where it begins, from 1; 0 in an `.evtx` file, where EventRecordId is the place.
    pub line: u64,
    /// The offset in bytes where it begins, in the decoded text; in an `.evtx` file that of its chunk.
    pub offset: u64,
}

impl ChainEventRecord {
    pub(super) fn new(kind: ChainEventKind) -> Self {
        Self {
            event_id: kind.number(),
            event_name: kind,
            event_record_id: None,
            time: None,
            computer: None,
            process_name: None,
            process_id: None,
            task_id: None,
            sequence_number: None,
            chain_ref: None,
            certificate: None,
            issuer: None,
            certificates: Vec::new(),
            policy: None,
            server_name: None,
            authentication_type: None,
            element_index: None,
            error_status: None,
            result: None,
            log_path: String::new(),
            line: 0,
            offset: 0,
        }
    }

    /// Whether it names that certificate anywhere.
    #[must_use]
    pub fn names_certificate(&self, thumbprint: Thumbprint) -> bool {
        let named = self.certificate.iter().chain(&self.issuer).chain(&self.certificates);
        named.into_iter().any(|one| one.thumbprint == Some(thumbprint))
    }
}
