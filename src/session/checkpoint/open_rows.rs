//! The rows of open sessions as they stand in the logs, so that another run can go on with them
//! when the logs themselves are gone.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::log::Format;
use crate::session::assembler::SessionKey;
use crate::session::draft::Place;
use crate::timestamp::Timestamp;

/// The rows of all open sessions, up to a limit of bytes.
pub(in crate::session) struct OpenRows {
    sessions: HashMap<SessionKey, OpenSession>,
    formats: Vec<Arc<Format>>,
    /// Counts the rows, so that sessions can be put in the order of their last ones.
    turn: u64,
    bytes: usize,
    limit: usize,
}

/// The rows of one open session, in their order.
#[derive(Default)]
pub(super) struct OpenSession {
    pub(super) rows: Vec<OpenRow>,
    /// The lines without their line ends, one after the other.
    pub(super) text: Vec<u8>,
    turn: u64,
    last_row: Option<Timestamp>,
}

/// A row of [`OpenSession::text`].
pub(super) struct OpenRow {
    pub(super) place: Place,
    /// The index of its format.
    pub(super) format: usize,
    pub(super) length: usize,
}

impl OpenRows {
    /// Rows of at most about `limit` bytes.
    pub(in crate::session) fn new(limit: usize) -> Self {
        Self { sessions: HashMap::new(), formats: Vec::new(), turn: 0, bytes: 0, limit }
    }

    /// Keeps one row more of a session.
    pub(in crate::session) fn keep(
        &mut self,
        key: SessionKey,
        time: Timestamp,
        place: Place,
        format: &Arc<Format>,
        line: &[u8],
    ) {
        let format = self.number_of(format);
        self.turn += 1;
        let session = self.sessions.entry(key).or_insert_with(|| {
            self.bytes += size_of::<(SessionKey, OpenSession)>();
            OpenSession::default()
        });
        session.rows.push(OpenRow { place, format, length: line.len() });
        session.text.extend_from_slice(line);
        session.turn = self.turn;
        session.last_row = Some(time);
        self.bytes += line.len() + size_of::<OpenRow>();
    }

    /// Forgets a session that was put out.
    pub(in crate::session) fn forget(&mut self, key: SessionKey) {
        if let Some(session) = self.sessions.remove(&key) {
            self.bytes -= size_of::<(SessionKey, OpenSession)>()
                + session.text.len()
                + session.rows.len() * size_of::<OpenRow>();
        }
    }

    pub(in crate::session) fn is_over_limit(&self) -> bool {
        self.bytes > self.limit
    }

    pub(in crate::session) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// The sessions whose last row is older than that, in the order of those rows.
    pub(in crate::session) fn keys_before(&self, time: Timestamp) -> Vec<SessionKey> {
        let is_before = |session: &OpenSession| session.last_row.is_some_and(|last| last < time);
        let sessions = self.in_order().into_iter();
        sessions.filter(|(_, session)| is_before(session)).map(|(key, _)| key).collect()
    }

    /// The sessions in the order of their last rows, as they were read.
    pub(super) fn in_order(&self) -> Vec<(SessionKey, &OpenSession)> {
        let mut sessions: Vec<_> =
            self.sessions.iter().map(|(key, session)| (*key, session)).collect();
        sessions.sort_unstable_by_key(|(_, session)| session.turn);
        sessions
    }

    /// The formats that the rows name.
    pub(super) fn formats(&self) -> &[Arc<Format>] {
        &self.formats
    }

    fn number_of(&mut self, format: &Arc<Format>) -> usize {
        let is_same = |known: &Arc<Format>| Arc::ptr_eq(known, format) || known == format;
        self.formats.iter().rposition(is_same).unwrap_or_else(|| {
            self.formats.push(Arc::clone(format));
            self.formats.len() - 1
        })
    }
}
