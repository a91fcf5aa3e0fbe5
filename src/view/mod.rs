//! A report to read; the command and the module print by it.
//!
//! [`text`], [`html`], [`markdown`], [`nagios`] and [`prometheus`] render a
//! [`Report`](crate::diagnosis::Report), [`renewal`] a [`RenewalPlan`](crate::renewal::RenewalPlan).
//! [`Page`] lays out any other text by the rules of [`text`], and
//! [`printable`] replaces what would steer a terminal.

#![forbid(unsafe_code)]

mod chain_outline;
mod html;
mod markdown;
mod nagios;
mod page;
mod parts;
mod prometheus;
mod renewal;
mod scopes;
mod text;

pub use crate::finding::{cut_name, is_unprintable, printable};
pub use chain_outline::ChainOutline;
pub use html::html;
pub use markdown::markdown;
pub use nagios::{nagios, nagios_status};
pub use page::Page;
pub use prometheus::prometheus;
pub use renewal::renewal;
pub use text::text;
