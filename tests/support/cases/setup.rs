//! The evidence beside the sessions: exports, events, certificates made for the case.

use eop_relay::certificate::Certificate;
use eop_relay::connector::{AcceptedDomain, AcceptedDomains, DomainOrigin};
use eop_relay::diagnosis::{Evidence, GivenCertificate};
use eop_relay::evidence::chain_event::ChainEventQuery;
use eop_relay::evidence::delivery_error::DeliveryError;
use eop_relay::evidence::{ExchangeObjects, ParsedObject};
use eop_relay::timestamp::Timestamp;

use super::Write;
use super::objects::{inbound, installed_certificate, located, receive, send, thumbprint};
use crate::support::forge::{BLOCKED_ROOT, Forge, PROGRAMME_ROOT, SUBJECT_ALT_NAME, dns_names};

pub(super) fn set_up(evidence: &mut Evidence, key: &str, value: &str, write: Write<'_>) {
    match key {
        "inbound" => {
            let connectors = evidence.inbound_connectors.get_or_insert_default();
            if value != "none" {
                connectors.push(located(inbound(value, write), "inbound.xml"));
            }
        }
        "accepted" => {
            let (origin, domains) = match value.strip_prefix("local:") {
                Some(domains) => (DomainOrigin::OnPremises, domains),
                None => (DomainOrigin::Cloud, value),
            };
            let mut domain = |text: &str| AcceptedDomain {
                origin,
                match_sub_domains: text.ends_with('+').then_some(true),
                ..AcceptedDomain::named(&write(text.trim_end_matches('+')))
            };
            let domains =
                domains.split(',').filter(|text| !text.is_empty()).map(&mut domain).collect();
            let accepted = AcceptedDomains { domains, is_incomplete: false };
            evidence.accepted_domains = Some(located(accepted, "accepted.xml"));
        }
        "tenant" => evidence.begin_tenant(&write(value)),
        "inbound2" => {
            let object = ParsedObject { object: inbound(value, write), line: 7 };
            let source_name = "inbound.xml".to_owned();
            evidence.add_inbound_connectors(&ExchangeObjects {
                source_name,
                inbound_connectors: vec![object],
                ..ExchangeObjects::default()
            });
        }
        "accepted2" => evidence.add_accepted_domain(&write(value), "accepted.xml"),
        "event" => read_event(evidence, value, write),
        "ip" => evidence.source_address = Some(write(value).parse().unwrap()),
        "from" => evidence.mail_from = Some(write(value).parse().unwrap()),
        // It is known before anything else.
        "rcpt" => {}
        "at" => evidence.at = Timestamp::parse(value).unwrap(),
        "warn" => evidence.warning_days = Some(value.parse().unwrap()),
        "unreadable" => evidence.unreadable.push((value.to_owned(), "access denied".to_owned())),
        // With its line, where it is not 3.
        "damaged" => {
            let (path, line) = value.split_once(':').unwrap_or((value, "3"));
            let line = line.parse().unwrap();
            evidence.damaged.push((path.to_owned(), line, "no connector".to_owned()));
        }
        "send" => {
            let connectors = evidence.send_connectors.get_or_insert_default();
            connectors.push(located(send(value, write), "send.json"));
        }
        "queue" => evidence.add_delivery_error(DeliveryError::of_text("queue", &write(value))),
        "receive" => {
            let connectors = evidence.receive_connectors.get_or_insert_default();
            connectors.push(located(receive(value, write), "receive.xml"));
        }
        "installed" => {
            let installed = evidence.installed.get_or_insert_default();
            installed.push(located(installed_certificate(value, write), "installed.xml"));
        }
        _ => set_up_chain(evidence, key, value),
    }
}

