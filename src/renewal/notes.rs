//! What is good to know of a new certificate, with how well it is founded.

use crate::certificate::{Certificate, KeyType};
use crate::chain::{ChainReport, ChainRequest, Profile, Purpose, Severity, Trust, report};
use crate::diagnosis::literal::{counted, date, listed};
use crate::finding::Confidence;
use crate::renewal::plan::RenewalNote;
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// Findings that are named in a note.
const MAXIMUM_NAMED: usize = 3;

fn note(text: impl Into<String>, confidence: Confidence, reference: &str) -> RenewalNote {
    RenewalNote { text: text.into(), confidence, reference: reference.to_owned() }
}

/// A new certificate, and what is known of it.
pub(crate) struct Subject<'a> {
    pub certificate: &'a Certificate,
    /// What followed in its file.
    pub others: &'a [Certificate],
    /// Its chain, judged for the receiver.
    pub chain: &'a ChainReport,
    pub at: Timestamp,
    /// Whether a certificate of a public authority with the same issuer is installed.
    pub is_issuer_known: bool,
}

impl Subject<'_> {
    /// The notes on it.
    pub fn notes(&self) -> Vec<RenewalNote> {
        [
            key(self.certificate),
            client_authentication(self.certificate),
            validity(self.certificate),
            self.trust(),
            self.missing_issuer(),
            self.strict(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// That its chain is known whole, and ends in a root that is in no list.
    pub fn doubt(&self) -> Option<String> {
        let root = self.chain.certificates.last().filter(|one| one.subject == one.issuer)?;
        let is_doubtful = self.chain.trust == Trust::UnknownRoot && !self.is_issuer_known;
        is_doubtful.then(|| {
            format!(
                "its chain ends in {}, which is in no list of public roots: whether Exchange Online \
                 trusts it is not known. RootCAType of Get-ExchangeCertificate says ThirdParty of a \
                 public authority",
                root.subject
            )
        })
    }

    fn trust(&self) -> Option<RenewalNote> {
        let text = match self.chain.trust {
            Trust::UnknownRoot if self.is_issuer_known || self.doubt().is_some() => return None,
            Trust::UnknownRoot => {
                "Its chain ends in no root that is in a list here, or an issuer is missing: whether \
             Exchange Online trusts it is not known. Give its intermediates in the same file, or see \
             its RootCAType (Get-ExchangeCertificate): ThirdParty is a public authority."
            }
            Trust::Blocked => {
                "Its chain ends in a root that Microsoft has taken out of its programme."
            }
            _ => return None,
        };
        Some(note(text, Confidence::Inferred, "Microsoft Trusted Root Program; KB 4051495"))
    }

    fn missing_issuer(&self) -> Option<RenewalNote> {
        let mut missing = self.chain.missing_issuers.iter().filter(|_| !self.is_issuer_known);
        let missing = missing.find(|one| one.found.is_none())?;
        let urls = missing.urls.first().map(|url| format!(" ({url})")).unwrap_or_default();
        // Further up it can be the root, which is never sent and belongs into no other store.
        let is_its_own = missing.subject == self.certificate.issuer.to_x500().to_string();
        let (what, need) = if is_its_own {
            (
                "Its issuer",
                "each server needs it in LocalMachine\\CA before the certificate is sent",
            )
        } else {
            (
                "The issuer of its intermediate,",
                "if that is an intermediate too, each server needs it in LocalMachine\\CA before the \
                 certificate is sent; a root is not sent, and nothing is to be done for it",
            )
        };
        Some(note(
            format!("{what} {} is in none of the files{urls}: {need}.", missing.subject),
            Confidence::Documented,
            "KB 3212877",
        ))
    }

    /// What only the rules for public authorities find, which the profile strict holds against it.
    fn strict(&self) -> Option<RenewalNote> {
        let chain = self.chain;
        let found = report(&ChainRequest {
            known: self.others,
            profile: Profile::Strict,
            ..ChainRequest::new(self.certificate, self.at)
        });
        let is_new = |rule| !chain.findings.iter().any(|known| known.id == rule);
        let errors: Vec<&str> = found
            .findings
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .filter(|one| {
                is_new(one.id)
                    || chain
                        .findings
                        .iter()
                        .any(|known| known.id == one.id && known.severity != Severity::Error)
            })
            .map(|one| one.id.entry().title)
            .collect();
        (!errors.is_empty()).then(|| {
        note(
            format!(
                "By the rules for public authorities (profile strict) it has faults that Windows lets \
                 pass: {}. Nothing shows that Exchange Online minds.",
                listed(errors.iter().copied(), MAXIMUM_NAMED)
            ),
            Confidence::Uncertain,
            "CA/Browser Forum Baseline Requirements",
        )
    })
    }
}

fn key(certificate: &Certificate) -> Option<RenewalNote> {
    matches!(certificate.public_key.key_type, KeyType::Ec(_)).then(|| {
        note(
            "It has an ECDSA key. Exchange takes these from the hotfix update of April 2024 on \
             (2019 CU13 and CU14, 2016 CU23), and not for federation trust, OAuth and AD FS claims. \
             Whether a setting must switch that on is open: try it on one server with \
             Test-EopRelayConnection before the last RSA certificate goes.",
            Confidence::Observed,
            "reports on the April 2024 hotfix update",
        )
    })
}

fn client_authentication(certificate: &Certificate) -> Option<RenewalNote> {
    let uses = &certificate.extensions.extended_key_usage.as_ref()?.value;
    let has = |purpose: Purpose| uses.iter().any(|oid| oid == purpose.oid());
    (has(Purpose::ServerAuthentication) && !has(Purpose::ClientAuthentication)).then(|| {
        note(
            "It is not for client authentication, as public certificates are no more (Let's Encrypt \
             2026, DigiCert 2027-03-01). No source says that Exchange Online minds.",
            Confidence::Uncertain,
            "the authorities' own announcements",
        )
    })
}

/// How long it lasts, and therefore when the next renewal is due.
fn validity(certificate: &Certificate) -> Option<RenewalNote> {
    let (begin, end) = (certificate.not_before()?, certificate.not_after()?);
    let days = (end.ticks() - begin.ticks()) / TICKS_PER_DAY;
    let seconds = certificate.warning_period(None);
    let due = Timestamp::from_ticks(end.ticks().checked_sub(seconds.checked_mul(10_000_000)?)?)?;
    (days <= 200).then(|| {
        note(
            format!(
                "It lasts {}: the next renewal is due from {} on. Public certificates last at most \
                 200 days when issued from 2026-03-15 on, 100 from 2027-03-15 on, 47 from 2029-03-15 \
                 on.",
                counted(days.unsigned_abs(), "day"),
                date(due)
            ),
            Confidence::Documented,
            "CA/Browser Forum ballot SC-081v3",
        )
    })
}
