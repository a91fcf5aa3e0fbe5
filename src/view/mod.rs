//! A report as text to read, of a given width; the command and the module print by it.
//!
//! [`text`] renders a [`Report`](crate::diagnosis::Report). [`Page`] lays out any other text by the
//! same rules, and [`printable`] replaces what would steer a terminal.

#![forbid(unsafe_code)]

mod page;
mod scopes;
mod text;

pub use crate::finding::{is_unprintable, printable};
pub use page::Page;
pub use text::text;
