//! The session: what one SMTP conversation was, and how it ended.

use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::content::Content;
use super::message::Message;
use super::note::SessionNote;
use super::outcome::{Outcome, TlsStatus};
use super::spans::TextSpan;
use crate::certificate::LoggedCertificate;
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::timestamp::Timestamp;

/// One SMTP session, assembled from its rows. `None` means that the log does not say.
///
/// Its texts and mails lie in one piece of text, of which the methods give parts; made of texts of
/// their own it is with [`OwnedSession`](super::OwnedSession).
///
/// Serialised with the names of its fields and methods in PascalCase, absent values as `null`, times
/// as `2026-11-15T01:02:03.100Z`; read back by those names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which log it stands in.
    pub log_type: LogType,
    /// The server whose log it is: as given by the caller, else the host of a UNC path.
    pub server: Option<Arc<str>>,
    /// The file that holds its first row.
    pub log_path: Arc<Path>,
    /// The line of its first row in that file, counted from 1; 0 of the session of a probe whose log
    /// was not kept.
    pub line: u64,
    /// The byte at which that row begins, in the unpacked content of the file; 0 where that is not
    /// known. Not serialised.
    pub log_offset: u64,
    /// The stamp of its first row.
    pub start_time: Timestamp,
    /// The stamp of its last row.
    pub end_time: Timestamp,
    /// Whether the other side is Exchange Online Protection, by banner, then remote certificate.
    pub is_eop: Option<bool>,
    /// Whether the first EHLO reply offered STARTTLS.
    pub start_tls_offered: Option<bool>,
    /// How far TLS came.
    pub tls_status: TlsStatus,
    /// The error's number: an SSPI status as a signed HRESULT (-2146893043 is 0x8009030D), or a
    /// Winsock error (10054), where name or number are known.
    pub tls_error_code: Option<i32>,
    /// The certificate that this side chose to send.
    pub sent_certificate: Option<Arc<LoggedCertificate>>,
    /// The certificate that the other side sent.
    pub remote_certificate: Option<Arc<LoggedCertificate>>,
    /// The class of [`reply`](Self::reply) where it is a refusal.
    pub rejection: Option<RejectionClass>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether both its beginning and its end are in the logs read.
    pub complete: bool,
    /// How many rows it has.
    pub row_count: u64,
    /// What a reader of the rest must know.
    pub notes: Vec<SessionNote>,
    pub(crate) content: Content,
}

impl Session {
    /// Send logs: the name of the send connector. Receive logs: `SERVER\Connector`.
    #[must_use]
    pub fn connector(&self) -> &str {
        self.text(self.content.fields.connector).unwrap_or_default()
    }

    /// 16 hexadecimal digits, unique per server process.
    #[must_use]
    pub fn session_id(&self) -> &str {
        self.text(self.content.fields.session_id).unwrap_or_default()
    }

    /// The other half's id, where a row says that the session was proxied (FrontEnd and Hub).
    #[must_use]
    pub fn proxy_session_id(&self) -> Option<&str> {
        self.text(self.content.fields.proxy_session_id)
    }

    /// This server's end, `address:port`, as logged (may be masked).
    #[must_use]
    pub fn local_endpoint(&self) -> Option<&str> {
        self.text(self.content.fields.local_endpoint)
    }

    /// The other server's end, `address:port`, as logged (may be masked).
    #[must_use]
    pub fn remote_endpoint(&self) -> Option<&str> {
        self.text(self.content.fields.remote_endpoint)
    }

    /// The host name in the other server's 220 banner.
    #[must_use]
    pub fn remote_host(&self) -> Option<&str> {
        self.text(self.content.fields.remote_host)
    }

    /// The name given in EHLO or HELO by the client side.
    #[must_use]
    pub fn ehlo_name(&self) -> Option<&str> {
        self.text(self.content.fields.ehlo_name)
    }

    /// The client's address as the server side saw it: `Hello [203.0.113.7]` in the EHLO reply.
    #[must_use]
    pub fn public_ip_address(&self) -> Option<&str> {
        self.text(self.content.fields.public_ip_address)
    }

