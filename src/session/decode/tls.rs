//! The outcome of the TLS handshake as its row puts it.

/// What `TLS protocol ... negotiation succeeded using ...` says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Negotiated {
    pub(super) protocol: Option<String>,
    pub(super) cipher: Option<String>,
}

impl Negotiated {
    /// Reads the row's message: the word behind `TLS protocol` is the protocol, each
    /// `algorithm X with strength N bits` is an algorithm. A value without a name is logged as a
    /// bare number and kept as such.
    pub(super) fn parse(message: &str) -> Self {
        let words: Vec<&str> = message.split_whitespace().collect();
        let after = |label: &str| {
            words.iter().position(|word| word.eq_ignore_ascii_case(label)).map(|at| at + 1)
        };
        let protocol = after("protocol").and_then(|at| words.get(at)).map(|name| protocol(name));
        let mut algorithms = Vec::new();
        for (at, word) in words.iter().enumerate() {
            if !word.eq_ignore_ascii_case("algorithm") {
                continue;
            }
            if let Some([name, with, strength, bits, unit, ..]) = words.get(at + 1..)
                && with.eq_ignore_ascii_case("with")
                && strength.eq_ignore_ascii_case("strength")
                && unit.starts_with("bits")
            {
                algorithms.push(format!("{name} ({bits} bits)"));
            }
        }
        let cipher = (!algorithms.is_empty()).then(|| algorithms.join(", "));
        Self { protocol, cipher }
    }
}

/// `SP_PROT_TLS1_2_CLIENT` (schannel.h) as `TLS 1.2`; others as they are.
fn protocol(name: &str) -> String {
    let known = name
        .strip_prefix("SP_PROT_")
        .and_then(|rest| rest.strip_suffix("_CLIENT").or_else(|| rest.strip_suffix("_SERVER")));
    match known {
        Some("TLS1" | "TLS1_0") => "TLS 1.0".into(),
        Some("TLS1_1") => "TLS 1.1".into(),
        Some("TLS1_2") => "TLS 1.2".into(),
        Some("TLS1_3") => "TLS 1.3".into(),
        Some("SSL3") => "SSL 3.0".into(),
        Some("SSL2") => "SSL 2.0".into(),
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocol_and_algorithms_are_read() {
        for (message, protocol, cipher) in [
            (
                "TLS protocol SP_PROT_TLS1_2_CLIENT negotiation succeeded using bulk encryption \
                 algorithm CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384 \
                 with strength 384 bits and key exchange algorithm CALG_ECDHE with strength 384 bits",
                Some("TLS 1.2"),
                Some("CALG_AES_256 (256 bits), CALG_SHA_384 (384 bits), CALG_ECDHE (384 bits)"),
            ),
            (
                "TLS protocol SP_PROT_TLS1_0_SERVER negotiation succeeded using bulk encryption \
                 algorithm CALG_AES_128 with strength 128 bits, MAC hash algorithm CALG_SHA1 with \
                 strength 0 bits and key exchange algorithm 44550 with strength 256 bits",
                Some("TLS 1.0"),
                Some("CALG_AES_128 (128 bits), CALG_SHA1 (0 bits), 44550 (256 bits)"),
            ),
            ("TLS protocol 12288 negotiation succeeded using bulk", Some("12288"), None),
            ("TLS protocol", None, None),
        ] {
            let negotiated = Negotiated::parse(message);
            assert_eq!(negotiated.protocol.as_deref(), protocol, "{message}");
            assert_eq!(negotiated.cipher.as_deref(), cipher, "{message}");
        }
    }
}
