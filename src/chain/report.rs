//! The report on a chain: everything that was found, in a form to print and to serialise.

use serde::Serialize;

use super::comparison::{Comparison, compare};
use super::completeness::{
    Completeness, MissingIssuer, Need, completeness, missing_issuers, needs, shortening_root,
};
use super::embedded_roots::EmbeddedRoots;
use super::finding_report::FindingReport;
use super::findings::Finding;
use super::microsoft_programme::programme_date;
use super::pool::{Origin, Pool};
use super::remedy::{described, remedies};
use super::request::ChainRequest;
use super::rule::{Profile, Rule};
use super::search::End;
use super::survey::{Evaluated, survey};
use super::verdict::fill_pool;
use super::words::{named, shown};
use crate::certificate::{Certificate, GeneralName, Thumbprint};
use crate::finding::{Severity, Step};
use crate::timestamp::Timestamp;

/// Whether the chain ends in a root that is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Trust {
    /// In a root of Mozilla's list, or one that the receiver is known to trust; its key verified
    /// the chain.
    Trusted,
    /// In a root of Microsoft's programme, by name and key identifier: its key is not known.
    MicrosoftProgramme,
    /// In a root that Microsoft has taken out of its programme, wholly or for what was issued after
    /// some day.
    Blocked,
    /// The certificate is its own issuer, or the roots of the receiver were given and this is none
    /// of them.
    Untrusted,
    /// In the root of a private authority; the finding of that name has the evidence.
    PrivateAuthority,
    /// In a root that is in no list, or in none for want of an issuer.
    UnknownRoot,
}

/// A part of a given file that was not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UnreadPart {
    /// The file.
    pub file: String,
    /// Where the part begins, in bytes.
    pub offset: usize,
    /// What it says it is, such as `PRIVATE KEY`.
    pub label: String,
    /// Why it was not used.
    pub reason: String,
    /// Whether it should have been a certificate or revocation list.
    pub is_damaged: bool,
}

/// Everything about a chain. Serialised in PascalCase.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainReport {
    /// Whether the profile accepts the chain.
    pub is_accepted: bool,
    /// Whether the server can send it.
    pub completeness: Completeness,
    /// Whether it ends in a trusted root.
    pub trust: Trust,
    /// One sentence with the most significant finding.
    pub summary: String,
    /// The position of the certificate that has the fault that is reported first; `None` without
    /// errors.
    pub fault: Option<usize>,
    /// The profile.
    pub profile: Profile,
    /// The time of the judgement.
    pub at: Timestamp,
    /// The certificates of the best path, the judged one first.
    pub certificates: Vec<CertificateReport>,
    /// What is wrong, the most significant first.
    pub findings: Vec<FindingReport>,
    /// What the server would send, as far as is known: thumbprints, the judged one first.
    pub would_send: Vec<Thumbprint>,
    /// The issuers that are missing.
    pub missing_issuers: Vec<MissingIssuer>,
    /// What to do.
    #[serde(serialize_with = "described")]
    pub remedies: Vec<Step>,
    /// The other paths, the better first; at most 15.
    pub alternatives: Vec<AlternativePath>,
    /// How many paths were looked at.
    pub path_count: usize,
    /// Whether paths may have been missed because the search reached its limits.
    pub is_cut_short: bool,
    /// The embedded roots, where they were used.
    pub embedded_roots: Option<EmbeddedRoots>,
    /// The day of the list of Microsoft's programme, if that is used: `2026-07-19`.
    pub microsoft_programme: Option<&'static str>,
    /// What Windows says of the same chain, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows: Option<Comparison>,
    /// Parts of the given files that were not read.
    pub unread: Vec<UnreadPart>,
}

/// A certificate of the path.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateReport {
    /// The subject, a Windows X.500 string.
    pub subject: String,
    /// The issuer, a Windows X.500 string.
    pub issuer: String,
    /// The serial number in hexadecimal digits.
    pub serial_number: String,
    /// The SHA-1 thumbprint.
    pub thumbprint: Thumbprint,
    /// The first moment of its validity.
    pub not_before: Option<Timestamp>,
    /// The last moment of its validity.
    pub not_after: Option<Timestamp>,
    /// Host names, the common name first.
    pub dns_names: Vec<String>,
    /// All subject alternative names.
    pub subject_alt_names: Vec<String>,
    /// Type and size of the key, such as `RSA 2048`.
    pub public_key: String,
    /// The OID of the signature algorithm.
    pub signature_algorithm: String,
    /// Whether it may issue certificates.
    pub is_authority: bool,
    /// Key usage, by the names of RFC 5280; `None` without the extension.
    pub key_usage: Option<Vec<&'static str>>,
    /// Extended key usage, dotted OIDs; `None` without the extension.
    pub extended_key_usage: Option<Vec<String>>,
    /// Where its issuer can be had.
    pub issuer_urls: Vec<String>,
    /// Where it was found.
    pub origin: CertificateOrigin,
}