    /// The negotiated protocol, such as `TLS 1.2`; an unknown one as logged.
    #[must_use]
    pub fn tls_protocol(&self) -> Option<&str> {
        self.text(self.content.fields.tls_protocol)
    }

    /// The negotiated algorithms as logged, such as
    /// `CALG_AES_256 (256 bits), CALG_SHA_384 (384 bits), CALG_ECDHE (384 bits)`.
    #[must_use]
    pub fn tls_cipher(&self) -> Option<&str> {
        self.text(self.content.fields.tls_cipher)
    }

    /// The error's name as logged (`UnknownCredentials`), or the name of a logged number.
    #[must_use]
    pub fn tls_error(&self) -> Option<&str> {
        self.text(self.content.fields.tls_error)
    }

    /// The first refusal, else the last reply, as logged; for a failed connection the row that
    /// says why (it holds the Winsock error).
    #[must_use]
    pub fn reply(&self) -> Option<&str> {
        self.text(self.content.fields.reply)
    }

    /// The mails of the session, in the order of their MAIL commands.
    #[must_use]
    pub fn messages(
        &self,
    ) -> impl ExactSizeIterator<Item = Message<'_>> + DoubleEndedIterator + Clone {
        Message::all_of(&self.content)
    }

    /// The thumbprint of the sent certificate.
    #[must_use]
    pub fn sent_thumbprint(&self) -> Option<&str> {
        self.sent_certificate.as_ref()?.thumbprint.as_deref()
    }

    /// The subject of the sent certificate.
    #[must_use]
    pub fn sent_subject(&self) -> Option<&str> {
        self.sent_certificate.as_ref()?.subject.as_deref()
    }

    fn text(&self, span: TextSpan) -> Option<&str> {
        self.content.get(span)
    }
}

impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut map = serializer.serialize_struct("Session", 32)?;
        map.serialize_field("LogType", &self.log_type)?;
        map.serialize_field("Server", &self.server)?;
        map.serialize_field("LogPath", &self.log_path.to_string_lossy())?;
        map.serialize_field("Line", &self.line)?;
        map.serialize_field("StartTime", &self.start_time)?;
        map.serialize_field("EndTime", &self.end_time)?;
        map.serialize_field("Connector", &self.connector())?;
        map.serialize_field("SessionId", &self.session_id())?;
        map.serialize_field("ProxySessionId", &self.proxy_session_id())?;
        map.serialize_field("LocalEndpoint", &self.local_endpoint())?;
        map.serialize_field("RemoteEndpoint", &self.remote_endpoint())?;
        map.serialize_field("RemoteHost", &self.remote_host())?;
        map.serialize_field("EhloName", &self.ehlo_name())?;
        map.serialize_field("PublicIPAddress", &self.public_ip_address())?;
        map.serialize_field("IsEop", &self.is_eop)?;
        map.serialize_field("StartTlsOffered", &self.start_tls_offered)?;
        map.serialize_field("TlsStatus", &self.tls_status)?;
        map.serialize_field("TlsProtocol", &self.tls_protocol())?;
        map.serialize_field("TlsCipher", &self.tls_cipher())?;
        map.serialize_field("TlsError", &self.tls_error())?;
        map.serialize_field("TlsErrorCode", &self.tls_error_code)?;
        map.serialize_field("SentCertificate", &self.sent_certificate)?;
        map.serialize_field("RemoteCertificate", &self.remote_certificate)?;
        map.serialize_field("SentThumbprint", &self.sent_thumbprint())?;
        map.serialize_field("SentSubject", &self.sent_subject())?;
        map.serialize_field("Messages", &Listed(|| self.messages()))?;
        map.serialize_field("Reply", &self.reply())?;
        map.serialize_field("Rejection", &self.rejection)?;
        map.serialize_field("Outcome", &self.outcome)?;
        map.serialize_field("Complete", &self.complete)?;
        map.serialize_field("RowCount", &self.row_count)?;
        map.serialize_field("Notes", &Listed(|| self.notes.iter().map(|note| note.message())))?;
        map.end()
    }
}

/// What an iterator gives, as a list.
struct Listed<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Listed<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
