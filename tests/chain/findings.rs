//! Every rule of the table has a chain that breaks it, and the chain that breaks none is accepted.

use std::collections::BTreeSet;

use eop_relay::certificate::Certificate;
use eop_relay::chain::rule::RULES;
use eop_relay::chain::{
    ChainReport, ChainRequest, ChainVerdict, ExpectedName, Limits, Profile, RevocationList, Rule,
    Severity, report, verdict,
};
use eop_relay::redaction::Redactor;
use eop_relay::timestamp::Timestamp;

use crate::support::forge::{
    self, AUTHORITY_INFORMATION_ACCESS, AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, BLOCKED_ROOT,
    CERTIFICATE_TEMPLATE, CLIENT_AUTH, EXTENDED_KEY_USAGE, Forge, ForgeList, KEY_USAGE,
    NAME_CONSTRAINTS, POLICY_CONSTRAINTS, PROGRAMME_ROOT, SERVER_AUTH, SUBJECT_ALT_NAME,
    SUBJECT_KEY_IDENTIFIER, authority_key_identifier, basic_constraints, dns_names, element,
    issuer_url, key_identifier, key_usage, name, name_constraints, oid, public_key, rsa_public_key,
    sequence, usages,
};

/// A chain of three with everything that goes with it.
struct Scene {
    server: Forge,
    intermediates: Vec<Forge>,
    /// Certificates outside the stores.
    known: Vec<Forge>,
    roots: Vec<Forge>,
    /// The root store of the server.
    root_store: Vec<Forge>,
    follows_lists: bool,
    lists: Vec<ForgeList>,
    expected_name: &'static str,
    maximum_depth: Option<u32>,
    purpose_is_asked: bool,
    limits: Limits,
}

const HOST: &str = "mail.contoso.com";

/// A scene that breaks no rule except that revocation is not known.
fn scene() -> Scene {
    Scene {
        server: Forge::server(HOST, "Issuing CA"),
        intermediates: vec![Forge::authority("Issuing CA", "Root CA")],
        known: Vec::new(),
        roots: vec![Forge::root("Root CA")],
        root_store: Vec::new(),
        follows_lists: false,
        lists: Vec::new(),
        expected_name: HOST,
        maximum_depth: None,
        purpose_is_asked: false,
        limits: Limits::default(),
    }
}

/// Certificates as they are, or as their facts with stand-ins.
fn written(certificates: Vec<Certificate>, redactor: Option<&Redactor>) -> Vec<Certificate> {
    let facts = |certificate: &Certificate| {
        let facts = redactor.and_then(|redactor| redactor.facts_of(certificate));
        facts.map(|facts| Certificate::from_der(&facts.to_json()).unwrap())
    };
    certificates.into_iter().map(|one| facts(&one).unwrap_or(one)).collect()
}

impl Scene {
    /// The same chain, of which everybody else knows facts with stand-ins alone.
    fn judge_redacted(&self, profile: Profile) -> (ChainReport, ChainVerdict) {
        let all = [&self.intermediates, &self.known, &self.roots, &self.root_store];
        let all = all.into_iter().flatten().chain([&self.server]).map(Forge::certificate);
        let mut redactor = Redactor::new([23; 32]);
        redactor.learn(&all.collect::<Vec<_>>());
        let expected_name = redactor.redact(self.expected_name);
        self.judge_as(profile, &expected_name, Some(&redactor))
    }

    fn judge(&self, profile: Profile) -> (ChainReport, ChainVerdict) {
        self.judge_as(profile, self.expected_name, None)
    }

