//! The cases of the corpus, and the evidence that they describe.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use eop_relay::certificate::{Certificate, Thumbprint};
use eop_relay::connector::{
    AcceptedDomain, AcceptedDomains, CertificateServices, ConnectorType, DomainOrigin,
    ExchangeCertificate, InboundConnector, ReceiveConnector, SendConnector, TextList,
};
use eop_relay::diagnosis::{Evidence, GivenCertificate, Located};
use eop_relay::evidence::chain_event::ChainEventQuery;
use eop_relay::evidence::delivery_error::DeliveryError;
use eop_relay::evidence::{ExchangeObjects, HybridHistoryBuilder, ParsedObject};
use eop_relay::log::LogInput;
use eop_relay::session::{Session, SessionQuery, SessionReader};
use eop_relay::timestamp::Timestamp;

use super::forge::{BLOCKED_ROOT, Forge, PROGRAMME_ROOT, SUBJECT_ALT_NAME, dns_names};

const ISSUER: &str = "CN=Trust Server CA 1, O=Trust AS, C=NO";
const NOW: &str = "2026-11-16T12:00:00Z";

/// A row of the table.
pub struct Case {
    pub name: String,
    pub source: String,
    pub sessions: String,
    pub setup: String,
    pub verdict: String,
    pub cause: String,
    pub side: String,
    pub findings: Vec<String>,
}

pub fn all() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/diagnosis/cases.tsv");
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let mut fields = line.split('\t').map(|field| field.trim().to_owned());
        let mut next = || fields.next().unwrap_or_default();
        Case {
            name: next(),
            source: next(),
            sessions: next(),
            setup: next(),
            verdict: next(),
            cause: next(),
            side: next(),
            findings: next().split(',').map(str::to_owned).filter(|id| !id.is_empty()).collect(),
        }
    })
    .collect()
}

/// `key=value` parts of a text.
fn parts<'t>(text: &'t str, separator: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.split(separator)
        .map(str::trim)
        .filter(|part| !part.is_empty() && *part != "-")
        .map(|part| part.split_once('=').unwrap_or((part, "")))
}

impl Case {
    /// One that only its sessions and its setup make.
    pub fn of(sessions: &str, setup: &str) -> Self {
        Self {
            name: String::new(),
            source: String::new(),
            sessions: sessions.to_owned(),
            setup: setup.to_owned(),
            verdict: String::new(),
            cause: String::new(),
            side: String::new(),
            findings: Vec::new(),
        }
    }

    pub fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::new(Timestamp::parse(NOW).unwrap());
        self.add_exports(&mut evidence);
        self.add_sessions(&mut evidence);
        evidence
    }

    /// The same evidence, in which the sessions came first.
    pub fn evidence_of_sessions_first(&self) -> Evidence {
        let mut evidence = Evidence::new(Timestamp::parse(NOW).unwrap());
        self.add_sessions(&mut evidence);
        self.add_exports(&mut evidence);
        evidence
    }

    /// Whether there is what has to come before sessions: errors that look for theirs, and the
    /// recipients to judge.
    pub fn has_what_comes_first(&self) -> bool {
        parts(&self.setup, " ; ").any(|(key, _)| key == "queue" || key == "rcpt")
    }

    fn add_exports(&self, evidence: &mut Evidence) {
        let (of_wizard, others): (Vec<_>, Vec<_>) =
            parts(&self.setup, " ; ").partition(|(key, _)| *key == "wizard");
        for (key, value) in others {
            set_up(evidence, key, value);
        }
        if !of_wizard.is_empty() {
            let mut builder = HybridHistoryBuilder::default();
            for (number, (_, value)) in of_wizard.into_iter().enumerate() {
                builder.add_bytes(&format!("hcw{number}.log"), wizard_log(value).as_bytes());
            }
            evidence.add_hybrid(builder.finish());
        }
    }

    /// Whether sessions differ in server, connector, certificate, address or sender.
    pub fn has_several_senders(&self) -> bool {
        let of = |session: &str| -> Vec<String> {
            let keys = ["server", "connector", "cert", "serial", "ip", "from"];
            let all = parts(session, " ;; ").filter(|(key, _)| keys.contains(key));
            let mut all: Vec<String> = all.map(|(key, value)| format!("{key}={value}")).collect();
            all.sort();
            all
        };
        let mut sessions = self.sessions.split(" || ").map(of);
        let first = sessions.next();
        sessions.any(|other| Some(&other) != first.as_ref())
    }

    /// The sessions as the program reads them.
    pub fn read_sessions(&self) -> Vec<Session> {
        let mut logs: BTreeMap<&str, String> = BTreeMap::new();
        let is_session = |session: &&str| !["", "-", "empty"].contains(session);
        for (number, session) in self.sessions.split(" || ").filter(is_session).enumerate() {
            let server = parts(session, " ;; ").find(|(key, _)| *key == "server");
            let server = server.map_or("EX01", |(_, server)| server);
            logs.entry(server).or_default().push_str(&log_of(session, number));
        }
        logs.iter().flat_map(|(server, log)| read(server, log)).collect()
    }

    fn add_sessions(&self, evidence: &mut Evidence) {
        if self.sessions == "empty" {
            evidence.logs_given = true;
        }
        for session in self.read_sessions() {
            evidence.add_session(&session);
        }
    }
}

