//! Whether the receiver can trust the certificate that was, or would be, sent.

use super::chain_effect::{ChainEffect, effect_of};
use super::rule::{Answer, Proof, RuleText};
use crate::chain::{Completeness, Rule, Trust};
use crate::connector::AttributionOutcome;
use crate::diagnosis::case::{Case, is_self_issued};
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::literal::capital;
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::remedies::{self, ELEVATED};
use crate::diagnosis::report::Severity;
use crate::evidence::chain_event::ChainFault;
use crate::finding::InputOption;
use crate::reply::RejectionClass;

/// The row of the log and the certificate. A log that shows a delivery is not explained by it.
fn proof_of(case: &Case<'_>) -> Proof {
    Proof {
        verdict: case.uncertain_if_delivered(),
        ..Proof::of([case.log_proof(), case.certificate_proof()].concat())
    }
}

fn other_certificate(case: &Case<'_>) -> Vec<Remedy> {
    [remedies::select_certificate(case), vec![remedies::rerun_wizard()]].concat()
}

pub(crate) const SELF_SIGNED_CERTIFICATE: RuleText = RuleText {
    says: "The certificate that the server sends is self-signed.",
    why: "Nobody but its maker vouches for it: Exchange Online cannot trust it, so that no \
          connector matches by certificate. Exchange sends it where none from an authority fits.",
    example: "Sending certificate CN=EX01, issuer CN=EX01; the reply is 550 5.7.64.",
    helps: "Name the certificate of a public authority on the send connector.",
    certainty: "Documented that Exchange Online demands a certificate of a public authority.",
    sources: "KB 4051495; RFC 5280, section 6.1",
};

pub(crate) fn self_signed(case: &Case<'_>) -> Option<Answer> {
    let in_chain = case.chain.as_ref().is_some_and(|chain| {
        chain.findings.iter().any(|finding| finding.id == Rule::SelfSignedEndEntity)
    });
    let by_name = case.certificate.is_none() && case.logged.is_some_and(is_self_issued);
    let by_export =
        case.installed.is_some_and(|one| one.object.is_issued_by_authority() == Some(false));
    if case.passes_by_address() || !(in_chain || by_name || by_export) {
        return None;
    }
    let message = format!(
        "{} sends {}, which is self-signed: Exchange Online cannot trust it, so that no connector \
         matches by certificate. The wrong certificate is sent over {}.",
        capital(&case.server_text()),
        case.certificate_text(),
        case.send_connector_name().unwrap_or("the send connector"),
    );
    Some(proof_of(case).says(message, other_certificate(case)))
}

pub(crate) const PRIVATE_AUTHORITY: RuleText = RuleText {
    says: "The certificate that the server sends is of a private authority.",
    why: "Its chain ends in a root that only this organisation knows. Exchange Online trusts public \
          programmes, whatever stands in the Root store of the server.",
    example: "Issuer CN=contoso-CA, DC=contoso, DC=local; RootCAType is Enterprise.",
    helps: "Name the certificate of a public authority on the send connector.",
    certainty: "Inferred from the root of the chain, or from RootCAType.",
    sources: "KB 4051495; RFC 5280, section 6.1",
};

pub(crate) fn private_authority(case: &Case<'_>) -> Option<Answer> {
    let by_export = case.installed.and_then(|one| one.object.root_ca_type.as_deref());
    let is_enterprise = by_export.is_some_and(|kind| kind.eq_ignore_ascii_case("Enterprise"));
    let is_untrusted =
        case.chain.as_ref().is_some_and(|chain| chain.trust == Trust::PrivateAuthority);
    // That a connector matched shows that the receiver trusts it.
    let is_of_directory = !case.is_attr36() && case.has_issuer_of_directory();
    if case.passes_by_address() || !(is_enterprise || is_untrusted || is_of_directory) {
        return None;
    }
    let issuer = case.issuer().map(|issuer| format!(", issued by {issuer},")).unwrap_or_default();
    let message = format!(
        "{} sends {}{issuer} whose chain ends in a root that no receiver on the internet trusts: a \
         private authority. The wrong certificate is sent over {}.",
        capital(&case.server_text()),
        case.certificate_text(),
        case.send_connector_name().unwrap_or("the send connector"),
    );
    Some(proof_of(case).says(message, other_certificate(case)))
}

