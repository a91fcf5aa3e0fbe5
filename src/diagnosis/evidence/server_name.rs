//! Names of servers.

/// Whether two texts name one server: the same name, or the full one and its first label.
pub(crate) fn is_same_server(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if one.contains('.') && other.contains('.') {
        return one.eq_ignore_ascii_case(other);
    }
    let label = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    label(one) == label(other)
}
