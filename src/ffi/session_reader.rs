//! The handle that reads sessions out of logs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use widestring::U16String;

use super::batch::{FlatBatch, Flattening};
use super::caller_memory::{copy_text, write_sized};
use super::error::{EOP_PATH_CAPACITY, ErrorDetail, Failure};
use super::guard::guard;
use super::handle::{Handles, Kind};
use super::injection;
use super::output::{require_output, require_sized_output, write_output};
use super::query::{SessionQueryOptions, read_query};
use super::records::BatchView;
use super::status::{
    EOP_END, EOP_INVALID_ARGUMENT, EOP_INVALID_PATTERN, EOP_INVALID_THUMBPRINT, EOP_OK,
    EOP_STATE_DAMAGED, EOP_STATE_IN_USE, EOP_STATE_NOT_AT_END, EOP_STATE_UNUSABLE,
};
use crate::session::{FilterError, Progress, QueryError, SessionReader, StateError, StateTrouble};

/// The most sessions of a batch.
pub const EOP_MAXIMUM_RECORDS: u32 = 65_536;
/// How many sessions a batch holds at most if max_records is 0.
pub const EOP_DEFAULT_RECORDS: u32 = 1024;
/// How many bytes of input a batch takes if budget is 0.
pub const EOP_DEFAULT_BUDGET: u64 = 16_777_216;

/// How far a reader is. Set struct_size; eop_session_reader_progress writes the rest.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ProgressView {
    /// sizeof(eop_progress), set by the caller.
    pub struct_size: u32,
    /// The true length of the path in units, also if the path was cut; 0 = no file is being read.
    pub path_length: u32,
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes in all files found, as of the start; files that grow can bring bytes_read above it.
    pub bytes_total: u64,
    /// Files read to their end.
    pub files_read: u64,
    /// Files found.
    pub files_total: u64,
    /// The file being read, zero-terminated.
    pub path: [u16; EOP_PATH_CAPACITY],
    /// Sessions left out by start and end; a session counts for the first condition, in the order of
    /// these members, that it does not meet.
    pub left_out_by_time: u64,
    /// By outcomes and EOP_QUERY_FAILED.
    pub left_out_by_outcome: u64,
    /// By thumbprint.
    pub left_out_by_thumbprint: u64,
    /// By EOP_QUERY_EOP_ONLY.
    pub left_out_by_eop_only: u64,
    /// By connector.
    pub left_out_by_connector: u64,
    /// By remote_host.
    pub left_out_by_remote_host: u64,
}

static READERS: Handles<OpenReader> = Handles::new(Kind::SessionReader);

struct OpenReader {
    reader: SessionReader,
    cancellation: Arc<AtomicBool>,
    /// What the last batch view of the caller points into.
    batch: FlatBatch,
    /// The rest of a core batch that did not fit into one flat batch.
    rest: Option<Flattening>,
}

/// Opens a reader and finds its files.
///
/// Trouble with single inputs (a file that is missing, unreadable, not a protocol log) is no error
/// here: it comes as notices of the batches, and the other inputs are read. Files are opened with
/// read, write and delete sharing, while they are read. `query` and all it points to are read
/// during the call only. `reader` receives the handle; free it with eop_session_reader_free.
///
/// EOP_OK; EOP_NULL_ARGUMENT: query, reader, or a pointer whose count or length is not 0;
/// EOP_INVALID_ARGUMENT: a number, flag or length out of range, an empty path;
/// EOP_INVALID_STRUCT_SIZE; EOP_INVALID_TEXT; EOP_INVALID_PATTERN; EOP_INVALID_THUMBPRINT;
/// EOP_STATE_IN_USE; EOP_STATE_DAMAGED; EOP_STATE_UNUSABLE; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_session_reader_open(
    query: *const SessionQueryOptions,
    reader: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(reader, "reader")?;
        // SAFETY: promised by the caller.
        let query = unsafe { read_query(query) }?;
        injection::strike("eop_session_reader_open");
        let core = SessionReader::new(query).map_err(|error| query_failure(&error))?;
        let cancellation = core.cancellation();
        let open = OpenReader {
            reader: core,
            cancellation: Arc::clone(&cancellation),
            batch: FlatBatch::default(),
            rest: None,
        };
        let handle = READERS.insert(open, Some(cancellation))?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(reader, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_session_reader_open", error, body) }
}

