//! What a validation found wrong, in kinds.

use super::codes::{ResultCode, TrustStatus};
use crate::named_enum::named_enum;

named_enum! {
    /// What is wrong with a chain or a certificate. The lower the number, the more it says of why
    /// a server's mail is refused.
    ChainFault {
        /// No issuer of a certificate was found: the chain does not end in a root.
        PartialChain = 1,
        /// The private key of a certificate cannot be used.
        PrivateKeyUnavailable = 2,
        /// The certificate or one of its issuers is revoked.
        Revoked = 3,
        /// Not within the validity of a certificate of the chain.
        NotTimeValid = 4,
        /// The chain ends in a root that this computer does not trust.
        UntrustedRoot = 5,
        /// A certificate of the chain is distrusted by name.
        ExplicitDistrust = 6,
        /// A signature of the chain does not verify.
        BadSignature = 7,
        /// The certificate is not for what it is used for.
        NotValidForUsage = 8,
        /// The certificate does not hold the name that was asked for.
        NameMismatch = 9,
        /// A signature or key of the chain is too weak for the policy.
        WeakSignature = 10,
        /// Constraints, critical extensions or policies are violated.
        InvalidChain = 11,
        /// Whether a certificate is revoked could not be found out.
        RevocationNotChecked = 12,
        /// A revocation list or response was there and could not be used.
        RevocationInformationRejected = 13,
        /// Another error.
        Other = 14,
    }
}

impl ChainFault {
    /// What a result of the log means; `None` for success.
    #[must_use]
    pub fn of_result(result: ResultCode) -> Option<Self> {
        Some(match result.name() {
            Some("S_OK") => return None,
            Some("CERT_E_CHAINING") => Self::PartialChain,
            Some("CERT_E_UNTRUSTEDROOT" | "CERT_E_UNTRUSTEDTESTROOT" | "SEC_E_UNTRUSTED_ROOT") => {
                Self::UntrustedRoot
            }
            Some("CERT_E_EXPIRED" | "CERT_E_VALIDITYPERIODNESTING" | "SEC_E_CERT_EXPIRED") => {
                Self::NotTimeValid
            }
            Some("CRYPT_E_REVOKED" | "CERT_E_REVOKED") => Self::Revoked,
            Some(
                "CRYPT_E_NO_REVOCATION_DLL"
                | "CRYPT_E_NO_REVOCATION_CHECK"
                | "CRYPT_E_REVOCATION_OFFLINE"
                | "CRYPT_E_NOT_IN_REVOCATION_DATABASE"
                | "CERT_E_REVOCATION_FAILURE",
            ) => Self::RevocationNotChecked,
            Some("CERT_E_CN_NO_MATCH") => Self::NameMismatch,
            Some("CERT_E_WRONG_USAGE") => Self::NotValidForUsage,
            Some("TRUST_E_CERT_SIGNATURE" | "TRUST_E_BAD_DIGEST") => Self::BadSignature,
            Some("CERTSRV_E_WEAK_SIGNATURE_OR_KEY") => Self::WeakSignature,
            Some("TRUST_E_EXPLICIT_DISTRUST") => Self::ExplicitDistrust,
            Some(
                "TRUST_E_BASIC_CONSTRAINTS"
                | "CERT_E_PATHLENCONST"
                | "CERT_E_CRITICAL"
                | "CERT_E_UNTRUSTEDCA"
                | "CERT_E_INVALID_POLICY"
                | "CERT_E_INVALID_NAME",
            ) => Self::InvalidChain,
            _ => Self::Other,
        })
    }

    /// What the bits of a trust status mean, the most decisive first.
    #[must_use]
    pub fn of_status(status: TrustStatus) -> Vec<Self> {
        use TrustStatus as S;
        let table = [
            (S::PARTIAL_CHAIN, Self::PartialChain),
            (S::REVOKED, Self::Revoked),
            (S::NOT_TIME_VALID, Self::NotTimeValid),
            (S::UNTRUSTED_ROOT, Self::UntrustedRoot),
            (S::EXPLICIT_DISTRUST, Self::ExplicitDistrust),
            (S::NOT_SIGNATURE_VALID, Self::BadSignature),
            (S::NOT_VALID_FOR_USAGE, Self::NotValidForUsage),
            (S::WEAK_SIGNATURE, Self::WeakSignature),
            (S::REVOCATION_STATUS_UNKNOWN | S::OFFLINE_REVOCATION, Self::RevocationNotChecked),
        ];
        let known = table.iter().fold(0, |bits, (bit, _)| bits | bit);
        let mut faults: Vec<Self> =
            table.iter().filter(|(bits, _)| status.has(*bits)).map(|(_, fault)| *fault).collect();
        if !S::new(status.value() & !known).is_trusted() {
            faults.push(Self::InvalidChain);
        }
        faults.sort_unstable();
        faults
    }

    /// What it means for a server that sends mail with the certificate, in plain words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::PartialChain => {
                "an issuer of the certificate was not found on this computer: an intermediate is \
                 missing in LocalMachine\\CA, so that the certificate is sent without its chain \
                 (KB 3212877)"
            }
            Self::PrivateKeyUnavailable => {
                "the private key cannot be used: it is missing, or the account of the process may \
                 not read it"
            }
            Self::Revoked => "the certificate, or one of its issuers, was revoked by its authority",
            Self::NotTimeValid => {
                "a certificate of the chain has expired or is not valid yet, or the clock of this \
                 computer is wrong"
            }
            Self::UntrustedRoot => {
                "the chain ends in a root that is not in LocalMachine\\Root of this computer: a \
                 private authority, a self-signed certificate, or a missing root"
            }
            Self::ExplicitDistrust => {
                "a certificate of the chain is distrusted by name: it is in the store Disallowed, \
                 or its root was withdrawn from the root program"
            }
            Self::BadSignature => {
                "a signature in the chain does not verify: a damaged or wrong certificate"
            }
            Self::NotValidForUsage => {
                "the extended key usage of the certificate does not allow what it was used for"
            }
            Self::NameMismatch => {
                "the certificate does not hold the name that the policy asked for"
            }
            Self::WeakSignature => "a signature or a key of the chain is too weak for the policy",
            Self::InvalidChain => {
                "the chain violates a constraint, a policy or a critical extension of one of its \
                 certificates"
            }
            Self::RevocationNotChecked => {
                "whether the certificate is revoked could not be found out: the revocation server \
                 was not reached or its list has expired; this alone keeps no mail from being sent"
            }
            Self::RevocationInformationRejected => {
                "a revocation list or response was found and not used, mostly because it has \
                 expired; this alone keeps no mail from being sent"
            }
            Self::Other => "an error that this tool does not know",
        }
    }

    /// Whether it concerns revocation alone, which other sides check for themselves.
    #[must_use]
    pub fn is_about_revocation_check(self) -> bool {
        matches!(self, Self::RevocationNotChecked | Self::RevocationInformationRejected)
    }
}
