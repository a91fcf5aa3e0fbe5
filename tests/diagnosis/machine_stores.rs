//! The machine's own stores as evidence: what they add to a chain and to a diagnosis, and what Windows
//! says of the same chain. The stores are given as data; that they are read is tested under Wine.

use eop_relay::certificate::{Certificate, TlsCertificateName};
use eop_relay::chain::{
    CertificateOrigin, ChainReport, ChainRequest, Completeness, Rule, Trust, report,
};
use eop_relay::diagnosis::{
    Evidence, Finding, FindingId, GivenCertificate, Report, Severity, Verdict, diagnose,
};
use eop_relay::timestamp::Timestamp;
use eop_relay::windows::{
    ChainElement, ChainMode, ChainPolicy, ChainRun, KeyAccess, KeyPresence, MachineStores,
    PolicyResult, PrivateKey, StoreCertificate, Unseen, WindowsVerdict,
};

use crate::support::forge::Forge;

const PARTIAL_CHAIN: u32 = 0x1_0000;

struct Chain {
    server: Certificate,
    intermediate: Certificate,
    root: Certificate,
}

fn chain() -> Chain {
    Chain {
        server: Forge::server("mail.contoso.com", "Issuing CA").certificate(),
        intermediate: Forge::authority("Issuing CA", "Root CA").certificate(),
        root: Forge::root("Root CA").certificate(),
    }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-15").unwrap()
}

fn has(report: &ChainReport, rule: Rule) -> bool {
    report.findings.iter().any(|finding| finding.id == rule)
}

#[test]
fn a_root_of_this_server_alone_is_sent_from_but_not_trusted_by_receivers() {
    let chain = chain();
    let (intermediates, roots) = ([chain.intermediate], [chain.root]);
    let request = ChainRequest {
        intermediates: Some(&intermediates),
        root_store: &roots,
        ..ChainRequest::new(&chain.server, now())
    };
    let own = report(&request);
    assert_eq!((own.completeness, own.trust), (Completeness::Complete, Trust::UnknownRoot));
    assert!(has(&own, Rule::UnknownRoot) && !has(&own, Rule::UntrustedRoot));
    assert_eq!(own.certificates[2].origin, CertificateOrigin::RootStore);

    let programme = report(&ChainRequest { programme_roots: &roots, ..request });
    assert_eq!((programme.trust, programme.is_accepted), (Trust::Trusted, true));
    assert_eq!(programme.certificates[2].origin, CertificateOrigin::ProgrammeRoot);
}

#[test]
fn an_intermediate_in_the_root_store_is_sent_and_told() {
    let chain = chain();
    let store = [chain.intermediate, chain.root];
    let report = report(&ChainRequest {
        intermediates: Some(&[]),
        root_store: &store,
        ..ChainRequest::new(&chain.server, now())
    });
    assert_eq!(report.completeness, Completeness::Complete);
    assert!(has(&report, Rule::IntermediateInRootStore));
}

#[test]
fn both_voices_stand_in_the_report() {
    let chain = chain();
    let element = ChainElement::new(chain.server.thumbprint(), 0, 0);
    let policy = PolicyResult::new(ChainPolicy::Base, 0x800B_010A, 0, 0);
    let run = ChainRun::new(ChainMode::StoresOnly, PARTIAL_CHAIN, vec![element], vec![policy]);
    let voice = WindowsVerdict { runs: vec![run] };
    let request = ChainRequest {
        intermediates: Some(&[]),
        windows_verdict: Some(&voice),
        ..ChainRequest::new(&chain.server, now())
    };
    let comparison = report(&request).windows.unwrap();
    assert!(comparison.agrees, "{comparison:?}");
    assert_eq!(comparison.runs, voice.runs);
    assert!(report(&ChainRequest { windows_verdict: None, ..request }).windows.is_none());
}

/// Stores with the certificate of the server and that key.
fn stores(chain: &Chain, private_key: PrivateKey) -> MachineStores {
    MachineStores {
        my: vec![StoreCertificate {
            certificate: chain.server.clone(),
            friendly_name: None,
            private_key,
        }],
        intermediates: Some(vec![chain.intermediate.clone()]),
        roots: Some(vec![chain.root.clone()]),
        programme_roots: vec![chain.root.clone()],
        unseen: Vec::new(),
    }
}

fn key(presence: KeyPresence, network_service: KeyAccess) -> PrivateKey {
    PrivateKey {
        presence,
        provider: Some("Microsoft Software Key Storage Provider".to_owned()),
        kind: Some("CNG"),
        container: Some("te-0001".to_owned()),
        is_machine_key: Some(true),
        network_service,
        reason: None,
    }
}

fn judge(chain: &Chain, stores: MachineStores) -> Report {
    let mut evidence = Evidence::new(now());
    evidence.add_machine_stores(stores);
    evidence.certificates.push(GivenCertificate {
        certificate: chain.server.clone(),
        others: Vec::new(),
        path: r"LocalMachine\My".to_owned(),
    });
    diagnose(&evidence)
}

fn found(report: &Report, cause: FindingId) -> Option<&Finding> {
    report.findings.iter().find(|finding| finding.id == cause)
}

