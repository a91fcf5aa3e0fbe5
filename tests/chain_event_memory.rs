//! A large CAPI2 log is read in flat memory. Alone in its process, so that nothing else is measured.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/chain_event_log.rs"]
mod chain_event_log;

use std::fs;
use std::io::{BufWriter, Write};

use eop_relay::evidence::EvidenceReader;
use eop_relay::evidence::chain_event::{ChainEventQuery, ChainEventReader};
use eop_relay::log::LogInput;

/// The most memory that the process has ever had, in bytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[test]
fn a_log_many_times_larger_than_memory_in_use_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capi2.xml");
    let mut file = BufWriter::new(fs::File::create(&path).unwrap());
    let size = chain_event_log::write_log(&mut file, 12 << 20).unwrap();
    file.flush().unwrap();
    let before = peak_memory();
    let inputs = vec![LogInput { path, ..LogInput::default() }];
    let mut reader =
        ChainEventReader::new(ChainEventQuery { inputs, ..ChainEventQuery::default() });
    let (mut validations, mut failed) = (0, 0);
    while let Some(batch) = reader.next_batch(100, 1 << 20) {
        assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        validations += batch.records.len();
        failed += batch.records.iter().filter(|event| event.failed).count();
    }
    let grown = peak_memory() - before;
    assert_eq!(reader.summary().events.values().sum::<u64>(), 2 * validations as u64);
    assert_eq!(failed, validations / 1000);
    assert!(grown < size * 2 / 3, "{grown} bytes for a log of {size}");
}
