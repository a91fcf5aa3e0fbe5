//! The command `eop-relay`: the library's answers in a console, for people and scripts.

#![forbid(unsafe_code)]

mod arguments;
mod certificates;
mod chain;
mod events;
mod exit;
mod explain;
mod hybrid;
mod message;
mod output;
mod sessions;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// Why does Exchange Online Protection refuse this server's mail?
#[derive(Debug, Parser)]
#[command(name = "eop-relay", version, after_help = exit::HELP)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
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
    Certificates(certificates::CertificatesArguments),
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
            Self::Certificates(arguments) => certificates::run(arguments),
        }
    }
}

fn main() -> ExitCode {
    match CommandLine::try_parse() {
        Ok(command_line) => command_line.command.run(),
        Err(answer) => {
            // Help and version are "errors" of clap too; those go to standard output.
            let exit = if answer.use_stderr() { Exit::Usage } else { Exit::Fine };
            // A closed pipe (`eop-relay --help | head -1`) is no trouble of the user's.
            let _ = answer.print();
            exit.into()
        }
    }
}
