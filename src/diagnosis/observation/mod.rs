//! What the logs show: who sent, what was refused of it, and whether that is so today.
//!
//! A [`Ledger`] keeps a short record of each [`Attempt`]; [`Ledger::observe`] puts them in the order of
//! time and judges each trouble among those it can be compared with.
//! Nothing here asks why: connectors, chains and exports do not occur.
//!
//! An **identity** is what Exchange Online can see of a sender: the certificate shown and the public
//! address. A **place** is a server and a send connector. A refusal concerns one identity at one
//! place, one kind of sender and the recipient domains that were refused at least once: the sessions
//! like it in all of these are **comparable**. Others prove nothing, since mail to other tenants of
//! Microsoft 365 is delivered without attribution.

mod age;
mod attempt;
mod chance;
mod difference;
mod interner;
mod ledger;
mod network;
mod observe;
mod place;
mod server_key;
mod time_of_day;
mod timeline;
mod trouble;
mod usage;
mod weight;

#[cfg(test)]
mod tests;

pub(crate) use age::Age;
pub(crate) use attempt::{Attempt, End, Sender, SenderKind, Shown};
pub(crate) use difference::Difference;
pub(crate) use ledger::{IdentityKey, Ledger, PlaceKey};
pub(crate) use observe::{Context, Everyday, Observation};
pub(crate) use server_key::ServerKey;
pub(crate) use trouble::{Standing, Trouble};
pub(crate) use usage::Usage;
pub(crate) use weight::{Weight, weight_of, weight_of_tls_error};
