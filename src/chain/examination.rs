//! From files to a report: what the command and the C ABI call.

use super::budget::Limits;
use super::report::{ChainReport, report};
use super::request::{ChainRequest, Purpose};
use super::revocation::{NotARevocationList, RevocationList};
use super::rule::Profile;
use super::subject_checks::ExpectedName;
use crate::certificate::{Certificate, ReadError, read_certificates, read_revocation_lists};
use crate::timestamp::Timestamp;
use crate::windows::{MachineError, MachineStores, windows_verdict};

/// A file, by a name to call it in errors.
#[derive(Clone, Copy, Debug)]
pub struct NamedBytes<'a> {
    /// A path, or what the bytes are.
    pub name: &'a str,
    /// The content: DER, PEM, P7B or base64.
    pub bytes: &'a [u8],
}

/// What to examine. Every list may be empty.
#[derive(Clone, Debug)]
pub struct ChainInput<'a> {
    /// The certificate; further certificates in the same file may serve as issuers.
    pub certificate: NamedBytes<'a>,
    /// The server's intermediates; `None` if nothing is known about its stores.
    pub intermediates: Option<&'a [NamedBytes<'a>]>,
    /// Whether, without `intermediates`, the certificate's own file holds all that the server can
    /// send: then what follows in it is taken for the server's intermediates.
    pub file_is_all_that_is_sent: bool,
    /// Trusted roots beside the embedded ones.
    pub roots: &'a [NamedBytes<'a>],
    /// Whether the embedded roots are trusted.
    pub with_embedded_roots: bool,
    /// Revocation lists.
    pub revocation_lists: &'a [NamedBytes<'a>],
    /// The time of the judgement.
    pub at: Timestamp,
    /// The profile.
    pub profile: Profile,
    /// The stores of this computer: what they hold besides, and crypt32's own verdict.
    pub machine_stores: Option<&'a MachineStores>,
    /// A host, address or mailbox that the certificate must hold.
    pub expected_name: Option<&'a str>,
    /// The purpose that the chain must permit.
    pub purpose: Option<Purpose>,
}

/// An input that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainInputError {
    /// A file without certificates or revocation lists.
    #[error("{name}: {error}")]
    Read {
        /// The file.
        name: String,
        /// What is wrong with it.
        #[source]
        error: ReadError,
    },
    /// A file that is no revocation list.
    #[error("{name}: {error}")]
    RevocationList {
        /// The file.
        name: String,
        /// What is wrong with it.
        #[source]
        error: NotARevocationList,
    },
    /// Windows builds no chain.
    #[error(transparent)]
    Machine(#[from] MachineError),
}

impl<'a> ChainInput<'a> {
    /// An input with the embedded roots, the profile of Windows and nothing else given.
    #[must_use]
    pub fn new(certificate: NamedBytes<'a>, at: Timestamp) -> Self {
        Self {
            certificate,
            intermediates: None,
            file_is_all_that_is_sent: false,
            roots: &[],
            machine_stores: None,
            with_embedded_roots: true,
            revocation_lists: &[],
            at,
            profile: Profile::Windows,
            expected_name: None,
            purpose: None,
        }
    }
}

/// Reads the files and reports on the chain of the first certificate.
///
/// # Errors
/// [`ChainInputError`] names the file that cannot be used.
pub fn examine(input: &ChainInput<'_>) -> Result<ChainReport, ChainInputError> {
    let read_all = |files: &[NamedBytes<'_>]| -> Result<Vec<Certificate>, ChainInputError> {
        let contents: Result<Vec<_>, _> = files.iter().map(read).collect();
        Ok(contents?.into_iter().flatten().collect())
    };
    let mut bundle = read(&input.certificate)?.into_iter();
    let Some(end_entity) = bundle.next() else {
        let error = ReadError::Empty;
        return Err(ChainInputError::Read { name: input.certificate.name.to_owned(), error });
    };
    let known: Vec<Certificate> = bundle.collect();
    let stored = input.machine_stores.and_then(|stores| stores.intermediates.clone());
    let intermediates = match input.intermediates {
        Some(files) => {
            let mut given = read_all(files)?;
            given.extend(stored.unwrap_or_default());
            Some(given)
        }
        None if stored.is_some() => stored,
        None => input.file_is_all_that_is_sent.then(|| known.clone()),
    };
    let verdict = match input.machine_stores {
        Some(_) => Some(windows_verdict(end_entity.der(), input.at)?),
        None => None,
    };
    let roots = read_all(input.roots)?;
    let mut revocation_lists = Vec::new();
    for file in input.revocation_lists {
        let name = || file.name.to_owned();
        let lists = read_revocation_lists(file.bytes)
            .map_err(|error| ChainInputError::Read { name: name(), error })?;
        for der in lists {
            let list = RevocationList::from_der(&der)
                .map_err(|error| ChainInputError::RevocationList { name: name(), error })?;
            revocation_lists.push(list);
        }
    }
    let expected_names: Vec<ExpectedName> =
        input.expected_name.map(ExpectedName::parse).into_iter().collect();
    Ok(report(&ChainRequest {
        end_entity: &end_entity,
        intermediates: intermediates.as_deref(),
        known: &known,
        roots: &roots,
        root_store: input.machine_stores.and_then(|one| one.roots.as_deref()).unwrap_or_default(),
        programme_roots: input.machine_stores.map_or(&[], |stores| &stores.programme_roots),
        windows_verdict: verdict.as_ref(),
        with_embedded_roots: input.with_embedded_roots,
        revocation_lists: &revocation_lists,
        at: input.at,
        profile: input.profile,
        expected_names: &expected_names,
        purpose: input.purpose,
        maximum_depth: None,
        limits: Limits::default(),
    }))
}

fn read(file: &NamedBytes<'_>) -> Result<Vec<Certificate>, ChainInputError> {
    match read_certificates(file.bytes) {
        Ok(content) => Ok(content.certificates),
        Err(error) => Err(ChainInputError::Read { name: file.name.to_owned(), error }),
    }
}
