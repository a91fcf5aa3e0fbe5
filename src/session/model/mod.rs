//! What a session is: its facts, its texts and its mails.

mod content;
mod message;
mod note;
mod outcome;
mod owned;
mod session;
mod spans;

pub(crate) use content::Content;
pub(super) use content::{ContentWriter, SessionTexts, lossy};
pub use message::{Message, Recipient};
pub use note::SessionNote;
pub use outcome::{MessageOutcome, Outcome, TlsStatus};
pub use owned::{OwnedMessage, OwnedRecipient, OwnedSession};
pub use session::Session;
pub(crate) use spans::TextSpan;
pub(super) use spans::{MessageSpans, RecipientSpans};
