//! The table of rules, in the order in which the first hit is the cause.

use super::replies::refused_as;
use super::rule::{Effect, Rule, Scope};
use super::{
    addresses, attribution, chain_log, channels, connector_changes, connectors, direct_send,
    evidence_as_a_whole, identity, local_stores, missing_evidence, network, observed,
    other_direction, own_certificate, passing_replies, policies, presented, queue_errors,
    receiving, replies, selection, senders, stores, tenants, tls, trust, validity, wizard,
    wizard_connectors,
};
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::report::{Confidence, Severity, Verdict};
use crate::reply::RejectionClass;

/// A rule of one function; `unless` names the rules that explain the same better.
macro_rules! rule {
    ($id:ident, $scope:ident, $severity:expr, $effect:expr, $confidence:ident, $rule:path,
     $text:path, unless [$($unless:ident),*]) => {
        Rule {
            id: FindingId::$id,
            severity: $severity,
            effect: $effect,
            scope: Scope::$scope,
            confidence: Confidence::$confidence,
            unless: &[$(FindingId::$unless),*],
            text: &$text,
            test: $rule,
        }
    };
}

/// A rule on replies of one class: the catalogue of replies has message and steps.
macro_rules! reply {
    ($id:ident, $effect:expr, $confidence:ident, $class:ident, $text:path) => {
        Rule {
            id: FindingId::$id,
            severity: ERROR,
            effect: $effect,
            scope: Scope::Case,
            confidence: Confidence::$confidence,
            unless: &[],
            text: &$text,
            test: |case| refused_as(case, RejectionClass::$class),
        }
    };
}

use Effect::{Advises, Decides};
use Verdict::{Accepted, Refused, Uncertain};

const ERROR: Option<Severity> = Some(Severity::Error);
const WARNING: Option<Severity> = Some(Severity::Warning);
const INFORMATION: Option<Severity> = Some(Severity::Information);
const NO_FAULT: Option<Severity> = None;

