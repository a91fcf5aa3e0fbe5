//! A whole send log: many sessions at once, and what goes wrong on the way to the disk.

use std::io::{self, Write};
use std::time::Duration;

use time::{OffsetDateTime, macros::datetime};

use super::random::Random;
use super::send_session::{Ending, SendSession};

/// What a log is made of.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Sessions of a thousand that fail.
    pub failures_per_mille: usize,
    /// Sessions of a thousand of which a row is damaged or missing.
    pub damage_per_mille: usize,
    /// Sessions open at the same time.
    pub open_sessions: usize,
}

impl Profile {
    /// What a production server's logs are like: few failures, little damage.
    pub const MIXED: Self =
        Self { failures_per_mille: 50, damage_per_mille: 10, open_sessions: 40 };
    /// Every row as it should be, every mail delivered.
    pub const CLEAN: Self = Self { failures_per_mille: 0, damage_per_mille: 0, open_sessions: 40 };
    /// A server whose mail is refused.
    pub const FAILING: Self =
        Self { failures_per_mille: 900, damage_per_mille: 0, open_sessions: 10 };
    /// A log that went through a crash.
    pub const DAMAGED: Self =
        Self { failures_per_mille: 50, damage_per_mille: 500, open_sessions: 40 };
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub bytes: u64,
    pub rows: u64,
    /// Rows that cannot be read; rows left out are not among them.
    pub damaged_rows: u64,
    pub sessions: u64,
    pub delivered: u64,
    pub partly_refused: u64,
    pub refused: u64,
    pub tls_failed: u64,
    pub connect_failed: u64,
}

impl Totals {
    fn count(&mut self, ending: Ending) {
        self.sessions += 1;
        match ending {
            Ending::Delivered => self.delivered += 1,
            Ending::PartlyRefused => self.partly_refused += 1,
            Ending::Refused(_) => self.refused += 1,
            Ending::TlsFailed(_) => self.tls_failed += 1,
            Ending::ConnectFailed => self.connect_failed += 1,
        }
    }
}

/// What becomes of one row of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    /// The row ends before its last column.
    Cut,
    /// A run of NUL bytes, as a crash leaves it.
    Nuls,
    /// A quote that nothing closes.
    OpenQuote,
    /// The row is missing, such as the `-` of a session that a restart ended.
    Missing,
}

struct OpenSession {
    session: SendSession,
    damage: Option<(usize, Damage)>,
}

const BEGINNING: OffsetDateTime = datetime!(2026-11-15 01:00:00 UTC);
const FLUSH_AT: usize = 1 << 20;
/// A service restart writes the header once more in the middle of a file.
const ROWS_PER_HEADER: usize = 200_000;

/// A log in the making.
pub struct SendLog {
    random: Random,
    profile: Profile,
    totals: Totals,
    next_session_id: u64,
    milliseconds: u64,
    /// `2026-11-15T01:00:00.` and the second for which it was made.
    stamp: (u64, Vec<u8>),
    buffer: Vec<u8>,
}

impl SendLog {
    pub fn new(seed: u64, profile: Profile) -> Self {
        Self {
            random: Random::new(seed),
            profile,
            totals: Totals::default(),
            next_session_id: 0x08DE_23A1_F00D_0001,
            milliseconds: 0,
            stamp: (u64::MAX, Vec::new()),
            buffer: Vec::with_capacity(FLUSH_AT + 4096),
        }
    }

    /// Writes a log of about that many bytes: no session begins after them, and all are finished.
    pub fn write(mut self, bytes: u64, output: &mut impl Write) -> io::Result<Totals> {
        self.buffer.extend_from_slice("\u{FEFF}".as_bytes());
        self.header();
        let mut open = Vec::new();
        for _ in 0..self.profile.open_sessions.max(1) {
            open.push(self.begin(SendSession::default()));
        }
        while !open.is_empty() {
            let chosen = self.random.below(open.len());
            // What is pipelined, and the rows of a certificate, mostly stand together.
            for _ in 0..=self.random.below(8) {
                if open[chosen].session.next_row().is_none() {
                    break;
                }
                self.row(&mut open[chosen]);
            }
            if open[chosen].session.next_row().is_none() {
                let finished = open.swap_remove(chosen);
                if self.totals.bytes + (self.buffer.len() as u64) < bytes {
                    open.push(self.begin(finished.session));
                }
            }
            if self.buffer.len() >= FLUSH_AT {
                self.flush(output)?;
            }
        }
        self.flush(output)?;
        output.flush()?;
        Ok(self.totals)
    }

