//! TLS that fails in the handshake, or by the certificate of the other side.

use super::replies::without_offer;
use super::rule::{Answer, Proof, RuleText};
use crate::certificate::Thumbprint;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::capital;
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::remedies::{self, ELEVATED, of_catalogue};
use crate::diagnosis::report::{Confidence, Verdict};
use crate::reply::{RejectionClass, tls_error};
use crate::session::{SessionNote, TlsStatus};

/// DigiCert Global Root G2: in the chain of EOP's certificates since 2026-03.
pub(crate) const ROOT_G2: &str = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4";

fn refused_remote_certificate(case: &Case<'_>) -> bool {
    case.class() == Some(RejectionClass::RemoteCertificateInvalid)
}

fn refused_remote_root(case: &Case<'_>) -> bool {
    let reply = case.incident.and_then(|incident| incident.reply.as_deref()).unwrap_or_default();
    let is_root = reply.to_ascii_lowercase().contains("untrustedroot");
    case.failed_with(&["UntrustedRoot"]) || (refused_remote_certificate(case) && is_root)
}

pub(crate) const ROOT_G2_MISSING: RuleText = RuleText {
    says: "The server does not trust the certificate of Exchange Online: DigiCert Global Root G2 is \
           not in its Root store.",
    why: "The chain of Exchange Online ends in that root since March 2026. A server without it ends \
          TLS itself, before Exchange Online sees a certificate or a sender.",
    example: "454 4.7.5 Certificate validation failure, Reason:UntrustedRoot on a server on which \
              automatic root updates are off.",
    helps: "Let Windows fetch the roots of its programme, or import DigiCert Global Root G2 from \
            DigiCert's own page into Root, its thumbprint compared.",
    certainty: "Documented where the roots of the server were given and lack it; inferred where \
                they were not given.",
    sources: "Microsoft Learn: Office TLS certificate changes",
};

pub(crate) fn root_g2(case: &Case<'_>) -> Option<Answer> {
    let root: Option<Thumbprint> = ROOT_G2.parse().ok();
    let has_root = case.evidence.roots.iter().any(|known| Some(known.thumbprint()) == root);
    if !refused_remote_root(case) || has_root {
        return None;
    }
    let (confidence, certainty) = if case.evidence.roots.is_empty() {
        (Confidence::Inferred, "most likely DigiCert Global Root G2 is not in its Root store")
    } else {
        (Confidence::Documented, "DigiCert Global Root G2 is not among the given roots")
    };
    let message = format!(
        "{} does not trust the certificate of Exchange Online: {certainty}; the chain of Exchange \
         Online needs it since March 2026. TLS fails before it comes to attribution.",
        capital(&case.server_text()),
    );
    let fetch = if case.evidence.roots.is_empty() {
        "See whether the root is there. If not, let Windows"
    } else {
        "Let Windows"
    };
    let step = Remedy::server(
        ELEVATED,
        format!(
            "{fetch} fetch the roots of its programme (automatic root updates may be off), or import \
             DigiCert Global Root G2, from DigiCert's own page and after comparing its thumbprint \
             ({ROOT_G2}), into Root."
        ),
    )
    .command(format!("Get-Item -LiteralPath 'Cert:\\LocalMachine\\Root\\{ROOT_G2}'"))
    .verify("the certificate is found, and the next session in the send log succeeds")
    .undo(format!("Remove-Item -LiteralPath 'Cert:\\LocalMachine\\Root\\{ROOT_G2}'"));
    let proof = Proof { confidence: Some(confidence), ..Proof::of(case.log_proof()) };
    Some(proof.says(message, vec![step]))
}

pub(crate) const REMOTE_CERTIFICATE_INVALID: RuleText = RuleText {
    says: "The server itself refused the certificate of the other side.",
    why: "Exchange validates the certificate that it is shown where the send connector demands it \
          (TlsAuthLevel, TlsDomain). The reply is its own, and says nothing of its own certificate.",
    example: "454 4.7.5 Certificate validation failure, Reason:SubjectMismatch; the remote \
              certificate of the log is that of a mail gateway.",
    helps: "See in the log whose certificate was shown; then correct the smart host or TlsDomain, \
            or install the roots.",
    certainty: "Observed: the reply of the log says it.",
    sources: "send protocol log, 454 4.7.5",
};

pub(crate) fn remote_certificate(case: &Case<'_>) -> Option<Answer> {
    if !refused_remote_certificate(case) && !refused_remote_root(case) {
        return None;
    }
    let remote = case.incident.and_then(|incident| incident.remote.as_ref());
    let shown = remote.and_then(|remote| remote.subject.as_deref());
    let shown = shown.map(|subject| format!(" ({subject})")).unwrap_or_default();
    let message = format!(
        "{} itself refused the certificate{shown} of the other side. It says nothing of this \
         server's own certificate.",
        capital(&case.server_text()),
    );
    let steps = of_catalogue(case, RejectionClass::RemoteCertificateInvalid);
    Some(Proof::of(case.log_proof()).says(message, steps))
}

/// Errors that say that the two sides have no version or cipher in common.
const NOTHING_IN_COMMON: &[&str] =
    &["AlgorithmMismatch", "UnsupportedFunction", "UnsupportedProtocol", "CipherUnknown"];

