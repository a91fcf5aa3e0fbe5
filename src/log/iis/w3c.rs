//! W3C extended logs (W3C working draft WD-logfile): columns separated by single blanks.

use serde::{Deserialize, Serialize};

use super::row::{IisRow, number, speaker, value, with_blanks};
use crate::log::columns::MAXIMUM_COLUMNS;
use crate::log::row::RowError;
use crate::timestamp::{TICKS_PER_DAY, TICKS_PER_HOUR, Timestamp};

/// The columns that are used, in the order of [`W3cColumns::position`].
const NAMES: [&str; 12] = [
    "date",
    "time",
    "c-ip",
    "cs-username",
    "s-sitename",
    "s-computername",
    "s-ip",
    "s-port",
    "cs-method",
    "cs-uri-query",
    "sc-status",
    "cs-version",
];
const DATE: usize = 0;
const TIME: usize = 1;
const QUERY: usize = 9;

/// Where the columns of a `#Fields` line stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct W3cColumns {
    count: usize,
    position: [Option<u8>; 12],
    /// When the last `#Date` line was written: without a date column, rows are of that day.
    opened: Option<Timestamp>,
}

impl W3cColumns {
    /// Reads the names of a `#Fields` line, in any order; `None` if they are of no W3C log.
    ///
    /// # Errors
    /// What is missing, in words.
    pub(in crate::log) fn from_names(
        names: &str,
        opened: Option<Timestamp>,
    ) -> Option<Result<Self, String>> {
        let mut columns = Self { count: 0, position: [None; 12], opened };
        for name in names.split_ascii_whitespace() {
            if let Some(field) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)) {
                let place = u8::try_from(columns.count).ok();
                columns.position[field] = columns.position[field].or(place);
            }
            columns.count += 1;
        }
        let used = columns.position.iter().flatten().count();
        if used < 3 || columns.position[TIME].is_none() || names.contains(',') {
            return None;
        }
        if columns.position[QUERY].is_none() {
            return Some(Err(
                "its #Fields are those of a W3C log of IIS, without cs-uri-query, in which the \
                 SMTP service writes the replies: choose URI Query among the extended properties \
                 of its log"
                    .to_owned(),
            ));
        }
        if columns.count > MAXIMUM_COLUMNS {
            return Some(Err(format!(
                "its #Fields name {} columns, more than a log of IIS can have",
                columns.count
            )));
        }
        Some(Ok(columns))
    }

    /// Reads a `#Date` line: `2026-11-15 01:02:03`.
    pub(in crate::log) fn read_date(value: &str) -> Option<Timestamp> {
        let (date, time) = value.trim().split_once(' ')?;
        stamp(date.as_bytes(), time.trim().as_bytes())
    }

    pub(in crate::log) fn set_opened(&mut self, opened: Option<Timestamp>) {
        self.opened = opened;
    }

    pub(super) fn parse<'line>(&self, line: &'line [u8]) -> Result<IisRow<'line>, RowError> {
        let mut fields = [&b""[..]; MAXIMUM_COLUMNS];
        let mut found = 0;
        for field in line.split(|byte| *byte == b' ') {
            if let Some(place) = fields.get_mut(found) {
                *place = field;
            }
            found += 1;
        }
        if found != self.count {
            return Err(RowError::FieldCount { found, expected: self.count });
        }
        let field = |name: usize| {
            let place = usize::from(self.position[name]?);
            fields.get(place).map(|field| value(field))
        };
        let text_of = |name| field(name).unwrap_or_default();
        let date_time = self.date_time(field(DATE), text_of(TIME)).ok_or(RowError::IisDateTime)?;
        let (verb, text, status) = (text_of(8), with_blanks(text_of(QUERY)), number(text_of(10)));
        Ok(IisRow {
            date_time,
            speaker: speaker(field(3), verb, &text, status),
            client_address: text_of(2),
            server_address: text_of(6),
            port: text_of(7),
            service: text_of(4),
            computer: text_of(5),
            verb,
            text,
            status,
            version: text_of(11),
        })
    }

    fn date_time(&self, date: Option<&[u8]>, time: &[u8]) -> Option<Timestamp> {
        if let Some(date) = date {
            return stamp(date, time);
        }
        let opened = self.opened?;
        let text = opened.to_string();
        let moment = stamp(text.as_bytes().get(..10)?, time)?;
        // A service that runs past midnight writes no new #Date line.
        let is_next_day = moment.ticks() + TICKS_PER_HOUR < opened.ticks();
        Timestamp::from_ticks(moment.ticks() + if is_next_day { TICKS_PER_DAY } else { 0 })
    }
}

/// `2026-11-15` and `01:02:03`.
fn stamp(date: &[u8], time: &[u8]) -> Option<Timestamp> {
    let mut stamp = *b"0000-00-00T00:00:00.000Z";
    stamp.get_mut(..10)?.copy_from_slice((date.len() == 10).then_some(date)?);
    stamp.get_mut(11..19)?.copy_from_slice((time.len() == 8).then_some(time)?);
    Timestamp::from_log_stamp(&stamp)
}
