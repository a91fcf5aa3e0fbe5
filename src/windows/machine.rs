//! What the rest of the crate asks of the machine it runs on.

#![forbid(unsafe_code)]

use std::sync::Arc;

use super::machine_error::MachineError;
use super::signing_key::SigningKey;
use super::stores::MachineStores;
use super::windows_verdict::WindowsVerdict;
use crate::certificate::Thumbprint;
use crate::timestamp::Timestamp;

/// Reads LocalMachine\My, CA, Root and AuthRoot. A store that cannot be read is reported among what is
/// unseen, and the others are read.
///
/// # Errors
/// [`MachineError::NotWindows`] on other systems.
pub fn read_machine_stores() -> Result<MachineStores, MachineError> {
    #[cfg(windows)]
    return Ok(super::crypt32::read_stores());
    #[cfg(not(windows))]
    Err(MachineError::NotWindows)
}

/// Has crypt32 judge a certificate (DER) as of a time, with the stores of the computer, in each
/// mode. The one with downloads takes a few seconds where there is no way to the internet.
///
/// # Errors
/// [`MachineError::NotWindows`] on other systems; [`MachineError::Call`] where no chain is built.
pub fn windows_verdict(certificate: &[u8], at: Timestamp) -> Result<WindowsVerdict, MachineError> {
    #[cfg(windows)]
    return super::crypt32::judge(certificate, at);
    #[cfg(not(windows))]
    {
        let _ = (certificate, at);
        Err(MachineError::NotWindows)
    }
}

/// Opens the key of a certificate of LocalMachine\My, without asking the user anything.
///
/// # Errors
/// [`MachineError::NotWindows`] on other systems; [`MachineError::Call`] where the certificate is not
/// there or its key does not open.
pub fn open_signing_key(thumbprint: Thumbprint) -> Result<Arc<dyn SigningKey>, MachineError> {
    #[cfg(windows)]
    return super::crypt32::open_signing_key(thumbprint);
    #[cfg(not(windows))]
    {
        let _ = thumbprint;
        Err(MachineError::NotWindows)
    }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn other_systems_say_that_they_are_not_windows() {
        assert_eq!(read_machine_stores(), Err(MachineError::NotWindows));
        assert_eq!(
            windows_verdict(b"", Timestamp::from_ticks(1).unwrap()),
            Err(MachineError::NotWindows)
        );
    }
}
