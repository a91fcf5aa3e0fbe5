//! Rows of an ended session to the session, if the filter wants it.

use super::decoder::Decoder;
use super::draft::SessionDraft;
use super::prescan::{Prescan, can_reject_by_prescan};
use super::session_rows::SessionRows;
use crate::log::LogFile;
use crate::session::filter::CompiledFilter;
use crate::session::model::{Session, SessionNote};

/// Reads the rows of one session after the other, with the same buffers.
#[derive(Default)]
pub(crate) struct SessionMaker {
    draft: SessionDraft,
    decoder: Decoder,
}

/// What became of a session's rows.
pub(crate) struct Made {
    /// `None` if the filter does not want it.
    pub(crate) session: Option<Session>,
    /// Whether there was more than is kept.
    pub(crate) is_capped: bool,
}

/// Sessions of more rows are read in any case, since they may have more recipients than are kept.
const MAXIMUM_ROWS_PASSED_OVER: usize = 50_000;

impl SessionMaker {
    /// Makes a session of rows of which the last ones stand in that segment.
    pub(crate) fn make(
        &mut self,
        rows: &SessionRows,
        segment: &[u8],
        files: &[LogFile],
        filter: &CompiledFilter,
    ) -> Made {
        let text = rows.text(segment);
        if let Some(start) = rows.start
            && can_reject_by_prescan(filter)
            && rows.rows.len() <= MAXIMUM_ROWS_PASSED_OVER
            && let look = Prescan::of(rows, text, filter.thumbprint())
            && !filter.passes(look.unmet(start.time, filter))
        {
            return Made { session: None, is_capped: rows.has_note(SessionNote::ContentCapped) };
        }
        let Self { draft, decoder } = self;
        draft.read(rows, text);
        let filter = (!draft.may_be_half()).then_some(filter);
        Made {
            session: decoder.decode(rows, draft, text, files, filter),
            is_capped: draft.has_note(SessionNote::ContentCapped),
        }
    }
}
