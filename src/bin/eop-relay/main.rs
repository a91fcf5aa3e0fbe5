//! The command `eop-relay`: the library's answers in a console, for people and scripts.

#![forbid(unsafe_code)]

mod again;
mod arguments;
mod certificates;
mod chain;
mod completions;
mod events;
mod evidence;
mod exit;
mod explain;
mod help;
mod hybrid;
mod interruption;
mod json;
mod message;
mod output;
mod probe;
mod redact;
mod renew;
mod sessions;
mod settings;
mod style;
mod test;

use std::borrow::Cow;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use eop_relay::view::printable;

use crate::exit::Exit;
use crate::settings::Settings;

/// Why does Exchange Online Protection refuse this server's mail?
#[derive(Debug, Parser)]
#[command(name = "eop-relay", version, after_help = exit::HELP, arg_required_else_help = true)]
struct CommandLine {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

impl CommandLine {
    /// The command with its help as it is shown.
    fn whole() -> clap::Command {
        help::reflowed(Self::command()).term_width(output::help_width())
    }

    fn read() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&Self::whole().try_get_matches()?)
    }
}

/// Each variant takes its help text from its arguments.
#[derive(Debug, Subcommand)]
enum Command {
    Sessions(sessions::SessionsArguments),
    Explain(explain::ExplainArguments),
    Chain(chain::ChainArguments),
    Hybrid(hybrid::HybridArguments),
    Events(events::EventsArguments),
    Test(Box<test::TestArguments>),
    Probe(Box<probe::ProbeArguments>),
    Certificates(certificates::CertificatesArguments),
    Renew(Box<renew::RenewArguments>),
    Evidence(evidence::EvidenceArguments),
    Redact(redact::RedactArguments),
    Completions(completions::CompletionsArguments),
    Man(completions::ManArguments),
}

impl Command {
    fn run(&self) -> ExitCode {
        match self {
            Self::Sessions(arguments) => sessions::run(arguments),
            Self::Explain(arguments) => explain::run(arguments),
            Self::Chain(arguments) => chain::run(arguments),
            Self::Hybrid(arguments) => hybrid::run(arguments),
            Self::Events(arguments) => events::run(arguments),
            Self::Test(arguments) => test::run(arguments),
            Self::Probe(arguments) => probe::run(arguments),
            Self::Certificates(arguments) => certificates::run(arguments),
            Self::Renew(arguments) => renew::run(arguments),
            Self::Evidence(arguments) => evidence::run(arguments),
            Self::Redact(arguments) => redact::run(arguments),
            Self::Completions(arguments) => completions::run(arguments, CommandLine::whole()),
            Self::Man(arguments) => completions::write_manual(arguments, CommandLine::whole()),
        }
    }
}

fn main() -> ExitCode {
    match CommandLine::read() {
        Ok(command_line) => {
            eop_relay::input::offer_standard_input();
            if std::env::args_os().filter(|argument| argument == "-").count() > 1 {
                message::error(&"standard input (-) can be given once");
                return Exit::Usage.into();
            }
            command_line.settings.keep();
            interruption::watch();
            command_line.command.run()
        }
        Err(answer) => {
            // Help and version are "errors" of clap too; those go to standard output.
            let exit = if answer.use_stderr() { Exit::Usage } else { Exit::Fine };
            // A closed pipe (`eop-relay --help | head -1`) is no trouble of the user's.
            let _ = printable_error(answer).print();
            exit.into()
        }
    }
}

/// The error with the values of the command line, which may be pasted, fit for a terminal.
fn printable_error(mut error: clap::Error) -> clap::Error {
    let values: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| {
            let text = |text: &String| printable(text).into_owned();
            Some(match value {
                ContextValue::String(value) => (kind, ContextValue::String(text(value))),
                ContextValue::Strings(values) => {
                    (kind, ContextValue::Strings(values.iter().map(text).collect()))
                }
                // A tip, of one line.
                ContextValue::StyledStrs(tips) => {
                    let tips = tips.iter().map(|tip| match printable(&tip.to_string()) {
                        Cow::Borrowed(_) => tip.clone(),
                        Cow::Owned(text) => text.into(),
                    });
                    (kind, ContextValue::StyledStrs(tips.collect()))
                }
                _ => return None,
            })
        })
        .collect();
    for (kind, value) in values {
        error.insert(kind, value);
    }
    error
}
