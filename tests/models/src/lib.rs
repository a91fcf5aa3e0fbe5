//! What threads may do to the table of handles of the C ABI at the same time, in every order.

#![cfg(test)]
#![allow(dead_code, reason = "the models use a part of the table")]

#[path = "../../../src/ffi/status.rs"]
mod status;

/// As the C ABI reports it, without its texts.
mod error {
    #[derive(Debug, PartialEq)]
    pub struct Failure {
        pub status: i32,
    }

    impl Failure {
        pub fn new(status: i32, _message: impl Into<String>) -> Self {
            Self { status }
        }
    }
}

/// Nothing is injected.
mod injection {
    pub fn strike(_name: &'static str) {}
}

mod handle {
    include!(concat!(env!("OUT_DIR"), "/handle.rs"));
}

use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use error::Failure;
use handle::{Handles, Kind};
use status::{EOP_BUSY, EOP_FREED};

/// Counts how often it is dropped.
struct Counted(loom::sync::Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn status<T>(result: Result<T, Failure>) -> i32 {
    result.map_or_else(|failure| failure.status, |_| 0)
}

#[test]
fn an_object_that_is_freed_during_a_call_lives_until_the_call_returns_and_is_dropped_once() {
    loom::model(|| {
        let handles = Arc::new(Handles::new(Kind::Text));
        let dropped = loom::sync::Arc::new(AtomicUsize::new(0));
        let handle = handles.insert(Counted(dropped.clone()), None).unwrap();
        let caller = thread::spawn({
            let (handles, dropped) = (handles.clone(), dropped.clone());
            move || {
                status(handles.call("call", handle, |_| {
                    assert_eq!(dropped.load(Ordering::SeqCst), 0, "dropped while it is used");
                    Ok(())
                }))
            }
        });
        handles.free("free", handle).unwrap();
        let seen = caller.join().unwrap();
        assert!([0, EOP_FREED].contains(&seen), "{seen}");
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
        assert_eq!(status(handles.call("call", handle, |_| Ok(()))), EOP_FREED);
    });
}

#[test]
fn a_call_during_which_its_handle_was_freed_says_so() {
    loom::model(|| {
        let handles = Arc::new(Handles::new(Kind::Text));
        let freed = loom::sync::Arc::new(AtomicUsize::new(0));
        let handle = handles.insert((), None).unwrap();
        let caller = thread::spawn({
            let (handles, freed) = (handles.clone(), freed.clone());
            move || {
                let mut was_freed = 0;
                let seen = status(handles.call("call", handle, |()| {
                    was_freed = freed.load(Ordering::SeqCst);
                    Ok(())
                }));
                assert!(was_freed == 0 || seen == EOP_FREED, "{seen}");
            }
        });
        handles.free("free", handle).unwrap();
        freed.store(1, Ordering::SeqCst);
        caller.join().unwrap();
    });
}

#[test]
fn two_threads_are_never_inside_one_object_and_one_of_them_gets_there() {
    loom::model(|| {
        let handles = Arc::new(Handles::new(Kind::Text));
        let handle = handles.insert(0_u32, None).unwrap();
        let inside = loom::sync::Arc::new(AtomicUsize::new(0));
        let enter = {
            let (handles, inside) = (handles.clone(), inside.clone());
            move || {
                status(handles.call("call", handle, |count| {
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two are inside");
                    *count += 1;
                    inside.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                }))
            }
        };
        let other = thread::spawn(enter.clone());
        let seen = [enter(), other.join().unwrap()];
        assert!(seen.iter().all(|one| [0, EOP_BUSY].contains(one)), "{seen:?}");
        let entered = seen.iter().filter(|one| **one == 0).count();
        assert!(entered >= 1, "{seen:?}");
        let counted = handles.call("call", handle, |count| Ok(*count)).unwrap();
        assert_eq!(counted as usize, entered);
    });
}

#[test]
fn of_two_that_free_a_handle_one_succeeds() {
    loom::model(|| {
        let handles = Arc::new(Handles::new(Kind::Text));
        let handle = handles.insert((), None).unwrap();
        let other = thread::spawn({
            let handles = handles.clone();
            move || status(handles.free("free", handle))
        });
        let mut seen = [status(handles.free("free", handle)), other.join().unwrap()];
        seen.sort_unstable();
        let mut expected = [0, EOP_FREED];
        expected.sort_unstable();
        assert_eq!(seen, expected);
    });
}

#[test]
fn an_old_number_never_reaches_the_object_that_got_its_slot() {
    loom::model(|| {
        let handles = Arc::new(Handles::new(Kind::Text));
        let old = handles.insert("old", None).unwrap();
        let caller = thread::spawn({
            let handles = handles.clone();
            move || {
                status(handles.call("call", old, |object| {
                    assert_eq!(*object, "old");
                    Ok(())
                }))
            }
        });
        handles.free("free", old).unwrap();
        let new = handles.insert("new", None).unwrap();
        assert_ne!(old, new);
        let seen = caller.join().unwrap();
        assert!([0, EOP_FREED].contains(&seen), "{seen}");
        assert_eq!(handles.call("call", new, |object| Ok(*object)).unwrap(), "new");
    });
}

#[test]
fn cancelling_reaches_a_call_or_says_that_there_is_none() {
    loom::model(|| {
        let handles = Arc::new(Handles::new(Kind::SessionReader));
        let cancellation = loom::sync::Arc::new(loom::sync::atomic::AtomicBool::new(false));
        let handle = handles.insert((), Some(cancellation.clone())).unwrap();
        let canceller = thread::spawn({
            let handles = handles.clone();
            move || status(handles.cancel("cancel", handle))
        });
        handles.free("free", handle).unwrap();
        let seen = canceller.join().unwrap();
        assert!([0, EOP_FREED].contains(&seen), "{seen}");
        // Freeing cancels, whatever came first.
        assert!(cancellation.load(Ordering::SeqCst));
    });
}