    fn judge_as(
        &self,
        profile: Profile,
        expected_name: &str,
        redactor: Option<&Redactor>,
    ) -> (ChainReport, ChainVerdict) {
        let certificates = |forges: &[Forge]| -> Vec<Certificate> {
            written(forges.iter().map(Forge::certificate).collect(), redactor)
        };
        let server = certificates(std::slice::from_ref(&self.server)).remove(0);
        let intermediates = certificates(&self.intermediates);
        let (known, roots) = (certificates(&self.known), certificates(&self.roots));
        let root_store = certificates(&self.root_store);
        let lists: Vec<RevocationList> =
            self.lists.iter().map(|list| RevocationList::from_der(&list.der()).unwrap()).collect();
        let names = [ExpectedName::parse(expected_name)];
        let at = Timestamp::parse("2026-11-15").unwrap();
        let request = ChainRequest {
            intermediates: Some(&intermediates),
            known: &known,
            roots: &roots,
            root_store: &root_store,
            with_embedded_roots: self.follows_lists,
            revocation_lists: &lists,
            profile,
            expected_names: &names,
            maximum_depth: self.maximum_depth,
            purpose: self
                .purpose_is_asked
                .then_some(eop_relay::chain::Purpose::ServerAuthentication),
            limits: self.limits,
            ..ChainRequest::new(&server, at)
        };
        (report(&request), verdict(&request))
    }
}

type Change = fn(&mut Scene);

fn set(forge: &mut Forge, oid: &str, critical: bool, value: Vec<u8>) {
    *forge = forge.clone().with(oid, critical, value);
}

fn remove(forge: &mut Forge, oid: &str) {
    *forge = forge.clone().without(oid);
}

/// subjectAltName with one general name of any form.
fn general_name(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    element(0x30, element(tag, content))
}

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

fn has(report: &ChainReport, rule: Rule) -> bool {
    report.findings.iter().any(|finding| finding.id == rule)
}

#[test]
fn the_sound_chain_is_accepted_and_complete() {
    for profile in [Profile::Strict, Profile::Windows] {
        let (report, verdict) = scene().judge(profile);
        assert_eq!(verdict, ChainVerdict::Accepted, "{:?}", report.findings);
        let ids: Vec<Rule> = report.findings.iter().map(|finding| finding.id).collect();
        assert_eq!(ids, [Rule::EcdsaKey, Rule::RevocationUnknown]);
        assert_eq!(report.completeness, eop_relay::chain::Completeness::Complete);
    }
}

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

/// What Windows takes is no alarm in its model.
#[test]
fn oddities_that_windows_takes_are_neither_errors_nor_warnings_there() {
    let changes: &[(&str, Change)] = &[
        ("a root of version 1", |s| {
            s.roots[0].version = 0;
            s.roots[0].extensions.clear();
        }),
        ("a root without basic constraints", |s| remove(&mut s.roots[0], BASIC_CONSTRAINTS)),
        ("an authority's empty subject alternative name", |s| {
            set(&mut s.intermediates[0], SUBJECT_ALT_NAME, false, sequence(&[]));
        }),
        ("application policies", |s| {
            set(&mut s.server, "1.3.6.1.4.1.311.21.10", true, sequence(&[]));
        }),
        ("a long validity", |s| "20291231235959Z".clone_into(&mut s.server.not_after)),
    ];
    for (what, change) in changes {
        let mut scene = scene();
        change(&mut scene);
        let (report, verdict) = scene.judge(Profile::Windows);
        assert_eq!(verdict, ChainVerdict::Accepted, "{what}");
        let loud = report.findings.iter().find(|one| one.severity != Severity::Information);
        assert_eq!(loud, None, "{what}");
    }
    // An authority that serves as a server is worth a warning, and no more.
    let mut scene = scene();
    set(&mut scene.server, BASIC_CONSTRAINTS, true, basic_constraints(true, None));
    let (report, _) = scene.judge(Profile::Windows);
    let loud = report.findings.iter().filter(|one| one.severity != Severity::Information);
    assert_eq!(loud.map(|one| one.id).collect::<Vec<_>>(), [Rule::AuthorityAsEndEntity]);
}

