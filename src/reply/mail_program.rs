//! The program that sent the mail, where it is not Exchange: by the form of its log lines and bounces.

use crate::named_enum::named_enum;

named_enum! {
    /// A sending program other than Exchange.
    MailProgram {
        /// Postfix.
        Postfix = 1,
        /// Exim.
        Exim = 2,
        /// Sendmail.
        Sendmail = 3,
        /// hMailServer.
        HMailServer = 4,
        /// Python's smtplib, in a script or an appliance.
        Smtplib = 5,
        /// Another one: a device, a gateway, a library of a programming language.
        Other = 6,
    }
}

impl MailProgram {
    /// The program in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Smtplib => "Python's smtplib",
            Self::HMailServer => "hMailServer",
            Self::Other => "a program or device other than Exchange",
            other => other.name(),
        }
    }
}
