//! What is to be judged, and against what.

use super::budget::Limits;
use super::policies::PolicyInputs;
use super::revocation_list::RevocationList;
use super::rule::Profile;
use super::subject_checks::ExpectedName;
use crate::certificate::Certificate;
use crate::finding::OptionNames;
use crate::timestamp::Timestamp;
use crate::windows::{MachineStores, WindowsVerdict};

/// What a certificate is to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// serverAuth.
    ServerAuthentication,
    /// clientAuth.
    ClientAuthentication,
    /// emailProtection.
    EmailProtection,
    /// codeSigning.
    CodeSigning,
    /// timeStamping.
    TimeStamping,
    /// OCSPSigning.
    OcspSigning,
}

impl Purpose {
    pub(super) const ALL: [Self; 6] = [
        Self::ServerAuthentication,
        Self::ClientAuthentication,
        Self::EmailProtection,
        Self::CodeSigning,
        Self::TimeStamping,
        Self::OcspSigning,
    ];

    /// The name of the purpose in RFC 5280, section 4.2.1.12: `serverAuth`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServerAuthentication => "serverAuth",
            Self::ClientAuthentication => "clientAuth",
            Self::EmailProtection => "emailProtection",
            Self::CodeSigning => "codeSigning",
            Self::TimeStamping => "timeStamping",
            Self::OcspSigning => "OCSPSigning",
        }
    }

    /// The OID of the purpose, dotted (RFC 5280, section 4.2.1.12).
    #[must_use]
    pub fn oid(self) -> &'static str {
        match self {
            Self::ServerAuthentication => "1.3.6.1.5.5.7.3.1",
            Self::ClientAuthentication => "1.3.6.1.5.5.7.3.2",
            Self::CodeSigning => "1.3.6.1.5.5.7.3.3",
            Self::EmailProtection => "1.3.6.1.5.5.7.3.4",
            Self::TimeStamping => "1.3.6.1.5.5.7.3.8",
            Self::OcspSigning => "1.3.6.1.5.5.7.3.9",
        }
    }
}

/// A certificate and everything it is judged with. Nothing is kept from one request to the next.
#[derive(Clone, Debug)]
pub struct ChainRequest<'a> {
    /// The certificate that is judged.
    pub end_entity: &'a Certificate,
    /// The server's intermediate certificates (LocalMachine\CA); `None` if nothing is known about
    /// its stores, which leaves completeness unknown.
    pub intermediates: Option<&'a [Certificate]>,
    /// Other certificates that may serve as issuers, of which the server is not known to have any.
    pub known: &'a [Certificate],
    /// Roots that the receiver is known to trust.
    pub roots: &'a [Certificate],
    /// LocalMachine\Root of the server. What lies there can be sent and ends a path, but trusted is
    /// only what another list has too: receivers know nothing of a server's own roots.
    pub root_store: &'a [Certificate],
    /// Roots of Microsoft's programme, as far as the server has met them (LocalMachine\AuthRoot):
    /// trusted, and there are more.
    pub programme_roots: &'a [Certificate],
    /// What Windows says of the chain, to be held against the own verdict.
    pub windows_verdict: Option<&'a WindowsVerdict>,
    /// Whether the embedded roots and those of Microsoft's programme are trusted too.
    pub with_embedded_roots: bool,
    /// Revocation lists.
    pub revocation_lists: &'a [RevocationList],
    /// The time of the judgement.
    pub at: Timestamp,
    /// The profile.
    pub profile: Profile,
    /// Names that the certificate must hold, all of them.
    pub expected_names: &'a [ExpectedName],
    /// The purpose that the chain must permit; without one, missing purposes are only reported.
    pub purpose: Option<Purpose>,
    /// What certificate policies are asked for.
    pub policies: PolicyInputs<'a>,
    /// How many days before its end a certificate is warned about; `None`: a third of its validity,
    /// at most 30 days.
    pub warning_days: Option<u32>,
    /// Whose options the steps name.
    pub option_names: OptionNames,
    /// How many intermediates that are not self-issued a path may have.
    pub maximum_depth: Option<u32>,
    /// Limits on the work.
    pub limits: Limits,
}

impl<'a> ChainRequest<'a> {
    /// A request with the embedded roots, the profile of Windows and nothing else given.
    #[must_use]
    pub fn new(end_entity: &'a Certificate, at: Timestamp) -> Self {
        Self {
            end_entity,
            intermediates: None,
            known: &[],
            roots: &[],
            root_store: &[],
            programme_roots: &[],
            windows_verdict: None,
            with_embedded_roots: true,
            revocation_lists: &[],
            at,
            profile: Profile::Windows,
            expected_names: &[],
            purpose: None,
            policies: PolicyInputs::default(),
            warning_days: None,
            option_names: OptionNames::default(),
            maximum_depth: None,
            limits: Limits::default(),
        }
    }

    /// The time in whole seconds since 1970, rounded down: RFC 5280 knows no fractions.
    pub(crate) fn seconds(&self) -> i64 {
        time::OffsetDateTime::from(self.at).unix_timestamp()
    }
}

/// The roots that end a path: those of the sender, which give no trust, as the receiver has its own,
/// and those of Microsoft's programme, which the receiver trusts.
#[derive(Clone, Debug, Default)]
pub(crate) struct RootStores {
    pub of_sender: Vec<Certificate>,
    pub of_programme: Vec<Certificate>,
}

impl RootStores {
    /// The given ones, and those of this computer.
    pub fn new(
        mut of_sender: Vec<Certificate>,
        mut of_programme: Vec<Certificate>,
        machine: Option<&MachineStores>,
    ) -> Self {
        if let Some(machine) = machine {
            of_sender.extend(machine.roots.iter().flatten().cloned());
            of_programme.extend(machine.programme_roots.iter().cloned());
        }
        Self { of_sender, of_programme }
    }
}

/// Whether the missing issuer of a certificate may be a root: it issued an authority. A receiver may
/// have a root that no list here holds, and then nothing is missing.
pub(crate) fn lacks_only_a_root(certificate: &Certificate, position: usize) -> bool {
    position > 0 && certificate.is_authority()
}
