//! Steps whose values the case at hand fills in.

use serde::{Serialize, Serializer};

use super::place::Place;
use super::powershell::quoted;
use super::step::Step;

/// What a command can name and only the case at hand knows. Unfilled it stands in angle brackets:
/// pasted like that, PowerShell refuses the line and nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The name of the send connector.
    SendConnector,
    /// The name of the Exchange server.
    Server,
    /// The thumbprint of the certificate.
    Thumbprint,
    /// The host that is sent to.
    Host,
    /// The only smart host that the send connector has.
    SmartHost,
}

impl Placeholder {
    /// The placeholder as it stands in a command.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::SendConnector => "<send connector>",
            Self::Server => "<server>",
            Self::Thumbprint => "<thumbprint>",
            Self::Host => "<host>",
            Self::SmartHost => "<present smart host>",
        }
    }
}

/// What is known of the case at hand, as PowerShell literals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(Placeholder, String)>);

impl Values {
    /// With a value, if there is one that can stand in a command and none is known yet.
    #[must_use]
    pub fn with(mut self, placeholder: Placeholder, value: Option<&str>) -> Self {
        if self.literal(placeholder).is_none()
            && let Some(literal) = value.and_then(quoted)
        {
            self.0.push((placeholder, literal));
        }
        self
    }

    fn literal(&self, placeholder: Placeholder) -> Option<&str> {
        let known = self.0.iter().find(|(known, _)| *known == placeholder);
        known.map(|(_, literal)| literal.as_str())
    }

    /// Fills in what is known, in one pass: a value that reads like a placeholder stays as it is.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('<') {
            filled.push_str(&rest[..start]);
            rest = &rest[start..];
            let known = self.0.iter().find(|(placeholder, _)| rest.starts_with(placeholder.text()));
            let (put, length) = known.map_or(("<", 1), |(placeholder, literal)| {
                (literal.as_str(), placeholder.text().len())
            });
            filled.push_str(put);
            rest = &rest[length..];
        }
        filled.push_str(rest);
        filled
    }
}

/// One step of a remedy as a catalogue holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StepTemplate {
    /// What to do, and when.
    pub action: &'static str,
    /// The command, one or more lines, with its placeholders.
    pub command: Option<&'static str>,
    /// Where it is done.
    #[serde(rename = "Where", serialize_with = "words")]
    pub place: Place,
    /// How to see that it worked.
    pub verify: Option<&'static str>,
    /// How to take it back.
    pub undo: Option<&'static str>,
    /// Words of replies that the step is for, any of them; none = it is for all of its class.
    #[serde(skip)]
    pub only_for: &'static [&'static str],
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn words<S: Serializer>(place: &Place, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(place.words())
}

impl StepTemplate {
    /// A step at a place.
    #[must_use]
    pub const fn new(place: Place, action: &'static str) -> Self {
        Self { action, command: None, place, verify: None, undo: None, only_for: &[] }
    }

    /// With a command.
    #[must_use]
    pub const fn command(self, command: &'static str) -> Self {
        Self { command: Some(command), ..self }
    }

    /// With how to see that it worked.
    #[must_use]
    pub const fn verify(self, verify: &'static str) -> Self {
        Self { verify: Some(verify), ..self }
    }

    /// With how to take it back.
    #[must_use]
    pub const fn undo(self, undo: &'static str) -> Self {
        Self { undo: Some(undo), ..self }
    }

    /// For replies with one of these words only.
    #[must_use]
    pub const fn only_for(self, words: &'static [&'static str]) -> Self {
        Self { only_for: words, ..self }
    }

    /// The step with the values that are known.
    #[must_use]
    pub fn fill(&self, values: &Values) -> Step {
        Step {
            command: self.command.map(|text| values.fill(text)),
            verify: self.verify.map(|text| values.fill(text)),
            undo: self.undo.map(|text| values.fill(text)),
            ..Step::new(self.place, self.action)
        }
    }

    /// The step with the values that are known, for each of `servers`: of these `values` say
    /// nothing.
    #[must_use]
    pub fn fill_for_each(&self, values: &Values, servers: &[&str]) -> Step {
        let of = |name: Option<&str>| values.clone().with(Placeholder::Server, name);
        let step = self.fill(&of(servers.first().copied()));
        let names_server = |text: &&str| text.contains(Placeholder::Server.text());
        let Some(command) = self.command.filter(names_server).filter(|_| servers.len() > 1) else {
            let is_for_each = self.place.is_on_machine();
            return if is_for_each { step.on_each(servers) } else { step };
        };
        let commands: Vec<String> =
            servers.iter().map(|name| of(Some(name)).fill(command)).collect();
        let verify = self.verify.filter(names_server).and(step.verify.clone());
        let step = step.on_each(servers).command(commands.join("\n"));
        match verify {
            Some(verify) => step.verify_for_each(servers, |_| verify.clone()),
            None => step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENABLE: StepTemplate = StepTemplate::new(Place::ManagementShell, "Enable it.")
        .command("Enable-X <send connector> -Server <server> -Services <services>")
        .verify("Get-X <server>")
        .undo("Disable-X <send connector>");

    fn of_connector(name: &str) -> Values {
        Values::default().with(Placeholder::SendConnector, Some(name))
    }

    #[test]
    fn a_known_value_is_quoted_and_an_unknown_one_stays_in_angle_brackets() {
        let step = ENABLE.fill(&of_connector("Bob's \u{2019}x"));
        assert_eq!(
            step.command.unwrap(),
            "Enable-X 'Bob''s \u{2019}\u{2019}x' -Server <server> -Services <services>"
        );
        assert_eq!(step.undo.unwrap(), "Disable-X 'Bob''s \u{2019}\u{2019}x'");
    }

    #[test]
    fn a_value_that_reads_like_a_placeholder_is_not_filled_again() {
        let values = of_connector("to <server>").with(Placeholder::Server, Some("EX'01"));
        assert_eq!(
            ENABLE.fill(&values).command.unwrap(),
            "Enable-X 'to <server>' -Server 'EX''01' -Services <services>"
        );
    }

    #[test]
    fn a_value_with_control_characters_never_reaches_a_command() {
        let step = ENABLE.fill(&of_connector("a\nRemove-Item"));
        assert!(step.command.unwrap().starts_with("Enable-X <send connector>"));
    }

    #[test]
    fn what_is_known_first_stays() {
        let values = of_connector("first").with(Placeholder::SendConnector, Some("second"));
        assert_eq!(values, of_connector("first"));
    }

    #[test]
    fn a_template_that_names_the_server_is_filled_for_each_of_several() {
        let step = ENABLE.fill_for_each(&of_connector("out"), &["EX01", "EX02"]);
        assert_eq!(
            step.command.unwrap(),
            "Enable-X 'out' -Server 'EX01' -Services <services>\n\
             Enable-X 'out' -Server 'EX02' -Services <services>"
        );
        assert_eq!(step.verify.unwrap(), "Get-X 'EX01'; likewise for EX02");
        assert!(step.r#where.ends_with(", for each of EX01, EX02"));
        let one = ENABLE.fill_for_each(&of_connector("out"), &["EX01"]);
        assert_eq!(one, ENABLE.fill(&of_connector("out").with(Placeholder::Server, Some("EX01"))));
        let on_machine = StepTemplate::new(Place::ElevatedOnServer, "Look.").command("certutil");
        let step = on_machine.fill_for_each(&Values::default(), &["EX01", "EX02"]);
        assert!(step.r#where.ends_with("on each of EX01, EX02"));
        assert_eq!(step.command.unwrap(), "certutil");
    }
}
