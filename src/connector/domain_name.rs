//! Domain names in the one form in which they compare, and the patterns that connectors hold.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// A domain name in A-labels (RFC 5890, section 2.3.2.1), lower case, without a final dot.
///
/// Labels have 1 to 63 bytes, the name at most 253 (RFC 1035, section 2.3.4); beside letters,
/// digits and hyphens the underscore is allowed, since hosts of Windows may have one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(String);

/// What a connector's TlsSenderCertificateName or a name of a certificate stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamePattern {
    /// `mail.contoso.com`
    Name(DomainName),
    /// `*.contoso.com`: the domain after the asterisk.
    Wildcard(DomainName),
}

/// A text that is neither a domain name nor `*.` and a domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DomainNameError {
    /// Nothing but white space.
    #[error("the name is empty")]
    Empty,
    /// An asterisk that is not the whole first label, as in `x.*.com`.
    #[error("an asterisk is only allowed as the whole first label, as in *.contoso.com")]
    MisplacedAsterisk,
    /// Blanks, `@`, `=`, empty or overlong labels, an IP address and so on.
    #[error("this is no domain name such as mail.contoso.com")]
    NotADomainName,
}

impl DomainName {
    /// Reads a domain name in any case, with or without a final dot, in U-labels or A-labels.
    ///
    /// # Errors
    /// [`DomainNameError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, DomainNameError> {
        let text = text.trim();
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(DomainNameError::Empty);
        }
        if text.contains('*') {
            return Err(DomainNameError::MisplacedAsterisk);
        }
        let folded: Cow<'_, str> = if text.is_ascii() {
            text.to_ascii_lowercase().into()
        } else {
            idna::domain_to_ascii(text).map_err(|_| DomainNameError::NotADomainName)?.into()
        };
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let is_name = folded.len() <= 253
            && folded.split('.').all(is_label)
            && !folded.rsplit('.').next().is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
        if is_name { Ok(Self(folded.into_owned())) } else { Err(DomainNameError::NotADomainName) }
    }

    /// The name in A-labels, lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of labels, at least 1.
    #[must_use]
    pub fn label_count(&self) -> usize {
        self.0.split('.').count()
    }

    /// The name without its first label; `None` for a name of one label.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.split_once('.').map(|(_, parent)| Self(parent.to_owned()))
    }

    /// How many labels this name has before `ancestor`: 0 if they are the same, `None` if it does
    /// not lie below it. Only whole labels count.
    #[must_use]
    pub fn labels_below(&self, ancestor: &Self) -> Option<usize> {
        if self == ancestor {
            return Some(0);
        }
        let labels = self.0.strip_suffix(&ancestor.0)?.strip_suffix('.')?;
        Some(labels.split('.').count())
    }
}

impl NamePattern {
    /// Reads `mail.contoso.com` or `*.contoso.com`.
    ///
    /// # Errors
    /// [`DomainNameError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, DomainNameError> {
        match text.trim().strip_prefix("*.") {
            Some(domain) if domain.trim_end_matches('.').is_empty() => {
                Err(DomainNameError::MisplacedAsterisk)
            }
            Some(domain) => DomainName::parse(domain).map(Self::Wildcard),
            None => DomainName::parse(text).map(Self::Name),
        }
    }

    /// The name, or the domain after the asterisk.
    #[must_use]
    pub fn domain(&self) -> &DomainName {
        match self {
            Self::Name(domain) | Self::Wildcard(domain) => domain,
        }
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DomainName({self})")
    }
}

impl Serialize for DomainName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(domain) => domain.fmt(formatter),
            Self::Wildcard(domain) => write!(formatter, "*.{domain}"),
        }
    }
}

impl Serialize for NamePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_fold_case_final_dots_and_u_labels() {
        for (text, expected) in [
            (" Mail.Contoso.COM. ", "mail.contoso.com"),
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("B\u{dc}CHER.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("EX01", "ex01"),
            ("host_1.contoso.com", "host_1.contoso.com"),
        ] {
            assert_eq!(DomainName::parse(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_says_why() {
        use DomainNameError::{Empty, MisplacedAsterisk, NotADomainName};
        for (text, expected) in [
            ("", Empty),
            (" . ", Empty),
            ("*", MisplacedAsterisk),
            ("*.", MisplacedAsterisk),
            ("*..", MisplacedAsterisk),
            ("x.*.com", MisplacedAsterisk),
            ("*.*.com", MisplacedAsterisk),
            ("m*.contoso.com", MisplacedAsterisk),
            ("*contoso.com", MisplacedAsterisk),
            ("a..b", NotADomainName),
            ("CN=mail.contoso.com", NotADomainName),
            ("two words", NotADomainName),
            ("203.0.113.5", NotADomainName),
            ("user@contoso.com", NotADomainName),
        ] {
            assert_eq!(NamePattern::parse(text), Err(expected), "{text}");
        }
        assert!(DomainName::parse(&"a".repeat(64)).is_err());
    }

    #[test]
    fn a_label_has_63_characters_at_most_and_a_name_253() {
        let label = "a".repeat(63);
        let of_length =
            |rest: usize| [&label, &label, &label, &"b".repeat(rest)].map(String::as_str).join(".");
        assert_eq!(of_length(61).len(), 253);
        assert!(DomainName::parse(&of_length(61)).is_ok());
        assert!(DomainName::parse(&of_length(62)).is_err());
        assert!(DomainName::parse(&format!("{label}.example")).is_ok());
    }

    #[test]
    fn only_whole_labels_lie_below_a_domain() {
        let below = |name: &str, ancestor: &str| {
            DomainName::parse(name).unwrap().labels_below(&DomainName::parse(ancestor).unwrap())
        };
        assert_eq!(below("contoso.com", "contoso.com"), Some(0));
        assert_eq!(below("mail.contoso.com", "contoso.com"), Some(1));
        assert_eq!(below("a.b.contoso.com", "contoso.com"), Some(2));
        assert_eq!(below("notcontoso.com", "contoso.com"), None);
        assert_eq!(below("contoso.com", "mail.contoso.com"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_what_is_read_reads_as_itself(text in "\\PC{0,80}") {
            if let Ok(pattern) = NamePattern::parse(&text) {
                prop_assert_eq!(NamePattern::parse(&pattern.to_string()), Ok(pattern));
            }
        }
    }
}
