//! A batch of the core as flat records: safe code, no pointers but those of the finished view.

mod flat;
mod own_texts;
mod shared;
mod writer;

pub(super) use self::flat::FlatBatch;
use self::writer::Writer;
use super::error::Failure;
use crate::session::Batch;

/// How much text a flat batch takes on before it hands over, in units: 32 MiB.
const ENOUGH_TEXT: usize = 16 << 20;

/// A core batch on its way into one or more flat ones.
pub(super) struct Flattening {
    batch: Batch,
    next_session: usize,
}

impl Flattening {
    pub fn new(batch: Batch) -> Self {
        Self { batch, next_session: 0 }
    }

    /// Fills an empty flat batch with the notices (the first time) and the next sessions. Returns
    /// whether that was all; what did not fit goes into the next flat batch.
    pub fn fill(&mut self, flat: &mut FlatBatch, max_sessions: usize) -> Result<bool, Failure> {
        let mut writer = Writer::new(flat);
        if self.next_session == 0 {
            for notice in &self.batch.notices {
                writer.notice(notice)?;
            }
        }
        for session in self.batch.sessions.iter().skip(self.next_session).take(max_sessions) {
            writer.session(session)?;
            self.next_session += 1;
            if writer.text_length() >= ENOUGH_TEXT {
                break;
            }
        }
        Ok(self.next_session == self.batch.sessions.len())
    }
}

#[cfg(test)]
mod tests;
