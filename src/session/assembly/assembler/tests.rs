//! Sessions kept apart, ended, late and evicted.

use super::*;
use crate::log::{Columns, Line};

fn accept(assembler: &mut Assembler, line: &str, out: &mut Vec<(u64, u64, bool)>) -> Accepted {
    let segment = Segment::of_rows(line);
    let row = Row::parse(&segment.data, &Columns::STANDARD).unwrap();
    let whole = Line { number: 0, start: 0, end: segment.data.len(), is_terminated: false };
    let part = RowPart::of_row(&row, whole, &segment.data);
    let key = SessionKey { source: 0, session_id: row.session_id };
    let position = || RowPosition { file: 0, line: 1, offset: 0 };
    let mut finish = |key: SessionKey, rows: &SessionRows| {
        out.push((key.session_id, rows.row_count, rows.has_note(SessionNote::Evicted)));
    };
    let accepted = assembler.accept(key, part, || row, &segment, position);
    if accepted == Accepted::Ended {
        assembler.end_last(&mut finish);
    }
    assembler.end_segment(&segment.data, &mut finish);
    accepted
}

fn row(id: u64, sequence: u32, event: char) -> String {
    format!("2026-11-15T01:02:03.100Z,To EOP,{id:016X},{sequence},,192.0.2.1:25,{event},,")
}

#[test]
fn interleaved_sessions_are_kept_apart() {
    let mut assembler = Assembler::new(Limits::default());
    let mut out = Vec::new();
    for (id, sequence, event) in
        [(1, 0, '+'), (2, 0, '+'), (1, 1, '*'), (2, 1, '-'), (1, 2, '*'), (1, 3, '-')]
    {
        accept(&mut assembler, &row(id, sequence, event), &mut out);
    }
    assert_eq!(out, [(2, 2, false), (1, 4, false)]);
}

#[test]
fn sessions_whose_ids_end_alike_are_kept_apart() {
    let mut assembler = Assembler::new(Limits::default());
    let mut out = Vec::new();
    let [first, second] = [0x01FF, 0x02FF];
    for (id, event) in [(first, '+'), (second, '+'), (first, '*'), (second, '-'), (first, '-')] {
        let sequence = u32::from(event != '+');
        accept(&mut assembler, &row(id, sequence, event), &mut out);
    }
    assert_eq!(out, [(second, 2, false), (first, 3, false)]);
}

#[test]
fn rows_behind_the_end_are_late_and_an_opening_row_begins_anew() {
    let mut assembler = Assembler::new(Limits::default());
    let mut out = Vec::new();
    accept(&mut assembler, &row(1, 0, '+'), &mut out);
    assert_eq!(accept(&mut assembler, &row(1, 1, '-'), &mut out), Accepted::Ended);
    assert_eq!(accept(&mut assembler, &row(1, 2, '*'), &mut out), Accepted::Late);
    assert_eq!(accept(&mut assembler, &row(1, 0, '*'), &mut out), Accepted::Open);
    assembler.finish(usize::MAX, &mut |key, rows| {
        out.push((key.session_id, rows.row_count, false));
    });
    assert_eq!(out, [(1, 2, false), (1, 1, false)]);
}

#[test]
fn a_million_sessions_that_never_end_stay_within_the_cap_and_found_no_phantoms() {
    let limits = Limits { open_bytes: 1 << 20, tombstones: 1000 };
    let mut assembler = Assembler::new(limits);
    let mut out = Vec::new();
    let count = 100_000_u64;
    for id in 1..=count {
        accept(&mut assembler, &row(id, 0, '+'), &mut out);
        assert!(assembler.open_bytes <= limits.open_bytes);
    }
    assert!(assembler.slots.len() < 5000, "{}", assembler.slots.len());
    let mut late = 0;
    for id in 1..=count {
        late += u64::from(accept(&mut assembler, &row(id, 1, '*'), &mut out) == Accepted::Late);
    }
    assembler.finish(usize::MAX, &mut |key, rows| {
        out.push((key.session_id, rows.row_count, false));
    });
    assert_eq!(out.len() as u64, count, "each session once");
    let rows: u64 = out.iter().map(|(_, rows, _)| rows).sum();
    assert_eq!(rows + late, 2 * count, "each row is kept or counted");
}
