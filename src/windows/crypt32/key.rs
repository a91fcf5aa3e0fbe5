//! The private key of a certificate: opened silently, for its security descriptor alone.

use std::ptr;

use widestring::U16CString;
use windows_sys::Win32::Security::Cryptography::{
    CERT_KEY_PROV_INFO_PROP_ID, CRYPT_KEY_PROV_INFO, CRYPT_MACHINE_KEYSET, CRYPT_SILENT,
    CryptAcquireContextW, CryptGetProvParam, CryptReleaseContext, NCRYPT_MACHINE_KEY_FLAG,
    NCRYPT_SECURITY_DESCR_PROPERTY, NCRYPT_SILENT_FLAG, NCryptFreeObject, NCryptGetProperty,
    NCryptOpenKey, NCryptOpenStorageProvider, PP_KEYSET_SEC_DESCR,
};
use windows_sys::Win32::Security::DACL_SECURITY_INFORMATION;

use super::store::Entry;
use crate::windows::key_access::{KeyAccess, judge_read_access};
use crate::windows::machine_error::last_result;
use crate::windows::stores::{KeyPresence, PrivateKey};
use crate::windows::trust_status::result_name;

/// NTE_NO_KEY, NTE_NOT_FOUND, NTE_BAD_KEYSET (winerror.h).
const NOT_THERE: [u32; 3] = [0x8009_000D, 0x8009_0011, 0x8009_0016];
const ACCESS_DENIED: [u32; 2] = [0x8007_0005, 0x8009_0010];

/// Where a certificate says that its key is (CRYPT_KEY_PROV_INFO).
struct Place {
    container: String,
    provider: String,
    provider_type: u32,
    key_spec: u32,
    is_machine_key: bool,
}

/// What can be seen of the key. Without elevation Windows says of keys of the computer that they are
/// not there.
pub(super) fn private_key(entry: &Entry<'_>, is_elevated: bool) -> PrivateKey {
    let Some(place) = place_of(entry) else { return PrivateKey::none() };
    let is_cng = place.provider_type == 0;
    let read = if is_cng { read_cng(&place) } else { read_csp(&place) };
    let (presence, network_service, reason) = match read {
        Ok(descriptor) => {
            let access = judge_read_access(&descriptor);
            let reason = (access == KeyAccess::Unknown).then(|| {
                "the access list of the key names single services or conditions".to_owned()
            });
            (KeyPresence::Present, access, reason)
        }
        Err(Trouble { result, is_open }) => {
            let hint = match result {
                _ if !is_elevated => ": run as administrator",
                _ if ACCESS_DENIED.contains(&result) => ": not even administrators may see it",
                _ => "",
            };
            let presence = match result {
                _ if is_open => KeyPresence::Present,
                _ if NOT_THERE.contains(&result) && is_elevated => KeyPresence::Missing,
                _ => KeyPresence::Unknown,
            };
            (presence, KeyAccess::Unknown, Some(result_name(result) + hint))
        }
    };
    PrivateKey {
        presence,
        provider: Some(place.provider),
        kind: Some(if is_cng { "CNG" } else { "CSP" }),
        container: Some(place.container),
        is_machine_key: Some(place.is_machine_key),
        network_service,
        reason,
    }
}

fn place_of(entry: &Entry<'_>) -> Option<Place> {
    let property = entry.property(CERT_KEY_PROV_INFO_PROP_ID)?;
    let start = property.start(size_of::<CRYPT_KEY_PROV_INFO>())?;
    // SAFETY: the property is that struct, long enough and at a multiple of 8.
    let info = unsafe { start.cast::<CRYPT_KEY_PROV_INFO>().read() };
    Some(Place {
        container: property.text_at(info.pwszContainerName).unwrap_or_default(),
        provider: property.text_at(info.pwszProvName).unwrap_or_default(),
        provider_type: info.dwProvType,
        key_spec: info.dwKeySpec,
        is_machine_key: info.dwFlags & CRYPT_MACHINE_KEYSET != 0,
    })
}

