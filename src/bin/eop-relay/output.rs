//! Where the answer goes: standard output, or the file of `--output`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use terminal_size::{Width, terminal_size_of};

use crate::exit::Exit;
use crate::interruption::Unfinished;
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
        let is_file = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
        let unfinished = is_file.then(|| Unfinished::new(path.clone()));
        return Ok(Box::new(OutputFile { file, _unfinished: unfinished }));
    }
    if is_standard_output_closed() {
        message::error(
            &"standard output is closed, so nobody gets the answer; --output FILE writes it to a file",
        );
        return Err(Exit::Broken.into());
    }
    Ok(Box::new(io::stdout().lock()))
}

/// The file of `--output`, which is whole when it is dropped.
struct OutputFile {
    file: File,
    _unfinished: Option<Unfinished>,
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes text to read, in colour where that is wanted.
pub fn text(output: &mut dyn Write, text: &str) -> io::Result<()> {
    output.write_all(style::painted(text, is_terminal()).as_bytes())
}

/// Where a file is put as a whole: the file of that path, or what a link there leads to.
///
/// # Errors
/// It is no file: a name that was given to another file would take a pipe or a device from everybody.
pub fn place_of(path: &Path) -> io::Result<PathBuf> {
    let refused = |reason: &str| Err(io::Error::other(reason));
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => refused("it is a folder; give the path of a file"),
        Ok(found) if !found.is_file() => {
            refused("it is a pipe or a device; give the path of a file")
        }
        Ok(_) if is_link => path.canonicalize(),
        Err(_) if is_link => refused("it is a link that leads nowhere; give the path of a file"),
        _ => Ok(path.to_owned()),
    }
}

/// Puts a file in the place of one of that name, whole: who reads it meanwhile reads the old or the
/// new one.
///
/// # Errors
/// It cannot be written; how the command ends then.
pub fn replace_file(path: &Path, content: &[u8]) -> Result<(), ExitCode> {
    let replace = |place: PathBuf| {
        let beside = beside(&place);
        let _unfinished = Unfinished::new(beside.clone());
        let replaced =
            std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, place));
        // What is half written helps nobody; that it cannot be removed either changes nothing.
        replaced.inspect_err(|_| drop(std::fs::remove_file(&beside)))
    };
    place_of(path).and_then(replace).map_err(|error| {
        message::error(&format_args!("{}: cannot be written: {error}", path.display()));
        Exit::Broken.into()
    })
}

/// The file beside it that is written first, and then takes its name.
pub fn beside(place: &Path) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    place.with_file_name(name)
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
