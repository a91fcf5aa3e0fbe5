//! Whether the process was started without standard output.
//!
//! Before `main` the standard library opens the null device in the place of a closed descriptor, for
//! reading and writing, so that every write succeeds. So do others, of their own will (`DEVNULL` of
//! Python): only before that happens can the two be distinguished.

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether standard output was closed when the process was started.
#[must_use]
pub fn was_standard_output_closed() -> bool {
    WAS_CLOSED.load(Ordering::Relaxed)
}

// SAFETY: the C runtime calls what stands in this section, functions of this signature, once before
// `main`; other entries of the section are not touched.
#[unsafe(link_section = ".init_array")]
#[used]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    // SAFETY: fcntl takes any number for a descriptor and says so of one that is not open.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    WAS_CLOSED.store(flags == -1, Ordering::Relaxed);
}
