//! The numbers and words of a printed date and time.

use super::calendar::{Calendar, gregorian};
use super::half_days::{AFTER_NOON, BEFORE_NOON};
use crate::timestamp::Timestamp;

/// With which part a date begins, and so in which order it has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstPart {
    Year,
    Day,
    Month,
}

/// A date, and a time of day, as printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateText {
    /// The three numbers of the date, each with its digits.
    parts: [(u32, usize); 3],
    /// What stands behind the first of them.
    separator: char,
    calendar: Calendar,
    clock: [u32; 3],
    is_after_noon: Option<bool>,
}

/// A number, and the text before it.
struct Numbered {
    before: String,
    number: u32,
    digits: usize,
}

/// The longest text that can be a date.
const LONGEST: usize = 96;

impl DateText {
    /// Reads the date and time that some culture prints; `None` for other texts.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST || !text.contains(char::is_numeric) {
            return None;
        }
        let (numbers, tail) = numbers(&plain(text))?;
        let (date, clock) = numbers.split_at_checked(3)?;
        let separator = date[1].before.chars().next().filter(|c| matches!(c, '/' | '.' | '-'))?;
        let is_separated = |part: &Numbered| part.before.trim().chars().all(|c| c == separator);
        if !date[1..].iter().all(|part| is_separated(part) || part.before == " ") {
            return None;
        }
        let parts = [0, 1, 2].map(|at: usize| (date[at].number, date[at].digits));
        let mut words = vec![date[0].before.as_str(), tail.as_str()];
        words.extend(clock.iter().map(|part| part.before.as_str()));
        let is_after_noon = half_of_day(&words).ok()?;
        let clock = match clock {
            [] if is_after_noon.is_none() => [0; 3],
            [hour, minute] => [hour.number, minute.number, 0],
            [hour, minute, second] => [hour.number, minute.number, second.number],
            _ => return None,
        };
        let era = words.concat();
        let calendar = Calendar::of(parts, &era)?;
        Some(Self { parts, separator, calendar, clock, is_after_noon })
    }

    pub(super) fn counts_to_twelve(&self) -> bool {
        self.is_after_noon.is_some()
    }

    /// Whether cultures differ in the order of dates of this shape.
    pub(super) fn is_open_shape(&self) -> bool {
        self.separator == '/' && self.parts[0].1 <= 2 && self.calendar == Calendar::Gregorian
    }

    /// The order, where the text itself shows it.
    pub(super) fn order(&self) -> Option<FirstPart> {
        let [(first, first_digits), (second, second_digits), _] = self.parts;
        if first_digits > 2 {
            return Some(FirstPart::Year);
        }
        if !self.is_open_shape() {
            return Some(FirstPart::Day);
        }
        // No culture pads the day behind a month without padding; `3/02` is of en-AU and en-NZ.
        let is_padded_month = first_digits == 1 && second_digits == 2 && second < 10;
        match (first > 12, second > 12) {
            (true, false) => Some(FirstPart::Day),
            (false, true) => Some(FirstPart::Month),
            _ => is_padded_month.then_some(FirstPart::Day),
        }
    }

    /// The time by that order, as if the clock showed UTC.
    pub(super) fn time(&self, order: FirstPart) -> Option<Timestamp> {
        let [first, second, third] = self.parts;
        let (year, month, day) = match order {
            FirstPart::Year => (first, second, third),
            FirstPart::Day => (third, second, first),
            FirstPart::Month => (third, first, second),
        };
        let year = match year {
            (year, 4) => year,
            // As .NET does until 2049.
            (year, 2) => year + if year < 50 { 2000 } else { 1900 },
            _ => return None,
        };
        let (year, month, day) = gregorian(self.calendar, year, month.0, day.0)?;
        let [hour, minute, second] = self.clock;
        let hour = match self.is_after_noon {
            None => hour,
            Some(_) if hour > 12 => return None,
            Some(is_after_noon) => hour % 12 + if is_after_noon { 12 } else { 0 },
        };
        Timestamp::parse(&format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        ))
    }
}

/// The text with plain blanks and digits, without marks of direction, in lower case.
fn plain(text: &str) -> String {
    let marks = ['\u{200e}', '\u{200f}', '\u{61c}', '\u{202a}', '\u{202b}', '\u{202c}'];
    let plain = text.chars().filter(|c| !marks.contains(c)).map(|character| {
        match native_digit(character) {
            Some(digit) => digit,
            None if character.is_whitespace() => ' ',
            None => character,
        }
    });
    plain.collect::<String>().to_lowercase()
}

/// The digits of the scripts in which .NET has cultures with digits of their own.
fn native_digit(character: char) -> Option<char> {
    const ZEROS: [char; 9] = [
        '\u{660}',
        '\u{6f0}',
        '\u{966}',
        '\u{9e6}',
        '\u{f20}',
        '\u{1040}',
        '\u{1c50}',
        '\u{11136}',
        '\u{1e950}',
    ];
    let digit = ZEROS.iter().find_map(|zero| {
        (character as u32).checked_sub(*zero as u32).filter(|digit| *digit < 10)
    })?;
    char::from_digit(digit, 10)
}

/// Five to six numbers at most, and what stands behind the last.
fn numbers(text: &str) -> Option<(Vec<Numbered>, String)> {
    let mut numbers = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let digits = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        if digits > 4 || numbers.len() == 6 {
            return None;
        }
        let number = from[..digits].parse().ok()?;
        numbers.push(Numbered { before: before.to_owned(), number, digits });
        rest = &from[digits..];
    }
    Some((numbers, rest.to_owned()))
}

/// Words that no culture has beside a date.
struct OtherWords;

/// Whether it is after noon, if the words around the numbers name a half of the day.
fn half_of_day(words: &[&str]) -> Result<Option<bool>, OtherWords> {
    let mut half = None;
    for word in words {
        // The separator behind the last number of the date stands before the word.
        let word = word.trim_start_matches('.');
        let word = word.trim_matches(|c: char| matches!(c, ' ' | '/' | '-' | ':'));
        let joined = word.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_in = |known: &[&str]| known.contains(&joined.as_str());
        if joined.is_empty() {
            continue;
        }
        half = match () {
            () if is_in(BEFORE_NOON) => Some(false),
            () if is_in(AFTER_NOON) => Some(true),
            () if is_in(UNITS) || Calendar::is_era(&joined) => half,
            () => return Err(OtherWords),
        };
    }
    Ok(half)
}

/// Words that cultures put around the parts of dates and times (fr-CA, bg-BG, ...).
const UNITS: &[&str] = &["h", "min", "s", "\u{433}.", "\u{433}", "\u{447}.", "\u{447}", "ga"];
