//! Sessions as JSON, one object a line.

use std::io::{self, Write};

use eop_relay::session::Session;

use super::SessionWriter;

/// Writes each session as the library serialises it.
pub struct JsonWriter<W> {
    output: W,
}

impl<W: Write> JsonWriter<W> {
    pub fn new(output: W) -> Self {
        Self { output }
    }
}

impl<W: Write> SessionWriter for JsonWriter<W> {
    fn write(&mut self, session: &Session) -> io::Result<()> {
        serde_json::to_writer(&mut self.output, session)?;
        self.output.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
