//! Single values as Exchange, PowerShell and remoting print them.

use super::dates::Dates;
use super::value::Value;
use crate::connector::TextList;
use crate::timestamp::Timestamp;

/// The words for true and false with which spreadsheets save them, beside the English ones.
const BOOLEAN_WORDS: &[(&str, &str)] = &[
    ("wahr", "falsch"),
    ("vrai", "faux"),
    ("verdadero", "falso"),
    ("verdadeiro", "falso"),
    ("vero", "falso"),
    ("waar", "onwaar"),
    ("sant", "falskt"),
    ("sand", "falsk"),
    ("sann", "usann"),
    ("tosi", "epätosi"),
    ("prawda", "fałsz"),
    ("pravda", "nepravda"),
    ("igaz", "hamis"),
    ("doğru", "yanlış"),
    ("истина", "ложь"),
];

/// Reads `True`, `false`, `$true`, `1` and so on, and the words of other languages.
pub(in crate::evidence) fn parse_bool(text: &str) -> Option<bool> {
    let word = text.trim().trim_start_matches('$').to_lowercase();
    match word.as_str() {
        "true" | "1" => return Some(true),
        "false" | "0" => return Some(false),
        _ => {}
    }
    let is_true = BOOLEAN_WORDS.iter().any(|(known, _)| *known == word);
    let is_false = BOOLEAN_WORDS.iter().any(|(_, known)| *known == word);
    (is_true || is_false).then_some(is_true)
}

/// Reads a size in bytes: `250 MB (262,144,000 bytes)` by the number in brackets, whatever the
/// digit grouping, or a bare number.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    let number = match text.split_once('(') {
        Some((_, bracket)) => bracket.split(|c: char| c.is_alphabetic() || c == ')').next()?,
        None => text,
    };
    let is_grouping = |c: &char| c.is_whitespace() || matches!(c, ',' | '.' | '\'' | '\u{2019}');
    let digits: String = number.chars().filter(|c| !is_grouping(c)).collect();
    digits.parse().ok()
}

/// Reads a time that `[string]` or a log of Exchange wrote; without an offset UTC is taken.
pub(in crate::evidence) fn parse_time(text: &str) -> Option<Timestamp> {
    Dates::invariant().read(text)?.time()
}

/// A list out of whatever a source holds in its place. `None` if it holds only the name of a type.
pub(super) fn to_list(value: &Value) -> Option<TextList> {
    if let Some(values) = value.as_list() {
        return Some(TextList::complete(values.iter().filter_map(Value::as_text)));
    }
    match value {
        Value::Bag(bag) if bag.properties.is_empty() && bag.text.is_none() => {
            Some(TextList::default())
        }
        value => match value.as_text() {
            Some(text) => parse_list(&text),
            None => Some(TextList::default()),
        },
    }
}

/// Reads a list in one text: `{a, b...}` of Format-List, `a b` of `[string]`, `a,b` and `a;b` of
/// CSV; `{}`, `[]` and nothing are empty. `None` for the name of a type in place of the values.
fn parse_list(text: &str) -> Option<TextList> {
    let text = text.trim();
    if is_type_name(text) {
        return None;
    }
    if let Some(inner) = text.strip_prefix('{') {
        return Some(parse_listed(inner));
    }
    let inner = text.strip_prefix('[').map(|rest| rest.strip_suffix(']').unwrap_or(rest));
    // [203.0.113.5] is a smart host, not a list.
    let is_address =
        text.starts_with('[') && text.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    let inner = if is_address { text } else { inner.unwrap_or(text) };
    let shown = inner.trim().strip_suffix("...").or_else(|| inner.trim().strip_suffix('\u{2026}'));
    let mut values: Vec<String> = Vec::new();
    for part in shown.unwrap_or(inner).split([',', ' ', '\t', '\r', '\n']) {
        for piece in part.split(';').map(|piece| piece.trim().trim_matches('"')) {
            match values.last_mut() {
                // SMTP:*;1 is an address space with its cost.
                Some(last) if is_cost(piece) && part.contains(';') => {
                    last.push(';');
                    last.push_str(piece);
                }
                _ if piece.is_empty() => {}
                _ => values.push(piece.to_owned()),
            }
        }
    }
    Some(TextList { values, is_truncated: shown.is_some() })
}

