//! The columns of a protocol log.

use serde::{Deserialize, Serialize};

/// The most columns a `#Fields` line may name.
pub(super) const MAXIMUM_COLUMNS: usize = 32;

/// Where the nine fields of a protocol log row stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// How many columns a row has.
    pub count: usize,
    /// The column of each field in the order of [`Columns::NAMES`]; `None` where it is missing.
    pub position: [Option<usize>; 9],
}

impl Columns {
    /// The fields in the order that every known version of Exchange writes them.
    pub const NAMES: [&str; 9] = [
        "date-time",
        "connector-id",
        "session-id",
        "sequence-number",
        "local-endpoint",
        "remote-endpoint",
        "event",
        "data",
        "context",
    ];

    /// The columns of a log without a `#Fields` line.
    pub const STANDARD: Self = Self {
        count: 9,
        position: [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7), Some(8)],
    };

    /// Reads the names of a `#Fields` line, in any case and order.
    ///
    /// `None` if date-time, session-id, event or data is not among them: such rows say nothing about
    /// sessions.
    pub(super) fn from_names(names: &str) -> Option<Self> {
        let mut columns = Self { count: 0, position: [None; 9] };
        for name in names.split(',') {
            let name = name.trim().trim_matches('"');
            let known = Self::NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
            if let Some(field) = known {
                columns.position[field].get_or_insert(columns.count);
            }
            columns.count += 1;
        }
        let [date_time, _, session_id, _, _, _, event, data, _] = columns.position;
        let usable =
            date_time.is_some() && session_id.is_some() && event.is_some() && data.is_some();
        (usable && columns.count <= MAXIMUM_COLUMNS).then_some(columns)
    }
}
