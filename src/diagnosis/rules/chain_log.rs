//! What the CAPI2 log of the sending server holds of the sent certificate. Events about other
//! certificates, the remote one among them, and those of other programs are no finding.

use super::rule::{Answer, Proof, RuleText};
use crate::chain::Completeness;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::{capital, counted};
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::remedies::{self, ELEVATED};
use crate::diagnosis::report::{Confidence, EvidenceLine, Severity};
use crate::evidence::chain_event::{CHAIN_EVENT_LOG, ChainFault, ENABLE_CHAIN_EVENT_LOG};

pub(crate) const CHAIN_INCOMPLETE_LOGGED: RuleText = RuleText {
    says: "The CAPI2 log shows that Windows did not find the complete chain on the sending server.",
    why: "What Windows does not find in the stores of the machine, Schannel does not send; Exchange \
          Online gets the certificate without its chain and does not trust it.",
    example: "Event 30 about the sent certificate, of lsass.exe: Result 800B0109 at element -1.",
    helps: "Import the intermediate certificates into LocalMachine\\CA; give the stores, which say \
            which ones are missing.",
    certainty: "Documented where event 11 has CERT_TRUST_IS_PARTIAL_CHAIN; inferred from the result \
                of event 30.",
    sources: "KB 3212877; CAPI2 log, events 11 and 30",
};

pub(crate) fn incomplete(case: &Case<'_>) -> Option<Answer> {
    // The chain as it is in the stores that were given outweighs what the log held before.
    let is_repaired =
        case.chain.as_ref().is_some_and(|chain| chain.completeness == Completeness::Complete);
    let logged = case.logged_fault(ChainFault::PartialChain)?;
    if is_repaired || case.passes_by_address() {
        return None;
    }
    let (found, certainty) = if logged.failure.is_inferred {
        (
            "did not find a trusted root, and names no certificate of it as the wrong one",
            "Most likely an",
        )
    } else {
        ("did not find its issuer", "An")
    };
    let message = format!(
        "Windows on {} built the chain of {} and {found}. {certainty} intermediate is missing in \
         its stores, so that Exchange Online gets the certificate without its chain and does not \
         trust it. That other checks on the server succeed, because Windows may download it for \
         them, changes nothing.",
        case.server_text(),
        case.certificate_text(),
    );
    let issuer = case.issuer().map_or_else(String::new, |issuer| format!(" ({issuer})"));
    let import = Remedy::server(
        ELEVATED,
        format!(
            "Get the intermediate certificates from the authority that issued the \
             certificate{issuer}, and import each that is not self-signed into the intermediate \
             store of the sending server; never into Root."
        ),
    )
    .command(
        "Import-Certificate -FilePath <intermediate.cer> -CertStoreLocation Cert:\\LocalMachine\\CA",
    )
    .verify(
        "the next event 30 about the certificate has Result 0, and the next session in the send \
         log is not refused",
    )
    .undo("Remove-Item Cert:\\LocalMachine\\CA\\<thumbprint of the intermediate>");
    let proof = Proof {
        verdict: case.uncertain_if_delivered(),
        confidence: (!logged.failure.is_inferred).then_some(Confidence::Documented),
        ..Proof::of([case.log_proof(), vec![logged.proof()]].concat())
    };
    Some(proof.says(message, vec![remedies::give_chain(case), import]))
}

pub(crate) const CHAIN_FAULT_LOGGED: RuleText = RuleText {
    says: "The CAPI2 log holds another fault of the sent certificate.",
    why: "Windows judges the certificate with the stores and caches of the server; Exchange Online \
          judges it with its own, and may come to the same.",
    example: "Event 30 of lsass.exe: 80092013, the revocation server was offline.",
    helps: "The fault names what to look at; where only revocation could not be checked, nothing \
            has to be done.",
    certainty: "Observed by Windows on the server, not by Exchange Online.",
    sources: "winerror.h; wincrypt.h, CERT_TRUST_STATUS; CAPI2 log",
};

/// Whether a rule of its own says the fault.
fn has_own_rule(case: &Case<'_>, fault: ChainFault) -> bool {
    match fault {
        // Unless it does not matter (any more).
        ChainFault::PartialChain => true,
        ChainFault::Revoked => case.is_revoked(),
        ChainFault::PrivateKeyUnavailable => case.is_unusable() || case.unreadable_key().is_some(),
        _ => false,
    }
}