#[test]
fn a_key_that_network_service_may_not_read_or_that_is_not_there_is_the_cause() {
    let chain = chain();
    let cases = [
        (KeyPresence::Present, KeyAccess::Granted, None),
        (KeyPresence::Present, KeyAccess::Denied, Some(FindingId::PrivateKeyNotUsable)),
        (KeyPresence::Present, KeyAccess::Unknown, None),
        (KeyPresence::Missing, KeyAccess::Unknown, Some(FindingId::NoPrivateKey)),
        (KeyPresence::None, KeyAccess::Unknown, Some(FindingId::NoPrivateKey)),
        (KeyPresence::Unknown, KeyAccess::Unknown, None),
    ];
    for (presence, access, expected) in cases {
        let report = judge(&chain, stores(&chain, key(presence, access)));
        for cause in [FindingId::NoPrivateKey, FindingId::PrivateKeyNotUsable] {
            let is_expected = expected == Some(cause);
            assert_eq!(found(&report, cause).is_some(), is_expected, "{presence:?} {access:?}");
        }
        if let Some(cause) = expected {
            assert_eq!((report.verdict, report.cause), (Verdict::Refused, cause));
            let finding = found(&report, cause).unwrap();
            assert!(finding.evidence[0].text.contains("te-0001"), "{finding:?}");
            assert!(!finding.remedy.is_empty());
            assert!(!finding.message.contains("TLS failed"), "no log was given: {finding:?}");
        }
    }
}

#[test]
fn what_could_not_be_seen_is_said_and_a_lost_store_is_no_empty_one() {
    let chain = chain();
    let unseen =
        |place: &str| Unseen { place: place.to_owned(), reason: "access denied".to_owned() };
    let whole = stores(&chain, key(KeyPresence::Unknown, KeyAccess::Unknown));
    let report =
        judge(&chain, MachineStores { unseen: vec![unseen(r"LocalMachine\My")], ..whole.clone() });
    let finding = found(&report, FindingId::MachineStoreNotSeen).unwrap();
    assert_eq!(finding.severity, Severity::Information);
    assert!(finding.message.contains(r"LocalMachine\My: access denied"), "{}", finding.message);

    let lost = MachineStores {
        intermediates: None,
        unseen: vec![unseen(r"LocalMachine\CA")],
        ..whole.clone()
    };
    let report = judge(&chain, lost);
    assert_eq!(found(&report, FindingId::MachineStoreNotSeen).unwrap().severity, Severity::Warning);
    assert_eq!(report.chain.as_ref().unwrap().completeness, Completeness::Unknown);
    assert!(found(&judge(&chain, whole), FindingId::MachineStoreNotSeen).is_none());
}

#[test]
fn a_difference_of_the_two_voices_is_a_finding() {
    let chain = chain();
    let element = ChainElement::new(chain.server.thumbprint(), 0, 0);
    let run = ChainRun::new(ChainMode::StoresOnly, PARTIAL_CHAIN, vec![element], Vec::new());
    let mut evidence = Evidence::new(now());
    evidence.add_machine_stores(stores(&chain, key(KeyPresence::Present, KeyAccess::Granted)));
    evidence.certificates.push(GivenCertificate {
        certificate: chain.server.clone(),
        others: Vec::new(),
        path: r"LocalMachine\My".to_owned(),
    });
    let voice = WindowsVerdict { runs: vec![run] };
    evidence.windows_verdicts.push((chain.server.thumbprint(), voice));
    let report = diagnose(&evidence);
    let finding = found(&report, FindingId::WindowsDiffers).unwrap();
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("CERT_E_CHAINING (0x800B010A)"), "{}", finding.message);
    assert!(finding.evidence[0].path.contains("StoresOnly"), "{:?}", finding.evidence);
}

#[test]
fn given_evidence_comes_before_that_of_the_machine() {
    let chain = chain();
    let mut evidence = Evidence::new(now());
    evidence.intermediates = Some(Vec::new());
    evidence.add_machine_stores(stores(&chain, PrivateKey::none()));
    assert_eq!(evidence.intermediates, Some(Vec::new()));
    let installed = evidence.installed.as_ref().unwrap();
    assert_eq!(installed[0].object.thumbprint, Some(chain.server.thumbprint()));
    assert_eq!(installed[0].object.has_private_key, Some(false));
    let stores = evidence.machine.as_ref().unwrap();
    let name = TlsCertificateName::of(&chain.server);
    assert_eq!(stores.by_name(&name).count(), 1);
}

/// Where there is no Windows to ask, each certificate that it would judge is among what was not seen.
#[cfg(not(windows))]
#[test]
fn that_windows_judges_no_chain_is_reported_of_each_certificate() {
    let chain = chain();
    let mut evidence = Evidence::new(now());
    evidence.add_machine_stores(stores(&chain, key(KeyPresence::Present, KeyAccess::Unknown)));
    for path in ["one.cer", "two.cer"] {
        let (certificate, others) = (chain.server.clone(), Vec::new());
        evidence.certificates.push(GivenCertificate { certificate, others, path: path.into() });
    }
    evidence.ask_windows();
    let unseen = &evidence.machine.as_ref().unwrap().unseen;
    let places: Vec<&str> = unseen.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["one.cer", "two.cer"]);
    assert!(evidence.windows_verdicts.is_empty());
}
