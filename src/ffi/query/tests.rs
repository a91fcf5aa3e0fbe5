//! What a caller's query becomes, and which are refused.

use std::mem::MaybeUninit;
use std::path::Path;
use std::ptr;

use widestring::{U16String, u16str};

use super::*;
use crate::ffi::status::{
    EOP_INVALID_ARGUMENT, EOP_INVALID_STRUCT_SIZE, EOP_INVALID_TEXT, EOP_NULL_ARGUMENT, EOP_OK,
};

#[allow(clippy::cast_possible_truncation, reason = "the sizes of two structs")]
const SIZE: u32 = size_of::<SessionQueryOptions>() as u32;
#[allow(clippy::cast_possible_truncation, reason = "the sizes of two structs")]
const STRIDE: u32 = size_of::<LogInputRecord>() as u32;

#[test]
fn every_field_arrives() {
    let inputs = [
        LogInputRecord { flags: EOP_INPUT_WILDCARDS, ..input(u16str!("/logs/*.LOG").as_slice()) },
        LogInputRecord {
            server: utf16(u16str!("EX01").as_slice()),
            ..input(u16str!("/logs/\u{416}\u{1F4E7}").as_slice())
        },
    ];
    let outcomes = [7, 3];
    let options = SessionQueryOptions {
        flags: EOP_QUERY_RECURSE | EOP_QUERY_FAILED | EOP_QUERY_EOP_ONLY | EOP_QUERY_FINAL,
        inputs: inputs.as_ptr(),
        input_count: 2,
        connector: utf16(u16str!("To*").as_slice()),
        remote_host: utf16(u16str!("*.example").as_slice()),
        thumbprint: utf16(u16str!("00 11").as_slice()),
        start: 1,
        end: 3_155_378_975_999_999_999,
        outcomes: outcomes.as_ptr(),
        outcome_count: 2,
        threads: 2,
        state_path: utf16(u16str!("/var/eop-relay.state").as_slice()),
        ..empty_options()
    };
    let query = read(&options).unwrap();
    let state = query.state.as_ref().unwrap();
    assert_eq!((&*state.path, state.is_final), (Path::new("/var/eop-relay.state"), true));
    let expected = [("/logs/*.LOG", true, None), ("/logs/\u{416}\u{1F4E7}", false, Some("EX01"))];
    assert_eq!(query.inputs.len(), expected.len());
    for (input, (path, wildcards, server)) in query.inputs.iter().zip(expected) {
        assert_eq!(input.path, Path::new(path));
        assert_eq!((input.wildcards, input.server.as_deref()), (wildcards, server));
    }
    assert_eq!((query.recurse, query.threads), (true, 2));
    let filter = SessionFilter {
        connector: Some("To*".to_owned()),
        remote_host: Some("*.example".to_owned()),
        thumbprint: Some("00 11".to_owned()),
        start: Timestamp::from_ticks(1),
        end: Timestamp::from_ticks(3_155_378_975_999_999_999),
        outcomes: vec![Outcome::NoMail, Outcome::Refused],
        failed: true,
        eop_only: true,
    };
    assert_eq!(query.filter, filter);
}

#[test]
fn an_empty_query_asks_for_everything_of_nothing() {
    let query = read(&empty_options()).unwrap();
    assert!(query.inputs.is_empty());
    assert_eq!((query.filter, query.recurse, query.threads), (SessionFilter::default(), false, 0));
}

#[test]
fn an_empty_text_is_not_an_absent_one() {
    let unit = 0_u16;
    let connector = Utf16 { text: &raw const unit, length: 0 };
    let query = read(&SessionQueryOptions { connector, ..empty_options() }).unwrap();
    assert_eq!(query.filter.connector.as_deref(), Some(""));
}

#[test]
fn a_smaller_struct_means_defaults_for_the_rest() {
    let connector = utf16(u16str!("To*").as_slice());
    let until_connector =
        u32::try_from(std::mem::offset_of!(SessionQueryOptions, connector)).unwrap();
    let options = SessionQueryOptions {
        struct_size: until_connector,
        flags: EOP_QUERY_FAILED,
        connector,
        threads: 1,
        ..empty_options()
    };
    let query = read(&options).unwrap();
    assert!(query.filter.failed);
    assert_eq!((query.filter.connector, query.threads), (None, 0));
}

#[test]
fn a_larger_struct_is_accepted_if_the_unknown_rest_is_zero() {
    #[repr(C)]
    struct Newer {
        known: SessionQueryOptions,
        unknown: u64,
    }
    for (unknown, expected) in [(0, EOP_OK), (1, EOP_INVALID_STRUCT_SIZE)] {
        let known = SessionQueryOptions { struct_size: SIZE + 8, threads: 1, ..empty_options() };
        let newer = Newer { known, unknown };
        // SAFETY: the size covers the local variable.
        let result = unsafe { read_query((&raw const newer).cast()) };
        assert_eq!(result.map_or_else(|failure| failure.status, |_| EOP_OK), expected);
    }
}

