//! Reading on where another run stopped.
//!
//! A [`StateFile`] remembers how far each file was read, the rows of the sessions that were still
//! open, the halves of proxied sessions that wait, and the ids of sessions that ended. The next run
//! begins with these: so the runs together, the last of them a final one, return what one run over
//! everything would.
//!
//! That holds as long as the logs only grow: by rows at the end of the newest file of a folder, and
//! by newer files. A file that was replaced, truncated or deleted before its end is said. No filter
//! touches what is kept; a row is read once, by whichever run comes first.
//!
//! It also holds where a file cannot be read: what is saved is up to where its rows were accepted
//! ([`ReadMark`]), and later files of its folder wait for the next run ([`failures`]).

mod checkpoint;
mod failures;
mod file_registry;
mod read_mark;
mod state_file;
mod state_memory;
mod stored;

use std::path::PathBuf;

pub(super) use checkpoint::Checkpoint;
pub(super) use read_mark::ReadMark;
pub use state_file::{StateError, StateTrouble};
pub use state_memory::StateMemory;

/// Where the state is kept, and how the run ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateOptions {
    /// The state file; there need not be one yet. A lock file lies beside it.
    pub path: PathBuf,
    /// Keeps the state here in place of a file: for runs of one process.
    pub memory: Option<StateMemory>,
    /// Whether open sessions are returned as incomplete, as without a state, instead of kept.
    pub is_final: bool,
}
