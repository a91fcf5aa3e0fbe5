//! The rules of both profiles, in one table.

use serde::Serialize;

use crate::finding::Severity;

/// What a chain is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Profile {
    /// What crypt32 and Exchange Online would refuse: a model made from documentation, never
    /// evidence about what crypt32 itself says.
    Windows,
    /// RFC 5280 and the CA/Browser Forum's Baseline Requirements ("BR").
    Strict,
}

/// A rule that a chain can break. The order of the variants is that of [`Rule::rank`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(missing_docs, reason = "the table below describes every variant: title and source")]
pub enum Rule {
    BudgetExhausted,
    Revoked,
    Expired,
    NotYetValid,
    ProgrammeRootExpired,
    SelfSignedEndEntity,
    BadSignature,
    PrivateAuthority,
    MissingIssuer,
    MissingRoot,
    IntermediateNotInStore,
    UntrustedRoot,
    UnknownRoot,
    HostNameMismatch,
    NameExcluded,
    NameNotPermitted,
    NameConstraintNotSupported,
    PolicyNotPermitted,
    NotAnAuthority,
    PathLengthExceeded,
    MaximumDepthExceeded,
    KeyUsageForbidsSigning,
    WrongExtendedKeyUsage,
    UnknownCriticalExtension,
    WeakSignatureHash,
    RsaKeyTooWeak,
    Ed25519Key,
    UnsupportedSignatureAlgorithm,
    PublicKeyNotPermitted,
    RevocationListNotUsable,
    Sha1Signature,
    RsaKeyTooShort,
    RsaKeySizeUneven,
    RsaExponentUnsound,
    SignatureAlgorithmMismatch,
    MalformedExtension,
    DuplicateExtension,
    NotVersion3,
    AnchorNotVersion3,
    AnchorNotAnAuthority,
    EmptyIssuer,
    EmptySubject,
    SerialNumberNotPositive,
    SerialNumberTooLong,
    BasicConstraintsNotCritical,
    PathLengthWithoutSigning,
    AuthorityWithoutSigning,
    ValidityTooLong,
    CertSignWithoutAuthority,
    NameConstraintsInEndEntity,
    NameConstraintsEmpty,
    NameConstraintMalformed,
    ExtendedKeyUsageEmpty,
    ExtendedKeyUsageAny,
    ExtendedKeyUsageCritical,
    ExtendedKeyUsageInRoot,
    SubjectAltNameMissing,
    SubjectAltNameEmpty,
    SubjectAltNameCritical,
    SubjectAltNameNotCritical,
    DnsNameInvalid,
    WildcardTooBroad,
    IpAddressInvalid,
    MailboxInvalid,
    CommonNameMalformed,
    CommonNameNotInSubjectAltName,
    AuthorityKeyIdentifierMissing,
    AuthorityKeyIdentifierCritical,
    AuthorityKeyIdentifierWithoutKey,
    AuthorityKeyIdentifierNamesIssuer,
    RootKeyIdentifierMismatch,
    SubjectKeyIdentifierMissing,
    SubjectKeyIdentifierCritical,
    AuthorityInformationAccessCritical,
    PolicyConstraintsNotCritical,
    ExpiresSoon,
    ServerAuthenticationMissing,
    ChainOnlyThroughDownload,
    BlockedRoot,
    RootShortensChain,
    RootInIntermediateStore,
    IntermediateInRootStore,
    KeyIdentifierMismatch,
    AuthorityAsEndEntity,
    KeyUsageMissing,
    ExtendedKeyUsageMissing,
    NameConstraintsNotCritical,
    CommonNameBesideSubjectAltName,
    EcdsaKey,
    ClientAuthenticationMissing,
    RevocationUnknown,
    DeltaListNotUsed,
    ProgrammeRoot,
    CrossSignedAlternative,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct RuleEntry {
    /// The rule.
    pub rule: Rule,
    /// Its severity under [`Profile::Strict`].
    pub strict: Severity,
    /// Its severity under [`Profile::Windows`].
    pub windows: Severity,
    /// The HRESULT with which Windows reports the same thing (winerror.h); 0 if there is none.
    pub hresult: u32,
    /// What is wrong, for an administrator.
    pub title: &'static str,
    /// Where the rule is written.
    pub source: &'static str,
}

impl Rule {
    /// The line of the table.
    #[must_use]
    pub fn entry(self) -> &'static RuleEntry {
        &RULES[self as usize]
    }

