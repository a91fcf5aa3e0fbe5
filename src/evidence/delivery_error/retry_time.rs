//! When an error was met last, as Exchange writes it into its text: the LRT of a queue's error, and the
//! dates before the lines of an NDR.
//!
//! They are in the culture of the server that wrote them, which is not always that of the person who
//! exported the object: each kind settles its own order of day and month first.

use crate::evidence::export::{Dates, TimeReading};
use crate::finding::words::date;
use crate::stated_time::StatedTime;
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// The order of day and month in the texts of a file, and in the values beside them.
#[derive(Clone, Debug, Default)]
pub(super) struct ErrorDates {
    texts: Dates,
    /// What the values show, and how one of them is read where they show nothing.
    shown: Dates,
    values: Dates,
}

/// With what a doubt about a day begins.
pub(super) const OPEN_TIME: &str = "The last attempt";

/// How far LastRetryTime and LRT of one error lie apart at most: two zones, and the time between two
/// attempts.
const FARTHEST: i64 = 2 * TICKS_PER_DAY;

impl ErrorDates {
    /// Of one text.
    pub fn of_text(text: &str) -> Self {
        Self { texts: Dates::of(printed_dates(text)), ..Self::default() }
    }

    /// Of the text of a file, and of its values.
    pub fn of_file(text: &str, shown: Dates, values: Dates) -> Self {
        Self { texts: Dates::of(printed_dates(text)), shown, values }
    }

    /// A value of an object.
    pub fn value(&self, printed: &str) -> Option<TimeReading> {
        self.values.read(printed)
    }

    /// The LRT of a text: by the order of the file, else the day that lies near the object's own
    /// LastRetryTime.
    pub fn retry_time(&self, printed: &str, near: Option<StatedTime>) -> Option<StatedTime> {
        let TimeReading::Open { day_first, month_first } = self.read(printed)? else {
            return self.read(printed)?.stated();
        };
        let near = near?.time().ticks();
        let is_near = |time: Timestamp| (time.ticks() - near).abs() <= FARTHEST;
        let time = match (is_near(day_first), is_near(month_first)) {
            (true, false) => day_first,
            (false, true) => month_first,
            _ => return None,
        };
        Some(StatedTime::without_zone(time))
    }

    /// An LRT whose order nothing settles, with the day and with the month first.
    pub fn open_days(&self, printed: &str) -> Option<(Timestamp, Timestamp)> {
        match self.read(printed)? {
            TimeReading::Open { day_first, month_first } => Some((day_first, month_first)),
            _ => None,
        }
    }

    /// Both days of such an LRT, in words.
    pub fn doubt(&self, printed: &str) -> Option<String> {
        let (day_first, month_first) = self.open_days(printed)?;
        Some(format!(
            "{OPEN_TIME} ({printed}) was on {} if the day comes first, and on {} if the month \
             does; nothing here settles which, and no session is looked for by it.",
            date(day_first),
            date(month_first)
        ))
    }

    fn read(&self, printed: &str) -> Option<TimeReading> {
        match self.texts.read(printed)? {
            TimeReading::Open { .. } => self.shown.read(printed),
            certain => Some(certain),
        }
    }
}

/// All dates in a text, as printed.
fn printed_dates(text: &str) -> impl Iterator<Item = &str> {
    let end = |rest: &str| rest.find(['}', ';', ']']).unwrap_or(rest.len());
    let of_queues = text.split("LRT=").skip(1).map(move |rest| &rest[..end(rest)]);
    of_queues.chain(text.lines().filter_map(|line| split_date(line).0))
}

