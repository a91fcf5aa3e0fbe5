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

const fn reply_rule(id: FindingId, class: RejectionClass) -> Rule {
    Rule {
        id,
        source: "row 1",
        severity: Some(Severity::Error),
        effect: Effect::Decides(Verdict::Refused),
        scope: Scope::Case,
        confidence: Confidence::Observed,
        unless: &[],
        text: None,
        test: Test::Reply(class),
    }
}

/// Rules of which one function finds the facts: `unless` names those that explain the same better.
macro_rules! rules_by_function {
    ($($id:ident, $scope:ident, $severity:expr, $effect:expr, $confidence:ident,
       $rule:path, $text:path, unless [$($unless:ident),*];)+) => {
        &[$(Rule {
            id: FindingId::$id,
            source: "",
            severity: $severity,
            effect: $effect,
            scope: Scope::$scope,
            confidence: Confidence::$confidence,
            unless: &[$(FindingId::$unless),*],
            text: Some(&$text),
            test: Test::Rule($rule),
        },)+]
    };
}

macro_rules! rules {
    ($($id:ident, $source:literal, $scope:ident, $severity:expr, $effect:expr, $confidence:ident,
       $find:path, $message:path, $remedy:path, $reference:literal;)+) => {
        &[$(Rule {
            id: FindingId::$id,
            source: $source,
            severity: $severity,
            effect: $effect,
            scope: Scope::$scope,
            confidence: Confidence::$confidence,
            unless: &[],
            text: None,
            test: Test::By {
                find: $find, message: $message, remedy: $remedy, reference: $reference,
            },
        },)+]
    };
}

use Effect::{Advises, Decides};
use Verdict::{Accepted, Refused, Uncertain};

const ERROR: Option<Severity> = Some(Severity::Error);
const WARNING: Option<Severity> = Some(Severity::Warning);
const INFORMATION: Option<Severity> = Some(Severity::Information);
const NO_FAULT: Option<Severity> = None;

/// What keeps a session from coming to attribution at all.
#[rustfmt::skip] // One line per rule: this is a table.
const BEFORE_ATTRIBUTION: &[Rule] = rules! {
    NoEvidence, "not to be judged", Evidence, WARNING, Decides(Uncertain), Documented, evidence_as_a_whole::no_evidence, evidence_as_a_whole::no_evidence_message, evidence_as_a_whole::logging_on_remedy, "Set-SendConnector -ProtocolLoggingLevel";
    CoverTextOnly, "smtp-logs.md 3", Case, ERROR, Decides(Uncertain), Documented, queue_errors::cover_only, queue_errors::cover_only_message, queue_errors::cover_only_remedy, "KB 4051498";
    TlsCertificateNameNotFound, "row 1", Case, ERROR, Decides(Refused), Documented, own_certificate::name_not_found, own_certificate::name_not_found_message, own_certificate::name_not_found_remedy, "events 12014 and 12016 (MSExchangeTransport)";
    NoPrivateKey, "row 1", Case, ERROR, Decides(Refused), Documented, own_certificate::no_private_key, own_certificate::no_private_key_message, own_certificate::no_private_key_remedy, "KB 4495258";
    CertificateNotEnabledForSmtp, "row 1", Case, ERROR, Decides(Refused), Documented, own_certificate::not_enabled, own_certificate::not_enabled_message, own_certificate::not_enabled_remedy, "KB 4051498";
    PrivateKeyNotUsable, "row 1", Case, ERROR, Decides(Refused), Inferred, own_certificate::key_not_usable, own_certificate::key_not_usable_message, own_certificate::key_not_usable_remedy, "KB 4051498; winerror.h, SEC_E_UNKNOWN_CREDENTIALS";
    SmtpInspection, "row 1", Case, ERROR, Decides(Refused), Observed, tls::inspection, tls::inspection_message, tls::inspection_remedy, "RFC 3207, section 4; winerror.h, SEC_E_INVALID_TOKEN";
    RootG2Missing, "other causes", Case, ERROR, Decides(Refused), Documented, tls::root_g2, tls::root_g2_message, tls::root_g2_remedy, "Microsoft Learn: Office TLS certificate changes";
    RemoteCertificateInvalid, "row 1", Case, ERROR, Decides(Refused), Observed, tls::remote_certificate, tls::remote_certificate_message, tls::remote_certificate_remedy, "send protocol log, 454 4.7.5";
    Tls12Off, "other causes", Case, ERROR, Decides(Refused), Inferred, tls::tls12_off, tls::tls12_off_message, tls::tls12_off_remedy, "Microsoft Learn: TLS 1.2 in Exchange Server; winerror.h";
    NewMicrosoftHosts, "other causes", Case, ERROR, Decides(Refused), Inferred, tls::new_hosts, tls::new_hosts_message, tls::new_hosts_remedy, "Microsoft Learn: mail flow to mx.microsoft";
    TlsHandshakeAborted, "row 1", Case, ERROR, Decides(Refused), Observed, tls::aborted, tls::aborted_message, tls::tls_remedy, "winsock2.h; send protocol log";
    TlsNegotiationFailed, "row 1", Case, ERROR, Decides(Refused), Observed, tls::negotiation, tls::negotiation_message, tls::tls_remedy, "winerror.h";
    ConnectionFailed, "row 1", Case, ERROR, Decides(Refused), Observed, tls::connection, tls::connection_message, tls::connection_remedy, "winsock2.h; KB 4051498 (cover texts)";
};

