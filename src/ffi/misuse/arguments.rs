//! Pointers and sizes that do not fit.

use super::*;

#[test]
fn a_missing_output_or_query_is_a_null_argument() {
    let reader = open_reader();
    let evidence = open_evidence();
    let text = open_some_text();
    let null = ptr::null_mut::<ErrorDetail>();
    let mut handle = 0;
    let mut units = ptr::null();
    let mut length = 0;
    let statuses = [
        // SAFETY: every pointer of this table is NULL or a local variable.
        unsafe { eop_status_name(EOP_OK, ptr::null_mut(), null) },
        // SAFETY: as above.
        unsafe { eop_value_name(EOP_VALUES_OUTCOME, 1, ptr::null_mut(), null) },
        // SAFETY: as above.
        unsafe { eop_session_reader_open(ptr::null(), &raw mut handle, null) },
        // SAFETY: as above.
        unsafe { eop_session_reader_open(&query(), ptr::null_mut(), null) },
        // SAFETY: as above.
        unsafe { eop_session_reader_next_batch(reader, 0, 0, ptr::null_mut(), null) },
        // SAFETY: as above.
        unsafe { eop_session_reader_progress(reader, ptr::null_mut(), null) },
        // SAFETY: as above.
        unsafe { eop_evidence_open(ptr::null(), &raw mut handle, null) },
        // SAFETY: as above.
        unsafe { eop_evidence_open(&evidence_query(), ptr::null_mut(), null) },
        // SAFETY: as above.
        unsafe { eop_evidence_next(evidence, 0, 0, ptr::null_mut(), null) },
        // SAFETY: as above.
        unsafe { eop_text_get(text, ptr::null_mut(), &raw mut length, null) },
        // SAFETY: as above.
        unsafe { eop_text_get(text, &raw mut units, ptr::null_mut(), null) },
    ];
    assert_eq!(statuses, [EOP_NULL_ARGUMENT; 11]);
    assert_eq!((handle, units.is_null(), length), (0, true, 0));
    assert_eq!(free_reader(reader, null), EOP_OK);
    assert_eq!(free_evidence(evidence, null), EOP_OK);
    assert_eq!(free_text(text, null), EOP_OK);
}

#[test]
fn structs_with_a_wrong_size_are_refused() {
    let reader = open_reader();
    let wrong_size = |size: usize| u32::try_from(size).unwrap();
    for size in [0, 4, size_of::<BatchView>() - 8, size_of::<BatchView>() + 4] {
        let mut batch = empty::<BatchView>();
        batch.struct_size = wrong_size(size);
        // SAFETY: the output is a local variable, larger than its size says or checked first.
        let status =
            unsafe { eop_session_reader_next_batch(reader, 0, 0, &raw mut batch, ptr::null_mut()) };
        assert_eq!(status, EOP_INVALID_STRUCT_SIZE, "batch {size}");
    }
    for size in [0, size_of::<ProgressView>() - 8, size_of::<ProgressView>() + 4] {
        let mut progress = empty::<ProgressView>();
        progress.struct_size = wrong_size(size);
        // SAFETY: the output is a local variable, larger than its size says or checked first.
        let status =
            unsafe { eop_session_reader_progress(reader, &raw mut progress, ptr::null_mut()) };
        assert_eq!(status, EOP_INVALID_STRUCT_SIZE, "progress {size}");
    }
    assert_eq!(free_reader(reader, ptr::null_mut()), EOP_OK);
}

#[test]
fn an_error_detail_that_is_too_small_stops_every_call_before_it_does_anything() {
    for function in HANDLE_FUNCTIONS {
        let handle = (function.opens)();
        let mut error = empty::<ErrorDetail>();
        error.struct_size = u32::try_from(size_of::<ErrorDetail>()).unwrap() - 8;
        let status = (function.call)(handle, &raw mut error);
        assert_eq!(status, EOP_INVALID_STRUCT_SIZE, "{}", function.name);
        assert_eq!(error.code, 0, "{}", function.name);
        assert_eq!((function.frees)(handle, ptr::null_mut()), EOP_OK, "{}", function.name);
    }
}

#[test]
fn pointers_that_are_not_aligned_are_refused() {
    let mut room = [0_u64; 600];
    let odd = room.as_mut_ptr().cast::<u8>().wrapping_add(1);
    let text = open_some_text();
    assert_eq!(get_text(text, odd.cast()), EOP_INVALID_ARGUMENT);
    let mut length = 0;
    // SAFETY: alignment is checked before anything is written.
    let status = unsafe { eop_text_get(text, odd.cast(), &raw mut length, ptr::null_mut()) };
    assert_eq!(status, EOP_INVALID_ARGUMENT);
    assert_eq!(free_text(text, ptr::null_mut()), EOP_OK);
}

#[test]
fn too_many_records_are_refused() {
    let reader = open_reader();
    let mut batch = empty::<BatchView>();
    batch.struct_size = u32::try_from(size_of::<BatchView>()).unwrap();
    // SAFETY: the output is a local variable.
    let status = unsafe {
        eop_session_reader_next_batch(
            reader,
            EOP_MAXIMUM_RECORDS + 1,
            0,
            &raw mut batch,
            ptr::null_mut(),
        )
    };
    assert_eq!(status, EOP_INVALID_ARGUMENT);
    assert_eq!(free_reader(reader, ptr::null_mut()), EOP_OK);
    let (evidence, most) = (open_evidence(), EOP_MAXIMUM_RECORDS);
    let mut text = 0;
    // SAFETY: the output is a local variable.
    let status =
        unsafe { eop_evidence_next(evidence, most + 1, 0, &raw mut text, ptr::null_mut()) };
    assert_eq!((status, text), (EOP_INVALID_ARGUMENT, 0));
    assert_eq!(free_evidence(evidence, ptr::null_mut()), EOP_OK);
}