/// Every rule, in the order in which the first hit is the cause.
#[rustfmt::skip] // One line per rule: this is a table.
const TABLE: &[Rule] = &[
    // What keeps a session from coming to attribution at all.
    rule!(NoEvidence, Evidence, WARNING, Decides(Uncertain), Documented, evidence_as_a_whole::no_evidence, evidence_as_a_whole::NO_EVIDENCE, unless [TlsCertificateNameNotFound]),
    rule!(CoverTextOnly, Case, ERROR, Decides(Uncertain), Documented, queue_errors::cover_only, queue_errors::COVER_TEXT_ONLY, unless []),
    rule!(TlsCertificateNameNotFound, Case, ERROR, Decides(Refused), Documented, own_certificate::name_not_found, own_certificate::TLS_CERTIFICATE_NAME_NOT_FOUND, unless []),
    rule!(NoPrivateKey, Case, ERROR, Decides(Refused), Documented, own_certificate::no_private_key, own_certificate::NO_PRIVATE_KEY, unless []),
    rule!(CertificateNotEnabledForSmtp, Case, ERROR, Decides(Refused), Documented, own_certificate::not_enabled, own_certificate::CERTIFICATE_NOT_ENABLED_FOR_SMTP, unless []),
    rule!(PrivateKeyNotUsable, Case, ERROR, Decides(Refused), Inferred, own_certificate::key_not_usable, own_certificate::PRIVATE_KEY_NOT_USABLE, unless []),
    rule!(SmtpInspection, Case, ERROR, Decides(Refused), Observed, network::inspection, network::SMTP_INSPECTION, unless []),
    rule!(RootG2Missing, Case, ERROR, Decides(Refused), Documented, tls::root_g2, tls::ROOT_G2_MISSING, unless []),
    rule!(RemoteCertificateInvalid, Case, ERROR, Decides(Refused), Observed, tls::remote_certificate, tls::REMOTE_CERTIFICATE_INVALID, unless [RootG2Missing]),
    rule!(Tls12Off, Case, ERROR, Decides(Refused), Inferred, tls::tls12_off, tls::TLS12_OFF, unless []),
    rule!(NewMicrosoftHosts, Case, ERROR, Decides(Refused), Inferred, network::new_hosts, network::NEW_MICROSOFT_HOSTS, unless []),
    rule!(TlsHandshakeAborted, Case, ERROR, Decides(Refused), Observed, tls::aborted, tls::TLS_HANDSHAKE_ABORTED, unless [SmtpInspection, NewMicrosoftHosts]),
    rule!(TlsNegotiationFailed, Case, ERROR, Decides(Refused), Observed, tls::negotiation, tls::TLS_NEGOTIATION_FAILED, unless [NoPrivateKey, CertificateNotEnabledForSmtp, PrivateKeyNotUsable, SmtpInspection, RootG2Missing, RemoteCertificateInvalid, Tls12Off, NewMicrosoftHosts, TlsHandshakeAborted]),
    rule!(ConnectionFailed, Case, ERROR, Decides(Refused), Observed, network::connection, network::CONNECTION_FAILED, unless [SmtpInspection, NewMicrosoftHosts]),

    // The reply is of another class.
    rule!(StartTlsRequired, Case, ERROR, Decides(Refused), Observed, replies::start_tls_required, replies::START_TLS_REQUIRED, unless []),
    reply!(ServerOutOfDate, Decides(Refused), Documented, ServerOutOfDate, replies::SERVER_OUT_OF_DATE),
    reply!(InboundConnectorBlocked, Decides(Refused), Documented, InboundConnectorBlocked, replies::INBOUND_CONNECTOR_BLOCKED),
    reply!(WrongRegionAttr35, Decides(Refused), Observed, WrongRegionAttr35, replies::WRONG_REGION_ATTR35),
    reply!(HopCountExceededAttr34, Decides(Refused), Documented, HopCountExceededAttr34, replies::HOP_COUNT_EXCEEDED_ATTR34),
    reply!(TenantInboundAttribution, Decides(Refused), Documented, TenantInboundAttribution, replies::TENANT_INBOUND_ATTRIBUTION),
    rule!(DirectSendRejected, Case, ERROR, Decides(Refused), Documented, direct_send::rejected, direct_send::DIRECT_SEND_REJECTED, unless []),
    reply!(UnregisteredDomains, Decides(Refused), Documented, UnregisteredDomains, replies::UNREGISTERED_DOMAINS),
    reply!(TenantThresholdExceeded, Decides(Refused), Documented, TenantThresholdExceeded, replies::TENANT_THRESHOLD_EXCEEDED),
    reply!(TrafficNotAccepted, Decides(Refused), Documented, TrafficNotAccepted, replies::TRAFFIC_NOT_ACCEPTED),
    reply!(ClientNotAuthenticated, Decides(Refused), Documented, ClientNotAuthenticated, replies::CLIENT_NOT_AUTHENTICATED),
    reply!(RecipientRejected, Decides(Refused), Documented, RecipientRejected, replies::RECIPIENT_REJECTED),
    rule!(CannotConnectToRemoteServer, Case, ERROR, Decides(Refused), Documented, presented::cannot_connect, other_direction::CANNOT_CONNECT_TO_REMOTE_SERVER, unless []),
    reply!(SendingAddressBanned, Decides(Refused), Documented, SendingAddressBanned, replies::SENDING_ADDRESS_BANNED),
    reply!(SendingAddressListed, Decides(Refused), Documented, SendingAddressListed, replies::SENDING_ADDRESS_LISTED),
    reply!(SendingAddressThrottled, Decides(Refused), Documented, SendingAddressThrottled, replies::SENDING_ADDRESS_THROTTLED),
    reply!(SenderRestricted, Decides(Refused), Documented, SenderRestricted, replies::SENDER_RESTRICTED),
    reply!(TenantLimitExceeded, Decides(Refused), Documented, TenantLimitExceeded, replies::TENANT_LIMIT_EXCEEDED),
    reply!(SpamRefused, Decides(Refused), Documented, SpamRefused, replies::SPAM_REFUSED),
    reply!(EhloNameRefused, Decides(Refused), Documented, EhloNameRefused, replies::EHLO_NAME_REFUSED),
    reply!(SenderNotAuthentic, Decides(Refused), Documented, SenderNotAuthentic, replies::SENDER_NOT_AUTHENTIC),
    reply!(ReverseDnsMissing, Decides(Refused), Documented, ReverseDnsMissing, replies::REVERSE_DNS_MISSING),
    reply!(Ipv6NotAccepted, Decides(Refused), Documented, Ipv6NotAccepted, replies::IPV6_NOT_ACCEPTED),
    reply!(DaneFailed, Decides(Refused), Documented, DaneFailed, other_direction::DANE_FAILED),
    reply!(MtaStsFailed, Decides(Refused), Documented, MtaStsFailed, other_direction::MTA_STS_FAILED),
    reply!(TlsChannelExpired, Decides(Refused), Observed, TlsChannelExpired, channels::TLS_CHANNEL_EXPIRED),
    reply!(TlsChannelMissing, Decides(Refused), Observed, TlsChannelMissing, channels::TLS_CHANNEL_MISSING),
    reply!(TlsNotAvailable, Decides(Uncertain), Documented, TlsNotAvailable, channels::TLS_NOT_AVAILABLE),
    reply!(ServerAuthenticationFailed, Decides(Refused), Observed, ServerAuthenticationFailed, channels::SERVER_AUTHENTICATION_FAILED),
    reply!(SecureDomainDisallowed, Decides(Refused), Observed, SecureDomainDisallowed, channels::SECURE_DOMAIN_DISALLOWED),
    reply!(TransportRuleRejected, Decides(Refused), Documented, TransportRuleRejected, policies::TRANSPORT_RULE_REJECTED),
    reply!(DeliveryRestricted, Decides(Refused), Documented, DeliveryRestricted, policies::DELIVERY_RESTRICTED),
    reply!(SendAsDenied, Decides(Refused), Documented, SendAsDenied, policies::SEND_AS_DENIED),
    reply!(JournalingRefused, Decides(Refused), Documented, JournalingRefused, policies::JOURNALING_REFUSED),
    reply!(UnauthenticatedMail, Decides(Refused), Observed, UnauthenticatedMail, policies::UNAUTHENTICATED_MAIL),
    reply!(RecipientReserved, Decides(Refused), Documented, RecipientReserved, policies::RECIPIENT_RESERVED),
    reply!(TemporaryServerError, Decides(Refused), Documented, TemporaryServerError, passing_replies::TEMPORARY_SERVER_ERROR),
    reply!(ClientTimedOut, Decides(Refused), Observed, ClientTimedOut, passing_replies::CLIENT_TIMED_OUT),
    reply!(TooManyRecipients, Decides(Refused), Documented, TooManyRecipients, passing_replies::TOO_MANY_RECIPIENTS),
    rule!(UnknownRefusal, Case, ERROR, Decides(Uncertain), Uncertain, replies::unknown_refusal, replies::UNKNOWN_REFUSAL, unless []),

    // Whether the session showed an identity.
    rule!(StartTlsNotOffered, Case, ERROR, Decides(Refused), Inferred, identity::start_tls_not_offered, identity::START_TLS_NOT_OFFERED, unless []),
    rule!(NoCertificateOffered, Case, ERROR, Decides(Refused), Inferred, identity::no_certificate, identity::NO_CERTIFICATE_OFFERED, unless [AddressNotListed]),

    // Whether there is a connector that may grant relay.
    rule!(OtherTenantsExport, Case, ERROR, Decides(Refused), Inferred, tenants::other_tenants_export, tenants::OTHER_TENANTS_EXPORT, unless [SelfSignedCertificate, PrivateAuthority]),
    rule!(TwoTenants, Case, ERROR, Decides(Refused), Documented, tenants::two_tenants, tenants::TWO_TENANTS, unless []),
    rule!(ConnectorDisabled, Case, ERROR, Decides(Refused), Documented, connectors::connector_disabled, connectors::CONNECTOR_DISABLED, unless [OtherTenantsExport]),
    rule!(ConnectorWrongType, Case, ERROR, Decides(Refused), Documented, connectors::connector_wrong_type, connectors::CONNECTOR_WRONG_TYPE, unless [ConnectorDisabled, OtherTenantsExport]),
    rule!(ConnectorMissing, Case, ERROR, Decides(Refused), Documented, connectors::connector_missing, connectors::CONNECTOR_MISSING, unless [OtherTenantsExport]),

    // Certificates, names, addresses and senders; then what is open or missing.
    rule!(SelfSignedCertificate, Case, ERROR, Decides(Refused), Documented, trust::self_signed, trust::SELF_SIGNED_CERTIFICATE, unless []),
    rule!(PrivateAuthority, Case, ERROR, Decides(Refused), Inferred, trust::private_authority, trust::PRIVATE_AUTHORITY, unless []),
    rule!(IntermediateMissing, Case, ERROR, Decides(Refused), Documented, trust::incomplete, trust::INTERMEDIATE_MISSING, unless []),
    rule!(ChainIncompleteLogged, Case, ERROR, Decides(Refused), Inferred, chain_log::incomplete, chain_log::CHAIN_INCOMPLETE_LOGGED, unless [IntermediateMissing]),
    rule!(ChainNotTrustedByReceiver, Case, ERROR, Decides(Refused), Observed, trust::not_trusted_by_receiver, trust::CHAIN_NOT_TRUSTED_BY_RECEIVER, unless [SelfSignedCertificate, PrivateAuthority, IntermediateMissing, ChainIncompleteLogged]),
    rule!(CertificateExpired, Case, ERROR, Decides(Refused), Inferred, validity::expired, validity::CERTIFICATE_EXPIRED, unless []),
    rule!(CertificateNotYetValid, Case, ERROR, Decides(Refused), Inferred, validity::not_yet_valid, validity::CERTIFICATE_NOT_YET_VALID, unless []),
    rule!(CertificateRevoked, Case, ERROR, Decides(Refused), Inferred, validity::revoked, validity::CERTIFICATE_REVOKED, unless []),
    rule!(ChainFault, Case, ERROR, Decides(Refused), Inferred, trust::chain_fault, trust::CHAIN_FAULT, unless [CertificateExpired, CertificateNotYetValid, CertificateRevoked]),
    rule!(NameMismatch, Case, ERROR, Decides(Refused), Documented, attribution::name_mismatch, attribution::NAME_MISMATCH, unless [ConnectorDisabled, OtherTenantsExport, SelfSignedCertificate, PrivateAuthority]),
    rule!(AddressNotListed, Case, ERROR, Decides(Refused), Documented, addresses::address_not_listed, addresses::ADDRESS_NOT_LISTED, unless [ConnectorDisabled, OtherTenantsExport]),
    rule!(Attr36NullSender, Case, ERROR, Decides(Refused), Documented, senders::attr36_null, senders::ATTR36_NULL_SENDER, unless [OtherTenantsExport]),
    rule!(Attr36ForeignSender, Case, ERROR, Decides(Refused), Documented, senders::attr36_foreign, senders::ATTR36_FOREIGN_SENDER, unless [OtherTenantsExport, TwoTenants]),
    rule!(Attr36, Case, ERROR, Decides(Refused), Documented, senders::attr36, senders::ATTR36, unless [OtherTenantsExport, TwoTenants, AttributedButRefused, Attr36NullSender, Attr36ForeignSender, AddressConnectorCannotRelay]),
    rule!(AddressConnectorCannotRelay, Case, ERROR, Decides(Refused), Documented, addresses::address_only, addresses::ADDRESS_CONNECTOR_CANNOT_RELAY, unless []),
    rule!(OutsideAssociatedDomains, Case, ERROR, Decides(Refused), Inferred, senders::outside_associated, senders::OUTSIDE_ASSOCIATED_DOMAINS, unless []),
    rule!(AttributedButRefused, Case, ERROR, Decides(Uncertain), Uncertain, attribution::attributed_but_refused, attribution::ATTRIBUTED_BUT_REFUSED, unless [OtherTenantsExport, TwoTenants]),
    rule!(FrontEndHalfMissing, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::front_end_half, missing_evidence::FRONT_END_HALF_MISSING, unless []),
    rule!(OpenQuestion, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::open_question, missing_evidence::OPEN_QUESTION, unless [FrontEndHalfMissing]),
    rule!(ConnectorsNotGiven, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::connectors_not_given, missing_evidence::CONNECTORS_NOT_GIVEN, unless []),
    rule!(AcceptedDomainsNotGiven, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::accepted_domains_not_given, missing_evidence::ACCEPTED_DOMAINS_NOT_GIVEN, unless []),
    rule!(RootNotKnown, Case, WARNING, Decides(Uncertain), Uncertain, trust::root_not_known, trust::ROOT_NOT_KNOWN, unless []),
    rule!(ChainNotKnown, Case, WARNING, Decides(Uncertain), Documented, trust::chain_not_known, trust::CHAIN_NOT_KNOWN, unless []),
    rule!(AttributedByCertificate, Case, NO_FAULT, Decides(Accepted), Documented, attribution::attributed, attribution::ATTRIBUTED_BY_CERTIFICATE, unless []),
    rule!(FragileAttribution, Case, WARNING, Decides(Accepted), Documented, attribution::fragile, attribution::FRAGILE_ATTRIBUTION, unless []),
    rule!(AttributedByAddress, Case, NO_FAULT, Decides(Accepted), Documented, addresses::by_address, addresses::ATTRIBUTED_BY_ADDRESS, unless []),

    // What stands beside the cause.
    rule!(EvidenceTooOld, Evidence, WARNING, Decides(Uncertain), Documented, observed::evidence_too_old, observed::EVIDENCE_TOO_OLD, unless []),
    rule!(EvidenceAgeing, Evidence, WARNING, Advises, Documented, observed::evidence_ageing, observed::EVIDENCE_AGEING, unless []),
    rule!(EverydayFailures, Evidence, INFORMATION, Advises, Observed, observed::everyday_failures, observed::EVERYDAY_FAILURES, unless []),
    rule!(InputUnreadable, Evidence, ERROR, Advises, Documented, evidence_as_a_whole::unreadable, evidence_as_a_whole::INPUT_UNREADABLE, unless []),
    rule!(EvidenceDamaged, Evidence, INFORMATION, Advises, Documented, evidence_as_a_whole::damaged, evidence_as_a_whole::EVIDENCE_DAMAGED, unless []),
    rule!(CertificateExpiresSoon, Case, WARNING, Advises, Documented, validity::expires_soon, validity::CERTIFICATE_EXPIRES_SOON, unless []),
    rule!(CertificateExpiredSince, Case, WARNING, Advises, Documented, validity::expired_since, validity::CERTIFICATE_EXPIRED_SINCE, unless []),
    rule!(TwinCertificates, Case, INFORMATION, Advises, Documented, selection::twin_certificates, selection::TWIN_CERTIFICATES, unless []),
    rule!(NewestTwinUnusable, Case, WARNING, Advises, Observed, selection::newest_twin_unusable, selection::NEWEST_TWIN_UNUSABLE, unless []),
    rule!(AnotherCertificateSelected, Case, WARNING, Advises, Inferred, selection::another_selected, selection::ANOTHER_CERTIFICATE_SELECTED, unless []),
    rule!(NewIssuerAfterRenewal, Case, WARNING, Advises, Documented, selection::new_issuer, selection::NEW_ISSUER_AFTER_RENEWAL, unless []),
    rule!(SelectionDisputed, Case, INFORMATION, Advises, Uncertain, selection::selection_disputed, selection::SELECTION_DISPUTED, unless []),
    rule!(RootInIntermediateStore, Case, WARNING, Advises, Documented, stores::root_in_ca, stores::ROOT_IN_INTERMEDIATE_STORE, unless []),
    rule!(IntermediateInRootStore, Case, WARNING, Advises, Documented, stores::intermediate_in_root, stores::INTERMEDIATE_IN_ROOT_STORE, unless []),
    rule!(ReceiveConnectorFault, Evidence, ERROR, Decides(Uncertain), Documented, receiving::receive_connector_fault, receiving::RECEIVE_CONNECTOR_FAULT, unless []),
    rule!(ExchangeOnlineHangsUp, Evidence, ERROR, Decides(Refused), Observed, receiving::exchange_online_hangs_up, receiving::EXCHANGE_ONLINE_HANGS_UP, unless []),
    rule!(RootBlocked, Case, WARNING, Advises, Documented, stores::root_blocked, stores::ROOT_BLOCKED, unless []),
    rule!(RootShortensChain, Case, WARNING, Advises, Documented, stores::root_shortens_chain, stores::ROOT_SHORTENS_CHAIN, unless []),
    rule!(AcceptedDomainsAreLocal, Case, INFORMATION, Advises, Documented, missing_evidence::local_domains, missing_evidence::ACCEPTED_DOMAINS_ARE_LOCAL, unless []),
    rule!(SenderAddressIgnored, Case, WARNING, Advises, Documented, connector_changes::address_ignored, connector_changes::SENDER_ADDRESS_IGNORED, unless []),
    rule!(ConnectorChangedRecently, Case, INFORMATION, Advises, Observed, connector_changes::changed_recently, connector_changes::CONNECTOR_CHANGED_RECENTLY, unless []),
    rule!(ConnectorsFromWizard, Case, INFORMATION, Advises, Inferred, wizard_connectors::stands_in, wizard_connectors::CONNECTORS_FROM_WIZARD, unless []),
    rule!(WizardChangedSenderName, Case, WARNING, Advises, Observed, wizard::changed_sender_name, wizard::WIZARD_CHANGED_SENDER_NAME, unless []),
    rule!(WizardChangedCertificateName, Case, WARNING, Advises, Observed, wizard::changed_certificate_name, wizard::WIZARD_CHANGED_CERTIFICATE_NAME, unless []),
    rule!(WizardChangeFailed, Case, WARNING, Advises, Observed, wizard::failed, wizard::WIZARD_CHANGE_FAILED, unless []),
    rule!(WizardUndoesChanges, Case, INFORMATION, Advises, Documented, wizard::undoes_changes, wizard::WIZARD_UNDOES_CHANGES, unless []),
    rule!(LegacyTls, Case, WARNING, Advises, Documented, tls::legacy_tls, tls::LEGACY_TLS, unless []),
    rule!(ChainFaultLogged, Case, WARNING, Advises, Observed, chain_log::fault, chain_log::CHAIN_FAULT_LOGGED, unless []),
    rule!(ChainEventsMissing, Evidence, INFORMATION, Advises, Documented, chain_log::missing, chain_log::CHAIN_EVENTS_MISSING, unless []),
    rule!(ChainEventsNotJudged, Case, INFORMATION, Advises, Documented, chain_log::not_judged, chain_log::CHAIN_EVENTS_NOT_JUDGED, unless []),
    rule!(LoggingOff, Evidence, WARNING, Advises, Documented, evidence_as_a_whole::logging_off, evidence_as_a_whole::LOGGING_OFF, unless []),
    rule!(MachineStoreNotSeen, Evidence, INFORMATION, Advises, Observed, local_stores::not_seen, local_stores::MACHINE_STORE_NOT_SEEN, unless []),
    rule!(WindowsDiffers, Case, WARNING, Advises, Observed, local_stores::differs, local_stores::WINDOWS_DIFFERS, unless []),
    rule!(QueueErrorJoined, Evidence, INFORMATION, Advises, Observed, queue_errors::joined, queue_errors::QUEUE_ERROR_JOINED, unless []),
    rule!(QueueErrorNotJudged, Evidence, INFORMATION, Decides(Uncertain), Documented, queue_errors::not_judged, queue_errors::QUEUE_ERROR_NOT_JUDGED, unless []),
    rule!(SessionsNotJudged, Evidence, INFORMATION, Advises, Documented, evidence_as_a_whole::not_judged, evidence_as_a_whole::SESSIONS_NOT_JUDGED, unless []),
];

/// All rules, in their order.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    TABLE.iter()
}
