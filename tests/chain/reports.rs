//! Reports: completeness apart from trust, missing issuers, remedies, alternatives.

use std::path::{Path, PathBuf};

use eop_relay::certificate::{Certificate, read_certificates};
use eop_relay::chain::{
    ChainInput, ChainInputError, ChainReport, ChainRequest, Completeness, NamedBytes, Rule, Trust,
    embedded_roots, examine, report,
};
use eop_relay::timestamp::Timestamp;

use crate::support::forge::{self, AUTHORITY_INFORMATION_ACCESS, Forge, ForgeList, issuer_url};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn has(report: &ChainReport, rule: Rule) -> bool {
    report.findings.iter().any(|finding| finding.id == rule)
}

struct Chain {
    server: Certificate,
    intermediate: Certificate,
    root: Certificate,
}

fn chain() -> Chain {
    let url = issuer_url("http://pki.contoso.com/issuing.crt");
    Chain {
        server: Forge::server("mail.contoso.com", "Issuing CA")
            .with(AUTHORITY_INFORMATION_ACCESS, false, url)
            .certificate(),
        intermediate: Forge::authority("Issuing CA", "Root CA").certificate(),
        root: Forge::root("Root CA").certificate(),
    }
}

fn request<'a>(chain: &'a Chain, roots: &'a [Certificate]) -> ChainRequest<'a> {
    ChainRequest { roots, ..ChainRequest::new(&chain.server, at("2026-11-15")) }
}

#[test]
fn completeness_is_unknown_without_stores_and_trust_is_not() {
    let chain = chain();
    let roots = [chain.root.clone()];
    let known = [chain.intermediate.clone()];
    let report = report(&ChainRequest { known: &known, ..request(&chain, &roots) });
    assert_eq!((report.completeness, report.trust), (Completeness::Unknown, Trust::Trusted));
    assert!(report.is_accepted && report.would_send.is_empty());
    assert!(!has(&report, Rule::IntermediateNotInStore));
}

#[test]
fn an_intermediate_outside_the_stores_is_to_be_imported_into_ca_and_never_into_root() {
    let chain = chain();
    let roots = [chain.root.clone()];
    let known = [chain.intermediate.clone()];
    let report = report(&ChainRequest {
        known: &known,
        intermediates: Some(&[]),
        ..request(&chain, &roots)
    });
    assert_eq!((report.completeness, report.trust), (Completeness::Incomplete, Trust::Trusted));
    assert!(
        has(&report, Rule::IntermediateNotInStore) && has(&report, Rule::ChainOnlyThroughDownload)
    );
    let thumbprint = chain.intermediate.thumbprint();
    assert_eq!(report.missing_issuers[0].found, Some(thumbprint));
    assert_eq!(report.would_send, [chain.server.thumbprint()]);
    let [remedy] = report.remedies.as_slice() else { panic!("{:?}", report.remedies) };
    let command = remedy.command.as_ref().unwrap();
    assert_eq!(
        *command,
        format!(
            "Import-Certificate -FilePath '.\\{thumbprint}.cer' -CertStoreLocation 'Cert:\\LocalMachine\\CA'"
        )
    );
    assert!(remedy.undo.as_ref().unwrap().contains("LocalMachine\\CA"));
}

#[test]
fn a_certificate_whose_key_does_not_verify_the_child_is_never_proposed() {
    let chain = chain();
    let roots = [chain.root.clone()];
    let impostor = [Forge::authority("Issuing CA", "Root CA")
        .but(|forge| forge.public_key = forge::public_key("impostor"))
        .certificate()];
    let report = report(&ChainRequest {
        known: &impostor,
        intermediates: Some(&[]),
        ..request(&chain, &roots)
    });
    assert!(!report.is_accepted);
    let commands: String =
        report.remedies.iter().filter_map(|remedy| remedy.command.clone()).collect();
    assert!(!commands.contains("Import-Certificate"), "{commands}");
}

#[test]
fn a_self_signed_certificate_is_never_proposed_for_import() {
    let chain = chain();
    let known = [chain.root.clone(), chain.intermediate.clone()];
    let report =
        report(&ChainRequest { known: &known, intermediates: Some(&[]), ..request(&chain, &[]) });
    let root = chain.root.thumbprint().to_string();
    let commands: Vec<&String> = report.remedies.iter().flat_map(|r| &r.command).collect();
    assert_eq!(commands.iter().filter(|command| command.starts_with("Import-")).count(), 1);
    assert!(!commands.iter().any(|command| command.contains(&root)));
}