    /// Whether it leaves open what a receiver would say: a root that no list holds, something that
    /// cannot be checked here, or a search that was cut short.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        matches!(
            self,
            Self::BudgetExhausted
                | Self::UnknownRoot
                | Self::MissingRoot
                | Self::UnsupportedSignatureAlgorithm
        )
    }

    /// Whether it is about one certificate, and not about where the chain ends.
    #[must_use]
    pub fn is_about_certificate(self) -> bool {
        !matches!(
            self,
            Self::BudgetExhausted
                | Self::MissingIssuer
                | Self::MissingRoot
                | Self::UnknownRoot
                | Self::UntrustedRoot
                | Self::PrivateAuthority
                | Self::ProgrammeRootExpired
        )
    }

    /// The position in which it is reported to a user: 0 comes first.
    #[must_use]
    pub fn rank(self) -> usize {
        self as usize
    }

    /// The severity under a profile.
    #[must_use]
    pub fn severity(self, profile: Profile) -> Severity {
        match profile {
            Profile::Strict => self.entry().strict,
            Profile::Windows => self.entry().windows,
        }
    }
}

const fn entry(
    rule: Rule,
    (strict, windows): (Severity, Severity),
    hresult: u32,
    title: &'static str,
    source: &'static str,
) -> RuleEntry {
    RuleEntry { rule, strict, windows, hresult, title, source }
}

use Rule as R;
use Severity::{Error, Information, Warning};

/// Refused by both profiles.
const BOTH: (Severity, Severity) = (Error, Error);
/// Refused by the strict profile; a warning in the model of Windows.
const STRICT: (Severity, Severity) = (Error, Warning);
/// Refused by the strict profile; Windows does not look at it.
const FORM: (Severity, Severity) = (Error, Information);
/// A warning in both.
const WARN: (Severity, Severity) = (Warning, Warning);
/// Reported, and no more.
const NOTE: (Severity, Severity) = (Information, Information);
/// A breach of the BR or RFC 5280 that validation is set to tolerate.
const MILD: (Severity, Severity) = (Warning, Information);