pub(crate) const INTERMEDIATE_MISSING: RuleText = RuleText {
    says: "The server cannot send the chain of its certificate: an intermediate is not in its \
           stores.",
    why: "Schannel sends what it finds in the stores of the machine. Exchange Online then gets the \
          certificate and no intermediate, and cannot build its chain; checks on the server succeed, because \
          Windows downloads the intermediate for them.",
    example: "LocalMachine\\CA lacks the issuer of the certificate; the name matches the connector, \
              and the reply is 550 5.7.64 all the same.",
    helps: "Import the intermediate into LocalMachine\\CA of the sending server.",
    certainty: "Documented; the stores that were given show it.",
    sources: "KB 3212877",
};

/// What shows the chain as it is sent, behind what shows it in the store.
const ASKED: &str = "; then Test-EopRelayConnection (eop-relay probe) is accepted";

pub(crate) fn incomplete(case: &Case<'_>) -> Option<Answer> {
    let chain = case.chain.as_ref()?;
    if case.passes_by_address() || chain.completeness != Completeness::Incomplete {
        return None;
    }
    let missing: Vec<&str> =
        chain.missing_issuers.iter().map(|issuer| issuer.subject.as_str()).collect();
    let message = format!(
        "{} cannot send the chain of {}: the intermediate certificate {} is not in its stores, so \
         that Exchange Online gets only the certificate and does not trust it. That checks on the \
         server succeed, because Windows may download it there, changes nothing.",
        capital(&case.server_text()),
        case.certificate_text(),
        missing.join("; "),
    );
    let given = case.option(InputOption::Intermediates);
    let checked = format!("this check, with the file among {given}, finds the chain complete");
    let steps = remedies::of_chain(case, &chain.remedies).into_iter().map(|one| {
        let verify = one.step.verify.clone().unwrap_or_else(|| checked.clone());
        let imports = one.step.command.as_ref().is_some_and(|it| it.contains("Import-Certificate"));
        one.verify(if imports { format!("{verify}{ASKED}") } else { verify })
    });
    let logged = case.logged_fault(ChainFault::PartialChain);
    let by_event = logged.map(LoggedFault::proof).into_iter().collect();
    let proof = Proof {
        verdict: case.uncertain_if_delivered(),
        ..Proof::of([case.log_proof(), by_event, case.certificate_proof()].concat())
    };
    Some(proof.says(message, steps.collect()))
}

pub(crate) const CHAIN_NOT_TRUSTED_BY_RECEIVER: RuleText = RuleText {
    says: "The receiver does not trust the chain that the server presented; why, the evidence does \
           not show.",
    why: "A self-signed or private certificate, or intermediates that were not sent, leave the \
          receiver without a path to a root that it trusts.",
    example: "454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied.",
    helps: "Give the certificate and the stores of the server, which distinguish the reasons; send a \
            certificate of a public authority.",
    certainty: "Observed: the reply says it.",
    sources: "event 2004 (MSExchangeTransport, SmtpSend)",
};

pub(crate) fn not_trusted_by_receiver(case: &Case<'_>) -> Option<Answer> {
    if case.class() != Some(RejectionClass::TlsChannelUntrustedRoot) {
        return None;
    }
    let message = format!(
        "Exchange Online does not trust the chain that {} presented with {}: a self-signed or \
         private certificate, or intermediates that were not sent along.",
        case.server_text(),
        case.certificate_text(),
    );
    let steps = [vec![remedies::give_chain(case)], remedies::select_certificate(case)].concat();
    Some(Proof::of(case.log_proof()).says(message, steps))
}

pub(crate) const CHAIN_FAULT: RuleText = RuleText {
    says: "Something in the chain of the certificate is wrong: a receiver that verifies it refuses it.",
    why: "Path validation fails at the first certificate that is expired, revoked, no authority, not \
          permitted for the name or the purpose, or whose signature is not that of its issuer.",
    example: "The intermediate expired on 2026-11-01, and the server still sends it.",
    helps: "What the chain's own finding says of that certificate.",
    certainty: "Inferred: which reply Exchange Online gives to that is not documented.",
    sources: "RFC 5280, section 6.1",
};

