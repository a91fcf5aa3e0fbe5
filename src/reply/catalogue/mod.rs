//! What is known of each class of refusal: one row a class, in the order in which they are tried.

mod attribution;
mod delivered;
mod delivery;
mod entry;
mod events;
mod organisation;
mod other_direction;
mod passing;
mod reputation;
mod sender;
mod sending_address;
pub(crate) mod steps;
mod tls;

use super::rejection_class::RejectionClass;

pub use entry::{CatalogueEntry, Signature};

/// The classes; the first whose signature fits a refusal is its class.
pub static CATALOGUE: &[&CatalogueEntry] = &[
    &attribution::RELAY_DENIED_ATTR36,
    &attribution::RELAY_DENIED,
    &attribution::WRONG_REGION_ATTR35,
    &attribution::HOP_COUNT_EXCEEDED_ATTR34,
    &attribution::TENANT_INBOUND_ATTRIBUTION,
    &attribution::DIRECT_SEND_REJECTED,
    &reputation::UNREGISTERED_DOMAINS,
    &reputation::TENANT_THRESHOLD_EXCEEDED,
    &reputation::TRAFFIC_NOT_ACCEPTED,
    &reputation::INBOUND_CONNECTOR_BLOCKED,
    &reputation::SERVER_OUT_OF_DATE,
    &sender::SENDER_NOT_AUTHENTIC,
    &sending_address::SENDING_ADDRESS_BANNED,
    &sending_address::SENDING_ADDRESS_LISTED,
    &sending_address::SENDING_ADDRESS_THROTTLED,
    &sending_address::EHLO_NAME_REFUSED,
    &sending_address::REVERSE_DNS_MISSING,
    &sending_address::IPV6_NOT_ACCEPTED,
    &sender::TOO_MANY_RECIPIENTS,
    &sender::SENDER_RESTRICTED,
    &sender::TENANT_LIMIT_EXCEEDED,
    &sender::SPAM_REFUSED,
    &sender::SEND_AS_DENIED,
    &sender::RECIPIENT_RESERVED,
    &other_direction::DANE_FAILED,
    &other_direction::MTA_STS_FAILED,
    &organisation::TRANSPORT_RULE_REJECTED,
    &organisation::DELIVERY_RESTRICTED,
    &organisation::JOURNALING_REFUSED,
    &organisation::UNAUTHENTICATED_MAIL,
    &tls::TLS_CHANNEL_UNTRUSTED_ROOT,
    &other_direction::TLS_CHANNEL_EXPIRED,
    &other_direction::TLS_CHANNEL_MISSING,
    &tls::TLS_CERTIFICATE_NAME_NOT_FOUND,
    &tls::REMOTE_CERTIFICATE_INVALID,
    &tls::START_TLS_REQUIRED,
    &tls::CANNOT_CONNECT_TO_REMOTE_SERVER,
    &delivery::RECIPIENT_REJECTED,
    &delivery::CLIENT_NOT_AUTHENTICATED,
    &delivery::CONNECTION_TIMED_OUT,
    &delivery::UNABLE_TO_CONNECT,
    &delivery::CONNECTION_DROPPED,
    &delivery::LOCAL_TLS_FAILURE,
    &passing::TLS_NOT_AVAILABLE,
    &passing::SERVER_AUTHENTICATION_FAILED,
    &passing::SECURE_DOMAIN_DISALLOWED,
    &passing::CLIENT_TIMED_OUT,
    &passing::TEMPORARY_SERVER_ERROR,
    &passing::MESSAGE_EXPIRED,
    &organisation::RELAY_REFUSED,
    &delivered::DELIVERED_AS_ANONYMOUS,
    &delivered::DELIVERED_AS_INTERNAL,
    &delivered::DELIVERED_AS_PARTNER,
    &events::CONNECTOR_CERTIFICATE_MISSING,
    &events::CONNECTOR_CERTIFICATE_EXPIRED,
    &events::CONNECTOR_CERTIFICATE_EXPIRING,
];

impl RejectionClass {
    /// What the catalogue knows of it; `None` for [`Unclassified`](Self::Unclassified) alone.
    #[must_use]
    pub fn entry(self) -> Option<&'static CatalogueEntry> {
        CATALOGUE.iter().copied().find(|entry| entry.class == self)
    }

    /// Whether the reply is a cover text: the cause stands in the session's TLS row of the log.
    #[must_use]
    pub fn is_cover_text(self) -> bool {
        self.entry().is_some_and(|entry| entry.cover)
    }
}
