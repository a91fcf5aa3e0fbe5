//! Rows of an ended session to the session, if the filter wants it.

use super::decode::Decoder;
use super::draft::SessionDraft;
use super::filter::CompiledFilter;
use super::glance::Glance;
use super::model::{Session, SessionNote};
use super::proxy::may_be_half;
use super::session_rows::SessionRows;
use crate::log::LogFile;

/// Reads the rows of one session after the other, with the same buffers.
#[derive(Default)]
pub(super) struct SessionMaker {
    draft: SessionDraft,
    decoder: Decoder,
}

/// What became of a session's rows.
pub(super) struct Made {
    /// `None` if the filter does not want it.
    pub(super) session: Option<Session>,
    /// Whether there was more than is kept.
    pub(super) is_capped: bool,
}

/// Sessions of more rows are read in any case, since they may have more recipients than are kept.
const MAXIMUM_ROWS_PASSED_OVER: usize = 50_000;

impl SessionMaker {
    /// Makes a session of rows of which the last ones stand in that segment.
    pub(super) fn make(
        &mut self,
        rows: &SessionRows,
        segment: &[u8],
        files: &[LogFile],
        filter: &CompiledFilter,
    ) -> Made {
        let text = rows.text(segment);
        if let Some(start) = rows.start
            && filter.is_decided_at_a_glance()
            && rows.rows.len() <= MAXIMUM_ROWS_PASSED_OVER
            && !filter.may_want(start.time, Glance::of(rows, text, filter.thumbprint()))
        {
            return Made { session: None, is_capped: rows.has_note(SessionNote::ContentCapped) };
        }
        let Self { draft, decoder } = self;
        draft.read(rows, text);
        let filter = (!may_be_half(draft)).then_some(filter);
        Made {
            session: decoder.decode(rows, draft, text, files, filter),
            is_capped: draft.has_note(SessionNote::ContentCapped),
        }
    }
}
