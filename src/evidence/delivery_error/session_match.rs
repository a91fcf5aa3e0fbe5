//! What is kept of the session that an error is about, and how certain it is.

use serde::Serialize;

use crate::named_enum::named_enum;
use crate::reply::RejectionClass;
use crate::session::{Outcome, Session};
use crate::timestamp::Timestamp;

named_enum! {
    /// By what a session was found; the later, the surer.
    MatchBasis {
        /// The error shows neither time nor host: the newest session that failed alike.
        SameFailure = 1,
        /// The host, of sessions that failed alike.
        Host = 2,
        /// The time, of sessions that failed alike.
        Time = 3,
        /// Time and host, of sessions that failed alike.
        TimeAndHost = 4,
        /// The Message-ID of the mail.
        InternetMessageId = 5,
        /// The session id of the other server, which stands in the reply.
        ServerSessionId = 6,
    }
}

named_enum! {
    /// How certain it is that the session is the one that the error is about.
    MatchCertainty {
        /// It fits, and so may others.
        Possible = 1,
        /// Time and host fit; the log names no mail there.
        Likely = 2,
        /// The log names the same mail, or the same session of the other server.
        Certain = 3,
    }
}

impl MatchBasis {
    /// How certain a session is that was found by it.
    #[must_use]
    pub fn certainty(self) -> MatchCertainty {
        match self {
            Self::SameFailure | Self::Host | Self::Time => MatchCertainty::Possible,
            Self::TimeAndHost => MatchCertainty::Likely,
            Self::InternetMessageId | Self::ServerSessionId => MatchCertainty::Certain,
        }
    }
}

/// A session that an error is about.
///
/// Serialised with the names of its fields in PascalCase, absent values as `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SessionMatch {
    /// How certain it is.
    pub certainty: MatchCertainty,
    /// By what it was found.
    pub basis: MatchBasis,
    /// Both sides in one sentence, and how certain it is.
    pub message: String,
    /// The log with the session's first row.
    pub log_path: String,
    /// The line of that row.
    pub line: u64,
    /// The stamp of that row.
    pub start_time: Timestamp,
    /// The server whose log it is, where that is known.
    pub server: Option<String>,
    /// The connector.
    pub connector: String,
    /// The session's id.
    pub session_id: String,
    /// The name in the other side's banner.
    pub remote_host: Option<String>,
    /// How the session ended.
    pub outcome: Outcome,
    /// The error of its TLS negotiation.
    pub tls_error: Option<String>,
    /// The thumbprint of the certificate that was chosen to be sent.
    pub sent_thumbprint: Option<String>,
    /// Its subject.
    pub sent_subject: Option<String>,
    /// Its first refusal, else its last reply.
    pub reply: Option<String>,
    /// The class of that refusal.
    pub rejection: Option<RejectionClass>,
}

impl SessionMatch {
    pub(super) fn new(basis: MatchBasis, session: &Session, message: String) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            certainty: basis.certainty(),
            basis,
            message,
            log_path: session.log_path.display().to_string(),
            line: session.line,
            start_time: session.start_time,
            server: owned(session.server.as_deref()),
            connector: session.connector().to_owned(),
            session_id: session.session_id().to_owned(),
            remote_host: owned(session.remote_host()),
            outcome: session.outcome,
            tls_error: owned(session.tls_error()),
            sent_thumbprint: owned(session.sent_thumbprint()),
            sent_subject: owned(session.sent_subject()),
            reply: owned(session.reply()),
            rejection: session.rejection,
        }
    }
}
