//! The CAPI2 log in every form in which it comes: exported XML, texts of a web page, `.evtx` files.

use std::fs;
use std::path::Path;

use eop_relay::evidence::chain_event::{
    ChainEvent, ChainEventQuery, ChainEventReader, ChainEventSummary, ChainFault, ResultCode,
    TrustStatus,
};
use eop_relay::evidence::{EvidenceBatch, EvidenceReader};
use eop_relay::log::{LogInput, Notice, NoticeCode};
use eop_relay::timestamp::Timestamp;
use proptest::prelude::*;

use crate::support::{evtx_forge, mutation};

const SENT: &str = "E8412F6A9C03D7B5518E2A4C6F90B3D5E7F81A2C";
const ISSUER: &str = "4B7A90C1D2E3F405162738495A6B7C8D9E0F1A2B";
const ROOT: &str = "91C0FFEE55AA10203040506070809A0B0C0D0E0F";

const PARTIAL_CHAIN: &str = include_str!("../fixtures/chain-events/partial-chain.xml");
const LOST_BLANKS: &str = include_str!("../fixtures/chain-events/lost-blanks.xml");
const GERMAN: &str = include_str!("../fixtures/chain-events/german.xml");
const BODIES: &str = include_str!("../fixtures/chain-events/bodies.xml");

struct Read {
    events: Vec<ChainEvent>,
    notices: Vec<Notice>,
    summary: ChainEventSummary,
}

fn read_all(query: ChainEventQuery) -> Read {
    let mut reader = ChainEventReader::new(query);
    let mut read =
        Read { events: Vec::new(), notices: Vec::new(), summary: ChainEventSummary::default() };
    while let Some(EvidenceBatch { records, notices }) = reader.next_batch(3, 4096) {
        read.events.extend(records);
        read.notices.extend(notices);
    }
    assert!(reader.next_batch(3, 4096).is_none());
    read.summary = reader.summary().clone();
    read
}

fn read_bytes(bytes: impl Into<Vec<u8>>) -> Read {
    let contents = vec![("given".to_owned(), bytes.into())];
    read_all(ChainEventQuery { contents, ..ChainEventQuery::default() })
}

/// The events of a fixture, each with its XML.
fn split(text: &str) -> Vec<String> {
    let pieces = text.split_inclusive("</Event>");
    pieces.filter_map(|piece| Some(piece[piece.find("<Event ")?..].to_owned())).collect()
}

#[test]
fn a_partial_chain_under_the_policy_ssl_is_told_as_most_likely() {
    let read = read_bytes(PARTIAL_CHAIN);
    assert!(read.notices.is_empty(), "{:?}", read.notices);
    let [event] = &read.events[..] else { panic!("{:?}", read.events) };
    assert_eq!(event.thumbprint.unwrap().to_string(), SENT);
    assert_eq!(event.subject.as_deref(), Some("mail.contoso.com"));
    assert_eq!(event.time, Timestamp::parse("2026-11-16T01:17:40.4561806Z"));
    assert_eq!(event.computer.as_deref(), Some("EX01.contoso.com"));
    assert_eq!(event.process_name.as_deref(), Some("lsass.exe"));
    assert_eq!(event.process_id, Some(696));
    assert_eq!(event.policy.as_deref(), Some("CERT_CHAIN_POLICY_SSL"));
    assert_eq!(event.task_id.as_deref(), Some("{6F1D2C3B-4A59-4867-9788-A9B0C1D2E3F4}"));
    assert_eq!(event.chain_ref.as_deref(), Some("{0A1B2C3D-4E5F-4071-8293-A4B5C6D7E8F9}"));
    assert_eq!((event.log_path.as_str(), event.line), ("given", 2));
    let [failure] = &event.failures[..] else { panic!("{:?}", event.failures) };
    assert_eq!((failure.fault, failure.is_inferred), (ChainFault::PartialChain, true));
    assert_eq!(failure.result.unwrap().hresult(), -2_146_762_487);
    assert_eq!(failure.to_string(), "event 30 (record 4711): CERT_E_UNTRUSTEDROOT (0x800B0109)");
    assert!(failure.meaning.starts_with("most likely an issuer"), "{}", failure.meaning);
    let record = &event.records[0];
    assert_eq!((record.element_index, record.sequence_number), (Some(-1), Some(1)));
    assert_eq!(record.authentication_type.as_deref(), Some("server"));
    assert_eq!(record.offset, 56);
}