pub(crate) fn fault(case: &Case<'_>) -> Option<Answer> {
    // The most significant first.
    let others = ChainFault::ALL.iter().filter(|fault| !has_own_rule(case, **fault));
    let faults: Vec<&LoggedFault> = others.filter_map(|fault| case.logged_fault(*fault)).collect();
    if faults.is_empty() {
        return None;
    }
    let is_harmless = faults.iter().all(|logged| logged.failure.fault.is_about_revocation_check());
    let meanings: Vec<&str> = faults.iter().map(|logged| logged.failure.meaning.as_str()).collect();
    let message = format!(
        "Windows on {} reports {}: {}.",
        case.server_text(),
        case.certificate_text(),
        meanings.join("; ")
    );
    let proof = Proof {
        severity: is_harmless.then_some(Severity::Information),
        ..Proof::of(faults.iter().map(|logged| logged.proof()).collect())
    };
    Some(proof.says(message, Vec::new()))
}

pub(crate) const CHAIN_EVENTS_NOT_JUDGED: RuleText = RuleText {
    says: "The CAPI2 log holds failed validations of the certificate for programs that send no mail.",
    why: "A monitoring agent or a browser judges with its own rules; only what Schannel and \
          transport saw concerns mail.",
    example: "3 validations of the certificate failed for monitoringhost.exe.",
    helps: "Nothing has to be done for the mail.",
    certainty: "Documented: each event names its program.",
    sources: "the CAPI2 log itself",
};

pub(crate) fn not_judged(case: &Case<'_>) -> Option<Answer> {
    let log = case.evidence.chain_log.as_ref()?;
    let (count, process) = log.of_other_processes(case.parsed_thumbprint()?)?;
    let message = format!(
        "The CAPI2 log holds {} of {} that failed for other programs than those that send mail \
         ({process}): counted, and not judged.",
        counted(count, "validation"),
        case.certificate_text(),
    );
    Some(Proof::default().says(message, Vec::new()))
}

pub(crate) const CHAIN_EVENTS_MISSING: RuleText = RuleText {
    says: "The CAPI2 log is off, empty, too small, or begins after the sessions that failed.",
    why: "It is off by default, and its 1 MB holds minutes on a busy server.",
    example: "The log begins at 12:40, the last refusal was at 09:15.",
    helps: "Turn the log on, let it grow to 64 MB, send a message, and check again.",
    certainty: "Documented.",
    sources: "KB 3212877; wevtutil",
};

pub(crate) fn missing(case: &Case<'_>) -> Option<Answer> {
    let log = case.evidence.chain_log.as_ref()?;
    let incidents = case.evidence.incidents.all.iter();
    let failed = incidents
        .filter(|incident| matches!(incident.ending, Ending::Refused(_) | Ending::TlsFailed));
    let last = failed.map(|incident| incident.last).max();
    let too_late = log.first_time.filter(|first| last.is_some_and(|last| last < *first));
    if log.incomplete.is_empty() && too_late.is_none() {
        return None;
    }
    let what = match too_late {
        Some(first) => format!("begins at {first}, after the sessions that failed"),
        None => "is off, empty or too small".to_owned(),
    };
    let message = capital(&format!(
        "the log {CHAIN_EVENT_LOG} {what}: what Windows found when mail was refused is not known."
    ));
    let step = Remedy::server(
        ELEVATED,
        "Turn the log on and let it grow to 64 MB, send a message to a recipient outside \
         Microsoft 365, and check again.",
    )
    .command(ENABLE_CHAIN_EVENT_LOG)
    .verify(format!("wevtutil gl {CHAIN_EVENT_LOG}: enabled: true"))
    .undo(format!("wevtutil sl {CHAIN_EVENT_LOG} /e:false"));
    let lines = log.incomplete.iter().take(5).map(|(path, reason)| EvidenceLine {
        path: path.clone(),
        line: 0,
        text: reason.clone(),
    });
    Some(Proof::of(lines.collect()).says(message, vec![step]))
}
