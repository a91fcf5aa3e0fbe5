//! Exported objects before anything is known of their kind: bags of named values.

use std::sync::Arc;

use serde_json::Number;

/// A value of an exported object. Clones are cheap: references of CliXml share what they point to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `$null`, `<Nil/>`, `null`.
    Null,
    /// A text; also enumeration values, dates, GUIDs and versions.
    Text(Arc<str>),
    /// A text of which blanks were lost where lines were broken: every reading, at least two, the
    /// likeliest first. They differ in blanks and line feeds only.
    Readings(Arc<[Arc<str>]>),
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A list.
    List(Arc<[Value]>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// An object with properties.
    Bag(Arc<PropertyBag>),
}

/// An object: its properties in their order, and what it says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PropertyBag {
    /// The names of its .NET type and of the types that this derives from, the most derived first.
    pub type_names: Arc<[Arc<str>]>,
    /// What its `ToString()` said.
    pub text: Option<Arc<str>>,
    /// Its properties.
    pub properties: Vec<(Arc<str>, Value)>,
    /// Whether its values were put together of lines, so that blanks in them are uncertain.
    pub was_broken: bool,
    /// Where it begins: a byte offset in the decoded text.
    pub offset: usize,
}

/// Properties that stand for an object where it has no text of its own, the best first:
/// enumeration values, IP addresses, smart hosts and address spaces, directory objects.
const SPEAKING_PROPERTIES: &[&str] =
    &["Value", "IPAddressToString", "Domain", "Address", "Name", "DistinguishedName"];

/// How many objects inside each other are searched for a text. References can make one object stand
/// in many places, so that the search must not follow them all.
const TEXT_LEVELS: usize = 3;

impl PropertyBag {
    /// The value of a property, its name in any case; the first one of that name that is not null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut named =
            self.properties.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let first = named.next().map(|(_, value)| value);
        if matches!(first, Some(Value::Null)) {
            return named.map(|(_, value)| value).find(|value| **value != Value::Null).or(first);
        }
        first
    }

    /// The object as one text: what it says of itself, else a property that speaks for it.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        self.text_within(TEXT_LEVELS)
    }

    fn text_within(&self, levels: usize) -> Option<String> {
        if let Some(text) = self.text.as_deref().filter(|text| !text.is_empty()) {
            return Some(text.to_owned());
        }
        // Exchange's SmtpX509Identifier, the type of TlsCertificateName.
        let levels = levels.checked_sub(1)?;
        let part = |name| self.get(name).and_then(|value| value.text_within(levels));
        if let (Some(issuer), Some(subject)) =
            (part("CertificateIssuer"), part("CertificateSubject"))
        {
            return Some(format!("<I>{issuer}<S>{subject}"));
        }
        // Windows PowerShell writes enumerations as {"value": 1, "Value": "OnPremises"}.
        let candidates = SPEAKING_PROPERTIES.iter().flat_map(|name| {
            self.properties.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name))
        });
        let mut texts = candidates
            .filter(|(_, value)| matches!(value, Value::Text(_) | Value::Bag(_)))
            .filter_map(|(_, value)| value.text_within(levels));
        texts.next().or_else(|| part("value"))
    }
}

impl Value {
    pub(in crate::evidence) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The value as one text; `None` for null, empty texts, empty objects, lists and bytes. A list
    /// of one counts as its element.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        self.text_within(TEXT_LEVELS)
    }

    fn text_within(&self, levels: usize) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Self::Readings(readings) => readings.first().map(|text| text.trim().to_owned()),
            Self::Bool(value) => Some(if *value { "True" } else { "False" }.to_owned()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bag(bag) => bag.text_within(levels),
            Self::List(values) => match &**values {
                [one @ (Self::Text(_) | Self::Bool(_) | Self::Number(_))] => {
                    one.text_within(levels)
                }
                _ => None,
            },
            Self::Null | Self::Bytes(_) => None,
        }
    }

    /// The elements, if this is a list, or the object `{"value": [...], "Count": n}` that Windows
    /// PowerShell writes for some lists.
    pub(in crate::evidence) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            Self::Bag(bag) => match (bag.get("value"), bag.get("Count")) {
                (Some(Self::List(values)), Some(_)) => Some(values),
                _ => None,
            },
            _ => None,
        }
    }
}
