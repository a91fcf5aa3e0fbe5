//! One step of a remedy for the case at hand.

use serde::{Deserialize, Serialize, Serializer};

use super::fold::fold;
use super::place::{Place, Side};
use super::powershell::literal;
use super::words::listed;

/// How many servers are named where a step is done; commands name them all.
const MAXIMUM_NAMED: usize = 8;

/// One step of a remedy. Commands hold literal values; what is not known stands in `<...>`, which
/// PowerShell refuses to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Step {
    /// What to do, and when.
    pub action: String,
    /// The command, one or more lines; `None` where only a person can act. In JSON it is
    /// [folded](fold), so that a console of 80 columns shows its lines whole.
    #[serde(serialize_with = "folded")]
    pub command: Option<String>,
    /// Who has to act.
    pub side: Side,
    /// Where it is done, in words.
    pub r#where: String,
    /// How to see that it worked.
    pub verify: Option<String>,
    /// How to take it back.
    pub undo: Option<String>,
    /// Where it is done; `None` in a step that was read back from JSON, which has the words alone.
    #[serde(skip)]
    pub place: Option<Place>,
}

#[allow(clippy::ref_option, reason = "serde hands over the field")]
fn folded<S: Serializer>(command: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    command.as_deref().map(fold).serialize(serializer)
}

impl Step {
    /// A step at a place, by whoever acts there.
    #[must_use]
    pub fn new(place: Place, action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            command: None,
            side: place.side(),
            r#where: place.words().to_owned(),
            verify: None,
            undo: None,
            place: Some(place),
        }
    }

    /// Another side acts than the place says.
    #[must_use]
    pub fn side(self, side: Side) -> Self {
        Self { side, ..self }
    }

    /// Names the place in other words.
    #[must_use]
    pub fn at(self, words: &str) -> Self {
        Self { r#where: words.to_owned(), ..self }
    }

    /// With a command.
    #[must_use]
    pub fn command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    /// With how to see that it worked.
    #[must_use]
    pub fn verify(self, verify: impl Into<String>) -> Self {
        Self { verify: Some(verify.into()), ..self }
    }

    /// With how to take it back.
    #[must_use]
    pub fn undo(self, undo: impl Into<String>) -> Self {
        Self { undo: Some(undo.into()), ..self }
    }

    /// Says that the step is done on each of `servers`, or, away from the machines themselves, for
    /// each; one by itself needs no word, and none is said twice.
    #[must_use]
    pub fn on_each(self, servers: &[&str]) -> Self {
        if servers.len() < 2 {
            return self;
        }
        let preposition = if self.place.is_some_and(Place::is_on_machine) { "on" } else { "for" };
        let all = listed(servers.iter().copied(), MAXIMUM_NAMED);
        let each = format!(", {preposition} each of {all}");
        if self.r#where.ends_with(&each) {
            return self;
        }
        Self { r#where: self.r#where + &each, ..self }
    }

    /// With the command once for each of `servers`, one below the other; `command` gets a server as
    /// a literal, or the placeholder `<server>` where none is known.
    #[must_use]
    pub fn command_for_each(self, servers: &[&str], command: impl Fn(&str) -> String) -> Self {
        let commands: Vec<String> = match servers {
            [] => vec![command(&literal(None, "server"))],
            _ => servers.iter().map(|name| command(&literal(Some(name), "server"))).collect(),
        };
        self.on_each(servers).command(commands.join("\n"))
    }

    /// With how to see on the first of `servers` that it worked, and that the others are likewise;
    /// `verify` gets the server like the command.
    #[must_use]
    pub fn verify_for_each(self, servers: &[&str], verify: impl Fn(&str) -> String) -> Self {
        let text = verify(&literal(servers.first().copied(), "server"));
        match servers {
            [] | [_] => self.verify(text),
            [_, others @ ..] => {
                let others = listed(others.iter().copied(), MAXIMUM_NAMED);
                self.verify(format!("{text}; likewise for {others}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enable(servers: &[&str]) -> Step {
        Step::new(Place::ManagementShell, "Enable it.")
            .command_for_each(servers, |server| format!("Enable-X -Server {server}"))
            .verify_for_each(servers, |server| format!("Get-X -Server {server}: it is there"))
    }

    #[test]
    fn a_command_that_names_a_server_is_given_for_each_of_several() {
        let step = enable(&["EX01", "EX'02"]);
        assert_eq!(
            step.command.as_deref(),
            Some("Enable-X -Server 'EX01'\nEnable-X -Server 'EX''02'")
        );
        assert_eq!(step.r#where, "Exchange Management Shell, on-premises, for each of EX01, EX'02");
        assert_eq!(
            step.verify.as_deref(),
            Some("Get-X -Server 'EX01': it is there; likewise for EX'02")
        );
    }

    #[test]
    fn a_command_in_json_has_no_line_wider_than_a_console() {
        let name = "x".repeat(60);
        let command = format!("Set-SendConnector -Identity '{name}' -Fqdn 'mail.contoso.com'");
        let step = Step::new(Place::ManagementShell, "Set it.").command(command.as_str());
        let json = serde_json::to_value(&step).unwrap();
        assert_eq!(json["Command"], fold(&command));
        assert!(json["Command"].as_str().unwrap().lines().count() > 1);
    }

    #[test]
    fn one_server_and_none_need_no_word_of_others() {
        let step = enable(&["EX01"]);
        assert_eq!(step.r#where, Place::ManagementShell.words());
        assert_eq!(step.command.as_deref(), Some("Enable-X -Server 'EX01'"));
        assert_eq!(enable(&[]).command.as_deref(), Some("Enable-X -Server <server>"));
        assert_eq!(enable(&[]).verify.as_deref(), Some("Get-X -Server <server>: it is there"));
    }

    #[test]
    fn a_step_on_the_machine_is_done_on_each() {
        let step = Step::new(Place::ElevatedOnServer, "Look.").on_each(&["EX01", "EX02"]);
        assert!(step.r#where.ends_with("on the sending server, on each of EX01, EX02"));
        assert_eq!(step.side, Side::OnPremisesServer);
        assert_eq!(step.clone().on_each(&["EX01", "EX02"]), step, "said once");
    }
}
