//! The errors of files, each with what the log says of it.

use std::io::{self, Write};
use std::process::ExitCode;

use eop_relay::evidence::delivery_error::{DeliveryError, DeliveryErrorSource};

use super::{ExplainArguments, ended, inputs, joined, render_with};
use crate::exit::Exit;
use crate::message;

/// Explains the errors of files, each with its session.
pub fn run(arguments: &ExplainArguments, text: &str) -> ExitCode {
    let collected = match inputs::collect(arguments, text) {
        Ok(collected) => collected,
        Err(reason) => {
            message::error(&reason);
            return Exit::Usage.into();
        }
    };
    let mut output = io::BufWriter::new(io::stdout().lock());
    let written = if arguments.json {
        collected.errors.iter().try_for_each(|error| {
            serde_json::to_writer(&mut output, error)?;
            writeln!(output)
        })
    } else {
        render_all(&collected.errors, collected.sessions, &mut output)
    };
    if let Err(exit) = ended(written.and_then(|()| output.flush())) {
        return exit.into();
    }
    let is_recognised = collected.errors.iter().any(|error| error.explanation.recognised);
    match (collected.is_unreadable, is_recognised) {
        (true, _) => Exit::CouldNotCheck.into(),
        (false, true) => Exit::Fine.into(),
        (false, false) => Exit::NoEvidence.into(),
    }
}

/// Each error; those that say the same of the same session, once.
fn render_all(
    errors: &[DeliveryError],
    sessions: Option<u64>,
    output: &mut impl Write,
) -> io::Result<()> {
    let key = |error: &DeliveryError| {
        let session =
            error.session.as_ref().map(|session| (session.log_path.clone(), session.line));
        (error.source, error.explanation.rejection, error.short_text(), session)
    };
    let mut told: Vec<(&DeliveryError, Vec<&DeliveryError>)> = Vec::new();
    for error in errors {
        match told.iter_mut().find(|(known, _)| key(known) == key(error)) {
            Some((_, alike)) => alike.push(error),
            None => told.push((error, Vec::new())),
        }
    }
    for (number, (error, alike)) in told.iter().enumerate() {
        if number > 0 {
            writeln!(output)?;
        }
        render_error(error, alike, sessions, output)?;
    }
    Ok(())
}

fn render_error(
    error: &DeliveryError,
    alike: &[&DeliveryError],
    sessions: Option<u64>,
    output: &mut impl Write,
) -> io::Result<()> {
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
            "None of the {count} sessions in the logs is the one that this error tells of: other \
             logs (another server, FrontEnd or Hub, another day) may hold it."
        )))),
        (None, None) => {}
    }
    render_with(&error.explanation, &error.text, output, &fields)
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
