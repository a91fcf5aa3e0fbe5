//! The rules: one table, in the order in which the first hit is the cause.

mod addresses;
mod attribution;
mod certificate;
mod chain_log;
mod connectors;
mod machine;
mod missing;
mod notes;
mod own_certificate;
mod queue_errors;
mod senders;
mod tls;
mod whole;
pub(super) mod wizard;

use super::case::Case;
use super::cause::Cause;
use super::each_server::for_each_server;
use super::remedies::of_catalogue;
use super::report::{Confidence, EvidenceLine, Remedy, Severity, Verdict};
use crate::reply::{self, RejectionClass};

/// What shows that a rule applies, and what it changes in the rule's own words.
#[derive(Clone, Debug, Default)]
pub(super) struct Proof {
    pub evidence: Vec<EvidenceLine>,
    pub verdict: Option<Verdict>,
    pub confidence: Option<Confidence>,
    pub severity: Option<Severity>,
}

impl Proof {
    fn of(evidence: Vec<EvidenceLine>) -> Self {
        let mut evidence = evidence;
        evidence.dedup_by(|one, other| one.path == other.path && one.line == other.line);
        Self { evidence, ..Self::default() }
    }

    fn at(path: &str, line: u64, text: &str) -> Self {
        Self::of(vec![EvidenceLine { path: path.to_owned(), line, text: text.to_owned() }])
    }
}

/// What a rule does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It can be the cause.
    Decides(Verdict),
    /// It stands beside it.
    Notes,
}

/// To what a rule is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// To each case.
    Case,
    /// To the evidence as a whole.
    Whole,
}

