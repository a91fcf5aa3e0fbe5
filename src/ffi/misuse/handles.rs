//! Numbers that are no handle, no longer one, or one of another kind.

use super::*;

#[test]
fn these_tests_name_every_function_of_the_header() {
    let mut tested: Vec<&str> = HANDLE_FUNCTIONS.iter().map(|function| function.name).collect();
    tested.extend(OTHER_FUNCTIONS);
    tested.sort_unstable();
    let header = include_str!(concat!(env!("OUT_DIR"), "/eop_relay.h"));
    let mut declared: Vec<&str> = header
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once('(').map(|(before, _)| before))
        .filter_map(|before| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("eop_"))
        .collect();
    declared.sort_unstable();
    assert_eq!(tested, declared);
}

#[test]
fn a_number_that_is_no_handle_is_invalid() {
    for function in HANDLE_FUNCTIONS {
        let handle = (function.opens)();
        let far_slot = handle | 0x00FF_FFFF;
        let future_generation = handle | 0xFFFF_FFFF << 24;
        let generation_0 = handle & !(0xFFFF_FFFF << 24);
        let unknown_kind = handle | 0x80 << 56;
        let foreign = [0, 1, u64::MAX, far_slot, future_generation, generation_0, unknown_kind];
        for number in foreign {
            let (status, message) = with_detail(|error| (function.call)(number, error));
            assert_eq!(status, EOP_INVALID_HANDLE, "{} {number:#x}", function.name);
            assert!(message.contains("was never returned by this library"), "{message}");
        }
        assert_eq!((function.frees)(handle, ptr::null_mut()), EOP_OK);
    }
}

#[test]
fn a_handle_of_another_kind_is_refused_and_stays_open() {
    for function in HANDLE_FUNCTIONS {
        let other = (function.opens_other_kind)();
        let (status, message) = with_detail(|error| (function.call)(other, error));
        assert_eq!(status, EOP_WRONG_KIND, "{}", function.name);
        assert!(message.contains("handle, not a"), "{message}");
        let frees_other =
            if function.name.starts_with("eop_text") { free_reader } else { free_text };
        assert_eq!(frees_other(other, ptr::null_mut()), EOP_OK);
    }
}

#[test]
fn a_freed_handle_stays_freed_even_when_its_slot_is_used_again() {
    for function in HANDLE_FUNCTIONS {
        let handle = (function.opens)();
        assert_eq!((function.frees)(handle, ptr::null_mut()), EOP_OK);
        assert_eq!((function.call)(handle, ptr::null_mut()), EOP_FREED, "{}", function.name);
        let next = (function.opens)();
        assert_eq!((function.call)(handle, ptr::null_mut()), EOP_FREED, "{}", function.name);
        assert_eq!((function.frees)(next, ptr::null_mut()), EOP_OK);
    }
}
