//! The readers of the wizard's logs, on texts of their own.

mod fixtures;
mod history;
mod hostile;
