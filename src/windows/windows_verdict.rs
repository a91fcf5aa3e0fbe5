//! What crypt32 says of a chain, in words: the verdict of Windows beside the own one.

#![forbid(unsafe_code)]

use serde::Serialize;

use super::trust_status::{
    IS_PARTIAL_CHAIN, REVOCATION_NOT_CHECKED, error_names, information_names, result_name,
};
use crate::certificate::Thumbprint;
use crate::named_enum::named_enum;

named_enum! {
    /// With what crypt32 may build a chain. Always the engine of the computer (HCCE_LOCAL_MACHINE).
    ChainMode {
        /// With the stores alone: what a handshake can send. No download of issuers, no automatic
        /// update of roots, no revocation.
        StoresOnly = 1,
        /// With downloads, as checks on the server do it.
        Download = 2,
        /// With the stores, and revocation as far as it lies in the cache.
        CachedRevocation = 3,
    }
}

named_enum! {
    /// A policy of CertVerifyCertificateChainPolicy.
    ChainPolicy {
        /// CERT_CHAIN_POLICY_BASE.
        Base = 1,
        /// CERT_CHAIN_POLICY_SSL, for a server, without a name to compare.
        Ssl = 4,
    }
}

/// A certificate of the chain as crypt32 built it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainElement {
    /// The certificate.
    pub thumbprint: Thumbprint,
    /// dwErrorStatus, by the names of wincrypt.h; empty: no error.
    pub error_status: Vec<String>,
    /// dwInfoStatus, by the names of wincrypt.h.
    pub info_status: Vec<String>,
    /// dwErrorStatus itself.
    #[serde(skip)]
    pub errors: u32,
}

impl ChainElement {
    /// An element with the two words of its CERT_TRUST_STATUS.
    #[must_use]
    pub fn new(thumbprint: Thumbprint, errors: u32, information: u32) -> Self {
        Self {
            thumbprint,
            error_status: error_names(errors),
            info_status: information_names(information),
            errors,
        }
    }
}

/// What a policy came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyResult {
    /// The policy.
    pub policy: ChainPolicy,
    /// `S_OK`, or the HRESULT with its name.
    pub result: String,
    /// lElementIndex: the certificate that the result is about. -1 where it is about no single one,
    /// which under the SSL policy marks a partial chain (inferred).
    pub element_index: i32,
    /// lChainIndex.
    pub chain_index: i32,
}

impl PolicyResult {
    /// What CERT_CHAIN_POLICY_STATUS says.
    #[must_use]
    pub fn new(policy: ChainPolicy, error: u32, chain_index: i32, element_index: i32) -> Self {
        Self { policy, result: result_name(error), element_index, chain_index }
    }
}

/// One run of CertGetCertificateChain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainRun {
    /// With what the chain was built.
    pub mode: ChainMode,
    /// dwErrorStatus of the whole, by the names of wincrypt.h; empty: no error.
    pub error_status: Vec<String>,
    /// The certificates, the judged one first.
    pub elements: Vec<ChainElement>,
    /// What the policies came to.
    pub policies: Vec<PolicyResult>,
    /// dwErrorStatus of the whole itself.
    #[serde(skip)]
    pub errors: u32,
}

impl ChainRun {
    /// A run with the dwErrorStatus of the complete chain.
    #[must_use]
    pub fn new(
        mode: ChainMode,
        errors: u32,
        elements: Vec<ChainElement>,
        policies: Vec<PolicyResult>,
    ) -> Self {
        Self { mode, error_status: error_names(errors), elements, policies, errors }
    }

    /// Whether an issuer is missing.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.errors & IS_PARTIAL_CHAIN != 0
    }

    /// The errors of the whole, without those that say that revocation was not checked.
    #[must_use]
    pub fn errors_beside_revocation(&self) -> u32 {
        self.errors & !REVOCATION_NOT_CHECKED
    }
}

/// What crypt32 says of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WindowsVerdict {
    /// The runs, each mode once.
    pub runs: Vec<ChainRun>,
}

impl WindowsVerdict {
    /// The run of a mode.
    #[must_use]
    pub fn run(&self, mode: ChainMode) -> Option<&ChainRun> {
        self.runs.iter().find(|run| run.mode == mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_told_by_the_names_of_windows() {
        let element = ChainElement::new(Thumbprint::of(b""), 0, 0x102);
        let policy = PolicyResult::new(ChainPolicy::Ssl, 0x800B_0109, 0, -1);
        let run = ChainRun::new(ChainMode::StoresOnly, 0x1_0040, vec![element], vec![policy]);
        assert!(run.is_partial());
        assert_eq!(run.errors_beside_revocation(), 0x1_0000);
        let verdict = WindowsVerdict { runs: vec![run] };
        assert!(verdict.run(ChainMode::Download).is_none());
        let json = serde_json::to_value(&verdict).unwrap();
        assert_eq!(
            json["Runs"][0],
            serde_json::json!({
                "Mode": "StoresOnly",
                "ErrorStatus":
                    ["CERT_TRUST_REVOCATION_STATUS_UNKNOWN", "CERT_TRUST_IS_PARTIAL_CHAIN"],
                "Elements": [{
                    "Thumbprint": "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
                    "ErrorStatus": [],
                    "InfoStatus":
                        ["CERT_TRUST_HAS_KEY_MATCH_ISSUER", "CERT_TRUST_HAS_PREFERRED_ISSUER"],
                }],
                "Policies": [{
                    "Policy": "Ssl",
                    "Result": "CERT_E_UNTRUSTEDROOT (0x800B0109)",
                    "ElementIndex": -1,
                    "ChainIndex": 0,
                }],
            })
        );
    }
}