pub(crate) fn chain_fault(case: &Case<'_>) -> Option<Answer> {
    let chain = case.chain.as_ref().filter(|_| !case.passes_by_address())?;
    let mut faults = chain.findings.iter().filter(|finding| {
        finding.severity == Severity::Error
            && !finding.id.is_unknown()
            && effect_of(finding.id) == ChainEffect::Decides(FindingId::ChainFault)
    });
    let fault = faults.next()?;
    let message = format!(
        "Exchange Online cannot trust the chain of {}: {}.",
        case.certificate_text(),
        fault.message.trim_end_matches('.'),
    );
    Some(proof_of(case).says(message, remedies::of_chain(case, &chain.remedies)))
}

pub(crate) const CHAIN_NOT_KNOWN: RuleText = RuleText {
    says: "Whether the server can send the complete chain of its certificate is not known.",
    why: "The log and the list of certificates hold the certificate, not what is sent beside it; the \
          intermediate store of the server says that. Where nothing was sent yet, it is what can still \
          refuse the mail.",
    example: "A refusal 550 5.7.64 with a certificate of a public authority, and no store given; a \
              renewed certificate that fits the connector, before its first session.",
    helps: "Export the certificate and the intermediates of the server, and check again with them.",
    certainty: "Documented that a missing intermediate is refused so; whether one is missing is \
                what is not known.",
    sources: "KB 3212877",
};

pub(crate) fn chain_not_known(case: &Case<'_>) -> Option<Answer> {
    let is_foretold = is_foretold_by_certificate(case);
    let is_open = match &case.chain {
        None => is_foretold || case.is_relay_denied() && case.logged.is_some(),
        Some(chain) => chain.completeness == Completeness::Unknown,
    };
    let gap = format!(
        "Whether {} can send the complete chain of {} is not known: {}.",
        case.server_text(),
        case.certificate_text(),
        if case.certificate.is_some() {
            "its intermediate store was not given"
        } else {
            "neither its intermediate store nor, where it is missing, the certificate itself was given"
        }
    );
    let (message, proof) = if is_foretold {
        let (name, matched) = case.winner();
        let fits = format!("The inbound connector {name} matches{matched}.");
        (format!("{fits} {gap}"), Proof::of(case.certificate_proof()))
    } else {
        let proof = Proof {
            is_advice: true,
            severity: Some(Severity::Information),
            ..Proof::of(case.certificate_proof())
        };
        (gap, proof)
    };
    is_open.then(|| proof.says(message, vec![remedies::give_chain(case)]))
}

/// Whether mail is expected to pass by its certificate, and no session of it was seen.
fn is_foretold_by_certificate(case: &Case<'_>) -> bool {
    let passes = matches!(
        case.judged_outcome(),
        Some(
            AttributionOutcome::ByCertificate { .. }
                | AttributionOutcome::ByCertificateAndMailFrom { .. }
        )
    );
    passes && case.incident.is_none()
}

pub(crate) const ROOT_NOT_KNOWN: RuleText = RuleText {
    says: "The chain ends in a root that is in none of the known lists, cannot be checked here, or the \
           server itself does not take the certificate for valid.",
    why: "It is a private authority, or one that is newer than the lists here, which do not decide \
          which; a signature is of a kind that is not checked here; or Get-ExchangeCertificate shows the \
          Status Untrusted, Invalid or DateInvalid: then Exchange may pass the certificate over as if it \
          were not installed.",
    example: "A certificate of an authority of a public administration, whose root Mozilla's list \
              does not have.",
    helps: "Microsoft's newest list (certutil -generateSSTFromWU roots.sst), given as roots of \
            the receiver.",
    certainty: "Open until the root is found in a list.",
    sources: "RFC 5280, section 6.1",
};

pub(crate) fn root_not_known(case: &Case<'_>) -> Option<Answer> {
    by_chain(case).or_else(|| by_status(case))
}

