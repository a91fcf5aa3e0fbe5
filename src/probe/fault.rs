//! Why a dialogue ended before its end.

use super::step::Step;

/// The bytes of one line without its end. RFC 5321 allows 512; Exchange Online stays below 1,000.
pub(super) const MAXIMUM_LINE: usize = 2048;
/// The lines of one reply.
pub(super) const MAXIMUM_LINES: usize = 128;

/// Why a dialogue ended before its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No connection came about: the number of Winsock, 0 where it is not known, and the words of the
    /// operating system.
    #[error("no connection came about: {message}")]
    NoConnection {
        /// Such as 10060 (timed out) and 10061 (refused).
        winsock: i32,
        /// The words of the operating system.
        message: String,
    },
    /// The other side closed the connection.
    #[error("the other side closed the connection at {0}")]
    Closed(Step),
    /// The connection broke.
    #[error("the connection broke at {step}: {message}")]
    Broken {
        /// What was awaited.
        step: Step,
        /// The words of the operating system.
        message: String,
    },
    /// Nothing came in time.
    #[error("the other side did not answer in time at {0}")]
    TimedOut(Step),
    /// What came is no reply.
    #[error("what came is no SMTP reply: {0:?}; is this a mail server?")]
    NotSmtp(String),
    /// A line is too long.
    #[error("the other side sent a line of more than {MAXIMUM_LINE} bytes")]
    LineTooLong,
    /// A reply has too many lines.
    #[error("the other side sent a reply of more than {MAXIMUM_LINES} lines")]
    ReplyTooLong,
    /// The other side sent too much.
    #[error("the other side sent more than {0} bytes")]
    TooMuch(usize),
    /// Bytes came that nothing had asked for.
    #[error(
        "the other side sent bytes that nothing had asked for at {0}, perhaps injected on the way"
    )]
    OutOfTurn(Step),
    /// TLS failed: the name that Exchange logs for such an error, and the words of the TLS library.
    #[error("TLS failed: {message} (in Exchange's words {name})")]
    Tls {
        /// Such as `UntrustedRoot`.
        name: &'static str,
        /// The words of the TLS library.
        message: String,
    },
    /// TLS is required and was not offered.
    #[error("STARTTLS was not offered, and the send connector requires TLS")]
    NoTls,
}
