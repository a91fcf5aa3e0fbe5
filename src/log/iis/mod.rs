//! Rows of the SMTP service of IIS (SMTPSVC): W3C extended logs, whose columns the administrator
//! chooses, and the native format ("Microsoft IIS Log File Format").
//!
//! Neither has a session id. A reply stands in `cs-uri-query`, or in what follows the fourteen
//! fields of the native format.

mod native;
mod row;
mod w3c;

use memchr::memchr;
use serde::{Deserialize, Serialize};

pub use row::{IisRow, IisSpeaker};
pub use w3c::W3cColumns;

use super::row::{MAXIMUM_LINE, RowError};

/// Which of the two formats a file has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IisFormat {
    /// W3C extended, with the columns that its last `#Fields` line names. Times are UTC.
    W3c(W3cColumns),
    /// The native format. Times are the server's local time, dates month first.
    Native,
    /// The same with the day first, as servers of some countries write it.
    NativeDayFirst,
}

impl IisFormat {
    /// Reads one line, without its line end.
    ///
    /// # Errors
    /// [`RowError`] says what is wrong with it first.
    pub fn parse<'line>(&self, line: &'line [u8]) -> Result<IisRow<'line>, RowError> {
        if line.len() > MAXIMUM_LINE {
            return Err(RowError::TooLong);
        }
        if memchr(0, line).is_some() {
            return Err(RowError::Nul);
        }
        match self {
            Self::W3c(columns) => columns.parse(line),
            Self::Native => native::parse(line, false),
            Self::NativeDayFirst => native::parse(line, true),
        }
    }

    /// The native format with the order of day and month that any of the lines shows, one above 12 or,
    /// beside the other, `month`, in which they were written; month first where none does.
    pub(super) fn native_of<'line>(
        lines: impl Iterator<Item = &'line [u8]>,
        month: Option<u8>,
    ) -> Self {
        let mut orders = lines.filter_map(|line| native::is_day_first(line, month));
        if orders.next() == Some(true) { Self::NativeDayFirst } else { Self::Native }
    }

    /// Whether the times of its rows are local ones.
    pub(crate) fn is_local_time(&self) -> bool {
        matches!(self, Self::Native | Self::NativeDayFirst)
    }

    /// Whether a line is a row of the SMTP service: its web server writes the same columns.
    pub(super) fn is_smtp_row(&self, line: &[u8]) -> bool {
        self.parse(line).is_ok_and(|row| row.is_smtp())
    }
}
