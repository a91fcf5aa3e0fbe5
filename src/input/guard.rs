//! Limits on what is unpacked: little can become very much.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What may come of anything, in bytes; beyond it the ratio counts.
const ALWAYS_ALLOWED: u64 = 16 << 20;
/// How many bytes may come of one: text of logs comes to 10 to 40.
const MAXIMUM_RATIO: u64 = 200;

/// An input that counts what is taken of it.
pub(crate) struct Counted<R> {
    input: R,
    taken: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// The input, and how many bytes were taken of it so far.
    pub(crate) fn new(input: R) -> (Self, Arc<AtomicU64>) {
        let taken = Arc::default();
        (Self { input, taken: Arc::clone(&taken) }, taken)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.taken.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// What is unpacked of an input, up to the limits.
pub(super) struct Guard<R> {
    unpacked: R,
    taken: Arc<AtomicU64>,
    given: u64,
    maximum: u64,
}

impl<R> Guard<R> {
    pub(super) fn new(unpacked: R, taken: Arc<AtomicU64>, maximum: u64) -> Self {
        Self { unpacked, taken, given: 0, maximum }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.unpacked.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof => damaged(&error.to_string()),
            _ => error,
        })?;
        self.given += length as u64;
        if self.given > self.maximum {
            let message = format!(
                "unpacks to more than {} bytes, which is not read: unpack it, and give the part that \
                 matters",
                self.maximum
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let taken = self.taken.load(Ordering::Relaxed);
        if self.given > ALWAYS_ALLOWED && self.given / MAXIMUM_RATIO > taken {
            let message = format!(
                "unpacks to more than {MAXIMUM_RATIO} times its size, as no log or export does: not \
                 read on"
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(length)
    }
}

/// What cannot be unpacked, with what to do.
pub(super) fn damaged(reason: &str) -> io::Error {
    let message = format!("the compressed content is damaged or cut ({reason}): copy it again");
    io::Error::new(io::ErrorKind::InvalidData, message)
}
