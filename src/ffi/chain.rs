//! Examining the chain of a certificate.

use libc::size_t;
use time::OffsetDateTime;

use super::answer::{answer, json};
use super::caller_memory::read_struct_size;
use super::cancellation::flag_of;
use super::error::{ErrorDetail, Failure};
use super::input::{GrowingStruct, Utf16, read_sized};
use super::output::require;
use super::status::{
    EOP_CANCELLED, EOP_INTERNAL, EOP_INVALID_CERTIFICATE, EOP_NOT_ONE_CERTIFICATE,
};
use crate::chain::{ChainInput, ChainInputError, ChainReport, NamedBytes, Profile, examine};
use crate::finding::OptionNames;
use crate::timestamp::Timestamp;
use crate::windows::read_machine_stores;

/// eop_chain_file.role: the certificate that is judged; there must be exactly one such file. Of several
/// certificates in it that one is judged that issued none of the others and is no authority, and
/// those may serve as issuers.
pub const EOP_CHAIN_ROLE_CERTIFICATE: u32 = 1;
/// eop_chain_file.role: the server's intermediates (LocalMachine\CA).
pub const EOP_CHAIN_ROLE_INTERMEDIATE: u32 = 2;
/// eop_chain_file.role: roots of the server (LocalMachine\Root). They end a chain; what receivers trust
/// they say only with EOP_CHAIN_ONLY_GIVEN_ROOTS.
pub const EOP_CHAIN_ROLE_ROOT: u32 = 3;
/// eop_chain_file.role: revocation lists.
pub const EOP_CHAIN_ROLE_CRL: u32 = 4;
/// eop_chain_file.role: roots of the receiver beside the embedded lists, such as Microsoft's newest list
/// (the roots.sst of certutil -generateSSTFromWU).
pub const EOP_CHAIN_ROLE_PROGRAMME_ROOT: u32 = 5;

/// eop_chain_query.flags: the intermediates are all that the server has, also if there are none.
/// Without it and without intermediates, completeness is unknown.
pub const EOP_CHAIN_STORES_KNOWN: u32 = 1;
/// eop_chain_query.flags: trust only the given roots, not the embedded ones.
pub const EOP_CHAIN_ONLY_GIVEN_ROOTS: u32 = 2;

/// eop_chain_query.flags: use the stores of this computer too (LocalMachine\CA, Root and AuthRoot),
/// which are then known, and hold the own verdict against that of Windows.
pub const EOP_CHAIN_MACHINE_STORES: u32 = 4;

/// eop_chain_query.flags: steps name the parameters of Get-EopRelayChain, and not the options of
/// `eop-relay chain`.
pub const EOP_CHAIN_POWERSHELL_NAMES: u32 = 8;

/// eop_chain_query.profile: a model of what Windows and Exchange Online refuse.
pub const EOP_CHAIN_PROFILE_WINDOWS: u32 = 0;
/// eop_chain_query.profile: RFC 5280 and the CA/Browser Forum's Baseline Requirements.
pub const EOP_CHAIN_PROFILE_STRICT: u32 = 1;

/// The most files of a query.
pub const EOP_MAXIMUM_CHAIN_FILES: u32 = 65_536;
/// The most bytes of a file.
pub const EOP_MAXIMUM_CHAIN_FILE_LENGTH: usize = 67_108_864;
/// The most units of a file's name and of the expected name.
pub const EOP_MAXIMUM_CHAIN_NAME_LENGTH: usize = 32_767;

/// A file, or one certificate of a store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ChainFileRecord {
    /// DER, PEM, P7B, SST or base64; a PFX goes through eop_pfx_certificates. Read during the call only.
    pub bytes: *const u8,
    /// How many bytes, at most EOP_MAXIMUM_CHAIN_FILE_LENGTH.
    pub length: size_t,
    /// What errors call the file; absent = its number.
    pub name: Utf16,
    /// EOP_CHAIN_ROLE_...
    pub role: u32,
    /// 0.
    pub reserved: u32,
}

