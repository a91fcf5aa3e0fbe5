//! crypt32's verdict on a chain: CertGetCertificateChain and two policies, in three modes.

use std::ptr;

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::Security::Cryptography::{
    AUTHTYPE_SERVER, CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL, CERT_CHAIN_CONTEXT,
    CERT_CHAIN_DISABLE_AIA, CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE, CERT_CHAIN_ELEMENT,
    CERT_CHAIN_PARA, CERT_CHAIN_POLICY_BASE, CERT_CHAIN_POLICY_PARA, CERT_CHAIN_POLICY_SSL,
    CERT_CHAIN_POLICY_STATUS, CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY,
    CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT, CERT_CONTEXT, CERT_SIMPLE_CHAIN,
    CertCreateCertificateContext, CertFreeCertificateChain, CertFreeCertificateContext,
    CertGetCertificateChain, CertVerifyCertificateChainPolicy, HTTPSPolicyCallbackData,
    X509_ASN_ENCODING,
};

use super::store::der_of;
use super::struct_size::size;
use crate::certificate::Thumbprint;
use crate::timestamp::Timestamp;
use crate::windows::machine_error::MachineError;
use crate::windows::windows_verdict::{
    ChainElement, ChainMode, ChainPolicy, ChainRun, PolicyResult, WindowsVerdict,
};

/// HCCE_LOCAL_MACHINE (wincrypt.h).
const LOCAL_MACHINE_ENGINE: usize = 1;
/// Milliseconds that a download may take.
const DOWNLOAD_TIMEOUT: u32 = 5000;
/// SECURITY_FLAG_IGNORE_REVOCATION | SECURITY_FLAG_IGNORE_WRONG_USAGE (wininet.h), as Schannel sets
/// them for Exchange (CAPI2 event 30 of KB 3212877).
const SSL_CHECKS_LEFT_OUT: u32 = 0x80 | 0x200;
/// .NET ticks of 1601-01-01, where FILETIME begins.
const FILETIME_EPOCH: i64 = 504_911_232_000_000_000;

/// Judges a certificate (DER) as of a time, in every mode.
pub(in crate::windows) fn judge(der: &[u8], at: Timestamp) -> Result<WindowsVerdict, MachineError> {
    let certificate = Context::new(der)?;
    let runs: Result<Vec<ChainRun>, MachineError> =
        ChainMode::ALL.iter().map(|mode| run(&certificate, at, *mode)).collect();
    Ok(WindowsVerdict { runs: runs? })
}

fn flags(mode: ChainMode) -> u32 {
    let stores_only = CERT_CHAIN_DISABLE_AIA
        | CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL
        | CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE;
    match mode {
        ChainMode::StoresOnly => stores_only,
        ChainMode::Download => 0,
        ChainMode::CachedRevocation => {
            stores_only
                | CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT
                | CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY
        }
    }
}

fn run(certificate: &Context, at: Timestamp, mode: ChainMode) -> Result<ChainRun, MachineError> {
    let ticks = (at.ticks() - FILETIME_EPOCH).max(0).cast_unsigned();
    let time = FILETIME {
        dwLowDateTime: (ticks & 0xFFFF_FFFF) as u32,
        dwHighDateTime: (ticks >> 32) as u32,
    };
    let parameters = CERT_CHAIN_PARA {
        cbSize: size::<CERT_CHAIN_PARA>(),
        dwUrlRetrievalTimeout: DOWNLOAD_TIMEOUT,
        ..CERT_CHAIN_PARA::default()
    };
    let mut chain = ptr::null_mut();
    // SAFETY: the certificate is alive, the structs are local variables of the size that they say,
    // and the engine is a constant of crypt32.
    let succeeded = unsafe {
        CertGetCertificateChain(
            LOCAL_MACHINE_ENGINE as _,
            certificate.0,
            &raw const time,
            ptr::null_mut(),
            &raw const parameters,
            flags(mode),
            ptr::null(),
            &raw mut chain,
        )
    };
    if succeeded == 0 || chain.is_null() {
        return Err(MachineError::last("CertGetCertificateChain"));
    }
    let chain = Chain(chain);
    // SAFETY: the chain is alive, and its first fields are there in every version of the struct.
    let errors = unsafe { (*chain.0).TrustStatus.dwErrorStatus };
    let policies = ChainPolicy::ALL.iter().filter_map(|policy| chain.policy(*policy)).collect();
    Ok(ChainRun::new(mode, errors, chain.elements(), policies))
}

