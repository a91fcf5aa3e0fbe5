//! Where the answer goes: standard output, or the file of `--output`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use terminal_size::{Width, terminal_size_of};

use crate::exit::Exit;
use crate::message;
use crate::settings::Settings;
use crate::style;

/// Columns where the output is no terminal.
const DEFAULT_WIDTH: usize = 80;
const DEFAULT_TABLE_WIDTH: usize = 120;
/// Columns between which the width of a terminal is used: fewer hold no label, more are hard to read.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;

/// Bytes that are written at once.
pub const BUFFER: usize = 1 << 16;

/// Columns of the text that is written.
pub fn width() -> usize {
    width_of(terminal_width())
}

/// Columns of the help, which is asked for before the settings are known.
pub fn help_width() -> usize {
    width_of(columns())
}

fn width_of(terminal: Option<usize>) -> usize {
    terminal.map_or(DEFAULT_WIDTH, |width| width.clamp(*WIDTHS.start(), *WIDTHS.end()))
}

/// Columns of a table that is written: where the output is no terminal, it is searched rather than
/// looked at, and nothing in it need be shortened much.
pub fn table_width() -> usize {
    terminal_width().unwrap_or(DEFAULT_TABLE_WIDTH)
}

/// The width of the terminal that the output is; `None` where it is none.
fn terminal_width() -> Option<usize> {
    is_terminal().then(columns).flatten()
}

fn columns() -> Option<usize> {
    terminal_size_of(io::stdout()).map(|(Width(width), _)| usize::from(width))
}

/// Whether the output is a terminal.
pub fn is_terminal() -> bool {
    Settings::get().output.is_none() && io::stdout().is_terminal()
}

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
    let mut output = BufWriter::with_capacity(BUFFER, open()?);
    match write_to(&mut output).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(not_written(&error)),
        _ => Ok(()),
    }
}

/// Opens the output, which has no buffer of its own.
///
/// # Errors
/// It cannot be written; how the command ends then.
pub fn open() -> Result<Box<dyn Write>, ExitCode> {
    if let Some(path) = &Settings::get().output {
        let file = File::create(path).map_err(|error| not_written(&error))?;
        return Ok(Box::new(file));
    }
    if is_standard_output_closed() {
        message::error(
            &"standard output is closed, so nobody gets the answer; --output FILE writes it to a file",
        );
        return Err(Exit::Broken.into());
    }
    Ok(Box::new(io::stdout().lock()))
}

/// Writes text to read, in colour where that is wanted.
pub fn text(output: &mut dyn Write, text: &str) -> io::Result<()> {
    output.write_all(style::painted(text, is_terminal()).as_bytes())
}

/// Puts a file in the place of one of that name, whole: who reads it meanwhile reads the old or the
/// new one.
///
/// # Errors
/// It cannot be written; how the command ends then.
pub fn replace_file(path: &Path, content: &[u8]) -> Result<(), ExitCode> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, path)).map_err(
        |error| {
            // What is half written helps nobody; that it cannot be removed either changes nothing.
            let _ = std::fs::remove_file(&beside);
            message::error(&format_args!("{}: cannot be written: {error}", path.display()));
            Exit::Broken.into()
        },
    )
}

/// Reports that the output cannot be written.
pub fn not_written(error: &io::Error) -> ExitCode {
    let name = Settings::get().output.as_ref().map(|path| path.display().to_string());
    let name = name.unwrap_or_else(|| "the output".to_owned());
    message::error(&format_args!("{name} cannot be written: {error}"));
    Exit::Broken.into()
}

/// Whether the command was started without standard output.
#[cfg(target_os = "linux")]
fn is_standard_output_closed() -> bool {
    eop_relay::ffi::was_standard_output_closed()
}

/// Elsewhere a write says so.
#[cfg(not(any(target_os = "linux", windows)))]
fn is_standard_output_closed() -> bool {
    false
}

/// Whether the command was started without standard output.
#[cfg(windows)]
fn is_standard_output_closed() -> bool {
    use std::os::windows::io::AsRawHandle;

    io::stdout().as_raw_handle().is_null()
}
