//! The own verdict held against that of Windows. Neither is evidence about the other: where they
//! differ, that is reported.

use serde::Serialize;

use super::finding_report::FindingReport;
use super::rule::Rule;
use crate::certificate::Thumbprint;
use crate::finding::Severity;
use crate::named_enum::named_enum;
use crate::windows::{ChainMode, ChainRun, WindowsVerdict, hresults, result_name};

const PARTIAL_CHAIN: u32 = 0x800B_010A;
const UNTRUSTED_ROOT: u32 = 0x800B_0109;
/// Results that say only that revocation was not checked; left out of the comparison.
const REVOCATION_NOT_CHECKED: [u32; 2] = [0x8009_2012, 0x8009_2013];

named_enum! {
    /// Which of the two says it.
    OnlyIn {
        /// The own engine.
        EopRelay = 1,
        /// Windows.
        Windows = 2,
        /// Both say something else.
        Neither = 3,
    }
}

/// Something on which the two verdicts differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Difference {
    /// Which of the two says it.
    pub only_in: OnlyIn,
    /// The HRESULT with its name; absent where the paths differ.
    pub result: Option<String>,
    /// What differs, and what follows from it.
    pub message: String,
    /// Whether it is about roots alone: the stores of a server and the lists of receivers are not
    /// the same.
    pub is_about_roots: bool,
}

/// What Windows says, and how it differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Comparison {
    /// Whether both say the same with the stores alone.
    pub agrees: bool,
    /// On what they differ.
    pub differences: Vec<Difference>,
    /// Whether Windows finds the issuers only where it may download them: then checks on the server
    /// succeed, and the handshake sends the certificate alone (KB 3212877).
    pub is_complete_only_through_download: bool,
    /// The runs of Windows.
    pub runs: Vec<ChainRun>,
}

/// Compares the own path and findings with the run that has the stores alone.
pub(super) fn compare(
    path: &[Thumbprint],
    findings: &[FindingReport],
    verdict: &WindowsVerdict,
) -> Comparison {
    let mut differences = Vec::new();
    if let Some(run) = verdict.run(ChainMode::StoresOnly) {
        let own = own_results(findings);
        let other = hresults(run.errors_beside_revocation());
        for result in own.iter().filter(|result| !other.contains(result)) {
            differences.push(only_here(*result));
        }
        for result in other.iter().filter(|result| !own.contains(result)) {
            differences.push(only_there(*result));
        }
        let built: Vec<Thumbprint> = run.elements.iter().map(|one| one.thumbprint).collect();
        if differences.is_empty() && built != path {
            differences.push(Difference {
                only_in: OnlyIn::Neither,
                result: None,
                message: format!(
                    "Windows builds another path: {}. Both come to the same result.",
                    built.iter().map(ToString::to_string).collect::<Vec<_>>().join(" <- ")
                ),
                is_about_roots: false,
            });
        }
    }
    let is_partial = |mode| verdict.run(mode).map(ChainRun::is_partial);
    Comparison {
        agrees: differences.is_empty(),
        differences,
        is_complete_only_through_download: is_partial(ChainMode::StoresOnly) == Some(true)
            && is_partial(ChainMode::Download) == Some(false),
        runs: verdict.runs.clone(),
    }
}

/// The HRESULTs of what the own engine refuses, and of an intermediate that the stores lack.
fn own_results(findings: &[FindingReport]) -> Vec<u32> {
    let mut results: Vec<u32> = findings
        .iter()
        .filter(|one| one.severity == Severity::Error || one.id == Rule::IntermediateNotInStore)
        .map(|finding| finding.id.entry().hresult)
        .filter(|result| *result != 0 && !REVOCATION_NOT_CHECKED.contains(result))
        .collect();
    results.sort_unstable();
    results.dedup();
    results
}

fn only_here(result: u32) -> Difference {
    let message = match result {
        UNTRUSTED_ROOT => {
            "Windows trusts the root because it lies in this computer's root store; whether Exchange \
             Online trusts it, that does not say"
        }
        PARTIAL_CHAIN => {
            "EopRelay misses an issuer that Windows finds, in its cache or in another store"
        }
        _ => "EopRelay refuses what Windows accepts",
    };
    difference(OnlyIn::EopRelay, result, message)
}

