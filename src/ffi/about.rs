//! What the library is, and names for its numbers.

use std::collections::HashMap;
use std::ffi::{CStr, CString, NulError, c_char};

use once_cell::sync::OnceCell;

use super::error::{ErrorDetail, Failure};
use super::guard::guard;
use super::injection;
use super::output::{require_output, write_output};
use super::status::{EOP_INTERNAL, EOP_INVALID_ARGUMENT, EOP_OK, NAMES};
use super::values;

/// The major version of the ABI that this header describes.
pub const EOP_ABI_MAJOR: u32 = 1;
/// The minor version of the ABI that this header describes.
pub const EOP_ABI_MINOR: u32 = 0;

/// The version of the ABI: major * 65536 + minor. Cannot fail; from any thread.
///
/// A library fits a caller made for EOP_ABI_MAJOR and EOP_ABI_MINOR if its major version is equal
/// and its minor version is not smaller. Check it before anything else.
#[unsafe(no_mangle)]
pub extern "C" fn eop_abi_version() -> u32 {
    EOP_ABI_MAJOR << 16 | EOP_ABI_MINOR
}

/// The version of the library such as "0.2.0": ASCII, zero-terminated, valid as long as the library
/// is loaded. Cannot fail; from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn eop_version() -> *const c_char {
    VERSION.as_ptr()
}

/// The name of a status without its prefix, such as "NULL_ARGUMENT".
///
/// `name` receives ASCII text, zero-terminated, valid as long as the library is loaded.
///
/// EOP_OK; EOP_NULL_ARGUMENT: `name` is NULL; EOP_INVALID_ARGUMENT: no status has that number.
/// From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_status_name(
    status: i32,
    name: *mut *const c_char,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(name, "name")?;
        injection::strike("eop_status_name");
        let found = NAMES.iter().find(|(number, _)| *number == status).ok_or_else(|| {
            Failure::new(EOP_INVALID_ARGUMENT, format!("no status has the number {status}"))
        })?;
        // SAFETY: not NULL, and the caller promises a place for a pointer.
        unsafe { write_output(name, found.1.as_ptr()) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_status_name", error, body) }
}

/// The name of a value of an enumeration (EOP_VALUES_...), as in JSON, such as "PartlyRefused".
///
/// `name` receives ASCII text, zero-terminated, valid as long as the library is loaded. Values that
/// a newer library adds have names here too.
///
/// EOP_OK; EOP_NULL_ARGUMENT: `name` is NULL; EOP_INVALID_ARGUMENT: no such enumeration or value.
/// From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_value_name(
    enumeration: u32,
    value: u32,
    name: *mut *const c_char,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(name, "name")?;
        injection::strike("eop_value_name");
        let found = value_names()?.get(&(enumeration, value)).ok_or_else(|| {
            Failure::new(
                EOP_INVALID_ARGUMENT,
                format!("no enumeration {enumeration} has the value {value}"),
            )
        })?;
        // SAFETY: not NULL, and the caller promises a place for a pointer.
        unsafe { write_output(name, found.as_ptr()) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_value_name", error, body) }
}

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };

type ValueNames = HashMap<(u32, u32), CString>;

static VALUE_NAMES: OnceCell<ValueNames> = OnceCell::new();

/// The names with the terminating zero that C expects, made once.
fn value_names() -> Result<&'static ValueNames, Failure> {
    VALUE_NAMES.get_or_try_init(|| {
        values::names()
            .into_iter()
            .map(|(enumeration, value, name)| Ok(((enumeration, value), CString::new(name)?)))
            .collect::<Result<ValueNames, NulError>>()
            .map_err(|error| Failure::new(EOP_INTERNAL, format!("a name is not C text: {error}")))
    })
}
