//! What to do about the certificate that has the fault.

use super::findings::Finding;
use super::pool::{Origin, Pool};
use super::rule::Rule;
use super::step_parts::{ON_THE_SERVER, download, remove, source};
use super::words::shown;
use crate::certificate::{Certificate, DistinguishedName, hexadecimal};
use crate::finding::{Place, Step};

/// The certificate at a position of a path.
pub(super) struct Subject<'p, 'a> {
    pub pool: &'p Pool<'a>,
    pub path: &'p [usize],
    pub position: usize,
}

impl<'a> Subject<'_, 'a> {
    fn index(&self) -> usize {
        self.path.get(self.position).copied().unwrap_or_default()
    }

    fn certificate(&self) -> &'a Certificate {
        self.pool.certificate(self.index())
    }

    fn child(&self) -> Option<&'a Certificate> {
        let position = self.position.checked_sub(1)?;
        self.path.get(position).map(|index| self.pool.certificate(*index))
    }

    /// The certificate that is judged.
    fn path_end_entity(&self) -> &'a Certificate {
        self.pool.certificate(self.path.first().copied().unwrap_or_default())
    }

    /// Whether it is a root: the last of the path, and its own issuer.
    fn is_root(&self) -> bool {
        self.position > 0
            && self.position + 1 == self.path.len()
            && self.certificate().is_self_issued()
    }

    /// Whether receivers have its issuer, with the key that was looked at: then no other certificate of
    /// the issuer makes a signature fit that does not.
    fn has_trusted_issuer(&self) -> bool {
        let issuer = self.path.get(self.position + 1);
        issuer.is_some_and(|issuer| self.pool.is_trusted(*issuer))
    }

    /// The store of the computer in which it lies, as far as that is known.
    fn store(&self) -> Option<&'static str> {
        match self.pool.entry(self.index()).origin {
            Origin::IntermediateStore => Some("CA"),
            Origin::RootStore => Some("Root"),
            _ => None,
        }
    }
}

/// The steps for the first error of a path. What is missing, and roots, are not its matter.
pub(super) fn of_fault(subject: &Subject<'_, '_>, fault: &Finding) -> Vec<Step> {
    let is_issuer = subject.position > 0;
    match fault.rule {
        Rule::MissingIssuer | Rule::MissingRoot | Rule::UnknownRoot => Vec::new(),
        Rule::NotYetValid => vec![check_clock(subject.certificate())],
        Rule::BudgetExhausted => vec![give_less()],
        Rule::SelfSignedEndEntity | Rule::PrivateAuthority | Rule::UntrustedRoot => {
            vec![use_public_authority()]
        }
        Rule::UnsupportedSignatureAlgorithm => vec![ask_windows(subject.path_end_entity())],
        Rule::Expired if subject.is_root() => {
            vec![end_at_another_root(&subject.certificate().subject)]
        }
        Rule::ProgrammeRootExpired => vec![end_at_another_root(&subject.certificate().issuer)],
        Rule::Expired | Rule::Revoked if is_issuer => replace_by_twin(subject, fault.rule),
        Rule::BadSignature if is_issuer && subject.has_trusted_issuer() => {
            replace_by_twin(subject, fault.rule)
        }
        Rule::BadSignature if !subject.has_trusted_issuer() => get_true_issuer(subject),
        _ if is_issuer => vec![replace_issuer(subject.certificate())],
        _ => vec![replace_certificate(subject.certificate(), fault)],
    }
}

/// Another certificate of the issuer, of the same name and key, then the removal of this one.
fn replace_by_twin(subject: &Subject<'_, '_>, fault: Rule) -> Vec<Step> {
    let faulty = subject.certificate();
    let thumbprint = faulty.thumbprint();
    let (wanted, fault) = match fault {
        Rule::Expired => ("the renewed certificate", "expired"),
        Rule::Revoked => ("another certificate", "was revoked"),
        _ => ("the true certificate", "is damaged or forged"),
    };
    let is_expired = fault == "expired";
    let mut steps = Vec::new();
    let key = faulty.extensions.subject_key_identifier.as_ref();
    let key = key.map(|key| hexadecimal(&key.value));
    let urls = subject.child().map(Certificate::issuer_urls).unwrap_or_default();
    let step = Step::new(
        Place::AnyComputer,
        format!(
            "Get {wanted} of the issuer {}{}: same name and same key as the one that {fault} \
             (thumbprint {thumbprint}){}. {}.",
            shown(&faulty.subject),
            key.as_ref().map(|key| format!(" (key identifier {key})")).unwrap_or_default(),
            if is_expired { ", and still valid" } else { "" },
            source(urls),
        ),
    )
    .verify(format!(
        "certutil -dump .\\issuer.cer shows {}{}; if it shows the same again, the authority has no \
         other: have the certificate issued again",
        key.map(|key| format!("the subject key identifier {key} and ")).unwrap_or_default(),
        if is_expired {
            "a NotAfter to come".to_owned()
        } else {
            format!("a certificate hash other than {thumbprint}")
        },
    ));
    steps.push(Step { command: download(urls), ..step });
    steps.push(
        Step::new(
            Place::ElevatedOnServer,
            "Import it into the store of intermediates, never into Root.",
        )
        .at(ON_THE_SERVER)
        .command(
            "Import-Certificate -FilePath '.\\issuer.cer' -CertStoreLocation \
             'Cert:\\LocalMachine\\CA'",
        )
        .verify("this check, with the stores as they are then, finds the chain valid")
        .undo("Remove-Item -LiteralPath Cert:\\LocalMachine\\CA\\<thumbprint of the new one>"),
    );
    if let Some(store) = subject.store() {
        steps.push(remove(
            faulty,
            store,
            &format!(
                "once the new one is there, so that the server does not send the one that {fault}"
            ),
        ));
    }
    steps
}

