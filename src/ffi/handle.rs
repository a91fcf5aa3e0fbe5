//! Handles: numbers for objects, so that a wrong one is an error and not a crash.
//!
//! A number is made of its kind (bits 56 to 63), a generation (bits 24 to 55) and a slot (bits 0 to
//! 23). A slot is reused with the next generation, so that an old number is known to be freed. A
//! slot whose generations are used up is never used again.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use super::error::Failure;
use super::injection;
use super::status::{
    EOP_BUSY, EOP_FREED, EOP_INVALID_HANDLE, EOP_POISONED, EOP_TOO_MANY_HANDLES, EOP_WRONG_KIND,
};

const SLOT_BITS: u32 = 24;
const GENERATION_BITS: u32 = 32;
const MAXIMUM_SLOTS: usize = 1 << SLOT_BITS;

/// What a handle stands for. The numbers are part of handles and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    SessionReader = 1,
    Text = 2,
    EvidenceReader = 3,
    Diagnosis = 4,
    #[cfg(feature = "probe")]
    Probe = 5,
    Cancellation = 6,
}

impl Kind {
    fn from_number(number: u64) -> Option<Self> {
        let kinds = [
            Self::SessionReader,
            Self::Text,
            Self::EvidenceReader,
            Self::Diagnosis,
            #[cfg(feature = "probe")]
            Self::Probe,
            Self::Cancellation,
        ];
        kinds.into_iter().find(|kind| *kind as u64 == number)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SessionReader => "session reader",
            Self::Text => "text",
            Self::EvidenceReader => "evidence reader",
            Self::Diagnosis => "diagnosis",
            #[cfg(feature = "probe")]
            Self::Probe => "probe",
            Self::Cancellation => "cancellation",
        })
    }
}

/// The open handles of one kind.
pub(super) struct Handles<T> {
    kind: Kind,
    slots: Mutex<Slots<T>>,
}

struct Slots<T> {
    all: Vec<Slot<T>>,
    vacant: Vec<u32>,
}

struct Slot<T> {
    generation: u32,
    entry: Option<Arc<Entry<T>>>,
}

/// An object behind a handle. A call holds it by its `Arc`, so that freeing the handle meanwhile
/// takes effect when the call lets go.
struct Entry<T> {
    object: Mutex<T>,
    cancellation: Option<Arc<AtomicBool>>,
    freed: AtomicBool,
    poisoned: AtomicBool,
}

/// Poisons a handle unless the call comes to its end.
struct PoisonOnPanic<'entry>(&'entry AtomicBool);

impl PoisonOnPanic<'_> {
    fn disarm(self) {
        mem::forget(self);
    }
}

impl Drop for PoisonOnPanic<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl<T> Handles<T> {
    pub const fn new(kind: Kind) -> Self {
        Self { kind, slots: Mutex::new(Slots { all: Vec::new(), vacant: Vec::new() }) }
    }

    /// Opens a handle of an object, with what cancels it.
    pub fn insert(&self, object: T, cancellation: Option<Arc<AtomicBool>>) -> Result<u64, Failure> {
        let entry = Arc::new(Entry {
            object: Mutex::new(object),
            cancellation,
            freed: AtomicBool::new(false),
            poisoned: AtomicBool::new(false),
        });
        let mut slots = self.lock();
        let index = match slots.vacant.pop() {
            Some(index) => index as usize,
            None if slots.all.len() < MAXIMUM_SLOTS => {
                slots.all.push(Slot { generation: 0, entry: None });
                slots.all.len() - 1
            }
            None => {
                return Err(Failure::new(
                    EOP_TOO_MANY_HANDLES,
                    format!("too many {} handles are open; free some", self.kind),
                ));
            }
        };
        let slot = &mut slots.all[index];
        slot.generation += 1;
        slot.entry = Some(entry);
        Ok((self.kind as u64) << (SLOT_BITS + GENERATION_BITS)
            | u64::from(slot.generation) << SLOT_BITS
            | index as u64)
    }

    /// Runs a call with the object. `name` is the exported function.
    pub fn call<R>(
        &self,
        name: &'static str,
        handle: u64,
        body: impl FnOnce(&mut T) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let entry = self.find(handle)?;
        let mut object = match entry.object.try_lock() {
            Ok(object) => object,
            Err(TryLockError::WouldBlock) => {
                return Err(self.failure(EOP_BUSY, handle, "is in use by another thread"));
            }
            Err(TryLockError::Poisoned(object)) => object.into_inner(),
        };
        self.check_poison(&entry, handle)?;
        let poison = PoisonOnPanic(&entry.poisoned);
        injection::strike(name);
        let result = body(&mut object);
        poison.disarm();
        drop(object);
        if entry.freed.load(Ordering::Acquire) {
            return Err(self.failure(EOP_FREED, handle, "was freed during the call"));
        }
        result
    }

    /// Cancels what the object is doing; also while a call is inside it.
    pub fn cancel(&self, name: &'static str, handle: u64) -> Result<(), Failure> {
        let entry = self.find(handle)?;
        self.check_poison(&entry, handle)?;
        let poison = PoisonOnPanic(&entry.poisoned);
        injection::strike(name);
        if let Some(cancellation) = &entry.cancellation {
            cancellation.store(true, Ordering::Relaxed);
        }
        poison.disarm();
        Ok(())
    }

