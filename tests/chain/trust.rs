//! Whom the receiver trusts, and which certificate has the fault.

use eop_relay::certificate::Certificate;
use eop_relay::chain::{
    ChainReport, ChainRequest, Completeness, RevocationList, Rule, Severity, Trust, report,
};
use eop_relay::finding::Step;
use eop_relay::timestamp::Timestamp;

use crate::support::forge::{
    AUTHORITY_INFORMATION_ACCESS, BLOCKED_ROOT, CERTIFICATE_TEMPLATE, CLIENT_AUTH,
    CRL_DISTRIBUTION_POINTS, EXTENDED_KEY_USAGE, Forge, ForgeList, PROGRAMME_ROOT, SERVER_AUTH,
    distribution_point, issuer_url, long_name, sequence, usages,
};

const HOST: &str = "mail.contoso.com";

/// emailProtection.
const MAIL: &str = "1.3.6.1.5.5.7.3.4";

pub fn server() -> Forge {
    Forge::server(HOST, "Issuing CA")
}

/// A judgement on 2026-11-15 by the public lists.
pub fn judge(server: &Forge, intermediates: &[Forge], root_store: &[Forge]) -> ChainReport {
    judge_with(server, intermediates, root_store, &[])
}

pub fn judge_with(
    server: &Forge,
    intermediates: &[Forge],
    root_store: &[Forge],
    lists: &[ForgeList],
) -> ChainReport {
    let certificates =
        |forges: &[Forge]| -> Vec<Certificate> { forges.iter().map(Forge::certificate).collect() };
    let (server, intermediates) = (server.certificate(), certificates(intermediates));
    let root_store = certificates(root_store);
    let lists: Vec<RevocationList> =
        lists.iter().map(|list| RevocationList::from_der(&list.der()).unwrap()).collect();
    report(&ChainRequest {
        intermediates: Some(&intermediates),
        root_store: &root_store,
        revocation_lists: &lists,
        ..ChainRequest::new(&server, Timestamp::parse("2026-11-15").unwrap())
    })
}

pub fn severity(report: &ChainReport, rule: Rule) -> Option<Severity> {
    report.findings.iter().find(|finding| finding.id == rule).map(|finding| finding.severity)
}

fn commands(report: &ChainReport) -> String {
    let commands: Vec<&str> =
        report.remedies.iter().filter_map(|step| step.command.as_deref()).collect();
    commands.join("\n")
}

#[test]
fn a_root_of_microsofts_programme_ends_the_chain_by_name_and_key() {
    let (name, key) = PROGRAMME_ROOT;
    let issuer = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
    let found = judge(&server(), &[issuer], &[]);
    assert!(found.is_accepted, "{:#?}", found.findings);
    assert_eq!(
        (found.trust, found.completeness),
        (Trust::MicrosoftProgramme, Completeness::Complete)
    );
    assert_eq!(severity(&found, Rule::ProgrammeRoot), Some(Severity::Information));
    assert!(found.missing_issuers.is_empty() && found.remedies.is_empty());
    let note = found.findings.iter().find(|one| one.id == Rule::ProgrammeRoot).unwrap();
    assert!(
        note.message.contains("DigiCert Global Root CA") && note.message.contains("2026-07-19")
    );

    let other_key = "03DE503556D14CBB66F0A3E21B1BC397B23DD156";
    let other_name = &name[1..];
    for (name, key) in [(name, other_key), (other_name, key)] {
        let issuer = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
        let found = judge(&server(), &[issuer], &[]);
        assert_eq!((found.is_accepted, found.trust), (false, Trust::UnknownRoot));
    }
}

#[test]
fn a_certificate_right_below_a_root_of_the_programme_is_complete() {
    let (name, key) = PROGRAMME_ROOT;
    let found = judge(&server().below_listed(name, key), &[], &[]);
    assert_eq!(
        (found.trust, found.completeness),
        (Trust::MicrosoftProgramme, Completeness::Complete)
    );
}

#[test]
fn a_root_that_microsoft_has_taken_out_is_a_warning() {
    let (name, key) = BLOCKED_ROOT;
    let issuer = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
    let found = judge(&server(), &[issuer], &[]);
    assert_eq!((found.is_accepted, found.trust), (true, Trust::Blocked));
    assert_eq!(severity(&found, Rule::BlockedRoot), Some(Severity::Warning));
}

#[test]
fn a_root_that_the_sender_alone_has_ends_the_path_and_gives_no_trust() {
    let issuer = Forge::authority("Issuing CA", "Root CA");
    let found = judge(&server(), &[issuer], &[Forge::root("Root CA")]);
    assert_eq!((found.is_accepted, found.trust), (false, Trust::UnknownRoot));
    assert_eq!(found.completeness, Completeness::Complete);
    assert_eq!(found.certificates.len(), 3);
    let errors: Vec<Rule> = found
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.id)
        .collect();
    assert_eq!(errors, [Rule::UnknownRoot]);
    assert!(commands(&found).contains("certutil -generateSSTFromWU"));
    assert!(!found.summary.contains("give the"), "{}", found.summary);
}

