//! Arguments that several sub-commands have, and the reading of what they name.

pub mod certificate_files;
mod exports;
mod logs;
pub mod password;
mod regular_file;
mod tenants;
mod time;

pub use certificate_files::StoreArguments;
pub use exports::{ConfigurationArguments, add_exports, note_unreadable};
pub use logs::{LogArguments, add_logs, inputs_of};
pub use tenants::TenantArguments;
pub use time::{Time, given_or_now, parse_duration};