/// Where a certificate was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum CertificateOrigin {
    /// It is the one that is judged.
    Judged,
    /// Among the server's intermediates.
    IntermediateStore,
    /// In the server's root store, and in no list of roots that receivers trust.
    RootStore,
    /// Among the roots of Microsoft's programme that the server has.
    ProgrammeRoot,
    /// Among the given roots.
    GivenRoot,
    /// Among the embedded roots.
    EmbeddedRoot,
    /// Beside the stores.
    Elsewhere,
}

/// A path that was not chosen.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AlternativePath {
    /// Whether the profile accepts it.
    pub is_accepted: bool,
    /// Subjects, the judged certificate first.
    pub subjects: Vec<String>,
    /// Thumbprints, in the same order.
    pub thumbprints: Vec<Thumbprint>,
    /// Why it is refused: the rules, the most significant first.
    pub errors: Vec<Rule>,
}

impl ChainReport {
    /// Whether nothing but what cannot be known here speaks against the chain: receivers may take it.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        let mut errors = self.findings.iter().filter(|f| f.severity == Severity::Error);
        !self.is_accepted && errors.all(|finding| finding.id.is_unknown())
    }
}

/// Judges a chain and reports everything about it.
#[must_use]
pub fn report(request: &ChainRequest<'_>) -> ChainReport {
    let mut pool = fill_pool(request);
    let survey = survey(request, &mut pool);
    let (best, others) = (&survey.best, &survey.others);
    let missing_issuers = missing_issuers(&pool, &best.path, best.end);
    let would_send = |(index, need): (&usize, Need)| {
        let is_sent = need == Need::Present && request.intermediates.is_some();
        is_sent.then(|| pool.certificate(*index).thumbprint())
    };
    let would_send = match request.intermediates {
        Some(_) => {
            let needs = needs(&pool, &best.path);
            // Schannel sends a chain up to its first gap.
            best.path.iter().zip(needs).map_while(would_send).collect()
        }
        None => Vec::new(),
    };
    let mut findings = FindingReport::summed(&best.findings);
    let accepted: Vec<&Evaluated> = others.iter().filter(|other| other.is_accepted()).collect();
    if let Some(alternative) = accepted.first()
        && best.is_accepted()
    {
        let root = alternative.path.last().map(|index| shown(&pool.certificate(*index).subject));
        findings.push(FindingReport::new(&Finding {
            rule: Rule::CrossSignedAlternative,
            severity: Rule::CrossSignedAlternative.severity(request.profile),
            position: 0,
            detail: format!("ends in {}", root.unwrap_or_default()),
        }));
    }
    let shortening = shortening_root(&pool, &best.path);
    if let Some((position, root)) = shortening {
        findings.push(FindingReport::new(&Finding {
            rule: Rule::RootShortensChain,
            severity: Rule::RootShortensChain.severity(request.profile),
            position,
            detail: named(pool.certificate(root)),
        }));
    }
    let completeness = completeness(request, &pool, &best.path, best.end);
    let trust = trust(best);
    let certificates: Vec<CertificateReport> =
        best.path.iter().map(|index| CertificateReport::new(&pool, *index)).collect();
    let windows = request.windows_verdict.map(|verdict| {
        let path: Vec<Thumbprint> = certificates.iter().map(|one| one.thumbprint).collect();
        compare(&path, &findings, verdict)
    });
    ChainReport {
        is_accepted: best.is_accepted(),
        completeness,
        trust,
        summary: summary(&pool, best, completeness),
        fault: best.errors().next().map(|finding| finding.position),
        profile: request.profile,
        at: request.at,
        certificates,
        findings,
        would_send,
        remedies: remedies(
            &pool,
            best,
            &missing_issuers,
            shortening.map(|(_, root)| root),
            (!request.programme_roots.is_empty(), request.option_names),
        ),
        missing_issuers,
        alternatives: others.iter().map(|other| AlternativePath::new(&pool, other)).collect(),
        path_count: survey.path_count,
        is_cut_short: survey.is_cut_short,
        embedded_roots: request.with_embedded_roots.then(EmbeddedRoots::describe),
        microsoft_programme: request.with_embedded_roots.then(programme_date),
        windows,
        unread: Vec::new(),
    }
}

