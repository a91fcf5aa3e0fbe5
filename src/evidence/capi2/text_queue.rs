//! Text that comes piece by piece, as a stream.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// Both ends of a stream of text: what is pushed is read; reading beyond it is `WouldBlock` until the
/// end is given.
#[derive(Clone, Debug, Default)]
pub(super) struct TextQueue(Arc<Mutex<Pieces>>);

#[derive(Debug, Default)]
struct Pieces {
    bytes: VecDeque<u8>,
    is_ended: bool,
}

impl TextQueue {
    /// Adds a piece, or with `None` ends the text; `false` where the end was given before.
    pub(super) fn push(&self, piece: Option<&str>) -> bool {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pieces.is_ended {
            return false;
        }
        match piece {
            Some(piece) => pieces.bytes.extend(piece.as_bytes()),
            None => pieces.is_ended = true,
        }
        true
    }
}

impl Read for TextQueue {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pieces.bytes.is_empty() && !pieces.is_ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let read = pieces.bytes.read(buffer)?;
        if pieces.bytes.is_empty() {
            // What one large piece took is not kept for the small ones.
            pieces.bytes.shrink_to(1 << 20);
        }
        Ok(read)
    }
}
