//! Times.

use std::str::FromStr;

use eop_relay::timestamp::Timestamp;

/// A time of the command line; one without a zone is UTC.
#[derive(Clone, Copy, Debug)]
pub struct Time(Timestamp);

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Timestamp::parse(text)
            .map(Self)
            .ok_or("give a date or time such as 2026-11-15 or 2026-11-15T01:02:03Z")
    }
}

impl From<Time> for Timestamp {
    fn from(time: Time) -> Self {
        time.0
    }
}

/// The time that was given, else that of this computer's clock.
///
/// # Errors
/// The clock is outside the years 1 to 9999.
pub fn given_or_now(time: Option<Time>) -> Result<Timestamp, String> {
    time.map_or_else(
        || {
            Timestamp::try_from(time::OffsetDateTime::now_utc())
                .map_err(|error| format!("the clock of this computer is wrong: {error}"))
        },
        |time| Ok(time.into()),
    )
}
