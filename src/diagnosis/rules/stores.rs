//! Certificates that lie in the wrong store of the sending server.

use std::collections::BTreeSet;

use super::rule::{Answer, Proof, RuleText};
use crate::certificate::Certificate;
use crate::chain::Rule;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::capital;
use crate::diagnosis::remedies::{self, Change, ELEVATED, Remedy};

/// What the report of the chain says by that rule, as one sentence.
fn said_of_chain(case: &Case<'_>, rule: Rule) -> Option<String> {
    let findings = case.chain.iter().flat_map(|chain| &chain.findings);
    let details: Vec<&str> = findings
        .filter(|finding| finding.id == rule)
        .map(|finding| finding.message.as_str())
        .collect();
    (!details.is_empty()).then(|| capital(&format!("{}.", details.join("; "))))
}

pub(crate) const ROOT_IN_INTERMEDIATE_STORE: RuleText = RuleText {
    says: "A root lies in the intermediate store of the server.",
    why: "The intermediate store is for certificates that others signed; a root in it is not \
          trusted there, and makes Windows build other chains than expected.",
    example: "LocalMachine\\CA holds a certificate whose issuer and subject are the same.",
    helps: "Take it out of the intermediate store.",
    certainty: "Documented.",
    sources: "KB 2795828",
};

pub(crate) fn root_in_ca(case: &Case<'_>) -> Option<Answer> {
    let message = said_of_chain(case, Rule::RootInIntermediateStore)?;
    let store = case.evidence.intermediates.iter().flatten();
    let found = distinct(store.filter(|one| one.looks_self_signed()));
    let steps = if found.len() > MAXIMUM_STEPS {
        let list = Remedy::server(
            ELEVATED,
            "List the self-signed certificates of the intermediate store, and take each out of it.",
        )
        .command(
            "Get-ChildItem 'Cert:\\LocalMachine\\CA' | Where-Object { $_.Issuer -eq $_.Subject } | \
             Format-List Subject,Thumbprint",
        )
        .verify("the list is empty");
        vec![list]
    } else {
        remedies::together(found.into_iter().map(remedies::take_out_of_intermediates).collect())
    };
    Some(Proof::of(case.certificate_proof()).says(message, steps))
}

/// So many certificates in the wrong store have a step each; of more there is a list to work through.
const MAXIMUM_STEPS: usize = 4;

/// Each certificate once.
fn distinct<'c>(all: impl Iterator<Item = &'c Certificate>) -> Vec<&'c Certificate> {
    let mut known = BTreeSet::new();
    all.filter(|one| known.insert(one.thumbprint().to_string())).collect()
}

pub(crate) const INTERMEDIATE_IN_ROOT_STORE: RuleText = RuleText {
    says: "An intermediate lies in the root store of the server.",
    why: "Certificates in Root that are not self-signed keep Schannel from sending complete lists, and \
          from trusting what it should.",
    example: "LocalMachine\\Root holds a certificate whose issuer is not its subject.",
    helps: "Move it to the intermediate store (CA).",
    certainty: "Documented.",
    sources: "KB 2795828",
};

pub(crate) fn intermediate_in_root(case: &Case<'_>) -> Option<Answer> {
    let message = said_of_chain(case, Rule::IntermediateInRootStore)?;
    let evidence = case.evidence;
    let of_machine = evidence.machine.iter().flat_map(|machine| machine.roots.iter().flatten());
    let store = evidence.roots.iter().chain(of_machine);
    let found = distinct(store.filter(|one| !one.is_self_issued()));
    let steps = if found.len() > MAXIMUM_STEPS {
        let list = Remedy::server(
            ELEVATED,
            "List the certificates of the root store that are not self-signed, and move each to CA \
             (KB 2795828): they keep Schannel from sending complete lists and trusting what it should.",
        )
        .command(
            "Get-ChildItem 'Cert:\\LocalMachine\\Root' | Where-Object { $_.Issuer -ne $_.Subject } \
             | Format-List Subject,Thumbprint",
        )
        .verify("the list is empty");
        vec![list]
    } else {
        remedies::together(found.into_iter().map(remedies::move_to_intermediates).collect())
    };
    Some(Proof::of(case.certificate_proof()).says(message, steps))
}

pub(crate) const ROOT_BLOCKED: RuleText = RuleText {
    says: "Microsoft has taken the root of the chain out of its programme, wholly or for newer \
           certificates.",
    why: "What was issued before may still be trusted; a renewed certificate of the same authority \
          need not be, and the root may be taken out for good.",
    example: "A certificate below AddTrust External CA Root.",
    helps: "Have the next certificate issued by an authority whose root is in the programme.",
    certainty: "Documented in Microsoft's list; from when on Exchange Online refuses is not.",
    sources: "Microsoft Trusted Root Program",
};

pub(crate) fn root_blocked(case: &Case<'_>) -> Option<Answer> {
    // Where mail passes by its address, the certificate does not matter.
    let message = said_of_chain(case, Rule::BlockedRoot).filter(|_| !case.passes_by_address())?;
    Some(Proof::of(case.certificate_proof()).says(message, remedies::replace_certificate(case)))
}

pub(crate) const ROOT_SHORTENS_CHAIN: RuleText = RuleText {
    says: "A self-signed copy of a new root lies in the root store: the cross-signed certificate that \
           receivers need is not sent.",
    why: "Windows ends the chain at the first root that it trusts; receivers that do not have the new \
          root yet need the certificate by which an older one signs it.",
    example: "The self-signed ISRG Root YE in Root of a server whose certificate is of Let's \
              Encrypt's generation Y.",
    helps: "Take the copy out of Root, so that the cross-signed certificate is sent.",
    certainty: "Documented how Windows builds chains; which roots Exchange Online has is listed.",
    sources: "letsencrypt.org, generation Y; KB 2795828",
};

pub(crate) fn root_shortens_chain(case: &Case<'_>) -> Option<Answer> {
    let message = said_of_chain(case, Rule::RootShortensChain)?;
    let steps = case.chain.as_ref().map(|chain| remedies::of_chain(case, &chain.remedies));
    let mut steps = steps.unwrap_or_default();
    // The other steps belong to what else is wrong.
    let takes_away = |change: &Change| matches!(change, Change::TakeRootAway { .. });
    steps.retain(|step| step.changes.iter().any(takes_away));
    Some(Proof::of(case.certificate_proof()).says(message, steps))
}
