//! `eop-relay chain`: everything about the chain of a certificate.

mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use eop_relay::certificate::ReadError;
use eop_relay::chain::{
    ChainInput, ChainInputError, ChainReport, Completeness, NamedBytes, Profile, Severity, examine,
};

use crate::arguments::{StoreArguments, Time, certificate_files, given_or_now, password};
use crate::exit::Exit;
use crate::{json, message, output};

/// Judge the chain of a certificate: what is wrong with it, whether the server can send it, what to do
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --intermediates the certificates that follow in CERTIFICATE count as all that the
server can send. Give an export of LocalMachine\\CA to judge what it really has.

Exit codes: 0 valid and complete; 10 with warnings; 20 refused, or an intermediate cannot be sent;
30 uncertain, as the root is in no list or something cannot be checked here; 40 an input cannot be
read; 64 usage, or a file of several certificates that does not say which one is meant.")]
pub struct ChainArguments {
    /// The certificate: DER, PEM, P7B, PFX, SST or base64. Of several in the file that one is judged that
    /// issued none of the others and is no authority.
    certificate: PathBuf,

    #[command(flatten)]
    stores: StoreArguments,

    /// Roots of the receiver beside the embedded lists, such as the roots.sst of `certutil
    /// -generateSSTFromWU roots.sst`: files or folders. Can be repeated.
    #[arg(long, value_name = "PATH")]
    programme_roots: Vec<PathBuf>,

    /// Take the given roots for those of the receiver, and trust no others.
    #[arg(long)]
    only_given_roots: bool,

    /// Revocation lists: a file, or a folder of .crl files. Can be repeated.
    #[arg(long, value_name = "PATH")]
    crl: Vec<PathBuf>,

    /// Read the folders below the given ones too.
    #[arg(long)]
    recurse: bool,

    /// A host, address or mailbox that the certificate must hold, or a wildcard such as *.contoso.com.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: Option<String>,

    /// Judge as of this time (UTC), such as 2026-11-15, 2026-11-15T01:02:03Z, -24h or
    /// yesterday.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<Time>,

    /// Warn this many days before a certificate of the chain expires; by default in the last third of
    /// its validity, at most 30 days.
    #[arg(long, value_name = "N")]
    warn_days: Option<u32>,

    /// What the chain is held against: a model of what Windows and Exchange Online refuse, or RFC
    /// 5280 and the CA/Browser Forum's requirements.
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

/// Judges the chain and prints the report.
pub fn run(arguments: &ChainArguments) -> ExitCode {
    let report = match judge(arguments) {
        Ok(report) => report,
        Err((exit, reason)) => {
            message::error(&reason);
            return exit.into();
        }
    };
    output::answer(exit_of(&report), |output| {
        if arguments.json {
            return json::pretty(output, &report);
        }
        let is_whole_evidence = arguments.stores.intermediates.is_empty();
        output::text(output, &tree::text(&report, is_whole_evidence, output::width()))
    })
}

fn judge(arguments: &ChainArguments) -> Result<ChainReport, (Exit, String)> {
    let unreadable = |reason: String| (Exit::CouldNotCheck, reason);
    let read_all = |paths: &[PathBuf], kind| {
        certificate_files::read_all(paths, arguments.recurse, kind).map_err(unreadable)
    };
    let certificate = certificate_files::read(&arguments.certificate).map_err(unreadable)?;
    let stores = &arguments.stores;
    let password = stores.password().map_err(unreadable)?;
    let intermediates = read_all(&stores.intermediates, certificate_files::CERTIFICATES)?;
    let roots = read_all(&stores.roots, certificate_files::CERTIFICATES)?;
    let programme = read_all(&arguments.programme_roots, certificate_files::CERTIFICATES)?;
    let revocation_lists = read_all(&arguments.crl, certificate_files::REVOCATION_LISTS)?;
    let at = given_or_now(arguments.at).map_err(unreadable)?;
    let programme = named(&programme);
    let (given, roots, lists) = (named(&intermediates), named(&roots), named(&revocation_lists));
    let input = ChainInput {
        password: password.as_ref(),
        intermediates: (!stores.intermediates.is_empty()).then_some(given.as_slice()),
        file_is_all_that_is_sent: true,
        roots: &roots,
        programme_roots: &programme,
        with_embedded_roots: !arguments.only_given_roots,
        revocation_lists: &lists,
        profile: match arguments.profile {
            ProfileArgument::Windows => Profile::Windows,
            ProfileArgument::Strict => Profile::Strict,
        },
        expected_name: arguments.name.as_deref(),
        warning_days: arguments.warn_days,
        ..ChainInput::new(certificate.named(), at)
    };
    let mut result = examine(&input);
    if let Err(ChainInputError::Read { name, error: ReadError::PfxPassword { is_given: false } }) =
        &result
        && let Some(typed) = password::ask(name)
    {
        result = examine(&ChainInput { password: Some(&typed), ..input });
    }
    result.map_err(|error| {
        let exit = match error {
            ChainInputError::NotOneCertificate { ref error, .. } if error.damaged.is_none() => {
                Exit::Usage
            }
            _ => Exit::CouldNotCheck,
        };
        let reason = match &error {
            ChainInputError::Read { name, error } => {
                format!("{name}: {}", password::advised(error))
            }
            error => error.to_string(),
        };
        (exit, reason)
    })
}

fn named(files: &[certificate_files::File]) -> Vec<NamedBytes<'_>> {
    files.iter().map(certificate_files::File::named).collect()
}

fn exit_of(report: &ChainReport) -> Exit {
    if report.is_uncertain() && report.completeness != Completeness::Incomplete {
        Exit::NoEvidence
    } else if !report.is_accepted || report.completeness == Completeness::Incomplete {
        Exit::Refused
    } else if report.findings.iter().any(|finding| finding.severity == Severity::Warning)
        || report.unread.iter().any(|part| part.is_damaged)
    {
        Exit::Warning
    } else {
        Exit::Fine
    }
}
