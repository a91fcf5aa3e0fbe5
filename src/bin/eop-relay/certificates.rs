//! `eop-relay certificates`: which certificate each send connector sends, and when it expires.

mod render;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use eop_relay::diagnosis::{
    CertificateOverview, DEFAULT_WARNING_DAYS, Evidence, Severity, certificate_overview,
};
use eop_relay::timestamp::Timestamp;

use crate::exit::Exit;
use crate::message;
use crate::test::{inputs, parse_time};

/// Tell, connector by connector and server by server, which certificate would be sent, which one was
/// sent, and when it expires
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everything is optional; what is missing is said. Exports are made on-premises with Export-Clixml
(ConvertTo-Json, Export-Csv and Format-List text are read too):
  Get-SendConnector | Export-Clixml send.xml
  Get-ExchangeCertificate -Server EX01 | Export-Clixml installed.xml
With certificates of several servers each needs its server:
  'EX01', 'EX02' | ForEach-Object { $server = $_; Get-ExchangeCertificate -Server $server |
    Select-Object *, @{ Name = 'Server'; Expression = { $server } } } | Export-Clixml installed.xml
Times without a zone are UTC.

Exit codes: 0 fine; 10 a certificate expires, has expired, cannot be found, or differs from the one
that was sent; 30 nothing is known; 40 an input cannot be read (the rest is told); 64 usage.")]
pub struct CertificatesArguments {
    /// Send logs: files, folders or patterns. Give FrontEnd and Hub folders together.
    #[arg(long, value_name = "PATH")]
    log: Vec<PathBuf>,

    /// The send connectors.
    #[arg(long, value_name = "PATH")]
    send_connector: Vec<PathBuf>,

    /// The certificates installed on the server.
    #[arg(long, value_name = "PATH")]
    installed: Vec<PathBuf>,

    /// The server of installed certificates without a property Server, and of logs whose paths do not
    /// tell theirs. Exchange may choose a certificate by it: give its full name.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Tell as of this time, such as 2026-11-15 or 2026-11-15T01:02:03Z; by default now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Timestamp>,

    /// Warn this many days before a certificate expires.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_WARNING_DAYS)]
    warn_days: u32,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Tells, and prints it.
pub fn run(arguments: &CertificatesArguments) -> ExitCode {
    let evidence = match collect(arguments) {
        Ok(evidence) => evidence,
        Err(reason) => {
            message::error(&reason);
            return Exit::Usage.into();
        }
    };
    let overview = certificate_overview(&evidence);
    for problem in &overview.problems {
        let severity = if problem.severity == Severity::Error { "error" } else { "warning" };
        let place = match problem.line {
            0 => problem.path.clone(),
            line => format!("{}:{line}", problem.path),
        };
        let text = format!("eop-relay: {severity}: {place}: {}", problem.message);
        message::line(message::printable(&text));
    }
    match print(&overview, arguments.json) {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            message::error(&format_args!("the output cannot be written: {error}"));
            Exit::Broken.into()
        }
        _ => ExitCode::from(overview.exit_code),
    }
}

fn collect(arguments: &CertificatesArguments) -> Result<Evidence, String> {
    let mut evidence = Evidence::new(inputs::given_or_now(arguments.at)?);
    evidence.warning_days = arguments.warn_days;
    evidence.server = arguments.server.as_deref().map(Into::into);
    inputs::add_exports(&arguments.send_connector, &mut evidence, Evidence::add_send_connectors);
    inputs::add_exports(&arguments.installed, &mut evidence, Evidence::add_installed);
    if !arguments.log.is_empty() {
        inputs::add_sessions(&arguments.log, arguments.server.as_deref(), &mut evidence)?;
    }
    Ok(evidence)
}

fn print(overview: &CertificateOverview, as_json: bool) -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    if as_json {
        serde_json::to_writer_pretty(&mut output, overview)?;
        writeln!(output)?;
    } else {
        render::render(overview, &mut output)?;
    }
    output.flush()
}
