//! The table of rules, in the order in which the first hit is the cause.

use super::rule::{Effect, Rule, Scope, Test};
use super::{
    addresses, attribution, certificate, chain_log, connectors, evidence_as_a_whole, local_stores,
    missing_evidence, own_certificate, queue_errors, renewals_and_stores, senders, tls, wizard,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::report::{Confidence, Remedy, Severity, Verdict};
use crate::reply::RejectionClass;

const fn reply(id: FindingId, class: RejectionClass, verdict: Verdict) -> Rule {
    Rule {
        id,
        severity: ERROR,
        effect: Decides(verdict),
        scope: Scope::Case,
        confidence: Confidence::Observed,
        unless: &[],
        text: None,
        test: Test::Reply(class),
    }
}

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
            text: Some(&$text),
            test: Test::Rule($rule),
        }
    };
}

/// A rule in parts: each finds the facts anew.
macro_rules! parts {
    ($id:ident, $scope:ident, $severity:expr, $effect:expr, $confidence:ident, $find:path,
     $message:path, $remedy:path, $reference:literal) => {
        Rule {
            id: FindingId::$id,
            severity: $severity,
            effect: $effect,
            scope: Scope::$scope,
            confidence: Confidence::$confidence,
            unless: &[],
            text: None,
            test: Test::By {
                find: $find,
                message: $message,
                remedy: $remedy,
                reference: $reference,
            },
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
    parts!(NoEvidence, Evidence, WARNING, Decides(Uncertain), Documented, evidence_as_a_whole::no_evidence, evidence_as_a_whole::no_evidence_message, evidence_as_a_whole::logging_on_remedy, "Set-SendConnector -ProtocolLoggingLevel"),
    parts!(CoverTextOnly, Case, ERROR, Decides(Uncertain), Documented, queue_errors::cover_only, queue_errors::cover_only_message, queue_errors::cover_only_remedy, "KB 4051498"),
    rule!(TlsCertificateNameNotFound, Case, ERROR, Decides(Refused), Documented, own_certificate::name_not_found, own_certificate::TLS_CERTIFICATE_NAME_NOT_FOUND, unless []),
    rule!(NoPrivateKey, Case, ERROR, Decides(Refused), Documented, own_certificate::no_private_key, own_certificate::NO_PRIVATE_KEY, unless []),
    rule!(CertificateNotEnabledForSmtp, Case, ERROR, Decides(Refused), Documented, own_certificate::not_enabled, own_certificate::CERTIFICATE_NOT_ENABLED_FOR_SMTP, unless []),
    rule!(PrivateKeyNotUsable, Case, ERROR, Decides(Refused), Inferred, own_certificate::key_not_usable, own_certificate::PRIVATE_KEY_NOT_USABLE, unless []),
    parts!(SmtpInspection, Case, ERROR, Decides(Refused), Observed, tls::inspection, tls::inspection_message, tls::inspection_remedy, "RFC 3207, section 4; winerror.h, SEC_E_INVALID_TOKEN"),
    parts!(RootG2Missing, Case, ERROR, Decides(Refused), Documented, tls::root_g2, tls::root_g2_message, tls::root_g2_remedy, "Microsoft Learn: Office TLS certificate changes"),
    parts!(RemoteCertificateInvalid, Case, ERROR, Decides(Refused), Observed, tls::remote_certificate, tls::remote_certificate_message, tls::remote_certificate_remedy, "send protocol log, 454 4.7.5"),
    parts!(Tls12Off, Case, ERROR, Decides(Refused), Inferred, tls::tls12_off, tls::tls12_off_message, tls::tls12_off_remedy, "Microsoft Learn: TLS 1.2 in Exchange Server; winerror.h"),
    parts!(NewMicrosoftHosts, Case, ERROR, Decides(Refused), Inferred, tls::new_hosts, tls::new_hosts_message, tls::new_hosts_remedy, "Microsoft Learn: mail flow to mx.microsoft"),
    parts!(TlsHandshakeAborted, Case, ERROR, Decides(Refused), Observed, tls::aborted, tls::aborted_message, tls::tls_remedy, "winsock2.h; send protocol log"),
    parts!(TlsNegotiationFailed, Case, ERROR, Decides(Refused), Observed, tls::negotiation, tls::negotiation_message, tls::tls_remedy, "winerror.h"),
    parts!(ConnectionFailed, Case, ERROR, Decides(Refused), Observed, tls::connection, tls::connection_message, tls::connection_remedy, "winsock2.h; KB 4051498 (cover texts)"),

    // The reply is of another class.
    reply(FindingId::StartTlsRequired, RejectionClass::StartTlsRequired, Refused),
    reply(FindingId::ServerOutOfDate, RejectionClass::ServerOutOfDate, Refused),
    reply(FindingId::InboundConnectorBlocked, RejectionClass::InboundConnectorBlocked, Refused),
    reply(FindingId::WrongRegionAttr35, RejectionClass::WrongRegionAttr35, Refused),
    reply(FindingId::HopCountExceededAttr34, RejectionClass::HopCountExceededAttr34, Refused),
    reply(FindingId::TenantInboundAttribution, RejectionClass::TenantInboundAttribution, Refused),
    reply(FindingId::DirectSendRejected, RejectionClass::DirectSendRejected, Refused),
    reply(FindingId::UnregisteredDomains, RejectionClass::UnregisteredDomains, Refused),
    reply(FindingId::TenantThresholdExceeded, RejectionClass::TenantThresholdExceeded, Refused),
    reply(FindingId::TrafficNotAccepted, RejectionClass::TrafficNotAccepted, Refused),
    reply(FindingId::ClientNotAuthenticated, RejectionClass::ClientNotAuthenticated, Refused),
    reply(FindingId::RecipientRejected, RejectionClass::RecipientRejected, Refused),
    reply(FindingId::CannotConnectToRemoteServer, RejectionClass::CannotConnectToRemoteServer, Refused),
    reply(FindingId::UnknownRefusal, RejectionClass::Unclassified, Uncertain),

    // Whether the session showed an identity.
    parts!(StartTlsNotOffered, Case, ERROR, Decides(Refused), Inferred, certificate::start_tls_not_offered, certificate::start_tls_not_offered_message, tls::inspection_remedy, "KB 4051495; RFC 3207"),
    parts!(NoCertificateOffered, Case, ERROR, Decides(Refused), Inferred, certificate::no_certificate, certificate::no_certificate_message, certificate::no_certificate_remedy, "KB 4051495"),

    // Whether there is a connector that may grant relay.
    rule!(ConnectorDisabled, Case, ERROR, Decides(Refused), Documented, connectors::connector_disabled, connectors::CONNECTOR_DISABLED, unless []),
    rule!(ConnectorWrongType, Case, ERROR, Decides(Refused), Documented, connectors::connector_wrong_type, connectors::CONNECTOR_WRONG_TYPE, unless [ConnectorDisabled]),
    rule!(ConnectorMissing, Case, ERROR, Decides(Refused), Documented, connectors::connector_missing, connectors::CONNECTOR_MISSING, unless []),

    // Certificates, names, addresses and senders; then what is open or missing.
    parts!(SelfSignedCertificate, Case, ERROR, Decides(Refused), Documented, certificate::self_signed, certificate::self_signed_message, certificate::wrong_certificate_remedy, "KB 4051495; RFC 5280, section 6.1"),
    parts!(PrivateAuthority, Case, ERROR, Decides(Refused), Inferred, certificate::private_authority, certificate::private_authority_message, certificate::wrong_certificate_remedy, "KB 4051495; RFC 5280, section 6.1"),
    parts!(IntermediateMissing, Case, ERROR, Decides(Refused), Documented, certificate::incomplete, certificate::incomplete_message, certificate::incomplete_remedy, "KB 3212877"),
    parts!(ChainIncompleteLogged, Case, ERROR, Decides(Refused), Inferred, chain_log::incomplete, chain_log::incomplete_message, chain_log::incomplete_remedy, "KB 3212877; CAPI2 log, events 11 and 30"),
    parts!(ChainNotTrustedByReceiver, Case, ERROR, Decides(Refused), Observed, certificate::not_trusted_by_receiver, certificate::not_trusted_message, certificate::not_trusted_remedy, "event 2004 (MSExchangeTransport, SmtpSend)"),
    parts!(CertificateExpired, Case, ERROR, Decides(Refused), Inferred, certificate::expired, certificate::expired_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5"),
    parts!(CertificateNotYetValid, Case, ERROR, Decides(Refused), Inferred, certificate::not_yet_valid, certificate::not_yet_valid_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5"),
    parts!(CertificateRevoked, Case, ERROR, Decides(Refused), Inferred, certificate::revoked, certificate::revoked_message, certificate::replace_remedy, "RFC 5280, section 6.3"),
    rule!(NameMismatch, Case, ERROR, Decides(Refused), Documented, attribution::name_mismatch, attribution::NAME_MISMATCH, unless [ConnectorDisabled]),
    rule!(AddressNotListed, Case, ERROR, Decides(Refused), Documented, addresses::address_not_listed, addresses::ADDRESS_NOT_LISTED, unless [ConnectorDisabled]),
    rule!(AttributedButRefused, Case, ERROR, Decides(Uncertain), Uncertain, attribution::attributed_but_refused, attribution::ATTRIBUTED_BUT_REFUSED, unless []),
    rule!(AttributedByCertificate, Case, NO_FAULT, Decides(Accepted), Documented, attribution::attributed, attribution::ATTRIBUTED_BY_CERTIFICATE, unless []),
    rule!(FragileAttribution, Case, WARNING, Decides(Accepted), Documented, attribution::fragile, attribution::FRAGILE_ATTRIBUTION, unless []),
    rule!(Attr36NullSender, Case, ERROR, Decides(Refused), Documented, senders::attr36_null, senders::ATTR36_NULL_SENDER, unless []),
    rule!(Attr36ForeignSender, Case, ERROR, Decides(Refused), Documented, senders::attr36_foreign, senders::ATTR36_FOREIGN_SENDER, unless []),
    rule!(Attr36, Case, ERROR, Decides(Refused), Documented, senders::attr36, senders::ATTR36, unless [AttributedButRefused, Attr36NullSender, Attr36ForeignSender]),
    rule!(AttributedByAddress, Case, NO_FAULT, Decides(Accepted), Documented, addresses::by_address, addresses::ATTRIBUTED_BY_ADDRESS, unless []),
    rule!(AddressConnectorCannotRelay, Case, ERROR, Decides(Refused), Documented, addresses::address_only, addresses::ADDRESS_CONNECTOR_CANNOT_RELAY, unless []),
    rule!(OutsideAssociatedDomains, Case, ERROR, Decides(Refused), Inferred, senders::outside_associated, senders::OUTSIDE_ASSOCIATED_DOMAINS, unless []),
    rule!(FrontEndHalfMissing, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::front_end_half, missing_evidence::FRONT_END_HALF_MISSING, unless []),
    rule!(OpenQuestion, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::open_question, missing_evidence::OPEN_QUESTION, unless [FrontEndHalfMissing]),
    rule!(ConnectorsNotGiven, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::connectors_not_given, missing_evidence::CONNECTORS_NOT_GIVEN, unless []),
    rule!(AcceptedDomainsNotGiven, Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::accepted_domains_not_given, missing_evidence::ACCEPTED_DOMAINS_NOT_GIVEN, unless []),

    // What stands beside the cause.
    parts!(InputUnreadable, Evidence, ERROR, Advises, Documented, evidence_as_a_whole::unreadable, evidence_as_a_whole::unreadable_message, none, "the operating system"),
    parts!(EvidenceDamaged, Evidence, INFORMATION, Advises, Documented, evidence_as_a_whole::damaged, evidence_as_a_whole::damaged_message, none, "the export itself"),
    parts!(CertificateExpiresSoon, Case, WARNING, Advises, Documented, renewals_and_stores::expires_soon, renewals_and_stores::expires_soon_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5"),
    parts!(CertificateExpiredSince, Case, WARNING, Advises, Documented, renewals_and_stores::expired_since, renewals_and_stores::expired_since_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5"),
    parts!(TwinCertificates, Case, INFORMATION, Advises, Documented, renewals_and_stores::twin_certificates, renewals_and_stores::twin_certificates_message, none, "Set-SendConnector -TlsCertificateName"),
    parts!(AnotherCertificateSelected, Case, WARNING, Advises, Inferred, renewals_and_stores::another_selected, renewals_and_stores::another_selected_message, renewals_and_stores::restart_remedy, "Set-SendConnector -TlsCertificateName"),
    parts!(NewIssuerAfterRenewal, Case, WARNING, Advises, Documented, renewals_and_stores::new_issuer, renewals_and_stores::new_issuer_message, renewals_and_stores::new_issuer_remedy, "Set-SendConnector -TlsCertificateName"),
    parts!(SelectionDisputed, Case, INFORMATION, Advises, Uncertain, renewals_and_stores::selection_disputed, renewals_and_stores::selection_disputed_message, none, "Exchange team blog; Microsoft Learn"),
    parts!(RootInIntermediateStore, Case, WARNING, Advises, Documented, renewals_and_stores::root_in_ca, renewals_and_stores::root_in_ca_message, renewals_and_stores::root_in_ca_remedy, "KB 2795828"),
    parts!(IntermediateInRootStore, Case, WARNING, Advises, Documented, renewals_and_stores::intermediate_in_root, renewals_and_stores::intermediate_in_root_message, renewals_and_stores::intermediate_in_root_remedy, "KB 2795828"),
    rule!(AcceptedDomainsAreLocal, Case, INFORMATION, Advises, Documented, missing_evidence::local_domains, missing_evidence::ACCEPTED_DOMAINS_ARE_LOCAL, unless []),
    parts!(SenderAddressIgnored, Case, WARNING, Advises, Documented, renewals_and_stores::address_ignored, renewals_and_stores::address_ignored_message, none, "Set-InboundConnector -SenderIPAddresses"),
    parts!(ConnectorChangedRecently, Case, INFORMATION, Advises, Observed, renewals_and_stores::changed_recently, renewals_and_stores::changed_recently_message, none, "Get-InboundConnector, WhenChangedUTC"),
    parts!(ConnectorsFromWizard, Case, INFORMATION, Advises, Inferred, wizard::stands_in, wizard::stands_in_message, wizard::stands_in_remedy, "logs of the Hybrid Configuration Wizard"),
    parts!(WizardChangedSenderName, Case, WARNING, Advises, Observed, wizard::changed_sender_name, wizard::changed_sender_name_message, wizard::changed_sender_name_remedy, "KB 4051495"),
    parts!(WizardChangedCertificateName, Case, WARNING, Advises, Observed, wizard::changed_certificate_name, wizard::changed_certificate_name_message, none, "Set-SendConnector -TlsCertificateName"),
    parts!(WizardChangeFailed, Case, WARNING, Advises, Observed, wizard::failed, wizard::failed_message, wizard::failed_remedy, "logs of the Hybrid Configuration Wizard"),
    parts!(WizardUndoesChanges, Case, INFORMATION, Advises, Documented, wizard::undoes_changes, wizard::undoes_changes_message, none, "KB 4051495"),
    parts!(LegacyTls, Case, WARNING, Advises, Documented, renewals_and_stores::legacy_tls, renewals_and_stores::legacy_tls_message, tls::tls12_off_remedy, "Microsoft Learn: TLS 1.0 and 1.1 in Exchange Online"),
    parts!(ChainNotKnown, Case, INFORMATION, Advises, Documented, renewals_and_stores::chain_not_known, renewals_and_stores::chain_not_known_message, renewals_and_stores::chain_not_known_remedy, "KB 3212877"),
    parts!(RootNotKnown, Case, INFORMATION, Advises, Uncertain, renewals_and_stores::root_not_known, renewals_and_stores::root_not_known_message, none, "RFC 5280, section 6.1"),
    parts!(ChainFaultLogged, Case, WARNING, Advises, Observed, chain_log::fault, chain_log::fault_message, none, "winerror.h; wincrypt.h, CERT_TRUST_STATUS; CAPI2 log"),
    parts!(ChainEventsMissing, Evidence, INFORMATION, Advises, Documented, chain_log::missing, chain_log::missing_message, chain_log::missing_remedy, "KB 3212877; wevtutil"),
    parts!(ChainEventsNotJudged, Case, INFORMATION, Advises, Documented, chain_log::not_judged, chain_log::not_judged_message, none, "the CAPI2 log itself"),
    parts!(LoggingOff, Evidence, WARNING, Advises, Documented, evidence_as_a_whole::logging_off, evidence_as_a_whole::logging_off_message, evidence_as_a_whole::logging_on_remedy, "Set-SendConnector -ProtocolLoggingLevel"),
    rule!(MachineStoreNotSeen, Evidence, INFORMATION, Advises, Observed, local_stores::not_seen, local_stores::MACHINE_STORE_NOT_SEEN, unless []),
    rule!(WindowsDiffers, Case, WARNING, Advises, Observed, local_stores::differs, local_stores::WINDOWS_DIFFERS, unless []),
    parts!(QueueErrorJoined, Evidence, INFORMATION, Advises, Observed, queue_errors::joined, queue_errors::joined_message, none, "KB 4051498"),
    parts!(QueueErrorNotJudged, Evidence, INFORMATION, Advises, Documented, queue_errors::not_judged, queue_errors::not_judged_message, none, "the errors themselves"),
    parts!(SessionsNotJudged, Evidence, INFORMATION, Advises, Documented, evidence_as_a_whole::not_judged, evidence_as_a_whole::not_judged_message, none, "the logs themselves"),
];

/// All rules, in their order.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    TABLE.iter()
}

fn none(_: &Case<'_>) -> Vec<Remedy> {
    Vec::new()
}
