//! Renewals of every kind: which steps a plan has, and that each state between them delivers what is
//! delivered before the first.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use eop_relay::certificate::Certificate;
use eop_relay::connector::CertificateDifference;
use eop_relay::diagnosis::{Evidence, GivenCertificate};
use eop_relay::evidence::ExchangeObjects;
use eop_relay::renewal::{Passing, RenewalPlan, RenewalVerdict, StepNeed, renewal_plan};
use eop_relay::timestamp::Timestamp;
use eop_relay::view;
use serde_json::{Value, json};

use crate::support::forge::{
    CERTIFICATE_TEMPLATE, EXTENDED_KEY_USAGE, Forge, PROGRAMME_ROOT, SERVER_AUTH, SUBJECT_ALT_NAME,
    dns_names, element, rsa_public_key, usages,
};

const AT: &str = "2026-11-20T12:00:00Z";
const CASES: &str = include_str!("../fixtures/diagnosis/renewals.tsv");

/// The commands by which a step is known, in the order in which they are looked for.
const COMMANDS: [&str; 13] = [
    "certutil",
    "New-MgDomain",
    "New-InboundConnector",
    "Import-Certificate",
    "Import-ExchangeCertificate",
    "Enable-ExchangeCertificate",
    "Stop-Service",
    "Start-EdgeSynchronization",
    "Set-SendConnector",
    "Set-ReceiveConnector",
    "Set-InboundConnector",
    "Remove-InboundConnector",
    "Remove-ExchangeCertificate",
];

/// The certificates of the cases by label: name, issuer, names, validity.
fn forge(label: &str) -> Forge {
    const MAIL: &[&str] = &["mail.contoso.com", "autodiscover.contoso.com"];
    let long =
        "Issuing Authority of Northwind for Extended Validation, sixth generation, north".repeat(3);
    let (host, issuer, names, from, to): (&str, &str, &[&str], &str, &str) = match label {
        "old" => ("mail.contoso.com", "Northwind CA 2020", MAIL, "20251201", "20261202"),
        "expired" => ("mail.contoso.com", "Northwind CA 2020", MAIL, "20251101", "20261119"),
        "older" => ("mail.contoso.com", "Northwind R36", MAIL, "20251001", "20261125"),
        "shared" => (
            "mail.contoso.com",
            "Northwind CA 2020",
            &["mail.contoso.com", "mail.fabrikam.com"],
            "20261115",
            "20270602",
        ),
        "lasting" => ("mail.contoso.com", "Northwind CA 2020", MAIL, "20260601", "20270901"),
        "same" | "ecc-same" => {
            ("mail.contoso.com", "Northwind CA 2020", MAIL, "20261115", "20270602")
        }
        "rotated" | "ecc" | "server" => {
            ("mail.contoso.com", "Northwind R36", MAIL, "20261115", "20270602")
        }
        "other" => ("mail.contoso.com", "Tailspin CA", MAIL, "20261115", "20270602"),
        "relay" => (
            "relay.contoso.com",
            "Northwind CA 2020",
            &["relay.contoso.com"],
            "20261115",
            "20270602",
        ),
        "added" => (
            "mail.contoso.com",
            "Northwind CA 2020",
            &["mail.contoso.com", "autodiscover.contoso.com", "relay.contoso.com"],
            "20261115",
            "20270602",
        ),
        "dropped" => {
            ("mail.contoso.com", "Northwind R36", &["mail.contoso.com"], "20261115", "20270602")
        }
        "wildcard" => {
            ("*.contoso.com", "Northwind R36", &["*.contoso.com"], "20261115", "20270602")
        }
        "foreign" => {
            ("mx.tailspin.com", "Northwind CA 2020", &["mx.tailspin.com"], "20261115", "20270602")
        }
        "soon" => ("mail.contoso.com", "Northwind R36", MAIL, "20261125", "20270602"),
        "later" => ("mail.contoso.com", "Northwind R36", MAIL, "20261205", "20270602"),
        "long" => ("mail.contoso.com", long.as_str(), MAIL, "20261115", "20270602"),
        "enterprise" => ("mail.contoso.com", "CORP-CA", MAIL, "20261115", "20270602"),
        "fabrikam" => (
            "mail.fabrikam.com",
            "Northwind CA 2020",
            &["mail.fabrikam.com"],
            "20251201",
            "20261202",
        ),
        "fabrikam-new" => {
            ("mail.fabrikam.com", "Northwind R36", &["mail.fabrikam.com"], "20261115", "20270602")
        }
        other => panic!("no certificate is called {other}"),
    };
    let made =
        Forge::server(host, issuer).with(SUBJECT_ALT_NAME, false, dns_names(names)).but(|forge| {
            forge.not_before = format!("{from}000000Z");
            forge.not_after = format!("{to}000000Z");
            if !label.starts_with("ecc") {
                forge.public_key = rsa_public_key(2048, &[1, 0, 1]);
            }
            // Twins differ in their number.
            forge.serial = label.bytes().chain([1]).take(16).collect();
        });
    match label {
        "server" => made.with(EXTENDED_KEY_USAGE, false, usages(&[SERVER_AUTH])),
        "enterprise" => made.with(CERTIFICATE_TEMPLATE, false, element(0x1E, [0, b'W'])),
        _ => made,
    }
}

