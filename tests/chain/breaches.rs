//! Every rule of the table has a chain that breaks it.

use std::collections::BTreeSet;

use eop_relay::chain::rule::RULES;
use eop_relay::chain::{ChainReport, ChainVerdict, Profile, Rule, Severity};

use crate::scene::{Change, HOST, general_name, has, remove, scene, set};
use crate::support::forge::{
    self, AUTHORITY_INFORMATION_ACCESS, AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, BLOCKED_ROOT,
    CERTIFICATE_TEMPLATE, CLIENT_AUTH, EXPIRED_PROGRAMME_ROOT, EXTENDED_KEY_USAGE, Forge,
    ForgeList, KEY_USAGE, NAME_CONSTRAINTS, POLICY_CONSTRAINTS, PROGRAMME_ROOT, SERVER_AUTH,
    SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER, authority_key_identifier, basic_constraints,
    dns_names, element, issuer_url, key_identifier, key_usage, name, name_constraints, oid,
    rsa_public_key, sequence, usages,
};

/// One chain for each rule.
const BREACHES: &[(Rule, Change)] = &[
    (Rule::BudgetExhausted, |s| s.limits.signature_cost = 1),
    (Rule::Revoked, |s| s.lists = vec![ForgeList::new("Issuing CA", &[&s.server.serial])]),
    (Rule::Expired, |s| "20261114235959Z".clone_into(&mut s.server.not_after)),
    (Rule::NotYetValid, |s| "20261115000001Z".clone_into(&mut s.intermediates[0].not_before)),
    (Rule::SelfSignedEndEntity, |s| s.server = Forge::server(HOST, HOST)),
    (Rule::BadSignature, |s| "somebody else".clone_into(&mut s.server.signer)),
    (Rule::MissingIssuer, |s| s.intermediates.clear()),
    (Rule::MissingRoot, |s| s.roots.clear()),
    (Rule::IntermediateNotInStore, |s| s.known = std::mem::take(&mut s.intermediates)),
    (Rule::UntrustedRoot, |s| {
        s.known = std::mem::replace(&mut s.roots, vec![Forge::root("Another Root")]);
    }),
    (Rule::UnknownRoot, |s| s.known = std::mem::take(&mut s.roots)),
    (Rule::PrivateAuthority, |s| {
        s.known = std::mem::take(&mut s.roots);
        set(&mut s.server, CERTIFICATE_TEMPLATE, false, vec![0x1E, 0]);
    }),
    (Rule::BlockedRoot, |s| {
        s.follows_lists = true;
        let (name, key) = BLOCKED_ROOT;
        s.intermediates[0] = s.intermediates[0].clone().below_listed(name, key);
    }),
    (Rule::ProgrammeRoot, |s| {
        s.follows_lists = true;
        let (name, key) = PROGRAMME_ROOT;
        s.intermediates[0] = s.intermediates[0].clone().below_listed(name, key);
    }),
    (Rule::ProgrammeRootExpired, |s| {
        s.follows_lists = true;
        let (name, key) = EXPIRED_PROGRAMME_ROOT;
        s.intermediates[0] = s.intermediates[0].clone().below_listed(name, key);
    }),
    (Rule::RootShortensChain, |s| {
        s.intermediates = vec![
            Forge::authority("Issuing CA", "New Root"),
            Forge::authority("New Root", "Root CA"),
        ];
        s.root_store = vec![Forge::root("New Root")];
    }),
    (Rule::DeltaListNotUsed, |s| {
        let indicator = ("2.5.29.27".to_owned(), true, element(0x02, [1]));
        s.lists = vec![ForgeList::new("Issuing CA", &[]).but(|l| l.extensions.push(indicator))];
    }),
    (Rule::HostNameMismatch, |s| s.expected_name = "smtp.contoso.com"),
    (Rule::NameExcluded, |s| {
        let constraints = name_constraints(&[], &[&element(0x82, "contoso.com")]);
        set(&mut s.intermediates[0], NAME_CONSTRAINTS, true, constraints);
    }),
    (Rule::NameNotPermitted, |s| {
        let constraints = name_constraints(&[&element(0x82, "fabrikam.com")], &[]);
        set(&mut s.roots[0], NAME_CONSTRAINTS, true, constraints);
    }),
    (Rule::NameConstraintNotSupported, |s| {
        let other = element(0xA0, [oid("1.3.6.1.4.1.311.20.2.3"), element(0xA0, [5, 0])].concat());
        set(&mut s.intermediates[0], NAME_CONSTRAINTS, true, name_constraints(&[&other], &[]));
        let names = element(0x30, [other, element(0x82, HOST)].concat());
        set(&mut s.server, SUBJECT_ALT_NAME, false, names);
    }),
    (Rule::NotAnAuthority, |s| remove(&mut s.intermediates[0], BASIC_CONSTRAINTS)),
    (Rule::PathLengthExceeded, |s| {
        set(&mut s.roots[0], BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0)));
    }),
    (Rule::MaximumDepthExceeded, |s| s.maximum_depth = Some(0)),
    (Rule::KeyUsageForbidsSigning, |s| {
        set(&mut s.intermediates[0], KEY_USAGE, true, key_usage(&[6]));
    }),
    (Rule::WrongExtendedKeyUsage, |s| {
        s.purpose_is_asked = true;
        set(&mut s.intermediates[0], EXTENDED_KEY_USAGE, false, usages(&[CLIENT_AUTH]));
    }),
    (Rule::UnknownCriticalExtension, |s| set(&mut s.server, "1.2.3.4", true, vec![5, 0])),
    (Rule::WeakSignatureHash, |s| {
        s.server.signature_algorithm = sequence(&[&oid("1.2.840.113549.1.1.4"), &[5, 0]]);
    }),
    (Rule::RsaKeyTooWeak, |s| s.server.public_key = rsa_public_key(512, &[1, 0, 1])),
    (Rule::UnsupportedSignatureAlgorithm, |s| {
        s.server.signature_algorithm = sequence(&[&oid("1.2.840.10040.4.3")]);
    }),
    (Rule::PublicKeyNotPermitted, |s| {
        let algorithm = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.3.132.0.10")]);
        s.server.public_key = sequence(&[&algorithm, &forge::bit_string(&[4; 65])]);
    }),
    (Rule::RevocationListNotUsable, |s| {
        s.lists = vec![ForgeList::new("Issuing CA", &[]).but(|l| l.extensions.clear())];
    }),
    (Rule::Sha1Signature, |s| {
        s.server.signature_algorithm = sequence(&[&oid("1.2.840.113549.1.1.5"), &[5, 0]]);
    }),
    (Rule::RsaKeyTooShort, |s| s.server.public_key = rsa_public_key(1024, &[1, 0, 1])),
    (Rule::RsaKeySizeUneven, |s| s.server.public_key = rsa_public_key(2052, &[1, 0, 1])),
    (Rule::RsaExponentUnsound, |s| s.server.public_key = rsa_public_key(2048, &[1])),
    (Rule::SignatureAlgorithmMismatch, |s| {
        s.server.outer_signature_algorithm = Some(sequence(&[&oid("1.2.840.10045.4.3.3")]));
    }),
    (Rule::MalformedExtension, |s| set(&mut s.server, BASIC_CONSTRAINTS, true, b"no DER".to_vec())),
    (Rule::DuplicateExtension, |s| {
        let again = s.server.extensions[1].clone();
        s.server.extensions.push(again);
    }),
    (Rule::NotVersion3, |s| s.server.version = 1),
    (Rule::EmptyIssuer, |s| {
        s.server.issuer = name("");
        s.intermediates[0].subject = name("");
    }),
    (Rule::EmptySubject, |s| {
        s.server.issuer = name("");
        s.intermediates[0].subject = name("");
    }),
    (Rule::SerialNumberNotPositive, |s| s.server.serial = vec![0]),
    (Rule::SerialNumberTooLong, |s| s.server.serial = vec![1; 21]),
    (Rule::BasicConstraintsNotCritical, |s| {
        set(&mut s.intermediates[0], BASIC_CONSTRAINTS, false, basic_constraints(true, None));
    }),
    (Rule::PathLengthWithoutSigning, |s| {
        set(&mut s.server, BASIC_CONSTRAINTS, true, basic_constraints(false, Some(0)));
    }),
    (Rule::CertSignWithoutAuthority, |s| set(&mut s.server, KEY_USAGE, true, key_usage(&[0, 5]))),
    (Rule::NameConstraintsInEndEntity, |s| {
        let constraints = name_constraints(&[&element(0x82, "contoso.com")], &[]);
        set(&mut s.server, NAME_CONSTRAINTS, true, constraints);
    }),
    (Rule::NameConstraintsEmpty, |s| {
        set(&mut s.intermediates[0], NAME_CONSTRAINTS, true, name_constraints(&[], &[]));
    }),
    (Rule::NameConstraintMalformed, |s| {
        let constraints = name_constraints(&[&element(0x82, ".contoso.com")], &[]);
        set(&mut s.intermediates[0], NAME_CONSTRAINTS, true, constraints);
    }),
    (Rule::ExtendedKeyUsageEmpty, |s| set(&mut s.server, EXTENDED_KEY_USAGE, false, usages(&[]))),
    (Rule::ExtendedKeyUsageAny, |s| {
        set(&mut s.server, EXTENDED_KEY_USAGE, false, usages(&["2.5.29.37.0"]));
    }),
    (Rule::ExtendedKeyUsageCritical, |s| {
        set(&mut s.server, EXTENDED_KEY_USAGE, true, usages(&[SERVER_AUTH, CLIENT_AUTH]));
    }),
    (Rule::ExtendedKeyUsageInRoot, |s| {
        set(&mut s.roots[0], EXTENDED_KEY_USAGE, false, usages(&[SERVER_AUTH]));
    }),
    (Rule::SubjectAltNameMissing, |s| remove(&mut s.server, SUBJECT_ALT_NAME)),
    (Rule::SubjectAltNameCritical, |s| {
        set(&mut s.server, SUBJECT_ALT_NAME, true, dns_names(&[HOST]));
    }),
    (Rule::SubjectAltNameNotCritical, |s| s.server.subject = name("")),
    (Rule::DnsNameInvalid, |s| {
        set(&mut s.server, SUBJECT_ALT_NAME, false, dns_names(&[HOST, "a_b.contoso.com"]));
    }),
    (Rule::WildcardTooBroad, |s| {
        set(&mut s.server, SUBJECT_ALT_NAME, false, dns_names(&[HOST, "*.com"]));
    }),
    (Rule::IpAddressInvalid, |s| {
        set(&mut s.server, SUBJECT_ALT_NAME, false, general_name(0x87, [192, 0, 2]));
    }),
    (Rule::MailboxInvalid, |s| {
        set(&mut s.server, SUBJECT_ALT_NAME, false, general_name(0x81, "a@b@contoso.com"));
    }),
    (Rule::CommonNameMalformed, |s| s.server.subject = name("MAIL.contoso.com")),
    (Rule::CommonNameNotInSubjectAltName, |s| s.server.subject = name("smtp.contoso.com")),
    (Rule::AuthorityKeyIdentifierMissing, |s| remove(&mut s.server, AUTHORITY_KEY_IDENTIFIER)),
    (Rule::AuthorityKeyIdentifierCritical, |s| {
        let value = authority_key_identifier("Issuing CA");
        set(&mut s.server, AUTHORITY_KEY_IDENTIFIER, true, value);
    }),
    (Rule::AuthorityKeyIdentifierWithoutKey, |s| {
        set(&mut s.server, AUTHORITY_KEY_IDENTIFIER, false, sequence(&[]));
    }),
    (Rule::AuthorityKeyIdentifierNamesIssuer, |s| {
        let value = sequence(&[&element(0x80, key_identifier("Issuing CA")), &element(0x82, [1])]);
        set(&mut s.server, AUTHORITY_KEY_IDENTIFIER, false, value);
    }),
    (Rule::RootKeyIdentifierMismatch, |s| {
        set(&mut s.roots[0], AUTHORITY_KEY_IDENTIFIER, false, authority_key_identifier("other"));
    }),
    (Rule::SubjectKeyIdentifierMissing, |s| {
        remove(&mut s.intermediates[0], SUBJECT_KEY_IDENTIFIER);
    }),
    (Rule::SubjectKeyIdentifierCritical, |s| {
        let value = element(0x04, key_identifier("Issuing CA"));
        set(&mut s.intermediates[0], SUBJECT_KEY_IDENTIFIER, true, value);
    }),
    (Rule::AuthorityInformationAccessCritical, |s| {
        set(
            &mut s.server,
            AUTHORITY_INFORMATION_ACCESS,
            true,
            issuer_url("http://pki.contoso.com/a"),
        );
    }),
    (Rule::PolicyConstraintsNotCritical, |s| {
        let value = sequence(&[&element(0x80, [0])]);
        set(&mut s.intermediates[0], POLICY_CONSTRAINTS, false, value);
    }),
    (Rule::ServerAuthenticationMissing, |s| {
        set(&mut s.server, EXTENDED_KEY_USAGE, false, usages(&[CLIENT_AUTH]));
    }),
    (Rule::ChainOnlyThroughDownload, |s| {
        s.intermediates.clear();
        set(
            &mut s.server,
            AUTHORITY_INFORMATION_ACCESS,
            false,
            issuer_url("http://pki.contoso.com/a"),
        );
    }),
    (Rule::RootInIntermediateStore, |s| s.intermediates.push(Forge::root("Root CA"))),
    (Rule::IntermediateInRootStore, |s| s.roots.push(Forge::authority("Misplaced CA", "Root CA"))),
    (Rule::KeyIdentifierMismatch, |s| {
        set(&mut s.server, AUTHORITY_KEY_IDENTIFIER, false, authority_key_identifier("other"));
    }),
    (Rule::AuthorityAsEndEntity, |s| {
        s.server = Forge::authority("Issuing CA", "Root CA").with(
            SUBJECT_ALT_NAME,
            false,
            dns_names(&[HOST]),
        );
    }),
    (Rule::KeyUsageMissing, |s| remove(&mut s.intermediates[0], KEY_USAGE)),
    (Rule::ExtendedKeyUsageMissing, |s| remove(&mut s.server, EXTENDED_KEY_USAGE)),
    (Rule::NameConstraintsNotCritical, |s| {
        let constraints = name_constraints(&[&element(0x82, "contoso.com")], &[]);
        set(&mut s.intermediates[0], NAME_CONSTRAINTS, false, constraints);
    }),
    (Rule::PolicyNotPermitted, |s| {
        let value = sequence(&[&element(0x80, [0])]);
        set(&mut s.intermediates[0], POLICY_CONSTRAINTS, true, value);
    }),
    (Rule::AnchorNotVersion3, |s| {
        s.roots[0].version = 0;
        s.roots[0].extensions.clear();
    }),
    (Rule::AnchorNotAnAuthority, |s| remove(&mut s.roots[0], BASIC_CONSTRAINTS)),
    (Rule::AuthorityWithoutSigning, |s| {
        set(&mut s.server, BASIC_CONSTRAINTS, true, basic_constraints(true, None));
    }),
    (Rule::ValidityTooLong, |s| "20270213000000Z".clone_into(&mut s.server.not_after)),
    (Rule::SubjectAltNameEmpty, |s| {
        set(&mut s.intermediates[0], SUBJECT_ALT_NAME, false, sequence(&[]));
    }),
    (Rule::ExpiresSoon, |s| "20261201000000Z".clone_into(&mut s.server.not_after)),
    (Rule::EcdsaKey, |_| {}),
    (Rule::Ed25519Key, |s| {
        let algorithm = sequence(&[&oid("1.3.101.112")]);
        s.server.public_key = sequence(&[&algorithm, &forge::bit_string(&[7; 32])]);
    }),
    (Rule::CommonNameBesideSubjectAltName, |s| s.server.subject = name("contoso.com")),
    (Rule::ClientAuthenticationMissing, |s| {
        set(&mut s.server, EXTENDED_KEY_USAGE, false, usages(&[SERVER_AUTH]));
    }),
    (Rule::RevocationUnknown, |_| {}),
    (Rule::CrossSignedAlternative, |s| {
        s.intermediates.push(Forge::authority("Issuing CA", "Second Root"));
        s.roots.push(Forge::root("Second Root"));
    }),
];