pub(crate) const TLS12_OFF: RuleText = RuleText {
    says: "The server and Exchange Online have no protocol version or cipher in common: most likely \
           TLS 1.2 is switched off on the server.",
    why: "Exchange Online accepts TLS 1.2 and later only; Windows offers what its registry allows.",
    example: "TLS negotiation failed with error AlgorithmMismatch; below SCHANNEL\\Protocols\\TLS \
              1.2\\Client Enabled is 0.",
    helps: "Switch TLS 1.2 on for the client side of Schannel, and restart the server.",
    certainty: "Inferred: the error says that nothing is in common, not what is missing.",
    sources: "Microsoft Learn: TLS 1.2 in Exchange Server; winerror.h",
};

pub(crate) fn tls12_off(case: &Case<'_>) -> Option<Answer> {
    // A later session over TLS 1.2 shows that it is on.
    if !case.failed_with(NOTHING_IN_COMMON) || remedies::has_tls12_since(case) {
        return None;
    }
    let message = format!(
        "TLS failed with {}: {} and Exchange Online have no protocol version or cipher in common. \
         Most likely TLS 1.2 is switched off on the server.",
        case.tls_error().unwrap_or_default(),
        case.server_text(),
    );
    Some(Proof::of(case.log_proof()).says(message, remedies::switch_on_tls12()))
}

/// Errors of a handshake that the other side, or something between, ended.
const HUNG_UP: &[&str] = &[
    "SocketError",
    "ConnectionReset",
    "ConnectionAborted",
    "Disconnecting",
    "Shutdown",
    "TimedOut",
    "IllegalMessage",
];

pub(crate) const TLS_HANDSHAKE_ABORTED: RuleText = RuleText {
    says: "The connection ended within the TLS handshake: the other side or something between hung \
           up.",
    why: "A side that does not like the version, the cipher or the certificate may end the \
          connection without a word; a firewall that opens TLS does the same.",
    example: "TLS negotiation failed with error SocketError after < 220 2.0.0 SMTP server ready.",
    helps: "Take the firewall out of the way for one session; compare protocol versions and ciphers.",
    certainty: "Observed; which of the reasons it was, the log does not say.",
    sources: "winsock2.h; send protocol log",
};

pub(crate) fn aborted(case: &Case<'_>) -> Option<Answer> {
    if !case.failed_with(HUNG_UP) {
        return None;
    }
    let message = format!(
        "The connection of {} ended within the TLS handshake ({}): the other side or something \
         between hung up. Protocol version, cipher or a firewall that opens TLS; which of them, \
         the log does not say.",
        case.server_text(),
        case.tls_error().unwrap_or_default(),
    );
    Some(Proof::of(case.log_proof()).says(message, remedies::of_tls_error(case)))
}

pub(crate) const TLS_NEGOTIATION_FAILED: RuleText = RuleText {
    says: "TLS failed with an error that no other rule explains.",
    why: "Each error has its meaning in the tables of Windows; the meaning names what to look at, \
          and not always the cause.",
    example: "TLS negotiation failed with error CertUnknown.",
    helps: "What the error's row in the table advises; eop-relay explain shows it too.",
    certainty: "Observed, as the log holds the error; open where it is in no table.",
    sources: "winerror.h",
};

pub(crate) fn negotiation(case: &Case<'_>) -> Option<Answer> {
    let error = tls_error(case.tls_error()?);
    let server = case.server_text();
    let incident = case.incident.filter(|one| one.tls_status == TlsStatus::NotOffered);
    if let Some(incident) = incident.filter(|_| error.name.is_empty()) {
        let (message, mut steps) = without_offer(case, incident);
        if incident.notes.contains(&SessionNote::SmtpRewritten) {
            steps = vec![remedies::stop_inspection()];
        }
        let proof = Proof { verdict: Some(Verdict::Uncertain), ..Proof::of(case.log_proof()) };
        return Some(proof.says(message, steps));
    }
    let message = match error.meaning {
        Some(meaning) => format!("TLS failed on {server} with {}: {meaning}.", error.name),
        None if error.name.is_empty() => {
            format!("TLS failed on {server}, and the log does not say with which error.")
        }
        None => format!(
            "TLS failed on {server} with {}, which is in no table: what it means is not known here.",
            error.name
        ),
    };
    let verdict = error.meaning.is_none().then_some(Verdict::Uncertain);
    let proof = Proof { verdict, ..Proof::of(case.log_proof()) };
    Some(proof.says(message, remedies::of_tls_error(case)))
}

pub(crate) const LEGACY_TLS: RuleText = RuleText {
    says: "A session negotiated TLS 1.0, TLS 1.1 or SSL.",
    why: "Exchange Online accepts TLS 1.2 and later only; where an older version still passes, it \
          is by something between, or not for long.",
    example: "TLS protocol SP_PROT_TLS1_0_CLIENT negotiation succeeded.",
    helps: "Switch TLS 1.2 on for the client side of Schannel, and restart the server.",
    certainty: "Documented.",
    sources: "Microsoft Learn: TLS 1.0 and 1.1 in Exchange Online",
};

pub(crate) fn legacy_tls(case: &Case<'_>) -> Option<Answer> {
    let incident = case.incident.filter(|incident| incident.has_legacy_tls())?;
    let protocol = incident.tls_protocol.as_deref()?;
    let message = format!(
        "{} negotiated {protocol} with Exchange Online, which takes TLS 1.2 and later only.",
        capital(&case.server_text()),
    );
    Some(Proof::of(case.log_proof()).says(message, remedies::switch_on_tls12()))
}
