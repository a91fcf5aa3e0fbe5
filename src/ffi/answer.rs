//! Functions that answer with a text handle, and requests that come as a JSON object.

use std::io::{Cursor, Read};

use libc::size_t;
use serde::{Deserialize, Serialize};

use super::error::{ErrorDetail, Failure};
use super::guard::guard;
use super::injection;
use super::input::Utf16;
use super::memory::{base64_of, json_of};
use super::output::{require, require_output, write_output};
use super::status::EOP_OK;
use super::text::open_text;
use crate::input;

/// Runs the body of the exported function `name`, whose only output is a handle of the text that
/// `make` gives; `what` is the name of that output.
///
/// # Safety
/// `output` is NULL or points to a writable handle, `error` is NULL or points to a struct that begins
/// with its size in bytes and of which that many bytes are writable during the call.
pub(super) unsafe fn answer(
    name: &'static str,
    (output, what): (*mut u64, &str),
    error: *mut ErrorDetail,
    make: impl FnOnce() -> Result<String, Failure>,
) -> i32 {
    let body = || {
        require_output(output, what)?;
        injection::strike(name);
        let handle = open_text(&make()?)?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(output, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard(name, error, body) }
}

/// The JSON of a report.
pub(super) fn json(report: &impl Serialize) -> Result<String, Failure> {
    json_of(report)
}

/// The text of a request.
///
/// # Safety
/// `text` is NULL or points to `length` units that stay as they are during the call.
pub(super) unsafe fn read_request(
    what: &str,
    text: *const u16,
    length: size_t,
    limit: usize,
) -> Result<String, Failure> {
    require(text, what)?;
    // SAFETY: promised by the caller.
    let text = unsafe { Utf16 { text, length }.to_text(what, limit) }?;
    Ok(text.unwrap_or_default())
}

/// The object that the text of a request is, in JSON.
///
/// # Errors
/// A failure with line and offset: no JSON, no object, or one with other members.
pub(super) fn parse_object<'text, T: Deserialize<'text>>(
    what: &str,
    text: &'text str,
) -> Result<T, Failure> {
    // A struct would be read out of an array too.
    if !text.trim_start().starts_with('{') {
        let offset = text.len() - text.trim_start().len();
        return Err(Failure::invalid(format!("{what}: a JSON object is expected")).at(text, offset));
    }
    serde_json::from_str(text).map_err(|error| {
        Failure::invalid(format!("{what}: {error}")).at(text, offset_of(&error, text))
    })
}

/// The byte of `text` at which its reading ended.
fn offset_of(error: &serde_json::Error, text: &str) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(lines_before).map(str::len).sum();
    // serde_json counts the byte that it stumbled over; at the end of the text there is none.
    let column = if error.is_eof() { error.column() } else { error.column().saturating_sub(1) };
    (line_start + column).min(text.len())
}

/// A file that comes within a request: what errors call it, and its bytes in base64.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct FileContent {
    pub path: String,
    content: String,
}

impl FileContent {
    /// Its bytes, unpacked where they are a gzip stream.
    ///
    /// # Errors
    /// What is wrong with its content.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        /// What a stream may unpack to, in bytes.
        const MAXIMUM_UNPACKED: u64 = 1 << 30;
        let bytes = base64_of(&self.content)?;
        if !input::is_gzip(&bytes) {
            return Ok(bytes);
        }
        let mut unpacked = Vec::new();
        input::gunzip(Cursor::new(bytes))
            .take(MAXIMUM_UNPACKED + 1)
            .read_to_end(&mut unpacked)
            .map_err(|error| error.to_string())?;
        if unpacked.len() as u64 > MAXIMUM_UNPACKED {
            return Err("it unpacks to more than 1 GiB".to_owned());
        }
        Ok(unpacked)
    }
}
