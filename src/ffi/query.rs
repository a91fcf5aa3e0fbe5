//! The query of a session reader, from C to the core.

use libc::size_t;

use super::caller_memory::read_struct_size;
use super::error::Failure;
use super::input::{GrowingStruct, Utf16, read_sized};
use super::output::require;
use crate::log::LogInput;
use crate::session::{Outcome, SessionFilter, SessionQuery, StateOptions};
use crate::timestamp::Timestamp;

/// eop_log_input.flags: the path may hold the wildcards *, ? and [...].
pub const EOP_INPUT_WILDCARDS: u32 = 1;

/// eop_session_query.flags: read folders below the given ones too.
pub const EOP_QUERY_RECURSE: u32 = 1;
/// eop_session_query.flags: only sessions that failed.
pub const EOP_QUERY_FAILED: u32 = 2;
/// eop_session_query.flags: only sessions known to go to Exchange Online Protection.
pub const EOP_QUERY_EOP_ONLY: u32 = 4;
/// eop_session_query.flags: with a state_path, return the sessions that are still open at the end
/// instead of keeping them in the state.
pub const EOP_QUERY_FINAL: u32 = 8;

/// The most inputs of a query.
pub const EOP_MAXIMUM_INPUTS: u32 = 1_048_576;
/// The most threads of a query.
pub const EOP_MAXIMUM_THREADS: u32 = 64;
/// The most units of a pattern, a thumbprint or a server name.
pub const EOP_MAXIMUM_NAME_LENGTH: usize = 65_535;

/// A place to read logs from.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct LogInputRecord {
    /// A file, a folder, or a pattern; at least one unit, at most 32767.
    pub path: Utf16,
    /// The server whose logs they are; absent = the host of a UNC path, or unknown.
    pub server: Utf16,
    /// EOP_INPUT_...
    pub flags: u32,
    /// 0.
    pub reserved: u32,
}

/// What to read and which sessions to return: those that pass every condition given.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SessionQueryOptions {
    /// sizeof(eop_session_query), set by the caller.
    pub struct_size: u32,
    /// EOP_QUERY_...
    pub flags: u32,
    /// The places to read from.
    pub inputs: *const LogInputRecord,
    /// How many, at most EOP_MAXIMUM_INPUTS. None: the reader is at its end at once.
    pub input_count: u32,
    /// sizeof(eop_log_input), set by the caller.
    pub input_stride: u32,
    /// A pattern (*, ?, [...], any case) for the connector; absent = any.
    pub connector: Utf16,
    /// A pattern for the remote host, or for the remote endpoint with or without its port.
    pub remote_host: Utf16,
    /// The thumbprint of the sent or the remote certificate, as pasted.
    pub thumbprint: Utf16,
    /// Sessions that start at that time or later, in ticks; 0 = any.
    pub start: i64,
    /// Sessions that start before that time, in ticks; 0 = any.
    pub end: i64,
    /// Sessions that ended in one of these ways (EOP_OUTCOME_...).
    pub outcomes: *const u32,
    /// How many; 0 = in any way.
    pub outcome_count: u32,
    /// How many threads read; 0 = the default (2, or 1 on a single processor).
    pub threads: u32,
    /// The state file: what the run before it saved with eop_session_reader_save is not read again,
    /// and sessions that are open at the end are kept for the next run. There need not be one yet.
    /// Absent = everything is read, and nothing is kept.
    pub state_path: Utf16,
}

// SAFETY: integers and raw pointers; fields of 8 bytes lie at multiples of 8.
unsafe impl GrowingStruct for LogInputRecord {}
// SAFETY: integers and raw pointers; fields of 8 bytes lie at multiples of 8.
unsafe impl GrowingStruct for SessionQueryOptions {}

