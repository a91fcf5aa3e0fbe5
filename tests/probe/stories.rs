//! The eight stories, asked anew: the log of the probe is read like one of Exchange, and the report on
//! it equals the report on the session of the story.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eop_relay::certificate::{Certificate, LoggedCertificate, read_certificates};
use eop_relay::connector::{AcceptedDomain, AcceptedDomains};
use eop_relay::diagnosis::{Evidence, GivenCertificate, Located, Report, diagnose};
use eop_relay::evidence::{ExchangeObjects, HybridHistory};
use eop_relay::log::LogInput;
use eop_relay::probe::{self, Credential, Envelope, Expectations, Mailbox};
use eop_relay::session::{Outcome, Session, SessionQuery, SessionReader, TlsStatus};
use eop_relay::timestamp::Timestamp;
use eop_relay::windows::KeyAccess;

use crate::credentials::{Signer, in_store, plan};
use crate::front_end::{ACCEPTED, FrontEnd, converse_at};
use crate::support::forge::{Forge, SUBJECT_ALT_NAME, dns_names, long_name};

const STORIES: [&str; 8] = [
    "certificate-not-bound-to-smtp",
    "healthy",
    "missing-intermediate",
    "only-automatic-replies-refused",
    "public-address-changed",
    "renewed-under-another-name",
    "two-causes",
    "wizard-changed-the-connector",
];

fn folder(story: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories").join(story)
}

fn sessions(path: &Path) -> Vec<Session> {
    let input =
        LogInput { path: path.to_owned(), wildcards: false, server: Some("EX01".to_owned()) };
    let query = SessionQuery { inputs: vec![input], ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut sessions = Vec::new();
    while let Some(batch) = reader.next_batch(64, 1 << 20) {
        sessions.extend(batch.sessions);
    }
    sessions
}

/// The configuration of a story, without its logs and queues.
fn evidence(story: &str) -> (Evidence, Option<Certificate>) {
    let folder = folder(story);
    let text = fs::read_to_string(folder.join("arguments")).unwrap();
    let words: Vec<&str> = text.lines().collect();
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-24T12:00:00Z").unwrap());
    let mut own = None;
    for pair in words.chunks(2) {
        let [option, value] = pair else { panic!("{story}: {pair:?}") };
        let objects = || ExchangeObjects::from_file(&folder.join(value)).unwrap();
        let certificates =
            || read_certificates(&fs::read(folder.join(value)).unwrap()).unwrap().certificates;
        match *option {
            "--inbound-connector" => evidence.add_inbound_connectors(&objects()),
            "--accepted-domain" if folder.join(value).exists() => {
                evidence.add_accepted_domains(&objects());
            }
            "--accepted-domain" => {
                let known = evidence.accepted_domains.get_or_insert_with(|| Located {
                    object: AcceptedDomains::default(),
                    path: "--accepted-domain".to_owned(),
                    line: 0,
                });
                known.object.domains.push(AcceptedDomain::named(value));
            }
            "--send-connector" => evidence.add_send_connectors(&objects()),
            "--installed" => evidence.add_installed(&objects()),
            "--hybrid-log" => {
                evidence.add_hybrid(HybridHistory::read(&[folder.join(value)], false));
            }
            "--intermediates" => evidence.intermediates = Some(certificates()),
            "--roots" => evidence.roots.extend(certificates()),
            "--certificate" => own = certificates().into_iter().next(),
            "--at" => evidence.at = Timestamp::parse(value).unwrap(),
            "--server" | "--log" | "--queue-error" | "--chain-event" => {}
            other => panic!("{story}: {other}"),
        }
    }
    evidence.server = Some("EX01".into());
    (evidence, own)
}

/// A certificate of which a log says the same, but for its thumbprint.
fn forged(logged: &LoggedCertificate) -> Certificate {
    let oid = |key: &str| match key {
        "CN" => "2.5.4.3",
        "O" => "2.5.4.10",
        "C" => "2.5.4.6",
        other => panic!("{other}"),
    };
    let parts = |text: &str| {
        // `O="Contoso, Ltd"` holds the one comma that separates nothing.
        let text = text.replace("\"Contoso, Ltd\"", "Contoso; Ltd");
        let mut parts: Vec<(String, String)> = text
            .split(", ")
            .map(|part| part.split_once('=').unwrap())
            .map(|(key, value)| (oid(key).to_owned(), value.replace(';', ",")))
            .collect();
        parts.reverse();
        let borrowed: Vec<(&str, &str)> =
            parts.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        long_name(&borrowed)
    };
    let day = |time: Option<Timestamp>| {
        let digits: String =
            time.unwrap().to_string().chars().filter(char::is_ascii_digit).collect();
        format!("{}Z", &digits[..14])
    };
    let serial = logged.serial_number.as_deref().unwrap();
    let serial: Vec<u8> = (0..serial.len() / 2)
        .map(|at| u8::from_str_radix(&serial[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let names: Vec<&str> = logged.dns_names.iter().map(|name| &**name).collect();
    Forge::server("story", "Story CA")
        .with(SUBJECT_ALT_NAME, false, dns_names(&names))
        .but(|forge| {
            forge.subject = parts(logged.subject.as_deref().unwrap());
            forge.issuer = parts(logged.issuer.as_deref().unwrap());
            forge.not_before = day(logged.not_before);
            forge.not_after = day(logged.not_after);
            forge.serial = serial;
        })
        .certificate()
}

/// The story with another thumbprint everywhere, for a certificate that a probe can show.
fn replaced(story: &str, old: &str, new: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder(story)).unwrap() {
        let entry = entry.unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => text.replace(old, new).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        fs::write(copy.path().join(entry.file_name()), bytes).unwrap();
    }
    copy
}

/// The report without the places and times that two sessions cannot share, and without the names of
/// the files.
fn comparable(report: &Report, paths: &[&str]) -> serde_json::Value {
    let mut text = serde_json::to_string_pretty(report).unwrap();
    for path in paths {
        text = text.replace(path, "LOG");
    }
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    mask(&mut value);
    value
}

fn mask(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => {
            // 2026-11-16T06:20:09.109Z, and LOG:24; that of the probe is not kept, and has no lines.
            let words = text.split_inclusive([' ', ';', ',']);
            *text = words
                .map(|word| {
                    if word.starts_with("2026-11-") && word.contains('T') && word.contains('Z') {
                        "TIME ".to_owned()
                    } else if word.starts_with("LOG") {
                        "LOG".to_owned()
                    } else {
                        word.to_owned()
                    }
                })
                .collect();
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(mask),
        serde_json::Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if name == "Line" {
                    *member = serde_json::Value::Null;
                }
                mask(member);
            }
        }
        _ => {}
    }
}

/// What the front end answered in the story, asked again.
fn front_end(session: &Session, refused: Option<String>) -> FrontEnd {
    let mut front_end =
        FrontEnd::by(move |_| refused.clone().unwrap_or_else(|| ACCEPTED.to_owned()));
    let host = session.remote_host().unwrap().to_owned();
    front_end.banner = format!("{host} Microsoft ESMTP MAIL Service ready");
    front_end.host = host;
    front_end.client = format!("[{}]", session.public_ip_address().unwrap());
    front_end
}

#[test]
fn the_report_on_a_probe_equals_that_on_the_session_of_the_story() {
    let mut asked = 0;
    for story in STORIES {
        let log = fs::read_dir(folder(story))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|extension| extension == "LOG"))
            .unwrap();
        for index in 0..sessions(&log).len() {
            asked += usize::from(ask_again(story, &log, index));
        }
    }
    assert!(asked >= 10, "{asked}");
}