#[test]
fn every_rule_has_a_chain_that_breaks_it() {
    for (rule, change) in BREACHES {
        let mut scene = scene();
        change(&mut scene);
        let (report, _) = scene.judge(Profile::Strict);
        assert!(has(&report, *rule), "{rule:?} not among {:#?}", report.findings);
        let finding = report.findings.iter().find(|finding| finding.id == *rule).unwrap();
        assert_eq!(finding.severity, rule.severity(Profile::Strict));
    }
    let covered: BTreeSet<Rule> = BREACHES.iter().map(|(rule, _)| *rule).collect();
    let all: BTreeSet<Rule> = RULES.iter().map(|entry| entry.rule).collect();
    assert_eq!(covered, all);
}

#[test]
fn report_and_verdict_agree_on_every_breach_under_both_profiles() {
    for (rule, change) in BREACHES {
        for profile in [Profile::Strict, Profile::Windows] {
            let mut scene = scene();
            change(&mut scene);
            let (report, verdict) = scene.judge(profile);
            assert_eq!(
                report.is_accepted,
                verdict == ChainVerdict::Accepted,
                "{rule:?} {profile:?} {:#?}",
                report.findings
            );
        }
    }
}

/// Without their bytes, and with other names: what is said of a chain rests on its facts alone.
#[test]
fn the_facts_of_certificates_are_judged_as_the_certificates() {
    for (rule, change) in BREACHES {
        let mut scene = scene();
        change(&mut scene);
        // The signature of a list is checked by the key of its issuer, of which nothing is sent.
        if !scene.lists.is_empty() {
            continue;
        }
        for profile in [Profile::Strict, Profile::Windows] {
            let ((before, _), (after, verdict)) =
                (scene.judge(profile), scene.judge_redacted(profile));
            let ids = |report: &ChainReport| {
                report.findings.iter().map(|one| (one.id, one.severity)).collect::<Vec<_>>()
            };
            assert_eq!(ids(&before), ids(&after), "{rule:?} {profile:?}");
            assert_eq!(before.is_accepted, verdict == ChainVerdict::Accepted, "{rule:?}");
            assert_eq!(before.completeness, after.completeness, "{rule:?}");
            assert_ne!(
                before.would_send.first().map(ToString::to_string),
                after.would_send.first().map(ToString::to_string)
            );
        }
    }
}

#[test]
fn an_error_refuses_the_chain_and_a_warning_does_not() {
    for (rule, change) in BREACHES {
        let mut scene = scene();
        change(&mut scene);
        let (report, _) = scene.judge(Profile::Strict);
        let has_error = report.findings.iter().any(|f| f.severity == Severity::Error);
        assert_eq!(report.is_accepted, !has_error, "{rule:?}");
    }
}

/// Nobody is left with a verdict and nothing to do.
#[test]
fn every_error_comes_with_a_step() {
    for (rule, change) in BREACHES {
        let mut scene = scene();
        change(&mut scene);
        let (report, _) = scene.judge(Profile::Windows);
        assert!(report.is_accepted || !report.remedies.is_empty(), "{rule:?}");
    }
}
