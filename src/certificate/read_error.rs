//! Why a file of certificates was not read.

/// A file without anything usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No bytes, or white space only.
    #[error("the file is empty")]
    Empty,
    /// Neither DER nor PEM nor base64 nor PKCS #7.
    #[error("no certificate found: expected DER, PEM, P7B or base64 ({reason})")]
    Unrecognised {
        /// What was tried last, and what it met.
        reason: String,
    },
    /// No revocation list: neither a CRL in DER or PEM nor a P7B with one.
    #[error(
        "no revocation list found: expected a CRL in DER or PEM, or a P7B that holds one ({reason})"
    )]
    NoRevocationList {
        /// What was found in its place.
        reason: String,
    },
    /// A PFX (PKCS #12) file that the password does not open.
    #[error(
        "this PFX file needs its password{}",
        if *is_given { ": the one that is given does not open it, so check it" } else { "" }
    )]
    PfxPassword {
        /// Whether one was given.
        is_given: bool,
    },
    /// A PFX (PKCS #12) file that is damaged, or of a kind that is not read.
    #[error(
        "this PFX file cannot be read: {reason}. Export it again, or its certificate alone as .cer"
    )]
    PfxNotOpened {
        /// What it met.
        reason: String,
    },
    /// Parts were found, none of them usable; the first is reported.
    #[error("no usable certificate: at byte {offset}, {label}: {reason}")]
    NothingUsable {
        /// Where the part begins, in bytes.
        offset: usize,
        /// What it says it is.
        label: String,
        /// Why it is not usable.
        reason: String,
    },
}

impl ReadError {
    /// What was met, without what was expected: for a part of a file, which says so by itself.
    pub(crate) fn cause(self) -> String {
        match self {
            Self::Unrecognised { reason } | Self::NoRevocationList { reason } => reason,
            other => other.to_string(),
        }
    }
}