fn only_there(result: u32) -> Difference {
    let message = match result {
        UNTRUSTED_ROOT => {
            "Windows does not trust the root, which is in the list of public roots: it is not in \
             this computer's root store. Receivers may trust it all the same"
        }
        PARTIAL_CHAIN => {
            "Windows misses an issuer that EopRelay knows from elsewhere: it is in no store of this \
             computer"
        }
        _ => "Windows refuses what EopRelay accepts",
    };
    difference(OnlyIn::Windows, result, message)
}

fn difference(only_in: OnlyIn, result: u32, message: &str) -> Difference {
    let name = result_name(result);
    Difference {
        only_in,
        message: format!("{message}: {name}."),
        result: Some(name),
        is_about_roots: result == UNTRUSTED_ROOT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::ChainElement;

    const PARTIAL: u32 = 0x1_0000;
    const UNTRUSTED: u32 = 0x20;
    const OFFLINE_REVOCATION: u32 = 0x100_0040;

    fn own(rules: &[Rule]) -> Vec<FindingReport> {
        let finding = |rule: &Rule| FindingReport {
            id: *rule,
            severity: rule.entry().windows,
            certificate: None,
            message: String::new(),
            reference: "",
            h_result: None,
        };
        rules.iter().map(finding).collect()
    }

    fn leaf() -> Thumbprint {
        Thumbprint::of(b"leaf")
    }

    fn verdict(stores_only: u32, download: u32) -> WindowsVerdict {
        let run = |mode, errors| {
            let element = ChainElement::new(leaf(), errors, 0);
            ChainRun::new(mode, errors, vec![element], Vec::new())
        };
        let modes = [(ChainMode::StoresOnly, stores_only), (ChainMode::Download, download)];
        WindowsVerdict { runs: modes.map(|(mode, errors)| run(mode, errors)).into() }
    }

    #[test]
    fn verdicts_that_say_the_same_agree() {
        let same: [(&[Rule], u32); 6] = [
            (&[], 0),
            (&[Rule::RevocationUnknown], OFFLINE_REVOCATION),
            (&[Rule::MissingIssuer], PARTIAL),
            (&[Rule::IntermediateNotInStore], PARTIAL),
            (&[Rule::SelfSignedEndEntity], UNTRUSTED),
            (&[Rule::Expired, Rule::UnknownRoot], UNTRUSTED | 1),
        ];
        for (rules, errors) in same {
            let comparison = compare(&[leaf()], &own(rules), &verdict(errors, errors));
            assert!(comparison.agrees, "{rules:?}: {:?}", comparison.differences);
        }
    }

    #[test]
    fn each_difference_is_told_with_the_one_who_says_it() {
        let cases: [(&[Rule], u32, OnlyIn, &str, bool); 4] = [
            (&[Rule::UnknownRoot], 0, OnlyIn::EopRelay, "CERT_E_UNTRUSTEDROOT", true),
            (&[], UNTRUSTED, OnlyIn::Windows, "CERT_E_UNTRUSTEDROOT", true),
            (&[], PARTIAL, OnlyIn::Windows, "CERT_E_CHAINING", false),
            (&[Rule::NameExcluded], 0, OnlyIn::EopRelay, "CERT_E_INVALID_NAME", false),
        ];
        for (rules, errors, only_in, name, is_about_roots) in cases {
            let comparison = compare(&[leaf()], &own(rules), &verdict(errors, errors));
            let [difference] = comparison.differences.as_slice() else { panic!("{comparison:?}") };
            assert!(!comparison.agrees);
            assert_eq!(difference.only_in, only_in, "{name}");
            assert!(difference.message.contains(name), "{}", difference.message);
            assert_eq!(difference.is_about_roots, is_about_roots, "{name}");
        }
    }

    #[test]
    fn another_path_to_the_same_result_is_reported() {
        let path = [leaf(), Thumbprint::of(b"root")];
        let comparison = compare(&path, &own(&[]), &verdict(0, 0));
        assert_eq!(comparison.differences[0].only_in, OnlyIn::Neither);
        assert!(comparison.differences[0].message.contains(&leaf().to_string()));
    }

    #[test]
    fn a_chain_that_only_a_download_completes_is_reported() {
        let missing = own(&[Rule::MissingIssuer]);
        let comparison = compare(&[leaf()], &missing, &verdict(PARTIAL, 0));
        assert!(comparison.agrees && comparison.is_complete_only_through_download);
        let comparison = compare(&[leaf()], &missing, &verdict(PARTIAL, PARTIAL));
        assert!(!comparison.is_complete_only_through_download);
    }
}
