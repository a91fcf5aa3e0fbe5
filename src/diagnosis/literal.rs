//! Values as PowerShell literals, and small words.

pub(crate) use crate::finding::powershell::{literal, literals};
pub(crate) use crate::finding::words::{capital, counted, date, listed};
