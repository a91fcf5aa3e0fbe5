//! The C header says what the library does: committed as generated, with the numbers of the core and
//! the layout of the Rust structs.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};
use std::fmt::Write as _;
use std::mem::{align_of, offset_of, size_of};
use std::ptr;

use eop_relay::ffi;
use eop_relay::reply::RejectionClass;

const COMMITTED: &str = include_str!("../../include/eop_relay.h");
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/eop_relay.h"));

#[test]
fn the_committed_header_is_the_generated_one() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(
        lines(COMMITTED) == lines(GENERATED),
        "include/eop_relay.h is out of date: copy {} over it and read the difference; a change that \
         breaks callers needs a new major version",
        concat!(env!("OUT_DIR"), "/eop_relay.h"),
    );
}

#[test]
fn every_status_of_the_header_has_its_name_and_no_other_number_has_one() {
    let first = position("EOP_OK");
    let last = position("EOP_STATE_NOT_AT_END");
    let statuses = &definitions()[first..=last];
    let mut numbers = BTreeSet::new();
    for (name, number) in statuses {
        let number = i32::try_from(*number).unwrap();
        assert!(numbers.insert(number), "{name} has a number that is taken");
        assert_eq!(status_name(number).as_deref(), name.strip_prefix("EOP_"), "{number}");
    }
    for number in -10..1000 {
        assert_eq!(status_name(number).is_some(), numbers.contains(&number), "{number}");
    }
}

#[test]
fn every_value_of_the_header_has_the_number_and_name_of_the_core() {
    let prefixes = [
        ("EOP_LOG_TYPE_", ffi::EOP_VALUES_LOG_TYPE),
        ("EOP_TLS_STATUS_", ffi::EOP_VALUES_TLS_STATUS),
        ("EOP_OUTCOME_", ffi::EOP_VALUES_OUTCOME),
        ("EOP_MESSAGE_OUTCOME_", ffi::EOP_VALUES_MESSAGE_OUTCOME),
        ("EOP_SESSION_NOTE_", ffi::EOP_VALUES_SESSION_NOTE),
        ("EOP_NOTICE_", ffi::EOP_VALUES_NOTICE),
        ("EOP_SEVERITY_", ffi::EOP_VALUES_SEVERITY),
    ];
    for (prefix, enumeration) in prefixes {
        let declared: Vec<(String, u32)> = definitions()
            .into_iter()
            .filter_map(|(name, number)| {
                Some((name.strip_prefix(prefix)?.to_owned(), u32::try_from(number).unwrap()))
            })
            .collect();
        let known: Vec<(String, u32)> = (0..200)
            .filter_map(|value| Some((screaming(&value_name(enumeration, value)?), value)))
            .collect();
        assert_eq!(declared, known, "{prefix}");
    }
}

#[test]
fn rejection_classes_have_names() {
    let enumeration = ffi::EOP_VALUES_REJECTION_CLASS;
    let known: Vec<(u32, String)> =
        (0..1000).filter_map(|value| Some((value, value_name(enumeration, value)?))).collect();
    let expected: Vec<(u32, String)> =
        RejectionClass::ALL.iter().map(|class| (class.number(), class.name().to_owned())).collect();
    assert_eq!(known, expected);
}

#[test]
fn the_versions_are_those_of_the_header_and_the_package() {
    assert_eq!(ffi::eop_abi_version(), ffi::EOP_ABI_MAJOR << 16 | ffi::EOP_ABI_MINOR);
    // SAFETY: zero-terminated and valid as long as the library is loaded.
    let version = unsafe { CStr::from_ptr(ffi::eop_version()) };
    assert_eq!(version.to_str(), Ok(env!("CARGO_PKG_VERSION")));
}

/// Sizes and offsets of the structs, in the order of the header. The same text is printed by a C
/// program (tests/abi/c_programs.rs) and compared by the C# tests.
#[test]
fn the_layout_of_the_structs_is_the_recorded_one() {
    let recorded = include_str!("../golden/abi-layout.txt").replace('\r', "");
    let actual = layout();
    assert!(
        actual == recorded,
        "the layout is not that of tests/golden/abi-layout.txt; if it is meant to change, record \
         this:\n{actual}"
    );
}

#[test]
fn the_layout_holds_every_struct_of_the_header() {
    let declared: Vec<&str> = COMMITTED
        .lines()
        .filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(" {"))
        .collect();
    let text = layout();
    let described: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.contains('.'))
        .collect();
    assert!(described.len() > 15, "{described:?}");
    assert_eq!(described, declared);
}

#[test]
fn every_struct_is_a_multiple_of_8_bytes() {
    for line in layout().lines().filter(|line| !line.contains('.')) {
        let size: usize =
            line.split("size=").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!(size.is_multiple_of(8), "{line}");
    }
}

/// Tests of tests/abi/c_programs.rs are for Unix; elsewhere this says so, past the test harness.
#[cfg(not(unix))]
#[test]
fn c_programs_are_left_out() {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "C tests not run: not a Unix system").unwrap();
}

macro_rules! describe {
    ($text:ident, $type:ident as $name:literal: $($member:ident),+ $(,)?) => {
        let (size, align) = (size_of::<ffi::$type>(), align_of::<ffi::$type>());
        writeln!($text, "{} size={size} align={align}", $name).unwrap();
        $(
            let offset = offset_of!(ffi::$type, $member);
            let size = size_of_member(|value: &ffi::$type| &raw const value.$member);
            writeln!($text, "{}.{} offset={offset} size={size}", $name, stringify!($member)).unwrap();
        )+
    };
}

fn size_of_member<T, M>(_member: fn(&T) -> *const M) -> usize {
    size_of::<M>()
}

fn layout() -> String {
    let mut text = String::new();
    include!(concat!(env!("OUT_DIR"), "/layout.rs"));
    text
}

/// The numeric definitions of the header, in its order.
fn definitions() -> Vec<(String, i64)> {
    COMMITTED
        .lines()
        .filter_map(|line| line.strip_prefix("#define "))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, number)| Some((name.to_owned(), number.parse().ok()?)))
        .collect()
}

fn position(wanted: &str) -> usize {
    definitions().iter().position(|(name, _)| name == wanted).unwrap()
}

/// `PartlyRefused` as `PARTLY_REFUSED`.
fn screaming(name: &str) -> String {
    let mut text = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

fn status_name(status: i32) -> Option<String> {
    let mut name = ptr::null();
    // SAFETY: the output is a local variable.
    let result = unsafe { ffi::eop_status_name(status, &raw mut name, ptr::null_mut()) };
    read_name(result, name)
}

fn value_name(enumeration: u32, value: u32) -> Option<String> {
    let mut name = ptr::null();
    // SAFETY: the output is a local variable.
    let result = unsafe { ffi::eop_value_name(enumeration, value, &raw mut name, ptr::null_mut()) };
    read_name(result, name)
}

fn read_name(status: i32, name: *const c_char) -> Option<String> {
    if status != ffi::EOP_OK {
        assert_eq!(status, ffi::EOP_INVALID_ARGUMENT);
        assert!(name.is_null());
        return None;
    }
    // SAFETY: zero-terminated and valid as long as the library is loaded.
    Some(unsafe { CStr::from_ptr(name) }.to_str().unwrap().to_owned())
}
