//! Up to where the rows of a file were accepted, at any moment.

use std::sync::Arc;

use crate::log::{Edges, Format, KnownFile, LastPosition, Position};

/// How far the rows of one file were accepted. It moves with each piece of text whose rows were, so
/// that rows and position are saved as of one moment, also where the file then cannot be read on.
pub(crate) struct ReadMark {
    /// The index of the file.
    pub(crate) file: usize,
    edges: Edges,
    lines: u64,
    /// That of the last rows; `None` before the first.
    format: Option<Arc<Format>>,
    is_recognised: bool,
}

impl ReadMark {
    pub(crate) fn new(file: usize) -> Self {
        Self { file, edges: Edges::default(), lines: 0, format: None, is_recognised: false }
    }

    /// Moves over text in which are no rows, up to those that are accepted next.
    pub(crate) fn skip(&mut self, skipped: &Edges) {
        self.edges.append_edges(skipped);
    }

    /// Moves over rows of that format; the file has that many lines up to their end.
    pub(crate) fn accept(&mut self, rows: &[u8], lines: u64, format: &Arc<Format>) {
        self.edges.append(rows);
        self.lines = lines;
        self.format = Some(Arc::clone(format));
        self.is_recognised |= !rows.is_empty();
    }

    /// The file as it is known where it was not read to its end; `None` if no rows were accepted.
    pub(crate) fn known(self) -> Option<KnownFile> {
        let position = Position {
            offset: self.edges.length(),
            lines: self.lines,
            format: self.format?,
            is_recognised: self.is_recognised,
        };
        Some(KnownFile { position, fingerprint: self.edges.fingerprint() })
    }

    /// The file as it is known at its end.
    pub(crate) fn known_to_end(mut self, last: LastPosition) -> KnownFile {
        let LastPosition { mut position, skipped } = last;
        self.edges.append_edges(&skipped);
        position.lines += self.lines;
        KnownFile { position, fingerprint: self.edges.fingerprint() }
    }
}
