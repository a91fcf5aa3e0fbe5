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

#![expect(dead_code, unused_imports, reason = "the diagnosis takes it up next")]

mod age;
mod attempt;
mod chance;
mod interner;
mod ledger;
mod network;
mod trouble;
mod usage;
mod weight;

#[cfg(test)]
mod tests;

pub(super) use age::{Age, OLD_DAYS};
pub(super) use attempt::{Attempt, End, Sender, SenderKind, Shown};
pub(super) use ledger::{IdentityKey, Ledger, Observation, PlaceKey};
pub(super) use trouble::{Difference, Standing, Trouble};
pub(super) use usage::Usage;
pub(super) use weight::{Weight, weight_of, weight_of_tls_error};
