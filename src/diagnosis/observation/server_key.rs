//! Whose sessions they are.

use std::sync::Arc;

/// Whose session it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ServerKey {
    /// Nothing shows it.
    #[default]
    Unknown,
    /// A folder, an EHLO name and an address that keep it apart while evidence comes in; what it
    /// is called shows when all of it is there.
    Origin(u32),
    /// What keeps it apart from others in texts; no command takes it.
    Label(Arc<str>),
    /// Its name.
    Name(Arc<str>),
}

impl ServerKey {
    /// The name, as commands take it.
    pub fn name(&self) -> Option<&Arc<str>> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The name, else the label, as texts show it.
    pub fn text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Name(text) | Self::Label(text) => Some(text),
            Self::Unknown | Self::Origin(_) => None,
        }
    }
}
