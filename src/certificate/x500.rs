//! Windows X.500 strings: what Exchange logs and `TlsCertificateName` hold as subject and issuer.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use x509_parser::asn1_rs::Oid;

use super::attribute_types::{key_of, type_of};

/// A name in the form that `CertNameToStr` (wincrypt.h, `CERT_X500_NAME_STR` with
/// `CERT_NAME_STR_REVERSE_FLAG`) and .NET's `X500DistinguishedName` write.
///
/// The RDNs stand in the written order, the most specific one first; each holds attribute types and
/// values. `Display` writes the string: `, ` between RDNs, ` + ` inside one, values quoted with `"`
/// where needed and inner quotation marks doubled, no backslash escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct X500Name {
    rdns: Vec<Vec<(Oid<'static>, String)>>,
    /// Whether blanks were lost or added where lines of a text were broken.
    ignores_blanks: bool,
}

/// How two X.500 names relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRelation {
    /// The same RDNs in the same order.
    Same,
    /// The same RDNs in reversed order, as tools that write the root first give them.
    Reversed,
    /// Not the same name.
    Different,
}

/// A text that is no X.500 string, with the byte offset at which reading stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum X500ParseError {
    /// Neither a known key nor an OID stands before `=`.
    #[error(
        "at byte {offset}: \"{key}\" is no attribute of an X.500 name (expected CN=, O=, OID.1.2.3= and so on)"
    )]
    UnknownKey {
        /// The text found.
        key: String,
        /// Its offset in bytes.
        offset: usize,
    },
    /// An attribute without `=`.
    #[error("at byte {offset}: expected an attribute such as CN=mail.contoso.com")]
    MissingEqualsSign {
        /// The offset in bytes.
        offset: usize,
    },
    /// A quoted value without its end, or with text after it.
    #[error(
        "at byte {offset}: the quoted value has no proper end (inner quotation marks are doubled)"
    )]
    UnterminatedQuote {
        /// The offset of the opening quotation mark in bytes.
        offset: usize,
    },
}

impl X500Name {
    pub(crate) fn from_rdns(rdns: Vec<Vec<(Oid<'static>, String)>>) -> Self {
        Self { rdns, ignores_blanks: false }
    }

    /// The RDNs in the written order, the most specific one first.
    pub(crate) fn rdns(&self) -> &[Vec<(Oid<'static>, String)>] {
        &self.rdns
    }

    /// Whether there is no RDN at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// The values of all attributes, in the written order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.rdns.iter().flatten().map(|(_, value)| value.as_str())
    }

    /// The first common name in the written order.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.rdns.iter().flatten().find(|(oid, _)| key_of(oid) == Some("CN")).map(|(_, v)| &**v)
    }

    /// The name as it stands in a text that was broken into lines (Format-List): blanks, and what
    /// the formatter drops like them, are of no account when it is compared.
    #[must_use]
    pub fn ignoring_blanks(self) -> Self {
        Self { ignores_blanks: true, ..self }
    }

    /// Compares as ordered lists of (type, value), values without regard to case and to the length
    /// of white space; then against the reversed order.
    #[must_use]
    pub fn relation_to(&self, other: &Self) -> NameRelation {
        let ignores_blanks = self.ignores_blanks || other.ignores_blanks;
        let (own, others) = (self.folded(ignores_blanks), other.folded(ignores_blanks));
        if own == others {
            NameRelation::Same
        } else if own.iter().eq(others.iter().rev()) {
            NameRelation::Reversed
        } else {
            NameRelation::Different
        }
    }

    fn folded(&self, ignores_blanks: bool) -> Vec<Vec<(&Oid<'static>, String)>> {
        let is_dropped = |character: char| matches!(character, '\u{2011}' | '\u{ad}');
        let fold = |value: &String| {
            let words: Vec<&str> = value.split_whitespace().collect();
            if ignores_blanks {
                words.concat().replace(is_dropped, "").to_lowercase()
            } else {
                words.join(" ").to_lowercase()
            }
        };
        self.rdns
            .iter()
            .map(|rdn| {
                let mut rdn: Vec<_> = rdn.iter().map(|(oid, value)| (oid, fold(value))).collect();
                rdn.sort_by(|a, b| (a.0.as_bytes(), &a.1).cmp(&(b.0.as_bytes(), &b.1)));
                rdn
            })
            .collect()
    }
}

fn needs_quotes(value: &str) -> bool {
    let is_space = |character: char| character.is_ascii_whitespace() || character == '\u{B}';
    value.is_empty()
        || value.starts_with(is_space)
        || value.ends_with(is_space)
        || value.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';'])
}

impl fmt::Display for X500Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.rdns.iter().enumerate() {
            if index > 0 {
                formatter.write_str(", ")?;
            }
            for (position, (oid, value)) in rdn.iter().enumerate() {
                if position > 0 {
                    formatter.write_str(" + ")?;
                }
                match key_of(oid) {
                    Some(key) => write!(formatter, "{key}=")?,
                    None => write!(formatter, "OID.{}=", oid.to_id_string())?,
                }
                if needs_quotes(value) {
                    write!(formatter, "\"{}\"", value.replace('"', "\"\""))?;
                } else {
                    formatter.write_str(value)?;
                }
            }
        }
        Ok(())
    }
}

impl Serialize for X500Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for X500Name {
    type Err = X500ParseError;

