//! Mailboxes in certificates.

use crate::certificate::is_host_name;

/// Whether this is `local@host` with exactly one `@` outside a quoted local part (RFC 5321,
/// section 4.1.2).
pub(crate) fn is_mailbox(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_atom_text =
        |character: char| character.is_ascii_graphic() && !"@\"(),:;<>[]\\".contains(character);
    let is_local = is_quoted || (!local.is_empty() && local.chars().all(is_atom_text));
    is_local && text.is_ascii() && is_host_name(host)
}

/// RFC 5280, section 7.5.
pub(crate) fn same_mailbox(one: &str, other: &str) -> bool {
    match (one.rsplit_once('@'), other.rsplit_once('@')) {
        (Some((local, host)), Some((other_local, other_host))) => {
            local == other_local && host.eq_ignore_ascii_case(other_host)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_have_one_at_sign_and_a_host() {
        for text in ["a@b.c", "*@contoso.com", "\"a@b\"@c.d"] {
            assert!(is_mailbox(text), "{text}");
        }
        for text in ["a", "@b", "a@", "a@b@c", "a@.b", "a b@c"] {
            assert!(!is_mailbox(text), "{text}");
        }
    }
}
