//! The part that a certificate plays in a path.

/// The part a certificate plays in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The certificate that is judged.
    EndEntity,
    /// An issuer that is not trusted by itself.
    Intermediate,
    /// The certificate at which the path ends, because it is trusted or its own issuer.
    Anchor,
}