fn located<T>(object: T, path: &str) -> Located<T> {
    Located { object, path: path.to_owned(), line: 1 }
}

fn list(text: &str) -> TextList {
    let shown = text.strip_suffix("...");
    let values = shown.unwrap_or(text).split(',').filter(|value| !value.is_empty());
    TextList { is_truncated: shown.is_some(), ..TextList::complete(values) }
}

/// A log of the hybrid wizard: `stamp|object|end|before|after|zone`. The object is `inbound`, a new
/// one (`new`) or `send`; the end `ok`, `failed` or `cut`; the zone absent for UTC.
fn wizard_log(text: &str) -> String {
    let fields: Vec<&str> = text.split('|').collect();
    let [stamp, object, end, before, after] = fields[..5] else { panic!("{text}") };
    let stamp = stamp.replace('-', ".").replace('T', " ");
    let (cmdlet, name, property) = match object {
        "new" => ("New-InboundConnector -Name", "Inbound from HQ", "TLSSenderCertificateName"),
        "inbound" => {
            ("Set-InboundConnector -Identity", "Inbound from HQ", "TLSSenderCertificateName")
        }
        "send" => ("Set-SendConnector -Identity", "Outbound to Office 365", "TlsCertificateName"),
        _ => panic!("{text}"),
    };
    let zone = fields.get(5).map_or("Coordinated Universal Time", |_| "Romance Standard Time");
    let clock = &stamp[11..];
    let context = |cmdlet: &str| format!("[Client=UX, Task=MailFlow, Cmdlet={cmdlet}, Thread=9]");
    let verb = cmdlet.split(' ').next().unwrap();
    let mut log = format!("{stamp}:00.000               Current Time Zone: {zone} ({clock}:00)\n");
    if !before.is_empty() {
        let title = if object == "send" { "Send" } else { "Inbound" };
        let _ = writeln!(log, "{stamp}:01.000         10242 [Client=UX, Thread=9]");
        let _ =
            writeln!(log, "{0}\nStandard {title} Connector\n{1}", "=".repeat(60), "-".repeat(60));
        let _ = writeln!(log, "Name | Equals | Actual | Expected\n{}", "-".repeat(60));
        let _ = writeln!(log, "Name | True | {name} | {name}\nEnabled | True | True | True");
        if object == "inbound" {
            let _ = writeln!(log, "ConnectorType | True | OnPremises | OnPremises");
            let _ = writeln!(log, "ConnectorSource | True | HybridWizard | HybridWizard");
        }
        let is_equal = if before == after { "True" } else { "False" };
        let _ = writeln!(log, "{property} | {is_equal} | {before} | {after}\n{}", "=".repeat(60));
    }
    let source = match object {
        "new" => " -ConnectorType 'OnPremises' -ConnectorSource 'HybridWizard'",
        _ => "",
    };
    let _ = writeln!(
        log,
        "{stamp}:02.000         10276 {} START {cmdlet} '{name}'{source} -{property} '{after}'",
        context(verb)
    );
    let finish = match end {
        "ok" => "        10277",
        "failed" => "*ERROR* 10277",
        _ => return log,
    };
    let result =
        if end == "failed" { "PowerShell failed to invoke: no such certificate" } else { "0" };
    let _ = writeln!(
        log,
        "{stamp}:03.000 {finish} {} FINISH Time=9.1ms Results={result}",
        context(verb)
    );
    log
}

