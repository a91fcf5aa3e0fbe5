//! What the rest of the crate asks of the machine it runs on.

#![forbid(unsafe_code)]

use super::second_voice::SecondVoice;
use super::stores::MachineStores;
use crate::timestamp::Timestamp;

/// Why the machine cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MachineError {
    /// It has no certificate stores of Windows.
    #[error(
        "this computer has no certificate stores of Windows: run it on the Exchange server, or give \
         certificates and intermediates as files"
    )]
    NotWindows,
    /// A call of Windows failed.
    #[error("{call} failed: {message}")]
    Call {
        /// The function of Windows.
        call: &'static str,
        /// What it says, with its number.
        message: String,
    },
}

#[cfg(windows)]
impl MachineError {
    /// What GetLastError says after a call that failed.
    pub(super) fn last(call: &'static str) -> Self {
        Self::Call { call, message: std::io::Error::last_os_error().to_string() }
    }
}

/// What GetLastError says, as an HRESULT.
#[cfg(windows)]
pub(super) fn last_result() -> u32 {
    const FACILITY_WIN32: u32 = 0x8007_0000;
    let error = std::io::Error::last_os_error().raw_os_error().unwrap_or_default().cast_unsigned();
    if error < 0x1_0000 { FACILITY_WIN32 | error } else { error }
}

/// Reads LocalMachine\My, CA, Root and AuthRoot. A store that cannot be read is told among what is
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
pub fn second_voice(certificate: &[u8], at: Timestamp) -> Result<SecondVoice, MachineError> {
    #[cfg(windows)]
    return super::crypt32::judge(certificate, at);
    #[cfg(not(windows))]
    {
        let _ = (certificate, at);
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
            second_voice(b"", Timestamp::from_ticks(1).unwrap()),
            Err(MachineError::NotWindows)
        );
    }
}
