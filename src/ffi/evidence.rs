//! The handle that reads evidence in the form of records, whatever its kind.

use libc::size_t;

use super::answer::json;
use super::caller_memory::read_struct_size;
use super::error::{ErrorDetail, Failure};
use super::guard::guard;
use super::handle::{Handles, Kind};
use super::injection;
use super::input::{GrowingStruct, Utf16, read_sized};
use super::output::{require, require_output, write_output};
use super::query::{
    EOP_MAXIMUM_NAME_LENGTH, EOP_QUERY_RECURSE, LogInputRecord, check_flags, read_inputs, read_time,
};
use super::session_reader::{
    EOP_DEFAULT_BUDGET, EOP_DEFAULT_RECORDS, EOP_MAXIMUM_RECORDS, or_default,
};
use super::status::{EOP_END, EOP_INVALID_THUMBPRINT, EOP_OK};
use super::text::open_text;
use crate::certificate::Thumbprint;
use crate::evidence::chain_event::{ChainEventQuery, ChainEventReader};
use crate::evidence::{EvidenceReader, HybridChangeQuery, HybridChangeReader};
use crate::log::LogInput;
use crate::timestamp::Timestamp;

/// eop_evidence_query.kind: validations of certificate chains, of the log
/// Microsoft-Windows-CAPI2/Operational: exported XML, .evtx files, and the texts of
/// EventLogRecord.ToXml() one after the other.
pub const EOP_EVIDENCE_CHAIN_EVENTS: u32 = 1;
/// eop_evidence_query.kind: changes that the Hybrid Configuration Wizard made, out of its .log and
/// .xhcw files, folders of them, and folders of Windows profiles; without input and text those of
/// the profiles of this computer. A thumbprint is refused, as no change names one.
pub const EOP_EVIDENCE_HYBRID_CHANGES: u32 = 2;
/// eop_evidence_query.kind: kept for errors of queues and non-delivery reports.
pub const EOP_EVIDENCE_DELIVERY_ERRORS: u32 = 3;

/// eop_evidence_query.flags: text comes piece by piece, by eop_evidence_add (chain events only).
pub const EOP_EVIDENCE_TEXT_FOLLOWS: u32 = 1 << 8;

/// The most units of eop_evidence_query.text, and of a piece.
pub const EOP_MAXIMUM_EVIDENCE_LENGTH: usize = 536_870_912;

/// What evidence to read and which records to return: those that pass every condition given.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EvidenceQueryOptions {
    /// sizeof(eop_evidence_query), set by the caller.
    pub struct_size: u32,
    /// EOP_EVIDENCE_...
    pub kind: u32,
    /// The places to read from; what they say of servers is not used.
    pub inputs: *const LogInputRecord,
    /// How many, at most EOP_MAXIMUM_INPUTS.
    pub input_count: u32,
    /// sizeof(eop_log_input), set by the caller.
    pub input_stride: u32,
    /// The evidence itself, as the content of a file; absent = none beside the inputs. Unpaired
    /// surrogates count as U+FFFD.
    pub text: Utf16,
    /// Records that name the certificate with this thumbprint, as pasted; absent = any.
    pub thumbprint: Utf16,
    /// Records of that time or later, in ticks; 0 = any. Records of unknown time pass.
    pub start: i64,
    /// Records before that time, in ticks; 0 = any. Records of unknown time pass.
    pub end: i64,
    /// EOP_QUERY_RECURSE, EOP_EVIDENCE_TEXT_FOLLOWS.
    pub flags: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: integers and raw pointers; fields of 8 bytes lie at multiples of 8.
unsafe impl GrowingStruct for EvidenceQueryOptions {}

/// What errors call the text of chain events.
const PIPELINE: &str = "events of the pipeline";

static READERS: Handles<Box<dyn OpenReader>> = Handles::new(Kind::EvidenceReader);

/// A reader of any kind, whose batches go out as JSON.
trait OpenReader: Send {
    /// A text handle with the next batch; `None` at the end.
    fn next_json(&mut self, max_records: usize, budget: u64) -> Result<Option<u64>, Failure>;
    /// Adds text, or ends it; `false` where none is awaited.
    fn add_text(&mut self, text: Option<&str>) -> bool;
}

impl<R: EvidenceReader + Send> OpenReader for R {
    fn next_json(&mut self, max_records: usize, budget: u64) -> Result<Option<u64>, Failure> {
        self.next_batch(max_records, budget).map(|batch| open_text(&json(&batch)?)).transpose()
    }

    fn add_text(&mut self, text: Option<&str>) -> bool {
        EvidenceReader::add_text(self, text)
    }
}

