//! What a file of a support case is, by its content.

use std::ops::ControlFlow;
use std::path::Path;

use super::capi2::event_texts;
use super::delivery_error::{
    DeliveryError, DeliveryErrorSource, DeliveryErrors, TransportEvent, sources_of_events,
};
use super::export::{EvidenceError, ExchangeObjects, TextFile, read_file};
use super::file_formats::{format_of, is_binary, text_of};
use super::manifest::Manifest;
use crate::certificate::read_certificates;
use crate::finding::words::counted;
use crate::input;
use crate::named_enum::named_enum;
use crate::reply::RejectionClass;

named_enum! {
    /// The kinds of evidence in a folder.
    EvidenceKind {
        /// A protocol log of a send or receive connector, or of IIS SMTP.
        ProtocolLog = 1,
        /// Exported connectors, accepted domains or certificates.
        Export = 2,
        /// Errors of delivery: queues, NDRs, traces, message tracking logs.
        DeliveryErrors = 3,
        /// Certificates: DER, PEM or PKCS #7.
        Certificates = 4,
        /// The CAPI2 log, as XML or `.evtx`.
        ChainEvents = 5,
        /// A log of the Hybrid Configuration Wizard.
        WizardLog = 6,
        /// Nothing that is read; the words say why.
        Unused = 7,
    }
}

/// What a file was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Its kind.
    pub kind: EvidenceKind,
    /// What it holds, or why it is left out, in a few words.
    pub words: String,
}

impl Recognised {
    fn new(kind: EvidenceKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }
}

/// How much of a file shows what it is, in bytes.
const BEGINNING: u64 = 64 << 10;

/// (what stands in the first lines, what the file is)
const LOGS: &[(&str, EvidenceKind, &str)] = &[
    ("#Log-type: SMTP Send Protocol Log", EvidenceKind::ProtocolLog, "send log"),
    ("#Log-type: SMTP Receive Protocol Log", EvidenceKind::ProtocolLog, "receive log"),
    ("#Software: Microsoft Internet Information Services", EvidenceKind::ProtocolLog, "IIS log"),
    ("#Log-type: Message Tracking Log", EvidenceKind::DeliveryErrors, "message tracking log"),
    ("Microsoft-Windows-CAPI2", EvidenceKind::ChainEvents, "events of CAPI2"),
    ("X-MS-Exchange-Organization-AuthAs:", EvidenceKind::DeliveryErrors, "headers of a message"),
    ("X-MS-Exchange-CrossTenant-AuthAs:", EvidenceKind::DeliveryErrors, "headers of a message"),
    ("[Client=UX", EvidenceKind::WizardLog, "log of the Hybrid Configuration Wizard"),
    ("\nWHAT ELSE WAS FOUND", EvidenceKind::Unused, "a report of this program"),
    ("\nPROOF\n", EvidenceKind::Unused, "a report of this program"),
    (
        "Private keys of LocalMachine\\My on ",
        EvidenceKind::Unused,
        "who may read the private keys, for a person to look at",
    ),
    ("#Log-type:", EvidenceKind::Unused, "a log of Exchange that is not read"),
];

/// Recognises a file; nothing of it is kept.
#[must_use]
pub fn recognise(path: &Path) -> Recognised {
    let beginning = match beginning(path) {
        Ok(beginning) => beginning,
        Err(error) => return Recognised::new(EvidenceKind::Unused, error.to_string()),
    };
    if beginning.is_empty() {
        return Recognised::new(EvidenceKind::Unused, "empty");
    }
    if let Some(words) = format_of(&beginning) {
        return Recognised::new(EvidenceKind::Unused, words);
    }
    if beginning.starts_with(b"PK\x03\x04") {
        let words = "an archive inside an archive: unpack it, and give what it holds";
        return Recognised::new(EvidenceKind::Unused, words);
    }
    if Manifest::is_named(path) && Manifest::read(path).is_ok() {
        let words = "the manifest of the package: what was collected, and what is missing";
        return Recognised::new(EvidenceKind::Unused, words);
    }
    let text = TextFile::decode(&beginning).text.into_owned();
    if let Some(words) = format_of(text.trim_start_matches('\u{FEFF}').as_bytes()) {
        return Recognised::new(EvidenceKind::Unused, words);
    }
    if beginning.starts_with(b"ElfFile\0") || event_texts::is_log(&text) {
        return of_event_log(path);
    }
    if is_log_of_web_server(&text) {
        let words = "a log of IIS's web server, not of its SMTP service";
        return Recognised::new(EvidenceKind::Unused, words);
    }
    if let Some((_, kind, words)) = LOGS.iter().find(|(mark, ..)| text.contains(mark)) {
        return Recognised::new(*kind, *words);
    }
    match read_file(path) {
        Ok(bytes) => of_content(&path.display().to_string(), &bytes),
        Err(error) => Recognised::new(EvidenceKind::Unused, error.to_string()),
    }
}

