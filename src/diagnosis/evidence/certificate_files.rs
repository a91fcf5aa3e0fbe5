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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::Timestamp;

    #[test]
    fn a_store_that_was_read_in_part_proves_nothing_missing() {
        let part = |is_damaged| Skipped {
            offset: 9,
            label: "CERTIFICATE".to_owned(),
            reason: "no certificate".to_owned(),
            is_damaged,
        };
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
        for (is_damaged, unreadable, troubles) in [
            (false, None, 0),
            (true, None, 1),
            (false, Some("ca.p7b"), 1),
            (true, Some("ca.p7b"), 2),
        ] {
            let before = evidence.troubles();
            evidence.note_damaged_parts("chain.pem", &[part(is_damaged), part(false)]);
            evidence
                .unreadable
                .extend(unreadable.map(|path| (path.to_owned(), "access denied".to_owned())));
            assert_eq!(evidence.troubles() - before, troubles, "{is_damaged} {unreadable:?}");
            evidence.set_intermediates(Vec::new(), before);
            assert_eq!(evidence.intermediates.is_some(), troubles == 0);
        }
        let (path, line, text) = &evidence.damaged[0];
        assert_eq!((path.as_str(), *line), ("chain.pem", 0));
        assert_eq!(text, "at byte 9, CERTIFICATE: no certificate");
    }
}