#[test]
fn a_missing_issuer_is_named_with_its_key_and_its_place() {
    let chain = chain();
    let report = report(&ChainRequest { intermediates: Some(&[]), ..request(&chain, &[]) });
    assert_eq!((report.completeness, report.trust), (Completeness::Incomplete, Trust::UnknownRoot));
    let [missing] = report.missing_issuers.as_slice() else { panic!() };
    assert_eq!(missing.subject, "CN=Issuing CA");
    assert_eq!(missing.urls, ["http://pki.contoso.com/issuing.crt"]);
    assert_eq!(missing.key_identifier.as_ref().map(String::len), Some(40));
    assert_eq!((missing.issued, missing.found), (chain.server.thumbprint(), None));
    assert!(report.remedies[0].command.as_ref().unwrap().starts_with("Invoke-WebRequest"));
}

#[test]
fn trust_is_that_of_the_receivers_roots() {
    let chain = chain();
    let known = [chain.intermediate.clone(), chain.root.clone()];
    let other = [Forge::root("Other").certificate()];
    let own = [chain.root.clone()];
    for (roots, with_embedded_roots, trust) in [
        (&own[..], true, Trust::Trusted),
        (&other[..], true, Trust::Untrusted),
        (&other[..], false, Trust::Untrusted),
        (&[][..], true, Trust::UnknownRoot),
    ] {
        let request = request(&chain, roots);
        let report = report(&ChainRequest { known: &known, with_embedded_roots, ..request });
        assert_eq!(report.trust, trust);
        assert_eq!(report.is_accepted, trust == Trust::Trusted);
    }
    let server = Forge::server("mail.contoso.com", "mail.contoso.com").certificate();
    let report = report(&ChainRequest::new(&server, at("2026-11-15")));
    assert_eq!((report.trust, report.completeness), (Trust::Untrusted, Completeness::Complete));
}

#[test]
fn a_private_root_given_beside_the_store_completes_what_the_store_begins() {
    let chain = chain();
    let store = [chain.intermediate.clone()];
    let report = report(&ChainRequest { intermediates: Some(&store), ..request(&chain, &[]) });
    assert_eq!((report.completeness, report.trust), (Completeness::Complete, Trust::UnknownRoot));
    assert!(has(&report, Rule::MissingRoot));
}

#[test]
fn the_expired_cross_sign_gives_way_to_the_root_of_the_same_key() {
    let server = Forge::server("mail.contoso.com", "Issuing CA").certificate();
    let cross = Forge::authority("Issuing CA", "Old Root")
        .but(|forge| forge.not_after = "20260530000000Z".to_owned())
        .certificate();
    let old_root = Forge::root("Old Root")
        .but(|forge| forge.not_after = "20260530000000Z".to_owned())
        .certificate();
    let new_root = Forge::root("Issuing CA").certificate();
    let store = [cross];
    let judge = |time: &str, roots: &[Certificate]| {
        report(&ChainRequest {
            intermediates: Some(&store),
            roots,
            with_embedded_roots: false,
            ..ChainRequest::new(&server, at(time))
        })
    };
    let subject_of_root =
        |report: &ChainReport| report.certificates.last().unwrap().subject.clone();

    let before = judge("2026-05-29", std::slice::from_ref(&old_root));
    assert!(before.is_accepted);
    assert_eq!(subject_of_root(&before), "CN=Old Root");
    let after = judge("2026-06-01", std::slice::from_ref(&old_root));
    assert!(!after.is_accepted && has(&after, Rule::Expired));
    assert_eq!(subject_of_root(&after), "CN=Old Root");
    let both = judge("2026-06-01", &[old_root.clone(), new_root.clone()]);
    assert!(both.is_accepted);
    assert_eq!((subject_of_root(&both).as_str(), both.certificates.len()), ("CN=Issuing CA", 2));
    let both_before = judge("2026-05-29", &[old_root, new_root]);
    assert!(has(&both_before, Rule::CrossSignedAlternative));
    assert!(both_before.alternatives.iter().any(|path| path.is_accepted));
}

