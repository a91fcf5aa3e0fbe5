//! `eop-relay chain`: everything about the chain of a certificate.

pub mod files;
mod tree;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use eop_relay::chain::{
    ChainInput, ChainReport, Completeness, NamedBytes, Profile, Rule, Severity, examine,
};
use eop_relay::timestamp::Timestamp;

use crate::exit::Exit;
use crate::message;

/// Judge the chain of a certificate: what is wrong with it, whether the server can send it, what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --intermediates the certificates that follow in CERTIFICATE are taken for all that the
server can send. Give an export of LocalMachine\\CA to judge what it really has.

Exit codes: 0 valid and complete; 10 with warnings; 20 refused, or an intermediate cannot be sent;
30 uncertain, as the root is in no list; 40 an input cannot be read; 64 usage.")]
pub struct ChainArguments {
    /// The certificate: DER, PEM, P7B or base64. The first one in the file is judged.
    certificate: PathBuf,

    /// Certificates of the server's intermediate store (LocalMachine\CA): a file, or a folder of
    /// .cer, .crt, .der, .pem, .p7b and .p7c files. Can be repeated.
    #[arg(long, value_name = "PATH")]
    intermediates: Vec<PathBuf>,

    /// Trusted roots beside the embedded ones: a file or a folder. Can be repeated.
    #[arg(long, value_name = "PATH")]
    roots: Vec<PathBuf>,

    /// Trust the given roots alone.
    #[arg(long)]
    only_given_roots: bool,

    /// Revocation lists: a file, or a folder of .crl files. Can be repeated.
    #[arg(long, value_name = "PATH")]
    crl: Vec<PathBuf>,

    /// A host, address or mailbox that the certificate must hold.
    #[arg(long)]
    name: Option<String>,

    /// Judge as of this time (UTC), such as 2026-11-15 or 2026-11-15T01:02:03Z.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Timestamp>,

    /// What the chain is held against: a model of what Windows and Exchange Online refuse, or RFC
    /// 5280 and the CA/Browser Forum's requirements to the letter.
    #[arg(long, value_enum, default_value_t = ProfileArgument::Windows)]
    profile: ProfileArgument,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProfileArgument {
    Windows,
    Strict,
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "expected a time such as 2026-11-15T01:02:03Z".to_owned())
}

/// Judges the chain and prints the report.
pub fn run(arguments: &ChainArguments) -> ExitCode {
    let report = match judge(arguments) {
        Ok(report) => report,
        Err(reason) => {
            message::error(&reason);
            return Exit::CouldNotCheck.into();
        }
    };
    let mut output = io::stdout().lock();
    let written = if arguments.json {
        serde_json::to_writer_pretty(&mut output, &report)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(output))
    } else {
        let is_whole_evidence = arguments.intermediates.is_empty();
        tree::print(&report, is_whole_evidence, &mut output)
    };
    match written {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            message::error(&format_args!("the output cannot be written: {error}"));
            return Exit::Broken.into();
        }
        Ok(()) => {}
    }
    exit_of(&report).into()
}

fn judge(arguments: &ChainArguments) -> Result<ChainReport, String> {
    let certificate = files::read(&arguments.certificate)?;
    let intermediates = files::read_all(&arguments.intermediates, files::CERTIFICATES)?;
    let roots = files::read_all(&arguments.roots, files::CERTIFICATES)?;
    let revocation_lists = files::read_all(&arguments.crl, files::REVOCATION_LISTS)?;
    let at = match arguments.at {
        Some(at) => at,
        None => Timestamp::try_from(time::OffsetDateTime::now_utc())
            .map_err(|error| format!("the clock of this computer is wrong: {error}"))?,
    };
    let (given, roots, lists) = (named(&intermediates), named(&roots), named(&revocation_lists));
    examine(&ChainInput {
        intermediates: (!arguments.intermediates.is_empty()).then_some(given.as_slice()),
        file_is_all_that_is_sent: true,
        roots: &roots,
        with_embedded_roots: !arguments.only_given_roots,
        revocation_lists: &lists,
        profile: match arguments.profile {
            ProfileArgument::Windows => Profile::Windows,
            ProfileArgument::Strict => Profile::Strict,
        },
        expected_name: arguments.name.as_deref(),
        ..ChainInput::new(certificate.named(), at)
    })
    .map_err(|error| error.to_string())
}

fn named(files: &[files::File]) -> Vec<NamedBytes<'_>> {
    files.iter().map(files::File::named).collect()
}

fn exit_of(report: &ChainReport) -> Exit {
    let mut errors = report.findings.iter().filter(|f| f.severity == Severity::Error);
    let is_only_unknown =
        errors.all(|finding| matches!(finding.id, Rule::UnknownRoot | Rule::MissingRoot));
    let is_sendable = report.completeness != Completeness::Incomplete;
    if !report.is_accepted && is_only_unknown && is_sendable {
        Exit::NoEvidence
    } else if !report.is_accepted || report.completeness == Completeness::Incomplete {
        Exit::Refused
    } else if report.findings.iter().any(|finding| finding.severity == Severity::Warning) {
        Exit::Warning
    } else {
        Exit::Fine
    }
}
