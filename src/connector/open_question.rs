//! What a verdict about attribution hangs on where it is uncertain, and what would settle it.

use std::fmt;

use serde::Serialize;

use super::domain_name::DomainName;
use super::name_match::OpenMatch;

/// A fact that is missing, or that nobody documents. `Display` says what would settle it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum OpenQuestion {
    /// The inbound connectors were not given.
    ConnectorsNotGiven,
    /// The accepted domains were not given.
    AcceptedDomainsNotGiven,
    /// The accepted domains may not all be known.
    AcceptedDomainsIncomplete,
    /// Whether the server showed a certificate, and which, is not known.
    CertificateNotKnown,
    /// The envelope sender is not known.
    MailFromNotKnown,
    /// The connector lists addresses, and that under which the server connects is not known.
    AddressNotKnown {
        /// The connector.
        connector: String,
    },
    /// The connector's list of addresses is not shown in full.
    AddressListIncomplete {
        /// The connector.
        connector: String,
    },
    /// Whether the connector is enabled, or of which type, is not known.
    EligibilityNotKnown {
        /// The connector.
        connector: String,
    },
    /// Whether the names match is not documented, or not known.
    NameMatch {
        /// The connector.
        connector: String,
        /// What it expects.
        expected: Option<String>,
        /// The name of the certificate.
        found: Option<String>,
        /// What is open.
        open: OpenMatch,
        /// The accepted domain that such a certificate needs by KB 4019940.
        needed_domain: Option<DomainName>,
    },
    /// Only an accepted domain that includes its subdomains covers this.
    MatchSubDomains {
        /// The accepted domain.
        accepted: String,
        /// The domain that it would have to cover.
        wanted: String,
    },
    /// Whether the connector's AssociatedAcceptedDomains let the sender pass.
    AssociatedDomains {
        /// The connector.
        connector: String,
    },
    /// Connectors with equally exact values lead to different ends.
    EquallyExact {
        /// The connectors.
        connectors: [String; 2],
    },
}

impl fmt::Display for OpenQuestion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnectorsNotGiven => formatter.write_str(
                "the inbound connectors are missing: in Exchange Online, Get-InboundConnector | \
                 Export-Clixml inbound.xml",
            ),
            Self::AcceptedDomainsNotGiven => formatter.write_str(
                "the accepted domains are missing: in Exchange Online, Get-AcceptedDomain | \
                 Export-Clixml accepted.xml",
            ),
            Self::AcceptedDomainsIncomplete => formatter.write_str(
                "the list of accepted domains is not complete: in Exchange Online, \
                 Get-AcceptedDomain | Export-Clixml accepted.xml",
            ),
            Self::CertificateNotKnown => formatter.write_str(
                "which certificate the server shows is not known: the send connector's protocol \
                 log shows it",
            ),
            Self::MailFromNotKnown => formatter.write_str(
                "the envelope sender is not known: MAIL FROM in the protocol log shows it",
            ),
            Self::AddressNotKnown { connector } => write!(
                formatter,
                "the public address is not known, and {connector} lists addresses: the EHLO reply \
                 of EOP in the protocol log shows it, as in Hello [203.0.113.5]",
            ),
            Self::AddressListIncomplete { connector } => write!(
                formatter,
                "the SenderIPAddresses of {connector} are not shown in full: export it with \
                 Export-Clixml",
            ),
            Self::EligibilityNotKnown { connector } => write!(
                formatter,
                "whether {connector} is enabled and of type OnPremises is not known: \
                 Get-InboundConnector shows Enabled and ConnectorType",
            ),
            Self::NameMatch { connector, expected, found, open, needed_domain } => {
                let expected = expected.as_deref().unwrap_or_default();
                let found = found.as_deref().unwrap_or_default();
                write_name_question(formatter, connector, expected, found, *open)?;
                match needed_domain {
                    Some(domain) => write!(
                        formatter,
                        "; such a certificate needs {domain} among the accepted domains (KB 4019940)"
                    ),
                    None => Ok(()),
                }
            }
            Self::MatchSubDomains { accepted, wanted } => write!(
                formatter,
                "whether the accepted domain {accepted} covers {wanted} by its subdomains is not \
                 documented: add {wanted} as an accepted domain of its own",
            ),
            Self::AssociatedDomains { connector } => write!(
                formatter,
                "{connector} is confined by AssociatedAcceptedDomains, and whether they let this \
                 sender pass is not known: test with a sender of a listed domain",
            ),
            Self::EquallyExact { connectors: [one, other] } => write!(
                formatter,
                "{one} and {other} match equally well and differ in what they let pass: one of \
                 them alone should expect the certificate",
            ),
        }
    }
}

fn write_name_question(
    formatter: &mut fmt::Formatter<'_>,
    connector: &str,
    expected: &str,
    found: &str,
    open: OpenMatch,
) -> fmt::Result {
    match open {
        OpenMatch::SeveralLabelsBelow | OpenMatch::DomainOfWildcard => write!(
            formatter,
            "{connector} expects {expected}, the certificate has {found}: probably a match, but \
             not documented; {found} as the connector's value, or a certificate for {expected}, \
             would settle it",
        ),
        OpenMatch::OnlyWildcardInCertificate => write!(
            formatter,
            "{connector} expects {expected}, the certificate has only {found}: whether that \
             matches is not documented; {found} as the connector's value would settle it",
        ),
        OpenMatch::UnreadableValue => write!(
            formatter,
            "the TlsSenderCertificateName of {connector}, {expected}, is no domain name: \
             Get-InboundConnector says whether it was exported rightly",
        ),
        OpenMatch::NamesIncomplete => write!(
            formatter,
            "{connector} expects {expected}, and not all names of the certificate are known: \
             Get-ExchangeCertificate or the certificate itself shows them",
        ),
        OpenMatch::ValueNotKnown => write!(
            formatter,
            "the TlsSenderCertificateName of {connector} was not given: Get-InboundConnector shows \
             it",
        ),
    }
}
