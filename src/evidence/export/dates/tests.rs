use super::*;

fn reading(text: &str) -> Option<TimeReading> {
    Dates::default().read(text)
}

fn local(text: &str) -> Option<TimeReading> {
    Timestamp::parse(text).map(TimeReading::Local)
}

/// (what is printed, the wall time)
const PRINTED: &[(&str, &str)] = &[
    ("23.07.2026 22:55:13", "2026-07-23T22:55:13Z"),
    ("3.2.2026 4:05:06", "2026-02-03T04:05:06Z"),
    ("03.02.2026 04.05.06", "2026-02-03T04:05:06Z"),
    ("3. 2. 2026. 4:05:06", "2026-02-03T04:05:06Z"),
    ("03-02-2026 04:05:06", "2026-02-03T04:05:06Z"),
    ("2026-02-03 04:05:06", "2026-02-03T04:05:06Z"),
    ("2026/2/3 04:05:06", "2026-02-03T04:05:06Z"),
    ("2026. 2. 3. \u{c624}\u{d6c4} 12:05:06", "2026-02-03T12:05:06Z"),
    ("2026-02-03 16 h 05 min 06 s", "2026-02-03T16:05:06Z"),
    ("7/23/2026 10:55:13\u{202f}PM", "2026-07-23T22:55:13Z"),
    ("7/23/2026 12:55:13 AM", "2026-07-23T00:55:13Z"),
    ("23/07/2026 10:55:13\u{a0}pm", "2026-07-23T22:55:13Z"),
    ("23/07/2026 1:53:09 p.\u{a0}m.", "2026-07-23T13:53:09Z"),
    ("3/02/2026 1:53:09 PM", "2026-02-03T13:53:09Z"),
    ("\u{66d}", ""),
    ("\u{662}\u{663}/\u{660}\u{667}/\u{662}\u{660}\u{662}\u{666} 22:55:13", "2026-07-23T22:55:13Z"),
    (
        "15\u{200f}/6\u{200f}/1448 \u{628}\u{639}\u{62f} \u{627}\u{644}\u{647}\u{62c}\u{631}\u{629} 1:00:00 \u{645}",
        "2026-11-25T13:00:00Z",
    ),
    ("1405/9/7 13:00:00", "2026-11-28T13:00:00Z"),
    ("28/11/2569 13:00:00", "2026-11-28T13:00:00Z"),
    ("31.02.2026 00:00:00", ""),
    ("28.11.2026 25:00:00", ""),
    ("1.2.3.4", ""),
    ("15.01.2507.044", ""),
    ("12/06/48 11:59:59 \u{635}", ""),
    ("11/28/2026 13:00:00 PM", ""),
    ("yesterday", ""),
    ("", ""),
];

#[test]
fn what_a_culture_prints_is_read_as_wall_time() {
    for (text, expected) in PRINTED {
        assert_eq!(reading(text), local(expected), "{text:?}");
    }
}

#[test]
fn a_zone_is_kept_and_its_absence_known() {
    let expected = Timestamp::parse("2026-07-23T22:55:13Z").unwrap();
    for text in ["2026-07-23T22:55:13Z", "2026-07-24T00:55:13+02:00", "/Date(1784847313000)/"] {
        assert_eq!(reading(text), Some(TimeReading::Utc(expected)), "{text}");
    }
    assert_eq!(reading("2026-07-23T22:55:13"), Some(TimeReading::Local(expected)));
    assert_eq!(reading("/Date(x)/"), None);
}

#[test]
fn a_date_of_two_readings_is_open_until_its_file_settles_the_order() {
    let text = "12/2/2026 12:00:00 PM";
    let open = reading(text).unwrap();
    let day_first = Timestamp::parse("2026-02-12T12:00:00Z").unwrap();
    let month_first = Timestamp::parse("2026-12-02T12:00:00Z").unwrap();
    assert_eq!(open, TimeReading::Open { day_first, month_first });
    assert_eq!(open.time(), None);
    for (others, expected) in [
        (&["25/12/2026 1:00:00 PM"][..], Some(day_first)),
        (&["12/25/2026 1:00:00 PM"], Some(month_first)),
        (&["3/02/2026 1:00:00 PM"], Some(day_first)),
        // Both orders in one file, as of two commands, settle nothing.
        (&["12/25/2026 1:00:00 PM", "25/12/2026 1:00:00 PM"], None),
        // An expanded string is month first in every culture, and prints 24 hours.
        (&["12/25/2026 13:00:00"], None),
        (&["25.12.2026 13:00:00", "not a date"], None),
    ] {
        let dates = Dates::of(others.iter().copied());
        assert_eq!(dates.read(text).unwrap().time(), expected, "{others:?}");
    }
    assert_eq!(
        Dates::invariant().read("12/02/2026 12:00:00"),
        Some(TimeReading::Local(month_first))
    );
    assert_eq!(reading("3/3/2026 04:05:06"), local("2026-03-03T04:05:06Z"));
    // What JSON holds as text is month first, unless another date of the file shows otherwise.
    for (other, expected) in
        [("2026-12-25T13:00:00", month_first), ("25/12/2026 1:00:00 PM", day_first)]
    {
        let dates = Dates::of(std::iter::once(other)).or_month_first();
        assert_eq!(dates.read(text).unwrap().time(), Some(expected), "{other}");
    }
}

#[test]
fn dates_of_31_cultures_are_read_where_the_table_is_at_hand() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/wild/dates.tsv");
    let Ok(table) = std::fs::read_to_string(&path) else {
        println!("not run: {} is not here", path.display());
        return;
    };
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|row| row.split('\t').collect()).collect();
    assert!(rows.len() > 200);
    for row in &rows {
        let [culture, instant, text, ..] = row.as_slice() else { panic!("{row:?}") };
        let truth = Timestamp::parse(&format!("{instant}Z")).unwrap();
        match reading(text).unwrap_or_else(|| panic!("{culture}: {text}")) {
            TimeReading::Local(time) => assert_eq!(time, truth, "{culture}: {text}"),
            TimeReading::Open { day_first, month_first } => {
                // Windows has `a.m.` for en-NZ too, whose day comes first.
                assert!(row[5] == "yes" || culture == &"en-CA", "{culture}: {text}");
                assert!(day_first == truth || month_first == truth, "{culture}: {text}");
            }
            TimeReading::Utc(_) => panic!("{culture}: {text}"),
        }
        // The other dates of the same culture settle what one leaves open.
        let dates = Dates::of(rows.iter().filter(|row| row[0] == *culture).map(|row| row[2]));
        assert_eq!(dates.read(text).and_then(TimeReading::time), Some(truth), "{culture}: {text}");
        let expansion = row[7];
        assert_eq!(Dates::invariant().read(expansion), Some(TimeReading::Local(truth)));
    }
}
