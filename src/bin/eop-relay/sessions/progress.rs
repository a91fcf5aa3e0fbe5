//! The progress bar.

use std::time::{Duration, Instant};

use eop_relay::session::Progress;
use eop_relay::view::printable;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is read sooner needs no bar.
const QUIET_FOR: Duration = Duration::from_secs(1);

/// A bar on standard error, in bytes read and to be read, after the first second; nothing where that
/// is not a terminal.
pub struct ProgressDisplay {
    bar: ProgressBar,
    begun: Instant,
}

impl ProgressDisplay {
    pub fn new(is_terminal: bool) -> Self {
        let target =
            if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let template = "{bar:20} {bytes} of {total_bytes} ({bytes_per_sec}, {eta} left) {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, begun: Instant::now() }
    }

    pub fn show(&self, progress: &Progress) {
        if self.begun.elapsed() < QUIET_FOR {
            return;
        }
        self.bar.set_length(progress.bytes_total.max(progress.bytes_read));
        self.bar.set_position(progress.bytes_read);
        let name = progress.path.as_deref().and_then(|path| path.file_name());
        self.bar.set_message(printable(&name.unwrap_or_default().to_string_lossy()).into_owned());
    }

    /// Takes the bar away while something else is written to the same terminal.
    pub fn hide_while<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
