//! The ends that attribution can come to.

use serde::Serialize;

/// Why the domain of MAIL FROM is not an accepted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum UnacceptedSender {
    /// The null sender: non-delivery reports and automatic replies.
    Null,
    /// A domain that is not accepted, as forwarded mail has.
    Foreign,
}

/// An end of attribution. `connector` is a place in the list of connectors that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum AttributionOutcome {
    /// A: a name matches and the value is covered. Relays null and foreign senders too.
    ByCertificate {
        /// The connector that wins.
        connector: usize,
    },
    /// B: a name matches, the value is not covered, MAIL FROM is accepted. Fragile: null senders
    /// and forwarded mail are refused.
    ByCertificateAndMailFrom {
        /// The connector that wins.
        connector: usize,
    },
    /// C: the address is listed and MAIL FROM accepted. Null senders and forwarded mail are refused.
    ByAddressAndMailFrom {
        /// The connector that lists the address.
        connector: usize,
    },
    /// A name matches, but neither the value nor MAIL FROM is accepted (ATTR36).
    ValueNotAccepted {
        /// The connector whose value matches.
        connector: usize,
        /// What is wrong with MAIL FROM.
        sender: UnacceptedSender,
    },
    /// Only the address is listed, and MAIL FROM is not accepted: refused by design.
    AddressOnly {
        /// The connector that lists the address.
        connector: usize,
        /// What is wrong with MAIL FROM.
        sender: UnacceptedSender,
    },
    /// The connector that matches is confined by AssociatedAcceptedDomains to other domains than
    /// the sender's (inferred).
    OutsideAssociatedDomains {
        /// The connector.
        connector: usize,
    },
    /// No certificate was shown, and no eligible connector lists the address.
    NoIdentity,
    /// No connector is enabled and of type OnPremises.
    NoEligibleConnector,
    /// No name matches, and the address is not listed.
    NoMatch,
}

impl AttributionOutcome {
    /// Whether the mail is attributed to the tenant and relayed.
    #[must_use]
    pub fn is_attributed(&self) -> bool {
        matches!(
            self,
            Self::ByCertificate { .. }
                | Self::ByCertificateAndMailFrom { .. }
                | Self::ByAddressAndMailFrom { .. }
        )
    }

    /// The row of the table "Verdicts"; `None` for a cause outside it.
    #[must_use]
    pub fn verdict_row(&self) -> Option<u8> {
        Some(match self {
            Self::NoIdentity => 2,
            Self::NoEligibleConnector => 3,
            Self::NoMatch => 7,
            Self::ByCertificate { .. } => 8,
            Self::ByCertificateAndMailFrom { .. } => 9,
            Self::ValueNotAccepted { sender: UnacceptedSender::Null, .. } => 10,
            Self::ValueNotAccepted { sender: UnacceptedSender::Foreign, .. } => 11,
            Self::ByAddressAndMailFrom { .. } => 12,
            Self::AddressOnly { .. } => 13,
            Self::OutsideAssociatedDomains { .. } => return None,
        })
    }

    /// The connector that decided.
    #[must_use]
    pub fn connector(&self) -> Option<usize> {
        match self {
            Self::ByCertificate { connector }
            | Self::ByCertificateAndMailFrom { connector }
            | Self::ByAddressAndMailFrom { connector }
            | Self::ValueNotAccepted { connector, .. }
            | Self::AddressOnly { connector, .. }
            | Self::OutsideAssociatedDomains { connector } => Some(*connector),
            Self::NoIdentity | Self::NoEligibleConnector | Self::NoMatch => None,
        }
    }

    /// Whether the outcomes differ in their connector at most.
    pub(super) fn is_same_kind(&self, other: &Self) -> bool {
        let sender = |outcome: &Self| match outcome {
            Self::ValueNotAccepted { sender, .. } | Self::AddressOnly { sender, .. } => {
                Some(*sender)
            }
            _ => None,
        };
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && sender(self) == sender(other)
    }
}
