//! How much something matters.

use crate::named_enum::named_enum;

named_enum! {
    /// How much something matters, the least first.
    Severity {
        /// Good to know.
        Information = 1,
        /// It does no harm yet, or not everywhere; something was read only in part.
        Warning = 2,
        /// It keeps mail from being sent, the chain is refused, or something cannot be read.
        Error = 3,
    }
}
