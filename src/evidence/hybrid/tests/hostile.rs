//! Damaged, cut and oversized files.

use std::io::{self, Read};

use proptest::prelude::*;

use super::super::{HybridHistoryBuilder, HybridLogReader};
use super::fixtures::{UTC, comparison, header, set_sender_name};
use crate::finding::Severity;

fn whole() -> String {
    header(UTC)
        + &comparison("08:20:00.000", "mail.contoso.com", "*.contoso.com")
        + &set_sender_name("08:21:00.000", "*.contoso.com", "0")
}

/// A text again and again, up to a length, without ever holding it.
struct Repeated<'t> {
    text: &'t [u8],
    at: usize,
    left: u64,
}

impl Read for Repeated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.text[self.at..];
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let length = rest.len().min(buffer.len()).min(most);
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at = (self.at + length) % self.text.len();
        self.left -= length as u64;
        Ok(length)
    }
}

#[test]
fn an_entry_without_end_is_kept_in_part_and_said() {
    let rows = "   x | y\n".repeat(300_000);
    let text = format!("{}{rows}{}", header(UTC), set_sender_name("08:21:00.000", "a.b", "0"));
    let mut reader = HybridLogReader::new(text.as_bytes()).unwrap();
    let first = reader.next_entry().unwrap().unwrap();
    assert!(first.is_capped && first.text.len() <= 1 << 20);
    assert_eq!(reader.next_entry().unwrap().unwrap().line, 300_002);
    assert_eq!(reader.capped(), Some((1, 1)));
    let mut builder = HybridHistoryBuilder::default();
    builder.add_bytes("x.log", text.as_bytes());
    let history = builder.finish();
    assert_eq!(history.changes.len(), 1);
    assert!(history.notices.iter().any(|notice| notice.severity == Severity::Warning));
}

#[test]
fn what_one_file_leaves_behind_is_bounded() {
    let text = set_sender_name("08:21:00.000", &"x".repeat(400_000), "0");
    let left = text.len() as u64 * 60;
    let mut builder = HybridHistoryBuilder::default();
    builder.add_input("x.log", Repeated { text: text.as_bytes(), at: 0, left });
    let history = builder.finish();
    assert!((35..45).contains(&history.changes.len()), "{}", history.changes.len());
    let left_out = |text: &String| text.contains("more than any run of the wizard");
    assert!(history.notices.iter().map(ToString::to_string).any(|text| left_out(&text)));
}

#[test]
fn xml_without_the_end_of_an_element_does_not_fill_the_memory() {
    let text = [b"<invoke cmdlet=\"".as_slice(), &vec![b'x'; 70_000]].concat();
    let input = Repeated { text: &text, at: 0, left: 64 << 20 };
    let mut builder = HybridHistoryBuilder::default();
    builder.add_input("x.xhcw", input);
    let history = builder.finish();
    let damage = history.notices.iter().find(|notice| notice.severity == Severity::Warning);
    assert!(damage.unwrap().message.contains("without the end of an element"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutated_files_are_read_without_panic(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
        is_xml in any::<bool>(),
    ) {
        let mut bytes = if is_xml { super::history::XML.as_bytes().to_vec() } else { whole().into_bytes() };
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let mut builder = HybridHistoryBuilder::default();
        builder.add_bytes("20261102_081530.log", &bytes);
        for connector in builder.finish().connectors {
            let _ = (connector.to_inbound_connector(), connector.to_send_connector());
        }
    }

    #[test]
    fn a_log_cut_anywhere_tells_no_value_that_it_does_not_hold(cut in any::<prop::sample::Index>()) {
        let whole = whole();
        let mut builder = HybridHistoryBuilder::default();
        builder.add_bytes("20261102_081530.log", &whole.as_bytes()[..cut.index(whole.len())]);
        for connector in builder.finish().connectors {
            let value = connector.text("TlsSenderCertificateName");
            let is_whole = value.as_deref().is_none_or(|value| {
                ["mail.contoso.com", "*.contoso.com"].contains(&value)
            });
            prop_assert!(is_whole, "{value:?}");
        }
    }
}
