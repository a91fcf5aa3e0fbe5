//! From files to a report: what the command and the C ABI call.

use std::sync::atomic::{AtomicBool, Ordering};

use super::report::{ChainReport, UnreadPart, report};
use super::request::{ChainRequest, Purpose, RootStores};
use super::revocation_list::{NotARevocationList, RevocationList};
use super::rule::Profile;
use super::selection::{NotOneCertificate, judged_of};
use super::subject_checks::ExpectedName;
use crate::certificate::{
    Certificate, FileContent, Password, ReadError, Skipped, read_certificates_while,
    read_revocation_lists,
};
use crate::finding::OptionNames;
use crate::timestamp::Timestamp;
use crate::windows::{MachineError, MachineStores, windows_verdict};

/// A file, by a name to call it in errors.
#[derive(Clone, Copy, Debug)]
pub struct NamedBytes<'a> {
    /// A path, or what the bytes are.
    pub name: &'a str,
    /// The content: DER, PEM, P7B, PFX, SST or base64.
    pub bytes: &'a [u8],
}

/// What to examine. Every list may be empty.
#[derive(Clone, Debug)]
pub struct ChainInput<'a> {
    /// The certificate; further certificates in the same file may serve as issuers.
    pub certificate: NamedBytes<'a>,
    /// What opens the files that are PFX.
    pub password: Option<&'a Password>,
    /// The server's intermediates; `None` if nothing is known about its stores.
    pub intermediates: Option<&'a [NamedBytes<'a>]>,
    /// Whether, without `intermediates`, the certificate's own file holds all that the server can
    /// send: then what follows in it is taken for the server's intermediates.
    pub file_is_all_that_is_sent: bool,
    /// Roots of the sender (LocalMachine\Root): they end a path, and say nothing of what receivers
    /// trust. Without the embedded roots they are taken for those of the receiver.
    pub roots: &'a [NamedBytes<'a>],
    /// Roots of the receiver beside the embedded ones, such as Microsoft's newest list
    /// (`certutil -generateSSTFromWU`).
    pub programme_roots: &'a [NamedBytes<'a>],
    /// Whether the embedded roots, and those of Microsoft's programme, are trusted.
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
    /// How many days before its end a certificate is warned about; `None`: a third of its validity,
    /// at most 30 days.
    pub warning_days: Option<u32>,
    /// Whose options the steps name.
    pub option_names: OptionNames,
    /// The purpose that the chain must permit.
    pub purpose: Option<Purpose>,
    /// Ends the examination when it becomes `true`.
    pub cancellation: Option<&'a AtomicBool>,
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
    /// A file of several certificates that does not show which of them is to be judged.
    #[error("{name}: {error}")]
    NotOneCertificate {
        /// The file.
        name: String,
        /// Which it could be.
        #[source]
        error: NotOneCertificate,
    },
    /// The examination was cancelled.
    #[error("the examination was cancelled")]
    Cancelled,
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
            password: None,
            intermediates: None,
            file_is_all_that_is_sent: false,
            roots: &[],
            programme_roots: &[],
            machine_stores: None,
            with_embedded_roots: true,
            revocation_lists: &[],
            at,
            profile: Profile::Windows,
            expected_name: None,
            warning_days: None,
            option_names: OptionNames::default(),
            purpose: None,
            cancellation: None,
        }
    }

    fn check_cancellation(&self) -> Result<(), ChainInputError> {
        match self.cancellation {
            Some(flag) if flag.load(Ordering::Relaxed) => Err(ChainInputError::Cancelled),
            _ => Ok(()),
        }
    }
}

/// Reads the files and reports on the chain of the certificate. Of several in its file that one is
/// judged that issued none of the others and is no authority.
///
/// Reading grows with the files, and ends soon after a cancellation; what follows it is bounded by
/// [`Limits`](super::Limits).
///
/// # Errors
/// [`ChainInputError`] names the file that cannot be used.
pub fn examine(input: &ChainInput<'_>) -> Result<ChainReport, ChainInputError> {
    let mut unread = Vec::new();
    let bundle = read(input, &input.certificate)?;
    let (end_entity, known) = judged_of(bundle.certificates, &bundle.skipped).map_err(|error| {
        ChainInputError::NotOneCertificate { name: input.certificate.name.to_owned(), error }
    })?;
    note_unread(&input.certificate, bundle.skipped, &mut unread);
    let mut read_all = |files: &[NamedBytes<'_>]| -> Result<Vec<Certificate>, ChainInputError> {
        let mut certificates = Vec::new();
        for file in files {
            let content = read(input, file)?;
            certificates.extend(content.certificates);
            note_unread(file, content.skipped, &mut unread);
        }
        Ok(certificates)
    };
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
        Some(_) if !end_entity.is_known_by_facts() => {
            Some(windows_verdict(end_entity.der(), input.at)?)
        }
        _ => None,
    };
    let given_roots = read_all(input.roots)?;
    let programme_roots = read_all(input.programme_roots)?;
    let (roots, of_sender) = if input.with_embedded_roots {
        (Vec::new(), given_roots)
    } else {
        (given_roots, Vec::new())
    };
    let root_stores = RootStores::new(of_sender, programme_roots, input.machine_stores);
    let mut revocation_lists = Vec::new();
    for file in input.revocation_lists {
        let name = || file.name.to_owned();
        input.check_cancellation()?;
        let lists = read_revocation_lists(file.bytes)
            .map_err(|error| ChainInputError::Read { name: name(), error })?;
        for der in lists {
            let list = RevocationList::from_der(&der)
                .map_err(|error| ChainInputError::RevocationList { name: name(), error })?;
            revocation_lists.push(list);
        }
    }
    input.check_cancellation()?;
    let expected_names: Vec<ExpectedName> =
        input.expected_name.map(ExpectedName::parse).into_iter().collect();
    let mut report = report(&ChainRequest {
        intermediates: intermediates.as_deref(),
        known: &known,
        roots: &roots,
        root_store: &root_stores.of_sender,
        programme_roots: &root_stores.of_programme,
        windows_verdict: verdict.as_ref(),
        with_embedded_roots: input.with_embedded_roots,
        revocation_lists: &revocation_lists,
        profile: input.profile,
        expected_names: &expected_names,
        purpose: input.purpose,
        warning_days: input.warning_days,
        option_names: input.option_names,
        ..ChainRequest::new(&end_entity, input.at)
    });
    report.unread = unread;
    Ok(report)
}

fn read(input: &ChainInput<'_>, file: &NamedBytes<'_>) -> Result<FileContent, ChainInputError> {
    let goes_on = || input.check_cancellation().is_ok();
    let content = read_certificates_while(file.bytes, input.password, &goes_on);
    input.check_cancellation()?;
    content.map_err(|error| ChainInputError::Read { name: file.name.to_owned(), error })
}

fn note_unread(file: &NamedBytes<'_>, skipped: Vec<Skipped>, unread: &mut Vec<UnreadPart>) {
    unread.extend(skipped.into_iter().map(|part| UnreadPart {
        file: file.name.to_owned(),
        offset: part.offset,
        is_damaged: part.is_damaged,
        label: part.label,
        reason: part.reason,
    }));
}
