//! How a session, its TLS and its mails ended.

use crate::named_enum::named_enum;

named_enum! {
    /// How far TLS came in a session.
    TlsStatus {
        /// The server side offered no STARTTLS, and none was tried.
        NotOffered = 1,
        /// No STARTTLS, and no word on whether it was offered; or it was offered and not used.
        NotStarted = 2,
        /// The handshake succeeded.
        Succeeded = 3,
        /// The handshake was begun and did not succeed.
        Failed = 4,
    }
}

named_enum! {
    /// How a session ended.
    Outcome {
        /// Every mail was accepted for every recipient.
        Delivered = 1,
        /// Some recipients were refused, or some mails.
        PartlyRefused = 2,
        /// Every mail was refused, or the session itself.
        Refused = 3,
        /// TLS failed, or was not offered to or by Exchange Online Protection, and no mail was tried.
        TlsFailed = 4,
        /// No connection came about.
        ConnectFailed = 5,
        /// The log ends, or is cut, before it says how the session ended.
        Incomplete = 6,
        /// The session ended without a mail.
        NoMail = 7,
    }
}

impl Outcome {
    /// Whether `-Failed` selects it.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::PartlyRefused | Self::Refused | Self::TlsFailed | Self::ConnectFailed)
    }
}

named_enum! {
    /// How one mail ended.
    MessageOutcome {
        /// Accepted for every recipient.
        Delivered = 1,
        /// Accepted, but not for every recipient.
        PartlyRefused = 2,
        /// Refused.
        Refused = 3,
        /// The log does not say.
        Incomplete = 4,
    }
}
