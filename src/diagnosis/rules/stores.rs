//! Certificates that lie in the wrong store of the sending server.

use super::rule::{Answer, Proof, RuleText};
use crate::chain::Rule;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::capital;
use crate::diagnosis::remedies::ELEVATED;
use crate::diagnosis::remedies::Remedy;

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
    helps: "Move it to Root if it belongs there; else remove it.",
    certainty: "Documented.",
    sources: "KB 2795828",
};

pub(crate) fn root_in_ca(case: &Case<'_>) -> Option<Answer> {
    let message = said_of_chain(case, Rule::RootInIntermediateStore)?;
    let step = Remedy::server(
        ELEVATED,
        "List the self-signed certificates of the intermediate store; move each to Root only if \
         it belongs there, else remove it.",
    )
    .command(
        "Get-ChildItem 'Cert:\\LocalMachine\\CA' | Where-Object { $_.Issuer -eq $_.Subject } | \
         Format-List Subject,Thumbprint",
    )
    .verify("the list is empty");
    Some(Proof::of(case.certificate_proof()).says(message, vec![step]))
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
    let step = Remedy::server(
        ELEVATED,
        "List the certificates of the root store that are not self-signed, and move each to CA \
         (KB 2795828): they keep Schannel from sending complete lists and trusting what it should.",
    )
    .command(
        "Get-ChildItem 'Cert:\\LocalMachine\\Root' | Where-Object { $_.Issuer -ne $_.Subject } \
         | Format-List Subject,Thumbprint",
    )
    .verify("the list is empty");
    Some(Proof::of(case.certificate_proof()).says(message, vec![step]))
}