fn trust(best: &Evaluated) -> Trust {
    let has = |rule| best.findings.iter().any(|finding| finding.rule == rule);
    match best.end {
        _ if has(Rule::BlockedRoot) => Trust::Blocked,
        End::Trusted => Trust::Trusted,
        End::ProgrammeRoot => Trust::MicrosoftProgramme,
        _ if has(Rule::PrivateAuthority) => Trust::PrivateAuthority,
        _ if has(Rule::UntrustedRoot) || has(Rule::SelfSignedEndEntity) => Trust::Untrusted,
        End::SelfIssued | End::MissingIssuer | End::Cycle | End::TooLong | End::TooManyIssuers => {
            Trust::UnknownRoot
        }
    }
}

/// The first error, with the certificate that has the fault; else that there is none.
fn summary(pool: &Pool<'_>, best: &Evaluated, completeness: Completeness) -> String {
    let name_at = |position: usize| {
        let index = best.path.get(position).copied().unwrap_or_default();
        let certificate = pool.certificate(index);
        let name = certificate.common_names().into_iter().next();
        shown(&name.unwrap_or_else(|| certificate.subject.to_string()))
    };
    let sentence = |finding: &Finding| match finding.detail.as_str() {
        "" => finding.rule.entry().title.to_owned(),
        detail => format!("{} ({detail})", finding.rule.entry().title),
    };
    let name = name_at(0);
    let is_blocked = best.findings.iter().any(|finding| finding.rule == Rule::BlockedRoot);
    match (best.errors().next(), completeness) {
        (None, Completeness::Complete | Completeness::Unknown) if is_blocked => {
            format!(
                "{name}: the chain ends at a root that Microsoft has taken out of its programme"
            )
        }
        (Some(finding), _) if finding.position > 0 && finding.rule.is_about_certificate() => {
            format!("{}, an issuer of {name}: {}", name_at(finding.position), sentence(finding))
        }
        (Some(finding), _) => format!("{name}: {}", sentence(finding)),
        (None, Completeness::Incomplete) => {
            format!(
                "{name}: the chain is valid, but the server lacks an intermediate and cannot send it"
            )
        }
        (None, Completeness::Unknown) => {
            format!("{name}: the chain is valid; whether the server can send it is unknown")
        }
        (None, Completeness::Complete) => format!("{name}: the chain is valid and complete"),
    }
}

impl CertificateReport {
    fn new(pool: &Pool<'_>, index: usize) -> Self {
        let entry = pool.entry(index);
        let certificate: &Certificate = entry.certificate;
        let extensions = &certificate.extensions;
        Self {
            subject: certificate.subject.to_string(),
            issuer: certificate.issuer.to_string(),
            serial_number: certificate.serial_number(),
            thumbprint: certificate.thumbprint(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            dns_names: certificate.dns_names(),
            subject_alt_names: certificate
                .subject_alt_names()
                .iter()
                .map(GeneralName::to_string)
                .collect(),
            public_key: certificate.public_key.key_type.to_string(),
            signature_algorithm: certificate.signature_algorithm.oid.to_id_string(),
            is_authority: certificate.is_authority(),
            key_usage: extensions.key_usage.as_ref().map(|usage| usage.value.names()),
            extended_key_usage: extensions.extended_key_usage.as_ref().map(|e| e.value.clone()),
            issuer_urls: certificate.issuer_urls().to_vec(),
            origin: match entry.origin {
                _ if index == 0 => CertificateOrigin::Judged,
                Origin::IntermediateStore => CertificateOrigin::IntermediateStore,
                Origin::RootStore => CertificateOrigin::RootStore,
                Origin::ProgrammeRoot => CertificateOrigin::ProgrammeRoot,
                Origin::GivenRoot => CertificateOrigin::GivenRoot,
                Origin::EmbeddedRoot => CertificateOrigin::EmbeddedRoot,
                Origin::Known | Origin::EndEntity => CertificateOrigin::Elsewhere,
            },
        }
    }
}

impl AlternativePath {
    fn new(pool: &Pool<'_>, path: &Evaluated) -> Self {
        let certificates = || path.path.iter().map(|index| pool.certificate(*index));
        // Findings come by their rules.
        let mut errors: Vec<Rule> = path.errors().map(|finding| finding.rule).collect();
        errors.dedup();
        Self {
            is_accepted: path.is_accepted(),
            subjects: certificates().map(|c| c.subject.to_string()).collect(),
            thumbprints: certificates().map(Certificate::thumbprint).collect(),
            errors,
        }
    }
}
