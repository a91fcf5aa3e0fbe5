//! Start tags, also those whose blanks a web page has lost: `<Resultvalue="800B0109">`, as in the
//! published sample of KB 3212877.

use std::borrow::Cow;

use quick_xml::escape::unescape;

/// The attributes before which a blank may be missing.
const ATTRIBUTES: [&str; 17] = [
    "xmlns",
    "Name",
    "Guid",
    "SystemTime",
    "ProcessID",
    "UserID",
    "type",
    "fileRef",
    "subjectName",
    "chainRef",
    "value",
    "authType",
    "chainIndex",
    "ProcessName",
    "TaskId",
    "index",
    "name",
];

/// A start tag: its element without a prefix, and its attributes.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::evidence) struct Tag<'t> {
    pub(in crate::evidence) element: &'t str,
    attributes: Vec<(&'t str, Cow<'t, str>)>,
}

impl<'t> Tag<'t> {
    /// Reads what stands between `<` and `>`. What is not an attribute ends the reading of them.
    pub(in crate::evidence) fn parse(content: &'t str) -> Self {
        let content = content.trim_end_matches('/').trim();
        let end = content
            .find(|next: char| next.is_ascii_whitespace() || next == '=')
            .unwrap_or(content.len());
        let (word, rest) = content.split_at(end);
        let (element, rest) = match rest.starts_with('=').then(|| split_lost_blank(word)).flatten()
        {
            // The attribute's name lies right before the rest.
            Some((element, attribute)) => (element, &content[end - attribute.len()..]),
            None => (word, rest),
        };
        let mut attributes = Vec::new();
        let mut rest = rest.trim_start();
        while let Some((key, value, after)) = next_attribute(rest) {
            attributes.push((local_name(key), value));
            rest = after.trim_start();
        }
        Self { element: local_name(element), attributes }
    }

    pub(in crate::evidence) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| *key == name)?;
        Some(found.1.trim()).filter(|value| !value.is_empty())
    }
}

/// `Resultvalue` as `Result` and `value`.
fn split_lost_blank(word: &str) -> Option<(&str, &str)> {
    let fitting = ATTRIBUTES.iter().filter_map(|attribute| {
        let element = word.strip_suffix(attribute)?;
        (!element.is_empty()).then_some((element, *attribute))
    });
    fitting.max_by_key(|(_, attribute)| attribute.len())
}

fn next_attribute(text: &str) -> Option<(&str, Cow<'_, str>, &str)> {
    let (key, rest) = text.split_once('=')?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, after) = rest[1..].split_once(quote)?;
    let value = unescape(value).unwrap_or(Cow::Borrowed(value));
    Some((key.trim(), value, after))
}

fn local_name(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_with_and_without_their_blanks() {
        for content in [
            "Certificate fileRef=\"AB.cer\" subjectName=\"a &amp; b\" /",
            "CertificatefileRef=\"AB.cer\"subjectName=\"a &amp; b\"/",
            "c:Certificate\n fileRef = 'AB.cer'\tsubjectName='a &amp; b'",
        ] {
            let tag = Tag::parse(content);
            assert_eq!(tag.element, "Certificate", "{content}");
            assert_eq!(tag.attribute("fileRef"), Some("AB.cer"), "{content}");
            assert_eq!(tag.attribute("subjectName"), Some("a & b"), "{content}");
        }
        for (content, element, attribute) in [
            ("EventAuxInfoProcessName=\"x\"", "EventAuxInfo", "ProcessName"),
            ("ProviderName=\"x\"Guid=\"y\"", "Provider", "Name"),
            ("Eventxmlns=\"x\"", "Event", "xmlns"),
            ("CertificateChainchainRef=\"x\"", "CertificateChain", "chainRef"),
        ] {
            let tag = Tag::parse(content);
            assert_eq!((tag.element, tag.attribute(attribute)), (element, Some("x")));
        }
        assert_eq!(Tag::parse("Correlation").attributes, []);
        assert_eq!(Tag::parse("Result value=\"8").attribute("value"), None);
        assert_eq!(Tag::parse("").element, "");
    }
}