    /// Ends the handle at once, and its object as soon as no call is inside it.
    pub fn free(&self, name: &'static str, handle: u64) -> Result<(), Failure> {
        let entry = {
            let mut slots = self.lock();
            let index = self.index(&slots, handle)?;
            let slot = &mut slots.all[index];
            let entry = slot.entry.take();
            if slot.generation < u32::MAX {
                slots.vacant.push(u32::try_from(index).unwrap_or_default());
            }
            entry
        };
        if let Some(entry) = entry {
            entry.freed.store(true, Ordering::Release);
            if let Some(cancellation) = &entry.cancellation {
                cancellation.store(true, Ordering::Relaxed);
            }
            injection::strike(name);
        }
        Ok(())
    }

    fn find(&self, handle: u64) -> Result<Arc<Entry<T>>, Failure> {
        let slots = self.lock();
        let index = self.index(&slots, handle)?;
        slots.all[index].entry.clone().ok_or_else(|| self.failure(EOP_FREED, handle, "was freed"))
    }

    /// The slot of a handle that is open.
    fn index(&self, slots: &Slots<T>, handle: u64) -> Result<usize, Failure> {
        let kind = Kind::from_number(handle >> (SLOT_BITS + GENERATION_BITS));
        let generation = u32::try_from(handle >> SLOT_BITS & u64::from(u32::MAX)).unwrap_or(0);
        let index = usize::try_from(handle & (MAXIMUM_SLOTS as u64 - 1)).unwrap_or(usize::MAX);
        match kind {
            Some(kind) if kind == self.kind => {}
            Some(kind) => {
                return Err(Failure::new(
                    EOP_WRONG_KIND,
                    format!("{handle:#x} is a {kind} handle, not a {} handle", self.kind),
                ));
            }
            None => {
                return Err(self.failure(
                    EOP_INVALID_HANDLE,
                    handle,
                    "was never returned by this library",
                ));
            }
        }
        match slots.all.get(index) {
            Some(slot) if slot.generation == generation && slot.entry.is_some() => Ok(index),
            Some(slot) if (1..=slot.generation).contains(&generation) => {
                Err(self.failure(EOP_FREED, handle, "was freed"))
            }
            _ => {
                Err(self.failure(EOP_INVALID_HANDLE, handle, "was never returned by this library"))
            }
        }
    }

    /// The table. It cannot be left half changed by a panic, so that its poison says nothing.
    fn lock(&self) -> MutexGuard<'_, Slots<T>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_poison(&self, entry: &Entry<T>, handle: u64) -> Result<(), Failure> {
        if entry.poisoned.load(Ordering::Acquire) {
            let what = "was hit by a panic before and can only be freed";
            return Err(self.failure(EOP_POISONED, handle, what));
        }
        Ok(())
    }

    fn failure(&self, status: i32, handle: u64, what: &str) -> Failure {
        Failure::new(status, format!("the {} handle {handle:#x} {what}", self.kind))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::status::EOP_OK;
    use super::*;

    #[test]
    fn an_object_lives_until_the_call_inside_it_returns() {
        static HANDLES: Handles<Arc<()>> = Handles::new(Kind::Text);
        let object = Arc::new(());
        let handle = HANDLES.insert(Arc::clone(&object), None).unwrap();
        let (entered_sender, entered) = mpsc::channel();
        let (leave, leave_receiver) = mpsc::channel::<()>();
        let call = std::thread::spawn(move || {
            HANDLES.call("eop_test", handle, |_| {
                entered_sender.send(()).unwrap();
                leave_receiver.recv().unwrap();
                Ok(())
            })
        });
        entered.recv().unwrap();
        HANDLES.free("eop_test", handle).unwrap();
        assert_eq!(Arc::strong_count(&object), 2);
        leave.send(()).unwrap();
        assert_eq!(call.join().unwrap().unwrap_err().status, EOP_FREED);
        assert_eq!(Arc::strong_count(&object), 1);
    }

    #[test]
    fn freeing_cancels_what_is_still_running() {
        let handles = Handles::new(Kind::SessionReader);
        let cancellation = Arc::new(AtomicBool::new(false));
        let handle = handles.insert((), Some(Arc::clone(&cancellation))).unwrap();
        handles.free("eop_test", handle).unwrap();
        assert!(cancellation.load(Ordering::Relaxed));
    }

    #[test]
    fn a_slot_is_used_again_with_another_number_until_its_generations_are_used_up() {
        let handles = Handles::new(Kind::Text);
        let first = handles.insert(1, None).unwrap();
        handles.free("eop_test", first).unwrap();
        let second = handles.insert(2, None).unwrap();
        assert_ne!(first, second);
        assert_eq!(handles.lock().all.len(), 1);
        assert_eq!(handles.call("eop_test", second, |number| Ok(*number)), Ok(2));
        handles.free("eop_test", second).unwrap();

        handles.lock().all[0].generation = u32::MAX - 1;
        let last = handles.insert(3, None).unwrap();
        handles.free("eop_test", last).unwrap();
        let beyond = handles.insert(4, None).unwrap();
        assert_eq!(handles.lock().all.len(), 2);
        for (handle, expected) in [(first, EOP_FREED), (last, EOP_FREED), (beyond, EOP_OK)] {
            let status =
                handles.free("eop_test", handle).map_or_else(|one| one.status, |()| EOP_OK);
            assert_eq!(status, expected);
        }
    }
}
