//! The calendars in which some cultures print dates.

use icu_calendar::cal::Hijri;
use icu_calendar::{Date, Gregorian};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calendar {
    Gregorian,
    /// th-TH.
    Buddhist,
    /// fa-IR and others.
    Persian,
    /// ar-SA.
    UmAlQura,
}

impl Calendar {
    /// By the year, of which those of two calendars for one time lie far apart, and the words beside
    /// it. `None` for a year of two digits beside Arabic words: it may be of either calendar.
    pub(super) fn of(parts: [(u32, usize); 3], words: &str) -> Option<Self> {
        let is_year_first = parts[0].1 > 2;
        let (year, digits) = if is_year_first { parts[0] } else { parts[2] };
        match (year, digits) {
            (_, 2) if words.chars().any(is_arabic) => None,
            (1300..=1500, 4) if is_year_first => Some(Self::Persian),
            (1400..=1600, 4) => Some(Self::UmAlQura),
            (2500..=2700, 4) => Some(Self::Buddhist),
            _ => Some(Self::Gregorian),
        }
    }

    /// Whether a word names an era: of the Hijra (ar-SA and the Persian ones) or of Buddha.
    pub(super) fn is_era(word: &str) -> bool {
        const ERAS: &[&str] = &[
            "\u{628}\u{639}\u{62f} \u{627}\u{644}\u{647}\u{62c}\u{631}\u{629}",
            "\u{647}\u{640}",
            "\u{647}.\u{634}.",
            "\u{647}\u{200d}.\u{634}.",
            "ap",
            "\u{e1e}.\u{e28}.",
        ];
        ERAS.contains(&word)
    }
}

fn is_arabic(character: char) -> bool {
    ('\u{600}'..='\u{6ff}').contains(&character)
}

/// Year, month and day of the Gregorian calendar; `None` for a day that there is not.
pub(super) fn gregorian(
    calendar: Calendar,
    year: u32,
    month: u32,
    day: u32,
) -> Option<(u32, u32, u32)> {
    let (year, month, day) =
        (i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let date = match calendar {
        Calendar::Gregorian => Date::try_new_gregorian(year, month, day).ok()?,
        Calendar::Buddhist => Date::try_new_buddhist(year, month, day).ok()?.to_calendar(Gregorian),
        Calendar::Persian => Date::try_new_persian(year, month, day).ok()?.to_calendar(Gregorian),
        Calendar::UmAlQura => {
            let calendar = Hijri::new_umm_al_qura();
            Date::try_new_hijri_with_calendar(year, month, day, calendar)
                .ok()?
                .to_calendar(Gregorian)
        }
    };
    let year = u32::try_from(date.era_year().year).ok()?;
    Some((year, u32::from(date.month().ordinal), u32::from(date.day_of_month().0)))
}
