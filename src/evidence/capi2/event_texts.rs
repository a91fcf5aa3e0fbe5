//! The XML of each event of any log: an `.evtx` file, exported XML, JSON of tools, or their content.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use super::framer::{FrameEnd, Next};
use super::open_source::of_content;
use super::source::{OpenError, Source};

/// Whether the beginning of a file is that of an event log exported as XML, or as JSON by a tool.
pub(in crate::evidence) fn is_log(beginning: &str) -> bool {
    let is_xml = beginning.contains("<Event") && beginning.contains("<Provider");
    let has_any = |names: &[&str]| names.iter().any(|name| beginning.contains(name));
    let is_json = (beginning.trim_start().starts_with(['{', '['])
        || beginning.starts_with("Record "))
        && ((beginning.contains("\"Provider") && has_any(&["\"System\"", "\"Payload\""]))
            || beginning.contains("\"winlog\"")
            || (beginning.contains("\"RuleTitle\"") && beginning.contains("\"Timestamp\"")));
    is_xml || is_json
}

/// Calls `use_text` with the XML of each event that can be read, and its line (0 in an `.evtx` file),
/// until it breaks.
///
/// # Errors
/// The file cannot be read, or is no log.
pub(in crate::evidence) fn of_file(
    path: &Path,
    use_text: impl FnMut(&str, u64) -> ControlFlow<()>,
) -> io::Result<()> {
    let source = Source::open(path).map_err(|error| match error {
        OpenError::Io(error) => error,
        OpenError::Evtx(reason) => io::Error::new(io::ErrorKind::InvalidData, reason),
    })?;
    of_source(source, use_text)
}

/// The events of a log as one XML text.
///
/// # Errors
/// The file cannot be read, is no log, or has more than `maximum` bytes of XML.
pub fn event_log_as_xml(path: &Path, maximum: u64) -> io::Result<String> {
    let mut text = String::from("<Events>\n");
    of_file(path, |xml, _| {
        text.push_str(xml);
        text.push('\n');
        if text.len() as u64 > maximum { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if text.len() as u64 > maximum {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("more than {maximum} bytes as XML: export fewer events"),
        ));
    }
    text.push_str("</Events>\n");
    Ok(text)
}

/// [`of_file`] for the content of a file.
///
/// # Errors
/// It is no log.
pub(in crate::evidence) fn of_bytes(
    bytes: &[u8],
    use_text: impl FnMut(&str, u64) -> ControlFlow<()>,
) -> io::Result<()> {
    let source = of_content(bytes.to_vec());
    let invalid = |reason| io::Error::new(io::ErrorKind::InvalidData, reason);
    of_source(source.map_err(invalid)?, use_text)
}

fn of_source(
    mut source: Source,
    mut use_text: impl FnMut(&str, u64) -> ControlFlow<()>,
) -> io::Result<()> {
    loop {
        let flow = match &mut source {
            Source::Xml(framer, _) => match framer.next()? {
                Next::Item(frame) if frame.end == FrameEnd::Whole => {
                    use_text(&String::from_utf8_lossy(frame.bytes), frame.line)
                }
                Next::Item(_) | Next::Again => ControlFlow::Continue(()),
                Next::End => return Ok(()),
            },
            Source::Evtx(file) => match file.next()? {
                Some(item) => item.xml.map_or(ControlFlow::Continue(()), |xml| use_text(&xml, 0)),
                None => return Ok(()),
            },
            Source::Json(events) => match events.next()? {
                Some(xml) => use_text(&xml, 0),
                None => return Ok(()),
            },
        };
        if flow.is_break() {
            return Ok(());
        }
    }
}