/// A root that has expired: nobody can renew it on the server.
fn end_at_another_root(root: &DistinguishedName) -> Step {
    Step::new(
        Place::AnyComputer,
        format!(
            "Ask the authority for a chain that ends at a root which is still valid: the root {} has \
             expired, and no receiver takes it. Often an intermediate of the same name and key is to be \
             had, signed by another root; else have the certificate issued again.",
            shown(root)
        ),
    )
    .verify("this check, with the new intermediates, finds the chain valid")
}

/// A signature that cannot be checked here is neither right nor wrong.
fn ask_windows(certificate: &Certificate) -> Step {
    let thumbprint = certificate.thumbprint();
    Step::new(
        Place::ElevatedOnServer,
        format!(
            "Ask Windows: one of the signatures of the chain is of a kind that this program does not \
             check, and so it knows nothing against the chain. Save the certificate {} as \
             {thumbprint}.cer first.",
            named(certificate)
        ),
    )
    .at(ON_THE_SERVER)
    .command(format!("certutil -verify '.\\{thumbprint}.cer'"))
    .verify(
        "it reports no error; if it does, use a certificate of a public authority with an RSA or P-256 \
         key throughout",
    )
}

/// The signature is not that of the issuer: either is not what it seems.
fn get_true_issuer(subject: &Subject<'_, '_>) -> Vec<Step> {
    let child = subject.certificate();
    let key = child.authority_key_identifier().map(hexadecimal);
    let step = Step::new(
        Place::AnyComputer,
        format!(
            "{} (thumbprint {}) was not signed with the key of the issuer that was found: get the \
             issuer {}{} anew, and check again with it among the intermediates. {}. If the signature \
             still does not fit, the certificate itself is damaged or forged: have it issued again.",
            named(child),
            child.thumbprint(),
            shown(&child.issuer),
            key.map(|key| format!(" (key identifier {key})")).unwrap_or_default(),
            source(child.issuer_urls()),
        ),
    )
    .verify("this check finds no BadSignature any more");
    vec![Step { command: download(child.issuer_urls()), ..step }]
}

/// An issuer with a fault that no renewal of its certificate mends.
fn replace_issuer(issuer: &Certificate) -> Step {
    Step::new(
        Place::AnyComputer,
        format!(
            "Ask the authority for a chain without {} (thumbprint {}): another certificate of this \
             issuer without the fault, or the certificate issued again below another issuer.",
            shown(&issuer.subject),
            issuer.thumbprint()
        ),
    )
    .verify("this check, with the new chain, finds no error")
}

fn replace_certificate(certificate: &Certificate, fault: &Finding) -> Step {
    Step::new(
        Place::ManagementShell,
        format!(
            "Have the certificate {} (thumbprint {}) issued again without the fault ({}), import it, \
             and enable it for SMTP in its place.",
            named(certificate),
            certificate.thumbprint(),
            fault.rule.entry().title,
        ),
    )
    .verify("this check, with the new certificate, finds no error")
    .undo("enable the certificate that served before for SMTP again")
}

fn use_public_authority() -> Step {
    Step::new(
        Place::ManagementShell,
        "Exchange Online trusts public authorities alone, whatever this server trusts: get a \
         certificate of one, import it, and name it on the send connector.",
    )
    .verify("this check, with the new certificate, finds a trusted root")
    .undo("name the certificate that served before on the send connector again")
}

fn check_clock(certificate: &Certificate) -> Step {
    Step::new(
        Place::ElevatedOnServer,
        format!(
            "See that the clock of the server is right; {} (thumbprint {}) is valid only later.",
            named(certificate),
            certificate.thumbprint()
        ),
    )
    .command("w32tm /query /status\nGet-Date")
    .verify(
        "the time is right; else the certificate is of use from the beginning of its validity on",
    )
}

fn give_less() -> Step {
    Step::new(
        Place::AnyComputer,
        "Check again with the intermediates of this chain alone: with all that was given the search \
         was cut short, and says nothing about the certificate.",
    )
    .verify("the check comes to an end")
}

fn named(certificate: &Certificate) -> String {
    let name = certificate.common_names().into_iter().next();
    shown(&name.unwrap_or_else(|| certificate.subject.to_string()))
}
