//! A store of the computer account, opened for reading.

use std::marker::PhantomData;
use std::ptr;

use widestring::U16CString;
use windows_sys::Win32::Security::Cryptography::{
    CERT_CONTEXT, CERT_STORE_MAXIMUM_ALLOWED_FLAG, CERT_STORE_OPEN_EXISTING_FLAG,
    CERT_STORE_PROV_SYSTEM_W, CERT_STORE_READONLY_FLAG, CERT_SYSTEM_STORE_LOCAL_MACHINE,
    CertCloseStore, CertEnumCertificatesInStore, CertGetCertificateContextProperty, CertOpenStore,
    HCERTSTORE,
};

use crate::windows::machine_error::MachineError;

pub(super) struct Store {
    handle: HCERTSTORE,
}

impl Store {
    /// Opens a system store of LocalMachine, which must exist.
    pub fn open(name: &str) -> Result<Self, MachineError> {
        let name = U16CString::from_str_truncate(name);
        let flags = CERT_SYSTEM_STORE_LOCAL_MACHINE
            | CERT_STORE_READONLY_FLAG
            | CERT_STORE_OPEN_EXISTING_FLAG
            | CERT_STORE_MAXIMUM_ALLOWED_FLAG;
        // SAFETY: the name ends with a zero and lives through the call; the provider takes no other
        // pointer.
        let handle =
            unsafe { CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, flags, name.as_ptr().cast()) };
        if handle.is_null() {
            return Err(MachineError::last("CertOpenStore"));
        }
        Ok(Self { handle })
    }

    /// Shows each certificate once.
    pub fn for_each(&self, mut show: impl FnMut(&Entry<'_>)) {
        let mut context = ptr::null_mut();
        loop {
            // SAFETY: the store is open, and the call frees the context that it is given.
            context = unsafe { CertEnumCertificatesInStore(self.handle, context) };
            if context.is_null() {
                return;
            }
            show(&Entry { context, store: PhantomData });
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: opened by `open` and closed here alone; no context of it is left.
        let _ = unsafe { CertCloseStore(self.handle, 0) };
    }
}

/// A certificate of a store, while it is shown.
pub(super) struct Entry<'a> {
    context: *const CERT_CONTEXT,
    store: PhantomData<&'a Store>,
}

impl Entry<'_> {
    /// Its context, which lives as long as this entry is borrowed.
    pub fn context(&self) -> *const CERT_CONTEXT {
        self.context
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        // SAFETY: the enumeration gave the context and keeps it while this entry is borrowed.
        unsafe { der_of(self.context) }
    }

    /// The bytes of a property, if the certificate has it.
    pub fn property(&self, id: u32) -> Option<Property> {
        let mut length = 0;
        // SAFETY: the context is alive, and without a buffer only the length is written.
        let is_there = unsafe {
            CertGetCertificateContextProperty(self.context, id, ptr::null_mut(), &raw mut length)
        };
        if is_there == 0 {
            return None;
        }
        // Structs in it begin with pointers.
        let mut words = vec![0_u64; (length as usize).div_ceil(size_of::<u64>())];
        // SAFETY: the context is alive, and the buffer has room for that many bytes.
        let is_read = unsafe {
            CertGetCertificateContextProperty(
                self.context,
                id,
                words.as_mut_ptr().cast(),
                &raw mut length,
            )
        };
        (is_read != 0).then_some(Property { words, length: length as usize })
    }
}

/// The encoded certificate of a context.
///
/// # Safety
/// `context` is a context that lives for `'a`.
pub(super) unsafe fn der_of<'a>(context: *const CERT_CONTEXT) -> &'a [u8] {
    // SAFETY: promised by the caller.
    let context = unsafe { &*context };
    // SAFETY: crypt32 keeps that many bytes with the context.
    unsafe { std::slice::from_raw_parts(context.pbCertEncoded, context.cbCertEncoded as usize) }
}

/// A property: bytes at an address that is a multiple of 8, to which pointers in them may point.
pub(super) struct Property {
    words: Vec<u64>,
    length: usize,
}

impl Property {
    /// The first bytes, if there are that many.
    pub fn start(&self, length: usize) -> Option<*const u64> {
        (length <= self.length).then_some(self.words.as_ptr())
    }

    /// The text to which a pointer in the property points; `None` if it points elsewhere.
    pub fn text_at(&self, pointer: *const u16) -> Option<String> {
        self.text_from((pointer as usize).checked_sub(self.words.as_ptr() as usize)?)
    }

    /// The text from a byte on, up to its zero.
    pub fn text_from(&self, offset: usize) -> Option<String> {
        let bytes: Vec<u8> = self.words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let bytes = bytes.get(offset..self.length)?;
        let units = bytes.chunks_exact(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]]));
        let text: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        Some(String::from_utf16_lossy(&text))
    }
}
