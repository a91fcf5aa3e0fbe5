//! Enhanced mail system status codes (RFC 3463), such as `5.7.64`.

use std::fmt;

use serde::{Serialize, Serializer};

/// An enhanced status code (RFC 3463, section 2): class 2, 4 or 5, subject and detail 0 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnhancedStatus {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    pub class: u8,
    /// The area, such as 7 for security or policy.
    pub subject: u16,
    /// The condition within the area.
    pub detail: u16,
}

impl EnhancedStatus {
    /// The code with these three numbers.
    #[must_use]
    pub const fn new(class: u8, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }

    /// Reads a code at the beginning of `text`; also returns what follows it. `None` where the
    /// digits go on in some other way: `5.7.640` is detail 640, `5.7.64.1` an address.
    #[must_use]
    pub fn parse_prefix(text: &str) -> Option<(Self, &str)> {
        let class = match text.as_bytes().first()? {
            digit @ (b'2' | b'4' | b'5') => digit - b'0',
            _ => return None,
        };
        let (subject, rest) = number(text[1..].strip_prefix('.')?)?;
        let (detail, rest) = number(rest.strip_prefix('.')?)?;
        let goes_on = match rest.as_bytes() {
            [b'.', next, ..] => next.is_ascii_alphanumeric(),
            [next, ..] => next.is_ascii_alphanumeric() || matches!(next, b'_' | b'@'),
            [] => false,
        };
        (!goes_on).then_some((Self::new(class, subject, detail), rest))
    }

    /// What RFC 3463 (section 3) says of subject and detail; for a detail that it does not
    /// register, what it says of the subject.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        let find = |detail| {
            MEANINGS
                .iter()
                .find(|(subject, registered, _)| (*subject, *registered) == (self.subject, detail))
                .map(|(_, _, meaning)| *meaning)
        };
        find(self.detail).or_else(|| find(0))
    }
}

/// One to three digits (RFC 3463: `1*3digit`) and what follows them.
fn number(text: &str) -> Option<(u16, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=3).contains(&length) {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Serialize for EnhancedStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// RFC 3463, section 3: subject, detail, meaning.
const MEANINGS: &[(u16, u16, &str)] = &[
    (0, 0, "other or undefined status"),
    (1, 0, "address status"),
    (1, 1, "bad destination mailbox address"),
    (1, 2, "bad destination system address"),
    (1, 3, "bad destination mailbox address syntax"),
    (1, 4, "destination mailbox address ambiguous"),
    (1, 5, "destination address valid"),
    (1, 6, "destination mailbox has moved, no forwarding address"),
    (1, 7, "bad sender's mailbox address syntax"),
    (1, 8, "bad sender's system address"),
    (2, 0, "mailbox status"),
    (2, 1, "mailbox disabled, not accepting messages"),
    (2, 2, "mailbox full"),
    (2, 3, "message length exceeds administrative limit"),
    (2, 4, "mailing list expansion problem"),
    (3, 0, "mail system status"),
    (3, 1, "mail system full"),
    (3, 2, "system not accepting network messages"),
    (3, 3, "system not capable of selected features"),
    (3, 4, "message too big for system"),
    (3, 5, "system incorrectly configured"),
    (4, 0, "network or routing status"),
    (4, 1, "no answer from host"),
    (4, 2, "bad connection"),
    (4, 3, "directory server failure"),
    (4, 4, "unable to route"),
    (4, 5, "mail system congestion"),
    (4, 6, "routing loop detected"),
    (4, 7, "delivery time expired"),
    (5, 0, "protocol status"),
    (5, 1, "invalid command"),
    (5, 2, "syntax error"),
    (5, 3, "too many recipients"),
    (5, 4, "invalid command arguments"),
    (5, 5, "wrong protocol version"),
    (6, 0, "media error"),
    (6, 1, "media not supported"),
    (6, 2, "conversion required and prohibited"),
    (6, 3, "conversion required but not supported"),
    (6, 4, "conversion with loss performed"),
    (6, 5, "conversion failed"),
    (7, 0, "security status"),
    (7, 1, "delivery not authorized, message refused"),
    (7, 2, "mailing list expansion prohibited"),
    (7, 3, "security conversion required but not possible"),
    (7, 4, "security features not supported"),
    (7, 5, "cryptographic failure"),
    (7, 6, "cryptographic algorithm not supported"),
    (7, 7, "message integrity failure"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_ends_where_its_digits_end() {
        for (text, expected) in [
            ("5.7.64 Tenant", Some("5.7.64")),
            ("5.7.64; x", Some("5.7.64")),
            ("5.7.64.", Some("5.7.64")),
            ("5.7.64", Some("5.7.64")),
            ("5.7.640 x", Some("5.7.640")),
            ("5.7.64.1", None),
            ("5.7.6400", None),
            ("5.7.64x", None),
            ("5.7.64@example.com", None),
            ("3.7.64", None),
            ("5.7", None),
            ("5..7", None),
            ("", None),
        ] {
            let found = EnhancedStatus::parse_prefix(text).map(|(status, _)| status.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_unregistered_detail_is_explained_by_its_subject() {
        assert_eq!(EnhancedStatus::new(5, 7, 64).meaning(), Some("security status"));
        assert_eq!(EnhancedStatus::new(5, 1, 1).meaning(), Some("bad destination mailbox address"));
        assert_eq!(EnhancedStatus::new(5, 9, 1).meaning(), None);
    }
}