fn certificate(label: &str) -> Certificate {
    forge(label).certificate()
}

/// The intermediate that issued a certificate, below a root of Microsoft's programme.
fn issuer_of(label: &str) -> Certificate {
    let name = certificate(label).issuer.to_x500();
    let name = name.common_name().unwrap();
    let (root, key) = PROGRAMME_ROOT;
    Forge::authority(name, "nobody").below_listed(root, key).certificate()
}

fn name_of(label: &str) -> String {
    let one = certificate(label);
    format!("<I>{}<S>{}", one.issuer.to_x500(), one.subject.to_x500())
}

/// `EX01:old/IIS+SMTP/Revoked/ThirdParty/nokey`.
fn installed(text: &str) -> Value {
    let (server, rest) = text.split_once(':').unwrap();
    let mut parts = rest.split('/');
    let one = certificate(parts.next().unwrap());
    let services = parts.next().unwrap_or("SMTP").replace('+', ", ");
    json!({
        "Thumbprint": one.thumbprint().to_string(), "RawData": STANDARD.encode(one.der()),
        "Subject": one.subject.to_x500().to_string(), "Issuer": one.issuer.to_x500().to_string(),
        "NotBefore": one.not_before(), "NotAfter": one.not_after(), "Services": services,
        "Status": parts.next().unwrap_or("Valid"), "RootCAType": parts.next().unwrap_or("ThirdParty"),
        "HasPrivateKey": parts.next() != Some("nokey"), "IsSelfSigned": false, "Server": server,
    })
}

/// `Outbound>EX01+EX02=old`; without a label it chooses by name; `!` sends elsewhere.
fn send_connector(text: &str) -> Value {
    let (name, rest) = text.split_once('>').unwrap();
    let (servers, label) = rest.split_once('=').unwrap_or((rest, ""));
    let is_elsewhere = name.starts_with('!');
    let host = if is_elsewhere { "[192.0.2.7]" } else { "contoso-com.mail.protection.outlook.com" };
    json!({
        "Name": name.trim_start_matches('!'), "Enabled": true, "SmartHosts": [host],
        "AddressSpaces": ["SMTP:*;1"], "Fqdn": "mail.contoso.com", "SourceTransportServers":
        servers.split('+').collect::<Vec<_>>(),
        "TlsCertificateName": (!label.is_empty()).then(|| name_of(label)),
        "CloudServicesMailEnabled": !is_elsewhere,
    })
}

/// `EX01=old`.
fn receive_connector(text: &str) -> Value {
    let (server, label) = text.split_once('=').unwrap();
    json!({
        "Identity": format!("{server}\\Default Frontend {server}"), "Server": server,
        "Bindings": ["0.0.0.0:25"], "RemoteIPRanges": ["0.0.0.0-255.255.255.255"],
        "Fqdn": "mail.contoso.com", "AuthMechanism": "Tls", "TlsCertificateName": name_of(label),
    })
}

/// `Inbound=mail.contoso.com`, `Inbound=@203.0.113.0/24`.
fn inbound_connector(text: &str) -> Value {
    let (name, value) = text.split_once('=').unwrap();
    let address = value.strip_prefix('@');
    json!({
        "Name": name, "Enabled": true, "ConnectorType": "OnPremises", "SenderDomains": ["smtp:*;1"],
        "TlsSenderCertificateName": address.is_none().then_some(value),
        "SenderIPAddresses": address.into_iter().collect::<Vec<_>>(),
        "AssociatedAcceptedDomains": [],
    })
}

fn list(text: &str, make: fn(&str) -> Value) -> Option<ExchangeObjects> {
    if text == "-" {
        return None;
    }
    let parts = text.split(", ").filter(|part| !part.is_empty());
    let objects: Vec<Value> = parts.map(make).collect();
    let bytes = Value::Array(objects).to_string();
    Some(ExchangeObjects::from_bytes("objects.json", bytes.as_bytes()).unwrap())
}