#[test]
fn the_report_is_serialised_in_pascal_case() {
    let chain = chain();
    let json = serde_json::to_value(report(&request(&chain, &[]))).unwrap();
    for key in ["IsAccepted", "Completeness", "Trust", "Findings", "MissingIssuers", "Remedies"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(json["Completeness"], "Unknown");
    assert_eq!(json["Findings"][0]["HResult"], "0x800B010A");
    assert_eq!(json["Remedies"][0]["Where"], "on any computer");
    assert_eq!(json["EmbeddedRoots"]["Count"], embedded_roots().len());
}

#[test]
fn files_are_examined_and_the_unusable_one_is_named() {
    let server = Forge::server("mail.contoso.com", "Issuing CA").der();
    let (issuer, root) =
        (Forge::authority("Issuing CA", "Root CA").der(), Forge::root("Root CA").der());
    let list = ForgeList::new("Issuing CA", &[]).der();
    let file = |name: &'static str, bytes| NamedBytes { name, bytes };
    let intermediates = [file("ca.cer", &issuer[..])];
    let (roots, lists) = ([file("root.cer", &root[..])], [file("a.crl", &list[..])]);
    let input = ChainInput {
        intermediates: Some(&intermediates),
        roots: &roots,
        with_embedded_roots: false,
        revocation_lists: &lists,
        expected_name: Some("mail.contoso.com"),
        ..ChainInput::new(file("server.cer", &server), at("2026-11-15"))
    };
    let report = examine(&input).unwrap();
    assert!(report.is_accepted);
    // The issuer's own list covers the server certificate; the root gave none for the issuer.
    let unknown = report.findings.iter().find(|f| f.id == Rule::RevocationUnknown).unwrap();
    assert_eq!(unknown.certificate, Some(1));

    let broken = [file("broken.cer", b"not a certificate")];
    let error = examine(&ChainInput { roots: &broken, ..input.clone() }).unwrap_err();
    assert!(matches!(&error, ChainInputError::Read { name, .. } if name == "broken.cer"));
    let error = examine(&ChainInput { revocation_lists: &roots, ..input }).unwrap_err();
    assert!(matches!(&error, ChainInputError::RevocationList { name, .. } if name == "root.cer"));
}

/// An authority often comes first in a P7B, which is a SET in the order of DER.
#[test]
fn of_several_certificates_the_one_that_issued_none_of_the_others_is_judged() {
    let pem = |ders: &[Vec<u8>]| -> Vec<u8> {
        use base64::Engine as _;
        let block = |der: &Vec<u8>| {
            let text = base64::engine::general_purpose::STANDARD.encode(der);
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
        };
        ders.iter().map(block).collect::<String>().into_bytes()
    };
    let server = Forge::server("mail.contoso.com", "Issuing CA").der();
    let other = Forge::server("smtp.contoso.com", "Issuing CA").der();
    let issuer = Forge::authority("Issuing CA", "Root CA").der();
    let root = Forge::root("Root CA").der();
    let judge = |ders: &[Vec<u8>]| {
        let bytes = pem(ders);
        let file = NamedBytes { name: "bundle.pem", bytes: &bytes };
        examine(&ChainInput {
            file_is_all_that_is_sent: true,
            ..ChainInput::new(file, at("2026-11-15"))
        })
    };
    for order in [[&root, &issuer, &server], [&issuer, &server, &root], [&server, &issuer, &server]]
    {
        let report = judge(&order.map(Clone::clone)).unwrap();
        assert_eq!(report.certificates[0].subject, "CN=mail.contoso.com");
    }
    let alone = judge(std::slice::from_ref(&issuer)).unwrap();
    assert!(has(&alone, Rule::AuthorityAsEndEntity));
    for (ders, count) in [(vec![issuer.clone(), root], 0), (vec![server, other, issuer], 2)] {
        let error = judge(&ders).unwrap_err();
        let ChainInputError::NotOneCertificate { error: wrong, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(wrong.candidates.len(), count, "{error}");
        assert!(error.to_string().contains("bundle.pem"));
    }
}

#[test]
fn a_block_that_cannot_be_read_is_reported_with_its_place() {
    use base64::Engine as _;
    let server = Forge::server("mail.contoso.com", "Issuing CA").der();
    let text = base64::engine::general_purpose::STANDARD.encode(&server);
    let good = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let bytes = format!("{good}{damaged}").into_bytes();
    let file = NamedBytes { name: "server.pem", bytes: &bytes };
    let report = examine(&ChainInput::new(file, at("2026-11-15"))).unwrap();
    let [part] = report.unread.as_slice() else { panic!("{:?}", report.unread) };
    assert_eq!((part.file.as_str(), part.offset), ("server.pem", good.len()));
    assert!(part.is_damaged);
}

/// What was damaged may have been the certificate that was meant: an authority in its place is nobody's.
#[test]
fn an_authority_is_not_judged_in_place_of_what_is_damaged() {
    use base64::Engine as _;
    let block = |der: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let server = Forge::server("mail.contoso.com", "Issuing CA").der();
    let issuer = block(&Forge::authority("Issuing CA", "Root CA").der());
    let root = block(&Forge::root("Root CA").der());
    let damaged = block(&server[..server.len() / 2]);
    for (text, count, place) in [
        (format!("{damaged}{issuer}"), 1, 0),
        (format!("{issuer}{root}{damaged}"), 2, issuer.len() + root.len()),
    ] {
        let file = NamedBytes { name: "bundle.pem", bytes: text.as_bytes() };
        let error = examine(&ChainInput::new(file, at("2026-11-15"))).unwrap_err();
        let ChainInputError::NotOneCertificate { error: wrong, .. } = &error else {
            panic!("{error}")
        };
        let part = wrong.damaged.as_ref().unwrap();
        assert_eq!((wrong.count, wrong.candidates.len(), part.offset), (count, 0, place));
        assert!(error.to_string().contains(&format!("(at byte {place}, CERTIFICATE: ")), "{error}");
    }
}

#[test]
fn roots_of_the_sender_give_no_trust_and_those_of_the_receiver_do() {
    let server = Forge::server("mail.contoso.com", "Issuing CA").der();
    let issuer = Forge::authority("Issuing CA", "Root CA").der();
    let root = Forge::root("Root CA").der();
    let issuers = [NamedBytes { name: "ca.cer", bytes: &issuer }];
    let roots = [NamedBytes { name: "root.cer", bytes: &root }];
    let input = ChainInput {
        intermediates: Some(&issuers),
        ..ChainInput::new(NamedBytes { name: "server.cer", bytes: &server }, at("2026-11-15"))
    };
    let of_sender = examine(&ChainInput { roots: &roots, ..input.clone() }).unwrap();
    assert_eq!((of_sender.trust, of_sender.certificates.len()), (Trust::UnknownRoot, 3));
    let of_receiver = examine(&ChainInput { programme_roots: &roots, ..input }).unwrap();
    assert_eq!(of_receiver.trust, Trust::Trusted);
}

fn sample(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(path);
    let exists = path.exists();
    if !exists {
        println!("not run: {} is not there", path.display());
    }
    exists.then_some(path)
}

fn read_sample(path: &str) -> Option<Vec<Certificate>> {
    let bytes = std::fs::read(sample(path)?).unwrap();
    Some(read_certificates(&bytes).unwrap().certificates)
}

#[test]
fn the_incomplete_chain_of_badssl_is_told_and_completed() {
    let (Some(alone), Some(whole)) = (
        read_sample("certs/badssl/wildcard-incomplete-chain.pem"),
        read_sample("certs/badssl/wildcard-rsa2048.pem"),
    ) else {
        return;
    };
    let Some(roots) = read_sample("roots/mozilla_DigiCert_Global_Root_CA.pem") else { return };
    let judge = |intermediates: &[Certificate]| {
        report(&ChainRequest {
            intermediates: Some(intermediates),
            roots: &roots,
            ..ChainRequest::new(&alone[0], at("2020-06-01"))
        })
    };
    let incomplete = judge(&[]);
    assert_eq!(incomplete.completeness, Completeness::Incomplete);
    assert!(incomplete.missing_issuers[0].subject.starts_with("CN=DigiCert SHA2 Secure Server CA"));
    let complete = judge(&whole[1..]);
    assert_eq!(complete.completeness, Completeness::Complete);
    assert!(complete.is_accepted, "{:?}", complete.findings);
}

#[test]
fn the_cross_signs_of_lets_encrypt_give_both_paths() {
    let read = |name: &str| read_sample(&format!("certs/letsencrypt/{name}.pem"));
    let (Some(issuer), Some(cross), Some(root), Some(old_root)) = (
        read("lets-encrypt-r3"),
        read("isrg-root-x1-cross-signed"),
        read("isrgrootx1"),
        read("dst-root-ca-x3"),
    ) else {
        return;
    };
    let roots = [root[0].clone(), old_root[0].clone()];
    let report = report(&ChainRequest {
        intermediates: Some(&cross),
        roots: &roots,
        with_embedded_roots: false,
        ..ChainRequest::new(&issuer[0], at("2021-09-01"))
    });
    assert!(report.is_accepted && report.alternatives[0].is_accepted);
    let ends: Vec<&String> = [
        &report.certificates.last().unwrap().subject,
        report.alternatives[0].subjects.last().unwrap(),
    ]
    .into();
    assert!(ends[0].starts_with("CN=ISRG Root X1") && ends[1].starts_with("CN=DST Root CA X3"));
}

#[test]
fn every_p7b_of_the_samples_is_read() {
    let Some(folder) = sample("certs/p7b") else { return };
    for (name, count) in [("nss.p7c", 3), ("windows.p7c", 1), ("trustid-x3-root.p7b", 1)] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let content = read_certificates(&bytes).unwrap();
        assert!(content.certificates.len() == count, "{name}");
    }
    let lists = std::fs::read(folder.join("openssl_crl.p7c")).unwrap();
    assert_eq!(eop_relay::certificate::read_revocation_lists(&lists).unwrap().len(), 1);
}
