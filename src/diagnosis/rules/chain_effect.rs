//! What the diagnosis makes of each rule on chains: none is without an effect by accident.

use crate::chain::Rule;
use crate::diagnosis::finding_id::FindingId;

/// What a finding of a chain is to the diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainEffect {
    /// It can be the cause, under that name.
    Decides(FindingId),
    /// It stands beside the cause, under that name.
    Advises(FindingId),
    /// It stands in the report of the chain alone: no receiver refuses for it, or the diagnosis asks
    /// another question.
    Nothing,
}

/// What the diagnosis makes of a rule on chains.
pub(crate) fn effect_of(rule: Rule) -> ChainEffect {
    use ChainEffect::{Advises, Decides, Nothing};
    match rule {
        Rule::Revoked => Decides(FindingId::CertificateRevoked),
        Rule::SelfSignedEndEntity => Decides(FindingId::SelfSignedCertificate),
        Rule::PrivateAuthority | Rule::UntrustedRoot => Decides(FindingId::PrivateAuthority),
        Rule::MissingIssuer | Rule::IntermediateNotInStore | Rule::ChainOnlyThroughDownload => {
            Decides(FindingId::IntermediateMissing)
        }
        Rule::MissingRoot
        | Rule::UnknownRoot
        | Rule::BudgetExhausted
        | Rule::UnsupportedSignatureAlgorithm => Decides(FindingId::RootNotKnown),
        Rule::Expired
        | Rule::NotYetValid
        | Rule::ProgrammeRootExpired
        | Rule::BadSignature
        | Rule::NameExcluded
        | Rule::NameNotPermitted
        | Rule::NameConstraintNotSupported
        | Rule::NotAnAuthority
        | Rule::PathLengthExceeded
        | Rule::MaximumDepthExceeded
        | Rule::KeyUsageForbidsSigning
        | Rule::WrongExtendedKeyUsage
        | Rule::UnknownCriticalExtension
        | Rule::WeakSignatureHash
        | Rule::RsaKeyTooWeak
        | Rule::PolicyNotPermitted
        | Rule::Ed25519Key
        | Rule::MalformedExtension => Decides(FindingId::ChainFault),
        Rule::ExpiresSoon => Advises(FindingId::CertificateExpiresSoon),
        Rule::BlockedRoot => Advises(FindingId::RootBlocked),
        Rule::RootShortensChain => Advises(FindingId::RootShortensChain),
        Rule::RootInIntermediateStore => Advises(FindingId::RootInIntermediateStore),
        Rule::IntermediateInRootStore => Advises(FindingId::IntermediateInRootStore),
        // Exchange Online asks for the name of a connector, which the rules on names judge.
        Rule::HostNameMismatch
        // The diagnosis has no revocation lists; Windows, Get-ExchangeCertificate and CAPI2 say more.
        | Rule::RevocationListNotUsable
        | Rule::RevocationUnknown
        | Rule::DeltaListNotUsed
        // Good to know: the chain ends in the programme, or could end elsewhere.
        | Rule::ProgrammeRoot
        | Rule::CrossSignedAlternative
        // What the strict profile refuses, and Windows takes.
        | Rule::PublicKeyNotPermitted
        | Rule::Sha1Signature
        | Rule::RsaKeyTooShort
        | Rule::RsaKeySizeUneven
        | Rule::RsaExponentUnsound
        | Rule::SignatureAlgorithmMismatch
        | Rule::DuplicateExtension
        | Rule::NotVersion3
        | Rule::EmptyIssuer
        | Rule::EmptySubject
        | Rule::SerialNumberNotPositive
        | Rule::SerialNumberTooLong
        | Rule::BasicConstraintsNotCritical
        | Rule::PathLengthWithoutSigning
        | Rule::CertSignWithoutAuthority
        | Rule::NameConstraintsInEndEntity
        | Rule::NameConstraintsEmpty
        | Rule::NameConstraintMalformed
        | Rule::ExtendedKeyUsageEmpty
        | Rule::ExtendedKeyUsageAny
        | Rule::ExtendedKeyUsageCritical
        | Rule::ExtendedKeyUsageInRoot
        | Rule::SubjectAltNameMissing
        | Rule::SubjectAltNameCritical
        | Rule::SubjectAltNameNotCritical
        | Rule::DnsNameInvalid
        | Rule::WildcardTooBroad
        | Rule::IpAddressInvalid
        | Rule::MailboxInvalid
        | Rule::CommonNameMalformed
        | Rule::CommonNameNotInSubjectAltName
        | Rule::AuthorityKeyIdentifierMissing
        | Rule::AuthorityKeyIdentifierCritical
        | Rule::AuthorityKeyIdentifierWithoutKey
        | Rule::AuthorityKeyIdentifierNamesIssuer
        | Rule::RootKeyIdentifierMismatch
        | Rule::SubjectKeyIdentifierMissing
        | Rule::SubjectKeyIdentifierCritical
        | Rule::AuthorityInformationAccessCritical
        | Rule::PolicyConstraintsNotCritical
        | Rule::ServerAuthenticationMissing
        | Rule::KeyIdentifierMismatch
        | Rule::AuthorityAsEndEntity
        | Rule::KeyUsageMissing
        | Rule::ExtendedKeyUsageMissing
        | Rule::NameConstraintsNotCritical
        | Rule::AnchorNotVersion3
        | Rule::AnchorNotAnAuthority
        | Rule::AuthorityWithoutSigning
        | Rule::ValidityTooLong
        | Rule::SubjectAltNameEmpty
        | Rule::EcdsaKey
        | Rule::CommonNameBesideSubjectAltName
        | Rule::ClientAuthenticationMissing => Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Profile, RULES};
    use crate::diagnosis::rules::rule::Effect;
    use crate::diagnosis::rules::table;
    use crate::finding::Severity;

    /// What a receiver asks of the name, the diagnosis asks of connectors.
    const ASKED_OTHERWISE: [Rule; 1] = [Rule::HostNameMismatch];

    #[test]
    fn what_a_receiver_refuses_decides_and_what_decides_is_a_rule_that_can() {
        for entry in RULES {
            let is_refused = entry.rule.severity(Profile::Windows) == Severity::Error;
            let effect = effect_of(entry.rule);
            if is_refused && !ASKED_OTHERWISE.contains(&entry.rule) {
                assert_ne!(effect, ChainEffect::Nothing, "{:?}", entry.rule);
            }
            let (ChainEffect::Decides(id) | ChainEffect::Advises(id)) = effect else { continue };
            let rule = table::all().find(|rule| rule.id == id).unwrap();
            let can_decide = matches!(rule.effect, Effect::Decides(_));
            assert_eq!(can_decide, matches!(effect, ChainEffect::Decides(_)), "{:?}", entry.rule);
        }
    }
}
