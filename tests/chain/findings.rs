//! What is found of chains: the one that breaks no rule is accepted, and what is said of others.

use eop_relay::chain::{ChainVerdict, Profile, Rule, Severity};

use crate::scene::{Change, has, remove, scene, set};
use crate::support::forge::{
    self, AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, Forge, SUBJECT_ALT_NAME,
    basic_constraints, dns_names, element, name, oid, public_key, rsa_public_key, sequence,
};

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

/// A wildcard is a value of connectors as hosts are; what is no host is quoted as it was given.
#[test]
fn an_expected_wildcard_is_held_as_it_is_written() {
    let mut scene = scene();
    let held = ["mail.contoso.com", "*.contoso.com", "*.xn--bcher-kva.example"];
    set(&mut scene.server, SUBJECT_ALT_NAME, false, dns_names(&held));
    for (expected, is_held) in [
        ("*.contoso.com", true),
        ("*.CONTOSO.com", true),
        ("*.b\u{FC}cher.example", true),
        ("mail.contoso.com.", true),
        ("a.b\u{FC}cher.example.", true),
        ("*.mail.contoso.com", false),
        ("*.com", false),
        ("mail.contoso.com:25", false),
    ] {
        scene.expected_name = expected;
        let (report, _) = scene.judge(Profile::Windows);
        let found = report.findings.iter().find(|one| one.id == Rule::HostNameMismatch);
        assert_eq!(found.is_none(), is_held, "{expected}");
        assert!(found.is_none_or(|one| one.message.contains(&format!("expected {expected},"))));
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
