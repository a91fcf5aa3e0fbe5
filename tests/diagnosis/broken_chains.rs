//! Broken chains, made by an authority of the test's own below a public root: what `chain` says of a
//! certificate, `test` says of the mail that is sent with it.

use eop_relay::certificate::Certificate;
use eop_relay::chain::{ChainReport, ChainRequest, Completeness, Severity, report};
use eop_relay::connector::{
    AcceptedDomain, AcceptedDomains, ConnectorType, InboundConnector, TextList,
};
use eop_relay::diagnosis::{Evidence, GivenCertificate, Located, Report, Verdict, diagnose};
use eop_relay::timestamp::Timestamp;

use crate::support::forge::{
    AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, BLOCKED_ROOT, CERTIFICATE_TEMPLATE,
    CRL_DISTRIBUTION_POINTS, EXTENDED_KEY_USAGE, Forge, KEY_USAGE, NAME_CONSTRAINTS,
    PROGRAMME_ROOT, SUBJECT_ALT_NAME, basic_constraints, distribution_point, element, key_usage,
    long_name, name_constraints, oid, sequence, usages,
};

const HOST: &str = "mail.contoso.com";
/// id-kp-emailProtection.
const MAIL: &str = "1.3.6.1.5.5.7.3.4";
/// An extension that nobody knows.
const UNKNOWN: &str = "1.3.6.1.4.1.99999.1";

/// What the server has, and what lies beside its certificate in the file.
#[derive(Clone)]
struct Chain {
    server: Forge,
    intermediates: Vec<Forge>,
    roots: Vec<Forge>,
    beside: Vec<Forge>,
}

fn server() -> Forge {
    Forge::server(HOST, "Issuing CA")
}

/// The issuer, right below a root of Microsoft's programme.
fn issuer() -> Forge {
    let (name, key) = PROGRAMME_ROOT;
    Forge::authority("Issuing CA", "nobody").below_listed(name, key)
}

fn whole() -> Chain {
    Chain { server: server(), intermediates: vec![issuer()], roots: vec![], beside: vec![] }
}

fn with_server(change: impl FnOnce(Forge) -> Forge) -> Chain {
    Chain { server: change(server()), ..whole() }
}

fn with_issuer(change: impl FnOnce(Forge) -> Forge) -> Chain {
    Chain { intermediates: vec![change(issuer())], ..whole() }
}

fn below_own_root(change: impl FnOnce(Forge) -> Forge) -> Chain {
    Chain {
        server: change(server()),
        intermediates: vec![Forge::authority("Issuing CA", "Root CA")],
        roots: vec![Forge::root("Root CA")],
        beside: vec![],
    }
}

fn permitted(name: &str) -> Vec<u8> {
    name_constraints(&[&element(0x82, name)], &[])
}

