//! Cmdlets with their parameters, as the log writes them: like PowerShell, yet not quite.

use crate::evidence::export::Value;
use std::sync::Arc;

/// How deep groups of values may lie inside each other.
const MAXIMUM_DEPTH: usize = 8;

/// A cmdlet with its parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Command {
    pub(super) cmdlet: String,
    /// Names without the hyphen, and values; a value without a name is called Identity.
    pub(super) parameters: Vec<(String, Value)>,
    /// Whether the text ends inside a value.
    pub(super) is_cut: bool,
}

impl Command {
    /// Reads `Set-X -Name 'value' -Flag: $true -Empty $null -List 'a','b' -Set {a, b}`. Blanks
    /// between parameters may be missing.
    pub(super) fn parse(text: &str) -> Self {
        let mut scanner = Scanner { rest: text.trim_start(), is_cut: false };
        let cmdlet = scanner.word().to_owned();
        let mut parameters = Vec::new();
        while !scanner.skip_blanks().is_empty() {
            let before = scanner.rest.len();
            if let Some(name) = scanner.parameter_name() {
                let has_value = !scanner.skip_blanks().is_empty() && !scanner.begins_parameter();
                let value =
                    if has_value { scanner.values(MAXIMUM_DEPTH) } else { Value::Bool(true) };
                parameters.push((name.to_owned(), value));
            } else {
                parameters.push(("Identity".to_owned(), scanner.values(MAXIMUM_DEPTH)));
            }
            if scanner.rest.len() == before {
                scanner.skip_character();
            }
        }
        Self { cmdlet, parameters, is_cut: scanner.is_cut }
    }

    /// The value of a parameter, its name in any case.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }
}

struct Scanner<'t> {
    rest: &'t str,
    is_cut: bool,
}

impl<'t> Scanner<'t> {
    fn skip_blanks(&mut self) -> &'t str {
        self.rest = self.rest.trim_start();
        self.rest
    }

    fn skip_character(&mut self) {
        let length = self.rest.chars().next().map_or(0, char::len_utf8);
        self.rest = &self.rest[length..];
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn take_until(&mut self, is_end: impl Fn(char) -> bool) -> &'t str {
        self.take(self.rest.find(is_end).unwrap_or(self.rest.len()))
    }

    fn word(&mut self) -> &'t str {
        self.take_until(char::is_whitespace)
    }

    fn begins_parameter(&self) -> bool {
        let name = self.rest.strip_prefix('-');
        name.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))
    }

    /// `-Name` or `-Name:`.
    fn parameter_name(&mut self) -> Option<&'t str> {
        if !self.begins_parameter() {
            return None;
        }
        self.take(1);
        let name = self.take_until(|next| !next.is_ascii_alphanumeric() && next != '_');
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        Some(name)
    }

    /// A value, or several with commas between.
    fn values(&mut self, depth: usize) -> Value {
        let first = self.value(depth);
        if !self.skip_blanks().starts_with(',') {
            return first;
        }
        let mut list = vec![first];
        while self.skip_blanks().starts_with(',') {
            self.take(1);
            self.skip_blanks();
            list.push(self.value(depth));
        }
        Value::List(list.into())
    }

    fn value(&mut self, depth: usize) -> Value {
        let opening = ["@{", "@(", "{", "("].iter().find(|open| self.rest.starts_with(**open));
        match self.rest.chars().next() {
            Some('\'') => Value::Text(self.quoted('\'').into()),
            Some('"') => Value::Text(self.quoted('"').into()),
            Some('$') => {
                self.take(1);
                let name = self.take_until(|next| !next.is_ascii_alphanumeric() && next != '_');
                match name.to_ascii_lowercase().as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    "null" => Value::Null,
                    _ => Value::Text(format!("${name}").into()),
                }
            }
            _ => match opening {
                Some(&"@{") => Value::Text(self.group("@{").into()),
                Some(open) => {
                    let inner = self.group(open);
                    members(inner, depth)
                }
                None => {
                    let word = self.take_until(|next| next.is_whitespace() || next == ',');
                    Value::Text(word.into())
                }
            },
        }
    }

    /// A text in quotation marks; those inside are doubled. In double ones a backtick escapes.
    fn quoted(&mut self, mark: char) -> String {
        let mut text = String::new();
        self.take(1);
        while let Some(at) = self.rest.find([mark, '`']) {
            text.push_str(self.take(at));
            if self.rest.starts_with('`') {
                self.take(1);
                let escaped = self.rest.chars().next().filter(|_| mark == '"');
                match escaped {
                    Some(escaped) => text.push_str(self.take(escaped.len_utf8())),
                    None => text.push('`'),
                }
                continue;
            }
            self.take(1);
            if !self.rest.starts_with(mark) {
                return text;
            }
            text.push(mark);
            self.take(1);
        }
        text.push_str(self.take(self.rest.len()));
        self.is_cut = true;
        text
    }

    /// What stands between brackets, those inside and quoted texts passed over.
    fn group(&mut self, open: &str) -> &'t str {
        self.take(open.len());
        let (opening, closing) = if open.ends_with('{') { ('{', '}') } else { ('(', ')') };
        let mut level = 1_usize;
        let mut quote = None;
        for (at, next) in self.rest.char_indices() {
            match quote {
                Some(mark) if next == mark => quote = None,
                None if next == '\'' || next == '"' => quote = Some(next),
                None if next == opening => level += 1,
                None if next == closing => level -= 1,
                _ => {}
            }
            if level == 0 {
                let inner = self.take(at);
                self.take(1);
                return inner;
            }
        }
        self.is_cut = true;
        self.take(self.rest.len())
    }
}

