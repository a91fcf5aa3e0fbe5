//! Refusals on the way from Exchange Online to this organisation, and those of a TLS channel.

use super::entry::{CatalogueEntry, DOCUMENTED, Signature};
use super::steps::{READ_SEND_LOG, RENEW_CERTIFICATE, STOP_SMTP_INSPECTION};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

pub(super) const DANE_FAILED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::DaneFailed,
    signatures: &[
        Signature::status(4, 7, 321).up_to(325),
        Signature::status(5, 7, 321).up_to(325),
        Signature::words(&["failed DANE validation"]),
    ],
    meaning: "The other direction: Exchange Online holds DNSSEC and the TLSA records of the \
              recipient's domain against the certificate that the receiving server shows, and they \
              do not agree.",
    side: &[Side::OtherDirection],
    remedy: &[StepTemplate::new(
        Place::AnyComputer,
        "At the provider of the domain's DNS: renew the TLSA record for the certificate that the receiving server shows now, or take \
             the record away; 4.7.324 is DNSSEC itself.",
    )
    .verify("https://testconnectivity.microsoft.com, DANE validation, finds no error")],
    reference: "Microsoft Learn: How SMTP DNS-based Authentication of Named Entities (DANE) works",
    ..DOCUMENTED
};

pub(super) const MTA_STS_FAILED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::MtaStsFailed,
    signatures: &[
        Signature::words(&["failed MTA-STS validation"]),
        Signature::status(4, 4, 8).with_words(&["MTA-STS"]),
        Signature::status(5, 4, 8).with_words(&["MTA-STS"]),
    ],
    meaning: "The other direction: the MTA-STS policy of the recipient's domain does not name the MX \
              host, or the certificate of that host does not fit it.",
    side: &[Side::OtherDirection],
    remedy: &[StepTemplate::new(
        Place::AnyComputer,
        "Compare the policy with the MX records and with the certificate of the MX host; change \
             the id in the TXT record with each change of the policy.",
    )
    .command("Resolve-DnsName _mta-sts.<domain> -Type TXT\nResolve-DnsName <domain> -Type MX")
    .verify("https://mta-sts.<domain>/.well-known/mta-sts.txt names the MX host")],
    reference: "RFC 8461; Microsoft Learn: Enhancing mail flow with MTA-STS",
    ..DOCUMENTED
};

pub(super) const TLS_CHANNEL_EXPIRED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TlsChannelExpired,
    signatures: &[Signature::words(&[
        "Failed to establish appropriate TLS channel",
        "CertificateExpired",
    ])],
    meaning: "The certificate that this server presented has expired.",
    side: &[Side::OnPremisesServer],
    remedy: &[RENEW_CERTIFICATE],
    reference: "Application log, event 2004 (MSExchangeTransport, SmtpSend)",
    confidence: Confidence::Observed,
    ..DOCUMENTED
};

pub(super) const TLS_CHANNEL_MISSING: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TlsChannelMissing,
    signatures: &[Signature::words(&["Failed to establish appropriate TLS channel"])],
    meaning: "The recipient's connector demands a TLS channel that the session did not have: TLS was \
              not used at all, or the certificate was not accepted. Where the reply names no error, \
              TLS was not used.",
    side: &[Side::OnPremisesServer, Side::Network],
    remedy: &[
        READ_SEND_LOG,
        StepTemplate::new(
            Place::ManagementShell,
            "Where TLS was not used: see that the send connector uses it (IgnoreSTARTTLS False).",
        )
        .command("Get-SendConnector <send connector> | Format-List IgnoreSTARTTLS,RequireTLS,TlsAuthLevel")
        .verify("the next session in the send log shows STARTTLS, and the certificate that was sent"),
        STOP_SMTP_INSPECTION,
    ],
    reference: "Application log, event 2004 (MSExchangeTransport, SmtpSend)",
    confidence: Confidence::Observed,
    ..DOCUMENTED
};
