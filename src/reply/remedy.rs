//! What is to be done, as steps.

use serde::Serialize;

/// One step of a remedy as the catalogue holds it. What only the case at hand can tell stands in
/// angle brackets, unquoted: pasted as it is, PowerShell refuses such a line and nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemedyTemplate {
    /// What to do, and when.
    pub action: &'static str,
    /// The command, one or more lines.
    pub command: Option<&'static str>,
    /// Where it is run.
    pub r#where: &'static str,
    /// How to see that it worked.
    pub verify: Option<&'static str>,
    /// How to take it back.
    pub undo: Option<&'static str>,
}

impl RemedyTemplate {
    pub(super) const fn new(r#where: &'static str, action: &'static str) -> Self {
        Self { action, command: None, r#where, verify: None, undo: None }
    }

    pub(super) const fn command(self, command: &'static str) -> Self {
        Self { command: Some(command), ..self }
    }

    pub(super) const fn verify(self, verify: &'static str) -> Self {
        Self { verify: Some(verify), ..self }
    }

    pub(super) const fn undo(self, undo: &'static str) -> Self {
        Self { undo: Some(undo), ..self }
    }

    /// The step with the values that are known.
    pub(super) fn fill(&self, known: &KnownValues<'_>) -> Remedy {
        Remedy {
            action: self.action.to_owned(),
            command: self.command.map(|text| known.fill(text)),
            r#where: self.r#where.to_owned(),
            verify: self.verify.map(|text| known.fill(text)),
            undo: self.undo.map(|text| known.fill(text)),
        }
    }
}

/// One step of a remedy for the case at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Remedy {
    /// What to do, and when.
    pub action: String,
    /// The command, one or more lines; what is not known stands in `<...>`.
    pub command: Option<String>,
    /// Where it is run.
    pub r#where: String,
    /// How to see that it worked.
    pub verify: Option<String>,
    /// How to take it back.
    pub undo: Option<String>,
}

impl Remedy {
    /// Puts a value that has become known, as a PowerShell literal, in place of its placeholder, such
    /// as `<thumbprint>`. A value with control characters never reaches a command.
    pub fn fill(&mut self, placeholder: &str, value: &str) {
        let Some(literal) = single_quoted(value) else { return };
        for text in [&mut self.command, &mut self.verify, &mut self.undo].into_iter().flatten() {
            *text = text.replace(placeholder, &literal);
        }
    }
}

/// The values of the case at hand that commands can name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KnownValues<'a> {
    pub send_connector: Option<&'a str>,
    pub host: Option<&'a str>,
}

impl KnownValues<'_> {
    fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (placeholder, value) in
            [("<send connector>", self.send_connector), ("<host>", self.host)]
        {
            if let Some(value) = value.and_then(single_quoted) {
                text = text.replace(placeholder, &value);
            }
        }
        text
    }
}

/// `value` as a PowerShell literal; `None` where it holds control characters. PowerShell takes
/// the typographic single quotes for the plain one, so they are doubled too.
fn single_quoted(value: &str) -> Option<String> {
    if value.chars().any(char::is_control) {
        return None;
    }
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('\'');
    for character in value.chars() {
        literal.push(character);
        if matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}') {
            literal.push(character);
        }
    }
    literal.push('\'');
    Some(literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_value_is_quoted_and_an_unknown_one_stays_in_angle_brackets() {
        let template =
            RemedyTemplate::new("here", "do it").command("Set-X <send connector> <host>");
        let known = KnownValues { send_connector: Some("Bob's \u{2019}x"), host: None };
        let remedy = template.fill(&known);
        assert_eq!(remedy.command.unwrap(), "Set-X 'Bob''s \u{2019}\u{2019}x' <host>");
    }

    #[test]
    fn a_value_with_control_characters_never_reaches_a_command() {
        let template = RemedyTemplate::new("here", "do it").command("Set-X <send connector>");
        let known = KnownValues { send_connector: Some("a\nRemove-Item"), host: None };
        assert_eq!(template.fill(&known).command.unwrap(), "Set-X <send connector>");
    }
}
