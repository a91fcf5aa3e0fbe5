//! The overview: its rows and their words.

use serde::Serialize;

use crate::connector::CertificateDifference;
use crate::diagnosis::report::Severity;
use crate::named_enum::named_enum;
use crate::session::Outcome;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

named_enum! {
    /// What is to be said of a connector's certificate; the most urgent of what applies.
    CertificateStatus {
        /// Nothing is wrong with what is known.
        Valid = 1,
        /// It ends within the days of the warning.
        ExpiresSoon = 2,
        /// It has ended.
        Expired = 3,
        /// It has not begun.
        NotYetValid = 4,
        /// The log shows another certificate than the one that would be sent.
        Different = 5,
        /// No installed certificate is the one that the connector asks for.
        NotFound = 6,
        /// The certificate that would be sent is not enabled for SMTP, and no session shows that it
        /// works all the same.
        NotEnabled = 7,
        /// None fits, and none need: the connector names none and does not send to EOP, or is
        /// disabled.
        NotNeeded = 8,
        /// Neither a certificate that would be sent nor one that was is known, or its end is not.
        Unknown = 9,
        /// Exchange Online does not trust the certificate that would be sent: it is self-signed, of
        /// a private authority, or its Status on the server is Untrusted or Invalid.
        NotTrusted = 10,
        /// Its authority has withdrawn it.
        Revoked = 11,
    }
}

impl CertificateStatus {
    /// Whether somebody has to look at it.
    #[must_use]
    pub fn is_warning(self) -> bool {
        !matches!(self, Self::Valid | Self::NotNeeded | Self::Unknown)
    }
}

named_enum! {
    /// By what Exchange chooses a certificate.
    SelectedBy {
        /// The connector's TlsCertificateName.
        TlsCertificateName = 1,
        /// The connector's Fqdn.
        ConnectorFqdn = 2,
        /// The server's full name.
        ServerFqdn = 3,
    }
}

named_enum! {
    /// How the certificate that was sent last relates to the one that would be sent.
    SentRelation {
        /// The same.
        Same = 1,
        /// Another one with the same issuer and subject, as before a renewal.
        Twin = 2,
        /// Another installed one.
        Different = 3,
        /// None of the installed ones.
        NotInstalled = 4,
        /// One of the two is not known.
        Unknown = 5,
    }
}

/// A certificate installed on a server. `None` means that the source does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstalledCertificate {
    /// The SHA-1 thumbprint.
    pub thumbprint: Option<String>,
    /// The subject, a Windows X.500 string.
    pub subject: Option<String>,
    /// The issuer, a Windows X.500 string.
    pub issuer: Option<String>,
    /// The serial number in hexadecimal digits.
    pub serial_number: Option<String>,
    /// The beginning of its validity.
    pub not_before: Option<StatedTime>,
    /// The end of its validity.
    pub not_after: Option<StatedTime>,
    /// Whole days until then, 0 on the last day, negative afterwards.
    pub days_left: Option<i64>,
    /// Its names, the common name first.
    pub dns_names: Vec<String>,
    /// The services to which it is bound.
    pub services: Option<String>,
    /// Valid, DateInvalid, Untrusted and so on, as given.
    pub status: Option<String>,
    /// Whether the server has the private key.
    pub has_private_key: Option<bool>,
}

/// A certificate that sessions of one connector and server sent, and those sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SentCertificate {
    /// The SHA-1 thumbprint, as logged.
    pub thumbprint: Option<String>,
    /// The subject, a Windows X.500 string.
    pub subject: Option<String>,
    /// The issuer, a Windows X.500 string.
    pub issuer: Option<String>,
    /// The serial number in hexadecimal digits.
    pub serial_number: Option<String>,
    /// The beginning of its validity: of the log, else of the installed certificate.
    pub not_before: Option<StatedTime>,
    /// The end of its validity, known like its beginning.
    pub not_after: Option<StatedTime>,
    /// Whole days until then, 0 on the last day, negative afterwards.
    pub days_left: Option<i64>,
    /// How many sessions sent it.
    pub sessions: u64,
    /// How many of them are known to be with EOP.
    pub eop_sessions: u64,
    /// How many of them failed (PartlyRefused, Refused, TlsFailed, ConnectFailed).
    pub failed_sessions: u64,
    /// The beginning of the first of them.
    pub first_session: Timestamp,
    /// The beginning of the last of them.
    pub last_session: Timestamp,
    /// How the last of them ended.
    pub last_outcome: Outcome,
    /// The file that holds the last of them.
    pub log_path: String,
    /// The line where it begins, from 1.
    pub line: u64,
}

