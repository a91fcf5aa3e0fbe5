//! The standard input of a command: read once, as a stream; an archive is held whole, as its directory
//! stands at its end.

use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How standard input is named.
const NAME: &str = "-";
/// The largest archive that is held, in bytes.
const MAXIMUM_ARCHIVE: u64 = 1 << 30;

static IS_OFFERED: AtomicBool = AtomicBool::new(false);
static CONTENT: Mutex<Content> = Mutex::new(Content::Unread);

/// What was read of it.
enum Content {
    Unread,
    /// Its first bytes, which are to be read again.
    Begun(Vec<u8>),
    Archive(Arc<[u8]>),
}

/// Lets `-` name the standard input of this process. A library inside of another process, whose
/// standard input it is not, never reads it.
pub fn offer_standard_input() {
    IS_OFFERED.store(true, Ordering::Relaxed);
}

/// Whether a path names the standard input.
#[must_use]
pub fn is_standard_input(path: &Path) -> bool {
    path == Path::new(NAME) && IS_OFFERED.load(Ordering::Relaxed)
}

/// The archive that standard input is; `None` where it is none. Waits for its first bytes.
pub(super) fn archive(signatures: &[&[u8]]) -> io::Result<Option<Arc<[u8]>>> {
    let mut content = CONTENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Content::Unread = *content {
        let mut start = Vec::new();
        io::stdin().take(4).read_to_end(&mut start)?;
        *content = Content::Begun(start);
    }
    match &*content {
        Content::Archive(archive) => Ok(Some(Arc::clone(archive))),
        Content::Begun(start) if signatures.contains(&start.as_slice()) => {
            let mut whole = start.clone();
            io::stdin().take(MAXIMUM_ARCHIVE).read_to_end(&mut whole)?;
            if whole.len() as u64 > MAXIMUM_ARCHIVE {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "an archive of more than 1 GiB on standard input: save it, and give its path",
                ));
            }
            let whole: Arc<[u8]> = whole.into();
            *content = Content::Archive(Arc::clone(&whole));
            Ok(Some(whole))
        }
        Content::Begun(_) | Content::Unread => Ok(None),
    }
}

/// Its bytes, from the first one on.
pub(super) fn stream() -> Box<dyn Read + Send> {
    let mut content = CONTENT.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *content {
        Content::Unread => Box::new(io::stdin()),
        Content::Begun(start) => Box::new(Cursor::new(std::mem::take(start)).chain(io::stdin())),
        Content::Archive(archive) => Box::new(Cursor::new(Arc::clone(archive))),
    }
}