/// Why the descriptor could not be read, and whether the key itself could be opened.
struct Trouble {
    result: u32,
    is_open: bool,
}

/// A provider or a key of CNG.
struct Object(usize);

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: opened in this file, and freed here alone.
        let _ = unsafe { NCryptFreeObject(self.0) };
    }
}

fn read_cng(place: &Place) -> Result<Vec<u8>, Trouble> {
    let check = |result: i32, is_open: bool| match result {
        0 => Ok(()),
        other => Err(Trouble { result: other.cast_unsigned(), is_open }),
    };
    let provider_name = U16CString::from_str_truncate(&place.provider);
    let mut provider = 0;
    // SAFETY: the name ends with a zero, and the handle is a local variable.
    let result = unsafe { NCryptOpenStorageProvider(&raw mut provider, provider_name.as_ptr(), 0) };
    check(result, false)?;
    let provider = Object(provider);
    let container = U16CString::from_str_truncate(&place.container);
    let machine = if place.is_machine_key { NCRYPT_MACHINE_KEY_FLAG } else { 0 };
    let mut key = 0;
    // SAFETY: the provider is open, the name ends with a zero, and the handle is a local variable.
    let result = unsafe {
        NCryptOpenKey(
            provider.0,
            &raw mut key,
            container.as_ptr(),
            place.key_spec,
            machine | NCRYPT_SILENT_FLAG,
        )
    };
    check(result, false)?;
    let key = Object(key);
    let flags = DACL_SECURITY_INFORMATION | NCRYPT_SILENT_FLAG;
    let read = |buffer: *mut u8, room: u32, length: &mut u32| {
        // SAFETY: the key is open, the name is a constant, and the buffer has that much room.
        unsafe {
            NCryptGetProperty(key.0, NCRYPT_SECURITY_DESCR_PROPERTY, buffer, room, length, flags)
        }
    };
    let mut length = 0;
    check(read(ptr::null_mut(), 0, &mut length), true)?;
    let mut descriptor = vec![0; length as usize];
    check(read(descriptor.as_mut_ptr(), length, &mut length), true)?;
    descriptor.truncate(length as usize);
    Ok(descriptor)
}

/// A key container of a cryptographic service provider.
struct Container(usize);

impl Drop for Container {
    fn drop(&mut self) {
        // SAFETY: acquired in this file, and released here alone.
        let _ = unsafe { CryptReleaseContext(self.0, 0) };
    }
}

fn read_csp(place: &Place) -> Result<Vec<u8>, Trouble> {
    let check = |succeeded: i32, is_open: bool| match succeeded {
        0 => Err(Trouble { result: last_result(), is_open }),
        _ => Ok(()),
    };
    let name = U16CString::from_str_truncate(&place.container);
    let provider = U16CString::from_str_truncate(&place.provider);
    let machine = if place.is_machine_key { CRYPT_MACHINE_KEYSET } else { 0 };
    let mut handle = 0;
    // SAFETY: the names end with a zero, and the handle is a local variable.
    let succeeded = unsafe {
        CryptAcquireContextW(
            &raw mut handle,
            name.as_ptr(),
            provider.as_ptr(),
            place.provider_type,
            machine | CRYPT_SILENT,
        )
    };
    check(succeeded, false)?;
    let container = Container(handle);
    let read = |buffer: *mut u8, length: &mut u32| {
        // SAFETY: the container is open, and the buffer has room for that many bytes.
        unsafe {
            CryptGetProvParam(
                container.0,
                PP_KEYSET_SEC_DESCR,
                buffer,
                length,
                DACL_SECURITY_INFORMATION,
            )
        }
    };
    let mut length = 0;
    check(read(ptr::null_mut(), &mut length), true)?;
    let mut descriptor = vec![0; length as usize];
    check(read(descriptor.as_mut_ptr(), &mut length), true)?;
    descriptor.truncate(length as usize);
    Ok(descriptor)
}