    fn begin(&mut self, mut session: SendSession) -> OpenSession {
        let ending = Ending::choose(&mut self.random, self.profile.failures_per_mille);
        self.totals.count(ending);
        session.begin(&mut self.random, self.next_session_id, ending);
        self.next_session_id += 1 + self.random.below(3) as u64;
        let damage = self.random.happens(self.profile.damage_per_mille).then(|| {
            let kinds = [Damage::Cut, Damage::Nuls, Damage::OpenQuote, Damage::Missing];
            match self.random.pick(&kinds) {
                Damage::Missing => (session.row_count() - 1, Damage::Missing),
                kind => (self.random.below(session.row_count()), kind),
            }
        });
        OpenSession { session, damage }
    }

    fn row(&mut self, open: &mut OpenSession) {
        if self.random.below(ROWS_PER_HEADER) == 0 {
            self.header();
        }
        let row = open.session.next_row();
        let damage = open.damage.filter(|(damaged, _)| Some(*damaged) == row);
        let start = self.buffer.len();
        self.milliseconds += self.random.below(8) as u64;
        self.push_stamp();
        open.session.write_row(&mut self.buffer);
        if let Some((_, kind)) = damage {
            self.damage(start, kind);
        }
        if self.buffer.len() > start {
            self.buffer.extend_from_slice(b"\r\n");
            self.totals.rows += 1;
        }
    }

    fn damage(&mut self, start: usize, kind: Damage) {
        let row = &mut self.buffer[start..];
        let last_comma = row.iter().rposition(|byte| *byte == b',').unwrap_or(0);
        match kind {
            Damage::Missing => {
                self.buffer.truncate(start);
                return;
            }
            Damage::Cut => {
                let length = 1 + self.random.below(last_comma);
                self.buffer.truncate(start + length);
            }
            Damage::Nuls => {
                let length = 24 + self.random.below(row.len() - 24);
                row[..length].fill(0);
            }
            Damage::OpenQuote => {
                self.buffer.truncate(start + last_comma);
                self.buffer.extend_from_slice(b",\"not closed");
            }
        }
        self.totals.damaged_rows += 1;
    }

    fn header(&mut self) {
        let date = (BEGINNING + Duration::from_millis(self.milliseconds)).date();
        let _ = write!(
            self.buffer,
            "#Software: Microsoft Exchange Server\r\n\
             #Version: 15.0.0.0\r\n\
             #Log-type: SMTP Send Protocol Log\r\n\
             #Date: {date}T01:00:00.000Z\r\n\
             #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,\
             remote-endpoint,event,data,context\r\n"
        );
    }

    fn push_stamp(&mut self) {
        let second = self.milliseconds / 1000;
        if self.stamp.0 != second {
            let moment = BEGINNING + Duration::from_secs(second);
            self.stamp.0 = second;
            self.stamp.1.clear();
            let _ = write!(
                self.stamp.1,
                "{}T{:02}:{:02}:{:02}.",
                moment.date(),
                moment.hour(),
                moment.minute(),
                moment.second()
            );
        }
        self.buffer.extend_from_slice(&self.stamp.1);
        let thousandths = format_thousandths(self.milliseconds);
        self.buffer.extend_from_slice(&thousandths);
        self.buffer.extend_from_slice(b"Z,");
    }

    fn flush(&mut self, output: &mut impl Write) -> io::Result<()> {
        output.write_all(&self.buffer)?;
        self.totals.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// The last three digits of a number.
fn format_thousandths(number: u64) -> [u8; 3] {
    [100, 10, 1].map(|unit| b"0123456789"[usize::try_from(number / unit % 10).unwrap_or(0)])
}
