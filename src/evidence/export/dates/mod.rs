//! Times as PowerShell prints them in any culture.
//!
//! A culture prints its short date and its long time (`G`), without a zone. `3/2/2026` is 2 March in
//! one and 3 February in another, so that the order of day and month is settled for a file: by any
//! value above 12 in it, or by padding. Dots, and hyphens behind the first number, always stand
//! behind the day; JSON and CliXml hold dates of the invariant culture, month first, where they hold
//! them as text. Without any of these a date stays open.

mod calendar;
mod date_text;
mod half_days;

use std::collections::HashMap;

use self::date_text::{DateText, FirstPart};
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// What a text of a time means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evidence) enum TimeReading {
    /// This time, by UTC.
    Utc(Timestamp),
    /// This time by a clock whose zone is not given, as if it were UTC.
    Local(Timestamp),
    /// Day and month can be exchanged.
    Open { day_first: Timestamp, month_first: Timestamp },
}

/// How the dates of one file are ordered where the text of one alone does not settle it.
#[derive(Clone, Debug, Default)]
pub(in crate::evidence) struct Dates {
    /// By whether hours are counted to twelve: month first, and whether both orders were met.
    orders: HashMap<bool, Settled>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Settled {
    day_first: bool,
    month_first: bool,
}

impl Dates {
    /// Dates of the invariant culture: `[string]` and expanded strings in PowerShell.
    pub(in crate::evidence) fn invariant() -> Self {
        let month_first = Settled { day_first: false, month_first: true };
        Self { orders: HashMap::from([(false, month_first), (true, month_first)]) }
    }

    /// Settles the order by all dates of a file.
    pub(in crate::evidence) fn of<'text>(texts: impl Iterator<Item = &'text str>) -> Self {
        let mut dates = Self::default();
        texts.for_each(|text| dates.note(text));
        dates
    }

    /// Takes what one text more shows of the order, if it is a date.
    pub(super) fn note(&mut self, text: &str) {
        let Some(date) = DateText::parse(text) else { return };
        let settled = self.orders.entry(date.counts_to_twelve()).or_default();
        match date.order() {
            Some(FirstPart::Day) if date.is_open_shape() => settled.day_first = true,
            Some(FirstPart::Month) => settled.month_first = true,
            _ => {}
        }
    }

    /// The same, month first where none of these dates shows an order.
    pub(in crate::evidence) fn or_month_first(mut self) -> Self {
        for counts_to_twelve in [false, true] {
            let settled = self.orders.entry(counts_to_twelve).or_default();
            settled.month_first |= !settled.day_first;
        }
        self
    }

    /// Reads a time: RFC 3339, `/Date(milliseconds)/` of Windows PowerShell's ConvertTo-Json, or
    /// what a culture prints. `None` for other texts.
    pub(in crate::evidence) fn read(&self, text: &str) -> Option<TimeReading> {
        let text = text.trim();
        if let Some(milliseconds) = milliseconds_of_json(text) {
            return since_unix_epoch(milliseconds).map(TimeReading::Utc);
        }
        if has_clock_of_rfc_3339(text) {
            let has_zone = text.ends_with(['Z', 'z']) || text[10..].contains(['+', '-']);
            let time = Timestamp::parse(text)?;
            return Some(if has_zone { TimeReading::Utc(time) } else { TimeReading::Local(time) });
        }
        let date = DateText::parse(text)?;
        let order = date.order().or_else(|| self.settled(date.counts_to_twelve()));
        if let Some(order) = order {
            return date.time(order).map(TimeReading::Local);
        }
        match (date.time(FirstPart::Day), date.time(FirstPart::Month)) {
            (Some(one), Some(other)) if one == other => Some(TimeReading::Local(one)),
            (Some(day_first), Some(month_first)) => {
                Some(TimeReading::Open { day_first, month_first })
            }
            (one, other) => one.or(other).map(TimeReading::Local),
        }
    }

    fn settled(&self, counts_to_twelve: bool) -> Option<FirstPart> {
        let settled = self.orders.get(&counts_to_twelve)?;
        match (settled.day_first, settled.month_first) {
            (true, false) => Some(FirstPart::Day),
            (false, true) => Some(FirstPart::Month),
            _ => None,
        }
    }
}

impl TimeReading {
    /// The time, if it is certain but for its zone.
    pub(in crate::evidence) fn time(self) -> Option<Timestamp> {
        match self {
            Self::Utc(time) | Self::Local(time) => Some(time),
            Self::Open { .. } => None,
        }
    }

    /// The time, if it is certain but for its zone, and whether that is given.
    pub(in crate::evidence) fn stated(self) -> Option<StatedTime> {
        match self {
            Self::Utc(time) => Some(time.into()),
            Self::Local(time) => Some(StatedTime::without_zone(time)),
            Self::Open { .. } => None,
        }
    }
}

/// The number in `/Date(1784847313000)/`.
fn milliseconds_of_json(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("/Date(").or_else(|| text.strip_prefix("\\/Date("))?;
    let end = inner.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(inner.len());
    Some(&inner[..end])
}

fn since_unix_epoch(milliseconds: &str) -> Option<Timestamp> {
    let since = time::Duration::milliseconds(milliseconds.parse().ok()?);
    Timestamp::try_from(time::OffsetDateTime::UNIX_EPOCH.checked_add(since)?).ok()
}

/// Whether a text begins `2026-11-28T`.
fn has_clock_of_rfc_3339(text: &str) -> bool {
    text.len() > 10
        && text.is_char_boundary(10)
        && matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't', ..])
}

#[cfg(test)]
mod tests;
