//! How old connectors are that come from the logs of the Hybrid Configuration Wizard.

use crate::diagnosis::literal::counted;
use crate::diagnosis::report::Confidence;
use crate::evidence::HybridConnector;
use crate::timestamp::Timestamp;

/// From this age on a state is called old.
pub(crate) const OLD_DAYS: i64 = 30;

/// How well a state of the wizard's logs stands in for an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staleness {
    Recent,
    Old,
}

impl Staleness {
    /// Of a state that is judged at that time.
    pub fn of(state: &HybridConnector, at: Timestamp) -> Self {
        match state.age_days(at) {
            Some(0..OLD_DAYS) => Self::Recent,
            _ => Self::Old,
        }
    }

    /// The least doubt that remains.
    pub fn confidence(self) -> Confidence {
        match self {
            Self::Recent => Confidence::Inferred,
            Self::Old => Confidence::Uncertain,
        }
    }
}

/// The source and the age of a state in words.
pub(crate) fn age_text(state: &HybridConnector, at: Timestamp) -> String {
    match (state.as_of, state.age_days(at)) {
        (Some(time), Some(days)) => {
            let age = match u64::try_from(days) {
                Ok(days @ 1..) => format!("{} before this report", counted(days, "day")),
                _ => "less than a day before this report".to_owned(),
            };
            let zone = if state.is_time_zone_known { "" } else { " (time zone not known)" };
            format!("as the Hybrid Configuration Wizard knew it at {time}{zone}, {age}")
        }
        _ => "as the Hybrid Configuration Wizard knew it at a time that is not known".to_owned(),
    }
}
