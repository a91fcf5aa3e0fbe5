//! The C ABI, declared in `include/eop_relay.h`: nothing but translation.
//!
//! | file | is |
//! |---|---|
//! | `status` | the numbers that functions return |
//! | `values` | the numbers of the core's enumerations, and their names |
//! | `error` | the detail of an error, in the caller's struct |
//! | `guard` | the border that no panic crosses |
//! | `handle` | numbers for objects |
//! | `caller_memory`, `input`, `output` | pointers of the caller, checked and read or written |
//! | `memory` | memory of which an input decides the size |
//! | `answer`, `judgement` | what functions that answer with a text, or judge evidence, have in common |
//! | `records`, `batch` | a batch of the core as flat records |
//! | `standard_output` | what only the process itself can be asked, before it begins |
//! | `about`, `cancellation`, `query`, `session_reader`, `explain`, `delivery_error`, `chain`, `pfx`, `evidence`, `diagnosis`, `open_diagnosis`, `machine`, `probe`, `redaction`, `view`, `text` | the exported functions and their structs |

mod about;
mod answer;
mod batch;
mod caller_memory;
mod cancellation;
mod chain;
mod delivery_error;
mod diagnosis;
mod error;
mod evidence;
mod explain;
mod guard;
mod handle;
mod injection;
mod input;
mod judgement;
mod machine;
mod memory;
#[cfg(test)]
mod misuse;
mod open_diagnosis;
mod output;
mod pfx;
#[cfg(feature = "probe")]
mod probe;
mod query;
mod records;
mod redaction;
mod session_reader;
#[cfg(all(target_os = "linux", feature = "cli"))]
mod standard_output;
mod status;
mod text;
mod values;
mod view;

pub use about::*;
pub use cancellation::*;
pub use chain::*;
pub use delivery_error::*;
pub use diagnosis::*;
pub use error::{EOP_MESSAGE_CAPACITY, EOP_PATH_CAPACITY, ErrorDetail};
pub use evidence::*;
pub use explain::*;
pub use input::Utf16;
pub use machine::*;
pub use open_diagnosis::*;
pub use pfx::*;
#[cfg(feature = "probe")]
pub use probe::*;
pub use query::*;
pub use records::*;
pub use redaction::*;
pub use session_reader::*;
#[cfg(all(target_os = "linux", feature = "cli"))]
pub use standard_output::was_standard_output_closed;
pub use status::*;
pub use text::*;
pub use values::*;
pub use view::*;
