//! The machine's certificate stores, and crypt32's own verdict on a chain: read, never changed.
//!
//! | file | is |
//! |---|---|
//! | `machine` | what the rest of the crate asks for, on every system |
//! | `stores` | certificates of LocalMachine and their private keys |
//! | `key_access` | whether NETWORK SERVICE may read a key, from its security descriptor |
//! | `signing_key` | a private key that signs where it lies |
//! | `listing` | the stores as one object to print |
//! | `windows_verdict` | what crypt32 says of a chain |
//! | `trust_status` | the names of its bits and results |
//! | `crypt32` | the only calls of Windows, for Windows alone |
//!
//! Everything but `crypt32` is the same on every system, and is tested there.

#[cfg(windows)]
mod crypt32;
mod key_access;
mod listing;
mod machine;
mod machine_error;
mod signing_key;
mod stores;
mod trust_status;
mod windows_verdict;

pub use key_access::{KeyAccess, judge_read_access};
pub use listing::StoreListing;
pub use machine::{open_signing_key, read_machine_stores, windows_verdict};
pub use machine_error::MachineError;
pub use signing_key::{Digest, SignatureForm, SigningKey};
pub use stores::{KeyPresence, MachineStores, PrivateKey, StoreCertificate, Unseen};
pub use trust_status::{
    error_name, error_names, hresult_name, hresults, information_names, result_name,
};
pub use windows_verdict::{
    ChainElement, ChainMode, ChainPolicy, ChainRun, PolicyResult, WindowsVerdict,
};