/// A query of the core, whatever the kind.
struct EvidenceQuery {
    inputs: Vec<LogInput>,
    text: Option<String>,
    thumbprint: Option<Thumbprint>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    recurse: bool,
    text_follows: bool,
}

/// Opens a reader of evidence and finds its files.
///
/// Trouble with single inputs (a file that is missing, unreadable, of another kind) is no error
/// here: it comes as notices of the batches, and the other inputs are read. `query` and all it
/// points to are read during the call only. `reader` receives the handle; free it with
/// eop_evidence_free.
///
/// EOP_OK; EOP_NULL_ARGUMENT: query, reader, or a pointer whose count or length is not 0;
/// EOP_INVALID_ARGUMENT: a kind that this library does not read, a number, flag or length out of
/// range, an empty path; EOP_INVALID_STRUCT_SIZE; EOP_INVALID_TEXT; EOP_INVALID_THUMBPRINT;
/// EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_evidence_open(
    query: *const EvidenceQueryOptions,
    reader: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(reader, "reader")?;
        require(query, "query")?;
        // SAFETY: promised by the caller.
        let (kind, query) = unsafe { read_query(query) }?;
        injection::strike("eop_evidence_open");
        let (open, cancellation): (Box<dyn OpenReader>, _) = match kind {
            EOP_EVIDENCE_CHAIN_EVENTS => {
                let text_follows = query.text_follows;
                let mut reader = ChainEventReader::new(query.into());
                if text_follows {
                    reader.await_text(PIPELINE);
                }
                let cancellation = reader.cancellation();
                (Box::new(reader), cancellation)
            }
            EOP_EVIDENCE_HYBRID_CHANGES => {
                if query.thumbprint.is_some() {
                    return Err(Failure::invalid(
                        "thumbprint: no hybrid change names one".to_owned(),
                    ));
                }
                if query.text_follows {
                    return Err(Failure::invalid(
                        "flags: the text of hybrid changes comes whole".to_owned(),
                    ));
                }
                let reader = HybridChangeReader::new(query.into());
                let cancellation = reader.cancellation();
                (Box::new(reader), cancellation)
            }
            other => {
                return Err(Failure::invalid(format!(
                    "this library reads no evidence of kind {other}"
                )));
            }
        };
        let handle = READERS.insert(open, Some(cancellation))?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(reader, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_evidence_open", error, body) }
}

/// Adds a piece of the text of a reader with EOP_EVIDENCE_TEXT_FOLLOWS.
///
/// `text` has `length` units and is copied; a piece ends between two characters. NULL and 0 end the text. Read
/// what a piece gives (eop_evidence_next until a batch is empty) before adding the next one, so that
/// not all of it is in memory; the records of events whose other events may still follow come later.
///
/// EOP_OK; EOP_NULL_ARGUMENT: `text` is NULL and `length` is not 0; EOP_INVALID_ARGUMENT: the length
/// is above EOP_MAXIMUM_EVIDENCE_LENGTH, the reader awaits no text, or its end was given; the errors
/// of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_evidence_add(
    reader: u64,
    text: *const u16,
    length: size_t,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        let is_end = text.is_null() && length == 0;
        // SAFETY: the caller promises that many units.
        let piece =
            unsafe { Utf16 { text, length }.to_lossy_text("text", EOP_MAXIMUM_EVIDENCE_LENGTH) }?;
        READERS.call("eop_evidence_add", reader, |open| {
            if open.add_text((!is_end).then_some(&piece)) {
                Ok(EOP_OK)
            } else {
                Err(Failure::invalid("the reader awaits no text".to_owned()))
            }
        })
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_evidence_add", error, body) }
}

/// Reads on: the next records and notices.
///
/// Returns after at most `max_records` records (0 = EOP_DEFAULT_RECORDS; at most
/// EOP_MAXIMUM_RECORDS) and after about `budget` bytes of input (0 = EOP_DEFAULT_BUDGET), so that a
/// batch can be empty before the end: call again until EOP_END. `batch` receives a text handle with
/// one JSON object {"Records": [...], "Notices": [...]}; free it with eop_text_free. A record has the
/// names that the command writes with --json, a notice Code and Severity (names of
/// EOP_VALUES_NOTICE and EOP_VALUES_SEVERITY), Path, Line, Offset, OsError, Count and Message.
///
/// EOP_OK; EOP_END: no more records and notices, or the reader was cancelled; EOP_NULL_ARGUMENT:
/// `batch` is NULL; EOP_INVALID_ARGUMENT: max_records is out of range; EOP_TOO_MANY_HANDLES (what
/// was read for this batch is lost); EOP_FREED also if the reader was freed during the call; the
/// errors of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_evidence_next(
    reader: u64,
    max_records: u32,
    budget: u64,
    batch: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(batch, "batch")?;
        let max_records = or_default(max_records, EOP_DEFAULT_RECORDS);
        if max_records > EOP_MAXIMUM_RECORDS {
            return Err(Failure::invalid(format!(
                "max_records is {max_records}; at most {EOP_MAXIMUM_RECORDS} are accepted"
            )));
        }
        let budget = or_default(budget, EOP_DEFAULT_BUDGET);
        let next = READERS.call("eop_evidence_next", reader, |open| {
            open.next_json(max_records as usize, budget)
        })?;
        let Some(handle) = next else { return Ok(EOP_END) };
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(batch, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_evidence_next", error, body) }
}