/// How a rule is found and told.
#[derive(Clone, Copy)]
pub(super) enum Test {
    /// The reply is of that class: the catalogue of replies tells the rest.
    Reply(RejectionClass),
    By {
        find: fn(&Case<'_>) -> Option<Proof>,
        message: fn(&Case<'_>) -> String,
        remedy: fn(&Case<'_>) -> Vec<Remedy>,
        reference: &'static str,
    },
}

pub(super) struct Rule {
    pub id: Cause,
    /// The row of the table of verdicts, or the section, from which the rule comes.
    pub source: &'static str,
    /// `None`: a verdict that finds no fault, and is no finding.
    pub severity: Option<Severity>,
    pub effect: Effect,
    pub scope: Scope,
    pub confidence: Confidence,
    pub test: Test,
}

impl Rule {
    pub fn find(&self, case: &Case<'_>) -> Option<Proof> {
        match self.test {
            Test::Reply(class) => {
                (case.class() == Some(class)).then(|| Proof::of(case.log_proof()))
            }
            Test::By { find, .. } => find(case),
        }
    }

    pub fn message(&self, case: &Case<'_>) -> String {
        match self.test {
            Test::Reply(class) => {
                let known = class.entry().map(|entry| entry.meaning.to_owned());
                known.unwrap_or_else(|| unknown_refusal(case))
            }
            Test::By { message, .. } => message(case),
        }
    }

    pub fn remedy(&self, case: &Case<'_>) -> Vec<Remedy> {
        let steps = match self.test {
            Test::Reply(class) => of_catalogue(case, class),
            Test::By { remedy, .. } => remedy(case),
        };
        for_each_server(&case.servers(), steps)
    }

    pub fn reference(&self) -> &'static str {
        match self.test {
            Test::Reply(class) => class.entry().map_or("RFC 3463", |entry| entry.reference),
            Test::By { reference, .. } => reference,
        }
    }

    pub fn confidence(&self) -> Confidence {
        let Test::Reply(class) = self.test else { return self.confidence };
        class.entry().map_or(Confidence::Uncertain, |entry| match entry.confidence {
            reply::Confidence::Documented => Confidence::Documented,
            reply::Confidence::Observed => Confidence::Observed,
            reply::Confidence::Inferred => Confidence::Inferred,
        })
    }
}

fn unknown_refusal(case: &Case<'_>) -> String {
    let reply = case.story.and_then(|story| story.reply.as_deref()).unwrap_or_default();
    reply::explain(reply).meaning
}

const fn reply_rule(id: Cause, class: RejectionClass) -> Rule {
    Rule {
        id,
        source: "row 1",
        severity: Some(Severity::Error),
        effect: Effect::Decides(Verdict::Refused),
        scope: Scope::Case,
        confidence: Confidence::Observed,
        test: Test::Reply(class),
    }
}

macro_rules! rules {
    ($($id:ident, $source:literal, $scope:ident, $severity:expr, $effect:expr, $confidence:ident,
       $find:path, $message:path, $remedy:path, $reference:literal;)+) => {
        &[$(Rule {
            id: Cause::$id,
            source: $source,
            severity: $severity,
            effect: $effect,
            scope: Scope::$scope,
            confidence: Confidence::$confidence,
            test: Test::By {
                find: $find, message: $message, remedy: $remedy, reference: $reference,
            },
        },)+]
    };
}

use Effect::{Decides, Notes};
use Verdict::{Accepted, Refused, Uncertain};

const ERROR: Option<Severity> = Some(Severity::Error);
const WARNING: Option<Severity> = Some(Severity::Warning);
const INFORMATION: Option<Severity> = Some(Severity::Information);
const NO_FAULT: Option<Severity> = None;

/// What keeps a session from coming to attribution at all.
#[rustfmt::skip] // One line per rule: this is a table.
const BEFORE_ATTRIBUTION: &[Rule] = rules! {
    NoEvidence, "not to be judged", Whole, WARNING, Decides(Uncertain), Documented, whole::no_evidence, whole::no_evidence_message, whole::logging_on_remedy, "Set-SendConnector -ProtocolLoggingLevel";
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
    reply_rule(Cause::StartTlsRequired, RejectionClass::StartTlsRequired),
    reply_rule(Cause::ServerOutOfDate, RejectionClass::ServerOutOfDate),
    reply_rule(Cause::InboundConnectorBlocked, RejectionClass::InboundConnectorBlocked),
    reply_rule(Cause::WrongRegionAttr35, RejectionClass::WrongRegionAttr35),
    reply_rule(Cause::HopCountExceededAttr34, RejectionClass::HopCountExceededAttr34),
    reply_rule(Cause::TenantInboundAttribution, RejectionClass::TenantInboundAttribution),
    reply_rule(Cause::DirectSendRejected, RejectionClass::DirectSendRejected),
    reply_rule(Cause::UnregisteredDomains, RejectionClass::UnregisteredDomains),
    reply_rule(Cause::TenantThresholdExceeded, RejectionClass::TenantThresholdExceeded),
    reply_rule(Cause::TrafficNotAccepted, RejectionClass::TrafficNotAccepted),
    reply_rule(Cause::ClientNotAuthenticated, RejectionClass::ClientNotAuthenticated),
    reply_rule(Cause::RecipientRejected, RejectionClass::RecipientRejected),
    reply_rule(Cause::CannotConnectToRemoteServer, RejectionClass::CannotConnectToRemoteServer),
    Rule {
        effect: Decides(Uncertain),
        ..reply_rule(Cause::UnknownRefusal, RejectionClass::Unclassified)
    },
];

/// Rows 2 to 15.
#[rustfmt::skip] // One line per rule: this is a table.
const ATTRIBUTION: &[Rule] = rules! {
    StartTlsNotOffered, "row 2", Case, ERROR, Decides(Refused), Inferred, certificate::start_tls_not_offered, certificate::start_tls_not_offered_message, tls::inspection_remedy, "KB 4051495; RFC 3207";
    NoCertificateOffered, "row 2", Case, ERROR, Decides(Refused), Inferred, certificate::no_certificate, certificate::no_certificate_message, certificate::no_certificate_remedy, "KB 4051495";
    ConnectorDisabled, "row 3", Case, ERROR, Decides(Refused), Documented, connectors::connector_disabled, connectors::connector_disabled_message, connectors::connector_disabled_remedy, "Set-InboundConnector -Enabled";
    ConnectorWrongType, "row 3", Case, ERROR, Decides(Refused), Documented, connectors::connector_wrong_type, connectors::connector_wrong_type_message, connectors::new_connector_remedy, "New-InboundConnector -ConnectorType";
    ConnectorMissing, "row 3", Case, ERROR, Decides(Refused), Documented, connectors::connector_missing, connectors::connector_missing_message, connectors::new_connector_remedy, "KB 4051495";
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
    AttributedByCertificate, "row 8", Case, NO_FAULT, Decides(Accepted), Documented, attribution::attributed, attribution::attributed_message, whole::none, "KB 4051495";
    FragileAttribution, "row 9", Case, WARNING, Decides(Accepted), Documented, attribution::fragile, attribution::fragile_message, attribution::cover_value_remedy, "KB 3169958";
    Attr36NullSender, "row 10", Case, ERROR, Decides(Refused), Documented, senders::attr36_null, senders::attr36_null_message, attribution::cover_value_remedy, "KB 3169958";
    Attr36ForeignSender, "row 11", Case, ERROR, Decides(Refused), Documented, senders::attr36_foreign, senders::attr36_foreign_message, attribution::cover_value_remedy, "KB 3169958";
    Attr36, "row 1", Case, ERROR, Decides(Refused), Documented, senders::attr36, senders::attr36_message, senders::attr36_remedy, "KB 3169958; KB 4019940";
    AttributedByAddress, "row 12", Case, NO_FAULT, Decides(Accepted), Documented, addresses::by_address, addresses::by_address_message, whole::none, "KB 4051495";
    AddressConnectorCannotRelay, "row 13", Case, ERROR, Decides(Refused), Documented, addresses::address_only, addresses::address_only_message, addresses::address_only_remedy, "KB 3169958";
    OutsideAssociatedDomains, "section 1", Case, ERROR, Decides(Refused), Inferred, senders::outside_associated, senders::outside_associated_message, senders::outside_associated_remedy, "Set-InboundConnector -AssociatedAcceptedDomains";
    FrontEndHalfMissing, "not to be judged", Case, WARNING, Decides(Uncertain), Uncertain, missing::front_end_half, missing::front_end_half_message, missing::front_end_half_remedy, "Get-FrontendTransportService";
    OpenQuestion, "row 14", Case, WARNING, Decides(Uncertain), Uncertain, missing::open_question, missing::open_question_message, missing::open_question_remedy, "not documented";
    ConnectorsNotGiven, "row 15", Case, WARNING, Decides(Uncertain), Uncertain, missing::connectors_not_given, missing::connectors_not_given_message, missing::connectors_not_given_remedy, "KB 4051495";
    AcceptedDomainsNotGiven, "row 15", Case, WARNING, Decides(Uncertain), Uncertain, missing::accepted_domains_not_given, missing::accepted_domains_not_given_message, missing::export_accepted_remedy, "KB 3169958";
};

/// What stands beside the cause.
#[rustfmt::skip] // One line per rule: this is a table.
const BESIDE: &[Rule] = rules! {
    InputUnreadable, "users.md 11", Whole, ERROR, Notes, Documented, whole::unreadable, whole::unreadable_message, whole::none, "the operating system";
    EvidenceDamaged, "section 1", Whole, INFORMATION, Notes, Documented, whole::damaged, whole::damaged_message, whole::none, "the export itself";
    CertificateExpiresSoon, "users.md 3", Case, WARNING, Notes, Documented, notes::expires_soon, notes::expires_soon_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5";
    CertificateExpiredSince, "row 6", Case, WARNING, Notes, Documented, notes::expired_since, notes::expired_since_message, certificate::replace_remedy, "RFC 5280, section 4.1.2.5";
    TwinCertificates, "section 3", Case, INFORMATION, Notes, Documented, notes::twin_certificates, notes::twin_certificates_message, whole::none, "Set-SendConnector -TlsCertificateName";
    AnotherCertificateSelected, "section 3", Case, WARNING, Notes, Inferred, notes::another_selected, notes::another_selected_message, notes::restart_remedy, "Set-SendConnector -TlsCertificateName";
    NewIssuerAfterRenewal, "section 3", Case, WARNING, Notes, Documented, notes::new_issuer, notes::new_issuer_message, notes::new_issuer_remedy, "Set-SendConnector -TlsCertificateName";
    SelectionDisputed, "section 3", Case, INFORMATION, Notes, Uncertain, notes::selection_disputed, notes::selection_disputed_message, whole::none, "Exchange team blog; Microsoft Learn";
    RootInIntermediateStore, "section 3", Case, WARNING, Notes, Documented, notes::root_in_ca, notes::root_in_ca_message, notes::root_in_ca_remedy, "KB 2795828";
    IntermediateInRootStore, "section 3", Case, WARNING, Notes, Documented, notes::intermediate_in_root, notes::intermediate_in_root_message, notes::intermediate_in_root_remedy, "KB 2795828";
    AcceptedDomainsAreLocal, "section 1", Case, INFORMATION, Notes, Documented, missing::local_domains, missing::local_domains_message, missing::export_accepted_remedy, "KB 3169958";
    SenderAddressIgnored, "section 1", Case, WARNING, Notes, Documented, notes::address_ignored, notes::address_ignored_message, whole::none, "Set-InboundConnector -SenderIPAddresses";
    ConnectorChangedRecently, "section 1", Case, INFORMATION, Notes, Observed, notes::changed_recently, notes::changed_recently_message, whole::none, "Get-InboundConnector, WhenChangedUTC";
    ConnectorsFromWizard, "section 5", Case, INFORMATION, Notes, Inferred, wizard::stands_in, wizard::stands_in_message, wizard::stands_in_remedy, "logs of the Hybrid Configuration Wizard";
    WizardChangedSenderName, "section 5", Case, WARNING, Notes, Observed, wizard::changed_sender_name, wizard::changed_sender_name_message, wizard::changed_sender_name_remedy, "KB 4051495";
    WizardChangedCertificateName, "section 5", Case, WARNING, Notes, Observed, wizard::changed_certificate_name, wizard::changed_certificate_name_message, whole::none, "Set-SendConnector -TlsCertificateName";
    WizardChangeFailed, "section 5", Case, WARNING, Notes, Observed, wizard::failed, wizard::failed_message, wizard::failed_remedy, "logs of the Hybrid Configuration Wizard";
    WizardUndoesChanges, "users.md 12", Case, INFORMATION, Notes, Documented, wizard::undoes_changes, wizard::undoes_changes_message, whole::none, "KB 4051495";
    LegacyTls, "other causes", Case, WARNING, Notes, Documented, notes::legacy_tls, notes::legacy_tls_message, tls::tls12_off_remedy, "Microsoft Learn: TLS 1.0 and 1.1 in Exchange Online";
    ChainNotKnown, "row 5", Case, INFORMATION, Notes, Documented, notes::chain_not_known, notes::chain_not_known_message, notes::chain_not_known_remedy, "KB 3212877";
    RootNotKnown, "chain.md 3", Case, INFORMATION, Notes, Uncertain, notes::root_not_known, notes::root_not_known_message, whole::none, "RFC 5280, section 6.1";
    ChainFaultLogged, "section 6", Case, WARNING, Notes, Observed, chain_log::fault, chain_log::fault_message, whole::none, "winerror.h; wincrypt.h, CERT_TRUST_STATUS; CAPI2 log";
    ChainEventsMissing, "section 6", Whole, INFORMATION, Notes, Documented, chain_log::missing, chain_log::missing_message, chain_log::missing_remedy, "KB 3212877; wevtutil";
    ChainEventsNotJudged, "section 6", Case, INFORMATION, Notes, Documented, chain_log::not_judged, chain_log::not_judged_message, whole::none, "the CAPI2 log itself";
    LoggingOff, "users.md 11", Whole, WARNING, Notes, Documented, whole::logging_off, whole::logging_off_message, whole::logging_on_remedy, "Set-SendConnector -ProtocolLoggingLevel";
    MachineStoreNotSeen, "users.md 11", Whole, INFORMATION, Notes, Observed, machine::not_seen, machine::not_seen_message, machine::not_seen_remedy, "CertOpenStore, NCryptOpenKey";
    WindowsDiffers, "chain.md 3", Case, WARNING, Notes, Observed, machine::differs, machine::differs_message, whole::none, "CertGetCertificateChain";
    QueueErrorJoined, "smtp-logs.md 3", Whole, INFORMATION, Notes, Observed, queue_errors::joined, queue_errors::joined_message, whole::none, "KB 4051498";
    QueueErrorNotJudged, "not to be judged", Whole, INFORMATION, Notes, Documented, queue_errors::not_judged, queue_errors::not_judged_message, whole::none, "the errors themselves";
    SessionsNotJudged, "not to be judged", Whole, INFORMATION, Notes, Documented, whole::not_judged, whole::not_judged_message, whole::none, "the logs themselves";
};

/// All rules, in their order.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [BEFORE_ATTRIBUTION, OTHER_CLASSES, ATTRIBUTION, BESIDE].into_iter().flatten()
}