/// A leaf for a host, its intermediate, its root.
fn chain(host: &str) -> (Certificate, Certificate, Certificate) {
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

fn set_up(evidence: &mut Evidence, key: &str, value: &str) {
    match key {
        "inbound" => {
            let connectors = evidence.inbound_connectors.get_or_insert_default();
            if value != "none" {
                connectors.push(located(inbound(value), "inbound.xml"));
            }
        }
        "accepted" => {
            let (origin, domains) = match value.strip_prefix("local:") {
                Some(domains) => (DomainOrigin::OnPremises, domains),
                None => (DomainOrigin::Cloud, value),
            };
            let domain = |text: &str| AcceptedDomain {
                origin,
                match_sub_domains: text.ends_with('+').then_some(true),
                ..AcceptedDomain::named(text.trim_end_matches('+'))
            };
            let domains = domains.split(',').filter(|text| !text.is_empty()).map(domain).collect();
            let accepted = AcceptedDomains { domains, is_incomplete: false };
            evidence.accepted_domains = Some(located(accepted, "accepted.xml"));
        }
        "tenant" => evidence.begin_tenant(value),
        "inbound2" => {
            let object = ParsedObject { object: inbound(value), line: 7 };
            let source_name = "inbound.xml".to_owned();
            evidence.add_inbound_connectors(&ExchangeObjects {
                source_name,
                inbound_connectors: vec![object],
                ..ExchangeObjects::default()
            });
        }
        "accepted2" => evidence.add_accepted_domain(value, "accepted.xml"),
        "event" => read_event(evidence, value),
        "ip" => evidence.source_address = Some(value.parse().unwrap()),
        "from" => evidence.mail_from = Some(value.parse().unwrap()),
        "rcpt" => evidence.recipient_domain = Some(value.to_owned()),
        "at" => evidence.at = Timestamp::parse(value).unwrap(),
        "warn" => evidence.warning_days = Some(value.parse().unwrap()),
        "unreadable" => evidence.unreadable.push((value.to_owned(), "access denied".to_owned())),
        "damaged" => evidence.damaged.push((value.to_owned(), 3, "no connector".to_owned())),
        "send" => {
            let connectors = evidence.send_connectors.get_or_insert_default();
            connectors.push(located(send(value), "send.json"));
        }
        "queue" => evidence.add_delivery_error(DeliveryError::of_text("queue", value)),
        "receive" => {
            let connectors = evidence.receive_connectors.get_or_insert_default();
            connectors.push(located(receive(value), "receive.xml"));
        }
        "installed" => {
            let installed = evidence.installed.get_or_insert_default();
            installed.push(located(installed_certificate(value), "installed.xml"));
        }
        _ => set_up_chain(evidence, key, value),
    }
}

/// `id:result:index/process/names/time/computer`, the last four optional; `off` is a log without events.
fn read_event(evidence: &mut Evidence, value: &str) {
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
    let content = if value == "off" { Vec::new() } else { xml.into_bytes() };
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

/// `name/type/enabled/value/addresses/associated/changed`, the last ones optional.
fn inbound(text: &str) -> InboundConnector {
    let fields: Vec<&str> = text.split('/').collect();
    let field = |index: usize| fields.get(index).copied().filter(|field| !field.is_empty());
    InboundConnector {
        name: fields[0].to_owned(),
        connector_type: field(1).map(ConnectorType::from_name),
        enabled: field(2).map(|flag| flag == "on"),
        tls_sender_certificate_name: field(3).map(str::to_owned),
        knows_certificate_name: true,
        sender_ip_addresses: Some(list(&field(4).unwrap_or_default().replace('|', "/"))),
        associated_accepted_domains: Some(list(field(5).unwrap_or_default())),
        when_changed_utc: field(6).and_then(Timestamp::parse),
        ..InboundConnector::default()
    }
}

/// `name/TlsCertificateName/smart host/logging`; `named` stands for ISSUER and CN=mail.contoso.com.
fn send(text: &str) -> SendConnector {
    let fields: Vec<&str> = text.split('/').collect();
    let field = |index: usize| fields.get(index).copied().filter(|field| !field.is_empty());
    SendConnector {
        name: fields[0].to_owned(),
        tls_certificate_name: field(1).map(|subject| match subject {
            "named" => format!("<I>{ISSUER}<S>CN=mail.contoso.com"),
            subject => subject.to_owned(),
        }),
        knows_certificate_name: true,
        smart_hosts: field(2).map(list),
        protocol_logging_level: field(3).map(str::to_owned),
        ..SendConnector::default()
    }
}

/// `identity/TlsCertificateName/AuthMechanism`; `named` stands for ISSUER and CN=mail.contoso.com,
/// `gone` for another issuer.
fn receive(text: &str) -> ReceiveConnector {
    let fields: Vec<&str> = text.split('/').collect();
    let field = |index: usize| fields.get(index).copied().filter(|field| !field.is_empty());
    ReceiveConnector {
        identity: fields[0].to_owned(),
        tls_certificate_name: field(1).map(|value| match value {
            "named" => format!("<I>{ISSUER}<S>CN=mail.contoso.com"),
            _ => "<I>CN=Former CA<S>CN=mail.contoso.com".to_owned(),
        }),
        knows_certificate_name: true,
        auth_mechanism: Some(list(field(2).unwrap_or("Tls,Integrated"))),
        ..ReceiveConnector::default()
    }
}

/// `names/services/flags`: flags are `nokey`, `self`, `enterprise`, `revoked`, `other` (another
/// issuer), `until:DATE`, `since:DATE`, `serial:TEXT` (another certificate of the same name).
fn installed_certificate(text: &str) -> ExchangeCertificate {
    let fields: Vec<&str> = text.split('/').collect();
    let flags = fields.get(2).copied().unwrap_or_default();
    let has = |flag: &str| flags.split(',').any(|one| one == flag);
    let value = |key: &str| flags.split(',').find_map(|one| one.strip_prefix(key));
    let names: Vec<&str> = fields[0].split(',').collect();
    let subject = format!("CN={}", names[0]);
    let issuer = if has("self") {
        subject.clone()
    } else if has("other") {
        "CN=Trust Server CA 2, O=Trust AS, C=NO".to_owned()
    } else {
        ISSUER.to_owned()
    };
    ExchangeCertificate {
        thumbprint: Some(thumbprint(fields[0], value("serial:").unwrap_or_default())),
        subject: Some(subject),
        issuer: Some(issuer),
        not_before: value("since:")
            .map_or_else(|| Timestamp::parse("2026-03-01"), Timestamp::parse),
        not_after: value("until:").map_or_else(|| Timestamp::parse("2027-09-01"), Timestamp::parse),
        services: fields.get(1).and_then(|services| CertificateServices::parse(services)),
        has_private_key: Some(!has("nokey")),
        is_self_signed: Some(has("self")),
        root_ca_type: has("enterprise").then(|| "Enterprise".to_owned()),
        status: has("revoked").then(|| "Revoked".to_owned()),
        certificate_domains: Some(TextList::complete(names)),
        ..ExchangeCertificate::default()
    }
}

fn thumbprint(names: &str, serial: &str) -> Thumbprint {
    Thumbprint::of(format!("{names}{serial}").as_bytes())
}

/// The rows of sessions as the Exchange server writes them.
fn log_of(session: &str, number: usize) -> String {
    let value = |key: &str| parts(session, " ;; ").find(|(known, _)| *known == key).map(|(_, v)| v);
    let count: usize = value("n").map_or(1, |text| text.parse().unwrap());
    (0..count).map(|copy| session_rows(&value, number, copy)).collect()
}

fn session_rows<'t>(
    value: &impl Fn(&str) -> Option<&'t str>,
    number: usize,
    copy: usize,
) -> String {
    let mut log = String::new();
    let connector = value("connector").unwrap_or("Outbound to Office 365");
    let session = format!("08DE24A7C3{number:03X}{copy:03X}");
    let session = format!("{session:0<16}");
    let clock =
        value("at").map_or_else(|| format!("{:02}:{:02}", 1 + number, copy % 60), str::to_owned);
    let mut sequence = 0;
    let mut row = |event: &str, data: &str, context: &str| {
        let quoted = |text: &str| {
            if text.contains([',', '"']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.to_owned()
            }
        };
        let (data, context) = (quoted(data), quoted(context));
        let _ = writeln!(
            log,
            "2026-11-16T{clock}:{:02}.000Z,{connector},{session},{sequence},10.0.0.5:30001,\
             198.51.100.7:25,{event},{data},{context}",
            sequence.min(59),
        );
        sequence += 1;
    };
    if let Some(how) = value("cloud") {
        received_rows(&mut row, value, how);
        return log;
    }
    row("*", "", "attempting to connect");
    if let Some(error) = value("connect") {
        let text = format!(
            "Failed to connect. Winsock error code: {error}, Win32 error code: {error}, Error \
             Message: A connection attempt failed"
        );
        row("*", "", &text);
        return log;
    }
    if value("cut").is_none() {
        row("+", "", "");
    }
    let host = value("host").unwrap_or("VI1EUR04FT012.mail.protection.outlook.com");
    let tls = value("tls").unwrap_or("ok");
    if host != "none" {
        let banner = match value("masked") {
            Some(_) => "220 ********************".to_owned(),
            None => format!("220 {host} Microsoft ESMTP MAIL Service ready"),
        };
        row("<", &banner, "");
        row(">", "EHLO mail.contoso.com", "");
        let ip = value("ip").unwrap_or("203.0.113.5");
        let offer = if tls == "notoffered" { "" } else { " STARTTLS" };
        row(
            "<",
            &format!("250  {host} Hello [{ip}] SIZE 157286400 PIPELINING{offer} CHUNKING"),
            "",
        );
    }
    if let Some(reply) = value("ehlo") {
        row("<", reply, "");
        row("-", "", "Local");
        return log;
    }
    if !matches!(tls, "notoffered" | "unused") {
        row(">", "STARTTLS", "");
        row("<", "220 2.0.0 SMTP server ready", "");
        certificate_row(&mut row, value);
        if let Some(error) = tls.strip_prefix("error:") {
            row("*", "", &format!("TLS negotiation failed with error {error}"));
            row("-", "", "Local");
            return log;
        }
        row(
            "*",
            "",
            &format!(
                "TLS protocol {} negotiation succeeded using bulk encryption algorithm \
                 CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384 with strength \
                 384 bits and key exchange algorithm CALG_ECDHE with strength 384 bits",
                value("protocol").unwrap_or("SP_PROT_TLS1_2_CLIENT")
            ),
        );
        row(">", "EHLO mail.contoso.com", "");
        row(
            "<",
            &format!("250  {host} Hello [203.0.113.5] SIZE 157286400 PIPELINING CHUNKING"),
            "",
        );
    }
    if let Some(proxy) = value("proxy") {
        row("*", "", &format!("Proxying outbound session with session id {proxy}"));
    }
    mail_rows(&mut row, value);
    if value("cut").is_none() {
        row(">", "QUIT", "");
        row("-", "", "Local");
    }
    log
}

/// A session in which Exchange Online is the client: `ok`, `notls` (no STARTTLS is offered) or `hungup`
/// (it ends after TLS).
fn received_rows<'t>(
    row: &mut impl FnMut(&str, &str, &str),
    value: &impl Fn(&str) -> Option<&'t str>,
    how: &str,
) {
    const CLIENT: &str = "mail-am6eur05on2071.outbound.protection.outlook.com";
    row("+", "", "");
    row(">", "220 mail.contoso.com Microsoft ESMTP MAIL Service ready", "");
    row("<", &format!("EHLO {CLIENT}"), "");
    let offer = if how == "notls" { "" } else { " STARTTLS" };
    row(">", &format!("250  mail.contoso.com Hello [198.51.100.7] SIZE PIPELINING{offer}"), "");
    if how == "notls" {
        row("<", "QUIT", "");
        row(">", "221 2.0.0 Service closing transmission channel", "");
        row("-", "", "Local");
        return;
    }
    row("<", "STARTTLS", "");
    row(">", "220 2.0.0 SMTP server ready", "");
    certificate_row(row, value);
    row(
        "*",
        "",
        "TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption \
         algorithm CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384 with \
         strength 384 bits and key exchange algorithm CALG_ECDHE with strength 384 bits",
    );
    if how == "hungup" {
        row("-", "", "Remote");
        return;
    }
    for (event, data) in [
        ("<", format!("EHLO {CLIENT}")),
        (">", "250  mail.contoso.com Hello [198.51.100.7] SIZE PIPELINING".to_owned()),
        ("<", "MAIL FROM:<bob@fabrikam.com> SIZE=1000".to_owned()),
        ("<", "RCPT TO:<anna@contoso.com>".to_owned()),
        (">", "250 2.1.0 Sender OK".to_owned()),
        (">", "250 2.1.5 Recipient OK".to_owned()),
        ("<", "BDAT 1000 LAST".to_owned()),
        (">", "250 2.6.0 <1@fabrikam.com> Queued mail for delivery".to_owned()),
        ("<", "QUIT".to_owned()),
        (">", "221 2.0.0 Service closing transmission channel".to_owned()),
    ] {
        row(event, &data, "");
    }
    row("-", "", "Local");
}

