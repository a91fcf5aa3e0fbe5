//! Signing with a key of CNG, or with one of an old provider through CNG.

use std::sync::Arc;

use windows_sys::Win32::Security::Cryptography::{
    BCRYPT_PKCS1_PADDING_INFO, BCRYPT_PSS_PADDING_INFO, BCRYPT_SHA256_ALGORITHM,
    BCRYPT_SHA384_ALGORITHM, BCRYPT_SHA512_ALGORITHM, CRYPT_ACQUIRE_ONLY_NCRYPT_KEY_FLAG,
    CRYPT_ACQUIRE_SILENT_FLAG, CryptAcquireCertificatePrivateKey, NCRYPT_PAD_PKCS1_FLAG,
    NCRYPT_PAD_PSS_FLAG, NCRYPT_SILENT_FLAG, NCryptFreeObject, NCryptSignHash,
};

use super::store::{Entry, Store};
use crate::certificate::Thumbprint;
use crate::windows::machine_error::MachineError;
use crate::windows::signing_key::{Digest, SignatureForm, SigningKey};
use crate::windows::trust_status::result_name;

/// Opens the key of a certificate of LocalMachine\My.
pub(in crate::windows) fn open_signing_key(
    thumbprint: Thumbprint,
) -> Result<Arc<dyn SigningKey>, MachineError> {
    let mut opened = None;
    Store::open("My")?.for_each(|entry| {
        if opened.is_none() && Thumbprint::of(entry.der()) == thumbprint {
            opened = Some(open(entry));
        }
    });
    let absent = || MachineError::Call {
        call: "CertEnumCertificatesInStore",
        message: format!(r"LocalMachine\My has no certificate {thumbprint}"),
    };
    let key: Arc<dyn SigningKey> = Arc::new(opened.ok_or_else(absent)??);
    Ok(key)
}

/// A key handle of CNG, which several threads may use.
#[derive(Debug)]
struct Key {
    handle: usize,
    is_owned: bool,
}

impl Drop for Key {
    fn drop(&mut self) {
        if self.is_owned {
            // SAFETY: acquired in this file, and freed here alone.
            let _ = unsafe { NCryptFreeObject(self.handle) };
        }
    }
}

fn open(entry: &Entry<'_>) -> Result<Key, MachineError> {
    let (mut handle, mut specification, mut is_owned) = (0, 0, 0);
    // SAFETY: the entry keeps its context alive, and the outputs are local variables.
    let succeeded = unsafe {
        CryptAcquireCertificatePrivateKey(
            entry.context(),
            CRYPT_ACQUIRE_ONLY_NCRYPT_KEY_FLAG | CRYPT_ACQUIRE_SILENT_FLAG,
            std::ptr::null(),
            &raw mut handle,
            &raw mut specification,
            &raw mut is_owned,
        )
    };
    if succeeded == 0 {
        return Err(MachineError::last("CryptAcquireCertificatePrivateKey"));
    }
    Ok(Key { handle, is_owned: is_owned != 0 })
}

impl SigningKey for Key {
    fn sign(
        &self,
        form: SignatureForm,
        digest: Digest,
        value: &[u8],
    ) -> Result<Vec<u8>, MachineError> {
        let (algorithm, length) = match digest {
            Digest::Sha256 => (BCRYPT_SHA256_ALGORITHM, 32),
            Digest::Sha384 => (BCRYPT_SHA384_ALGORITHM, 48),
            Digest::Sha512 => (BCRYPT_SHA512_ALGORITHM, 64),
        };
        let pkcs1 = BCRYPT_PKCS1_PADDING_INFO { pszAlgId: algorithm };
        let pss = BCRYPT_PSS_PADDING_INFO { pszAlgId: algorithm, cbSalt: length };
        let (padding, flags) = match form {
            SignatureForm::Pkcs1 => ((&raw const pkcs1).cast(), NCRYPT_PAD_PKCS1_FLAG),
            SignatureForm::Pss => ((&raw const pss).cast(), NCRYPT_PAD_PSS_FLAG),
            SignatureForm::Ecdsa => (std::ptr::null(), 0),
        };
        let value_length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        let sign = |signature: *mut u8, room: u32, written: &mut u32| {
            // SAFETY: the key is open; the padding and the digest live through the call, the digest has
            // that many bytes, and the signature has that much room or is NULL to ask for it.
            let result = unsafe {
                NCryptSignHash(
                    self.handle,
                    padding,
                    value.as_ptr(),
                    value_length,
                    signature,
                    room,
                    written,
                    flags | NCRYPT_SILENT_FLAG,
                )
            };
            match result {
                0 => Ok(()),
                other => Err(MachineError::Call {
                    call: "NCryptSignHash",
                    message: result_name(other.cast_unsigned()),
                }),
            }
        };
        let mut written = 0;
        sign(std::ptr::null_mut(), 0, &mut written)?;
        let mut signature = vec![0; written as usize];
        sign(signature.as_mut_ptr(), written, &mut written)?;
        signature.truncate(written as usize);
        Ok(signature)
    }
}
