//! `eop-relay probe`: asks Exchange Online at once whether a remedy helped. Nothing is ever submitted:
//! the dialogue of the library ends after RCPT TO, and has no words for a message.

mod arguments;
mod connection;
mod inputs;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use eop_relay::diagnosis::Evidence;
use eop_relay::probe::{self, Answerable, Attempt, Expectations, Next, ProbeOutcome, Standing};
use eop_relay::timestamp::Timestamp;
use time::OffsetDateTime;

pub use self::arguments::ProbeArguments;
use crate::exit::Exit;
use crate::{again, json, message, output};

/// Asks once, or until enough front ends accept, and prints what it came to.
pub fn run(arguments: &ProbeArguments) -> ExitCode {
    let (question, evidence) = match inputs::read(arguments) {
        Ok(read) => read,
        Err((exit, reason)) => {
            message::error(&reason);
            return exit.into();
        }
    };
    let asked = if arguments.until_accepted {
        ask_until_accepted(arguments, &question, &evidence)
    } else {
        ask(arguments, &question, &evidence, arguments.out_log.clone())
    };
    let outcome = match asked {
        Ok(outcome) => outcome,
        Err(reason) => {
            message::error(&reason);
            return Exit::CouldNotCheck.into();
        }
    };
    let exit_code = if evidence.unreadable.is_empty() { outcome.exit_code } else { 40 };
    output::answer(exit_code, |output| {
        if arguments.json {
            json::pretty(output, &outcome)
        } else {
            output::text(output, &probe::text(&outcome, output::width()))
        }
    })
}

/// Asks once.
fn ask(
    arguments: &ProbeArguments,
    question: &Answerable,
    known: &Evidence,
    log: Option<PathBuf>,
) -> Result<ProbeOutcome, String> {
    let started = Timestamp::try_from(OffsetDateTime::now_utc())
        .map_err(|error| format!("the clock of this computer is wrong: {error}"))?;
    let record = connection::converse(question.plan.clone(), arguments.source_address, started)?;
    let expectations = Expectations { tls_domain: question.tls_domain.clone(), log };
    let mut evidence = known.clone();
    evidence.at = started;
    probe::judge(&record, &expectations, evidence).map_err(|error| {
        format!("{error}: the log of the probe is written to a file that is not there yet")
    })
}

/// Asks again and again, and reports after each time how it stands.
fn ask_until_accepted(
    arguments: &ProbeArguments,
    question: &Answerable,
    known: &Evidence,
) -> Result<ProbeOutcome, String> {
    let interval = Duration::from_secs(arguments.interval);
    let limit = Duration::from_secs(arguments.time_limit);
    let mut attempts: Vec<Attempt> = Vec::new();
    again::until(interval, None, |clock| {
        // Each connection has a log of its own: a log is never written over.
        let number = attempts.len() + 1;
        let log = arguments.out_log.as_ref().map(|path| match number {
            1 => path.clone(),
            _ => path.with_extension(format!("{number}.log")),
        });
        let outcome = ask(arguments, question, known, log)?;
        attempts.push(outcome.attempt());
        let Standing { next, summary, .. } =
            probe::standing(&attempts, interval, clock.elapsed(), limit);
        message::summary(&summary);
        Ok((next != Next::Again).then_some(outcome))
    })
}