#[test]
fn texts_of_a_web_page_read_like_the_export() {
    let export = read_bytes(PARTIAL_CHAIN);
    let read = read_bytes(LOST_BLANKS);
    assert!(read.notices.is_empty(), "{:?}", read.notices);
    assert_eq!(read.events.len(), 2, "without blanks, and without xmlns");
    for event in &read.events {
        assert_eq!(event.failures[0].fault, ChainFault::PartialChain);
        assert_eq!(event.thumbprint, export.events[0].thumbprint);
        assert_eq!(event.time, export.events[0].time);
        assert_eq!(event.process_id, export.events[0].process_id);
        assert_eq!(event.records[0].element_index, Some(-1));
    }
}

/// Its results, usages and rendered texts are German; none of them is read.
#[test]
fn the_events_of_one_validation_are_one_object_whatever_their_language() {
    let read = read_bytes(GERMAN);
    assert!(read.notices.is_empty(), "{:?}", read.notices);
    let [event] = &read.events[..] else { panic!("{:?}", read.events) };
    let ids: Vec<u32> = event.records.iter().map(|record| record.event_id).collect();
    assert_eq!(ids, [42, 41, 11, 90, 30], "in their order, joined by TaskId and by chainRef");
    assert_eq!(read.summary.other_events, 1, "the start of the validation is counted");
    assert_eq!(read.summary.events.values().sum::<u64>(), 5);
    assert_eq!(event.thumbprint.unwrap().to_string(), SENT);
    let faults: Vec<(ChainFault, u32, &str)> = event
        .failures
        .iter()
        .map(|failure| (failure.fault, failure.event_id, failure.subject.as_deref().unwrap()))
        .collect();
    assert_eq!(
        faults,
        [
            (ChainFault::UntrustedRoot, 11, "Contoso Stammzertifizierungsstelle"),
            (ChainFault::UntrustedRoot, 30, "mail.contoso.com"),
            (ChainFault::RevocationNotChecked, 41, "mail.contoso.com"),
            (ChainFault::RevocationNotChecked, 11, "mail.contoso.com"),
            (ChainFault::RevocationInformationRejected, 42, "mail.contoso.com"),
        ]
    );
    let chain = &event.records[2];
    let thumbprints: Vec<String> =
        chain.certificates.iter().map(|one| one.thumbprint.unwrap().to_string()).collect();
    assert_eq!(thumbprints, [SENT, ISSUER, ROOT], "the additional store is not the chain");
    assert_eq!(
        chain.error_status.unwrap().names(),
        [
            "CERT_TRUST_IS_UNTRUSTED_ROOT",
            "CERT_TRUST_REVOCATION_STATUS_UNKNOWN",
            "CERT_TRUST_IS_OFFLINE_REVOCATION"
        ]
    );
    assert_eq!(chain.certificates[0].revocation_result.unwrap().value(), 0x8009_2013);
    assert_eq!(event.records[3].certificates.len(), 2);
}

/// The newest event first, as Get-WinEvent gives them.
#[test]
fn the_order_of_the_events_does_not_matter() {
    let mut events = split(GERMAN);
    events.reverse();
    let read = read_bytes(events.concat());
    assert_eq!(read.events.len(), 1);
    let forward = read_bytes(GERMAN);
    assert_eq!(read.events[0].failures.len(), forward.events[0].failures.len());
    assert_eq!(read.events[0].time, forward.events[0].time);
    assert_eq!(read.events[0].fault, forward.events[0].fault);
}

#[test]
fn a_chain_that_tells_its_status_decides_what_a_policy_leaves_open() {
    let partial = GERMAN.replace("ErrorStatus value=\"1000060\"", "ErrorStatus value=\"1010040\"");
    let read = read_bytes(partial);
    let failures = &read.events[0].failures;
    assert_eq!((failures[0].fault, failures[0].is_inferred), (ChainFault::PartialChain, false));
    assert_eq!(failures[1].fault, ChainFault::PartialChain, "event 30 of the same chain");
    assert!(failures[0].meaning.starts_with("an issuer"), "{}", failures[0].meaning);
}

