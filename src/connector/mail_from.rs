//! The envelope sender (MAIL FROM, P1), the only sender that attribution looks at.

use std::convert::Infallible;
use std::str::FromStr;

use serde::Serialize;

use super::domain_name::DomainName;

/// What is known of the envelope sender.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum MailFrom {
    /// Not known.
    #[default]
    Unknown,
    /// `<>`: non-delivery reports, automatic replies (RFC 5321, section 4.5.5).
    Null,
    /// A sender of that domain.
    Domain(DomainName),
}

impl FromStr for MailFrom {
    type Err = Infallible;

    /// Reads `<user@contoso.com>`, with or without angle brackets, and `<>`; a bare domain counts
    /// as a sender of it. A text without a readable domain is [`MailFrom::Unknown`].
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim();
        if text == "<>" {
            return Ok(Self::Null);
        }
        let address = text.strip_prefix('<').map_or(text, |inner| inner.trim_end_matches('>'));
        let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
        Ok(DomainName::parse(domain).map_or(Self::Unknown, Self::Domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_read_as_logs_and_people_write_them() {
        let read = |text: &str| text.parse::<MailFrom>().unwrap();
        let contoso = MailFrom::Domain(DomainName::parse("contoso.com").unwrap());
        for text in ["<user@Contoso.com>", "user@contoso.com", "contoso.com", "\"a@b\"@contoso.com"]
        {
            assert_eq!(read(text), contoso, "{text}");
        }
        assert_eq!(read(" <> "), MailFrom::Null);
        assert_eq!(read(""), MailFrom::Unknown);
        assert_eq!(read("<user@[203.0.113.5]>"), MailFrom::Unknown);
    }
}
