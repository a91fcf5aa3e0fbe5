//! What is to be done about a fault: by whom it can be mended, and what would mend nothing.

use eop_relay::chain::{ChainReport, Completeness, Rule, Trust};
use eop_relay::finding::Step;

use crate::support::forge::{
    AUTHORITY_INFORMATION_ACCESS, CERTIFICATE_TEMPLATE, Forge, ForgeList, PROGRAMME_ROOT,
    issuer_url, long_name, oid, public_key, sequence,
};
use crate::trust::{judge, judge_with, server, severity};

fn commands(report: &ChainReport) -> Vec<&str> {
    report.remedies.iter().filter_map(|step| step.command.as_deref()).collect()
}

fn actions(report: &ChainReport) -> String {
    report.remedies.iter().map(|step| step.action.as_str()).collect::<Vec<_>>().join("\n")
}

/// A server whose issuer can be had from a place.
fn server_with_place() -> Forge {
    let url = issuer_url("http://pki.contoso.com/issuing.crt");
    server().with(AUTHORITY_INFORMATION_ACCESS, false, url)
}

#[test]
fn a_revoked_or_forged_intermediate_gives_way_to_another_of_its_name_and_key() {
    let (name, key) = PROGRAMME_ROOT;
    let top = Forge::authority("Top CA", "nobody").below_listed(name, key);
    let issuer = Forge::authority("Issuing CA", "Top CA");
    let lists = [ForgeList::new("Top CA", &[&issuer.serial])];
    let revoked = judge_with(&server_with_place(), &[issuer.clone(), top.clone()], &[], &lists);
    let thumbprint = issuer.certificate().thumbprint().to_string();
    let [get, import, remove] = revoked.remedies.as_slice() else { panic!("{revoked:#?}") };
    assert!(get.action.contains("was revoked") && get.action.contains(&thumbprint));
    assert!(get.command.as_deref().unwrap().contains("-Uri 'http://pki.contoso.com/issuing.crt'"));
    assert!(get.verify.as_deref().unwrap().contains(&format!("other than {thumbprint}")));
    assert!(import.command.as_deref().unwrap().contains("LocalMachine\\CA"));
    assert!(remove.command.as_deref().unwrap().contains(&format!("CA\\{thumbprint}")));

    // Below an issuer that is itself only given, either of the two may be the wrong one.
    let forged = issuer.but(|forge| "somebody else".clone_into(&mut forge.signer));
    let found = judge(&server_with_place(), &[forged.clone(), top], &[]);
    assert_eq!(found.remedies.len(), 1, "{:#?}", found.remedies);
    assert!(actions(&found).contains("get the issuer CN=Top CA"), "{}", actions(&found));
}

/// Receivers have a root that is trusted, with its key: getting it again changes nothing, and a root
/// never belongs among the intermediates.
#[test]
fn a_wrong_signature_below_a_trusted_root_is_the_fault_of_the_certificate_alone() {
    use eop_relay::chain::{ChainRequest, report};
    use eop_relay::timestamp::Timestamp;
    let root = [Forge::root("Root CA").certificate()];
    let forged = |forge: Forge| forge.but(|forge| "somebody else".clone_into(&mut forge.signer));
    let issuer = Forge::authority("Issuing CA", "Root CA");
    for (leaf, intermediates, steps) in [
        (server_with_place(), vec![forged(issuer)], 3),
        (forged(Forge::server("mail.contoso.com", "Root CA")), Vec::new(), 1),
    ] {
        let (leaf, intermediates) =
            (leaf.certificate(), intermediates.iter().map(Forge::certificate).collect::<Vec<_>>());
        let found = report(&ChainRequest {
            intermediates: Some(&intermediates),
            roots: &root,
            ..ChainRequest::new(&leaf, Timestamp::parse("2026-11-15").unwrap())
        });
        assert!(severity(&found, Rule::BadSignature).is_some(), "{:#?}", found.findings);
        assert_eq!(found.remedies.len(), steps, "{:#?}", found.remedies);
        assert!(!actions(&found).contains("Root CA"), "{}", actions(&found));
    }
}

#[test]
fn an_expired_root_is_nothing_to_import() {
    let root = Forge::root("Root CA").but(|root| "20261101000000Z".clone_into(&mut root.not_after));
    let issuer = Forge::authority("Issuing CA", "Root CA");
    let found = judge(&server_with_place(), &[issuer], &[root]);
    assert_eq!(found.fault, Some(2));
    assert!(actions(&found).contains("ends at a root which is still valid"), "{}", actions(&found));
    assert!(commands(&found).iter().all(|one| !one.contains("Import-Certificate")));
}

#[test]
fn roots_that_sign_each_other_lack_no_issuer() {
    let circle = [
        Forge::authority("Issuing CA", "One Root"),
        Forge::authority("One Root", "Other Root"),
        Forge::authority("Other Root", "One Root"),
    ];
    let found = judge(&server(), &circle, &[]);
    assert!(found.missing_issuers.is_empty(), "{:#?}", found.missing_issuers);
    assert_eq!(commands(&found), ["certutil -generateSSTFromWU roots.sst"]);
}