/// `id:result:index/process/names/time/computer`, the last four optional; `off` is a log without events.
fn read_event(evidence: &mut Evidence, value: &str, write: Write<'_>) {
    let fields: Vec<&str> = value.split('/').collect();
    let field = |index: usize, default: &'static str| {
        fields.get(index).copied().filter(|field| !field.is_empty()).unwrap_or(default).to_owned()
    };
    let numbers: Vec<&str> = fields[0].split(':').collect();
    let names = field(2, "mail.contoso.com");
    let digest = match names.strip_prefix("made:") {
        Some(host) => chain(host).0.thumbprint(),
        None => thumbprint(&names, ""),
    };
    let (process, time) = (field(1, "lsass.exe"), field(3, "2026-11-16T00:30:00Z"));
    let computer = field(4, "");
    let body = match numbers[0] {
        "11" => "CertGetCertificateChain",
        "30" => "CertVerifyCertificateChainPolicy",
        "70" => "CryptAcquireCertificatePrivateKey",
        _ => "",
    };
    let index = numbers.get(2).copied().unwrap_or("-1");
    let xml = format!(
        "<Event><System><EventID>{id}</EventID><TimeCreated SystemTime='{time}'/>\
         <Computer>{computer}</Computer></System>\
         <UserData><{body}><Policy type='CERT_CHAIN_POLICY_SSL' constant='4'/><Certificate fileRef='{digest}.cer' subjectName='{names}'/>\
         <Status chainIndex='0' elementIndex='{index}'/><EventAuxInfo ProcessName='{process}'/>\
         <CorrelationAuxInfo TaskId='{{{time}}}' SeqNumber='1'/><Result value='{result}'/></{body}>\
         </UserData></Event>",
        id = numbers[0],
        result = numbers.get(1).copied().unwrap_or("0"),
    );
    let content = if value == "off" { Vec::new() } else { write(&xml).into_bytes() };
    let contents = vec![("capi2.xml".to_owned(), content)];
    evidence.read_chain_events(ChainEventQuery { contents, ..ChainEventQuery::default() });
}

/// Certificates made for the case; the value is the host, or several names.
fn set_up_chain(evidence: &mut Evidence, key: &str, host: &str) {
    let (leaf, intermediate, root) = chain(host);
    match key {
        "complete" => {
            give(evidence, leaf, Vec::new());
            evidence.intermediates = Some(vec![intermediate]);
            evidence.roots = vec![root];
        }
        "incomplete" => {
            give(evidence, leaf, vec![intermediate]);
            evidence.intermediates = Some(Vec::new());
            evidence.roots = vec![root];
        }
        "noauthority" => {
            let issuing = Forge::authority("Issuing CA", "Root CA").without("2.5.29.19");
            give(evidence, leaf, Vec::new());
            evidence.intermediates = Some(vec![issuing.certificate()]);
            evidence.roots = vec![root];
        }
        "programme" | "blocked" => {
            let (name, key) = if key == "blocked" { BLOCKED_ROOT } else { PROGRAMME_ROOT };
            let issuing = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
            give(evidence, leaf, Vec::new());
            evidence.intermediates = Some(vec![issuing.certificate()]);
        }
        "shortens" => {
            let (name, key) = PROGRAMME_ROOT;
            let cross = Forge::authority("Root CA", "nobody").below_listed(name, key);
            give(evidence, leaf, Vec::new());
            evidence.intermediates = Some(vec![intermediate, cross.certificate()]);
            evidence.roots = vec![root];
        }
        "leaf" => give(evidence, leaf, Vec::new()),
        "bundle" => give(evidence, leaf, vec![intermediate, root]),
        "private" => {
            give(evidence, leaf, vec![root]);
            evidence.intermediates = Some(vec![intermediate]);
            evidence.roots = vec![Forge::root("Public Root").certificate()];
        }
        "selfsigned" => give(evidence, Forge::server(host, host).certificate(), Vec::new()),
        "rootinca" => {
            give(evidence, leaf, Vec::new());
            evidence.intermediates = Some(vec![intermediate, root.clone()]);
            evidence.roots = vec![root];
        }
        "cainroot" => {
            give(evidence, leaf, Vec::new());
            evidence.intermediates = Some(vec![intermediate.clone()]);
            evidence.roots = vec![root, intermediate];
        }
        "roots" => evidence.roots = vec![root],
        _ => panic!("{key} is no part of a setup"),
    }
}

/// A leaf for a host, its intermediate, its root.
pub(super) fn chain(host: &str) -> (Certificate, Certificate, Certificate) {
    let names: Vec<&str> = host.split(',').collect();
    (
        Forge::server(names[0], "Issuing CA")
            .with(SUBJECT_ALT_NAME, false, dns_names(&names))
            .certificate(),
        Forge::authority("Issuing CA", "Root CA").certificate(),
        Forge::root("Root CA").certificate(),
    )
}

fn give(evidence: &mut Evidence, certificate: Certificate, others: Vec<Certificate>) {
    evidence.certificates.push(GivenCertificate { certificate, others, path: "given.pem".into() });
}