struct Renewal {
    name: &'static str,
    evidence: Evidence,
    new: Vec<&'static str>,
    verdict: &'static str,
    steps: &'static str,
    /// Whether nothing is delivered before the first step.
    is_down: bool,
}

fn renewals() -> Vec<Renewal> {
    let lines = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(renewal).collect()
}

fn renewal(line: &'static str) -> Renewal {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let [name, new, own, send, receive, inbound, accepted, verdict, steps] = cells[..] else {
        panic!("nine cells: {line}")
    };
    let mut evidence = Evidence::new(Timestamp::parse(AT).unwrap());
    let labels: Vec<&str> = new.split('+').collect();
    for label in &labels {
        let others = if *label == "enterprise" { vec![] } else { vec![issuer_of(label)] };
        evidence.certificates.push(GivenCertificate {
            certificate: certificate(label),
            others,
            path: format!("{label}.pem"),
        });
    }
    let mut add = |objects: Option<ExchangeObjects>, add: fn(&mut Evidence, &ExchangeObjects)| {
        if let Some(objects) = &objects {
            add(&mut evidence, objects);
        }
    };
    add(list(own, installed), Evidence::add_installed);
    add(list(send, send_connector), Evidence::add_send_connectors);
    add(list(receive, receive_connector), Evidence::add_receive_connectors);
    // Several tenants stand behind each other.
    for (number, (inbound, accepted)) in inbound.split(" | ").zip(accepted.split(" | ")).enumerate()
    {
        if inbound.contains('|') || number > 0 {
            evidence.begin_tenant(&format!("tenant {number}"));
        }
        if let Some(connectors) = list(inbound, inbound_connector) {
            evidence.add_inbound_connectors(&connectors);
        }
        for domain in accepted.split(", ").filter(|domain| *domain != "-") {
            evidence.add_accepted_domain(domain, "accepted");
        }
    }
    let is_down = verdict.ends_with('!');
    Renewal { name, evidence, new: labels, verdict: verdict.trim_end_matches('!'), steps, is_down }
}

/// The steps as `R Set-SendConnector`, by need and command.
fn steps_of(plan: &RenewalPlan) -> String {
    let texts: Vec<String> = plan
        .steps
        .iter()
        .filter(|step| step.need != StepNeed::Check)
        .map(|step| {
            let command = step.step.command.as_deref().unwrap_or_default();
            let known = COMMANDS.iter().find(|name| command.contains(**name));
            let need = match step.need {
                StepNeed::Required => 'R',
                StepNeed::IfMissing => 'M',
                StepNeed::Optional => 'O',
                StepNeed::Check => 'C',
            };
            format!("{need} {}", known.unwrap_or(&"?"))
        })
        .collect();
    texts.join(", ")
}

#[test]
fn every_kind_of_renewal_has_its_steps_and_no_state_between_them_refuses_what_passes_today() {
    let renewals = renewals();
    assert!(renewals.len() >= 20, "{}", renewals.len());
    for renewal in renewals {
        let plan = renewal_plan(&renewal.evidence);
        let name = renewal.name;
        assert_eq!(plan.verdict.name(), renewal.verdict, "{name}: {}", plan.summary);
        assert_eq!(steps_of(&plan), renewal.steps, "{name}: {}", plan.summary);
        assert_eq!(plan.certificates.len(), renewal.new.len(), "{name}");
        let mut is_said = renewal.is_down;
        for (number, step) in plan.steps.iter().enumerate() {
            is_said |= step.interruption.is_some();
            assert_eq!(step.state.is_empty(), plan.places.is_empty(), "{name}");
            for place in &step.state {
                let passes = place.passes != Passing::No;
                assert!(passes || is_said, "{name}, step {}: {place:?}", number + 1);
            }
        }
        let news: Vec<String> =
            renewal.new.iter().map(|label| certificate(label).thumbprint().to_string()).collect();
        for place in plan.places.iter().filter(|_| plan.verdict == RenewalVerdict::StepsNeeded) {
            let after = place.afterwards.as_ref();
            assert!(after.is_none_or(|after| news.contains(after)), "{name}: {place:?}");
        }
        let last = plan.steps.last().map(|step| &step.state);
        let fails = |state: &Vec<_>| {
            state.iter().any(|one: &eop_relay::renewal::PlaceState| one.passes == Passing::No)
        };
        assert!(!last.is_some_and(fails), "{name}: {last:#?}");
    }
}

