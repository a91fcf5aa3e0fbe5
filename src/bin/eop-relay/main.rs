//! The command `eop-relay`.

mod explain;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "eop-relay", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Explains a reply, an NDR or a queue's error: what it means and what is to be done.
    Explain(explain::ExplainArguments),
}

fn main() -> std::process::ExitCode {
    match Arguments::parse().command {
        Command::Explain(arguments) => explain::run(&arguments),
    }
}
