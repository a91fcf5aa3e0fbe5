//! What to do about a chain: exact commands, with how to verify and how to undo. First about the
//! certificate that has the fault, then about what is missing, then about roots.

use serde::{Serialize, Serializer};

use super::completeness::{MissingIssuer, Need, needs};
use super::fault_remedy::{Subject, of_fault};
use super::pool::{Origin, Pool};
use super::rule::Rule;
use super::search::End;
use super::step_parts::{download, import, remove, source};
use super::survey::Evaluated;
use super::words::shown;
use crate::certificate::{Certificate, hexadecimal};
use crate::finding::{InputOption, OptionNames, Place, Step, fold};

/// Remedies for a path.
///
/// A certificate is only proposed for import if it is not self-signed and its key verifies its
/// child's signature, and only into LocalMachine\CA: what lies in Root is trusted.
pub(crate) fn remedies(
    pool: &Pool<'_>,
    best: &Evaluated,
    missing: &[MissingIssuer],
    shortening_root: Option<usize>,
    (has_given_list, option_names): (bool, OptionNames),
) -> Vec<Step> {
    let path = &best.path;
    let mut steps = Vec::new();
    if let Some(fault) = best.errors().next() {
        steps.extend(of_fault(&Subject { pool, path, position: fault.position }, fault));
    }
    for (position, need) in needs(pool, path).into_iter().enumerate() {
        if need != Need::Absent {
            continue;
        }
        let (child, issuer) = (path[position - 1], path[position]);
        let certificate = pool.certificate(issuer);
        let is_verified = pool.known_signature(child, issuer) == Some(Ok(()));
        if is_verified && !certificate.is_self_issued() {
            steps.push(import(certificate));
        }
    }
    let has = |rule| best.findings.iter().any(|finding| finding.rule == rule);
    // No issuer and no list makes a private authority a public one.
    if !has(Rule::PrivateAuthority) {
        let unknown = missing.iter().filter(|issuer| issuer.found.is_none());
        steps.extend(unknown.map(obtain));
        if has(Rule::UnknownRoot) || has(Rule::MissingRoot) {
            steps.push(newest_list(has_given_list, option_names));
        }
        if let (Some(root), End::SelfIssued, true) = (path.last(), best.end, has(Rule::UnknownRoot))
            && matches!(pool.entry(*root).origin, Origin::RootStore | Origin::IntermediateStore)
        {
            steps.push(find_cross_signed(pool.certificate(*root)));
        }
    }
    if let Some(root) = shortening_root {
        steps.push(remove(pool.certificate(root), "Root", SHORTENING_ROOT));
    }
    steps
}

const SHORTENING_ROOT: &str = "so that the server sends the cross-signed certificate of the same name instead of ending the \
     chain at this root";

/// Finds an issuer of which nothing but its name is known.
fn obtain(issuer: &MissingIssuer) -> Step {
    let step = Step::new(
        Place::AnyComputer,
        format!(
            "Get the certificate of the issuer {}{}. It is not among the certificates that could be read. \
             {}, then check again with it among the intermediates: only then can it be known whether it \
             is the right one to import.",
            shown(&issuer.subject),
            issuer
                .key_identifier
                .as_ref()
                .map(|key| format!(" (key identifier {key})"))
                .unwrap_or_default(),
            source(&issuer.urls),
        ),
    );
    Step { command: download(&issuer.urls), ..step }
}

/// What a new root of a public authority needs: the certificate that an older root made of it.
fn find_cross_signed(root: &Certificate) -> Step {
    let key = root.extensions.subject_key_identifier.as_ref();
    let key = key.map(|key| format!(" (key identifier {})", hexadecimal(&key.value)));
    Step::new(
        Place::AnyComputer,
        format!(
            "If {} is a new root of a public authority, get the certificate of the same name and key{} \
             that an older root signed, from the authority's page of its chains: receivers need that \
             one, and not the self-signed one. Then check again with it among the intermediates; the \
             check says what to import and what to take out.",
            shown(&root.subject),
            key.unwrap_or_default(),
        ),
    )
    .verify("the check finds a trusted root")
}

/// How to get the newest list of Microsoft's programme.
fn newest_list(has_given_list: bool, option_names: OptionNames) -> Step {
    let known = if has_given_list {
        "The root is neither in the lists of this program nor among the roots of the receiver that were \
         given. Were these not Microsoft's newest list"
    } else {
        "The lists of this program may be older than the root"
    };
    let with = option_names.of(InputOption::ProgrammeRoots);
    Step::new(
        Place::AnyComputer,
        format!(
            "{known}: get Microsoft's newest one, and check again with it ({with} \
             roots.sst). A server that updates its roots by itself keeps those that it has met in \
             LocalMachine\\AuthRoot. A root that is not in it either is not known to be trusted by \
             Exchange Online: use a certificate of an authority that is."
        ),
    )
    .command("certutil -generateSSTFromWU roots.sst")
    .verify("the check finds the root in Microsoft's programme")
}

/// The steps with their action as `Description` and without the side: all are the sender's.
pub(super) fn described<S: Serializer>(steps: &[Step], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Described<'a> {
        description: &'a str,
        command: Option<String>,
        r#where: &'a str,
        verify: Option<&'a str>,
        undo: Option<&'a str>,
    }
    serializer.collect_seq(steps.iter().map(|step| Described {
        description: &step.action,
        command: step.command.as_deref().map(fold),
        r#where: &step.r#where,
        verify: step.verify.as_deref(),
        undo: step.undo.as_deref(),
    }))
}