#[test]
fn inputs_are_found_by_the_callers_stride() {
    #[repr(C)]
    struct Newer {
        known: LogInputRecord,
        unknown: u64,
    }
    let mut inputs = [u16str!("/a").as_slice(), u16str!("/b").as_slice()]
        .map(|path| Newer { known: input(path), unknown: 0 });
    let options = SessionQueryOptions {
        inputs: inputs.as_ptr().cast(),
        input_count: 2,
        input_stride: STRIDE + 8,
        ..empty_options()
    };
    let paths: Vec<_> = read(&options).unwrap().inputs.into_iter().map(|one| one.path).collect();
    assert_eq!(paths, [Path::new("/a"), Path::new("/b")]);
    inputs[1].unknown = 1;
    let options = SessionQueryOptions { inputs: inputs.as_ptr().cast(), ..options };
    assert_eq!(status(&options), EOP_INVALID_STRUCT_SIZE);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let good = [input(u16str!("/logs").as_slice())];
    let nowhere = [input(&[])];
    let no_path = [LogInputRecord { path: utf16_absent(), ..good[0] }];
    let unpaired = U16String::from_vec(vec![u16::from(b'a'), 0xD83D]);
    let unpaired_path = [input(unpaired.as_slice())];
    let unknown_flag = [LogInputRecord { flags: 2, ..good[0] }];
    let too_long = vec![u16::from(b'a'); 32_768];
    let long_path = [input(&too_long)];
    let null_with_length = Utf16 { text: ptr::null(), length: 1 };
    let with = |inputs: &[LogInputRecord]| SessionQueryOptions {
        inputs: inputs.as_ptr(),
        input_count: u32::try_from(inputs.len()).unwrap(),
        ..empty_options()
    };
    let options = empty_options();
    let unpaired_text = utf16(unpaired.as_slice());
    let cases = [
        ("unknown flag", EOP_INVALID_ARGUMENT, SessionQueryOptions { flags: 16, ..options }),
        ("threads", EOP_INVALID_ARGUMENT, SessionQueryOptions { threads: 65, ..options }),
        ("start", EOP_INVALID_ARGUMENT, SessionQueryOptions { start: -1, ..options }),
        ("end", EOP_INVALID_ARGUMENT, SessionQueryOptions { end: i64::MAX, ..options }),
        ("no inputs", EOP_NULL_ARGUMENT, SessionQueryOptions { input_count: 1, ..options }),
        ("no outcomes", EOP_NULL_ARGUMENT, SessionQueryOptions { outcome_count: 1, ..options }),
        (
            "unknown outcome",
            EOP_INVALID_ARGUMENT,
            SessionQueryOptions { outcomes: &0, outcome_count: 1, ..options },
        ),
        (
            "too many outcomes",
            EOP_INVALID_ARGUMENT,
            SessionQueryOptions { outcomes: &1, outcome_count: u32::MAX, ..options },
        ),
        (
            "too many inputs",
            EOP_INVALID_ARGUMENT,
            SessionQueryOptions { input_count: EOP_MAXIMUM_INPUTS + 1, ..with(&good) },
        ),
        (
            "stride",
            EOP_INVALID_STRUCT_SIZE,
            SessionQueryOptions { input_stride: STRIDE - 4, ..with(&good) },
        ),
        (
            "no stride",
            EOP_INVALID_STRUCT_SIZE,
            SessionQueryOptions { input_stride: 0, ..with(&good) },
        ),
        ("size 0", EOP_INVALID_STRUCT_SIZE, SessionQueryOptions { struct_size: 0, ..options }),
        (
            "absurd size",
            EOP_INVALID_STRUCT_SIZE,
            SessionQueryOptions { struct_size: u32::MAX - 7, ..options },
        ),
        ("empty path", EOP_INVALID_ARGUMENT, with(&nowhere)),
        ("no path", EOP_INVALID_ARGUMENT, with(&no_path)),
        ("long path", EOP_INVALID_ARGUMENT, with(&long_path)),
        ("unknown input flag", EOP_INVALID_ARGUMENT, with(&unknown_flag)),
        (
            "empty state path",
            EOP_INVALID_ARGUMENT,
            SessionQueryOptions { state_path: utf16(&[]), ..options },
        ),
        (
            "unpaired surrogate",
            EOP_INVALID_TEXT,
            SessionQueryOptions { remote_host: unpaired_text, ..options },
        ),
        (
            "length without text",
            EOP_NULL_ARGUMENT,
            SessionQueryOptions { thumbprint: null_with_length, ..options },
        ),
    ];
    for (what, expected, options) in &cases {
        assert_eq!(status(options), *expected, "{what}");
    }
    // A Windows file name may hold an unpaired surrogate; a Unix one cannot be made of it.
    let expected = if cfg!(windows) { EOP_OK } else { EOP_INVALID_TEXT };
    assert_eq!(status(&with(&unpaired_path)), expected);
    // SAFETY: NULL is checked.
    let missing = unsafe { read_query(ptr::null()) };
    assert_eq!(missing.map_or_else(|failure| failure.status, |_| EOP_OK), EOP_NULL_ARGUMENT);
}

fn status(options: &SessionQueryOptions) -> i32 {
    read(options).map_or_else(|failure| failure.status, |_| EOP_OK)
}

fn read(options: &SessionQueryOptions) -> Result<SessionQuery, Failure> {
    // SAFETY: the tests give sizes within their variables, or such as are refused first.
    unsafe { read_query(options) }
}

fn empty_options() -> SessionQueryOptions {
    // SAFETY: a struct of integers and raw pointers.
    let zero: SessionQueryOptions = unsafe { MaybeUninit::zeroed().assume_init() };
    SessionQueryOptions { struct_size: SIZE, input_stride: STRIDE, ..zero }
}

fn input(path: &[u16]) -> LogInputRecord {
    LogInputRecord { path: utf16(path), server: utf16_absent(), flags: 0, reserved: 0 }
}

fn utf16(units: &[u16]) -> Utf16 {
    Utf16 { text: units.as_ptr(), length: units.len() }
}

fn utf16_absent() -> Utf16 {
    Utf16 { text: ptr::null(), length: 0 }
}
