//! Evidence from the machine itself: its certificate stores, and what Windows says of a chain.

use crate::connector::ExchangeCertificate;
use crate::diagnosis::evidence::{Evidence, Located};
use crate::windows::{
    KeyPresence, MachineError, MachineStores, Unseen, read_machine_stores, windows_verdict,
};

/// What the stores are called in reports.
const MY: &str = r"LocalMachine\My";

impl Evidence {
    /// Adds the stores of the machine that this runs on: its certificates where none were given as
    /// installed ones, its intermediates where none were given, and its roots.
    ///
    /// # Errors
    /// [`MachineError::NotWindows`] on other systems.
    pub fn add_this_machine(&mut self) -> Result<(), MachineError> {
        self.add_machine_stores(read_machine_stores()?);
        Ok(())
    }

    /// Adds stores as [`Self::add_this_machine`] does.
    pub fn add_machine_stores(&mut self, stores: MachineStores) {
        if self.intermediates.is_none() {
            self.intermediates.clone_from(&stores.intermediates);
        }
        if self.installed.is_none() {
            let installed = stores.my.iter().map(|one| {
                let seen = ExchangeCertificate {
                    friendly_name: one.friendly_name.clone(),
                    has_private_key: Some(one.private_key.presence != KeyPresence::None),
                    ..ExchangeCertificate::default()
                };
                Located {
                    object: seen.with_certificate(one.certificate.clone()),
                    path: MY.to_owned(),
                    line: 0,
                }
            });
            self.installed = Some(installed.collect());
        }
        self.machine = Some(stores);
    }

    /// Asks Windows about the chain of each certificate that is judged. Where Windows builds none,
    /// that is reported among what could not be seen.
    pub fn ask_windows(&mut self) {
        let at = self.at;
        let Some(machine) = &mut self.machine else { return };
        // Windows can judge nothing but the bytes of a certificate.
        for given in self.certificates.iter().filter(|one| !one.certificate.is_known_by_facts()) {
            match windows_verdict(given.certificate.der(), at) {
                Ok(verdict) => {
                    self.windows_verdicts.push((given.certificate.thumbprint(), verdict));
                }
                Err(error) => machine
                    .unseen
                    .push(Unseen { place: given.path.clone(), reason: error.to_string() }),
            }
        }
    }
}
