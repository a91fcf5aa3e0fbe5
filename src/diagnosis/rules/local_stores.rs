//! What the machine's own stores show: what could not be seen, and where Windows differs.

use super::rule::{Answer, Proof, RuleText};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::report::{EvidenceLine, Severity};
use crate::finding::Place;

pub(crate) const MACHINE_STORE_NOT_SEEN: RuleText = RuleText {
    says: "Not all of this computer's stores or keys could be seen.",
    why: "Some keys, and on some computers some stores, open for administrators only.",
    example: "LocalMachine\\My: access denied to the key container of a certificate.",
    helps: "Run the check again as administrator.",
    certainty: "Observed.",
    sources: "CertOpenStore, NCryptOpenKey",
};

pub(crate) fn not_seen(case: &Case<'_>) -> Option<Answer> {
    let machine = case.evidence.machine.as_ref().filter(|machine| !machine.unseen.is_empty())?;
    let is_store_lost = machine.intermediates.is_none() || machine.roots.is_none();
    let lines = machine.unseen.iter().take(5).map(|one| EvidenceLine {
        path: one.place.clone(),
        line: 0,
        text: one.reason.clone(),
    });
    let proof = Proof {
        severity: is_store_lost.then_some(Severity::Warning),
        ..Proof::of(lines.collect())
    };
    let texts: Vec<String> =
        machine.unseen.iter().map(|one| format!("{}: {}", one.place, one.reason)).collect();
    let message = format!(
        "Not all of this computer's stores could be seen. {}. The rest was judged.",
        listed(texts.iter().map(String::as_str), 3)
    );
    let step = Remedy::new(Place::ElevatedOnServer, "Run the check again as administrator.")
        .verify("the report says of every store and key what it found");
    Some(proof.says(message, vec![step]))
}

pub(crate) const WINDOWS_DIFFERS: RuleText = RuleText {
    says: "EopRelay and Windows judge the chain of the certificate differently.",
    why: "Windows judges with the stores and caches of this computer, EopRelay for the receiver.",
    example: "CertGetCertificateChain reports CERT_TRUST_IS_PARTIAL_CHAIN, and the chain is found \
              complete in the given stores.",
    helps: "The differences name what to look at.",
    certainty: "Observed.",
    sources: "CertGetCertificateChain",
};

pub(crate) fn differs(case: &Case<'_>) -> Option<Answer> {
    let comparison = case.chain.as_ref()?.windows.as_ref().filter(|one| !one.agrees)?;
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
    let proof = Proof {
        severity: is_about_roots.then_some(Severity::Information),
        ..Proof::of(lines.collect())
    };
    let texts: Vec<&str> = comparison.differences.iter().map(|one| one.message.as_str()).collect();
    let message = format!(
        "EopRelay and Windows judge the chain of {} differently. {}",
        case.certificate_text(),
        texts.join(" ")
    );
    Some(proof.says(message, Vec::new()))
}