/// Only of the policy SSL is it known that no element of the chain means a partial chain.
#[test]
fn an_untrusted_root_under_another_policy_is_told_as_it_stands() {
    let unlike = read_bytes("this is no XML at all");
    assert_eq!(unlike.notices[0].code, NoticeCode::OtherContent);
    let other = PARTIAL_CHAIN.replace("CERT_CHAIN_POLICY_SSL", "CERT_CHAIN_POLICY_BASE");
    let failure = &read_bytes(other).events[0].failures[0];
    assert_eq!((failure.fault, failure.is_inferred), (ChainFault::UntrustedRoot, false));
    let with_element = PARTIAL_CHAIN.replace("elementIndex=\"-1\"", "elementIndex=\"2\"");
    let failure = &read_bytes(with_element).events[0].failures[0];
    assert_eq!((failure.fault, failure.is_inferred), (ChainFault::UntrustedRoot, false));
}

#[test]
fn bodies_copied_without_their_event_are_read() {
    let read = read_bytes(BODIES);
    assert!(read.notices.is_empty(), "{:?}", read.notices);
    let [key, objects] = &read.events[..] else { panic!("{:?}", read.events) };
    assert_eq!(key.fault, Some(ChainFault::PrivateKeyUnavailable));
    assert_eq!(key.failures[0].result.unwrap().name(), Some("NTE_BAD_KEYSET"));
    assert_eq!(key.process_name.as_deref(), Some("EdgeTransport.exe"));
    assert_eq!((key.time, key.line), (None, 2));
    assert!(!objects.failed && objects.meaning.is_none());
}

#[test]
fn every_encoding_reads_alike() {
    let utf16 = |to_bytes: fn(u16) -> [u8; 2], mark: &[u8]| -> Vec<u8> {
        mark.iter().copied().chain(GERMAN.encode_utf16().flat_map(to_bytes)).collect()
    };
    let ansi: Vec<u8> = GERMAN.chars().map(|one| u8::try_from(u32::from(one)).unwrap()).collect();
    let expected = read_bytes(GERMAN).events;
    for bytes in [
        utf16(u16::to_le_bytes, b"\xFF\xFE"),
        utf16(u16::to_be_bytes, b"\xFE\xFF"),
        utf16(u16::to_le_bytes, b""),
        ansi,
    ] {
        let read = read_bytes(bytes);
        assert!(read.notices.is_empty(), "{:?}", read.notices);
        assert_eq!(read.events[0].failures, expected[0].failures);
    }
    let with_mark = read_bytes([b"\xEF\xBB\xBF".as_slice(), GERMAN.as_bytes()].concat());
    assert_eq!(with_mark.events[0].failures, expected[0].failures);
}

#[test]
fn damage_is_counted_with_its_place_and_the_rest_goes_on() {
    let events = split(GERMAN);
    let damaged = events[4].replace("<UserData>", "<UserData><!-- ");
    let cut = &PARTIAL_CHAIN[..PARTIAL_CHAIN.len() - 300];
    let text = format!(
        "{}\n{damaged}\n{}\n{}",
        events[1],
        events[2],
        cut.trim_start_matches(|c| c != '\n')
    );
    let read = read_bytes(text);
    assert_eq!(read.summary.damaged_events, 2);
    assert_eq!(read.summary.events.values().sum::<u64>(), 2);
    let [notice] = &read.notices[..] else { panic!("{:?}", read.notices) };
    assert_eq!(notice.code, NoticeCode::DamagedRecords);
    assert_eq!((notice.count, notice.line), (2, Some(2)));
    assert!(notice.message.contains("wevtutil qe"), "{}", notice.message);
    let headless = read_bytes("<Event><System><EventID>30</EventID></System></Event>");
    assert!(headless.notices[0].message.contains("event 30 without its UserData"));
}

#[test]
fn a_log_that_is_off_empty_or_another_is_told_with_what_to_do() {
    for text in ["", "<Events></Events>"] {
        let read = read_bytes(text);
        let [notice] = &read.notices[..] else { panic!("{:?}", read.notices) };
        assert_eq!(notice.code, NoticeCode::EvidenceIncomplete, "{text}");
        assert!(notice.message.contains("/e:true /ms:"), "{}", notice.message);
    }
    let other = PARTIAL_CHAIN.replace("Name=\"Microsoft-Windows-CAPI2\"", "Name=\"Schannel\"");
    let read = read_bytes(other);
    assert!(read.events.is_empty());
    assert_eq!(read.notices[0].code, NoticeCode::OtherContent);
    let none = ChainEventQuery {
        inputs: vec![LogInput { path: "no-such.evtx".into(), ..LogInput::default() }],
        ..ChainEventQuery::default()
    };
    assert_eq!(read_all(none).notices[0].code, NoticeCode::NothingFound);
}

