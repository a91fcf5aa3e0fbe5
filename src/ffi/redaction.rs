//! Evidence without private values.

use std::path::{Path, PathBuf};

use libc::size_t;
use serde::{Deserialize, Serialize};

use super::answer::{answer, json, parse_object, read_request};
use super::diagnosis::EOP_MAXIMUM_REQUEST_LENGTH;
use super::error::{ErrorDetail, Failure};
use crate::redaction::{Key, redact_case};

/// What is redacted, and where it goes; or the text that is turned back.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    input: Option<PathBuf>,
    output: Option<PathBuf>,
    answer: Option<String>,
    key: PathBuf,
}

/// A text with the values in place of their stand-ins.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Restored {
    text: String,
}

/// Replaces the private values of evidence by stand-ins, as `eop-relay redact` does.
///
/// `request` has `length` units and is read during the call only: a JSON object with the paths Input (a
/// folder, an archive or a file), Output (a folder or, if its name ends with .zip, an archive, that is not
/// there yet) and Key (the file that gets what turns an answer back, and is not there yet). `report`
/// receives a text handle with one JSON object: Files (each with Path, RedactedAs or LeftOut, the reason),
/// Key, Replaced (how many values), ContentsLeftOut; free it with eop_text_free. The call lasts as long as
/// reading and writing all of it takes.
///
/// An object with Answer (a text, such as the report on what was redacted) and Key (the path of the file that
/// was written then) turns the text back: the report is an object with Text.
///
/// EOP_OK; EOP_NULL_ARGUMENT: request or report is NULL; EOP_INVALID_ARGUMENT: it is no such object, the
/// input cannot be read or holds nothing that can be redacted, or output or key are there already or
/// cannot be written: nothing is left of them then; or the key of an answer cannot be read, or is none;
/// EOP_INVALID_TEXT; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_redact(
    request: *const u16,
    length: size_t,
    report: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, EOP_MAXIMUM_REQUEST_LENGTH) }?;
        let request: Request = parse_object("request", &text)?;
        match (&request.input, &request.output, &request.answer) {
            (Some(input), Some(output), None) => json(&redacted(input, output, &request.key)?),
            (None, None, Some(answer)) => json(&restored(answer, &request.key)?),
            _ => Err(Failure::invalid("request: give Input, Output and Key, or Answer and Key")),
        }
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_redact", (report, "report"), error, make) }
}

fn redacted(
    input: &Path,
    output: &Path,
    key: &Path,
) -> Result<crate::redaction::Redaction, Failure> {
    redact_case(input, output, key, |_| {}).map_err(|error| Failure::invalid(error.to_string()))
}

fn restored(answer: &str, key: &Path) -> Result<Restored, Failure> {
    let key = Key::read(key).map_err(Failure::invalid)?;
    Ok(Restored { text: key.restore(answer) })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use serde_json::json;

    use super::*;
    use crate::ffi::status::{EOP_INVALID_ARGUMENT, EOP_NULL_ARGUMENT, EOP_OK};

    fn ask(request: &serde_json::Value) -> i32 {
        let units: Vec<u16> = request.to_string().encode_utf16().collect();
        let mut text = 0;
        // SAFETY: request and output are local variables.
        unsafe { eop_redact(units.as_ptr(), units.len(), &raw mut text, ptr::null_mut()) }
    }

    #[test]
    fn a_file_is_redacted_once_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("ndr.txt"), "550 5.7.64 TenantAttribution for anna@contoso.com")
            .unwrap();
        let request =
            json!({ "Input": path("ndr.txt"), "Output": path("out.zip"), "Key": path("key") });
        assert_eq!(ask(&request), EOP_OK);
        assert!(path("out.zip").exists() && path("key").exists());
        assert_eq!(ask(&request), EOP_INVALID_ARGUMENT);
        let absent =
            json!({ "Input": path("absent"), "Output": path("other.zip"), "Key": path("k") });
        assert_eq!(ask(&absent), EOP_INVALID_ARGUMENT);
        assert!(!path("k").exists() && !path("other.zip").exists());
        for incomplete in [
            json!({ "Input": "a" }),
            json!({ "Input": "a", "Key": "k" }),
            json!({ "Input": "a", "Output": "b", "Answer": "c", "Key": "k" }),
        ] {
            assert_eq!(ask(&incomplete), EOP_INVALID_ARGUMENT);
        }
        let answer = |key: &str| ask(&json!({ "Answer": "550 for somebody", "Key": path(key) }));
        assert_eq!(answer("key"), EOP_OK);
        // No key, and none that is there.
        assert_eq!(answer("ndr.txt"), EOP_INVALID_ARGUMENT);
        assert_eq!(answer("k"), EOP_INVALID_ARGUMENT);
        // SAFETY: NULL is allowed.
        let status = unsafe { eop_redact(ptr::null(), 0, ptr::null_mut(), ptr::null_mut()) };
        assert_eq!(status, EOP_NULL_ARGUMENT);
    }
}