/// Reads on: the next sessions and notices.
///
/// Returns after at most `max_records` sessions (0 = EOP_DEFAULT_RECORDS; at most
/// EOP_MAXIMUM_RECORDS) and after about `budget` bytes of input (0 = EOP_DEFAULT_BUDGET), so that a
/// batch can be empty before the end: call again until EOP_END. The view in `batch` is valid until
/// the next eop_session_reader_next_batch or eop_session_reader_free with this reader; nothing
/// protects a view used longer, nor one used by one thread while another makes that call.
///
/// EOP_OK; EOP_END: no more sessions and notices, or the reader was cancelled; EOP_NULL_ARGUMENT:
/// `batch` is NULL; EOP_INVALID_STRUCT_SIZE; EOP_INVALID_ARGUMENT: max_records is out of range;
/// EOP_TOO_LARGE (what was read for this batch is lost); EOP_FREED also if the reader was freed
/// during the call; the errors of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_session_reader_next_batch(
    reader: u64,
    max_records: u32,
    budget: u64,
    batch: *mut BatchView,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        // SAFETY: promised by the caller.
        unsafe { require_sized_output(batch, "batch") }?;
        let max_records = or_default(max_records, EOP_DEFAULT_RECORDS);
        if max_records > EOP_MAXIMUM_RECORDS {
            return Err(Failure::new(
                EOP_INVALID_ARGUMENT,
                format!("max_records is {max_records}; at most {EOP_MAXIMUM_RECORDS} are accepted"),
            ));
        }
        let budget = or_default(budget, EOP_DEFAULT_BUDGET);
        let view = READERS.call("eop_session_reader_next_batch", reader, |open| {
            open.next_batch(max_records as usize, budget)
        })?;
        let Some(view) = view else { return Ok(EOP_END) };
        // SAFETY: checked above, and the caller promises that many writable bytes.
        unsafe { write_sized(batch, &view) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_session_reader_next_batch", error, body) }
}

/// How far the reader is. Leaves the last batch as it is; `progress` holds no pointers.
///
/// EOP_OK; EOP_NULL_ARGUMENT: `progress` is NULL; EOP_INVALID_STRUCT_SIZE; the errors of handles
/// (EOP_BUSY while another thread reads on: ask between two batches).
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_session_reader_progress(
    reader: u64,
    progress: *mut ProgressView,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        // SAFETY: promised by the caller.
        unsafe { require_sized_output(progress, "progress") }?;
        let view = READERS.call("eop_session_reader_progress", reader, |open| {
            Ok(progress_view(&open.reader.progress()))
        })?;
        // SAFETY: checked above, and the caller promises that many writable bytes.
        unsafe { write_sized(progress, &view) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_session_reader_progress", error, body) }
}

/// Saves the state of a query with a state_path for the next run, by replacing the state file as a
/// whole. Call it when eop_session_reader_next_batch has answered EOP_END and what it gave before is
/// in safe hands: until then the state file is as the run before left it, so that a run that is given
/// up loses nothing. Without a state_path it does nothing. The state file stays in use until the
/// reader is freed.
///
/// EOP_OK; EOP_STATE_NOT_AT_END; EOP_STATE_UNUSABLE: it cannot be written; the errors of handles.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_session_reader_save(reader: u64, error: *mut ErrorDetail) -> i32 {
    let body = || {
        READERS.call("eop_session_reader_save", reader, |open| {
            open.reader.save_state().map_err(|error| state_failure(&error))
        })?;
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_session_reader_save", error, body) }
}

/// Ends the reading, from any thread, also while another one reads on: that call and all later
/// eop_session_reader_next_batch answer EOP_END soon. The handle stays open until it is freed.
///
/// EOP_OK, also if it was cancelled before or is at its end; the errors of handles except EOP_BUSY.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_session_reader_cancel(reader: u64, error: *mut ErrorDetail) -> i32 {
    let body = || READERS.cancel("eop_session_reader_cancel", reader).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_session_reader_cancel", error, body) }
}

