//! Standard output.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::exit::Exit;
use crate::message;

/// Columns of the readable forms.
pub const WIDTH: usize = 100;

/// Writes the answer of the command, which then ends with `exit`.
pub fn answer(
    exit: impl Into<ExitCode>,
    write_to: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> ExitCode {
    write(write_to).map_or_else(|broken| broken, |()| exit.into())
}

/// Calls `write_to` with the output.
///
/// # Errors
/// It cannot be written; how the command ends then. That the reader of a pipe has seen enough is no
/// error.
pub fn write(write_to: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), ExitCode> {
    let mut output = BufWriter::new(io::stdout().lock());
    match write_to(&mut output).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(not_written(&error)),
        _ => Ok(()),
    }
}

/// Reports that the output cannot be written.
pub fn not_written(error: &io::Error) -> ExitCode {
    message::error(&format_args!("the output cannot be written: {error}"));
    Exit::Broken.into()
}

/// Writes one JSON object in lines to read.
pub fn json(output: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, value)?;
    writeln!(output)
}

/// Writes one JSON object in one line.
pub fn json_line(output: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *output, value)?;
    writeln!(output)
}
