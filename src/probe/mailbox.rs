//! The two addresses of a probe: one sender, one recipient.

use std::fmt;
use std::str::FromStr;

use crate::certificate::is_host_name;

/// An address of the envelope that a probe names, without its angle brackets; the null sender is
/// empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(String);

/// A text that is no address for a probe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// Several addresses.
    #[error("{0:?} is a list: a probe asks about one recipient, so give one address")]
    List(String),
    /// No address.
    #[error(
        "{0:?} is no address: give one such as anna@contoso.com, in ASCII, without quotes and blanks"
    )]
    NoAddress(String),
    /// The null sender where a recipient is needed.
    #[error("<> is the null sender and no recipient: give an address outside Microsoft 365")]
    NullRecipient,
}

/// RFC 5321, section 4.5.3.1.
const MAXIMUM_LOCAL_PART: usize = 64;
const MAXIMUM_LENGTH: usize = 254;

impl Mailbox {
    /// Reads the address of a sender, `anna@contoso.com` with or without angle brackets; `<>` is the
    /// null sender.
    ///
    /// # Errors
    /// [`MailboxError`] for a list, and for what is no address.
    pub fn sender(text: &str) -> Result<Self, MailboxError> {
        if text.trim() == "<>" { Ok(Self(String::new())) } else { text.parse() }
    }

    /// Reads the address of the one recipient.
    ///
    /// # Errors
    /// [`MailboxError`] for a list, the null sender, and what is no address.
    pub fn recipient(text: &str) -> Result<Self, MailboxError> {
        if text.trim() == "<>" { Err(MailboxError::NullRecipient) } else { text.parse() }
    }
}

impl FromStr for Mailbox {
    type Err = MailboxError;

    fn from_str(text: &str) -> Result<Self, MailboxError> {
        let bare = text.trim();
        let bare = bare.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')).unwrap_or(bare);
        if bare.matches('@').count() > 1 || bare.contains([',', ';']) {
            return Err(MailboxError::List(text.to_owned()));
        }
        // RFC 5322, section 3.2.3.
        let is_atom = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        };
        let is_address = bare.split_once('@').is_some_and(|(local, domain)| {
            local.len() <= MAXIMUM_LOCAL_PART
                && local.split('.').all(is_atom)
                && is_host_name(domain)
                && domain.contains('.')
        });
        if is_address && bare.len() <= MAXIMUM_LENGTH {
            Ok(Self(bare.to_owned()))
        } else {
            Err(MailboxError::NoAddress(text.to_owned()))
        }
    }
}

impl fmt::Display for Mailbox {
    /// With angle brackets, as in a command.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<{}>", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_taken_and_a_list_is_refused() {
        for text in ["anna@contoso.com", " <anna@contoso.com> ", "a.b+c@x-1.contoso.com"] {
            assert!(Mailbox::recipient(text).is_ok(), "{text}");
        }
        for list in ["a@contoso.com,b@contoso.com", "a@contoso.com; b@contoso.com", "a@b.no c@d.no"]
        {
            assert_eq!(
                Mailbox::recipient(list),
                Err(MailboxError::List(list.to_owned())),
                "{list}"
            );
        }
        assert_eq!(Mailbox::sender("<>").unwrap().to_string(), "<>");
        assert_eq!(Mailbox::recipient("<>"), Err(MailboxError::NullRecipient));
    }

    #[test]
    fn nothing_that_could_end_the_command_is_an_address() {
        for text in [
            "",
            "anna",
            "anna@",
            "@contoso.com",
            "anna@contoso",
            "an na@contoso.com",
            "anna@contoso.com>\r\nDATA\r\n",
            "anna@contoso.com\r\nDATA",
            "anna@[203.0.113.5]",
            "\"anna\"@contoso.com",
            "ann\u{E9}@contoso.com",
            "<anna@contoso.com",
            ".anna@contoso.com",
        ] {
            assert!(Mailbox::sender(text).is_err(), "{text}");
        }
        assert!(Mailbox::sender(&format!("{}@contoso.com", "a".repeat(65))).is_err());
    }
}