/// The members of `(a, 'b')` and `{a, b}`: values with commas between, which in braces stand
/// without quotation marks even where they hold blanks.
fn members(inner: &str, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return Value::Text(inner.into()) };
    let mut scanner = Scanner { rest: inner, is_cut: false };
    let mut list = Vec::new();
    while !scanner.skip_blanks().is_empty() {
        let is_quoted = scanner.rest.starts_with(['\'', '"', '$', '(', '{', '@']);
        list.push(if is_quoted {
            scanner.value(depth)
        } else {
            Value::Text(scanner.take_until(|next| next == ',').trim().into())
        });
        scanner.take_until(|next| next == ',');
        scanner.rest = scanner.rest.strip_prefix(',').unwrap_or(scanner.rest);
    }
    Value::List(Arc::from(list))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.into())
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let command = Command::parse(
            "Set-X -Identity 'Inbound from ''HQ''' -Enabled: $true -Off:$false -None $null -Switch \
             -Names 'a','b' -Hosts {a.example, b.example} -Empty {} -Add @{Add='x';Remove='y'} \
             -Array @('a', \"b `\"c`\"\") -Bare contoso.com -Number -1 -Last \"d\"\"e\"",
        );
        assert_eq!(command.cmdlet, "Set-X");
        assert!(!command.is_cut);
        for (name, expected) in [
            ("identity", text("Inbound from 'HQ'")),
            ("Enabled", Value::Bool(true)),
            ("Off", Value::Bool(false)),
            ("None", Value::Null),
            ("Switch", Value::Bool(true)),
            ("Names", Value::List([text("a"), text("b")].into())),
            ("Hosts", Value::List([text("a.example"), text("b.example")].into())),
            ("Empty", Value::List([].into())),
            ("Add", text("Add='x';Remove='y'")),
            ("Array", Value::List([text("a"), text("b \"c\"")].into())),
            ("Bare", text("contoso.com")),
            ("Number", text("-1")),
            ("Last", text("d\"e")),
        ] {
            assert_eq!(command.get(name), Some(&expected), "{name}");
        }
    }

    #[test]
    fn blanks_may_be_missing_and_the_first_value_may_have_no_name() {
        let command = Command::parse(
            "Set-InboundConnector 'Inbound'-Enabled:$true-TLSSenderCertificateName'x'",
        );
        assert_eq!(command.get("Identity"), Some(&text("Inbound")));
        assert_eq!(command.get("Enabled"), Some(&Value::Bool(true)));
        assert_eq!(command.get("TlsSenderCertificateName"), Some(&text("x")));
    }

    #[test]
    fn a_cut_value_is_known_as_such() {
        let command = Command::parse("Set-X -Name 'contoso.c");
        assert!(command.is_cut);
        assert_eq!(command.get("Name"), Some(&text("contoso.c")));
        assert!(Command::parse("Set-X -Name {a, b").is_cut);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[-a-c'\"`$:@(){}, ;\u{e9}\n]{0,60}") {
            let _ = Command::parse(&text);
        }
    }
}
