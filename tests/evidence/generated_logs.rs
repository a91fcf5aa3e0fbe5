//! Logs made to measure, whose maker knows how many sessions ended how and which rows are damaged.

use std::collections::HashMap;

use eop_relay::log::{Columns, LogInput, NoticeCode, Row};
use eop_relay::session::{Outcome, SessionQuery, SessionReader};

use crate::common::{Profile, SendLog, Totals};

struct Read {
    by_outcome: HashMap<Outcome, u64>,
    rows: u64,
    damaged_rows: u64,
    complete: u64,
}

/// Makes a log of a mebibyte and reads it again.
fn made_and_read(seed: u64, profile: Profile) -> (Totals, Read) {
    let mut file = tempfile::Builder::new().suffix(".log").tempfile().unwrap();
    let totals = SendLog::new(seed, profile).write(1 << 20, file.as_file_mut()).unwrap();
    let input = LogInput { path: file.path().to_owned(), wildcards: false, server: None };
    let query = SessionQuery { inputs: vec![input], ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut read = Read { by_outcome: HashMap::new(), rows: 0, damaged_rows: 0, complete: 0 };
    while let Some(batch) = reader.next_batch(64, 1 << 16) {
        for session in batch.sessions {
            *read.by_outcome.entry(session.outcome).or_default() += 1;
            read.rows += session.row_count;
            read.complete += u64::from(session.complete);
        }
        for notice in batch.notices {
            assert_eq!(notice.code, NoticeCode::DamagedRows, "{notice:?}");
            read.damaged_rows += notice.count;
        }
    }
    (totals, read)
}

fn expected_outcomes(totals: &Totals) -> HashMap<Outcome, u64> {
    let counts = [
        (Outcome::Delivered, totals.delivered),
        (Outcome::PartlyRefused, totals.partly_refused),
        (Outcome::Refused, totals.refused),
        (Outcome::TlsFailed, totals.tls_failed),
        (Outcome::ConnectFailed, totals.connect_failed),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

#[test]
fn every_session_of_a_whole_log_ends_as_it_was_made_to() {
    for (seed, profile) in [(1, Profile::CLEAN), (2, Profile::FAILING), (3, Profile::FAILING)] {
        let (totals, read) = made_and_read(seed, profile);
        assert_eq!(read.by_outcome, expected_outcomes(&totals), "seed {seed}");
        assert_eq!(read.rows, totals.rows, "seed {seed}");
        assert_eq!(read.damaged_rows, 0, "seed {seed}");
    }
}

#[test]
fn every_damaged_row_is_counted_and_costs_no_other() {
    for seed in 4..12 {
        let (totals, read) = made_and_read(seed, Profile::DAMAGED);
        assert!(totals.damaged_rows > 0);
        assert_eq!(read.damaged_rows, totals.damaged_rows, "seed {seed}");
        assert_eq!(read.rows + read.damaged_rows, totals.rows, "seed {seed}");
        assert_eq!(read.by_outcome.values().sum::<u64>(), totals.sessions, "seed {seed}");
        assert!(read.complete < totals.sessions, "seed {seed}");
    }
}

/// The fields of a line as the csv crate reads them, which knows nothing of its neighbours.
fn csv_fields(line: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).unwrap();
    record.iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn the_csv_crate_reads_the_same_fields_in_each_physical_line() {
    for (seed, profile) in [(1, Profile::MIXED), (2, Profile::FAILING), (3, Profile::DAMAGED)] {
        let mut log = Vec::new();
        let totals = SendLog::new(seed, profile).write(300_000, &mut log).unwrap();
        let lines = log.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let is_row = |line: &&[u8]| !line.is_empty() && !line.contains(&b'#');
        let mut damaged_rows = 0;
        for line in lines.filter(is_row) {
            let Ok(row) = Row::parse(line, &Columns::STANDARD) else {
                damaged_rows += 1;
                continue;
            };
            let fields = csv_fields(line);
            assert_eq!(fields.len(), 9);
            assert_eq!(row.date_time.to_string().as_bytes(), fields[0]);
            assert_eq!(format!("{:016X}", row.session_id).as_bytes(), fields[2]);
            assert_eq!(row.sequence_number.unwrap().to_string().as_bytes(), fields[3]);
            let own =
                [row.connector, row.local_endpoint, row.remote_endpoint, row.data, row.context];
            for (own, index) in own.into_iter().zip([1, 4, 5, 7, 8]) {
                assert_eq!(&*own.value(), fields[index]);
            }
        }
        assert_eq!(damaged_rows, totals.damaged_rows, "seed {seed}");
    }
}

#[test]
fn the_same_seed_makes_the_same_log() {
    let made = |seed| {
        let mut bytes = Vec::new();
        SendLog::new(seed, Profile::MIXED).write(200_000, &mut bytes).unwrap();
        bytes
    };
    assert!(made(7) == made(7));
    assert!(made(7) != made(8));
}
