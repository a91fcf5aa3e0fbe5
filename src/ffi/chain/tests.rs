use std::mem::MaybeUninit;
use std::ptr;

use serde_json::Value;
use widestring::U16String;

use super::*;
use crate::chain::embedded_roots;
use crate::ffi::status::{
    EOP_INVALID_ARGUMENT, EOP_INVALID_STRUCT_SIZE, EOP_NULL_ARGUMENT, EOP_OK,
};
use crate::ffi::{eop_text_free, eop_text_get};

fn empty<T: Copy>() -> T {
    // SAFETY: used with the ABI's own structs of integers and pointers alone.
    unsafe { MaybeUninit::<T>::zeroed().assume_init() }
}

fn file(bytes: &[u8], role: u32) -> ChainFileRecord {
    ChainFileRecord { bytes: bytes.as_ptr(), length: bytes.len(), role, ..empty() }
}

fn query(files: &[ChainFileRecord]) -> ChainQueryOptions {
    ChainQueryOptions {
        struct_size: u32::try_from(size_of::<ChainQueryOptions>()).unwrap(),
        files: files.as_ptr(),
        file_count: u32::try_from(files.len()).unwrap(),
        file_stride: u32::try_from(size_of::<ChainFileRecord>()).unwrap(),
        at: Timestamp::parse("2026-01-01").unwrap().ticks(),
        ..empty()
    }
}

fn examined(query: &ChainQueryOptions) -> Result<Value, i32> {
    let (mut report, mut units, mut length) = (0, ptr::null(), 0);
    let no_error = ptr::null_mut();
    // SAFETY: local variables and slices of the test.
    let status = unsafe { eop_chain_examine(query, &raw mut report, no_error) };
    if status != EOP_OK {
        assert_eq!(report, 0);
        return Err(status);
    }
    // SAFETY: the outputs are local variables.
    let status = unsafe { eop_text_get(report, &raw mut units, &raw mut length, no_error) };
    assert_eq!(status, EOP_OK);
    // SAFETY: the view is valid until the handle is freed below.
    let json = unsafe { U16String::from_ptr(units, length) }.to_string().unwrap();
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_text_free(report, no_error) }, EOP_OK);
    Ok(serde_json::from_str(&json).unwrap())
}

#[test]
fn a_chain_is_examined_in_the_json_of_the_core() {
    let root = embedded_roots()[0].der();
    let files = [file(root, EOP_CHAIN_ROLE_CERTIFICATE)];
    let options = query(&files);
    let input = ChainInput::new(
        NamedBytes { name: "file 0", bytes: root },
        Timestamp::parse("2026-01-01").unwrap(),
    );
    let expected = serde_json::to_value(examine(&input).unwrap()).unwrap();
    assert_eq!(examined(&options), Ok(expected));

    let alone = ChainQueryOptions { flags: EOP_CHAIN_ONLY_GIVEN_ROOTS, ..options };
    assert_eq!(examined(&alone).unwrap()["Trust"], "Untrusted");
    let files = [files[0], file(root, EOP_CHAIN_ROLE_ROOT)];
    let given = ChainQueryOptions { flags: EOP_CHAIN_ONLY_GIVEN_ROOTS, ..query(&files) };
    assert_eq!(examined(&given).unwrap()["Trust"], "Trusted");
}

#[test]
fn steps_name_the_options_of_the_command_or_the_parameters_of_the_cmdlet() {
    const OWN: &[u8] = include_bytes!("../../../tests/fixtures/certificates/mail.contoso.com.cer");
    const ISSUER: &[u8] = include_bytes!("../../../tests/fixtures/certificates/fabrikam-ca-5.cer");
    let files = [file(OWN, EOP_CHAIN_ROLE_CERTIFICATE), file(ISSUER, EOP_CHAIN_ROLE_INTERMEDIATE)];
    for (flags, with) in [
        (0, "(eop-relay chain --programme-roots roots.sst)"),
        (EOP_CHAIN_POWERSHELL_NAMES, "(Get-EopRelayChain -ProgrammeRootPath roots.sst)"),
    ] {
        let at = Timestamp::parse("2026-11-20").unwrap().ticks();
        let report = examined(&ChainQueryOptions { flags, at, ..query(&files) }).unwrap();
        let steps = report["Remedies"].to_string();
        assert!(steps.contains(with), "{steps}");
    }
}

