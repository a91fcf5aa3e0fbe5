use proptest::prelude::*;

use super::super::ExportFormat;
use super::fixtures::{INBOUND_CLIXML, INBOUND_CSV, INBOUND_JSON, INBOUND_LIST};
use super::*;

/// A fixture with some bytes replaced, inserted or removed.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let fixture =
        prop::sample::select(vec![INBOUND_CLIXML, INBOUND_CSV, INBOUND_JSON, INBOUND_LIST]);
    let edits = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<Option<u8>>(), any::<bool>()),
        0..12,
    );
    (fixture, edits).prop_map(|(fixture, edits)| {
        let mut bytes = fixture.as_bytes().to_vec();
        for (index, byte, inserts) in edits {
            let at = index.index(bytes.len());
            match byte {
                Some(byte) if inserts => bytes.insert(at, byte),
                Some(byte) => bytes[at] = byte,
                None => drop(bytes.remove(at)),
            }
        }
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = ExchangeObjects::from_bytes("bytes", &bytes);
    }

    #[test]
    fn damaged_exports_are_read_without_panic_and_problems_lie_within_the_file(bytes in damaged()) {
        if let Ok(objects) = ExchangeObjects::from_bytes("damaged", &bytes) {
            for problem in &objects.problems {
                prop_assert!(problem.offset <= bytes.len() as u64);
            }
        }
    }

    #[test]
    fn every_reader_takes_any_text(text in "(\\PC|[<>\\[\\]{}\",:;&\n ]|<Obj>|</Obj>|<S N=\"a\">|N : v\n){0,80}") {
        for format in [ExportFormat::CliXml, ExportFormat::Json, ExportFormat::Csv, ExportFormat::FormatList] {
            let _ = format.read(&text);
        }
    }
}