/// Ends the reading, from any thread, also while another one reads on: that call and all later
/// eop_evidence_next answer EOP_END soon. The handle stays open until it is freed.
///
/// EOP_OK, also if it was cancelled before or is at its end; the errors of handles except EOP_BUSY.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_evidence_cancel(reader: u64, error: *mut ErrorDetail) -> i32 {
    let body = || READERS.cancel("eop_evidence_cancel", reader).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_evidence_cancel", error, body) }
}

/// Frees a reader, from any thread, also a poisoned one. Its handle is invalid at once; while
/// another thread is inside a call with it, that call is cancelled, answers EOP_FREED, and files and
/// memory are released when it returns. The texts of its batches live until they are freed.
///
/// EOP_OK; EOP_INVALID_HANDLE; EOP_WRONG_KIND; EOP_FREED: freed before.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_evidence_free(reader: u64, error: *mut ErrorDetail) -> i32 {
    let body = || READERS.free("eop_evidence_free", reader).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_evidence_free", error, body) }
}

/// # Safety
/// `pointer` points to a struct that begins with its size, and all that it points to is readable and
/// unchanged during the call.
unsafe fn read_query(
    pointer: *const EvidenceQueryOptions,
) -> Result<(u32, EvidenceQuery), Failure> {
    // SAFETY: the caller promises that a struct_size stands there.
    let struct_size = unsafe { read_struct_size(pointer) };
    // SAFETY: the caller promises that many readable bytes.
    let options = unsafe { read_sized(pointer, struct_size, "the struct_size of query") }?;
    check_flags(options.flags, EOP_QUERY_RECURSE | EOP_EVIDENCE_TEXT_FOLLOWS, "query")?;
    // SAFETY: the caller promises that the text is readable.
    let thumbprint = unsafe { options.thumbprint.to_text("thumbprint", EOP_MAXIMUM_NAME_LENGTH) }?;
    let thumbprint = thumbprint.map(|text| text.parse::<Thumbprint>()).transpose();
    let is_given = !options.text.text.is_null() || options.text.length > 0;
    // SAFETY: the caller promises that the text is readable.
    let text = unsafe { options.text.to_lossy_text("text", EOP_MAXIMUM_EVIDENCE_LENGTH) }?;
    // SAFETY: the caller promises that many inputs at that stride.
    let inputs = unsafe { read_inputs(options.inputs, options.input_count, options.input_stride) }?;
    let query = EvidenceQuery {
        inputs,
        text: is_given.then_some(text),
        thumbprint: thumbprint
            .map_err(|error| Failure::new(EOP_INVALID_THUMBPRINT, error.to_string()))?,
        start: read_time(options.start, "start")?,
        end: read_time(options.end, "end")?,
        recurse: options.flags & EOP_QUERY_RECURSE != 0,
        text_follows: options.flags & EOP_EVIDENCE_TEXT_FOLLOWS != 0,
    };
    Ok((options.kind, query))
}

impl From<EvidenceQuery> for ChainEventQuery {
    fn from(query: EvidenceQuery) -> Self {
        let text = query.text.map(|text| (PIPELINE.to_owned(), text.into_bytes()));
        Self {
            inputs: query.inputs,
            contents: text.into_iter().collect(),
            recurse: query.recurse,
            thumbprint: query.thumbprint,
            start: query.start,
            end: query.end,
        }
    }
}

impl From<EvidenceQuery> for HybridChangeQuery {
    fn from(query: EvidenceQuery) -> Self {
        let text = query.text.map(|text| ("text of the caller".to_owned(), text.into_bytes()));
        Self {
            inputs: query.inputs,
            contents: text.into_iter().collect(),
            recurse: query.recurse,
            start: query.start,
            end: query.end,
        }
    }
}

#[cfg(test)]
mod tests;
