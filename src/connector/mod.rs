//! Connectors, accepted domains and installed certificates, and what EOP and Exchange make of them.
//!
//! [`attribute`] says to whom EOP attributes a server's mail, [`select_certificate`] which
//! certificate Exchange would send. Sources: the documentation of Set-InboundConnector and
//! Set-SendConnector, "Set up connectors for secure mail flow", KB 3169958, KB 4019940, KB 4051498.
//! What these leave open stays open in the results, with what would settle it.

#![forbid(unsafe_code)]

mod accepted_domain;
mod assessment;
mod attribution;
mod certificate_names;
mod certificate_selection;
mod domain_name;
mod exchange_certificate;
mod inbound_connector;
mod mail_from;
mod name_match;
mod nearest_miss;
mod open_question;
mod outcome;
mod receive_connector;
mod send_connector;
mod sender_address;
mod successor;
mod text_list;

pub use accepted_domain::{AcceptedDomain, AcceptedDomains, Coverage, DomainOrigin};
pub use assessment::{Association, ConnectorAssessment, ShownCertificate};
pub use attribution::{Attribution, AttributionRequest, attribute};
pub use certificate_names::{CertificateName, CertificateNames, NamePlace};
pub use certificate_selection::{
    CertificateSelection, Exclusion, Selected, SelectionBasis, SentComparison, find_logged,
    is_named_by, select_certificate, twins_of,
};
pub use domain_name::{DomainName, DomainNameError, NamePattern};
pub use exchange_certificate::{CertificateServices, ExchangeCertificate};
pub use inbound_connector::{ConnectorType, Eligibility, InboundConnector};
pub use mail_from::MailFrom;
pub use name_match::{
    ConnectorNameMatch, Exactness, Mismatch, NameMatch, OpenMatch, deeper_domain,
    match_certificate, match_name, specificity,
};
pub use nearest_miss::{MissKind, NearestMiss, nearest_miss};
pub use open_question::OpenQuestion;
pub use outcome::{AttributionOutcome, UnacceptedSender};
pub use receive_connector::ReceiveConnector;
pub use send_connector::{EopSign, SendConnector};
pub use sender_address::{
    AddressMatch, IgnoredAddress, SenderRange, ignored_addresses, match_address, public_address,
};
pub use successor::{CertificateDifference, Successor, are_related, differences_of, successor_of};
pub use text_list::TextList;