/// The values of `a, b...}` of Format-List: domains, addresses and servers, in which no blank can
/// stand, so that one that a broken line left in a value is taken out.
fn parse_listed(inner: &str) -> TextList {
    let mut inner = inner.trim();
    inner = inner.strip_suffix('}').unwrap_or(inner).trim_end();
    let shown = inner.strip_suffix("...").or_else(|| inner.strip_suffix('\u{2026}'));
    let values = shown.unwrap_or(inner).split(',').map(|part| {
        let compact: String = part.split_whitespace().collect();
        compact.trim_matches('"').to_owned()
    });
    let values = values.filter(|value| !value.is_empty()).collect();
    TextList { values, is_truncated: shown.is_some() }
}

fn is_cost(text: &str) -> bool {
    !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_type_name(text: &str) -> bool {
    ["System.", "Microsoft.Exchange.", "Deserialized."]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn booleans_are_read_in_the_words_of_spreadsheets() {
        for (text, value) in [
            ("True", Some(true)),
            ("$false", Some(false)),
            ("Falsch", Some(false)),
            ("WAHR", Some(true)),
            ("Faux", Some(false)),
            ("FAŁSZ", Some(false)),
            ("maybe", None),
            ("", None),
        ] {
            assert_eq!(parse_bool(text), value, "{text}");
        }
    }

    #[test]
    fn sizes_are_read_by_the_number_in_brackets_whatever_the_grouping() {
        for text in [
            "250 MB (262,144,000 bytes)",
            "250 MB (262.144.000 bytes)",
            "250 MB (262\u{a0}144\u{202f}000 bytes)",
            "250 MB (262'144'000 Bytes)",
            "250 MB (262144000)",
            "262144000",
        ] {
            assert_eq!(parse_size(text), Some(262_144_000), "{text}");
        }
        assert_eq!(parse_size("Unlimited"), None);
        assert_eq!(parse_size("250 MB"), None);
    }

    #[test]
    fn times_are_read_in_the_forms_of_powershell() {
        let expected = Timestamp::parse("2026-07-23T22:55:13Z");
        for text in [
            "2026-07-23T22:55:13.0000000Z",
            "2026-07-24T00:55:13+02:00",
            "/Date(1784847313000)/",
            "07/23/2026 22:55:13",
            "7/23/2026 10:55:13 PM",
            "23.07.2026 22:55:13",
        ] {
            assert_eq!(parse_time(text), expected, "{text}");
        }
        for text in ["", "yesterday", "/Date(x)/"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn lists_are_read_as_every_source_prints_them() {
        for (text, values, is_truncated) in [
            ("{}", &[][..], false),
            ("[]", &[], false),
            ("", &[], false),
            ("{203.0.113.1, 203.0.113.2}", &["203.0.113.1", "203.0.113.2"], false),
            ("{a.example, b.example...}", &["a.example", "b.example"], true),
            ("{a.example, b.example\u{2026}}", &["a.example", "b.example"], true),
            ("203.0.113.1 203.0.113.2", &["203.0.113.1", "203.0.113.2"], false),
            ("203.0.113.1;203.0.113.2", &["203.0.113.1", "203.0.113.2"], false),
            ("SMTP:*;1", &["SMTP:*;1"], false),
            (
                "{SMTP:a.example;1, SMTP:b.example;10}",
                &["SMTP:a.example;1", "SMTP:b.example;10"],
                false,
            ),
            ("[203.0.113.5]", &["[203.0.113.5]"], false),
            ("*.contoso.com", &["*.contoso.com"], false),
            (
                "{smtp:*.con toso.com;5, X400:c=US;a=Adatum;1}",
                &["smtp:*.contoso.com;5", "X400:c=US;a=Adatum;1"],
                false,
            ),
        ] {
            let expected =
                TextList { values: values.iter().map(|v| (*v).to_owned()).collect(), is_truncated };
            assert_eq!(parse_list(text), Some(expected), "{text}");
        }
        assert_eq!(parse_list("System.Object[]"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,60}") {
            let _ = (parse_bool(&text), parse_size(&text), parse_time(&text), parse_list(&text));
        }
    }
}
