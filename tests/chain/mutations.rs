//! Whatever the bytes: no panic, and no chain that takes more work than is allowed.

use eop_relay::certificate::{Certificate, read_certificates};
use eop_relay::chain::{ChainRequest, ChainVerdict, Profile, RevocationList, report, verdict};
use eop_relay::timestamp::Timestamp;

use crate::support::forge::{
    self, Forge, ForgeList, NAME_CONSTRAINTS, SUBJECT_ALT_NAME, dns_names, element,
    name_constraints,
};
use crate::support::mutation::{Random, mutate};

/// 10,000 here; a million by `cargo run --release --example mutate_certificates`.
#[test]
fn ten_thousand_mutated_certificates_do_no_harm() {
    let constraints = name_constraints(&[&element(0x82, "contoso.com")], &[]);
    let originals = [
        Forge::server("mail.contoso.com", "Issuing CA").der(),
        Forge::authority("Issuing CA", "Root CA").with(NAME_CONSTRAINTS, true, constraints).der(),
        Forge::root("Root CA").der(),
        ForgeList::new("Issuing CA", &[&[5], &[6]]).der(),
    ];
    let at = Timestamp::parse("2026-11-15").unwrap();
    let mut random = Random::new(20_261_121);
    let mut read = 0;
    for round in 0..10_000 {
        let mut files = originals.clone();
        let index = round % files.len();
        files[index] = mutate(&files[index], &mut random);
        let _ = read_certificates(&files[index]);
        let list = RevocationList::from_der(&files[3]).into_iter().collect::<Vec<_>>();
        let certificates: Vec<Certificate> =
            files[..3].iter().flat_map(|der| Certificate::from_der(der)).collect();
        let [server, issuer, root] = certificates.as_slice() else { continue };
        read += 1;
        let (store, roots) = ([issuer.clone()], [root.clone()]);
        let request = ChainRequest {
            intermediates: Some(&store),
            roots: &roots,
            revocation_lists: &list,
            with_embedded_roots: false,
            profile: if round % 2 == 0 { Profile::Strict } else { Profile::Windows },
            ..ChainRequest::new(server, at)
        };
        let accepted = report(&request).is_accepted;
        assert_eq!(accepted, verdict(&request) == ChainVerdict::Accepted, "round {round}");
    }
    assert!(read > 3_000, "{read}");
}

#[test]
fn no_changed_byte_of_a_signed_part_is_accepted() {
    let original = Forge::server("mail.contoso.com", "Issuing CA").der();
    let (store, roots) = (
        [Forge::authority("Issuing CA", "Root CA").certificate()],
        [Forge::root("Root CA").certificate()],
    );
    let mut judged = 0;
    for at in 0..original.len() {
        let mut changed = original.clone();
        changed[at] ^= 0x01;
        let Ok(server) = Certificate::from_der(&changed) else { continue };
        judged += 1;
        let request = ChainRequest {
            intermediates: Some(&store),
            roots: &roots,
            with_embedded_roots: false,
            ..ChainRequest::new(&server, Timestamp::parse("2026-11-15").unwrap())
        };
        assert_ne!(
            verdict(&request),
            ChainVerdict::Accepted,
            "byte {at} of {:02X?}",
            &original[at - 8..at + 12]
        );
    }
    assert!(judged > 100, "{judged}");
}

#[test]
fn hostile_pools_end_by_the_budget_and_are_refused() {
    // Every issuer could have issued every other, and none leads to the root.
    let crowd: Vec<Certificate> = (0..100)
        .map(|number| {
            Forge::authority("Crowd", "Crowd")
                .but(|forge| {
                    forge.public_key = forge::public_key(&format!("key {number}"));
                    forge.extensions.truncate(2);
                    forge.serial = vec![1, number];
                })
                .certificate()
        })
        .collect();
    let server = Forge::server("mail.contoso.com", "Crowd").certificate();
    let roots = [Forge::root("Crowd").but(|forge| forge.serial = vec![9]).certificate()];
    let request = ChainRequest {
        intermediates: Some(&crowd),
        roots: &roots,
        with_embedded_roots: false,
        ..ChainRequest::new(&server, Timestamp::parse("2020-01-01").unwrap())
    };
    assert_ne!(verdict(&request), ChainVerdict::Accepted);
    assert!(!report(&request).is_accepted);
}

#[test]
fn thousands_of_names_under_thousands_of_constraints_end_by_the_budget() {
    let names: Vec<String> = (0..3000).map(|number| format!("h{number}.contoso.com")).collect();
    let texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let bases: Vec<Vec<u8>> = names.iter().map(|name| element(0x82, name)).collect();
    let bases: Vec<&[u8]> = bases.iter().map(Vec::as_slice).collect();
    let server = Forge::server("h0.contoso.com", "Issuing CA")
        .with(SUBJECT_ALT_NAME, false, dns_names(&texts))
        .certificate();
    let store = [Forge::authority("Issuing CA", "Root CA")
        .with(NAME_CONSTRAINTS, true, name_constraints(&bases, &[]))
        .certificate()];
    let roots = [Forge::root("Root CA").certificate()];
    let request = ChainRequest {
        intermediates: Some(&store),
        roots: &roots,
        with_embedded_roots: false,
        ..ChainRequest::new(&server, Timestamp::parse("2026-11-15").unwrap())
    };
    assert_eq!(verdict(&request), ChainVerdict::BudgetExhausted);
    let report = report(&request);
    assert!(!report.is_accepted && report.is_cut_short);
}
