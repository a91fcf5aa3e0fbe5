//! A probe asks Exchange Online at once whether a remedy helped: it connects as a send connector would,
//! with the certificate that Exchange would use, up to the reply to RCPT TO.
//!
//! **Nothing is ever submitted.** One sender, one recipient, one connection, no retry; after RCPT it
//! says RSET and QUIT, and it has no words for a message. What is refused after DATA it cannot see.
//!
//! | file | is |
//! |---|---|
//! | `mailbox`, `plan` | what is asked, and of whom |
//! | `question` | from what is asked to a plan |
//! | `choice` | the certificate that Exchange would show |
//! | `credential`, `store_key` | the certificate that is shown, the issuers behind it, the key |
//! | `reply_reader` | replies out of bytes, within bounds |
//! | `provider`, `tls` | TLS as bytes in, bytes out (rustls) |
//! | `dialogue` | what is said next; it opens no socket |
//! | `transcript` | the dialogue as a send log of Exchange's own form |
//! | `fault`, `step` | where it ended, and why |
//! | `judge`, `outcome`, `summary`, `text` | what follows: the session, the report on it, the words |
//! | `series` | when to ask again |

#![forbid(unsafe_code)]

mod choice;
mod credential;
mod dialogue;
mod fault;
mod judge;
mod mailbox;
mod outcome;
mod plan;
mod provider;
mod question;
mod reply_reader;
mod series;
mod step;
mod store_key;
mod summary;
mod text;
mod tls;
mod transcript;

pub use choice::{Choice, choose_certificate};
pub use credential::{Credential, CredentialError, KeyUse, issuers_to_send};
pub use dialogue::{Dialogue, Event, Record, StepTaken};
pub use fault::Fault;
pub use judge::{Expectations, judge};
pub use mailbox::{Mailbox, MailboxError};
pub use outcome::{PROBE_SCHEMA_VERSION, ProbeOutcome, TimedStep};
pub use plan::{Envelope, Plan, PlanError, TlsUse, smart_host};
pub use question::{Answerable, NamedFile, Question, QuestionError, Shown};
pub use reply_reader::Reply;
pub use series::{
    Attempt, MAXIMUM_CONNECTIONS, MINIMUM_INTERVAL, Next, Standing, WANTED_HOSTS, standing,
};
pub use step::Step;
pub use text::text;
