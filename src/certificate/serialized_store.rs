//! Serialised stores of Windows (SST), as `certutil -generateSSTFromWU` and the certificate consoles
//! write them: properties, each with a number and a length; a certificate, list or trust list ends
//! the properties of its own (wincrypt.h, CertSaveStore with CERT_STORE_SAVE_AS_STORE).

use super::der::Malformed;

const VERSION: [u8; 4] = [0; 4];
const MAGIC: [u8; 4] = *b"CERT";
/// CERT_CERT_PROP_ID: the certificate itself.
const CERTIFICATE: u32 = 32;
/// CERT_CRL_PROP_ID: the revocation list itself.
const REVOCATION_LIST: u32 = 33;
const END: u32 = 0;

/// What a store holds, each entry with its byte offset and encoding.
#[derive(Debug, Default)]
pub(crate) struct SerializedStore<'a> {
    pub certificates: Vec<(usize, &'a [u8])>,
    pub revocation_lists: Vec<(usize, &'a [u8])>,
    /// Where the store is cut, if its end is missing.
    pub cut_at: Option<usize>,
}

/// Whether a file is a serialised store.
pub(crate) fn is_serialized_store(bytes: &[u8]) -> bool {
    bytes.strip_prefix(&VERSION).is_some_and(|rest| rest.starts_with(&MAGIC))
}

/// Reads the entries of a store.
///
/// # Errors
/// [`Malformed`] if it is none.
pub(crate) fn read_serialized_store(bytes: &[u8]) -> Result<SerializedStore<'_>, Malformed> {
    if !is_serialized_store(bytes) {
        return Err(Malformed);
    }
    let mut store = SerializedStore::default();
    let mut at = VERSION.len() + MAGIC.len();
    loop {
        let Some((property, length)) = header(bytes, at) else {
            store.cut_at = Some(at);
            break;
        };
        if property == END {
            break;
        }
        let start = at + HEADER_LENGTH;
        let Some(content) = start.checked_add(length).and_then(|end| bytes.get(start..end)) else {
            store.cut_at = Some(at);
            break;
        };
        match property {
            CERTIFICATE => store.certificates.push((start, content)),
            REVOCATION_LIST => store.revocation_lists.push((start, content)),
            _ => {}
        }
        at = start + length;
    }
    Ok(store)
}

const HEADER_LENGTH: usize = 12;

/// The number of a property and the length of its content; between them stands its encoding.
fn header(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let header = bytes.get(at..at.checked_add(HEADER_LENGTH)?)?;
    let number =
        |from: usize| Some(u32::from_le_bytes(header.get(from..from + 4)?.try_into().ok()?));
    Some((number(0)?, usize::try_from(number(8)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(number: u32, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap();
        [&number.to_le_bytes()[..], &1_u32.to_le_bytes(), &length.to_le_bytes(), content].concat()
    }

    fn store(parts: &[Vec<u8>]) -> Vec<u8> {
        [&VERSION[..], &MAGIC, &parts.concat()].concat()
    }

    #[test]
    fn certificates_are_read_and_their_properties_passed_over() {
        let bytes = store(&[
            property(11, b"a friendly name"),
            property(CERTIFICATE, b"one"),
            property(REVOCATION_LIST, b"list"),
            property(CERTIFICATE, b"two"),
            property(END, b""),
        ]);
        let read = read_serialized_store(&bytes).unwrap();
        let contents: Vec<&[u8]> = read.certificates.iter().map(|(_, content)| *content).collect();
        assert_eq!(contents, [&b"one"[..], b"two"]);
        assert_eq!(read.revocation_lists.len(), 1);
        let (offset, content) = read.certificates[1];
        assert_eq!(&bytes[offset..offset + content.len()], b"two");
        assert_eq!(read.cut_at, None);
    }

    #[test]
    fn a_store_without_its_end_says_where_it_is_cut() {
        let bytes = store(&[property(CERTIFICATE, b"one"), property(CERTIFICATE, b"another")]);
        for (length, count) in [(bytes.len(), 2), (bytes.len() - 1, 1), (12, 0)] {
            let read = read_serialized_store(&bytes[..length]).unwrap();
            assert_eq!(read.certificates.len(), count);
            assert!(read.cut_at.is_some_and(|at| at <= length));
        }
        assert!(read_serialized_store(b"\0\0\0\0CER").is_err());
    }
}
