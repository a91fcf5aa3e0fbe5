//! The calls of crypt32, ncrypt and advapi32: certificates, keys and chains are read and keys
//! sign, nothing is written, nothing asks the user.

mod chain;
mod elevation;
mod key;
mod sign;
mod store;
mod struct_size;

use crate::certificate::Certificate;
use crate::windows::stores::{MachineStores, StoreCertificate, Unseen};

pub(super) use chain::judge;
use elevation::is_elevated;
use key::private_key;
pub(super) use sign::open_signing_key;
use store::{Entry, Store};

/// CERT_FRIENDLY_NAME_PROP_ID is text.
fn friendly_name(entry: &Entry<'_>) -> Option<String> {
    use windows_sys::Win32::Security::Cryptography::CERT_FRIENDLY_NAME_PROP_ID;
    let property = entry.property(CERT_FRIENDLY_NAME_PROP_ID)?;
    property.text_from(0).filter(|name| !name.is_empty())
}

/// Reads the stores of the computer account.
pub(super) fn read_stores() -> MachineStores {
    let is_elevated = is_elevated();
    let mut stores = MachineStores::default();
    let my = read("My", &mut stores.unseen, |entry, certificate| StoreCertificate {
        certificate,
        friendly_name: friendly_name(entry),
        private_key: private_key(entry, is_elevated),
    });
    stores.my = my.unwrap_or_default();
    stores.intermediates = read("CA", &mut stores.unseen, |_, certificate| certificate);
    stores.roots = read("Root", &mut stores.unseen, |_, certificate| certificate);
    let programme = read("AuthRoot", &mut stores.unseen, |_, certificate| certificate);
    stores.programme_roots = programme.unwrap_or_default();
    if !is_elevated && !stores.my.is_empty() {
        stores.unseen.push(Unseen {
            place: r"LocalMachine\My".to_owned(),
            reason: "this process is not elevated: whether private keys are there, and whether \
                     NETWORK SERVICE may read them, cannot be seen in full. Run it as administrator"
                .to_owned(),
        });
    }
    stores
}

/// Reads one store; `None` if it does not open.
fn read<T>(
    name: &'static str,
    unseen: &mut Vec<Unseen>,
    mut take: impl FnMut(&Entry<'_>, Certificate) -> T,
) -> Option<Vec<T>> {
    let place = || format!(r"LocalMachine\{name}");
    let store = match Store::open(name) {
        Ok(store) => store,
        Err(error) => {
            unseen.push(Unseen { place: place(), reason: error.to_string() });
            return None;
        }
    };
    let mut found = Vec::new();
    store.for_each(|entry| match Certificate::from_der(entry.der()) {
        Ok(certificate) => found.push(take(entry, certificate)),
        Err(error) => unseen.push(Unseen { place: place(), reason: error.to_string() }),
    });
    Some(found)
}
