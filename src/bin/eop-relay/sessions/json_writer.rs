//! Sessions as JSON, one object a line.

use std::io::{self, Write};

use eop_relay::session::Session;

use super::writer::SessionWriter;
use crate::json;

/// Writes each session as the library serialises it.
pub struct JsonWriter<W> {
    output: W,
    /// Written at once: a session is many small pieces.
    line: Vec<u8>,
}

impl<W: Write> JsonWriter<W> {
    pub fn new(output: W) -> Self {
        Self { output, line: Vec::new() }
    }
}

impl<W: Write> SessionWriter for JsonWriter<W> {
    fn write(&mut self, session: &Session) -> io::Result<()> {
        self.line.clear();
        json::line(&mut self.line, session)?;
        self.output.write_all(&self.line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::fixtures;

    #[test]
    fn each_session_is_one_line_with_every_name() {
        let mut output = Vec::new();
        let mut writer = JsonWriter::new(&mut output);
        writer.write(&fixtures::connect_failed()).unwrap();
        writer.write(&fixtures::refused()).unwrap();
        let text = String::from_utf8(output).unwrap();
        let objects: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.len(), 2);
        let names = |value: &serde_json::Value| {
            value.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(names(&objects[0]), names(&objects[1]));
        assert!(objects[0]["RemoteHost"].is_null());
        assert_eq!(objects[1]["SentThumbprint"], fixtures::THUMBPRINT);
        assert_eq!(objects[1]["Messages"][0]["Recipients"][6]["Address"], "user7@fabrikam.com");
    }
}
