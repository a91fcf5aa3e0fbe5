//! The log of Windows, and how it is turned on.

/// The name of the log.
pub const CHAIN_EVENT_LOG: &str = "Microsoft-Windows-CAPI2/Operational";

/// Turns the log on and lets it grow to 64 MiB: by default it is off, and 1 MiB holds minutes of a
/// busy server.
pub const ENABLE_CHAIN_EVENT_LOG: &str =
    "wevtutil sl Microsoft-Windows-CAPI2/Operational /e:true /ms:67108864";
