//! Several threads with one handle.

use std::sync::mpsc;
use std::thread;

use super::super::injection::tests::at_next_call_of;
use super::*;

#[test]
fn while_one_thread_is_inside_a_call_others_are_told_busy_but_may_cancel_and_free() {
    for function in HANDLE_FUNCTIONS {
        let handle = (function.opens)();
        let (name, call) = function.main_use();
        let blocked = BlockedCall::start(name, call, handle);
        assert_eq!((function.call)(handle, ptr::null_mut()), function.while_busy);
        let freed = function.name.ends_with("_free");
        let inner = blocked.finish();
        if freed {
            assert_eq!(inner, EOP_FREED, "{}", function.name);
            assert_eq!((function.frees)(handle, ptr::null_mut()), EOP_FREED);
        } else {
            let expected = [EOP_OK, EOP_END, EOP_CANCELLED];
            assert!(expected.contains(&inner), "{}: {inner}", function.name);
            assert_eq!((function.frees)(handle, ptr::null_mut()), EOP_OK);
        }
    }
}

#[test]
fn a_handle_freed_during_a_call_is_gone_at_once_and_the_call_writes_nothing() {
    let handle = open_some_text();
    let (entered, leave, thread) = {
        let (entered_sender, entered) = mpsc::channel();
        let (leave, leave_receiver) = mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            at_next_call_of("eop_text_get", move || {
                entered_sender.send(()).unwrap();
                leave_receiver.recv().unwrap();
            });
            let mut units = ptr::null();
            let mut length = 77;
            // SAFETY: both outputs are local variables.
            let status =
                unsafe { eop_text_get(handle, &raw mut units, &raw mut length, ptr::null_mut()) };
            (status, units.is_null(), length)
        });
        (entered, leave, thread)
    };
    entered.recv().unwrap();
    assert_eq!(free_text(handle, ptr::null_mut()), EOP_OK);
    assert_eq!(get_text(handle, ptr::null_mut()), EOP_FREED);
    assert_eq!(free_text(handle, ptr::null_mut()), EOP_FREED);
    leave.send(()).unwrap();
    assert_eq!(thread.join().unwrap(), (EOP_FREED, true, 77));
}

#[test]
fn cancelling_from_another_thread_ends_the_reading() {
    let handle = open_reader();
    let blocked = BlockedCall::start("eop_session_reader_next_batch", next_batch, handle);
    assert_eq!(cancel(handle, ptr::null_mut()), EOP_OK);
    assert_eq!(blocked.finish(), EOP_END);
    assert_eq!(next_batch(handle, ptr::null_mut()), EOP_END);
    assert_eq!(cancel(handle, ptr::null_mut()), EOP_OK);
    assert_eq!(free_reader(handle, ptr::null_mut()), EOP_OK);
}

#[test]
fn many_threads_that_use_and_free_the_same_handles_get_a_status_each_time() {
    const ALLOWED: [i32; 5] = [EOP_OK, EOP_END, EOP_BUSY, EOP_FREED, EOP_INVALID_HANDLE];
    let readers: Vec<u64> = (0..20).map(|_| open_reader()).collect();
    thread::scope(|scope| {
        for seed in 0..4_usize {
            let readers = &readers;
            scope.spawn(move || {
                let calls = [next_batch, progress, cancel, next_batch, progress, free_reader];
                for step in 0..2000_usize {
                    let choice = (step * 31 + seed * 17) ^ (step >> 3);
                    let handle = readers[choice % readers.len()];
                    // The last call frees: towards the end, so that the others meet it half way.
                    let known = if step < 1000 { calls.len() - 1 } else { calls.len() };
                    let status = calls[choice / 7 % known](handle, ptr::null_mut());
                    assert!(ALLOWED.contains(&status), "{status}");
                }
            });
        }
    });
    for reader in readers {
        let status = free_reader(reader, ptr::null_mut());
        assert!(status == EOP_OK || status == EOP_FREED, "{status}");
    }
}

/// A call on another thread that has entered the library and waits there.
struct BlockedCall {
    leave: mpsc::Sender<()>,
    thread: thread::JoinHandle<i32>,
}

impl BlockedCall {
    fn start(name: &'static str, call: fn(u64, *mut ErrorDetail) -> i32, handle: u64) -> Self {
        let (entered_sender, entered) = mpsc::channel();
        let (leave, leave_receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            at_next_call_of(name, move || {
                entered_sender.send(()).unwrap();
                leave_receiver.recv().unwrap();
            });
            call(handle, ptr::null_mut())
        });
        entered.recv().unwrap();
        Self { leave, thread }
    }

    fn finish(self) -> i32 {
        self.leave.send(()).unwrap();
        self.thread.join().unwrap()
    }
}
