//! `eop-relay test`: one verdict out of logs, certificates and exports.

pub mod inputs;
mod render;

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use eop_relay::diagnosis::{DEFAULT_WARNING_DAYS, Report, diagnose};
use eop_relay::timestamp::Timestamp;

use crate::exit::Exit;
use crate::message;

/// Say why Exchange Online refuses this server's mail, what proves it, and what exactly is to be done
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everything is optional; what is missing is said, and the rest is judged. Exports are made with
Export-Clixml (ConvertTo-Json, Export-Csv and Format-List text are read too):
  Get-InboundConnector | Export-Clixml inbound.xml       in Exchange Online
  Get-AcceptedDomain | Export-Clixml accepted.xml        in Exchange Online
  Get-SendConnector | Export-Clixml send.xml             on-premises
  Get-ExchangeCertificate | Export-Clixml installed.xml  on-premises
  wevtutil epl Microsoft-Windows-CAPI2/Operational capi2.evtx  on-premises
  Get-Queue | Export-Clixml queues.xml                   on-premises
A certificate that no session of the logs sent is judged as if it were sent: would it be accepted?
Times without a zone are UTC.

Exit codes: 0 accepted; 10 accepted, with warnings; 20 refused; 30 uncertain, or no evidence;
40 an input cannot be read (the rest is judged); 64 usage.")]
pub struct TestArguments {
    /// Send logs: files, folders or patterns. Give FrontEnd and Hub folders together.
    #[arg(long, value_name = "PATH")]
    log: Vec<PathBuf>,

    /// A certificate (DER, PEM, P7B or base64): one that the logs name, or one to be judged.
    #[arg(long, value_name = "PATH")]
    certificate: Vec<PathBuf>,

    /// Certificates of the server's intermediate store (LocalMachine\CA): files or folders.
    #[arg(long, value_name = "PATH")]
    intermediates: Vec<PathBuf>,

    /// Trusted roots beside the embedded ones (LocalMachine\Root): files or folders.
    #[arg(long, value_name = "PATH")]
    roots: Vec<PathBuf>,

    /// The inbound connectors of the tenant.
    #[arg(long, value_name = "PATH")]
    inbound_connector: Vec<PathBuf>,

    /// An accepted domain of the tenant, or an export of them.
    #[arg(long, value_name = "DOMAIN|PATH")]
    accepted_domain: Vec<String>,

    /// The send connectors.
    #[arg(long, value_name = "PATH")]
    send_connector: Vec<PathBuf>,

    /// The certificates installed on the server.
    #[arg(long, value_name = "PATH")]
    installed: Vec<PathBuf>,

    /// Logs of the Hybrid Configuration Wizard: files, folders or profiles. They stand in for the
    /// inbound connectors where these are not given.
    #[arg(long, value_name = "PATH")]
    hybrid_log: Vec<PathBuf>,

    /// The CAPI2 log of the server: exported XML, .evtx files, or a folder of them.
    #[arg(long, value_name = "PATH")]
    chain_event: Vec<PathBuf>,
    /// An error of a queue, an NDR (.eml, .html, text), or exported queues, messages or tracking
    /// events. What it covers is looked for in the logs; alone it is worth what its text says.
    #[arg(long, value_name = "TEXT|PATH")]
    queue_error: Vec<String>,

    /// The public address of the server, where the log does not tell it.
    #[arg(long, value_name = "IP")]
    source_ip: Option<IpAddr>,

    /// The envelope sender to judge; <> is the null sender.
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,

    /// The recipient domain to judge; mail for others is left out.
    #[arg(long, value_name = "DOMAIN")]
    rcpt: Option<String>,

    /// The server whose logs these are, where the paths do not tell.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Judge as of this time, such as 2026-11-15 or 2026-11-15T01:02:03Z; by default now. What the
    /// logs show is judged at the time of its sessions.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Timestamp>,

    /// Warn this many days before the certificate expires.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_WARNING_DAYS)]
    warn_days: u32,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "expected a time such as 2026-11-15T01:02:03Z".to_owned())
}

/// Judges, and prints the report.
pub fn run(arguments: &TestArguments) -> ExitCode {
    let evidence = match inputs::collect(arguments) {
        Ok(evidence) => evidence,
        Err(reason) => {
            message::error(&reason);
            return Exit::Usage.into();
        }
    };
    for (path, reason) in &evidence.unreadable {
        message::error(&format_args!("{path}: {reason}"));
    }
    let report = diagnose(&evidence);
    match print(&report, arguments.json) {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            message::error(&format_args!("the output cannot be written: {error}"));
            Exit::Broken.into()
        }
        _ => ExitCode::from(report.exit_code),
    }
}

fn print(report: &Report, as_json: bool) -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    if as_json {
        serde_json::to_writer_pretty(&mut output, report)?;
        writeln!(output)?;
    } else {
        render::render(report, &mut output)?;
    }
    output.flush()
}
