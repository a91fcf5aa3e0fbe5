//! The arguments of `eop-relay test`.

use std::net::IpAddr;
use std::path::PathBuf;

use crate::arguments::{
    ConfigurationArguments, LogArguments, StoreArguments, TenantArguments, Time,
};

/// Say why Exchange Online refuses this server's mail, what proves it, and what exactly is to be done
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
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
40 an input cannot be read (the rest is judged); 64 usage."
)]
pub struct TestArguments {
    #[command(flatten)]
    pub logs: LogArguments,

    /// A certificate (DER, PEM, P7B, PFX or base64): one that the logs name, or one to be judged.
    #[arg(long, value_name = "PATH")]
    pub certificate: Vec<PathBuf>,

    #[command(flatten)]
    pub stores: StoreArguments,

    #[command(flatten)]
    pub tenants: TenantArguments,

    #[command(flatten)]
    pub configuration: ConfigurationArguments,

    /// Logs of the Hybrid Configuration Wizard: files, folders or profiles. They stand in for the
    /// inbound connectors where these are not given.
    #[arg(long, value_name = "PATH")]
    pub hybrid_log: Vec<PathBuf>,

    /// The CAPI2 log of the server: exported XML, .evtx files, or a folder of them.
    #[arg(long, value_name = "PATH")]
    pub chain_event: Vec<PathBuf>,

    /// An error of a queue, an NDR (.eml, .html, text), or exported queues, messages or tracking
    /// events. What it covers is looked for in the logs; without logs it is worth what its text says.
    #[arg(long, value_name = "TEXT|PATH")]
    pub queue_error: Vec<String>,

    /// A folder or .zip of a support case: each file in it is recognised by its content, and what it was
    /// taken for is said.
    #[arg(long, value_name = "FOLDER|ZIP")]
    pub evidence: Vec<PathBuf>,

    /// The public address of the server, where the log does not show it.
    #[arg(long, value_name = "IP")]
    pub source_ip: Option<IpAddr>,

    /// The envelope sender to judge where the logs show none: an address or a domain; <> is the null
    /// sender.
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,

    /// The recipient domain to judge, or an address in it; mail for others is left out, and how many
    /// sessions is said.
    #[arg(long, value_name = "DOMAIN|ADDRESS")]
    pub rcpt: Option<String>,

    /// The server whose logs and installed certificates these are, where they do not name it.
    #[arg(long, value_name = "NAME")]
    pub server: Option<String>,

    /// Judge as of this time, such as 2026-11-15, 2026-11-15T01:02:03Z, -24h or yesterday; by
    /// default now. What the
    /// logs show is judged at the time of its sessions.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<Time>,

    /// Warn this many days before the certificate expires; by default in the last third of its
    /// validity, at most 30 days.
    #[arg(long, value_name = "N")]
    pub warn_days: Option<u32>,

    /// Print one JSON object: --format json.
    #[arg(long, conflicts_with_all = ["markdown", "format"])]
    pub json: bool,

    /// Print Markdown, for a ticket: --format markdown.
    #[arg(long, conflicts_with = "format")]
    pub markdown: bool,

    /// The form of the report. nagios is one line with performance data, and ends with 0 (OK),
    /// 1 (WARNING), 2 (CRITICAL: refused) or 3 (UNKNOWN) in place of the codes below.
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    pub format: ReportFormat,

    /// Write the report to this file too, as one page to look at: no script, nothing from outside.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Write metrics to this file too, for the textfile collector of Prometheus' node exporter.
    #[arg(long, value_name = "FILE")]
    pub prometheus: Option<PathBuf>,
}

/// The form in which a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    #[default]
    Text,
    Json,
    Markdown,
    Nagios,
}

impl TestArguments {
    /// The form, by whichever option names it.
    pub fn form(&self) -> ReportFormat {
        if self.json {
            ReportFormat::Json
        } else if self.markdown {
            ReportFormat::Markdown
        } else {
            self.format
        }
    }
}
