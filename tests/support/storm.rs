//! Random calls of the C ABI on shared handles from several threads: right ones and wrong ones, with
//! cancelling and freeing at any time. Every call must end with a known status that is not a panic.

#![allow(clippy::cast_possible_truncation, reason = "lengths of short texts")]
#![allow(clippy::unwrap_used, reason = "a storm fails by panicking")]

use std::mem::{MaybeUninit, size_of};
use std::ptr;
use std::sync::Mutex;
use std::thread;

use eop_relay::ffi::{
    EOP_FREED, EOP_OK, EOP_PANIC, EOP_POISONED, EvidenceQueryOptions, LogInputRecord,
    SessionQueryOptions, Utf16, eop_cancellation_cancel, eop_cancellation_free,
    eop_cancellation_open, eop_diagnosis_answer, eop_diagnosis_cancel, eop_diagnosis_free,
    eop_diagnosis_open, eop_evidence_cancel, eop_evidence_free, eop_evidence_next,
    eop_evidence_open, eop_explain, eop_session_reader_cancel, eop_session_reader_free,
    eop_session_reader_next_batch, eop_session_reader_open, eop_session_reader_progress,
    eop_status_name, eop_test, eop_text_free, eop_text_get,
};

use super::mutation::Random;

/// A number that has never been a handle.
const FOREIGN: u64 = 0x7FFF_0001_0000_0042;

/// What became of a storm.
#[derive(Debug, Default)]
pub struct Outcome {
    pub calls: u64,
    /// Calls that did what they are for.
    pub successes: u64,
}

/// Makes this many calls on each thread; the calls of a thread are the same for the same seed.
pub fn storm(seed: u64, calls_per_thread: u64, threads: u64, log: &str) -> Outcome {
    let handles = Mutex::new(Vec::new());
    let successes: u64 = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let (handles, random) = (&handles, Random::new(seed + thread));
                scope.spawn(move || Caller { handles, random, log }.call(calls_per_thread))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    for handle in handles.into_inner().unwrap() {
        for _ in 0..2 {
            free(handle);
        }
    }
    Outcome { calls: calls_per_thread * threads, successes }
}

struct Caller<'a> {
    handles: &'a Mutex<Vec<u64>>,
    random: Random,
    log: &'a str,
}