#[test]
fn what_cannot_be_checked_here_is_unknown_and_not_wrong() {
    let sha = |last: &str| sequence(&[&oid(&format!("2.16.840.1.101.3.4.2.{last}")), &[5, 0]]);
    let mask = sequence(&[&oid("1.2.840.113549.1.1.8"), &sha("2")]);
    let parameters = sequence(&[&element(0xA0, sha("1")), &element(0xA1, mask)]);
    let pss_of_two_hashes = sequence(&[&oid("1.2.840.113549.1.1.10"), &parameters]);
    let rsa = sequence(&[&oid("1.2.840.113549.1.1.11"), &[5, 0]]);
    let ed448 = sequence(&[&oid("1.3.101.113")]);
    let ed448_key = sequence(&[&ed448, &forge::bit_string(&[7; 57])]);
    let brainpool = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.3.36.3.3.2.8.1.1.7")]);
    let brainpool_key = sequence(&[&brainpool, &forge::bit_string(&[4; 65])]);
    let ecdsa = sequence(&[&oid("1.2.840.10045.4.3.2")]);
    for (what, algorithm, key) in [
        ("PSS of two hashes", pss_of_two_hashes, rsa_public_key(2048, &[1, 0, 1])),
        ("RSA of 8,200 bits", rsa, rsa_public_key(8200, &[1, 0, 1])),
        ("Ed448", ed448, ed448_key),
        ("brainpool", ecdsa, brainpool_key),
    ] {
        let mut scene = scene();
        scene.server.signature_algorithm = algorithm;
        scene.intermediates[0].public_key = key;
        let (report, _) = scene.judge(Profile::Windows);
        let mut errors = report.findings.iter().filter(|one| one.severity == Severity::Error);
        assert!(!report.is_accepted && errors.all(|one| one.id.is_unknown()), "{what}");
        assert!(!has(&report, Rule::BadSignature), "{what}");
    }
}

/// By the day of issue, as the Baseline Requirements lower it.
#[test]
fn the_longest_validity_depends_on_the_day_of_issue() {
    for (begin, end, is_too_long) in [
        ("20260314000000Z", "20270415235959Z", false),
        ("20260314000000Z", "20270416000000Z", true),
        ("20260315000000Z", "20260930235959Z", false),
        ("20260315000000Z", "20261001000000Z", true),
        ("20270315000000Z", "20270622235959Z", false),
        ("20270315000000Z", "20270623000000Z", true),
        ("20290315000000Z", "20290430235959Z", false),
        ("20290315000000Z", "20290501000000Z", true),
        ("20170101000000Z", "20300101000000Z", false),
    ] {
        let mut scene = scene();
        begin.clone_into(&mut scene.server.not_before);
        end.clone_into(&mut scene.server.not_after);
        let (report, _) = scene.judge(Profile::Strict);
        assert_eq!(has(&report, Rule::ValidityTooLong), is_too_long, "{begin} to {end}");
    }
}

/// 90 days: warned about in the last 30; 9 days: in the last 3.
#[test]
fn a_warning_comes_in_the_last_third_and_at_most_30_days_before_the_end() {
    for (begin, end, is_soon) in [
        ("20261001000000Z", "20261215000001Z", false),
        ("20260901000000Z", "20261214235959Z", true),
        ("20261110000000Z", "20261119000000Z", false),
        ("20261108000000Z", "20261117000000Z", true),
        ("20260101000000Z", "20270101000000Z", false),
    ] {
        let mut scene = scene();
        begin.clone_into(&mut scene.server.not_before);
        end.clone_into(&mut scene.server.not_after);
        let (report, _) = scene.judge(Profile::Windows);
        assert_eq!(has(&report, Rule::ExpiresSoon), is_soon, "{begin} to {end}");
    }
}