#[test]
fn a_plan_is_printed_and_comes_back_out_of_its_json() {
    for renewal in renewals() {
        let plan = renewal_plan(&renewal.evidence);
        let json = serde_json::to_string(&plan).unwrap();
        let back: RenewalPlan = serde_json::from_str(&json).unwrap();
        assert_eq!(view::renewal(&back, 80), view::renewal(&plan, 80), "{}", renewal.name);
        let text = view::renewal(&plan, 80);
        let is_long = |line: &&str| line.chars().count() > 80 && line.trim().contains(' ');
        assert_eq!(text.lines().find(is_long), None, "{}", renewal.name);
    }
}

fn plan_of(name: &str) -> RenewalPlan {
    let found = renewals().into_iter().find(|renewal| renewal.name == name);
    renewal_plan(&found.unwrap_or_else(|| panic!("no case is called {name}")).evidence)
}

#[test]
fn a_plan_says_what_it_costs_and_from_when_on() {
    let same = plan_of("same issuer");
    let import = &same.steps[1];
    assert!(
        import.interruption.as_ref().unwrap().starts_with("Between its commands"),
        "{import:#?}"
    );
    assert!(same.summary.contains("No connector has to be changed."), "{}", same.summary);
    let rotated = plan_of("rotated intermediate");
    assert!(rotated.steps.iter().all(|step| step.interruption.is_none()), "{rotated:#?}");
    assert!(rotated.summary.contains("None of them costs mail"), "{}", rotated.summary);
    let soon = plan_of("valid next week");
    let switch = soon.steps.iter().find(|step| step.not_before.is_some()).unwrap();
    assert!(switch.step.command.as_ref().unwrap().contains("Set-SendConnector"), "{switch:#?}");
    let gap = plan_of("valid after the one before has ended");
    assert!(
        gap.reasons[0].starts_with("Before the new certificate is valid, on 2026-12-05"),
        "{gap:#?}"
    );
}

#[test]
fn a_plan_is_urgent_where_nothing_passes_and_its_checks_look_at_what_it_changes() {
    let revoked = plan_of("revoked predecessor that ends later");
    assert!(revoked.summary.contains(" needed now: "), "{}", revoked.summary);
    assert!(revoked.summary.contains(" is revoked."), "{}", revoked.summary);
    let check = |plan: &RenewalPlan| {
        let step = plan.steps.iter().find(|step| step.need == StepNeed::Check).unwrap();
        (step.step.action.clone(), step.step.command.clone().unwrap())
    };
    assert!(!check(&revoked).0.contains("delivered all the same"), "{:#?}", check(&revoked));
    let one = plan_of("one of several tenants");
    assert!(check(&one).0.contains("delivered all the same"), "{:#?}", check(&one));
    assert!(check(&one).1.contains("-Connector 'Contoso'"), "{:#?}", check(&one));
    assert!(!check(&revoked).1.contains("-Connector"), "{:#?}", check(&revoked));
    let wildcard = plan_of("wildcard");
    let second = wildcard.steps[0].step.verify.as_deref().unwrap();
    assert!(second.starts_with("Get-InboundConnector -Identity 'Inbound from"), "{second}");
    let edge = plan_of("Edge");
    let named = edge.steps.iter().find(|step| {
        step.step.command.as_ref().is_some_and(|command| command.contains("Set-SendConnector"))
    });
    let undo = named.unwrap().step.undo.as_deref().unwrap();
    assert!(undo.ends_with("Start-EdgeSynchronization"), "{undo}");
    let withdrawn = plan_of("new one that is revoked already");
    assert!(withdrawn.summary.contains("revoked by its authority"), "{}", withdrawn.summary);
    assert!(!withdrawn.summary.contains("can fail over"), "{}", withdrawn.summary);
    let older = plan_of("one that is older than the one in use");
    assert!(older.summary.contains("is newer and ends later, on 2026-12-02"), "{}", older.summary);
    let shared = plan_of("one for two tenants");
    assert!(shared.summary.starts_with("Not known. Several tenants take it"), "{}", shared.summary);
}

