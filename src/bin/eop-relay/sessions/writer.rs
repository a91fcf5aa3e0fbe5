//! The forms in which sessions are written.

use std::io;

use eop_relay::session::Session;

/// A form in which sessions are written.
pub trait SessionWriter {
    /// Writes what comes before the first session.
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Writes one session.
    fn write(&mut self, session: &Session) -> io::Result<()>;

    /// Passes everything written to the operating system.
    fn flush(&mut self) -> io::Result<()>;

    /// Writes what comes after the last session.
    fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}