named_enum! {
    /// What has to be set so that a successor is sent, shown and matched.
    AffectedKind {
        /// A send connector: TlsCertificateName.
        SendConnector = 1,
        /// A receive connector: TlsCertificateName.
        ReceiveConnector = 2,
        /// An inbound connector of the tenant: TlsSenderCertificateName.
        InboundConnector = 3,
        /// A subscribed Edge server: the value of the send connector is above 256 characters, and
        /// never reaches it (KB 4052493).
        EdgeServer = 4,
    }
}

/// An object that still names the certificate in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AffectedObject {
    /// What it is.
    pub kind: AffectedKind,
    /// Its name; of an Edge server that of the send connector.
    pub name: String,
}

/// The installed certificate that takes over from the one in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateSuccessor {
    /// The certificate.
    pub certificate: InstalledCertificate,
    /// In what it differs, as far as both are known.
    pub differences: Vec<CertificateDifference>,
    /// Whether it is enabled for SMTP.
    pub is_enabled_for_smtp: Option<bool>,
    /// What has to be set so that it takes over, of the objects that were given; empty: nothing.
    pub affected: Vec<AffectedObject>,
}

/// The certificates of one send connector on one server. `None` means that it is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConnectorCertificate {
    /// The name of the send connector.
    pub connector: Option<String>,
    /// The server.
    pub server: Option<String>,
    /// Whether the connector sends to EOP, by its values or its sessions.
    pub is_eop: Option<bool>,
    /// The most urgent of what is to be said.
    pub status: CertificateStatus,
    /// The end of the certificate that is in use: sent last, else to be sent.
    pub not_after: Option<StatedTime>,
    /// Whole days until then, 0 on the last day, negative afterwards.
    pub days_left: Option<i64>,
    /// The thumbprint of the certificate that would be sent.
    pub selected_thumbprint: Option<String>,
    /// The thumbprint of the certificate that was sent last.
    pub sent_thumbprint: Option<String>,
    /// The beginning of the last session that sent a certificate.
    pub last_session: Option<Timestamp>,
    /// How the one that was sent last relates to the one that would be sent.
    pub comparison: SentRelation,
    /// By what Exchange chooses.
    pub selected_by: Option<SelectedBy>,
    /// Why the selected certificate would be sent, or why none can be named.
    pub reason: String,
    /// What else must be known: differences, expiry, missing evidence.
    pub note: String,
    /// The installed certificate that would be sent.
    pub selected_certificate: Option<InstalledCertificate>,
    /// Installed certificates with its issuer and subject and another thumbprint.
    pub twins: Vec<InstalledCertificate>,
    /// The installed certificate that takes over from the one in use, whatever its issuer.
    pub successor: Option<CertificateSuccessor>,
    /// How far the renewal is, over all servers of the connector; `None`: none is under way.
    pub renewal: Option<String>,
    /// The certificates that were sent, the last one first.
    pub sent_certificates: Vec<SentCertificate>,
    /// How many sessions the logs have, with a certificate or without.
    pub sessions: u64,
}

/// An input that was not read, or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InputProblem {
    /// Error: not read; Warning: in part.
    pub severity: Severity,
    /// The input.
    pub path: String,
    /// The line, from 1; 0 where the whole is meant.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// The certificates of all send connectors.
///
/// Serialised with the names of its fields in PascalCase, absent values as `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateOverview {
    /// One row for each connector and server: exported connectors first, in their order.
    pub certificates: Vec<ConnectorCertificate>,
    /// What could not be read.
    pub problems: Vec<InputProblem>,
    /// 0 fine, 10 something expires or differs, 30 nothing is known, 40 an input cannot be read.
    pub exit_code: u8,
}
