//! What the CAPI2 log of the sending server tells of the sent certificate. Events about other
//! certificates, the remote one among them, and those of other programs are no finding.

use crate::chain::Completeness;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::{capital, counted};
use crate::diagnosis::remedies::{self, ELEVATED};
use crate::diagnosis::report::{Confidence, EvidenceLine, Remedy, Severity};
use crate::diagnosis::rules::rule::Proof;
use crate::evidence::chain_event::{CHAIN_EVENT_LOG, ChainFault, ENABLE_CHAIN_EVENT_LOG};

/// The chain as it is in the stores that were given outweighs what the log held before.
fn partial_chain<'a>(case: &Case<'a>) -> Option<&'a LoggedFault> {
    let is_repaired =
        case.chain.as_ref().is_some_and(|chain| chain.completeness == Completeness::Complete);
    case.logged_fault(ChainFault::PartialChain).filter(|_| !is_repaired)
}

pub(crate) fn incomplete(case: &Case<'_>) -> Option<Proof> {
    // Where the stores were given, they say it themselves.
    let proved_by_store = crate::diagnosis::rules::certificate::incomplete(case).is_some();
    let logged = partial_chain(case).filter(|_| !proved_by_store && !case.passes_by_address())?;
    let evidence = [case.log_proof(), vec![logged.proof()]].concat();
    Some(Proof {
        verdict: case.uncertain_if_delivered(),
        confidence: (!logged.failure.is_inferred).then_some(Confidence::Documented),
        ..Proof::of(evidence)
    })
}

pub(crate) fn incomplete_message(case: &Case<'_>) -> String {
    let is_inferred = partial_chain(case).is_some_and(|logged| logged.failure.is_inferred);
    let (found, certainty) = if is_inferred {
        (
            "did not find a trusted root, and names no certificate of it as the wrong one",
            "Most likely an",
        )
    } else {
        ("did not find its issuer", "An")
    };
    format!(
        "Windows on {} built the chain of {} and {found}. {certainty} intermediate is missing in \
         its stores, so that Exchange Online gets the certificate without its chain and does not \
         trust it. That other checks on the server succeed, because Windows may download it for \
         them, changes nothing.",
        case.server_text(),
        case.certificate_text(),
    )
}

pub(crate) fn incomplete_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let issuer = case.issuer().map_or_else(String::new, |issuer| format!(" ({issuer})"));
    vec![
        remedies::give_chain(case),
        Remedy::server(
            ELEVATED,
            format!(
                "Get the intermediate certificates from the authority that issued the \
                 certificate{issuer}, and import each that is not self-signed into the intermediate \
                 store of the sending server; never into Root."
            ),
        )
        .command(
            "Import-Certificate -FilePath <intermediate.cer> -CertStoreLocation \
             Cert:\\LocalMachine\\CA",
        )
        .verify(
            "the next event 30 about the certificate has Result 0, and the next session in the send \
             log is not refused",
        )
        .undo("Remove-Item Cert:\\LocalMachine\\CA\\<thumbprint of the intermediate>"),
    ]
}

/// What is wrong besides, the most telling first.
fn other_faults<'a>(case: &Case<'a>) -> Vec<&'a LoggedFault> {
    let has_own_rule = |fault: ChainFault| match fault {
        // It has a rule of its own, unless it does not matter (any more).
        ChainFault::PartialChain => true,
        ChainFault::Revoked => crate::diagnosis::rules::certificate::revoked(case).is_some(),
        ChainFault::PrivateKeyUnavailable => {
            crate::diagnosis::rules::own_certificate::key_not_usable(case).is_some()
        }
        _ => false,
    };
    let faults = ChainFault::ALL.iter().filter(|fault| !has_own_rule(**fault));
    faults.filter_map(|fault| case.logged_fault(*fault)).collect()
}

pub(crate) fn fault(case: &Case<'_>) -> Option<Proof> {
    let faults = other_faults(case);
    let is_harmless = faults.iter().all(|logged| logged.failure.fault.is_about_revocation_check());
    (!faults.is_empty()).then(|| Proof {
        severity: is_harmless.then_some(Severity::Information),
        ..Proof::of(faults.iter().map(|logged| logged.proof()).collect())
    })
}

pub(crate) fn fault_message(case: &Case<'_>) -> String {
    let meanings: Vec<&str> =
        other_faults(case).iter().map(|logged| logged.failure.meaning.as_str()).collect();
    format!(
        "Windows on {} tells of {}: {}.",
        case.server_text(),
        case.certificate_text(),
        meanings.join("; ")
    )
}

fn of_other_processes<'a>(case: &Case<'a>) -> Option<(u64, &'a str)> {
    case.evidence.chain_log.as_ref()?.of_other_processes(case.parsed_thumbprint()?)
}

pub(crate) fn not_judged(case: &Case<'_>) -> Option<Proof> {
    of_other_processes(case).map(|_| Proof::of(Vec::new()))
}

pub(crate) fn not_judged_message(case: &Case<'_>) -> String {
    let (count, process) = of_other_processes(case).unwrap_or_default();
    format!(
        "The CAPI2 log holds {} of {} that failed for other programs than those that send mail \
         ({process}): counted, and not judged.",
        counted(count, "validation"),
        case.certificate_text(),
    )
}

/// Whether the log begins only after all that failed.
fn begins_too_late(case: &Case<'_>) -> bool {
    let incidents = case.evidence.incidents.all.iter();
    let failed = incidents
        .filter(|incident| matches!(incident.ending, Ending::Refused(_) | Ending::TlsFailed));
    let last = failed.map(|incident| incident.last).max();
    let first = case.evidence.chain_log.as_ref().and_then(|log| log.first_time);
    last.zip(first).is_some_and(|(last, first)| last < first)
}

pub(crate) fn missing(case: &Case<'_>) -> Option<Proof> {
    let log = case.evidence.chain_log.as_ref()?;
    (!log.incomplete.is_empty() || begins_too_late(case)).then(|| {
        let lines = log.incomplete.iter().take(5).map(|(path, reason)| EvidenceLine {
            path: path.clone(),
            line: 0,
            text: reason.clone(),
        });
        Proof::of(lines.collect())
    })
}

pub(crate) fn missing_message(case: &Case<'_>) -> String {
    let log = case.evidence.chain_log.as_ref();
    let first = log.and_then(|log| log.first_time).filter(|_| begins_too_late(case));
    let what = match first {
        Some(first) => format!("begins at {first}, after the sessions that failed"),
        None => "is off, empty or too small".to_owned(),
    };
    capital(&format!(
        "the log {CHAIN_EVENT_LOG} {what}: what Windows found when mail was refused is not known."
    ))
}

pub(crate) fn missing_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::server(
            ELEVATED,
            "Turn the log on and let it grow to 64 MB, send a message to a recipient outside \
             Microsoft 365, and check again.",
        )
        .command(ENABLE_CHAIN_EVENT_LOG)
        .verify(format!("wevtutil gl {CHAIN_EVENT_LOG}: enabled: true"))
        .undo(format!("wevtutil sl {CHAIN_EVENT_LOG} /e:false")),
    ]
}