fn mail_rows<'t>(row: &mut impl FnMut(&str, &str, &str), value: &impl Fn(&str) -> Option<&'t str>) {
    let Some(to) = value("to") else { return };
    let from = value("from").unwrap_or("anna@contoso.com").trim_matches(['<', '>']);
    row("*", "", "sending message with RecordId 1 and InternetMessageId <1@contoso.com>");
    row(">", &format!("MAIL FROM:<{from}> SIZE=1000"), "");
    for address in to.split(',') {
        row(">", &format!("RCPT TO:<{address}>"), "");
    }
    row("<", value("mailreply").unwrap_or("250 2.1.0 Sender OK"), "");
    for (index, _) in to.split(',').enumerate() {
        // Of several recipients the first is refused.
        let reply = value("reply").filter(|_| index == 0).unwrap_or("250 2.1.5 Recipient OK");
        row("<", reply, "");
    }
    if value("reply").is_none() || to.contains(',') {
        row(">", "BDAT 1000 LAST", "");
        row("<", value("data").unwrap_or("250 2.6.0 <1@contoso.com> Queued mail for delivery"), "");
    }
}

fn certificate_row<'t>(
    row: &mut impl FnMut(&str, &str, &str),
    value: &impl Fn(&str) -> Option<&'t str>,
) {
    let names = value("cert").unwrap_or("mail.contoso.com");
    let (names, is_self) =
        names.strip_prefix("self:").map_or((names, false), |names| (names, true));
    if names == "none" {
        return;
    }
    let (names, digest) = match names.strip_prefix("made:") {
        Some(host) => (host, chain(host).0.thumbprint()),
        None => (names, thumbprint(names, value("serial").unwrap_or_default())),
    };
    let first = names.split(',').next().unwrap();
    let subject = format!("CN={first}");
    let issuer = if is_self { subject.as_str() } else { ISSUER };
    let since = value("since").unwrap_or("2026-03-01");
    let until = value("until").unwrap_or("2027-09-01");
    let text = format!(
        " {subject} {issuer} 0F62B4D8A093C5E7F91B3D5F7092A4C6 {digest} {since}T00:00:00.000Z \
         {until}T00:00:00.000Z {}",
        names.replace(',', ";")
    );
    row(
        "*",
        &text,
        "Sending certificate Subject Issuer name Serial number Thumbprint Not before Not after \
         Subject alternate names",
    );
}

fn read(server: &str, rows: &str) -> Vec<Session> {
    // EX01\Default Frontend EX01 is a receive connector.
    let connector = rows.split(',').nth(1).unwrap_or_default();
    let receive = connector.contains('\\');
    let kind = if receive { "Receive" } else { "Send" };
    let log = format!(
        "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP {kind} \
         Protocol Log\r\n#Date: 2026-11-16T00:00:00.000Z\r\n#Fields: date-time,connector-id,\
         session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n{rows}"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("SEND2026111601-1.LOG");
    fs::write(&path, log).unwrap();
    let input = LogInput { path, wildcards: false, server: Some(server.to_owned()) };
    let query = SessionQuery { inputs: vec![input], threads: 1, ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut sessions = Vec::new();
    while let Some(batch) = reader.next_batch(1000, 1 << 20) {
        assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        sessions.extend(batch.sessions);
    }
    sessions
}