#[test]
fn a_root_in_no_list_is_never_a_missing_intermediate_wherever_it_could_be_had() {
    let url = issuer_url("http://pki.contoso.com/root.crt");
    let issuer = Forge::authority("Issuing CA", "Root CA");
    for issuer in [issuer.clone(), issuer.with(AUTHORITY_INFORMATION_ACCESS, false, url)] {
        for roots in [vec![], vec![Forge::root("Other Root")]] {
            let found = judge(&server(), std::slice::from_ref(&issuer), &roots);
            assert!(severity(&found, Rule::MissingRoot).is_some(), "{:#?}", found.findings);
            assert!(severity(&found, Rule::MissingIssuer).is_none());
            assert_ne!(found.completeness, Completeness::Incomplete);
        }
    }
}

#[test]
fn two_roots_that_sign_each_other_are_an_unknown_root() {
    let circle = [
        Forge::authority("Issuing CA", "One Root"),
        Forge::authority("One Root", "Other Root"),
        Forge::authority("Other Root", "One Root"),
    ];
    let found = judge(&server(), &circle, &[]);
    assert_eq!((found.is_accepted, found.trust), (false, Trust::UnknownRoot));
    assert!(severity(&found, Rule::UnknownRoot).is_some());
    assert_ne!(found.completeness, Completeness::Incomplete);

    let (name, key) = PROGRAMME_ROOT;
    let crossed = [
        Forge::authority("Issuing CA", "One Root"),
        Forge::authority("One Root", "nobody").below_listed(name, key),
        Forge::authority("nobody", "One Root").but(|forge| forge.subject = long_name(name)),
    ];
    assert_eq!(judge(&server(), &crossed, &[]).trust, Trust::MicrosoftProgramme);
}

/// The name of an authority in a directory.
const DIRECTORY: &[(&str, &str)] = &[
    ("0.9.2342.19200300.100.1.25", "com"),
    ("0.9.2342.19200300.100.1.25", "contoso"),
    ("2.5.4.3", "Issuing CA"),
];

#[test]
fn a_private_authority_is_named_on_evidence_alone() {
    let issuer = Forge::authority("Issuing CA", "Root CA");
    let roots = [Forge::root("Root CA")];
    let point = sequence(&[&sequence(&[&distribution_point("ldap:///CN=Root,DC=contoso,DC=com")])]);
    let scenes: [(Forge, Forge, &str); 4] = [
        (server().with(CERTIFICATE_TEMPLATE, false, vec![0x1E, 0]), issuer.clone(), "template"),
        (
            server().but(|forge| forge.issuer = long_name(DIRECTORY)),
            issuer.clone().but(|forge| forge.subject = long_name(DIRECTORY)),
            "directory",
        ),
        (server().with(CRL_DISTRIBUTION_POINTS, false, point), issuer.clone(), "ldap:"),
        (
            server().with(AUTHORITY_INFORMATION_ACCESS, false, issuer_url("http://pki/ca.crt")),
            issuer.clone(),
            "http://pki/",
        ),
    ];
    for (server, issuer, evidence) in scenes {
        let found = judge(&server, &[issuer], &roots);
        assert_eq!(found.trust, Trust::PrivateAuthority, "{evidence}: {:#?}", found.findings);
        let finding = found.findings.iter().find(|one| one.id == Rule::PrivateAuthority).unwrap();
        assert!(finding.message.contains(evidence), "{}", finding.message);
        assert!(found.summary.contains("private authority"), "{}", found.summary);
    }
    let url = issuer_url("http://pki.contoso.com/ca.crt");
    let plain = server().with(AUTHORITY_INFORMATION_ACCESS, false, url);
    assert_eq!(judge(&plain, &[issuer], &roots).trust, Trust::UnknownRoot);
}

#[test]
fn a_self_signed_copy_that_shortens_the_chain_is_to_be_taken_out_of_root() {
    let (name, key) = PROGRAMME_ROOT;
    let chain = [
        Forge::authority("Issuing CA", "New Root"),
        Forge::authority("New Root", "nobody").below_listed(name, key),
    ];
    let copy = Forge::root("New Root");
    let found = judge(&server(), &chain, std::slice::from_ref(&copy));
    assert!(found.is_accepted, "{:#?}", found.findings);
    assert_eq!(severity(&found, Rule::RootShortensChain), Some(Severity::Warning));
    let [step] = found.remedies.as_slice() else { panic!("{:#?}", found.remedies) };
    let thumbprint = copy.certificate().thumbprint().to_string();
    let command = step.command.as_deref().unwrap();
    assert!(
        command.contains(&format!(
            "Remove-Item -LiteralPath 'Cert:\\LocalMachine\\Root\\{thumbprint}'"
        ))
    );
    assert!(command.starts_with("Export-Certificate"));
    assert!(step.undo.as_deref().unwrap().contains("LocalMachine\\Root"));
    assert!(severity(&judge(&server(), &chain, &[]), Rule::RootShortensChain).is_none());
}