/// Every rule, in the order of its rank.
#[rustfmt::skip] // One line per rule: this is a table.
pub const RULES: &[RuleEntry] = &[
    entry(R::BudgetExhausted, BOTH, 0, "the search for a chain was cut short: it demands more work than any honest one", "limits of this program"),
    entry(R::Revoked, BOTH, 0x8009_2010, "the certificate has been revoked", "RFC 5280, section 6.3"),
    entry(R::Expired, BOTH, 0x800B_0101, "the certificate has expired", "RFC 5280, section 6.1.3 (a)(2)"),
    entry(R::NotYetValid, BOTH, 0x800B_0101, "the certificate is not valid yet", "RFC 5280, section 6.1.3 (a)(2)"),
    entry(R::ProgrammeRootExpired, BOTH, 0x800B_0101, "the root at which the chain ends has expired", "RFC 5280, section 6.1.3 (a)(2); Microsoft Trusted Root Program"),
    entry(R::SelfSignedEndEntity, BOTH, 0x800B_0109, "the certificate is self-signed: no receiver can trust it", "RFC 5280, section 6.1"),
    entry(R::BadSignature, BOTH, 0x8009_6004, "the signature is not that of the issuer", "RFC 5280, section 6.1.3 (a)(1)"),
    entry(R::PrivateAuthority, BOTH, 0x800B_0109, "the chain is that of a private authority: receivers outside the organisation do not trust it", "hybrid requirements of Exchange Online: a certificate of a public authority"),
    entry(R::MissingIssuer, BOTH, 0x800B_010A, "the issuer's certificate is missing", "RFC 5280, section 6.1; KB 3212877"),
    entry(R::MissingRoot, BOTH, 0x800B_010A, "the last issuer, most likely a root, is neither in Mozilla's list nor in Microsoft's: whether the receiver has and trusts it is unknown", "RFC 5280, section 6.1"),
    entry(R::IntermediateNotInStore, WARN, 0x800B_010A, "the intermediate certificate exists, but not in the server's stores: the server cannot send it", "KB 3212877"),
    entry(R::UntrustedRoot, BOTH, 0x800B_0109, "the chain ends in a root that is not trusted", "RFC 5280, section 6.1"),
    entry(R::UnknownRoot, BOTH, 0x800B_0109, "the chain ends in a root that is neither in Mozilla's list nor in Microsoft's: whether the receiver trusts it is unknown", "RFC 5280, section 6.1"),
    entry(R::HostNameMismatch, BOTH, 0x800B_010F, "the certificate does not hold the expected name", "RFC 9525, section 6"),
    entry(R::NameExcluded, BOTH, 0x800B_0114, "a name is excluded by an issuer's name constraints", "RFC 5280, section 4.2.1.10"),
    entry(R::NameNotPermitted, BOTH, 0x800B_0114, "a name is not permitted by an issuer's name constraints", "RFC 5280, section 4.2.1.10"),
    entry(R::NameConstraintNotSupported, BOTH, 0x800B_0114, "a name constraint has a form that cannot be evaluated, and such a name occurs", "RFC 5280, section 4.2.1.10"),
    entry(R::PolicyNotPermitted, BOTH, 0x800B_0113, "an issuer demands certificate policies, and none is left that all issuers permit", "RFC 5280, section 6.1; RFC 9618"),
    entry(R::NotAnAuthority, BOTH, 0x8009_6019, "the issuer is no certification authority (basic constraints)", "RFC 5280, sections 4.2.1.9, 6.1.4 (k)"),
    entry(R::PathLengthExceeded, BOTH, 0x8009_6019, "more intermediates follow than the issuer's path length permits", "RFC 5280, section 6.1.4 (l)"),
    entry(R::MaximumDepthExceeded, BOTH, 0x800B_010A, "the chain is longer than the given maximum", "limit given by the caller"),
    entry(R::KeyUsageForbidsSigning, BOTH, 0x800B_0110, "the authority's key usage does not permit signing certificates", "RFC 5280, sections 4.2.1.3, 6.1.4 (n)"),
    entry(R::WrongExtendedKeyUsage, BOTH, 0x800B_0110, "the extended key usage does not permit the purpose", "RFC 5280, section 4.2.1.12"),
    entry(R::UnknownCriticalExtension, BOTH, 0x800B_0105, "a critical extension is not understood", "RFC 5280, section 6.1.4 (o)"),
    entry(R::WeakSignatureHash, BOTH, 0x8009_4016, "the signature rests on a broken hash (MD2, MD4, MD5)", "BR, section 7.1.3.2; RFC 6151"),
    entry(R::RsaKeyTooWeak, BOTH, 0x8009_4016, "the RSA key has less than 1024 bits", "BR, section 6.1.5; KB 2661254"),
    entry(R::Ed25519Key, BOTH, 0x8009_6004, "the key is Ed25519, which Windows does not verify and no public authority may certify", "BR, section 6.1.5; RFC 8410"),
    entry(R::UnsupportedSignatureAlgorithm, BOTH, 0x8009_6004, "the signature algorithm cannot be checked here", "BR, section 7.1.3.2"),
    entry(R::PublicKeyNotPermitted, STRICT, 0, "the type of the public key is not permitted (RSA, or P-256, P-384 and P-521 by name)", "BR, sections 6.1.5, 7.1.3.1"),
    entry(R::RevocationListNotUsable, STRICT, 0x8009_2013, "the issuer's revocation list cannot be used", "RFC 5280, sections 5.2, 6.3.3"),
    entry(R::Sha1Signature, STRICT, 0x8009_4016, "the signature rests on SHA-1", "BR, section 7.1.3.2.1"),
    entry(R::RsaKeyTooShort, STRICT, 0x8009_4016, "the RSA key has less than 2048 bits", "BR, section 6.1.5"),
    entry(R::RsaKeySizeUneven, FORM, 0, "the bits of the RSA modulus are not divisible by 8", "BR, section 6.1.5"),
    entry(R::RsaExponentUnsound, STRICT, 0, "the public exponent of the RSA key is even or less than 3", "BR, section 6.1.6"),
    entry(R::SignatureAlgorithmMismatch, STRICT, 0, "the two signature algorithm fields differ", "RFC 5280, section 4.1.1.2"),
    entry(R::MalformedExtension, BOTH, 0, "an extension cannot be decoded", "RFC 5280, section 4.2"),
    entry(R::DuplicateExtension, STRICT, 0, "an extension occurs twice", "RFC 5280, section 4.2"),
    entry(R::NotVersion3, STRICT, 0, "the certificate is not of version 3", "BR, section 7.1.1; RFC 5280, section 4.1.2.1"),
    entry(R::AnchorNotVersion3, FORM, 0, "the root is not of version 3", "BR, section 7.1.1"),
    entry(R::AnchorNotAnAuthority, FORM, 0, "the root has no basic constraints that make it an authority", "BR, section 7.1.2.1.4; RFC 5280, section 6.1.1 (d)"),
    entry(R::EmptyIssuer, STRICT, 0, "the issuer's name is empty", "RFC 5280, section 4.1.2.4"),
    entry(R::EmptySubject, STRICT, 0, "the name of an authority is empty", "RFC 5280, section 4.1.2.6"),
    entry(R::SerialNumberNotPositive, FORM, 0, "the serial number is zero or negative", "RFC 5280, section 4.1.2.2"),
    entry(R::SerialNumberTooLong, FORM, 0, "the serial number is longer than 20 bytes", "RFC 5280, section 4.1.2.2"),
    entry(R::BasicConstraintsNotCritical, FORM, 0, "the basic constraints of an authority are not critical", "RFC 5280, section 4.2.1.9"),
    entry(R::PathLengthWithoutSigning, FORM, 0, "a path length is given to what may not sign certificates", "RFC 5280, section 4.2.1.9"),
    entry(R::AuthorityWithoutSigning, FORM, 0, "the certificate is that of an authority whose key usage does not permit signing certificates", "RFC 5280, section 4.2.1.9"),
    entry(R::ValidityTooLong, MILD, 0, "the certificate is valid for longer than a public authority may issue it", "BR, section 6.3.2; CA/Browser Forum SC-081v3"),
    entry(R::CertSignWithoutAuthority, FORM, 0, "the key usage permits signing certificates, but this is no authority", "RFC 5280, section 4.2.1.9"),
    entry(R::NameConstraintsInEndEntity, FORM, 0, "name constraints stand in a certificate that is no authority", "RFC 5280, section 4.2.1.10"),
    entry(R::NameConstraintsEmpty, STRICT, 0, "the name constraints constrain nothing", "RFC 5280, section 4.2.1.10; BR, section 7.1.2.5.2"),
    entry(R::NameConstraintMalformed, STRICT, 0x800B_0114, "a name constraint is not well-formed", "RFC 5280, section 4.2.1.10"),
    entry(R::ExtendedKeyUsageEmpty, STRICT, 0x800B_0110, "the extended key usage lists nothing", "RFC 5280, section 4.2.1.12"),
    entry(R::ExtendedKeyUsageAny, FORM, 0, "the extended key usage of a server lists anyExtendedKeyUsage", "BR, section 7.1.2.7.10"),
    entry(R::ExtendedKeyUsageCritical, FORM, 0, "the extended key usage of a server is critical", "BR, section 7.1.2.7.6"),
    entry(R::ExtendedKeyUsageInRoot, FORM, 0, "the root has an extended key usage", "BR, section 7.1.2.1.2"),
    entry(R::SubjectAltNameMissing, FORM, 0, "there is no subject alternative name", "BR, section 7.1.2.7.12; RFC 9525, section 6.2"),
    entry(R::SubjectAltNameEmpty, FORM, 0, "the subject alternative name of an authority holds no name", "RFC 5280, section 4.2.1.6"),
    entry(R::SubjectAltNameCritical, FORM, 0, "the subject alternative name is critical beside a subject", "BR, section 7.1.2.7.12"),
    entry(R::SubjectAltNameNotCritical, FORM, 0, "the subject is empty and the subject alternative name not critical", "RFC 5280, section 4.1.2.6"),
    entry(R::DnsNameInvalid, FORM, 0, "a DNS name is not in the preferred name syntax", "RFC 5280, section 4.2.1.6"),
    entry(R::WildcardTooBroad, STRICT, 0, "a wildcard stands for all names below a top-level domain", "BR, section 3.2.2.6"),
    entry(R::IpAddressInvalid, STRICT, 0, "an IP address has neither 4 nor 16 bytes", "RFC 5280, section 4.2.1.6"),
    entry(R::MailboxInvalid, FORM, 0, "a mail address is not well-formed", "RFC 5280, section 4.2.1.6; RFC 5321, section 4.1.2"),
    entry(R::CommonNameMalformed, FORM, 0, "the common name is a host, but not written letter for letter as in the subject alternative name", "BR, section 7.1.4.3"),
    entry(R::CommonNameNotInSubjectAltName, FORM, 0, "the common name is a host that the subject alternative name does not hold", "BR, section 7.1.4.3"),
    entry(R::AuthorityKeyIdentifierMissing, FORM, 0, "there is no authority key identifier", "RFC 5280, section 4.2.1.1"),
    entry(R::AuthorityKeyIdentifierCritical, FORM, 0, "the authority key identifier is critical", "RFC 5280, section 4.2.1.1"),
    entry(R::AuthorityKeyIdentifierWithoutKey, FORM, 0, "the authority key identifier holds no key identifier", "RFC 5280, section 4.2.1.1"),
    entry(R::AuthorityKeyIdentifierNamesIssuer, FORM, 0, "the authority key identifier names an issuer or a serial number", "BR, section 7.1.2.11.1"),
    entry(R::RootKeyIdentifierMismatch, FORM, 0, "the two key identifiers of the root differ", "BR, section 7.1.2.1.3"),
    entry(R::SubjectKeyIdentifierMissing, FORM, 0, "an authority has no subject key identifier", "RFC 5280, section 4.2.1.2"),
    entry(R::SubjectKeyIdentifierCritical, FORM, 0, "the subject key identifier is critical", "RFC 5280, section 4.2.1.2"),
    entry(R::AuthorityInformationAccessCritical, FORM, 0, "the authority information access is critical", "RFC 5280, section 4.2.2.1"),
    entry(R::PolicyConstraintsNotCritical, FORM, 0, "policy constraints are not critical", "RFC 5280, sections 4.2.1.11, 4.2.1.14"),
    entry(R::ExpiresSoon, WARN, 0, "the certificate expires soon", "RFC 5280, section 4.1.2.5"),
    entry(R::ServerAuthenticationMissing, WARN, 0, "the extended key usage lacks serverAuth", "RFC 5280, section 4.2.1.12"),
    entry(R::ChainOnlyThroughDownload, WARN, 0, "the chain is only complete where Windows may download the issuer: checks on the server can succeed while the handshake sends the certificate alone", "KB 3212877"),
    entry(R::BlockedRoot, WARN, 0, "Microsoft has taken the root out of its programme, wholly or for what was issued after some day", "Microsoft Trusted Root Program"),
    entry(R::RootShortensChain, WARN, 0, "a self-signed copy of a new root lies in the root store: the chain ends there, so that the cross-signed certificate, which receivers need, is not sent", "letsencrypt.org, generation Y; KB 2795828"),
    entry(R::RootInIntermediateStore, NOTE, 0, "a self-signed certificate is among the intermediates", "KB 2795828"),
    entry(R::IntermediateInRootStore, WARN, 0, "a certificate that is not self-signed lies in the root store", "KB 2795828"),
    entry(R::KeyIdentifierMismatch, WARN, 0, "the authority key identifier does not name the issuer's key", "RFC 5280, section 4.2.1.1"),
    entry(R::AuthorityAsEndEntity, WARN, 0, "an authority serves as a server", "BR, section 7.1.2.7.8"),
    entry(R::KeyUsageMissing, MILD, 0, "an authority has no key usage", "RFC 5280, section 4.2.1.3"),
    entry(R::ExtendedKeyUsageMissing, MILD, 0, "there is no extended key usage", "BR, section 7.1.2.7.6"),
    entry(R::NameConstraintsNotCritical, NOTE, 0, "the name constraints are not critical", "BR, section 7.1.2.5.2 (an exception from RFC 5280, section 4.2.1.10)"),
    entry(R::CommonNameBesideSubjectAltName, MILD, 0, "the common name is no subject alternative name, but the parent of one, or beside internal names", "BR, section 7.1.4.3"),
    entry(R::EcdsaKey, NOTE, 0, "the key is ECDSA: observers report that Exchange 2019 and 2016 use such certificates for SMTP from the April 2024 hotfix updates on, and Microsoft does not say whether a setting must permit it; not for the federation trust, OAuth or AD FS", "observers, 2024"),
    entry(R::ClientAuthenticationMissing, NOTE, 0, "the extended key usage lacks clientAuth, as public certificates do since 2026", "RFC 5280, section 4.2.1.12"),
    entry(R::RevocationUnknown, NOTE, 0x8009_2012, "no revocation list that covers the certificate was given: revocation was not checked", "RFC 5280, section 6.3"),
    entry(R::DeltaListNotUsed, NOTE, 0, "a delta revocation list was not used: it is out of date, or no list that it is based on was given", "RFC 5280, section 5.2.4"),
    entry(R::ProgrammeRoot, NOTE, 0, "the chain ends at a root of Microsoft's programme, its signature not checked", "Microsoft Trusted Root Program"),
    entry(R::CrossSignedAlternative, NOTE, 0, "another valid path exists through a cross-signed certificate", "RFC 4158, section 1.4"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_stands_at_its_rank() {
        for (rank, entry) in RULES.iter().enumerate() {
            assert_eq!(entry.rule.rank(), rank, "{:?}", entry.rule);
            assert!(!entry.title.is_empty() && !entry.source.is_empty());
        }
        assert_eq!(RULES.len(), Rule::CrossSignedAlternative.rank() + 1);
    }

    #[test]
    fn windows_refuses_nothing_that_the_strict_profile_accepts() {
        for entry in RULES {
            assert!(entry.windows <= entry.strict, "{:?}", entry.rule);
        }
    }
}