#[test]
fn more_issuers_of_one_name_than_are_looked_at_are_no_bad_signature() {
    let mut scene = scene();
    remove(&mut scene.server, AUTHORITY_KEY_IDENTIFIER);
    scene.intermediates = (0..40)
        .map(|number| {
            Forge::authority("Issuing CA", "Root CA").but(|forge| {
                forge.public_key = public_key(&format!("key {number}"));
                forge.serial = vec![1, number];
            })
        })
        .collect();
    let (report, verdict) = scene.judge(Profile::Windows);
    assert_eq!(verdict, ChainVerdict::BudgetExhausted);
    assert!(has(&report, Rule::BudgetExhausted) && report.is_cut_short, "{:#?}", report.findings);
    assert!(!has(&report, Rule::BadSignature));
    assert!(report.summary.contains("cut short"), "{}", report.summary);
    // All of fewer were looked at.
    scene.intermediates.truncate(20);
    assert!(has(&scene.judge(Profile::Windows).0, Rule::BadSignature));
}

#[test]
fn many_findings_of_one_kind_are_summed_and_long_names_cut() {
    let mut scene = scene();
    let roots = (0..50).map(|number| Forge::root(&format!("Root {number}")));
    scene.intermediates.extend(roots);
    let long = format!("{}.contoso.com", "x".repeat(5000));
    scene.server.subject = name(&long);
    let (report, _) = scene.judge(Profile::Windows);
    let stray = report.findings.iter().filter(|one| one.id == Rule::RootInIntermediateStore);
    let messages: Vec<&str> = stray.map(|one| one.message.as_str()).collect();
    assert_eq!(messages.len(), 3);
    assert!(messages[2].ends_with("(and 47 more of this kind)"), "{}", messages[2]);
    assert!(report.findings.iter().all(|one| one.message.len() < 600));
    assert!(report.summary.len() < 600, "{}", report.summary);
}

#[test]
fn an_expected_name_may_be_written_in_any_script() {
    let mut scene = scene();
    set(&mut scene.server, SUBJECT_ALT_NAME, false, dns_names(&["xn--mller-kva.contoso.com"]));
    scene.server.subject = name("xn--mller-kva.contoso.com");
    scene.expected_name = "M\u{FC}ller.contoso.com";
    let (report, _) = scene.judge(Profile::Windows);
    assert!(!has(&report, Rule::HostNameMismatch), "{:#?}", report.findings);
    scene.expected_name = "m\u{FC}lle.contoso.com";
    assert!(has(&scene.judge(Profile::Windows).0, Rule::HostNameMismatch));
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

#[test]
fn findings_come_by_severity_and_then_by_rank() {
    let mut scene = scene();
    "20261114235959Z".clone_into(&mut scene.server.not_after);
    scene.server.serial = vec![0];
    remove(&mut scene.server, EXTENDED_KEY_USAGE);
    let (report, _) = scene.judge(Profile::Strict);
    let ids: Vec<Rule> = report.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(
        ids,
        [
            Rule::Expired,
            Rule::SerialNumberNotPositive,
            Rule::ExtendedKeyUsageMissing,
            Rule::EcdsaKey,
            Rule::RevocationUnknown
        ]
    );
    assert!(report.summary.contains("expired"), "{}", report.summary);
}

#[test]
fn an_unused_certificate_with_every_fault_changes_nothing() {
    let mut scene = scene();
    let stray = Forge::authority("Stray", "Nowhere").with("1.2.3.4", true, vec![5, 0]);
    scene.intermediates.push(stray.but(|f| f.public_key = public_key("x")));
    let (report, verdict) = scene.judge(Profile::Strict);
    assert_eq!((verdict, report.certificates.len()), (ChainVerdict::Accepted, 3));
}

/// A path that reached the greatest length was once reported without any finding.
#[test]
fn a_chain_longer_than_the_limit_is_refused_in_the_report_too() {
    let mut scene = scene();
    scene.intermediates = (0..40)
        .map(|number| {
            let subject =
                if number == 0 { "Issuing CA".to_owned() } else { format!("CA {number}") };
            Forge::authority(&subject, &format!("CA {}", number + 1))
        })
        .collect();
    scene.roots = vec![Forge::root("CA 40")];
    let (report, verdict) = scene.judge(Profile::Windows);
    assert!(!report.is_accepted && has(&report, Rule::BudgetExhausted));
    assert_ne!(verdict, ChainVerdict::Accepted);
}
