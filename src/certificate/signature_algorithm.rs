//! Signature algorithms as certificates and revocation lists name them.

use x509_parser::asn1_rs::Oid;
use x509_parser::x509::AlgorithmIdentifier;

/// A signature algorithm: its OID and the DER of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    pub(crate) oid: Oid<'static>,
    pub(crate) parameters: Option<(u8, Box<[u8]>)>,
}

impl SignatureAlgorithm {
    pub(crate) fn new(identifier: &AlgorithmIdentifier<'_>) -> Self {
        let parameters = identifier.parameters.as_ref().map(|any| {
            let tag = u8::try_from(any.tag().0).unwrap_or(0xFF);
            (tag, any.data.into())
        });
        Self { oid: identifier.algorithm.to_owned(), parameters }
    }
}