    /// Reads a Windows X.500 string; `;` and line feeds separate RDNs as well, as in
    /// `CertStrToName`.
    ///
    /// # Errors
    /// What is no attribute, with its byte offset.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rdns = Vec::new();
        let mut rdn = Vec::new();
        let mut offset = 0;
        while !text[offset..].trim_start().is_empty() {
            offset += text[offset..].len() - text[offset..].trim_start().len();
            let equals =
                text[offset..].find('=').ok_or(X500ParseError::MissingEqualsSign { offset })?;
            let key = text[offset..offset + equals].trim();
            let attribute_type = type_of(key)
                .ok_or_else(|| X500ParseError::UnknownKey { key: key.to_owned(), offset })?;
            let value_start = offset + equals + 1;
            let (value, end) = read_value(text, value_start)?;
            rdn.push((attribute_type, value));
            let separator = text[end..].chars().next();
            if separator != Some('+') {
                rdns.push(std::mem::take(&mut rdn));
            }
            offset = end + separator.map_or(0, char::len_utf8);
        }
        if !rdn.is_empty() {
            rdns.push(rdn);
        }
        Ok(Self { rdns, ignores_blanks: false })
    }
}

/// The value at that offset, and the offset of the separator after it (or of the end).
fn read_value(text: &str, start: usize) -> Result<(String, usize), X500ParseError> {
    const SEPARATORS: [char; 4] = [',', ';', '+', '\n'];
    let rest = &text[start..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let Some(quoted) = rest[blanks..].strip_prefix('"') else {
        let length = rest.find(SEPARATORS).unwrap_or(rest.len());
        return Ok((rest[..length].trim_matches([' ', '\t', '\r']).to_owned(), start + length));
    };
    let opening = start + blanks;
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        if character != '"' {
            value.push(character);
        } else if characters.next_if(|(_, next)| *next == '"').is_some() {
            value.push('"');
        } else {
            let after = &quoted[index + 1..];
            let blanks = after.len() - after.trim_start_matches([' ', '\t', '\r']).len();
            let is_proper_end =
                after[blanks..].is_empty() || after[blanks..].starts_with(SEPARATORS);
            return if is_proper_end {
                Ok((value, opening + 1 + index + 1 + blanks))
            } else {
                Err(X500ParseError::UnterminatedQuote { offset: opening })
            };
        }
    }
    Err(X500ParseError::UnterminatedQuote { offset: opening })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_value_survives_writing_and_reading(
            rdns in prop::collection::vec(prop::collection::vec((0..4_usize, any::<String>()), 1..3), 0..5)
        ) {
            let keys = ["CN", "O", "E", "1.2.3.4"].map(|key| type_of(key).unwrap());
            let name = X500Name::from_rdns(
                rdns.into_iter()
                    .map(|rdn| rdn.into_iter().map(|(key, value)| (keys[key].clone(), value)).collect())
                    .collect(),
            );
            prop_assert_eq!(name.to_string().parse::<X500Name>(), Ok(name));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = text.parse::<X500Name>();
            let _ = text.parse::<super::super::TlsCertificateName>();
            let _ = text.parse::<super::super::Thumbprint>();
        }
    }

    #[test]
    fn names_survive_reading_and_writing() {
        for text in [
            "CN=mail.contoso.com, O=\"Contoso, Ltd\", C=NO",
            "CN=a + OU=b, O=\"say \"\"hi\"\"\", OID.1.2.3.4=x",
            "O=\"\"",
            "O=\" lead\"",
            "",
        ] {
            let name: X500Name = text.parse().unwrap();
            assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn other_spellings_are_read() {
        let windows: X500Name = "E=a@b.c, S=Oslo, CN=x".parse().unwrap();
        let other: X500Name = "Email=a@b.c;ST = oslo , commonname=X".parse().unwrap();
        assert_eq!(windows.relation_to(&other), NameRelation::Same);
    }

    #[test]
    fn the_reversed_order_is_recognised() {
        let windows: X500Name = "CN=x, O=Contoso, C=NO".parse().unwrap();
        let reversed: X500Name = "C=NO, O=contoso, CN=x".parse().unwrap();
        assert_eq!(windows.relation_to(&reversed), NameRelation::Reversed);
        let different: X500Name = "O=Contoso, CN=x, C=NO".parse().unwrap();
        assert_eq!(windows.relation_to(&different), NameRelation::Different);
    }

    #[test]
    fn where_lines_were_broken_blanks_do_not_distinguish_names() {
        let name = |text: &str| text.parse::<X500Name>().unwrap();
        let (whole, broken) =
            (name("CN=a, O=Contoso Trust"), name("CN=a, O=Contoso\u{2011}Tru st"));
        assert_eq!(whole.relation_to(&broken), NameRelation::Different);
        assert_eq!(whole.relation_to(&broken.clone().ignoring_blanks()), NameRelation::Same);
        assert_eq!(broken.ignoring_blanks().relation_to(&whole), NameRelation::Same);
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_place() {
        for (text, offset) in [("CN=x, nonsense", 6), ("CN=x, Foo=y", 6), ("CN=\"x", 3)] {
            let error = text.parse::<X500Name>().unwrap_err();
            let found = match error {
                X500ParseError::UnknownKey { offset, .. }
                | X500ParseError::MissingEqualsSign { offset }
                | X500ParseError::UnterminatedQuote { offset } => offset,
            };
            assert_eq!(found, offset, "{text}");
        }
    }
}