/// KB 3212877 is met with the certificate alone in hand: of a private authority no import helps.
#[test]
fn of_a_private_authority_nothing_is_to_be_got_or_imported() {
    let directory = long_name(&[
        ("0.9.2342.19200300.100.1.25", "local"),
        ("0.9.2342.19200300.100.1.25", "contoso"),
        ("2.5.4.3", "contoso-DC01-CA"),
    ]);
    let template = || server_with_place().with(CERTIFICATE_TEMPLATE, false, vec![0x1E, 0]);
    let issuer = Forge::authority("Issuing CA", "Root CA");
    for (leaf, intermediates, roots) in [
        (template(), vec![], vec![]),
        (server_with_place().but(|leaf| leaf.issuer = directory), vec![], vec![]),
        (template(), vec![issuer.clone()], vec![]),
        (template(), vec![issuer], vec![Forge::root("Root CA")]),
    ] {
        let found = judge(&leaf, &intermediates, &roots);
        assert_eq!(found.trust, Trust::PrivateAuthority, "{:#?}", found.findings);
        assert!(found.summary.contains("private authority"), "{}", found.summary);
        let [step] = found.remedies.as_slice() else { panic!("{:#?}", found.remedies) };
        assert!(step.action.contains("trusts public authorities alone") && step.command.is_none());
    }
    let alone = judge(&Forge::root("mail.contoso.com"), &[], &[]);
    assert!(severity(&alone, Rule::PrivateAuthority).is_none());
}

#[test]
fn a_new_root_leads_to_the_certificate_that_an_older_one_made_of_it() {
    let chain = [Forge::authority("Issuing CA", "New Root")];
    let found = judge(&server(), &chain, &[Forge::root("New Root")]);
    assert_eq!(found.trust, Trust::UnknownRoot);
    let text = actions(&found);
    assert!(text.contains("If CN=New Root is a new root of a public authority"), "{text}");
    assert!(!actions(&judge(&server(), &chain, &[])).contains("is a new root"));
}

#[test]
fn what_cannot_be_checked_here_is_asked_of_windows() {
    let (name, key) = PROGRAMME_ROOT;
    let issuer = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
    // Ed448.
    let leaf = server().but(|forge| forge.signature_algorithm = sequence(&[&oid("1.3.101.113")]));
    let found = judge(&leaf, &[issuer], &[]);
    assert!(found.is_uncertain() && !found.is_accepted, "{:#?}", found.findings);
    let [step]: &[Step] = &found.remedies else { panic!("{:#?}", found.remedies) };
    assert!(step.command.as_deref().unwrap().starts_with("certutil -verify"));
    assert!(!step.action.contains("issued again"));
}

#[test]
fn a_search_that_was_cut_short_leaves_open_what_the_server_can_send() {
    let many: Vec<Forge> = (0..40)
        .map(|number| {
            Forge::authority("Issuing CA", "Root CA").but(|forge| {
                forge.public_key = public_key(&format!("key {number}"));
                forge.extensions.retain(|one| one.0 != "2.5.29.14" && one.0 != "2.5.29.35");
            })
        })
        .collect();
    let leaf = server().but(|forge| forge.extensions.retain(|one| one.0 != "2.5.29.35"));
    let found = judge(&leaf, &many, &[]);
    assert!(severity(&found, Rule::BudgetExhausted).is_some(), "{:#?}", found.findings);
    assert!(severity(&found, Rule::BadSignature).is_none());
    assert_eq!((found.completeness, found.is_uncertain()), (Completeness::Unknown, true));
}

#[test]
fn a_missing_issuer_of_which_another_key_is_given_says_so() {
    let other = Forge::authority("Issuing CA", "Root CA").but(|forge| {
        forge.public_key = public_key("another key");
        let key = crate::support::forge::key_identifier("another key");
        forge.extensions.retain(|one| one.0 != "2.5.29.14");
        let value = crate::support::forge::element(0x04, key);
        forge.extensions.push(("2.5.29.14".to_owned(), false, value));
    });
    let found = judge(&server(), std::slice::from_ref(&other), &[]);
    let missing = found.findings.iter().find(|one| one.id == Rule::MissingIssuer).unwrap();
    let thumbprint = other.certificate().thumbprint();
    assert!(
        missing
            .message
            .ends_with(&format!("the given one of that name, {thumbprint}, has another key")),
        "{}",
        missing.message
    );
}

#[test]
fn a_root_that_microsoft_took_out_is_no_valid_chain_in_the_first_line() {
    let (name, key) = crate::support::forge::BLOCKED_ROOT;
    let issuer = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
    let found = judge(&server(), &[issuer], &[]);
    assert!(found.is_accepted && !found.summary.contains("valid"), "{}", found.summary);
}

/// The list says until when each of its roots is valid, though not with which key.
#[test]
fn a_root_of_the_programme_that_has_expired_is_named_with_its_last_day() {
    use eop_relay::chain::{ChainRequest, report};
    use eop_relay::timestamp::Timestamp;
    let (name, key) = crate::support::forge::EXPIRED_PROGRAMME_ROOT;
    let earlier = |forge: Forge| {
        forge.but(|forge| "20250101000000Z".clone_into(&mut forge.not_before)).certificate()
    };
    let issuer = [earlier(Forge::authority("Issuing CA", "nobody").below_listed(name, key))];
    let leaf = earlier(server());
    for (at, has_expired) in
        [("2025-05-12T23:59:59Z", false), ("2025-05-13", true), ("2026-11-29", true)]
    {
        let found = report(&ChainRequest {
            intermediates: Some(&issuer),
            ..ChainRequest::new(&leaf, Timestamp::parse(at).unwrap())
        });
        let is_found = severity(&found, Rule::ProgrammeRootExpired).is_some();
        assert_eq!((is_found, found.trust), (has_expired, Trust::MicrosoftProgramme), "{at}");
        if has_expired {
            assert!(found.summary.contains("the root at which the chain ends has expired"));
            assert!(found.summary.contains("Baltimore CyberTrust Root"), "{}", found.summary);
            assert!(found.summary.contains("valid until 2025-05-12"), "{}", found.summary);
            assert!(actions(&found).contains("ends at a root which is still valid"));
        }
    }
}
