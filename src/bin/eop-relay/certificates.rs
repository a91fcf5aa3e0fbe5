//! `eop-relay certificates`: which certificate each send connector sends, and when it expires.

mod render;

use std::process::ExitCode;

use eop_relay::diagnosis::{Evidence, certificate_overview};

use crate::arguments::{ConfigurationArguments, LogArguments, TenantArguments, Time, given_or_now};
use crate::exit::Exit;
use crate::test::inputs::add_tenants;
use crate::{json, message, output};

/// Report, connector by connector and server by server, which certificate would be sent, which one
/// was sent, and when it expires
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everything is optional; what is missing is said. Exports are made on-premises with Export-Clixml
(ConvertTo-Json, Export-Csv and Format-List text are read too):
  Get-SendConnector | Export-Clixml send.xml
  Get-ExchangeCertificate -Server EX01 | Export-Clixml installed.xml
With certificates of several servers each needs its server:
  'EX01', 'EX02' | ForEach-Object { $server = $_
    Get-ExchangeCertificate -Server $server |
      Select-Object *, @{ Name = 'Server'; Expression = { $server } }
  } | Export-Clixml installed.xml
A certificate that is installed and takes over from the one in use is named, whatever its issuer, with
what has to be set for it; receive connectors and the tenant's inbound connectors are looked at too,
where they are given. Times without a zone are UTC.

Exit codes: 0 fine; 10 a certificate expires, has expired, cannot be found, or differs from the one
that was sent; 30 nothing is known; 40 an input cannot be read (the rest is reported); 64 usage.")]
pub struct CertificatesArguments {
    #[command(flatten)]
    logs: LogArguments,

    #[command(flatten)]
    configuration: ConfigurationArguments,

    #[command(flatten)]
    tenants: TenantArguments,

    /// The server of installed certificates without a property Server, and of logs whose paths do not
    /// name it. Exchange may choose a certificate by it: give its full name.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Report as of this time, such as 2026-11-15, 2026-11-15T01:02:03Z, -24h or yesterday; by
    /// default now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<Time>,

    /// Warn this many days before a certificate expires; by default in the last third of its validity,
    /// at most 30 days.
    #[arg(long, value_name = "N")]
    warn_days: Option<u32>,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Prints the certificates of each connector.
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
        let place = match problem.line {
            0 => problem.path.clone(),
            line => format!("{}:{line}", problem.path),
        };
        message::graded(problem.severity, &format_args!("{place}: {}", problem.message));
    }
    output::answer(overview.exit_code, |output| {
        if arguments.json {
            json::pretty(output, &overview)
        } else {
            output::text(output, &render::text(&overview, output::width()))
        }
    })
}

fn collect(arguments: &CertificatesArguments) -> Result<Evidence, String> {
    let mut evidence = Evidence::new(given_or_now(arguments.at)?);
    evidence.warning_days = arguments.warn_days;
    evidence.server = arguments.server.as_deref().map(Into::into);
    arguments.configuration.add_to(&mut evidence);
    add_tenants(&arguments.tenants, &mut evidence);
    arguments.logs.add_to(&mut evidence)?;
    Ok(evidence)
}