#[test]
fn a_twin_is_known_by_its_names_however_an_export_wrote_them() {
    let expected = plan_of("revoked predecessor that ends later");
    for form in ["blanks lost by Format-List", "upper case", "reversed"] {
        let written = |name: &str| match form {
            "upper case" => name.to_uppercase(),
            "reversed" => name.rsplit(", ").collect::<Vec<_>>().join(", "),
            _ => name.replace(' ', ""),
        };
        let mut renewal =
            renewals().into_iter().find(|one| one.name == "revoked predecessor that ends later");
        let evidence = &mut renewal.as_mut().unwrap().evidence;
        for one in evidence.installed.iter_mut().flatten().map(|one| &mut one.object) {
            one.has_uncertain_blanks = form.starts_with("blanks");
            one.issuer = one.issuer.as_deref().map(written);
            one.subject = one.subject.as_deref().map(written);
        }
        let plan = renewal_plan(evidence);
        assert_eq!(steps_of(&plan), steps_of(&expected), "{form}: {}", plan.summary);
    }
}

#[test]
fn a_server_that_has_the_new_certificate_without_its_key_gets_it_before_a_connector_names_it() {
    let plan = plan_of("key missing on one server");
    let late = plan.places.iter().find(|place| place.server.as_deref() == Some("EX02")).unwrap();
    assert_eq!(late.has_private_key, Some(false));
    assert!(view::renewal(&plan, 80).contains("no key"), "{}", view::renewal(&plan, 80));
    let tie = plan.steps.iter().find(|step| {
        step.step.command.as_ref().is_some_and(|command| command.contains("certutil"))
    });
    let tie = tie.unwrap();
    assert!(tie.step.r#where.contains("EX02"), "{tie:#?}");
    assert!(tie.step.command.as_ref().unwrap().contains("-Services SMTP"), "{tie:#?}");
    let twin = plan_of("key missing on one server, same issuer");
    let anew = twin.steps.iter().find(|step| {
        let command = step.step.command.as_deref().unwrap_or_default();
        command.contains("Import-ExchangeCertificate")
    });
    let anew = anew.unwrap();
    assert!(anew.interruption.as_ref().unwrap().contains("EX02 stands still"), "{anew:#?}");
}

#[test]
fn the_issuer_of_an_intermediate_is_not_said_to_belong_into_the_intermediate_store() {
    let mut renewal =
        renewals().into_iter().find(|one| one.name == "rotated intermediate").unwrap();
    renewal.evidence.installed = None;
    let given = &mut renewal.evidence.certificates[0];
    given.others = vec![Forge::authority("Northwind R36", "Northwind Root 7").certificate()];
    let plan = renewal_plan(&renewal.evidence);
    let of_intermediate: Vec<&str> = plan
        .notes
        .iter()
        .map(|note| note.text.as_str())
        .filter(|text| text.contains("is in none of the files"))
        .collect();
    assert!(
        matches!(*of_intermediate, [text] if text.contains("Northwind Root 7") && text.contains("a root is not sent")),
        "{of_intermediate:#?}"
    );
    renewal.evidence.certificates[0].others = vec![];
    let plan = renewal_plan(&renewal.evidence);
    let own = plan.notes.iter().find(|note| note.text.starts_with("Its issuer CN=Northwind R36"));
    assert!(own.unwrap().text.contains("each server needs it in LocalMachine\\CA"), "{own:#?}");
}

#[test]
fn what_is_known_of_keys_and_purposes_is_said_with_its_certainty() {
    let notes = |name: &str| -> HashMap<String, String> {
        let plan = plan_of(name);
        let notes = plan.notes.into_iter();
        notes.map(|note| (note.text, note.confidence.name().to_owned())).collect()
    };
    let has = |notes: &HashMap<String, String>, text: &str, confidence: &str| {
        notes.iter().any(|(note, certainty)| note.starts_with(text) && certainty == confidence)
    };
    let ecc = notes("ECC");
    assert!(has(&ecc, "It has an ECDSA key", "Observed"), "{ecc:#?}");
    let server = notes("without client authentication");
    assert!(has(&server, "It is not for client authentication", "Uncertain"), "{server:#?}");
    let rotated = notes("rotated intermediate");
    assert!(has(
        &rotated,
        "It lasts 199 days: the next renewal is due from 2027-05-03",
        "Documented"
    ));
    assert!(!rotated.keys().any(|note| note.contains("ECDSA") || note.contains("client")));
    let differences = &plan_of("ECC").certificates[0].differences;
    let expected = [CertificateDifference::Issuer, CertificateDifference::KeyType];
    assert_eq!(differences, &expected);
}

#[test]
fn a_widened_connector_is_narrowed_only_where_nobody_else_shows_the_old_name() {
    let plan = plan_of("other subject");
    let last = plan.steps.iter().filter(|step| step.need == StepNeed::Optional);
    assert_eq!(last.count(), 3, "{plan:#?}");
}