/// An event log by the provider of its first events.
fn of_event_log(path: &Path) -> Recognised {
    /// Events of other programs before the first one of transport: the Application log is everybody's.
    const MAXIMUM_EVENTS: u32 = 200_000;
    let mut first: Option<String> = None;
    let mut found = None;
    let mut left = MAXIMUM_EVENTS;
    let result = event_texts::of_file(path, |xml, _| {
        let event = TransportEvent::of_xml(xml);
        if event.provider.contains("CAPI2") {
            found = Some((EvidenceKind::ChainEvents, "events of CAPI2"));
        } else if event.is_known() {
            found = Some((EvidenceKind::DeliveryErrors, "events of Exchange's transport"));
        }
        let name = if event.channel.is_empty() { event.provider } else { event.channel };
        first.get_or_insert(name);
        left -= 1;
        if found.is_some() || left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match (found, first, result) {
        (Some((kind, words)), ..) => Recognised::new(kind, words),
        (None, Some(name), _) => Recognised::new(
            EvidenceKind::Unused,
            format!("an event log ({name}) without an event that is read"),
        ),
        (None, None, Err(error)) => Recognised::new(EvidenceKind::Unused, error.to_string()),
        (None, None, Ok(())) => Recognised::new(EvidenceKind::ChainEvents, "event log"),
    }
}

/// Whether a log of IIS has requests of the web, and none of its SMTP service.
fn is_log_of_web_server(text: &str) -> bool {
    const REQUESTS: &[&str] = &[" GET /", " POST /", " HEAD /", " OPTIONS /", " RPC_IN_DATA /"];
    text.starts_with("#Software: Microsoft Internet Information Services")
        && !text.contains("SMTPSVC")
        && REQUESTS.iter().any(|request| text.contains(request))
}

fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    input::beginning(path, BEGINNING)
}

fn of_content(name: &str, bytes: &[u8]) -> Recognised {
    let is_der = bytes.starts_with(&[0x30, 0x82]);
    if (is_der || memchr::memmem::find(bytes, b"-----BEGIN ").is_some())
        && let Ok(content) = read_certificates(bytes)
    {
        let (authorities, others): (Vec<_>, Vec<_>) =
            content.certificates.iter().partition(|one| one.is_authority());
        let words =
            [(others.len(), "certificate"), (authorities.len(), "certificate of an authority")];
        let words: Vec<String> = words
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| match (count, *noun) {
                (2.., "certificate of an authority") => {
                    format!("{count} certificates of authorities")
                }
                (count, noun) => counted(*count as u64, noun),
            })
            .collect();
        return Recognised::new(EvidenceKind::Certificates, words.join(", "));
    }
    let refused = match ExchangeObjects::from_bytes(name, bytes) {
        Ok(objects) => {
            let kinds = [
                (objects.inbound_connectors.len(), "inbound connector"),
                (objects.accepted_domains.len(), "accepted domain"),
                (objects.send_connectors.len(), "send connector"),
                (objects.receive_connectors.len(), "receive connector"),
                (objects.certificates.len(), "certificate"),
            ];
            let found = kinds.iter().filter(|(count, _)| *count > 0);
            let words: Vec<String> =
                found.map(|(count, kind)| counted(*count as u64, kind)).collect();
            if !words.is_empty() {
                let words = words.join(", ");
                return Recognised::new(
                    EvidenceKind::Export,
                    match objects.description {
                        Some(description) => format!("{description}: {words}"),
                        None => words,
                    },
                );
            }
            let unused: Vec<&str> = objects.unused.keys().map(String::as_str).collect();
            match unused[..] {
                [] => "no object: the command that made it returned none, or failed".to_owned(),
                _ => format!("no objects that are used: {}", unused.join(", ")),
            }
        }
        Err(EvidenceError::UnknownFormat { beginning, .. }) => {
            let beginning: String = beginning.chars().take(30).collect();
            let beginning = beginning.trim_end_matches('.');
            match () {
                () if is_binary(&TextFile::decode(bytes).text) => {
                    "a format that is not known, and no text".to_owned()
                }
                () => format!("nothing that is read: it begins with \"{beginning}\""),
            }
        }
        Err(error) => error.reason(),
    };
    let text = TextFile::decode(bytes).text;
    match DeliveryErrors::from_bytes(name, bytes) {
        Ok(read) if read.errors.iter().any(|error| is_evidence(&error)) => {
            let words = counted(read.errors.len() as u64, "error");
            Recognised::new(EvidenceKind::DeliveryErrors, words)
        }
        Ok(read) if read.without_error > 0 => {
            Recognised::new(EvidenceKind::DeliveryErrors, "no error in it")
        }
        Ok(read) if read.errors.iter().any(|error| error.explanation.recognised) => {
            Recognised::new(
                EvidenceKind::Unused,
                "a text that names a refusal, and no reply as it was",
            )
        }
        _ => {
            let is_xml = text.trim_start().starts_with("<Objs");
            let words = text_of(&text).filter(|_| !is_xml).map(str::to_owned);
            let of_events =
                || Some(format!("events of {}, none of which is read", sources_of_events(&text)?));
            let words = words.or_else(of_events).unwrap_or(refused);
            Recognised::new(EvidenceKind::Unused, words)
        }
    }
}

