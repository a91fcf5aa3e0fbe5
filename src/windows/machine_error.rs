//! Why the machine cannot be asked.

#![forbid(unsafe_code)]

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