/// Row 1: the reply is another class.
const OTHER_CLASSES: &[Rule] = &[
    reply_rule(FindingId::StartTlsRequired, RejectionClass::StartTlsRequired),
    reply_rule(FindingId::ServerOutOfDate, RejectionClass::ServerOutOfDate),
    reply_rule(FindingId::InboundConnectorBlocked, RejectionClass::InboundConnectorBlocked),
    reply_rule(FindingId::WrongRegionAttr35, RejectionClass::WrongRegionAttr35),
    reply_rule(FindingId::HopCountExceededAttr34, RejectionClass::HopCountExceededAttr34),
    reply_rule(FindingId::TenantInboundAttribution, RejectionClass::TenantInboundAttribution),
    reply_rule(FindingId::DirectSendRejected, RejectionClass::DirectSendRejected),
    reply_rule(FindingId::UnregisteredDomains, RejectionClass::UnregisteredDomains),
    reply_rule(FindingId::TenantThresholdExceeded, RejectionClass::TenantThresholdExceeded),
    reply_rule(FindingId::TrafficNotAccepted, RejectionClass::TrafficNotAccepted),
    reply_rule(FindingId::ClientNotAuthenticated, RejectionClass::ClientNotAuthenticated),
    reply_rule(FindingId::RecipientRejected, RejectionClass::RecipientRejected),
    reply_rule(FindingId::CannotConnectToRemoteServer, RejectionClass::CannotConnectToRemoteServer),
    Rule {
        effect: Decides(Uncertain),
        ..reply_rule(FindingId::UnknownRefusal, RejectionClass::Unclassified)
    },
];

/// Whether the session showed an identity.
#[rustfmt::skip] // One line per rule: this is a table.
const IDENTITY: &[Rule] = rules! {
    StartTlsNotOffered, "row 2", Case, ERROR, Decides(Refused), Inferred, certificate::start_tls_not_offered, certificate::start_tls_not_offered_message, tls::inspection_remedy, "KB 4051495; RFC 3207";
    NoCertificateOffered, "row 2", Case, ERROR, Decides(Refused), Inferred, certificate::no_certificate, certificate::no_certificate_message, certificate::no_certificate_remedy, "KB 4051495";
};

/// Whether there is a connector that may grant relay.
#[rustfmt::skip] // One line per rule: this is a table.
const CONNECTORS: &[Rule] = rules_by_function! {
    ConnectorDisabled, Case, ERROR, Decides(Refused), Documented, connectors::connector_disabled, connectors::CONNECTOR_DISABLED, unless [];
    ConnectorWrongType, Case, ERROR, Decides(Refused), Documented, connectors::connector_wrong_type, connectors::CONNECTOR_WRONG_TYPE, unless [ConnectorDisabled];
    ConnectorMissing, Case, ERROR, Decides(Refused), Documented, connectors::connector_missing, connectors::CONNECTOR_MISSING, unless [];
};