/// Asks what one session of a story asked; returns whether that was refused.
fn ask_again(story: &str, log: &Path, index: usize) -> bool {
    let original = sessions(log).remove(index);
    let (mut known, given) = evidence(story);
    let logged = original.sent_certificate.as_deref().unwrap();
    let certificate = given.unwrap_or_else(|| forged(logged));
    let new = certificate.thumbprint().to_string();
    let copy = replaced(story, logged.thumbprint.as_deref().unwrap(), &new);
    let log = copy.path().join(log.file_name().unwrap());
    let session = sessions(&log).remove(index);
    if known.installed.is_some() {
        known.installed = None;
        known.add_installed(
            &ExchangeObjects::from_file(&copy.path().join("installed.json")).unwrap(),
        );
    }

    // Windows refuses the key where it did in the story.
    let can_sign = session.tls_status == TlsStatus::Succeeded;
    let signer = Arc::new(Signer(can_sign.then_some("story")));
    let found = in_store(certificate.clone(), KeyAccess::Granted);
    let credential = Credential::with_signer(&found, Vec::new(), "the store", signer).unwrap();
    let mut plan = plan(Some(credential));
    if let Some(message) = session.messages().next() {
        let to = message.recipients().next().unwrap().address().to_owned();
        plan.envelope = Some(Envelope {
            from: Mailbox::sender(message.mail_from().unwrap()).unwrap(),
            to: Mailbox::recipient(&to).unwrap(),
        });
    }
    let is_refused = session.outcome.is_failure();
    let refusal = session.reply().filter(|_| is_refused).map(str::to_owned);
    let ends = (
        session.local_endpoint().unwrap().parse().unwrap(),
        session.remote_endpoint().unwrap().parse().unwrap(),
    );
    let (record, _) = converse_at(plan, &front_end(&session, refusal), session.start_time, ends);
    let outcome = probe::judge(&record, &Expectations::default(), known.clone()).unwrap();

    known.certificates.push(GivenCertificate {
        certificate,
        others: Vec::new(),
        path: "the store".to_owned(),
    });
    known.add_session(&session);
    let of_story = diagnose(&known);
    let of_probe = outcome.report.as_ref().unwrap();
    let again = outcome.session.as_ref().unwrap();
    assert_eq!(again.tls_error(), session.tls_error(), "{story}");
    if is_refused {
        assert_eq!(again.outcome, session.outcome, "{story} {index}: {}", record.log);
        assert_eq!(again.reply(), session.reply(), "{story}");
        assert_eq!(outcome.exit_code, 20, "{story} {index}: {}", outcome.summary);
        let path = log.display().to_string();
        let left = comparable(of_probe, &["log of the probe"]);
        let right = comparable(&of_story, &[&path]);
        assert_eq!(left, right, "{story} {index}");
    } else {
        // Up to RCPT nothing is delivered: the probe says what would be, by the same rule.
        assert_eq!(again.outcome, Outcome::Incomplete, "{story}");
        assert_eq!(of_probe.cause, of_story.cause, "{story} {index}");
    }
    is_refused
}
