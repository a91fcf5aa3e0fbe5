//! What became of one sender's mail in a session.

use std::borrow::Cow;
use std::sync::Arc;

use crate::connector::MailFrom;
use crate::diagnosis::observation::{End, SenderKind};
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::session::{Outcome, Session, SessionNote};

/// How a mail, or a session without one, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    Delivered,
    Refused(RejectionClass),
    TlsFailed,
    ConnectFailed,
    /// No mail, or the log does not say.
    Open,
}

impl Ending {
    /// The end, as the ledger distinguishes ends.
    pub(crate) fn end(self, tls_error: Option<&str>) -> End {
        match self {
            Self::Delivered => End::Delivered,
            Self::Refused(class) => End::Refused(class),
            Self::TlsFailed => End::TlsFailed(tls_error.map(Arc::from)),
            Self::ConnectFailed => End::ConnectFailed,
            Self::Open => End::Open,
        }
    }
}

/// What became of one sender's mail in a session, for one ending.
pub(crate) struct Part<'s> {
    pub ending: Ending,
    pub sender: SenderKind,
    pub mail_from: MailFrom,
    /// The reply that says so; of several the last one.
    pub reply: Option<&'s str>,
    /// The domains of the recipients that ended so, in lower case, each once.
    pub domains: Vec<Cow<'s, str>>,
    /// The messages that ended so.
    pub messages: u32,
}

/// Without a `Sending certificate` block no certificate was offered (inferred), where the log holds
/// the whole session and such blocks at all.
pub(crate) fn is_certificate_known(session: &Session) -> bool {
    let hides = |note: &SessionNote| {
        matches!(note, SessionNote::ProxyHalfMissing | SessionNote::CertificateUnattributed)
    };
    session.sent_certificate.is_some()
        || (session.log_type == LogType::Send
            && session.complete
            && session.outcome != Outcome::ConnectFailed
            && !session.notes.iter().any(hides))
}
