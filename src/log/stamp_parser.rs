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
    minute_ticks: i64,
}

impl Default for StampParser {
    fn default() -> Self {
        Self { minute: *b"0001-01-01T00:00", minute_ticks: 0 }
    }
}

impl StampParser {
    #[inline]
    pub(super) fn parse(&mut self, stamp: &[u8; 24]) -> Option<Timestamp> {
        let (minute, second) = stamp.split_first_chunk::<16>()?;
        if *minute != self.minute {
            self.read_minute(minute)?;
        }
        // All five digits at once, each in its byte.
        let difference = u64::from_le_bytes(*second.first_chunk()?) ^ ZERO_SECOND;
        let digits = difference & !SEPARATORS;
        let no_digits = (digits | (digits + 0x0006_0606_0006_0600)) & 0x00F0_F0F0_00F0_F000;
        if difference & SEPARATORS | no_digits != 0 {
            return None;
        }
        // Each digit ten times with the next one: the seconds, and the tenths and hundredths.
        let pairs = digits * 10 + (digits >> 8);
        let [_, seconds, _, _, hundredths, ..] = pairs.to_le_bytes().map(i64::from);
        let [.., thousandths, _] = digits.to_le_bytes().map(i64::from);
        if seconds > 59 {
            return None;
        }
        let milliseconds = seconds * 1000 + hundredths * 10 + thousandths;
        Timestamp::from_ticks(self.minute_ticks + milliseconds * 10_000)
    }

    fn read_minute(&mut self, minute: &[u8; 16]) -> Option<()> {
        let mut full = [0; 24];
        full[..16].copy_from_slice(minute);
        full[16..].copy_from_slice(b":00.000Z");
        self.minute_ticks = Timestamp::from_log_stamp(&full)?.ticks();
        self.minute = *minute;
        Some(())
    }
}