impl Caller<'_> {
    fn call(&mut self, calls: u64) -> u64 {
        let mut successes = 0;
        for _ in 0..calls {
            let status = self.call_once();
            assert!(status != EOP_PANIC && status != EOP_POISONED, "status {status}");
            let mut name = ptr::null();
            // SAFETY: the output is a local variable.
            let known = unsafe { eop_status_name(status, &raw mut name, ptr::null_mut()) };
            assert_eq!(known, EOP_OK, "status {status} has no name");
            successes += u64::from(status == EOP_OK);
        }
        successes
    }

    fn call_once(&mut self) -> i32 {
        let handle = self.handle();
        let no_error = ptr::null_mut();
        match self.random.below(17) {
            12 => self.open_cancellation(),
            // SAFETY: no detail is asked for.
            13 => unsafe { eop_cancellation_cancel(handle, no_error) },
            // Judging takes a thousand times as long as the rest.
            14 if self.random.below(16) == 0 => self.judge(handle),
            14 => self.open_diagnosis(handle),
            15 if self.random.below(16) == 0 => {
                let mut answer = 0;
                let kind = self.random.below(5) as u32;
                // SAFETY: the output is a local variable.
                let status =
                    unsafe { eop_diagnosis_answer(handle, kind, &raw mut answer, no_error) };
                self.keep(status, answer)
            }
            // SAFETY: no detail is asked for.
            15 => unsafe { eop_diagnosis_cancel(handle, no_error) },
            0 => self.open_reader(),
            1 => self.open_evidence(),
            2 => self.explain(),
            3 | 4 => {
                let mut batch = MaybeUninit::uninit();
                let (records, budget) = (self.random.below(9) as u32, self.random.next() >> 40);
                // SAFETY: the output is a local variable, which is not read.
                unsafe {
                    eop_session_reader_next_batch(
                        handle,
                        records,
                        budget,
                        batch.as_mut_ptr(),
                        no_error,
                    )
                }
            }
            5 => {
                let mut progress = MaybeUninit::uninit();
                // SAFETY: the output is a local variable, which is not read.
                unsafe { eop_session_reader_progress(handle, progress.as_mut_ptr(), no_error) }
            }
            // SAFETY: no detail is asked for.
            6 => unsafe { eop_session_reader_cancel(handle, no_error) },
            7 | 8 => {
                let mut batch = 0;
                let records = self.random.below(9) as u32;
                // SAFETY: the output is a local variable.
                let status = unsafe {
                    eop_evidence_next(handle, records, 1 << 16, &raw mut batch, no_error)
                };
                self.keep(status, batch)
            }
            // SAFETY: no detail is asked for.
            9 => unsafe { eop_evidence_cancel(handle, no_error) },
            10 => {
                let (mut units, mut length) = (ptr::null(), 0);
                // SAFETY: the outputs are local variables; another thread may free the text, so that
                // it is not read.
                unsafe { eop_text_get(handle, &raw mut units, &raw mut length, no_error) }
            }
            _ => free(handle),
        }
    }

    /// One of the handles, still open or not, or none that ever was.
    fn handle(&mut self) -> u64 {
        let handles = self.handles.lock().unwrap();
        match self.random.below(handles.len() + 2) {
            0 => FOREIGN,
            1 => self.random.next(),
            index => handles[index - 2],
        }
    }

    fn keep(&mut self, status: i32, handle: u64) -> i32 {
        if status == EOP_OK {
            let mut handles = self.handles.lock().unwrap();
            if handles.len() < 200 {
                handles.push(handle);
            } else {
                let index = self.random.below(handles.len());
                let old = std::mem::replace(&mut handles[index], handle);
                drop(handles);
                free(old);
            }
        }
        status
    }

    fn open_reader(&mut self) -> i32 {
        let path: Vec<u16> = self.log.encode_utf16().collect();
        let input = input(&path);
        // SAFETY: zeros are a query without anything.
        let mut query: SessionQueryOptions = unsafe { MaybeUninit::zeroed().assume_init() };
        query.struct_size = size_of::<SessionQueryOptions>() as u32;
        query.inputs = &raw const input;
        query.input_count = 1;
        query.input_stride = size_of::<LogInputRecord>() as u32;
        query.threads = self.random.below(3) as u32;
        let mut reader = 0;
        // SAFETY: the query and what it points to live during the call.
        let status =
            unsafe { eop_session_reader_open(&raw const query, &raw mut reader, ptr::null_mut()) };
        self.keep(status, reader)
    }

    fn open_cancellation(&mut self) -> i32 {
        let mut cancellation = 0;
        // SAFETY: the output is a local variable.
        let status = unsafe { eop_cancellation_open(&raw mut cancellation, ptr::null_mut()) };
        self.keep(status, cancellation)
    }

    /// Judges nothing, with a cancellation that may be one.
    fn judge(&mut self, cancellation: u64) -> i32 {
        let request = request(cancellation);
        let mut report = 0;
        // SAFETY: the request lives during the call.
        let status =
            unsafe { eop_test(request.as_ptr(), request.len(), &raw mut report, ptr::null_mut()) };
        self.keep(status, report)
    }

    fn open_diagnosis(&mut self, cancellation: u64) -> i32 {
        let request = request(cancellation);
        let mut diagnosis = 0;
        // SAFETY: the request lives during the call.
        let status = unsafe {
            eop_diagnosis_open(request.as_ptr(), request.len(), &raw mut diagnosis, ptr::null_mut())
        };
        self.keep(status, diagnosis)
    }

    fn open_evidence(&mut self) -> i32 {
        let path: Vec<u16> = self.log.encode_utf16().collect();
        let input = input(&path);
        // SAFETY: zeros are a query without anything.
        let mut query: EvidenceQueryOptions = unsafe { MaybeUninit::zeroed().assume_init() };
        query.struct_size = size_of::<EvidenceQueryOptions>() as u32;
        query.kind = self.random.below(5) as u32;
        query.inputs = &raw const input;
        query.input_count = 1;
        query.input_stride = size_of::<LogInputRecord>() as u32;
        let mut reader = 0;
        // SAFETY: the query and what it points to live during the call.
        let status =
            unsafe { eop_evidence_open(&raw const query, &raw mut reader, ptr::null_mut()) };
        self.keep(status, reader)
    }

    fn explain(&mut self) -> i32 {
        let text: Vec<u16> =
            (0..self.random.below(40)).map(|_| self.random.next() as u16).collect();
        let mut report = 0;
        // SAFETY: the text lives during the call.
        let status =
            unsafe { eop_explain(text.as_ptr(), text.len(), &raw mut report, ptr::null_mut()) };
        self.keep(status, report)
    }
}

/// Half of them without a cancellation.
fn request(cancellation: u64) -> Vec<u16> {
    let cancellation = if cancellation.is_multiple_of(2) { 0 } else { cancellation };
    format!("{{\"Cancellation\":{cancellation}}}").encode_utf16().collect()
}

fn input(path: &[u16]) -> LogInputRecord {
    // SAFETY: zeros are an input without anything.
    let mut input: LogInputRecord = unsafe { MaybeUninit::zeroed().assume_init() };
    input.path = Utf16 { text: path.as_ptr(), length: path.len() };
    input
}

/// Frees a handle as what it is; one that is none, or freed, is refused by each.
fn free(handle: u64) -> i32 {
    for function in [
        eop_session_reader_free,
        eop_evidence_free,
        eop_text_free,
        eop_cancellation_free,
        eop_diagnosis_free,
    ] {
        // SAFETY: no detail is asked for.
        let status = unsafe { function(handle, ptr::null_mut()) };
        assert!(status != EOP_PANIC, "status {status}");
        if status == EOP_OK {
            return status;
        }
    }
    EOP_FREED
}