#[test]
fn what_is_wrong_with_a_query_is_told_by_its_status() {
    let root = embedded_roots()[0].der();
    let sound = [file(root, EOP_CHAIN_ROLE_CERTIFICATE)];
    let change = |change: fn(&mut ChainQueryOptions)| {
        let mut options = query(&sound);
        change(&mut options);
        examined(&options)
    };
    assert!(change(|_| {}).is_ok());
    assert_eq!(change(|q| q.struct_size = 4), Err(EOP_INVALID_STRUCT_SIZE));
    assert_eq!(change(|q| q.file_stride = 7), Err(EOP_INVALID_STRUCT_SIZE));
    assert_eq!(change(|q| q.flags = 64), Err(EOP_INVALID_ARGUMENT));
    assert_eq!(change(|q| q.profile = 9), Err(EOP_INVALID_ARGUMENT));
    assert_eq!(change(|q| q.at = -1), Err(EOP_INVALID_ARGUMENT));
    assert_eq!(change(|q| q.file_count = 0), Err(EOP_INVALID_ARGUMENT));
    assert_eq!(change(|q| q.file_count = u32::MAX), Err(EOP_INVALID_ARGUMENT));
    assert_eq!(change(|q| q.files = ptr::null()), Err(EOP_NULL_ARGUMENT));
    let files = [file(b"hello", EOP_CHAIN_ROLE_CERTIFICATE)];
    assert_eq!(examined(&query(&files)), Err(EOP_INVALID_CERTIFICATE));
    let files = [file(root, 17)];
    assert_eq!(examined(&query(&files)), Err(EOP_INVALID_ARGUMENT));
    // SAFETY: NULL is checked before anything is read.
    let status = unsafe { eop_chain_examine(ptr::null(), ptr::null_mut(), ptr::null_mut()) };
    assert_eq!(status, EOP_NULL_ARGUMENT);
}

#[test]
fn an_examination_that_another_thread_cancels_ends_within_a_second() {
    use std::time::{Duration, Instant};

    use crate::certificate::Certificate;
    use crate::ffi::{eop_cancellation_cancel, eop_cancellation_free, eop_cancellation_open};

    // Minutes of reading: each file is read anew.
    let store = embedded_roots().iter().map(Certificate::der).collect::<Vec<_>>();
    let mut files = vec![file(store[0], EOP_CHAIN_ROLE_CERTIFICATE)];
    files.extend(
        store.iter().cycle().take(65_000).map(|der| file(der, EOP_CHAIN_ROLE_INTERMEDIATE)),
    );
    let mut cancellation = 0;
    // SAFETY: the output is a local variable, and no detail is asked for.
    let status = unsafe { eop_cancellation_open(&raw mut cancellation, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    let (answer, elapsed) = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            // SAFETY: no detail is asked for.
            let status = unsafe { eop_cancellation_cancel(cancellation, ptr::null_mut()) };
            assert_eq!(status, EOP_OK);
            Instant::now()
        });
        let answer = examined(&ChainQueryOptions { cancellation, ..query(&files) });
        let moment = other.join().unwrap();
        (answer, moment.elapsed())
    });
    assert_eq!(answer, Err(EOP_CANCELLED));
    assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    // What comes later is cancelled before it begins.
    assert_eq!(
        examined(&ChainQueryOptions { cancellation, ..query(&files[..1]) }),
        Err(EOP_CANCELLED)
    );
    // SAFETY: no detail is asked for.
    let status = unsafe { eop_cancellation_free(cancellation, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    let freed = ChainQueryOptions { cancellation, ..query(&files[..1]) };
    assert_eq!(examined(&freed), Err(crate::ffi::EOP_FREED));
    let other_kind = ChainQueryOptions { cancellation: 1, ..query(&files[..1]) };
    assert_eq!(examined(&other_kind), Err(crate::ffi::EOP_INVALID_HANDLE));
}
