//! What a receiver gets of a segment, against the plain parser.

use fearless_simd::dispatch;
use proptest::prelude::*;

use super::*;
use crate::log::row::{Event, RowError};
use crate::log::row_parser::tests::almost_a_row;
use crate::log::row_receiver::RowSpans;
use crate::log::separators::levels;
use crate::timestamp::Timestamp;

/// A row with its line, but for its number in the session, which the first row alone has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::log) struct WholeRow {
    pub(in crate::log) line: Line,
    time: Timestamp,
    session_id: u64,
    event: Event,
    /// Connector, endpoints, data, context.
    fields: [Vec<u8>; 5],
}

/// What a receiver got, each row complete.
pub(in crate::log) struct Reported<'data> {
    data: &'data [u8],
    pub(in crate::log) lines: Vec<Result<WholeRow, (Line, RowError)>>,
    further_rows: usize,
}

impl<'data> Reported<'data> {
    pub(in crate::log) fn of(data: &'data [u8]) -> Self {
        Self { data, lines: Vec::new(), further_rows: 0 }
    }
}

impl RowReceiver for Reported<'_> {
    fn row<'data>(&mut self, session_id: u64, part: RowPart, whole: impl Fn() -> Row<'data>) {
        let row = whole();
        assert_eq!(session_id, row.session_id);
        assert_eq!(part.is_opening, row.is_opening());
        assert_eq!(part.stamp.time(), row.date_time);
        assert_eq!(part.spans, RowSpans::of_row(&row, self.data));
        self.lines.push(Ok(WholeRow::of(&row, part.line)));
    }

    fn further_row(&mut self, part: RowPart) {
        assert!(!part.is_opening);
        let Some(Ok(mut row)) = self.lines.last().cloned() else { panic!("no row before it") };
        let RowSpans { event, data, context } = part.spans;
        (row.line, row.time, row.event) = (part.line, part.stamp.time(), event);
        row.fields[3] = data.get(self.data).to_vec();
        row.fields[4] = context.get(self.data).to_vec();
        self.lines.push(Ok(row));
        self.further_rows += 1;
    }

    fn damage(&mut self, line: Line, error: RowError) {
        self.lines.push(Err((line, error)));
    }
}

impl WholeRow {
    fn of(row: &Row<'_>, line: Line) -> Self {
        let Row { connector, local_endpoint, remote_endpoint, data, context, .. } = *row;
        Self {
            line,
            time: row.date_time,
            session_id: row.session_id,
            event: row.event,
            fields: [connector, local_endpoint, remote_endpoint, data, context]
                .map(|field| field.raw().to_vec()),
        }
    }
}

/// The same, one line after the other.
fn expected_of(segment: &Segment) -> Vec<Result<WholeRow, (Line, RowError)>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (number, with_end) in segment.data.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let line = with_end.strip_suffix(b"\n").unwrap_or(with_end);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let place = Line {
            number: number as u64,
            start,
            end: start + line.len(),
            is_terminated: with_end.ends_with(b"\n"),
        };
        start += with_end.len();
        if !line.is_empty() {
            let row = Row::parse(line, &segment.format.columns);
            lines.push(row.map(|row| WholeRow::of(&row, place)).map_err(|error| (place, error)));
        }
    }
    lines
}

proptest! {
    #[test]
    fn a_receiver_gets_every_line_as_the_plain_parser_reads_it(
        lines in prop::collection::vec((almost_a_row(), 1..4_usize, "\r?\n"), 1..12),
        behind in prop_oneof!["x{0,70}", (almost_a_row(), "\r?").prop_map(|(row, end)| row + &end)],
    ) {
        let text: String = lines
            .iter()
            .flat_map(|(line, times, end)| std::iter::repeat_n([line.as_str(), end], *times).flatten())
            .chain([behind.as_str()])
            .collect();
        prop_assume!(!text.contains("\n#") && !text.starts_with('#'));
        let segment = Segment::of_rows(&text);
        let expected = expected_of(&segment);
        for level in levels() {
            let mut reported = Reported::of(&segment.data);
            let read = dispatch!(level, simd => segment.read_rows_with(simd, &mut reported));
            prop_assert_eq!(&reported.lines, &expected);
            let count = segment.data.split_inclusive(|byte| *byte == b'\n').count() as u64;
            prop_assert_eq!(read, LinesRead { count, header_line: None });
        }
    }
}

#[test]
fn a_row_is_a_further_one_where_nothing_of_it_but_its_values_is_new() {
    let row = |id: u32, number: u32, local: &str, event: &str| {
        format!(
            "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D{id:04X},{number},{local},192.0.2.1:25,{event},a,b"
        )
    };
    let local = "192.0.2.10:4321";
    for (lines, further) in [
        (vec![row(1, 1, local, ">"), row(1, 2, local, "<"), row(1, 3, local, "-")], 2),
        (vec![row(1, 1, local, ">"), row(2, 2, local, "<"), row(1, 3, local, ">")], 0),
        (vec![row(1, 1, "", "*"), row(1, 2, local, ">"), row(1, 3, local, "<")], 1),
        (vec![row(1, 1, local, ">"), row(1, 0, local, "<"), row(1, 2, local, "+")], 0),
        (vec![row(1, 1, local, ">"), "damage".to_owned(), row(1, 3, local, ">")], 0),
        (vec![row(1, 1, local, ">"), String::new(), row(1, 3, local, ">")], 0),
    ] {
        let text = lines.join("\r\n") + "\r\n" + &"x".repeat(100);
        let segment = Segment::of_rows(&text);
        let mut reported = Reported::of(&segment.data);
        segment.read_rows(&mut reported);
        assert_eq!(reported.further_rows, further, "{text}");
        assert_eq!(reported.lines, expected_of(&segment));
    }
}
