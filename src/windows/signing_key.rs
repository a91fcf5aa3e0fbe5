//! A private key of LocalMachine\My that signs where it lies: it is never exported.

#![forbid(unsafe_code)]

use std::fmt;

use super::machine_error::MachineError;

/// The digests of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

/// The forms of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureForm {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1,
    /// RSASSA-PSS with a salt as long as the digest.
    Pss,
    /// ECDSA: r and s, each as long as the order of the curve, one behind the other.
    Ecdsa,
}

/// A key that signs.
pub trait SigningKey: fmt::Debug + Send + Sync {
    /// Signs the digest of a message.
    ///
    /// # Errors
    /// [`MachineError::Call`] where Windows refuses, as it does without the right to the key.
    fn sign(
        &self,
        form: SignatureForm,
        digest: Digest,
        value: &[u8],
    ) -> Result<Vec<u8>, MachineError>;
}