/// What to examine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ChainQueryOptions {
    /// sizeof(eop_chain_query), set by the caller.
    pub struct_size: u32,
    /// EOP_CHAIN_STORES_KNOWN, EOP_CHAIN_ONLY_GIVEN_ROOTS, EOP_CHAIN_MACHINE_STORES,
    /// EOP_CHAIN_POWERSHELL_NAMES.
    pub flags: u32,
    /// The files.
    pub files: *const ChainFileRecord,
    /// How many, at most EOP_MAXIMUM_CHAIN_FILES.
    pub file_count: u32,
    /// sizeof(eop_chain_file), set by the caller.
    pub file_stride: u32,
    /// The time of the judgement, in ticks; 0 = now.
    pub at: i64,
    /// A host, address or mailbox that the certificate must hold; absent = any.
    pub expected_name: Utf16,
    /// EOP_CHAIN_PROFILE_...
    pub profile: u32,
    /// How many days before its end a certificate of the chain is warned about; 0 = a third of its
    /// validity, at most 30.
    pub warning_days: u32,
    /// A handle of eop_cancellation_open that ends the call from another thread; 0 = none.
    pub cancellation: u64,
}

// SAFETY: integers and raw pointers; fields of 8 bytes lie at multiples of 8.
unsafe impl GrowingStruct for ChainFileRecord {}
// SAFETY: integers and raw pointers; fields of 8 bytes lie at multiples of 8.
unsafe impl GrowingStruct for ChainQueryOptions {}

/// A file of the query.
struct File<'a> {
    name: String,
    bytes: &'a [u8],
    role: u32,
}

/// Examines the chain of a certificate.
///
/// `query` and all that it points to is read during the call only. `report` receives a text handle
/// with one JSON object, the same as of `eop-relay chain --json`; free it with eop_text_free.
///
/// EOP_OK, whatever the report says of the chain; EOP_NULL_ARGUMENT; EOP_INVALID_ARGUMENT: a value
/// out of its range, or not exactly one file with the certificate; EOP_INVALID_STRUCT_SIZE;
/// EOP_INVALID_TEXT; EOP_INVALID_CERTIFICATE: a file without a certificate or revocation list, which
/// the message names; EOP_NOT_ONE_CERTIFICATE: of several certificates in the file to judge, none or
/// more than one issued none of the others and is no authority; EOP_CANCELLED, and the errors of
/// handles: those of the cancellation; EOP_NOT_WINDOWS and EOP_MACHINE_CALL_FAILED with EOP_CHAIN_MACHINE_STORES;
/// EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_chain_examine(
    query: *const ChainQueryOptions,
    report: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        require(query, "query")?;
        // SAFETY: the caller promises a readable query and all that it points to.
        json(&unsafe { examine_query(query) }?)
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_chain_examine", (report, "report"), error, make) }
}

