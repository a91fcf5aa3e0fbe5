//! The arguments of `eop-relay probe`.

use std::net::IpAddr;
use std::path::PathBuf;

use eop_relay::certificate::Thumbprint;
use eop_relay::probe::MINIMUM_INTERVAL;

use crate::arguments::{ConfigurationArguments, StoreArguments};

/// Ask Exchange Online now whether it accepts this server's mail; nothing is ever submitted
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[command(after_help = "\
Nothing is ever submitted: it connects as the send connector would, shows the certificate that
Exchange would use, asks about one sender and one recipient (EHLO, STARTTLS, EHLO, MAIL FROM,
RCPT TO), and takes its leave (RSET, QUIT). What is refused only after DATA it cannot see. One
connection, no retry.

Give a recipient outside Microsoft 365, for only there relay is needed. Its dialogue is judged by
the same rules as a log of Exchange, and --out-log keeps it as one.

Without --certificate and --thumbprint the certificate is the one that Exchange would choose
(Windows: LocalMachine\\My; the key is used where it lies). Whether Exchange itself may use the key
is another matter: without the key's access list the answer is never 'accepted'.

Exit codes: 0 accepted; 10 accepted, with warnings; 20 refused; 30 uncertain; 40 an input cannot be
read, or a log not be written; 64 usage.

Examples:
  eop-relay probe --from anna@contoso.com --to bob@fabrikam.com \\
    --send-connector send.xml
  eop-relay probe --from anna@contoso.com --to bob@fabrikam.com \\
    --smart-host contoso-com.mail.protection.outlook.com \\
    --fqdn mail.contoso.com --certificate mail.pem --intermediates ca.pem
  eop-relay probe --inbound --smart-host ex01.contoso.com \\
    --tls-domain mail.contoso.com")]
pub struct ProbeArguments {
    /// MAIL FROM: one address; <> is the null sender.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "inbound")]
    pub from: Option<String>,

    /// RCPT TO: one address outside Microsoft 365.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "inbound")]
    pub to: Option<String>,

    /// Look at the receive connector instead, as Exchange Online would: STARTTLS, the certificate that
    /// is shown, its names and its chain. No address is named.
    #[arg(long, conflicts_with_all = ["from", "to", "until_accepted"])]
    pub inbound: bool,

    /// The host to connect to, where no send connector shows it. No MX record is looked up.
    #[arg(long, value_name = "HOST")]
    pub smart_host: Option<String>,

    /// Which send connector of the exports it is, where they hold several.
    #[arg(long, value_name = "NAME")]
    pub connector: Option<String>,

    #[command(flatten)]
    pub configuration: ConfigurationArguments,

    /// The certificate to show: a PFX file (--password-file), a PEM file with its private key, or a file
    /// of which --key has the key.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["thumbprint", "no_certificate"])]
    pub certificate: Option<PathBuf>,

    /// The private key of --certificate: PEM, not encrypted, or PFX.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,

    /// The certificate to show: this one of LocalMachine\My.
    #[arg(long, value_name = "HEX", conflicts_with = "no_certificate")]
    pub thumbprint: Option<Thumbprint>,

    /// Show no certificate, as a server does that goes by its address.
    #[arg(long)]
    pub no_certificate: bool,

    /// The name in EHLO; by default the Fqdn of the send connector, else the name of this computer.
    #[arg(long, value_name = "NAME")]
    pub fqdn: Option<String>,

    /// The name that the certificate of the other side must have; by default the TlsDomain of the send
    /// connector, else the host.
    #[arg(long, value_name = "NAME")]
    pub tls_domain: Option<String>,

    /// Connect from this address of the server, which it must have.
    #[arg(long, value_name = "IP")]
    pub source_address: Option<IpAddr>,

    /// The port to connect to.
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,

    /// How long one answer may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,

    /// Keep the dialogue in this file, which must not be there yet, as a send log.
    #[arg(long, value_name = "FILE")]
    pub out_log: Option<PathBuf>,

    /// Ask until three different front ends accept: a change takes up to an hour to reach all. It
    /// ends at the first 4.7.x, and after 20 connections.
    #[arg(long)]
    pub until_accepted: bool,

    /// Seconds between two connections.
    #[arg(long, value_name = "SECONDS", default_value_t = MINIMUM_INTERVAL, requires = "until_accepted", value_parser = clap::value_parser!(u64).range(MINIMUM_INTERVAL..=86_400))]
    pub interval: u64,

    /// Seconds in all.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, requires = "until_accepted", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub time_limit: u64,

    /// The server that this is, for the report; by default the name of this computer.
    #[arg(long, value_name = "NAME")]
    pub server: Option<String>,

    #[command(flatten)]
    pub stores: StoreArguments,

    /// The inbound connectors of the tenant.
    #[arg(long, value_name = "PATH")]
    pub inbound_connector: Vec<PathBuf>,

    /// An accepted domain of the tenant, or an export of them.
    #[arg(long, value_name = "DOMAIN|PATH")]
    pub accepted_domain: Vec<String>,

    /// Logs of the Hybrid Configuration Wizard, in place of the inbound connectors.
    #[arg(long, value_name = "PATH")]
    pub hybrid_log: Vec<PathBuf>,

    /// Read the folders below the given ones too.
    #[arg(long)]
    pub recurse: bool,

    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}
