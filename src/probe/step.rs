//! The steps of a dialogue.

use std::fmt;

use crate::named_enum::named_enum;

named_enum! {
    /// What a probe waits for.
    Step {
        /// The connection.
        Connect = 1,
        /// The greeting of the other side.
        Banner = 2,
        /// The reply to EHLO.
        Hello = 3,
        /// The reply to STARTTLS.
        StartTls = 4,
        /// The TLS handshake.
        Handshake = 5,
        /// The reply to EHLO within TLS.
        SecureHello = 6,
        /// The reply to MAIL FROM.
        Sender = 7,
        /// The reply to RCPT TO.
        Recipient = 8,
        /// The reply to RSET.
        Reset = 9,
        /// The reply to QUIT.
        Quit = 10,
        /// Nothing more: the dialogue is over.
        Done = 11,
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "the connection",
            Self::Banner => "the greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Handshake => "the TLS handshake",
            Self::SecureHello => "EHLO within TLS",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Reset => "RSET",
            Self::Quit => "QUIT",
            Self::Done => "the end",
        })
    }
}
