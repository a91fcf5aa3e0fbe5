//! `eop-relay evidence list`: what a package of evidence holds.

mod listing;
mod render;

use std::path::PathBuf;
use std::process::ExitCode;

use eop_relay::evidence::{Manifests, files_of_case};

use self::listing::Listing;
use crate::exit::Exit;
use crate::{json, message, output};

/// Look into a package of evidence
#[derive(Debug, clap::Args)]
pub struct EvidenceArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    List(ListArguments),
}

/// List the files of a package: what each was taken for, and whether it is as it was collected
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each file is recognised by its content, as `eop-relay test --evidence` does it. Sizes and SHA-256 are
held against manifest.json, which Export-EopRelayEvidence and `eop-relay redact` write; what could not
be collected stands there too.

Exit codes: 0 all is as it was collected, or there is no manifest; 10 a file differs from its manifest,
is not named there, or is gone; 40 the package, or a file of it, cannot be read; 64 usage.")]
struct ListArguments {
    /// The package: a .zip file, or the folder that it was unpacked to.
    #[arg(value_name = "PACKAGE")]
    package: PathBuf,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Does what was asked for.
pub fn run(arguments: &EvidenceArguments) -> ExitCode {
    let Action::List(arguments) = &arguments.action;
    let files = match files_of_case(&arguments.package) {
        Ok(files) => files,
        Err(reason) => {
            message::error(&format_args!("{}: {reason}", arguments.package.display()));
            return Exit::CouldNotCheck.into();
        }
    };
    let manifests = Manifests::of(files.iter().map(|(path, _)| path.as_path()));
    let listing = Listing::new(&arguments.package, &files, &manifests);
    output::answer(listing.exit(), |output| {
        if arguments.json {
            json::pretty(output, &listing)
        } else {
            output::text(output, &render::text(&listing, output::width()))
        }
    })
}
