//! Why bytes are no certificate.

use x509_parser::der_parser::error::BerError;
use x509_parser::error::X509Error;
use x509_parser::nom;

/// Bytes that are no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The outer structure or one of its parts breaks its syntax.
    #[error("not an X.509 certificate: {reason}")]
    Syntax {
        /// What the parser says.
        reason: String,
    },
    /// A name that is none.
    #[error(
        "not an X.509 certificate: its {owner} is no name (RFC 5280, section 4.1.2.4): a part of it is \
         empty or not valid DER"
    )]
    Name {
        /// `issuer` or `subject`.
        owner: &'static str,
    },
    /// Bytes follow the certificate.
    #[error("{count} bytes follow the certificate, the first at byte {offset}")]
    TrailingData {
        /// The length of the certificate.
        offset: usize,
        /// How many bytes follow.
        count: usize,
    },
    /// JSON that is no record of facts.
    #[error("not the facts of a certificate: {reason}")]
    Facts {
        /// What the parser says.
        reason: String,
    },
}

impl From<nom::Err<X509Error>> for CertificateError {
    fn from(error: nom::Err<X509Error>) -> Self {
        let reason = match error {
            nom::Err::Incomplete(_)
            | nom::Err::Error(X509Error::Der(BerError::Incomplete(_)))
            | nom::Err::Failure(X509Error::Der(BerError::Incomplete(_))) => {
                "it ends before the length that it states".to_owned()
            }
            nom::Err::Error(X509Error::Der(_) | X509Error::NomError(_))
            | nom::Err::Failure(X509Error::Der(_) | X509Error::NomError(_)) => {
                "it is cut, or no valid DER".to_owned()
            }
            nom::Err::Error(error) | nom::Err::Failure(error) => error.to_string(),
        };
        Self::Syntax { reason }
    }
}
