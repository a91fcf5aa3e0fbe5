//! A large CAPI2 log is read in flat memory.

use std::fs;
use std::io::{BufWriter, Write};

use eop_relay::evidence::EvidenceReader;
use eop_relay::evidence::chain_event::{ChainEventQuery, ChainEventReader};
use eop_relay::log::LogInput;

use crate::support::chain_event_log;
use crate::support::memory::{is_alone, peak_memory};

#[test]
fn a_log_many_times_larger_than_memory_in_use_is_read_to_its_end() {
    const NAME: &str =
        "chain_event_memory::a_log_many_times_larger_than_memory_in_use_is_read_to_its_end";
    if !is_alone(NAME) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capi2.xml");
    let mut file = BufWriter::new(fs::File::create(&path).unwrap());
    let size = chain_event_log::write_log(&mut file, 24 << 20).unwrap();
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