/// A certificate of its own, in no store.
struct Context(*const CERT_CONTEXT);

impl Context {
    fn new(der: &[u8]) -> Result<Self, MachineError> {
        let length = u32::try_from(der.len()).unwrap_or(u32::MAX);
        // SAFETY: that many bytes are there, and crypt32 copies them.
        let context =
            unsafe { CertCreateCertificateContext(X509_ASN_ENCODING, der.as_ptr(), length) };
        if context.is_null() {
            return Err(MachineError::last("CertCreateCertificateContext"));
        }
        Ok(Self(context))
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: created by `new`, and freed here alone.
        let _ = unsafe { CertFreeCertificateContext(self.0) };
    }
}

/// A chain that crypt32 has built.
struct Chain(*const CERT_CHAIN_CONTEXT);

impl Drop for Chain {
    fn drop(&mut self) {
        // SAFETY: built by CertGetCertificateChain, and freed here alone.
        unsafe { CertFreeCertificateChain(self.0) };
    }
}

impl Chain {
    /// The certificates of the first simple chain; others are those of trust lists.
    fn elements(&self) -> Vec<ChainElement> {
        // SAFETY: the chain is alive.
        let count = unsafe { (*self.0).cChain };
        // SAFETY: as above.
        let chains = unsafe { (*self.0).rgpChain };
        if count == 0 {
            return Vec::new();
        }
        // SAFETY: the array has at least one pointer.
        let simple: *mut CERT_SIMPLE_CHAIN = unsafe { *chains };
        // SAFETY: crypt32 keeps it with the chain.
        let count = unsafe { (*simple).cElement };
        // SAFETY: as above.
        let elements = unsafe { (*simple).rgpElement };
        let mut reported = Vec::new();
        for index in 0..count as usize {
            let place = elements.wrapping_add(index);
            // SAFETY: the array has `count` pointers.
            let element: *mut CERT_CHAIN_ELEMENT = unsafe { *place };
            // SAFETY: crypt32 keeps it with the chain.
            let status = unsafe { (*element).TrustStatus };
            // SAFETY: as above.
            let context = unsafe { (*element).pCertContext };
            // SAFETY: an element has its certificate, which lives as long as the chain.
            let der = unsafe { der_of(context) };
            reported.push(ChainElement::new(
                Thumbprint::of(der),
                status.dwErrorStatus,
                status.dwInfoStatus,
            ));
        }
        reported
    }

    /// What a policy says; `None` where it cannot be asked.
    fn policy(&self, policy: ChainPolicy) -> Option<PolicyResult> {
        let mut ssl = HTTPSPolicyCallbackData {
            dwAuthType: AUTHTYPE_SERVER,
            fdwChecks: SSL_CHECKS_LEFT_OUT,
            ..HTTPSPolicyCallbackData::default()
        };
        ssl.Anonymous.cbSize = size::<HTTPSPolicyCallbackData>();
        let (number, extra) = match policy {
            ChainPolicy::Base => (CERT_CHAIN_POLICY_BASE, ptr::null_mut()),
            ChainPolicy::Ssl => (CERT_CHAIN_POLICY_SSL, (&raw mut ssl).cast()),
        };
        let parameters = CERT_CHAIN_POLICY_PARA {
            cbSize: size::<CERT_CHAIN_POLICY_PARA>(),
            dwFlags: 0,
            pvExtraPolicyPara: extra,
        };
        let mut status = CERT_CHAIN_POLICY_STATUS {
            cbSize: size::<CERT_CHAIN_POLICY_STATUS>(),
            ..CERT_CHAIN_POLICY_STATUS::default()
        };
        // SAFETY: the chain is alive, and the structs are local variables of the size that they say.
        let succeeded = unsafe {
            CertVerifyCertificateChainPolicy(number, self.0, &raw const parameters, &raw mut status)
        };
        (succeeded != 0).then(|| {
            PolicyResult::new(policy, status.dwError, status.lChainIndex, status.lElementIndex)
        })
    }
}
