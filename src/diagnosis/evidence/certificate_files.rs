//! What files of certificates leave in the evidence beside the certificates.

use super::Evidence;
use crate::certificate::{Certificate, Skipped};

impl Evidence {
    /// Notes the parts of a file of certificates that are damaged; keys and requests beside
    /// certificates are of no use here, and nothing to report.
    pub fn note_damaged_parts(&mut self, path: &str, skipped: &[Skipped]) {
        let damaged = skipped.iter().filter(|part| part.is_damaged);
        self.damaged.extend(damaged.map(|part| (path.to_owned(), 0, part.to_string())));
    }

    /// Sets the intermediates of the server, unless something of them could not be read since
    /// `troubles`: a store that was read in part proves nothing missing.
    pub fn set_intermediates(&mut self, read: Vec<Certificate>, troubles: usize) {
        self.intermediates = (self.troubles() == troubles).then_some(read);
    }

    /// How many inputs, or parts of them, could not be read so far.
    #[must_use]
    pub fn troubles(&self) -> usize {
        self.unreadable.len() + self.damaged.len()
    }
}
