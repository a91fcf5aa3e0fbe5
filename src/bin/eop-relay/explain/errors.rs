//! The errors of files, each with what the log says of it.

use std::io::{self, Write};
use std::process::ExitCode;

use eop_relay::evidence::delivery_error::{DeliveryError, DeliveryErrorSource, DeliveryErrors};

use super::arguments::ExplainArguments;
use super::render::joined;
use super::{inputs, render};
use crate::exit::Exit;
use crate::{json, message, output};

/// Explains the errors of files, and what is `read` already, each with its session.
pub fn run(arguments: &ExplainArguments, text: &str, read: Option<DeliveryErrors>) -> ExitCode {
    let collected = match inputs::collect(arguments, text, read) {
        Ok(collected) => collected,
        Err(reason) => {
            message::error(&reason);
            return Exit::Usage.into();
        }
    };
    let is_recognised = collected.errors.iter().any(|error| error.explanation.recognised);
    let exit = match (collected.is_unreadable, is_recognised) {
        (true, _) => Exit::CouldNotCheck,
        (false, true) => Exit::Fine,
        (false, false) => Exit::NoEvidence,
    };
    output::answer(exit, |output| {
        if arguments.json {
            collected.errors.iter().try_for_each(|error| json::line(output, error))
        } else {
            write_all(&collected.errors, collected.sessions, output)
        }
    })
}

/// Each error; those that say the same of the same session, once.
fn write_all(
    errors: &[DeliveryError],
    sessions: Option<u64>,
    output: &mut dyn Write,
) -> io::Result<()> {
    let key = |error: &DeliveryError| {
        let session =
            error.session.as_ref().map(|session| (session.log_path.clone(), session.line));
        (error.source, error.explanation.rejection, error.short_text(), session)
    };
    let mut groups: Vec<(&DeliveryError, Vec<&DeliveryError>)> = Vec::new();
    for error in errors {
        match groups.iter_mut().find(|(known, _)| key(known) == key(error)) {
            Some((_, alike)) => alike.push(error),
            None => groups.push((error, Vec::new())),
        }
    }
    for (number, (error, alike)) in groups.iter().enumerate() {
        if number > 0 {
            writeln!(output)?;
        }
        output::text(output, &text(error, alike, sessions))?;
    }
    Ok(())
}

fn text(error: &DeliveryError, alike: &[&DeliveryError], sessions: Option<u64>) -> String {
    let place = match (error.source, error.line) {
        (DeliveryErrorSource::Text, _) | (_, 0) => error.path.clone(),
        (_, line) => format!("{}:{line}", error.path),
    };
    let identity = error.identity.as_ref().map(|identity| format!(" {identity}"));
    let mut fields = vec![
        ("From", Some(format!("{}{}", place, identity.unwrap_or_default()))),
        ("Also", also(alike)),
        ("Reporter", error.reporting_server.clone()),
        ("Queue to", error.next_hop.clone()),
        ("Messages", error.message_count.map(|count| count.to_string())),
        ("Time", error.time.map(|time| time.to_string())),
        ("Sender", error.sender.clone()),
        ("Recipients", joined(&error.recipients, ", ")),
    ];
    match (&error.session, sessions) {
        (Some(session), _) => {
            fields.push(("Log", Some(session.message.clone())));
            fields.push(("Session", Some(format!(
                "{}:{}, {}, {}",
                session.log_path, session.line, session.start_time, session.connector
            ))));
        }
        (None, Some(count)) => fields.push(("Log", Some(format!(
            "None of the {count} sessions in the logs is the one that this error is about: other \
             logs (another server, FrontEnd or Hub, another day) may hold it."
        )))),
        (None, None) => {}
    }
    render::text(&error.explanation, &error.text, &fields, output::width())
}

fn also(alike: &[&DeliveryError]) -> Option<String> {
    const NAMED: usize = 5;
    let identities: Vec<String> =
        alike.iter().take(NAMED).filter_map(|error| error.identity.clone()).collect();
    let rest = alike.len() - identities.len();
    let names = joined(&identities, ", ");
    match (names, rest) {
        (None, 0) => None,
        (Some(names), 0) => Some(names),
        (Some(names), rest) => Some(format!("{names} and {rest} more")),
        (None, rest) => Some(format!("{rest} more say the same")),
    }
}