#[test]
fn what_is_asked_for_is_handed_out_and_a_log_that_begins_later_is_reported() {
    let query = |start: &str, end: &str, thumbprint: Option<&str>| ChainEventQuery {
        contents: vec![("given".to_owned(), GERMAN.as_bytes().to_vec())],
        start: Timestamp::parse(start),
        end: Timestamp::parse(end),
        thumbprint: thumbprint.map(|text| text.parse().unwrap()),
        ..ChainEventQuery::default()
    };
    let inside = read_all(query("2026-11-16T01:17:50.4561806Z", "2026-11-17", None));
    assert_eq!((inside.events.len(), inside.notices.len()), (1, 0));
    let before = read_all(query("2026-11-16T01:00:00Z", "2026-11-16T01:17:50Z", None));
    assert_eq!(before.events.len(), 0);
    assert_eq!(before.notices[0].code, NoticeCode::EvidenceIncomplete);
    assert!(before.notices[0].message.contains("/ms:"), "{}", before.notices[0].message);
    for (thumbprint, count) in [(SENT, 1), (ISSUER, 1), (&"0".repeat(40), 0)] {
        let read = read_all(query("2026-11-16T01:17:50Z", "2026-11-17", Some(thumbprint)));
        assert_eq!(read.events.len(), count, "{thumbprint}");
    }
}

#[cfg(feature = "evtx")]
#[test]
fn an_evtx_file_reads_like_its_xml() {
    let events = split(GERMAN);
    let file = evtx_forge::evtx(&events);
    let read = read_bytes(file.clone());
    assert!(read.notices.is_empty(), "{:?}", read.notices);
    let expected = read_bytes(GERMAN);
    assert_eq!(read.events.len(), 1);
    assert_eq!(read.events[0].time, expected.events[0].time);
    for (one, other) in read.events[0].failures.iter().zip(&expected.events[0].failures) {
        assert_eq!(
            (one.fault, one.thumbprint, one.result),
            (other.fault, other.thumbprint, other.result)
        );
        assert_eq!((one.line, one.event_record_id), (0, other.event_record_id));
    }
    assert_eq!(read.summary.other_events, 1);

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("capi2.evtx"), &file).unwrap();
    fs::write(folder.path().join("one.xml"), PARTIAL_CHAIN).unwrap();
    fs::write(folder.path().join("other.txt"), PARTIAL_CHAIN).unwrap();
    let inputs = vec![LogInput { path: folder.path().to_owned(), ..LogInput::default() }];
    let read = read_folder(inputs);
    assert_eq!((read.events.len(), read.summary.files), (2, 2));
}

#[cfg(feature = "evtx")]
#[test]
fn a_damaged_evtx_file_is_told_and_what_is_left_of_it_read() {
    let mut events: Vec<String> = Vec::new();
    for _ in 0..8 {
        events.extend(split(GERMAN));
    }
    let whole = evtx_forge::evtx(&events);
    assert!(whole.len() > 4096 + 65_536, "two chunks");
    let mut file = whole.clone();
    file[4096..4104].copy_from_slice(b"garbage!");
    let read = read_bytes(file);
    assert!(!read.events.is_empty(), "the second chunk is read");
    assert_eq!(read.notices[0].code, NoticeCode::DamagedRecords);
    assert_eq!(read.notices[0].offset, Some(4096));
    let header = read_bytes(whole[..100].to_vec());
    assert_eq!(header.notices[0].code, NoticeCode::OtherContent, "{:?}", header.notices);
    assert!(header.notices[0].message.contains("copy or export it again"));
}

#[test]
fn a_batch_comes_after_a_bounded_amount_of_input_even_where_nothing_is_found() {
    let contents = vec![("given".to_owned(), vec![b' '; 3 << 20])];
    let mut reader =
        ChainEventReader::new(ChainEventQuery { contents, ..ChainEventQuery::default() });
    let mut batches = 0;
    while reader.next_batch(100, 100_000).is_some() {
        batches += 1;
    }
    assert!(batches > 20, "{batches}");
}

#[test]
fn cancelling_ends_the_reading() {
    let contents = vec![("given".to_owned(), GERMAN.repeat(50).into_bytes())];
    let mut reader =
        ChainEventReader::new(ChainEventQuery { contents, ..ChainEventQuery::default() });
    assert!(reader.next_batch(1, 1).is_some(), "a batch may be empty before the end");
    reader.cancellation().store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(reader.next_batch(1, 1).is_none());
}