/// Chains of which something is broken, or looks so, with what a receiver makes of them: `Some(true)`
/// it takes them, `Some(false)` it refuses them, `None` not known.
#[rustfmt::skip] // One line per chain: this is a table.
fn matrix() -> Vec<(&'static str, Chain, Option<bool>)> {
    let (blocked, blocked_key) = BLOCKED_ROOT;
    let mutual = |one: &str, other: &str| Forge::authority(one, other);
    vec![
        ("whole", whole(), Some(true)),
        ("right below the root", with_server(|one| one.below_listed(PROGRAMME_ROOT.0, PROGRAMME_ROOT.1)), Some(true)),
        ("below a blocked root", with_issuer(|one| one.below_listed(blocked, blocked_key)), Some(true)),
        ("server authentication alone", with_server(|one| one.with(EXTENDED_KEY_USAGE, false, usages(&[crate::support::forge::SERVER_AUTH]))), Some(true)),
        ("leaf expired", with_server(|one| one.but(|it| it.not_after = "20261101000000Z".into())), Some(false)),
        ("leaf not yet valid", with_server(|one| one.but(|it| it.not_before = "20261201000000Z".into())), Some(false)),
        ("issuer expired", with_issuer(|one| one.but(|it| it.not_after = "20261101000000Z".into())), Some(false)),
        ("issuer not yet valid", with_issuer(|one| one.but(|it| it.not_before = "20261201000000Z".into())), Some(false)),
        ("signed by another key", with_server(|one| one.but(|it| it.signer = "Another CA".into())), Some(false)),
        ("name excluded", with_issuer(|one| one.with(NAME_CONSTRAINTS, true, name_constraints(&[], &[&element(0x82, "contoso.com")]))), Some(false)),
        ("name not permitted", with_issuer(|one| one.with(NAME_CONSTRAINTS, true, permitted("fabrikam.com"))), Some(false)),
        ("name permitted", with_issuer(|one| one.with(NAME_CONSTRAINTS, true, permitted("contoso.com"))), Some(true)),
        ("issuer without basic constraints", with_issuer(|one| one.without(BASIC_CONSTRAINTS)), Some(false)),
        ("issuer is no authority", with_issuer(|one| one.with(BASIC_CONSTRAINTS, true, basic_constraints(false, None))), Some(false)),
        ("path too long", Chain {
            intermediates: vec![
                Forge::authority("Issuing CA", "Top CA"),
                Forge::authority("Top CA", "nobody").below_listed(PROGRAMME_ROOT.0, PROGRAMME_ROOT.1).with(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0))),
            ],
            ..whole()
        }, Some(false)),
        ("unknown critical extension in the leaf", with_server(|one| one.with(UNKNOWN, true, vec![5, 0])), Some(false)),
        ("unknown critical extension in the issuer", with_issuer(|one| one.with(UNKNOWN, true, vec![5, 0])), Some(false)),
        ("leaf for mail alone", with_server(|one| one.with(EXTENDED_KEY_USAGE, false, usages(&[MAIL]))), Some(false)),
        ("issuer for mail alone", with_issuer(|one| one.with(EXTENDED_KEY_USAGE, false, usages(&[MAIL]))), Some(false)),
        ("issuer must not sign", with_issuer(|one| one.with(KEY_USAGE, true, key_usage(&[0]))), Some(false)),
        ("extension that cannot be read", with_server(|one| one.with(SUBJECT_ALT_NAME, false, vec![0x30, 0x05, 0x82])), Some(false)),
        ("hash that is broken", with_server(|one| one.but(|it| it.signature_algorithm = sequence(&[&oid("1.2.840.113549.1.1.4"), &[5, 0]]))), Some(false)),
        ("intermediate not in the stores", Chain { intermediates: vec![], beside: vec![issuer()], ..whole() }, Some(false)),
        ("intermediate nowhere", Chain { intermediates: vec![], ..whole() }, Some(false)),
        ("self-signed", Chain { server: Forge::server(HOST, HOST), intermediates: vec![], ..whole() }, Some(false)),
        ("template of AD CS", below_own_root(|one| one.with(CERTIFICATE_TEMPLATE, false, vec![0x1E, 0])), Some(false)),
        ("list of revoked ones in LDAP", below_own_root(|one| one.with(CRL_DISTRIBUTION_POINTS, false, element(0x30, sequence(&[&distribution_point("ldap:///CN=Root CA")])))), Some(false)),
        ("domain components in the issuer", Chain {
            server: server().but(|it| it.issuer = long_name(&[("0.9.2342.19200300.100.1.25", "local"), ("2.5.4.3", "Issuing CA")])),
            intermediates: vec![Forge::authority("Issuing CA", "Root CA").but(|it| it.subject = long_name(&[("0.9.2342.19200300.100.1.25", "local"), ("2.5.4.3", "Issuing CA")]))],
            roots: vec![Forge::root("Root CA")],
            beside: vec![],
        }, Some(false)),
        ("root in no list", below_own_root(|one| one), None),
        ("two roots that sign each other", Chain {
            intermediates: vec![mutual("Issuing CA", "One Root"), mutual("One Root", "Other Root"), mutual("Other Root", "One Root")],
            ..whole()
        }, None),
        ("without key identifiers", with_server(|one| one.without(AUTHORITY_KEY_IDENTIFIER)), Some(true)),
    ]
}

fn certificates(forges: &[Forge]) -> Vec<Certificate> {
    forges.iter().map(Forge::certificate).collect()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-15").unwrap()
}