/// Whether a text holds what a server said or wrote: one that names a code alone may be anybody's note.
fn is_evidence(error: &DeliveryError) -> bool {
    let explanation = &error.explanation;
    let is_written = error.source != DeliveryErrorSource::Text
        || explanation.reply.is_some()
        || explanation.tls_error.is_some()
        || explanation.rejection.is_some_and(RejectionClass::is_no_refusal);
    explanation.recognised && is_written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_of_a_case_is_known_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        for (content, expected) in [
            (&b"#Software: Microsoft Exchange Server\r\n#Log-type: SMTP Send Protocol Log\r\n"[..], EvidenceKind::ProtocolLog),
            (b"#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n", EvidenceKind::DeliveryErrors),
            (b"#Software: Microsoft Exchange Server\r\n#Log-type: Connectivity Log\r\n", EvidenceKind::Unused),
            (b"[{\"Name\":\"Outbound\",\"TlsCertificateName\":null,\"AddressSpaces\":[\"SMTP:*;1\"]}]", EvidenceKind::Export),
            (b"Remote Server returned '550 5.7.64 TenantAttribution; Relay Access Denied'", EvidenceKind::DeliveryErrors),
            (b"<Events><Event><Provider Name='Microsoft-Windows-CAPI2'/></Event></Events>", EvidenceKind::ChainEvents),
            (b"REFUSED: NameMismatch\n\nPROOF\n    550 5.7.64 TenantAttribution", EvidenceKind::Unused),
            (b"ElfFile\0....", EvidenceKind::Unused),
            (b"<Events><Event><System><Provider Name='MSExchangeTransport'/><EventID>12018</EventID></System></Event></Events>", EvidenceKind::DeliveryErrors),
            (b"{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"Microsoft-Windows-CAPI2\"}}}}}", EvidenceKind::ChainEvents),
            (b"<Events><Event><System><Provider Name='Outlook'/><EventID>1</EventID></System></Event></Events>", EvidenceKind::Unused),
            (b"Received: from a\r\nX-MS-Exchange-Organization-AuthAs: Anonymous\r\n\r\n", EvidenceKind::DeliveryErrors),
            (b"PK\x03\x04....", EvidenceKind::Unused),
            (b"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date\r\n2026-11-20 POST /owa", EvidenceKind::Unused),
            (b"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date\r\n2026-11-20 SMTPSVC1", EvidenceKind::ProtocolLog),
            (b"\x89PNG\r\n", EvidenceKind::Unused),
            (b"# Case 7\nThe customer's mail is refused with 5.7.64.\n", EvidenceKind::Unused),
            (b"Log Name: System\nSource: Schannel\nDate: 11/20/2026 8:00:00 AM\nEvent ID: 36874\n", EvidenceKind::Unused),
            (b"Log Name: Application\nSource: MSExchangeTransport\nDate: 11/20/2026 8:00:00 AM\nEvent ID: 12016\nComputer: EX01\nDescription:\nKein Zertifikat: mail.adatum.com\n", EvidenceKind::DeliveryErrors),
            (b"[]", EvidenceKind::Unused),
            (b"", EvidenceKind::Unused),
        ] {
            let path = folder.path().join("file");
            std::fs::write(&path, content).unwrap();
            let found = recognise(&path);
            assert_eq!(found.kind, expected, "{found:?}");
            assert!(!found.words.is_empty());
        }
        let missing = recognise(&folder.path().join("missing"));
        assert_eq!(missing.kind, EvidenceKind::Unused);
    }
}
