//! One session as far as one kind of sender is concerned.

use std::sync::Arc;

use super::server_key::ServerKey;
use super::weight::Weight;
use crate::reply::RejectionClass;
use crate::timestamp::Timestamp;

/// What kind of sender, as far as attribution distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SenderKind {
    /// The log does not say, or no mail came so far.
    Unknown,
    /// `<>`: NDRs and automatic replies.
    Null,
    /// A domain of the organisation.
    Accepted,
    /// Another domain: forwarded mail.
    Foreign,
}

/// The certificate that was shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shown {
    /// The session ended before, or the log does not say.
    Unknown,
    /// None was offered.
    Nothing,
    /// That one: its thumbprint as logged, else what else identifies it.
    Certificate(Arc<str>),
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum End {
    /// Every recipient that the session reports was accepted.
    Delivered,
    /// A recipient or a message was refused so.
    Refused(RejectionClass),
    /// TLS failed with that error.
    TlsFailed(Option<Arc<str>>),
    /// No connection came about.
    ConnectFailed,
    /// No mail, or the log does not say.
    Open,
}

impl End {
    /// Whether the reply says that nobody attributed the mail, or not far enough.
    pub fn is_relay_denied(&self) -> bool {
        matches!(
            self,
            Self::Refused(
                RejectionClass::RelayDenied
                    | RejectionClass::RelayDeniedAttr36
                    | RejectionClass::RelayRefused
            )
        )
    }
}

/// The envelope sender of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sender {
    /// The log does not say, or no mail came so far.
    Unknown,
    /// `<>`.
    Null,
    /// An address of that domain.
    Domain(Arc<str>),
}

/// What became of a session's mail for one sender and one end: a session has as many as it had of
/// both.
#[derive(Clone, Debug)]
pub(crate) struct Attempt<'a> {
    /// The server.
    pub server: &'a ServerKey,
    /// The send connector; empty: not known.
    pub connector: &'a str,
    /// The certificate that was shown.
    pub shown: Shown,
    /// The public address, as the EHLO reply named it.
    pub address: Option<&'a str>,
    /// The host that answered.
    pub remote_host: Option<&'a str>,
    /// The envelope sender.
    pub sender: Sender,
    /// How it ended.
    pub end: End,
    /// What the end weighs.
    pub weight: Weight,
    /// Whether TLS came about.
    pub has_tls: bool,
    /// The domains of the recipients that ended so.
    pub domains: &'a [&'a str],
    /// When the session ended.
    pub time: Timestamp,
    /// How many messages ended so.
    pub messages: u32,
    /// Whether the error of a queue or an NDR shows it, and no session.
    pub is_reported: bool,
    /// The caller's own mark, by which [`Ledger::observe`](super::Ledger::observe) may leave it out.
    pub mark: u8,
}
