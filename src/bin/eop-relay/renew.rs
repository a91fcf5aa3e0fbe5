//! `eop-relay renew`: a renewal without a gap.

use std::path::PathBuf;
use std::process::ExitCode;

use eop_relay::diagnosis::Evidence;
use eop_relay::renewal::renewal_plan;
use eop_relay::view;

use crate::arguments::{
    ConfigurationArguments, LogArguments, StoreArguments, TenantArguments, Time, given_or_now,
};
use crate::exit::Exit;
use crate::test::inputs::{add_certificates, add_stores, add_tenants};
use crate::{json, message, output};

/// Say in which steps a new certificate takes the place of the one in use, so that no mail is refused
/// in between
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
It changes nothing: each step has its command, how to see that it worked, and its way back. Every step is
made on a model of what is given, and judged before the next one. What is not given is said. Exports are
made with Export-Clixml (ConvertTo-Json, Export-Csv and Format-List text are read too):
  Get-SendConnector | Export-Clixml send.xml             on-premises
  Get-ReceiveConnector | Export-Clixml receive.xml       on-premises
  Get-InboundConnector | Export-Clixml inbound.xml       in Exchange Online
  Get-AcceptedDomain | Export-Clixml accepted.xml        in Exchange Online
With certificates of several servers each needs its server:
  'EX01', 'EX02' | ForEach-Object { $server = $_
    Get-ExchangeCertificate -Server $server |
      Select-Object *, @{ Name = 'Server'; Expression = { $server } }
  } | Export-Clixml installed.xml
For a script that renews certificates, --check prints one line.

Exit codes: 0 nothing is to be set; 10 steps are needed; 20 mail would be refused; 30 the evidence does
not decide; 40 an input cannot be read; 64 usage."
)]
pub struct RenewArguments {
    /// The new certificate, with its intermediates if they are there (PEM, P7B, PFX, DER or base64).
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    new: Vec<PathBuf>,

    #[command(flatten)]
    configuration: ConfigurationArguments,

    #[command(flatten)]
    tenants: TenantArguments,

    #[command(flatten)]
    logs: LogArguments,

    #[command(flatten)]
    stores: StoreArguments,

    /// The server of installed certificates without a property Server, and of logs whose paths do not
    /// name it.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,

    /// Judge as of this time, such as 2026-11-15, 2026-11-15T01:02:03Z, -24h or yesterday; by
    /// default now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<Time>,

    /// Print one line: what the plan comes to.
    #[arg(long, conflicts_with = "json")]
    check: bool,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Prints the plan.
pub fn run(arguments: &RenewArguments) -> ExitCode {
    let evidence = match collect(arguments) {
        Ok(evidence) => evidence,
        Err(reason) => {
            message::error(&reason);
            return Exit::Usage.into();
        }
    };
    let plan = renewal_plan(&evidence);
    for problem in &plan.problems {
        message::graded(problem.severity, &format_args!("{}: {}", problem.path, problem.message));
    }
    output::answer(plan.exit_code, |output| {
        if arguments.json {
            json::pretty(output, &plan)
        } else if arguments.check {
            output::text(output, &format!("{}\n", view::printable(&plan.summary)))
        } else {
            output::text(output, &view::renewal(&plan, output::width()))
        }
    })
}

fn collect(arguments: &RenewArguments) -> Result<Evidence, String> {
    let mut evidence = Evidence::new(given_or_now(arguments.at)?);
    evidence.server = arguments.server.as_deref().map(Into::into);
    let password = arguments.stores.password()?;
    add_certificates(&arguments.new, password.as_ref(), &mut evidence);
    add_stores(&arguments.stores, arguments.logs.recurse, password.as_ref(), &mut evidence);
    add_tenants(&arguments.tenants, &mut evidence);
    arguments.configuration.add_to(&mut evidence);
    arguments.logs.add_to(&mut evidence)?;
    Ok(evidence)
}
