//! A model of what printed commands do, written apart from the program: it reads the text of a
//! command and changes the evidence, and what the senders of the logs show, as Exchange would.

use eop_relay::certificate::{LoggedCertificate, Thumbprint};
use eop_relay::connector::{
    AcceptedDomain, AttributionRequest, CertificateNames, CertificateServices, ConnectorType,
    ExchangeCertificate, InboundConnector, MailFrom, ShownCertificate, TextList, attribute,
    public_address,
};
use eop_relay::diagnosis::{Evidence, Located};
use eop_relay::session::Session;

/// A sender as Exchange Online sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sender {
    pub server: String,
    pub connector: String,
    pub thumbprint: Option<Thumbprint>,
    pub shown: ShownCertificate,
    pub address: String,
    pub mail_from: MailFrom,
    pub is_delivered: bool,
}

/// The senders of sessions, each once for delivered and for refused mail.
pub fn senders(sessions: &[Session]) -> Vec<Sender> {
    let mut found: Vec<Sender> = Vec::new();
    for session in sessions {
        let json = serde_json::to_value(session).unwrap();
        let logged: Option<LoggedCertificate> =
            serde_json::from_value(json["SentCertificate"].clone()).unwrap();
        for message in json["Messages"].as_array().into_iter().flatten() {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let one = Sender {
                server: text(&json["Server"]),
                connector: text(&json["Connector"]),
                thumbprint: session.sent_thumbprint().and_then(|text| text.parse().ok()),
                shown: logged.as_ref().map_or(ShownCertificate::None, |logged| {
                    ShownCertificate::Names(CertificateNames::from(logged))
                }),
                address: text(&json["PublicIPAddress"]),
                mail_from: text(&message["MailFrom"]).parse().unwrap_or(MailFrom::Null),
                is_delivered: message["Outcome"] == "Delivered",
            };
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}

/// Whether Exchange Online relays the sender's mail; `None` where that is open.
pub fn is_attributed(evidence: &Evidence, sender: &Sender) -> Option<bool> {
    let connectors: Option<Vec<InboundConnector>> = evidence
        .inbound_connectors
        .as_ref()
        .map(|all| all.iter().map(|one| one.object.clone()).collect());
    attribute(&AttributionRequest {
        certificate: &sender.shown,
        address: sender.address.parse().ok().and_then(public_address),
        mail_from: &sender.mail_from,
        connectors: connectors.as_deref(),
        accepted_domains: evidence.accepted_domains.as_ref().map(|one| &one.object),
    })
    .is_attributed()
}

/// Runs a command, line by line; what it does not model changes nothing. Whether any line did.
pub fn run(command: &str, evidence: &mut Evidence, senders: &mut [Sender]) -> bool {
    let mut has_run = false;
    for line in command.lines().filter(|line| !line.contains(" <")) {
        has_run |= run_line(&words(line), evidence, senders);
    }
    has_run
}

fn run_line(words: &[Vec<String>], evidence: &mut Evidence, senders: &mut [Sender]) -> bool {
    let Some(name) = words.first().and_then(|word| word.first()) else { return false };
    let value = |parameter: &str| {
        let place = words.iter().position(|word| word[0].eq_ignore_ascii_case(parameter))?;
        words.get(place + 1)
    };
    let one = |parameter: &str| value(parameter).map(|values| values[0].clone());
    let list = |values: &[String]| {
        let values = values.iter().filter(|value| *value != "$null");
        Some(TextList::complete(values.map(String::as_str)))
    };
    match name.as_str() {
        "Set-InboundConnector" => {
            let identity = one("-Identity").unwrap();
            // Those of the wizard's logs are not in the model.
            let Some(all) = evidence.inbound_connectors.as_mut() else { return false };
            let found: Vec<_> = all.iter_mut().filter(|one| one.object.name == identity).collect();
            assert!(!found.is_empty(), "{identity} is none of the connectors");
            for connector in found.into_iter().map(|one| &mut one.object) {
                if let Some(name) = one("-TlsSenderCertificateName") {
                    connector.tls_sender_certificate_name = Some(name);
                    connector.knows_certificate_name = true;
                }
                if let Some(values) = value("-SenderIPAddresses") {
                    connector.sender_ip_addresses = list(values);
                }
                if let Some(values) = value("-AssociatedAcceptedDomains") {
                    connector.associated_accepted_domains = list(values);
                }
                if let Some(flag) = one("-Enabled") {
                    connector.enabled = Some(flag == "$true");
                }
            }
        }
        "New-InboundConnector" => {
            let object = InboundConnector {
                name: one("-Name").unwrap(),
                enabled: Some(true),
                connector_type: one("-ConnectorType").as_deref().map(ConnectorType::from_name),
                tls_sender_certificate_name: one("-TlsSenderCertificateName"),
                knows_certificate_name: true,
                sender_ip_addresses: list(&[]),
                associated_accepted_domains: list(&[]),
                ..InboundConnector::default()
            };
            let all = evidence.inbound_connectors.get_or_insert_default();
            assert!(
                all.iter().all(|one| one.object.name != object.name),
                "{} is taken",
                object.name
            );
            all.push(Located { object, path: String::new(), line: 0 });
        }
        "New-MgDomain" => {
            let domain = AcceptedDomain::named(&one("-Id").unwrap());
            let Some(accepted) = evidence.accepted_domains.as_mut() else { return false };
            accepted.object.domains.push(domain);
        }
        "Set-SendConnector" => {
            let Some(name) = one("-TlsCertificateName") else { return false };
            let connector = words.get(1).map(|word| word[0].clone()).unwrap_or_default();
            show(&connector, named(evidence, senders, &name), senders);
        }
        "Enable-ExchangeCertificate" => {
            let thumbprint: Thumbprint = one("-Thumbprint").unwrap().parse().unwrap();
            let all = evidence.installed.iter_mut().flatten().map(|one| &mut one.object);
            for one in all.filter(|one| one.thumbprint == Some(thumbprint)) {
                one.services = CertificateServices::parse("SMTP");
            }
            // The connectors that name it can show it from then on.
            let connectors = evidence.send_connectors.iter().flatten().map(|one| &one.object);
            for connector in connectors {
                let Some(name) = connector.tls_certificate_name.as_deref() else { continue };
                let certificate = named(evidence, senders, name);
                let is_it =
                    certificate.as_ref().is_some_and(|one| one.thumbprint == Some(thumbprint));
                if is_it {
                    show(&connector.name, certificate, senders);
                }
            }
        }
        "Remove-ExchangeCertificate" => {
            let thumbprint: Thumbprint = one("-Thumbprint").unwrap().parse().unwrap();
            for sender in senders.iter_mut().filter(|one| one.thumbprint == Some(thumbprint)) {
                sender.shown = ShownCertificate::None;
            }
        }
        _ => return false,
    }
    true
}

/// The senders over a connector show that certificate from then on.
fn show(connector: &str, certificate: Option<ExchangeCertificate>, senders: &mut [Sender]) {
    let Some(certificate) = certificate else { return };
    for sender in senders.iter_mut().filter(|one| one.connector == connector) {
        sender.thumbprint = certificate.thumbprint;
        sender.shown = ShownCertificate::Names(certificate.names());
    }
}

/// The newest installed certificate of that issuer and subject; without one, the given or shown one.
fn named(evidence: &Evidence, senders: &[Sender], name: &str) -> Option<ExchangeCertificate> {
    let subject = name.rsplit("<S>").next().unwrap();
    let installed = evidence.installed.iter().flatten().map(|one| one.object.clone());
    let given = evidence.certificates.iter().map(|one| one.certificate.clone().into());
    let fits = |one: &ExchangeCertificate| {
        format!(
            "<I>{}<S>{}",
            one.issuer.as_deref().unwrap_or_default(),
            one.subject.as_deref().unwrap_or_default()
        ) == name
    };
    let found = installed.chain(given).filter(fits).max_by_key(|one| one.not_after);
    found.or_else(|| {
        let first = subject.strip_prefix("CN=")?.split(',').next()?;
        let shown = senders.iter().find(|one| match &one.shown {
            ShownCertificate::Names(names) => names.names.iter().any(|name| name.text == first),
            _ => false,
        })?;
        let ShownCertificate::Names(names) = &shown.shown else { return None };
        Some(ExchangeCertificate {
            thumbprint: shown.thumbprint,
            certificate_domains: Some(TextList::complete(
                names.names.iter().map(|name| name.text.as_str()),
            )),
            ..ExchangeCertificate::default()
        })
    })
}

/// The words of a line, each a list of values: `'a''b','c'` is `a'b` and `c`.
fn words(line: &str) -> Vec<Vec<String>> {
    let mut words: Vec<Vec<String>> = Vec::new();
    let mut characters = line.chars().peekable();
    let mut word: Option<Vec<String>> = None;
    while let Some(character) = characters.next() {
        match character {
            ' ' => words.extend(word.take()),
            ',' => word.get_or_insert_default().push(String::new()),
            quote @ ('\'' | '"') => {
                let values = word.get_or_insert_with(|| vec![String::new()]);
                let mut text = String::new();
                while let Some(inner) = characters.next() {
                    if inner != quote {
                        text.push(inner);
                    } else if characters.next_if_eq(&quote).is_some() {
                        text.push(quote);
                    } else {
                        break;
                    }
                }
                values.last_mut().unwrap().push_str(&text);
            }
            other => {
                let values = word.get_or_insert_with(|| vec![String::new()]);
                values.last_mut().unwrap().push(other);
            }
        }
    }
    words.extend(word);
    words
}

#[test]
fn the_model_reads_words_as_powershell_does() {
    let line = "Set-X -Identity 'Bob''s one' -List 'a','b' -Flag $true";
    let expected = [
        vec!["Set-X"],
        vec!["-Identity"],
        vec!["Bob's one"],
        vec!["-List"],
        vec!["a", "b"],
        vec!["-Flag"],
        vec!["$true"],
    ];
    assert_eq!(words(line), expected);
}
