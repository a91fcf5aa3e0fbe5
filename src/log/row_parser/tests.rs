//! The fast parser against the plain one.

use fearless_simd::dispatch;
use memchr::memchr;
use proptest::prelude::*;

use super::*;
use crate::log::separators::levels;

/// Reads each line with others behind it, as they stand in a segment. Returns how many were read as
/// expected.
fn each_line_is_read_as_the_plain_parser_reads_it<S: Simd>(simd: S, lines: &[&str]) -> usize {
    let behind = "x".repeat(BLOCK);
    let text: String = lines.iter().flat_map(|line| [*line, "\r\n", &behind]).collect();
    let mut parser = RowParser::new(simd, &Columns::STANDARD, text.as_bytes()).unwrap();
    let mut start = 0;
    let mut count = 0;
    for line in lines {
        let plain = Row::parse(line.as_bytes(), &Columns::STANDARD);
        if let Some(row) = parser.parse_expected(start)
            && row.length == line.len()
        {
            assert_eq!(Ok(parser.row(row)), plain, "{line}");
            count += 1;
        }
        start += line.len() + 2 + behind.len();
    }
    count
}

fn each_line_is_read_alike_alone_and_before_others<S: Simd>(simd: S, text: &[u8]) {
    let mut parser = RowParser::new(simd, &Columns::STANDARD, text).unwrap();
    let mut start = 0;
    while let Some(newline) = memchr(b'\n', &text[start..]) {
        let line = &text[start..start + newline];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(row) = parser.parse_expected(start) {
            let whole = parser.row(row);
            assert_eq!(Ok(whole), Row::parse(line, &Columns::STANDARD));
            assert_eq!((row.length, row.next), (line.len(), newline + 1));
            assert!(row.part(start, 0).line.is_terminated);
            assert_eq!(parser.session_id(), whole.session_id);
            assert_eq!(row.is_opening(), whole.is_opening());
        }
        start += newline + 1;
    }
}

proptest! {
    #[test]
    fn the_fast_parser_and_the_plain_one_agree(
        lines in prop::collection::vec(almost_a_row(), 1..12),
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        for level in levels() {
            dispatch!(level, simd => each_line_is_read_as_the_plain_parser_reads_it(simd, &lines));
        }
    }

    #[test]
    fn a_line_is_read_alike_alone_and_before_others(
        lines in prop::collection::vec((almost_a_row(), "\r?\n"), 1..12),
    ) {
        let text = lines.iter().flat_map(|(line, end)| [line.as_str(), end]).collect::<String>();
        let text = text.as_bytes();
        for level in levels() {
            dispatch!(level, simd => each_line_is_read_alike_alone_and_before_others(simd, text));
        }
    }
}

#[test]
fn lines_that_were_once_misread_are_read_as_the_plain_parser_reads_them() {
    let row = "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,7,,192.0.2.1:25,*,,";
    let other = "2026-11-15T01:02:03.100Z,To EOP 2,08de23a1f00d0002,7,,192.0.2.1:25,*,,";
    let without_comma = "2026-11-15T01:02:03.100Z\"To EOP,08DE23A1F00D0001,0,,192.0.2.1:25,*,,";
    let return_in_quotes =
        "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,0,,192.0.2.1:25,*,\"a\"\rb\",";
    let without_number = "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,,,192.0.2.1:25,*,,";
    for lines in [
        [without_comma, row, other],
        [return_in_quotes, row, other],
        [other, without_number, other],
        [row, without_number, other],
    ] {
        for level in levels() {
            let count = dispatch!(level, simd => each_line_is_read_as_the_plain_parser_reads_it(simd, &lines));
            assert!(count > 0, "{lines:?}");
        }
    }
}

/// Lines that are rows but for at most one change of a byte.
pub(in crate::log) fn almost_a_row() -> impl Strategy<Value = String> {
    let stamp = prop::sample::select(vec![
        "2026-11-15T01:02:03.100Z",
        "2026-11-15T01:02:59.999Z",
        "2026-11-15T01:02:60.000Z",
        "2026-02-30T01:02:03.100Z",
        "Date/Time",
    ]);
    let long = "Outbound to Office 365 - 0b5c2d1e-7f3a-4c69-9d84-2a6e1f0c8b57";
    let longest =
        "To the other side of the ocean and back again by way of three islands and one reef";
    let connector =
        prop::sample::select(vec!["To EOP", "\"To, EOP\"", "", "To EOP 2", long, longest]);
    let value = prop_oneof![
        4 => prop::sample::select(
            ["", "a", "\"a,b\"", "\"a\"\"b\"", "\"a\"b", "a\"b", "\""].map(str::to_owned).to_vec()
        ),
        1 => "[a-z\t]{40,140}",
        1 => "\"[a-z,]{40,140}\"",
    ];
    let change = prop::option::of((0..260_usize, "[ ,\"0Z*é\0\r\n]"));
    let id = prop::sample::select(vec![
        "08DE23A1F00D0001",
        "08de23a1f00d0002",
        "18DE23A1F00D0001",
        "8DE",
        "",
    ]);
    let event = prop::sample::select(vec!["*", "+", "-", ">", "<"]);
    let sequence = prop::sample::select(vec!["0", "00", "7", "123", "12345678901", "", "x"]);
    let endpoints = prop::sample::select(vec![
        ",192.0.2.1:25",
        "192.0.2.10:4321,192.0.2.1:25",
        "\"192.0.2.10:4321\",192.0.2.1:25",
        ",",
    ]);
    let heading = (stamp, connector, id, sequence, endpoints, event);
    (heading, value.clone(), value, change).prop_map(
        |((stamp, connector, id, sequence, endpoints, event), data, context, change)| {
            let mut line =
                format!("{stamp},{connector},{id},{sequence},{endpoints},{event},{data},{context}");
            if let Some((at, text)) = change
                && at < line.len()
            {
                line.replace_range(at..=at, &text);
            }
            line
        },
    )
}