/// # Safety
/// `query` points to a struct that begins with its size, and all that it points to is readable and
/// unchanged during the call.
unsafe fn examine_query(query: *const ChainQueryOptions) -> Result<ChainReport, Failure> {
    // SAFETY: the caller promises that a struct_size stands there.
    let struct_size = unsafe { read_struct_size(query) };
    // SAFETY: the caller promises that many readable bytes.
    let options = unsafe { read_sized(query, struct_size, "the struct_size of query") }?;
    let unknown_flags = options.flags
        & !(EOP_CHAIN_STORES_KNOWN
            | EOP_CHAIN_ONLY_GIVEN_ROOTS
            | EOP_CHAIN_MACHINE_STORES
            | EOP_CHAIN_POWERSHELL_NAMES);
    if unknown_flags != 0 {
        return Err(Failure::invalid(format!("query has the unknown flags {unknown_flags:#x}")));
    }
    let profile = match options.profile {
        EOP_CHAIN_PROFILE_WINDOWS => Profile::Windows,
        EOP_CHAIN_PROFILE_STRICT => Profile::Strict,
        other => return Err(Failure::invalid(format!("no profile has the number {other}"))),
    };
    let at = match options.at {
        0 => Timestamp::try_from(OffsetDateTime::now_utc())
            .map_err(|error| Failure::new(EOP_INTERNAL, error.to_string()))?,
        ticks => Timestamp::from_ticks(ticks)
            .ok_or_else(|| Failure::invalid(format!("at is {ticks}: no time in .NET ticks")))?,
    };
    // SAFETY: the caller promises that the text is readable.
    let expected_name =
        unsafe { options.expected_name.to_text("expected_name", EOP_MAXIMUM_CHAIN_NAME_LENGTH) }?;
    let cancellation = flag_of(options.cancellation)?;
    // SAFETY: passed on to the caller.
    let files = unsafe { read_files(&options) }?;
    let with_role = |role: u32| -> Vec<NamedBytes<'_>> {
        let wanted = files.iter().filter(|file| file.role == role);
        wanted.map(|file| NamedBytes { name: &file.name, bytes: file.bytes }).collect()
    };
    let certificates = with_role(EOP_CHAIN_ROLE_CERTIFICATE);
    let [certificate] = certificates.as_slice() else {
        let count = certificates.len();
        return Err(Failure::invalid(format!(
            "{count} files have the certificate; one is expected"
        )));
    };
    let intermediates = with_role(EOP_CHAIN_ROLE_INTERMEDIATE);
    let are_stores_known = options.flags & EOP_CHAIN_STORES_KNOWN != 0 || !intermediates.is_empty();
    let (roots, lists) = (with_role(EOP_CHAIN_ROLE_ROOT), with_role(EOP_CHAIN_ROLE_CRL));
    let programme_roots = with_role(EOP_CHAIN_ROLE_PROGRAMME_ROOT);
    let uses_machine = options.flags & EOP_CHAIN_MACHINE_STORES != 0;
    let machine = if uses_machine { Some(read_machine_stores()?) } else { None };
    examine(&ChainInput {
        machine_stores: machine.as_ref(),
        intermediates: are_stores_known.then_some(intermediates.as_slice()),
        roots: &roots,
        programme_roots: &programme_roots,
        with_embedded_roots: options.flags & EOP_CHAIN_ONLY_GIVEN_ROOTS == 0,
        revocation_lists: &lists,
        profile,
        expected_name: expected_name.as_deref(),
        cancellation: cancellation.as_deref(),
        option_names: match options.flags & EOP_CHAIN_POWERSHELL_NAMES {
            0 => OptionNames::Command,
            _ => OptionNames::PowerShell,
        },
        warning_days: (options.warning_days > 0).then_some(options.warning_days),
        ..ChainInput::new(*certificate, at)
    })
    .map_err(|error| match error {
        ChainInputError::Machine(error) => Failure::from(error),
        error @ ChainInputError::Cancelled => Failure::new(EOP_CANCELLED, error.to_string()),
        error @ ChainInputError::NotOneCertificate { .. } => {
            Failure::new(EOP_NOT_ONE_CERTIFICATE, error.to_string())
        }
        error => Failure::new(EOP_INVALID_CERTIFICATE, error.to_string()),
    })
}

/// # Safety
/// `options.files` points to `file_count` records, `file_stride` bytes apart, and what they point to
/// is readable and unchanged for `'a`.
unsafe fn read_files<'a>(options: &ChainQueryOptions) -> Result<Vec<File<'a>>, Failure> {
    let (count, stride) = (options.file_count, options.file_stride as size_t);
    if count == 0 {
        return Ok(Vec::new());
    }
    require(options.files, "files")?;
    if count > EOP_MAXIMUM_CHAIN_FILES {
        return Err(Failure::invalid(format!(
            "file_count is {count}; at most {EOP_MAXIMUM_CHAIN_FILES} are accepted"
        )));
    }
    let mut files = Vec::new();
    for index in 0..count as usize {
        let place = options.files.cast::<u8>().wrapping_add(index * stride);
        // The caller's array is aligned and its stride a multiple of 8, which read_sized checks.
        #[allow(clippy::cast_ptr_alignment, reason = "see above")]
        let place = place.cast::<ChainFileRecord>();
        // SAFETY: the caller promises that many records at that stride.
        let record = unsafe { read_sized(place, stride, "file_stride") }?;
        if !(EOP_CHAIN_ROLE_CERTIFICATE..=EOP_CHAIN_ROLE_PROGRAMME_ROOT).contains(&record.role) {
            return Err(Failure::invalid(format!(
                "file {index} has the unknown role {}",
                record.role
            )));
        }
        if record.length > EOP_MAXIMUM_CHAIN_FILE_LENGTH {
            return Err(Failure::invalid(format!(
                "file {index} has {} bytes; at most {EOP_MAXIMUM_CHAIN_FILE_LENGTH} are accepted",
                record.length
            )));
        }
        require(record.bytes, "the bytes of a file")?;
        // SAFETY: not NULL, of bounded length, and the caller promises that the bytes are there.
        let bytes = unsafe { std::slice::from_raw_parts(record.bytes, record.length) };
        // SAFETY: the caller promises that the text is readable.
        let name =
            unsafe { record.name.to_text("the name of a file", EOP_MAXIMUM_CHAIN_NAME_LENGTH) }?;
        let name = name.unwrap_or_else(|| format!("file {index}"));
        files.push(File { name, bytes, role: record.role });
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