/// Certificates, names, addresses and senders; then what is open or missing.
#[rustfmt::skip] // One line per rule: this is a table.
const ATTRIBUTION: &[Rule] = rules! {
    SelfSignedCertificate, "row 4", Case, ERROR, Decides(Refused), Documented, certificate::self_signed, certificate::self_signed_message, certificate::wrong_certificate_remedy, "KB 4051495; RFC 5280, section 6.1";
    PrivateAuthority, "row 4", Case, ERROR, Decides(Refused), Inferred, certificate::private_authority, certificate::private_authority_message, certificate::wrong_certificate_remedy, "KB 4051495; RFC 5280, section 6.1";
    IntermediateMissing, "row 5", Case, ERROR, Decides(Refused), Documented, certificate::incomplete, certificate::incomplete_message, certificate::incomplete_remedy, "KB 3212877";
    ChainIncompleteLogged, "row 5", Case, ERROR, Decides(Refused), Inferred, chain_log::incomplete, chain_log::incomplete_message, chain_log::incomplete_remedy, "KB 3212877; CAPI2 log, events 11 and 30";
    ChainNotTrustedByReceiver, "row 1", Case, ERROR, Decides(Refused), Observed, certificate::not_trusted_by_receiver, certificate::not_trusted_message, certificate::not_trusted_remedy, "event 2004 (MSExchangeTransport, SmtpSend)";
    CertificateExpired, "row 6", Case, ERROR, Decides(Refused), Inferred, certificate::expired, certificate::expired_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5";
    CertificateNotYetValid, "row 6", Case, ERROR, Decides(Refused), Inferred, certificate::not_yet_valid, certificate::not_yet_valid_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5";
    CertificateRevoked, "row 6", Case, ERROR, Decides(Refused), Inferred, certificate::revoked, certificate::revoked_message, certificate::replace_remedy, "RFC 5280, section 6.3";
    NameMismatch, "row 7", Case, ERROR, Decides(Refused), Documented, attribution::name_mismatch, attribution::name_mismatch_message, attribution::name_mismatch_remedy, "KB 4051495";
    AddressNotListed, "row 7", Case, ERROR, Decides(Refused), Documented, addresses::address_not_listed, addresses::address_not_listed_message, addresses::address_remedy, "KB 4051495";
    AttributedButRefused, "row 8", Case, ERROR, Decides(Uncertain), Uncertain, attribution::attributed_but_refused, attribution::attributed_but_refused_message, attribution::attributed_but_refused_remedy, "KB 4051495";
    AttributedByCertificate, "row 8", Case, NO_FAULT, Decides(Accepted), Documented, attribution::attributed, attribution::attributed_message, none, "KB 4051495";
    FragileAttribution, "row 9", Case, WARNING, Decides(Accepted), Documented, attribution::fragile, attribution::fragile_message, attribution::cover_value_remedy, "KB 3169958";
    Attr36NullSender, "row 10", Case, ERROR, Decides(Refused), Documented, senders::attr36_null, senders::attr36_null_message, attribution::cover_value_remedy, "KB 3169958";
    Attr36ForeignSender, "row 11", Case, ERROR, Decides(Refused), Documented, senders::attr36_foreign, senders::attr36_foreign_message, attribution::cover_value_remedy, "KB 3169958";
    Attr36, "row 1", Case, ERROR, Decides(Refused), Documented, senders::attr36, senders::attr36_message, senders::attr36_remedy, "KB 3169958; KB 4019940";
    AttributedByAddress, "row 12", Case, NO_FAULT, Decides(Accepted), Documented, addresses::by_address, addresses::by_address_message, none, "KB 4051495";
    AddressConnectorCannotRelay, "row 13", Case, ERROR, Decides(Refused), Documented, addresses::address_only, addresses::address_only_message, addresses::address_only_remedy, "KB 3169958";
    OutsideAssociatedDomains, "section 1", Case, ERROR, Decides(Refused), Inferred, senders::outside_associated, senders::outside_associated_message, senders::outside_associated_remedy, "Set-InboundConnector -AssociatedAcceptedDomains";
    FrontEndHalfMissing, "not to be judged", Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::front_end_half, missing_evidence::front_end_half_message, missing_evidence::front_end_half_remedy, "Get-FrontendTransportService";
    OpenQuestion, "row 14", Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::open_question, missing_evidence::open_question_message, missing_evidence::open_question_remedy, "not documented";
    ConnectorsNotGiven, "row 15", Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::connectors_not_given, missing_evidence::connectors_not_given_message, missing_evidence::connectors_not_given_remedy, "KB 4051495";
    AcceptedDomainsNotGiven, "row 15", Case, WARNING, Decides(Uncertain), Uncertain, missing_evidence::accepted_domains_not_given, missing_evidence::accepted_domains_not_given_message, missing_evidence::export_accepted_remedy, "KB 3169958";
};