/// Reads a query of the caller.
///
/// # Safety
/// `pointer` is NULL or points to a struct that begins with its size, and all that it
/// points to is readable and unchanged during the call.
pub(super) unsafe fn read_query(
    pointer: *const SessionQueryOptions,
) -> Result<SessionQuery, Failure> {
    require(pointer, "query")?;
    // SAFETY: not NULL, and the caller promises that a struct_size stands there.
    let struct_size = unsafe { read_struct_size(pointer) };
    // SAFETY: the caller promises that many readable bytes.
    let options = unsafe { read_sized(pointer, struct_size, "the struct_size of query") }?;
    let known_flags = EOP_QUERY_RECURSE | EOP_QUERY_FAILED | EOP_QUERY_EOP_ONLY | EOP_QUERY_FINAL;
    check_flags(options.flags, known_flags, "query")?;
    if options.threads > EOP_MAXIMUM_THREADS {
        return Err(Failure::invalid(format!(
            "threads is {}; at most {EOP_MAXIMUM_THREADS} are accepted",
            options.threads
        )));
    }
    let text = |value: Utf16, what: &str| {
        // SAFETY: the caller promises that the query's texts are readable.
        let text = unsafe { value.to_text(what, EOP_MAXIMUM_NAME_LENGTH) }?;
        Ok::<_, Failure>(text)
    };
    let filter = SessionFilter {
        connector: text(options.connector, "connector")?,
        remote_host: text(options.remote_host, "remote_host")?,
        thumbprint: text(options.thumbprint, "thumbprint")?,
        start: read_time(options.start, "start")?,
        end: read_time(options.end, "end")?,
        // SAFETY: passed on to the caller.
        outcomes: unsafe { read_outcomes(options.outcomes, options.outcome_count) }?,
        failed: options.flags & EOP_QUERY_FAILED != 0,
        eop_only: options.flags & EOP_QUERY_EOP_ONLY != 0,
    };
    // SAFETY: the caller promises that the query's texts are readable.
    let state_path = unsafe { options.state_path.to_path("state_path") }?;
    if state_path.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
        return Err(Failure::invalid("state_path is empty".to_owned()));
    }
    let is_final = options.flags & EOP_QUERY_FINAL != 0;
    Ok(SessionQuery {
        // SAFETY: passed on to the caller.
        inputs: unsafe { read_inputs(options.inputs, options.input_count, options.input_stride) }?,
        recurse: options.flags & EOP_QUERY_RECURSE != 0,
        filter,
        threads: options.threads as usize,
        state: state_path.map(|path| StateOptions { path, is_final, memory: None }),
    })
}

/// # Safety
/// `inputs` points to `count` records, `stride` bytes apart, and their texts are readable.
pub(super) unsafe fn read_inputs(
    inputs: *const LogInputRecord,
    count: u32,
    stride: u32,
) -> Result<Vec<LogInput>, Failure> {
    let (places, stride) = (inputs, stride as size_t);
    if count == 0 {
        return Ok(Vec::new());
    }
    require(places, "inputs")?;
    if count > EOP_MAXIMUM_INPUTS {
        return Err(Failure::invalid(format!(
            "input_count is {count}; at most {EOP_MAXIMUM_INPUTS} are accepted"
        )));
    }
    let mut inputs = Vec::new();
    for index in 0..count as usize {
        let place = places.cast::<u8>().wrapping_add(index * stride);
        // The caller's array is aligned and its stride a multiple of 8, which read_sized checks.
        #[allow(clippy::cast_ptr_alignment, reason = "see above")]
        let place = place.cast::<LogInputRecord>();
        // SAFETY: the caller promises that many records at that stride.
        let record = unsafe { read_sized(place, stride, "input_stride") }?;
        check_flags(record.flags, EOP_INPUT_WILDCARDS, "input")?;
        // SAFETY: the caller promises that the text is readable.
        let path = unsafe { record.path.to_path("the path of an input") }?;
        let path = path.filter(|path| !path.as_os_str().is_empty());
        let path = path.ok_or_else(|| Failure::invalid(format!("input {index} has no path")))?;
        // SAFETY: the caller promises that the text is readable.
        let server = unsafe { record.server.to_text("server", EOP_MAXIMUM_NAME_LENGTH) }?;
        inputs.push(LogInput { path, wildcards: record.flags & EOP_INPUT_WILDCARDS != 0, server });
    }
    Ok(inputs)
}

/// # Safety
/// `outcomes` points to `count` numbers.
unsafe fn read_outcomes(outcomes: *const u32, count: u32) -> Result<Vec<Outcome>, Failure> {
    if count == 0 {
        return Ok(Vec::new());
    }
    require(outcomes, "outcomes")?;
    if count as usize > Outcome::ALL.len() {
        return Err(Failure::invalid(format!(
            "outcome_count is {count}; there are not that many outcomes"
        )));
    }
    // SAFETY: not NULL, a small count, and the caller promises that many numbers.
    let numbers = unsafe { std::slice::from_raw_parts(outcomes, count as usize) };
    numbers
        .iter()
        .map(|number| {
            Outcome::from_number(*number)
                .ok_or_else(|| Failure::invalid(format!("no outcome has the number {number}")))
        })
        .collect()
}

pub(super) fn read_time(ticks: i64, what: &str) -> Result<Option<Timestamp>, Failure> {
    if ticks == 0 {
        return Ok(None);
    }
    Timestamp::from_ticks(ticks).map(Some).ok_or_else(|| {
        Failure::invalid(format!(
            "{what} is {ticks}: not a time between the years 1 and 9999 in .NET ticks"
        ))
    })
}

pub(super) fn check_flags(flags: u32, known: u32, what: &str) -> Result<(), Failure> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(Failure::invalid(format!("{what} has the unknown flags {unknown:#x}"))),
    }
}

#[cfg(test)]
mod tests;