/// Frees a reader, from any thread, also a poisoned one. Its handle is invalid at once; while
/// another thread is inside a call with it, that call is cancelled, answers EOP_FREED, and files and
/// memory are released when it returns. Views of its batches end with it.
///
/// EOP_OK; EOP_INVALID_HANDLE; EOP_WRONG_KIND; EOP_FREED: freed before.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_session_reader_free(reader: u64, error: *mut ErrorDetail) -> i32 {
    let body = || READERS.free("eop_session_reader_free", reader).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_session_reader_free", error, body) }
}

impl OpenReader {
    /// Replaces the batch; `None` at the end.
    fn next_batch(
        &mut self,
        max_records: usize,
        budget: u64,
    ) -> Result<Option<BatchView>, Failure> {
        self.batch.clear();
        if self.cancellation.load(Ordering::Relaxed) {
            self.rest = None;
            return Ok(None);
        }
        let mut flattening = match self.rest.take() {
            Some(rest) => rest,
            None => match self.reader.next_batch(max_records, budget) {
                Some(batch) => Flattening::new(batch),
                None => return Ok(None),
            },
        };
        let is_whole = flattening.fill(&mut self.batch, max_records)?;
        self.rest = (!is_whole).then_some(flattening);
        self.batch.view().map(Some)
    }
}

fn query_failure(error: &QueryError) -> Failure {
    let status = match error {
        QueryError::Filter(FilterError::InvalidPattern { .. }) => EOP_INVALID_PATTERN,
        QueryError::Filter(FilterError::InvalidThumbprint(_)) => EOP_INVALID_THUMBPRINT,
        QueryError::State(error) => return state_failure(error),
    };
    Failure::new(status, error.to_string())
}

fn state_failure(error: &StateError) -> Failure {
    let status = match error.trouble {
        StateTrouble::InUse => EOP_STATE_IN_USE,
        StateTrouble::Foreign | StateTrouble::Damaged(_) | StateTrouble::OtherVersion(_) => {
            EOP_STATE_DAMAGED
        }
        StateTrouble::Io { .. } => EOP_STATE_UNUSABLE,
        StateTrouble::NotAtEnd => EOP_STATE_NOT_AT_END,
    };
    Failure::new(status, error.to_string())
}

pub(super) fn progress_view(progress: &Progress) -> ProgressView {
    let left_out = progress.left_out;
    let mut view = ProgressView {
        struct_size: 0,
        path_length: 0,
        bytes_read: progress.bytes_read,
        bytes_total: progress.bytes_total,
        files_read: progress.files_read,
        files_total: progress.files_total,
        path: [0; EOP_PATH_CAPACITY],
        left_out_by_time: left_out.time,
        left_out_by_outcome: left_out.outcome,
        left_out_by_thumbprint: left_out.thumbprint,
        left_out_by_eop_only: left_out.eop_only,
        left_out_by_connector: left_out.connector,
        left_out_by_remote_host: left_out.remote_host,
    };
    if let Some(path) = &progress.path {
        let path = U16String::from_os_str(path.as_os_str());
        view.path_length = copy_text(path.as_slice(), &mut view.path);
    }
    view
}

pub(super) fn or_default<T: Default + PartialEq>(value: T, default: T) -> T {
    if value == T::default() { default } else { value }
}
