//! How well something is founded.

use crate::named_enum::named_enum;

named_enum! {
    /// How well a statement is founded, the best first.
    Confidence {
        /// Microsoft documents it.
        Documented = 1,
        /// Seen in real logs.
        Observed = 2,
        /// Concluded; to be confirmed in the case at hand.
        Inferred = 3,
        /// Nobody documents it, or the evidence does not decide.
        Uncertain = 4,
    }
}
