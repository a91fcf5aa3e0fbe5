//! What a reader of a session must know beside its facts.

use crate::named_enum::named_enum;

named_enum! {
    /// What a reader of a session must know beside its fields.
    SessionNote {
        /// The log joins subject and issuer by a blank, and more than one split fits.
        SubjectIssuerAmbiguous = 1,
        /// A row names another session as its proxy half, and that half is not in the logs read.
        ProxyHalfMissing = 2,
        /// The two halves of a proxied session (FrontEnd and Hub) were joined into this one.
        ProxyHalvesJoined = 3,
        /// More rows, mails or recipients than are kept; the rest was counted in `row_count` alone.
        ContentCapped = 4,
        /// Emitted before its end because too many sessions were open at once.
        Evicted = 5,
        /// A reply came that no pending command explains; replies may be assigned one off.
        RepliesOutOfStep = 6,
        /// The banner or the EHLO reply looks rewritten on its way.
        SmtpRewritten = 7,
        /// Certificate rows without the row that says whose certificate it is.
        CertificateUnattributed = 8,
        /// A log of IIS, which has no session ids: rows with one address were put together.
        GroupedByAddress = 9,
        /// Two conversations with one address at a time, which a log of IIS does not keep apart.
        ConversationsInterleaved = 10,
        /// Of a log of IIS, which holds both directions: a client spoke to this server.
        ReceivedByIis = 11,
        /// The times are the server's local time, whose zone the log does not say.
        LocalTime = 12,
    }
}

impl SessionNote {
    /// The note in words.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::SubjectIssuerAmbiguous => {
                "the log joins subject and issuer by a blank and more than one split fits; \
                 thumbprint, serial number and names are certain"
            }
            Self::ProxyHalfMissing => {
                "the session went through the front-end proxy and its other half is not in the \
                 logs read; read the FrontEnd and the Hub folder together"
            }
            Self::ProxyHalvesJoined => {
                "joined from the FrontEnd and the Hub log; TLS and certificates are the FrontEnd's"
            }
            Self::ContentCapped => {
                "more rows, mails or recipients than are kept; the rest is counted in RowCount only"
            }
            Self::Evicted => {
                "emitted before its end: too many sessions were open at once; later rows of it \
                 are only counted"
            }
            Self::RepliesOutOfStep => {
                "a reply came that no pending command explains: replies may be assigned one off"
            }
            Self::SmtpRewritten => {
                "the banner or the EHLO reply is masked (220 *****, XXXA): a firewall on the way \
                 rewrites SMTP, which keeps STARTTLS from working"
            }
            Self::CertificateUnattributed => {
                "the row that says whose certificate it is (Sending or Remote) is missing, so the \
                 certificate is left out"
            }
            Self::GroupedByAddress => {
                "the log of IIS has no session ids: rows were put together by address and time, \
                 and the number in SessionId is made up; it shows no certificate either"
            }
            Self::ConversationsInterleaved => {
                "two conversations with this address ran at a time, or one broke off: rows of the \
                 one may stand in the other"
            }
            Self::ReceivedByIis => "a client sent to this server: nothing was sent out",
            Self::LocalTime => {
                "the native format of IIS writes the server's local time: the times are that time, \
                 not UTC"
            }
        }
    }
}