fn chain_of(chain: &Chain) -> ChainReport {
    let (intermediates, roots) = (certificates(&chain.intermediates), certificates(&chain.roots));
    let (known, server) = (certificates(&chain.beside), chain.server.certificate());
    report(&ChainRequest {
        intermediates: Some(&intermediates),
        known: &known,
        root_store: &roots,
        ..ChainRequest::new(&server, now())
    })
}

/// The certificate held against a tenant that would take it.
fn test_of(chain: &Chain) -> Report {
    let mut evidence = Evidence::new(now());
    evidence.intermediates = Some(certificates(&chain.intermediates));
    evidence.roots = certificates(&chain.roots);
    evidence.certificates.push(GivenCertificate {
        certificate: chain.server.certificate(),
        others: certificates(&chain.beside),
        path: "sent.pem".to_owned(),
    });
    evidence.mail_from = Some("anna@contoso.com".parse().unwrap());
    let connector = InboundConnector {
        name: "Inbound from HQ".to_owned(),
        enabled: Some(true),
        connector_type: Some(ConnectorType::OnPremises),
        tls_sender_certificate_name: Some(HOST.to_owned()),
        knows_certificate_name: true,
        sender_ip_addresses: Some(TextList::default()),
        ..InboundConnector::default()
    };
    evidence.inbound_connectors =
        Some(vec![Located { object: connector, path: "inbound.xml".to_owned(), line: 1 }]);
    let domains = vec![AcceptedDomain::named("contoso.com"), AcceptedDomain::named(HOST)];
    evidence.accepted_domains = Some(Located {
        object: AcceptedDomains { domains, is_incomplete: false },
        path: "accepted.xml".to_owned(),
        line: 1,
    });
    diagnose(&evidence)
}

#[test]
fn chain_and_test_agree_on_every_broken_chain() {
    let matrix = matrix();
    let mut complaints = Vec::new();
    for (name, chain, expected) in &matrix {
        let of_chain = chain_of(chain);
        let is_unknown = |rule: eop_relay::chain::Rule| rule.is_unknown();
        let errors: Vec<_> = of_chain
            .findings
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .map(|one| one.id)
            .collect();
        let is_cut = of_chain.completeness == Completeness::Incomplete;
        let by_chain = match errors.as_slice() {
            _ if is_cut => Some(false),
            [] => Some(true),
            errors if errors.iter().all(|rule| is_unknown(*rule)) => None,
            _ => Some(false),
        };
        let of_test = test_of(chain);
        let by_test = match of_test.verdict {
            Verdict::Accepted => Some(true),
            Verdict::Refused => Some(false),
            Verdict::Uncertain => None,
        };
        if (by_chain, by_test) != (*expected, *expected) {
            let cause = of_test.cause.name();
            complaints.push(format!(
                "{name}: expected {expected:?}; chain {by_chain:?} {errors:?}; test {by_test:?} {cause}"
            ));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let broken = matrix.iter().filter(|(_, _, expected)| *expected != Some(true)).count();
    assert!(broken >= 25, "{broken}");
}

/// What the receiver takes, and an administrator should know of.
#[test]
fn a_root_that_microsoft_has_taken_out_is_a_warning() {
    let (name, key) = BLOCKED_ROOT;
    let found = test_of(&with_issuer(|one| one.below_listed(name, key)));
    assert_eq!((found.verdict, found.exit_code), (Verdict::Accepted, 10), "{}", found.summary);
    assert!(found.findings.iter().any(|one| one.id.name() == "RootBlocked"));
}

/// The self-signed copy keeps the server from sending the certificate that receivers need.
#[test]
fn a_root_that_shortens_the_chain_is_to_be_taken_out() {
    let (name, key) = PROGRAMME_ROOT;
    let found = test_of(&Chain {
        intermediates: vec![
            Forge::authority("Issuing CA", "New Root"),
            Forge::authority("New Root", "nobody").below_listed(name, key),
        ],
        roots: vec![Forge::root("New Root")],
        ..whole()
    });
    let finding = found.findings.iter().find(|one| one.id.name() == "RootShortensChain").unwrap();
    let command = finding.remedy[0].command.as_deref().unwrap();
    assert!(command.contains(r"Remove-Item -LiteralPath 'Cert:\LocalMachine\Root\"), "{command}");
}