#[test]
fn the_summary_names_the_issuer_that_has_expired_and_the_steps_renew_it() {
    let (name, key) = PROGRAMME_ROOT;
    let expired = Forge::authority("Issuing CA", "nobody")
        .below_listed(name, key)
        .but(|forge| "20261101000000Z".clone_into(&mut forge.not_after));
    let url = issuer_url("http://pki.contoso.com/issuing.crt");
    let server = server().with(AUTHORITY_INFORMATION_ACCESS, false, url);
    let found = judge(&server, std::slice::from_ref(&expired), &[]);
    assert_eq!(found.fault, Some(1));
    assert!(
        found
            .summary
            .starts_with("Issuing CA, an issuer of mail.contoso.com: the certificate has expired"),
        "{}",
        found.summary
    );
    let thumbprint = expired.certificate().thumbprint();
    let [get, import, remove] = found.remedies.as_slice() else { panic!("{:#?}", found.remedies) };
    assert!(get.command.as_deref().unwrap().starts_with("Invoke-WebRequest -UseBasicParsing"));
    assert!(get.action.contains("same name and same key"));
    assert!(import.command.as_deref().unwrap().contains("LocalMachine\\CA"));
    assert!(remove.command.as_deref().unwrap().contains(&format!("CA\\{thumbprint}")));
    let is_whole = |step: &Step| step.verify.is_some();
    assert!(found.remedies.iter().all(is_whole) && remove.undo.is_some() && import.undo.is_some());
}

#[test]
fn the_summary_names_the_issuer_that_is_revoked_or_wrongly_signed() {
    let (name, key) = PROGRAMME_ROOT;
    let top = Forge::authority("Top CA", "nobody").below_listed(name, key);
    let issuer = Forge::authority("Issuing CA", "Top CA");
    let serial = issuer.serial.clone();
    let lists = [ForgeList::new("Top CA", &[&serial])];
    let found = judge_with(&server(), &[issuer.clone(), top.clone()], &[], &lists);
    assert_eq!(found.fault, Some(1));
    assert!(found.summary.starts_with("Issuing CA, an issuer of"), "{}", found.summary);
    assert!(found.summary.contains("revoked"));

    let forged = issuer.but(|forge| "somebody else".clone_into(&mut forge.signer));
    let found = judge(&server(), &[forged, top], &[]);
    assert_eq!(
        (found.fault, severity(&found, Rule::BadSignature)),
        (Some(1), Some(Severity::Error))
    );
    assert!(found.summary.starts_with("Issuing CA, an issuer of"), "{}", found.summary);
}

#[test]
fn a_path_that_permits_neither_use_of_exchange_is_refused() {
    let (name, key) = PROGRAMME_ROOT;
    let issuer = |oids: &[&str]| {
        Forge::authority("Issuing CA", "nobody").below_listed(name, key).with(
            EXTENDED_KEY_USAGE,
            false,
            usages(oids),
        )
    };
    let server = |oids: &[&str]| server().with(EXTENDED_KEY_USAGE, false, usages(oids));
    for (leaf, above, refused_at) in [
        (&[MAIL][..], &[SERVER_AUTH, CLIENT_AUTH][..], Some(0)),
        (&[SERVER_AUTH, CLIENT_AUTH], &[MAIL], Some(1)),
        (&[SERVER_AUTH], &[CLIENT_AUTH], Some(1)),
        (&[SERVER_AUTH], &[SERVER_AUTH], None),
        (&[CLIENT_AUTH], &[SERVER_AUTH, CLIENT_AUTH], None),
        (&["2.5.29.37.0"], &[SERVER_AUTH], None),
    ] {
        let found = judge(&server(leaf), &[issuer(above)], &[]);
        let refused = found.findings.iter().find(|one| one.id == Rule::WrongExtendedKeyUsage);
        assert_eq!(refused.and_then(|one| one.certificate), refused_at, "{leaf:?} {above:?}");
        assert_eq!(found.is_accepted, refused_at.is_none());
    }
    let found = judge(&server(&[SERVER_AUTH, CLIENT_AUTH]), &[issuer(&[SERVER_AUTH])], &[]);
    let absent = found.findings.iter().find(|one| one.id == Rule::ClientAuthenticationMissing);
    assert_eq!(absent.and_then(|one| one.certificate), Some(1));
}
