//! The stamps of rows, read fast.

use crate::timestamp::Timestamp;

/// `:00.000Z`, the first byte lowest.
const ZERO_SECOND: u64 = u64::from_le_bytes(*b":00.000Z");
/// Its bytes that are no digits.
const SEPARATORS: u64 = u64::from_le_bytes([0xFF, 0, 0, 0xFF, 0, 0, 0, 0xFF]);

/// Reads stamps; most share year to minute with the one before.
#[derive(Debug)]
pub(super) struct StampParser {
    minute: [u8; 16],
    minute_time: Timestamp,
}

/// A stamp that was read; its time is computed only when asked for, which is for few rows.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    minute: Timestamp,
    /// Of the seconds and milliseconds, each where it stands in the stamp.
    digits: u64,
}

impl Default for StampParser {
    fn default() -> Self {
        Self { minute: *b"0001-01-01T00:00", minute_time: Timestamp::MINIMUM }
    }
}

impl StampParser {
    #[inline]
    pub(super) fn parse(&mut self, stamp: &[u8; 24]) -> Option<Stamp> {
        let (minute, second) = stamp.split_first_chunk::<16>()?;
        if *minute != self.minute {
            self.read_minute(minute)?;
        }
        // All five digits at once, each in its byte. The first one is no more than 5.
        let difference = u64::from_le_bytes(*second.first_chunk()?) ^ ZERO_SECOND;
        let digits = difference & !SEPARATORS;
        let no_digits = (digits | (digits + 0x0006_0606_0006_0A00)) & 0x00F0_F0F0_00F0_F000;
        let is_stamp = difference & SEPARATORS | no_digits == 0;
        is_stamp.then_some(Stamp { minute: self.minute_time, digits })
    }

    fn read_minute(&mut self, minute: &[u8; 16]) -> Option<()> {
        let mut full = [0; 24];
        full[..16].copy_from_slice(minute);
        full[16..].copy_from_slice(b":00.000Z");
        self.minute_time = Timestamp::from_log_stamp(&full)?;
        self.minute = *minute;
        Some(())
    }
}

impl Stamp {
    /// The stamp of that time.
    #[must_use]
    pub fn of_time(time: Timestamp) -> Self {
        Self { minute: time, digits: 0 }
    }

    /// Its time.
    #[must_use]
    #[inline]
    pub fn time(self) -> Timestamp {
        // Each digit ten times with the next one: the seconds, and the tenths and hundredths.
        let pairs = self.digits * 10 + (self.digits >> 8);
        let [_, seconds, _, _, hundredths, ..] = pairs.to_le_bytes().map(u16::from);
        let [.., thousandths, _] = self.digits.to_le_bytes().map(u16::from);
        self.minute.plus_milliseconds(seconds * 1000 + hundredths * 10 + thousandths)
    }
}
