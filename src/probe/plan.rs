//! What a probe is to ask, and of whom.

use std::time::Duration;

use super::credential::Credential;
use super::mailbox::Mailbox;
use crate::certificate::is_host_name;

/// The two addresses of the envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// MAIL FROM.
    pub from: Mailbox,
    /// RCPT TO, the only one.
    pub to: Mailbox,
}

/// Whether TLS is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsUse {
    /// Where it is offered, as a send connector does without more.
    #[default]
    Offered,
    /// Always: the probe ends where it is not offered (RequireTLS).
    Required,
    /// Never (IgnoreSTARTTLS).
    Never,
}

/// What a probe is to ask, and of whom: one connection, and at most one mail's envelope.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The host that is connected to, by name or address: the smart host of the send connector.
    pub host: String,
    /// The port, as a rule 25.
    pub port: u16,
    /// The name in EHLO: the Fqdn of the send connector, else that of the server.
    pub ehlo_name: String,
    /// The send connector whose place the probe takes, as its log names it.
    pub connector: String,
    /// Sender and recipient; `None`: only greeting, TLS and certificates are looked at, as of a
    /// receive connector.
    pub envelope: Option<Envelope>,
    /// Whether TLS is used.
    pub tls: TlsUse,
    /// The certificate that is shown; `None`: none.
    pub credential: Option<Credential>,
    /// How long one answer of the other side may take.
    pub timeout: Duration,
}

/// A plan that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No host.
    #[error("{0:?} is neither a host name nor an address")]
    Host(String),
    /// No name for EHLO.
    #[error(
        "{0:?} is no host name to say in EHLO: give the Fqdn of the send connector or the name of \
         the server"
    )]
    EhloName(String),
    /// A time that is no limit.
    #[error("a time-out of 1 to 600 seconds is accepted for one answer, and {0} s is none")]
    Timeout(u64),
    /// Port 0.
    #[error("port 0 is none: mail is taken at port 25")]
    Port,
    /// A smart host that the connector may be used with, but not the probe.
    #[error("the name {0:?} of the connector has characters that no log row can hold")]
    Connector(String),
}

/// Seconds that one answer may take.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 1..=600;

impl Plan {
    /// Checks that nothing in it can end a command, or a row of the log.
    ///
    /// # Errors
    /// [`PlanError`] for the first value that cannot be used.
    pub fn check(&self) -> Result<(), PlanError> {
        if !is_host(&self.host) {
            return Err(PlanError::Host(self.host.clone()));
        }
        if self.port == 0 {
            return Err(PlanError::Port);
        }
        if !is_host_name(&self.ehlo_name) {
            return Err(PlanError::EhloName(self.ehlo_name.clone()));
        }
        if self.connector.contains(char::is_control) {
            return Err(PlanError::Connector(self.connector.clone()));
        }
        let seconds = self.timeout.as_secs();
        if !TIMEOUTS.contains(&seconds) {
            return Err(PlanError::Timeout(seconds));
        }
        Ok(())
    }
}

fn is_host(host: &str) -> bool {
    is_host_name(host.strip_suffix('.').unwrap_or(host)) || host.parse::<std::net::IpAddr>().is_ok()
}

/// The host of a SmartHosts entry: `[203.0.113.5]` is an address.
#[must_use]
pub fn smart_host(entry: &str) -> &str {
    let entry = entry.trim();
    entry.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(entry)
}