/// What stands beside the cause.
#[rustfmt::skip] // One line per rule: this is a table.
const BESIDE: &[Rule] = rules! {
    InputUnreadable, "users.md 11", Evidence, ERROR, Advises, Documented, evidence_as_a_whole::unreadable, evidence_as_a_whole::unreadable_message, none, "the operating system";
    EvidenceDamaged, "section 1", Evidence, INFORMATION, Advises, Documented, evidence_as_a_whole::damaged, evidence_as_a_whole::damaged_message, none, "the export itself";
    CertificateExpiresSoon, "users.md 3", Case, WARNING, Advises, Documented, renewals_and_stores::expires_soon, renewals_and_stores::expires_soon_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5";
    CertificateExpiredSince, "row 6", Case, WARNING, Advises, Documented, renewals_and_stores::expired_since, renewals_and_stores::expired_since_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5";
    TwinCertificates, "section 3", Case, INFORMATION, Advises, Documented, renewals_and_stores::twin_certificates, renewals_and_stores::twin_certificates_message, none, "Set-SendConnector -TlsCertificateName";
    AnotherCertificateSelected, "section 3", Case, WARNING, Advises, Inferred, renewals_and_stores::another_selected, renewals_and_stores::another_selected_message, renewals_and_stores::restart_remedy, "Set-SendConnector -TlsCertificateName";
    NewIssuerAfterRenewal, "section 3", Case, WARNING, Advises, Documented, renewals_and_stores::new_issuer, renewals_and_stores::new_issuer_message, renewals_and_stores::new_issuer_remedy, "Set-SendConnector -TlsCertificateName";
    SelectionDisputed, "section 3", Case, INFORMATION, Advises, Uncertain, renewals_and_stores::selection_disputed, renewals_and_stores::selection_disputed_message, none, "Exchange team blog; Microsoft Learn";
    RootInIntermediateStore, "section 3", Case, WARNING, Advises, Documented, renewals_and_stores::root_in_ca, renewals_and_stores::root_in_ca_message, renewals_and_stores::root_in_ca_remedy, "KB 2795828";
    IntermediateInRootStore, "section 3", Case, WARNING, Advises, Documented, renewals_and_stores::intermediate_in_root, renewals_and_stores::intermediate_in_root_message, renewals_and_stores::intermediate_in_root_remedy, "KB 2795828";
    AcceptedDomainsAreLocal, "section 1", Case, INFORMATION, Advises, Documented, missing_evidence::local_domains, missing_evidence::local_domains_message, missing_evidence::export_accepted_remedy, "KB 3169958";
    SenderAddressIgnored, "section 1", Case, WARNING, Advises, Documented, renewals_and_stores::address_ignored, renewals_and_stores::address_ignored_message, none, "Set-InboundConnector -SenderIPAddresses";
    ConnectorChangedRecently, "section 1", Case, INFORMATION, Advises, Observed, renewals_and_stores::changed_recently, renewals_and_stores::changed_recently_message, none, "Get-InboundConnector, WhenChangedUTC";
    ConnectorsFromWizard, "section 5", Case, INFORMATION, Advises, Inferred, wizard::stands_in, wizard::stands_in_message, wizard::stands_in_remedy, "logs of the Hybrid Configuration Wizard";
    WizardChangedSenderName, "section 5", Case, WARNING, Advises, Observed, wizard::changed_sender_name, wizard::changed_sender_name_message, wizard::changed_sender_name_remedy, "KB 4051495";
    WizardChangedCertificateName, "section 5", Case, WARNING, Advises, Observed, wizard::changed_certificate_name, wizard::changed_certificate_name_message, none, "Set-SendConnector -TlsCertificateName";
    WizardChangeFailed, "section 5", Case, WARNING, Advises, Observed, wizard::failed, wizard::failed_message, wizard::failed_remedy, "logs of the Hybrid Configuration Wizard";
    WizardUndoesChanges, "users.md 12", Case, INFORMATION, Advises, Documented, wizard::undoes_changes, wizard::undoes_changes_message, none, "KB 4051495";
    LegacyTls, "other causes", Case, WARNING, Advises, Documented, renewals_and_stores::legacy_tls, renewals_and_stores::legacy_tls_message, tls::tls12_off_remedy, "Microsoft Learn: TLS 1.0 and 1.1 in Exchange Online";
    ChainNotKnown, "row 5", Case, INFORMATION, Advises, Documented, renewals_and_stores::chain_not_known, renewals_and_stores::chain_not_known_message, renewals_and_stores::chain_not_known_remedy, "KB 3212877";
    RootNotKnown, "chain.md 3", Case, INFORMATION, Advises, Uncertain, renewals_and_stores::root_not_known, renewals_and_stores::root_not_known_message, none, "RFC 5280, section 6.1";
    ChainFaultLogged, "section 6", Case, WARNING, Advises, Observed, chain_log::fault, chain_log::fault_message, none, "winerror.h; wincrypt.h, CERT_TRUST_STATUS; CAPI2 log";
    ChainEventsMissing, "section 6", Evidence, INFORMATION, Advises, Documented, chain_log::missing, chain_log::missing_message, chain_log::missing_remedy, "KB 3212877; wevtutil";
    ChainEventsNotJudged, "section 6", Case, INFORMATION, Advises, Documented, chain_log::not_judged, chain_log::not_judged_message, none, "the CAPI2 log itself";
    LoggingOff, "users.md 11", Evidence, WARNING, Advises, Documented, evidence_as_a_whole::logging_off, evidence_as_a_whole::logging_off_message, evidence_as_a_whole::logging_on_remedy, "Set-SendConnector -ProtocolLoggingLevel";
    MachineStoreNotSeen, "users.md 11", Evidence, INFORMATION, Advises, Observed, local_stores::not_seen, local_stores::not_seen_message, local_stores::not_seen_remedy, "CertOpenStore, NCryptOpenKey";
    WindowsDiffers, "chain.md 3", Case, WARNING, Advises, Observed, local_stores::differs, local_stores::differs_message, none, "CertGetCertificateChain";
    QueueErrorJoined, "smtp-logs.md 3", Evidence, INFORMATION, Advises, Observed, queue_errors::joined, queue_errors::joined_message, none, "KB 4051498";
    QueueErrorNotJudged, "not to be judged", Evidence, INFORMATION, Advises, Documented, queue_errors::not_judged, queue_errors::not_judged_message, none, "the errors themselves";
    SessionsNotJudged, "not to be judged", Evidence, INFORMATION, Advises, Documented, evidence_as_a_whole::not_judged, evidence_as_a_whole::not_judged_message, none, "the logs themselves";
};

/// All rules, in their order.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    [BEFORE_ATTRIBUTION, OTHER_CLASSES, IDENTITY, CONNECTORS, ATTRIBUTION, BESIDE]
        .into_iter()
        .flatten()
}

fn none(_: &Case<'_>) -> Vec<Remedy> {
    Vec::new()
}