/// A Status by which the server itself cannot build the chain, or finds it invalid. Which fault it has
/// Windows alone knows, and whether Exchange Online sees the same is open; what is delivered shows that
/// the certificate is sent.
fn by_status(case: &Case<'_>) -> Option<Answer> {
    let installed = case.installed.map(|one| &one.object)?;
    let status = installed.unusable_status()?;
    // Rules of their own judge revocation and dates; a refusal that nothing explains names the Status.
    let is_judged = installed.is_revoked()
        || case.is_relay_denied()
        || case.not_after().is_some_and(|end| end < case.at)
        || case.not_before().is_some_and(|start| start > case.at);
    if is_judged || case.passes_by_address() || !case.rests_on_attribution() {
        return None;
    }
    let message = format!(
        "Get-ExchangeCertificate shows {} with the Status {status}: the server itself cannot build its \
         chain, or finds it invalid. Exchange may then pass it over as if it were not installed (454 \
         4.7.5), and whether Exchange Online trusts it is not known.",
        case.certificate_text()
    );
    let is_whole = case.chain.as_ref().is_some_and(|chain| {
        chain.completeness == Completeness::Complete
            && matches!(chain.trust, Trust::Trusted | Trust::MicrosoftProgramme)
    });
    let proof = Proof {
        is_advice: is_whole || case.incident.is_some(),
        ..Proof::of(case.certificate_proof())
    };
    let see = Remedy::new(
        ELEVATED,
        "See which certificate of the chain the server lacks or does not trust, and mend that: an \
         intermediate belongs into LocalMachine\\CA, and roots come with Windows' automatic updates.",
    )
    .command(format!("certutil -verifystore My {}", remedies::thumbprint(case)))
    .verify("Get-ExchangeCertificate shows the Status Valid");
    let other = remedies::replacement(case).map(|_| remedies::select_certificate(case));
    Some(proof.says(message, [vec![see], other.unwrap_or_default()].concat()))
}

/// A chain of which the end is not known.
fn by_chain(case: &Case<'_>) -> Option<Answer> {
    let chain = case.chain.as_ref()?;
    let open = chain.findings.iter().find(|finding| finding.id.is_unknown())?;
    let is_root = matches!(open.id, Rule::UnknownRoot | Rule::MissingRoot);
    if is_root && chain.trust != Trust::UnknownRoot {
        return None;
    }
    // What is delivered shows more than any list.
    let is_observed = case.incident.is_some();
    let message = if is_root {
        format!(
            "The chain of {} ends in a root that is in none of the known lists (Mozilla's, and \
             Microsoft's by name): a private authority, or one that is not listed yet. Whether \
             Exchange Online trusts it is not known.",
            case.certificate_text()
        )
    } else {
        format!(
            "The chain of {} cannot be judged here: {}. Whether Exchange Online trusts it is not known.",
            case.certificate_text(),
            open.message,
        )
    };
    let proof = Proof {
        is_advice: is_observed,
        severity: is_observed.then_some(Severity::Information),
        ..Proof::of(case.certificate_proof())
    };
    let steps = if is_observed { Vec::new() } else { vec![see_authority(case)] };
    Some(proof.says(message, steps))
}

/// Whether the authority is a public one, as far as RootCAType is not given.
pub(super) fn see_authority(case: &Case<'_>) -> Remedy {
    let kind = case.installed.and_then(|one| one.object.root_ca_type.as_deref());
    let kind = kind.filter(|kind| !kind.trim().is_empty() && !kind.eq_ignore_ascii_case("Unknown"));
    let Some(kind) = kind else {
        return Remedy::new(
            ELEVATED,
            "See whether the authority is a public one: RootCAType ThirdParty; else send the certificate \
             of a public authority.",
        )
        .command("Get-ExchangeCertificate | Format-List Thumbprint,Issuer,Subject,RootCAType,Status")
        .verify("RootCAType of the certificate is ThirdParty");
    };
    let action = if kind.eq_ignore_ascii_case("ThirdParty") {
        "RootCAType is ThirdParty: Windows takes the authority for a public one. Ask Exchange Online \
         itself: Test-EopRelayConnection (eop-relay probe) submits nothing."
            .to_owned()
    } else {
        format!(
            "RootCAType is {kind}, and not ThirdParty: Windows does not take the authority for a public \
             one. Send the certificate of a public authority."
        )
    };
    Remedy::new(ELEVATED, action).verify(
        "Test-EopRelayConnection (eop-relay probe) is accepted for a recipient outside Microsoft 365",
    )
}