/// `11/6/2026 9:49:41 AM - Remote Server at ...`: the date, and what follows it.
pub(super) fn split_date(line: &str) -> (Option<&str>, &str) {
    match line.trim_start().split_once(" - ") {
        Some((date, rest)) if date.starts_with(|c: char| c.is_numeric()) && date.len() < 64 => {
            (Some(date), rest)
        }
        _ => (None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::delivery_error::{DeliveryError, DeliveryErrors};

    fn queue(printed: &str, last_retry_time: &str) -> String {
        format!(
            "\"EX3\\4\",\"[{{LRT={printed}}};{{LED=550 5.7.64 TenantAttribution; Relay Access \
             Denied}};{{FQDN=mx.example}};{{IP=}}]\",\"{last_retry_time}\"\r\n"
        )
    }

    #[test]
    fn a_last_attempt_has_a_day_where_something_settles_it_and_else_two_named_ones() {
        let june = Some("2026-06-11T09:49:41Z");
        let november = Some("2026-11-06T09:49:41Z");
        for (queues, expected) in [
            (&[("11/6/2026 9:49:41 AM", "")][..], None),
            // Another attempt of the file settles the order.
            (&[("11/6/2026 9:49:41 AM", ""), ("11/25/2026 9:50:00 AM", "")], november),
            (&[("11/6/2026 9:49:41 AM", ""), ("25/11/2026 9:50:00 AM", "")], june),
            // So does another value, if no attempt does.
            (&[("11/6/2026 9:49:41 AM", ""), ("", "11/25/2026 9:50:00 AM")], november),
            // Of two orders in one file the attempts are nearer.
            (
                &[("11/6/2026 9:49:41 AM", ""), ("25/11/2026 9:50:00 AM", "11/25/2026 9:50:00 AM")],
                june,
            ),
            // The object's own time of the last attempt.
            (&[("11/6/2026 9:49:41 AM", "2026-11-06T14:49:40Z")], november),
            (&[("11/6/2026 9:49:41 AM", "2026-06-11T23:49:40")], june),
            (&[("11/6/2026 9:49:41 AM", "06.11.2026 10:49:41")], november),
            // 24 hours, as of another culture, settle nothing for 12.
            (&[("11/6/2026 9:49:41 AM", ""), ("25/11/2026 13:50:00", "")], None),
            (&[("6.11.2026 9:49:41", "")], november),
            (&[("2026-11-06 09:49:41", "")], november),
        ] {
            let rows = queues.iter().map(|(printed, last)| queue(printed, last));
            let csv: String =
                std::iter::once("\"Identity\",\"LastError\",\"LastRetryTime\"\r\n".to_owned())
                    .chain(rows)
                    .collect();
            let read = DeliveryErrors::from_bytes("queues.csv", csv.as_bytes()).unwrap();
            let error = &read.errors.iter().next().unwrap();
            let time = error.time.map(StatedTime::time);
            assert_eq!(time, expected.and_then(Timestamp::parse), "{queues:?}");
            let problems: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
            let names_both =
                |said: &String| said.contains("2026-06-11") && said.contains("2026-11-06");
            assert_eq!(problems.iter().any(names_both), expected.is_none(), "{problems:?}");
        }
    }

    #[test]
    fn what_json_holds_is_in_the_culture_of_the_server_too() {
        for (last_retry_time, expected) in
            [("null", None), ("\"2026-06-11T20:49:40Z\"", Some("2026-06-11T09:49:41Z"))]
        {
            let json = format!(
                "[{{\"Identity\":\"EX3\\\\4\",\"LastRetryTime\":{last_retry_time},\"LastError\":\"[{{LRT=\
                 11/6/2026 9:49:41 AM}};{{LED=550 5.7.64 TenantAttribution; Relay Access Denied}}]\"}}]"
            );
            let read = DeliveryErrors::from_bytes("queues.json", json.as_bytes()).unwrap();
            let time = read.errors.iter().next().unwrap().time.map(StatedTime::time);
            assert_eq!(time, expected.and_then(Timestamp::parse), "{last_retry_time}");
            assert_eq!(read.problems.len(), usize::from(expected.is_none()));
        }
    }

    #[test]
    fn a_reply_given_as_text_has_no_day_by_a_guess() {
        let open = "[{LED=451 4.4.395 Target host responded with error. -> 421 4.4.1 Connection \
                    timed out};{MSG=};{FQDN=mx.example};{IP=192.0.2.9};{LRT=8/7/2026 1:02:03 PM}]";
        let error = DeliveryError::of_text("text", open);
        assert_eq!(error.time, None);
        assert!(error.explanation.uncertain.iter().any(|doubt| doubt.contains("2026-07-08")));
        let settled = open.replace("8/7/2026", "8/17/2026");
        let error = DeliveryError::of_text("text", &settled);
        assert_eq!(error.time.map(StatedTime::time), Timestamp::parse("2026-08-17T13:02:03Z"));
        assert!(error.explanation.uncertain.iter().all(|doubt| !doubt.contains("day comes first")));
    }
}
