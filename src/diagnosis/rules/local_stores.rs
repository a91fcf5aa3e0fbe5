//! What the machine's own stores show: keys, what could not be seen, and where Windows differs.

use crate::chain::Comparison;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::ELEVATED;
use crate::diagnosis::report::{EvidenceLine, Remedy, Severity};
use crate::diagnosis::rules::rule::Proof;
use crate::windows::{KeyAccess, KeyPresence, PrivateKey};

const MY: &str = r"LocalMachine\My";

/// The private key of a certificate that would be sent, as this machine has it.
fn stored_key<'c>(case: &'c Case<'_>) -> Option<&'c PrivateKey> {
    let certificate = case.certificate.filter(|_| case.incident.is_none())?;
    let stored = case.evidence.machine.as_ref()?.by_thumbprint(certificate.thumbprint())?;
    Some(&stored.private_key)
}

fn key_in_words(key: &PrivateKey) -> String {
    let kind = key.kind.unwrap_or("key");
    let provider = key.provider.as_deref().unwrap_or("unknown provider");
    let container = key.container.as_deref().unwrap_or_default();
    format!("{kind}, {provider}, {container}")
}

/// Shows that the machine has the certificate without its key.
pub(crate) fn without_key(case: &Case<'_>) -> Option<Proof> {
    let key = stored_key(case)?;
    matches!(key.presence, KeyPresence::None | KeyPresence::Missing).then(|| {
        Proof::at(MY, 0, &format!("private key: {} ({})", key.presence.name(), key_in_words(key)))
    })
}

/// Shows that NETWORK SERVICE may not read the key.
pub(crate) fn unreadable_key(case: &Case<'_>) -> Option<Proof> {
    let key = stored_key(case)?;
    let is_denied =
        key.presence == KeyPresence::Present && key.network_service == KeyAccess::Denied;
    is_denied.then(|| {
        let text = format!("NETWORK SERVICE may not read the private key ({})", key_in_words(key));
        Proof::at(MY, 0, &text)
    })
}

pub(crate) fn not_seen(case: &Case<'_>) -> Option<Proof> {
    let machine = case.evidence.machine.as_ref().filter(|machine| !machine.unseen.is_empty())?;
    let is_store_lost = machine.intermediates.is_none() || machine.roots.is_none();
    let lines = machine.unseen.iter().take(5).map(|one| EvidenceLine {
        path: one.place.clone(),
        line: 0,
        text: one.reason.clone(),
    });
    Some(Proof {
        severity: is_store_lost.then_some(Severity::Warning),
        ..Proof::of(lines.collect())
    })
}

pub(crate) fn not_seen_message(case: &Case<'_>) -> String {
    let unseen = case.evidence.machine.iter().flat_map(|machine| &machine.unseen);
    let texts: Vec<String> = unseen.map(|one| format!("{}: {}", one.place, one.reason)).collect();
    format!(
        "Not all of this computer's stores could be seen. {}. The rest was judged.",
        listed(texts.iter().map(String::as_str), 3)
    )
}

pub(crate) fn not_seen_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::server(ELEVATED, "Run the check again as administrator.")
            .verify("the report says of every store and key what it found"),
    ]
}

fn comparison<'c>(case: &'c Case<'_>) -> Option<&'c Comparison> {
    case.chain.as_ref()?.windows.as_ref()
}

pub(crate) fn differs(case: &Case<'_>) -> Option<Proof> {
    let comparison = comparison(case).filter(|comparison| !comparison.agrees)?;
    let is_about_roots = comparison.differences.iter().all(|one| one.is_about_roots);
    let lines = comparison.runs.iter().map(|run| {
        let status = match run.error_status.as_slice() {
            [] => "no error".to_owned(),
            names => names.join(", "),
        };
        let policies: Vec<String> = run
            .policies
            .iter()
            .map(|one| {
                let (name, at) = (one.policy.name(), one.element_index);
                format!("{name} policy: {} at element {at}", one.result)
            })
            .collect();
        EvidenceLine {
            path: format!("CertGetCertificateChain, {}", run.mode.name()),
            line: 0,
            text: [vec![status], policies].concat().join("; "),
        }
    });
    Some(Proof {
        severity: is_about_roots.then_some(Severity::Information),
        ..Proof::of(lines.collect())
    })
}

pub(crate) fn differs_message(case: &Case<'_>) -> String {
    let differences = comparison(case).into_iter().flat_map(|comparison| &comparison.differences);
    let texts: Vec<&str> = differences.map(|one| one.message.as_str()).collect();
    format!(
        "EopRelay and Windows judge the chain of {} differently. {}",
        case.certificate_text(),
        texts.join(" ")
    )
}
