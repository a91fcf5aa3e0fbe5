//! The evidence with the servers of its sessions.

use std::ops::Deref;

use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::certificate_uses::CertificateUses;

/// The evidence, and what was sent by connector and server.
pub(crate) struct Known<'a> {
    given: &'a Evidence,
    pub uses: CertificateUses,
}

impl<'a> Known<'a> {
    /// Of all evidence that is there.
    pub fn of(given: &'a Evidence) -> Self {
        Self { given, uses: given.uses.resolved(&given.servers()) }
    }
}

impl Deref for Known<'_> {
    type Target = Evidence;

    fn deref(&self) -> &Evidence {
        self.given
    }
}