#[test]
fn events_come_back_from_json_as_they_were() {
    for text in [GERMAN, PARTIAL_CHAIN, BODIES] {
        for event in read_bytes(text).events {
            let json = serde_json::to_string(&event).unwrap();
            let back: ChainEvent = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&back).unwrap(), json);
            assert_eq!(back.failures, event.failures);
        }
    }
}

#[test]
fn numbers_have_the_names_of_the_windows_headers() {
    for (text, name, hresult) in [
        ("800B0109", Some("CERT_E_UNTRUSTEDROOT"), -2_146_762_487),
        ("0x800B010A", Some("CERT_E_CHAINING"), -2_146_762_486),
        ("0", Some("S_OK"), 0),
        ("80000001", None, -2_147_483_647),
    ] {
        let code = ResultCode::from_hexadecimal(text).unwrap();
        assert_eq!((code.name(), code.hresult()), (name, hresult));
    }
    for text in ["", "0x", "+1", "800B01091", "ok"] {
        assert_eq!(ResultCode::from_hexadecimal(text), None, "{text}");
    }
    assert_eq!(
        TrustStatus::new(0x8000_0001).names(),
        ["CERT_TRUST_IS_NOT_TIME_VALID", "0x80000000"]
    );
    assert!(TrustStatus::new(2).is_trusted(), "CERT_TRUST_IS_NOT_TIME_NESTED is obsolete");
}

/// The table of names that is shared with the project has the same numbers.
#[test]
fn the_names_are_those_of_the_shared_table() {
    let path = shared("samples/connectors/capi2-codes.tsv");
    let Ok(table) = fs::read_to_string(&path) else {
        println!("{} is not there: the names of codes are not compared", path.display());
        return;
    };
    for row in table.lines().skip(1) {
        let fields: Vec<&str> = row.split('\t').collect();
        match fields[0] {
            "ErrorStatus" => {
                assert_eq!(TrustStatus::from_hexadecimal(fields[1]).unwrap().names(), [fields[2]]);
            }
            "Result" => {
                assert_eq!(
                    ResultCode::from_hexadecimal(fields[1]).unwrap().name(),
                    Some(fields[2])
                );
            }
            _ => {}
        }
    }
}

#[test]
fn published_samples_are_read() {
    let samples = [
        ("capi2-event30-untrustedroot-kb3212877.xml", 1, ChainFault::PartialChain),
        ("capi2-userdata-chain-offline-revocation-de.xml", 1, ChainFault::RevocationNotChecked),
    ];
    for (name, count, fault) in samples {
        let path = shared("samples/connectors").join(name);
        if !path.exists() {
            println!("{} is not there: published samples are not read", path.display());
            return;
        }
        let inputs = vec![LogInput { path, ..LogInput::default() }];
        let read = read_folder(inputs);
        assert!(read.notices.is_empty(), "{name}: {:?}", read.notices);
        assert_eq!(read.events.len(), count, "{name}");
        assert_eq!(read.events[0].fault, Some(fault), "{name}");
    }
    let article = fs::read(shared("seeds/002_b9d1f718788aaaab.txt")).unwrap();
    let read = read_bytes(article);
    assert_eq!(read.events.len(), 1, "in the middle of its text, without blanks");
    assert_eq!(read.events[0].fault, Some(ChainFault::PartialChain));
}

fn shared(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path)
}

fn read_folder(inputs: Vec<LogInput>) -> Read {
    read_all(ChainEventQuery { inputs, ..ChainEventQuery::default() })
}

#[test]
fn mutated_files_are_survived() {
    let mut random = mutation::Random::new(30);
    let file = evtx_forge::evtx(&split(GERMAN));
    for original in [GERMAN.as_bytes(), LOST_BLANKS.as_bytes(), BODIES.as_bytes(), &file] {
        for _ in 0..200 {
            let read = read_bytes(mutation::mutate(original, &mut random));
            assert!(read.events.len() < 20);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        read_bytes(bytes);
    }

    #[test]
    fn events_among_any_text_are_found(before in "[ -;=-~\n\u{e4}]{0,200}", after in "[ -;=-~\n]{0,200}") {
        let read = read_bytes(format!("{before}{PARTIAL_CHAIN}{after}{LOST_BLANKS}"));
        // The first two are one: the same event, with and without its blanks.
        prop_assert_eq!(read.events.len(), 2);
        prop_assert_eq!(read.summary.events.get(&30), Some(&3));
    }
}
