//! Whether this process may see what administrators see.

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Security::{GetTokenInformation, TOKEN_ELEVATION, TokenElevation};

use super::struct_size::size;

/// GetCurrentProcessToken (processthreadsapi.h): a handle that need not be closed.
const CURRENT_PROCESS_TOKEN: isize = -4;

/// Whether the process is elevated; `false` too where Windows does not say.
pub(super) fn is_elevated() -> bool {
    let mut elevation = TOKEN_ELEVATION { TokenIsElevated: 0 };
    let mut length = 0;
    // SAFETY: the struct is a local variable of the size given.
    let is_reported = unsafe {
        GetTokenInformation(
            CURRENT_PROCESS_TOKEN as HANDLE,
            TokenElevation,
            (&raw mut elevation).cast(),
            size::<TOKEN_ELEVATION>(),
            &raw mut length,
        )
    };
    is_reported != 0 && elevation.TokenIsElevated != 0
}
