//! The words that the program knows, and so the only ones that mean anything to it.

use std::collections::HashSet;

use once_cell::sync::Lazy;

use crate::certificate::{Certificate, DistinguishedName, X500Name};
use crate::chain::embedded_roots;
use crate::eop_host::is_eop_host;

/// The words of the program's own texts and of the formats that it reads, in small letters, a line each.
const WORDS: &str = include_str!("known_words.txt");

/// The roots of Microsoft's programme: their thumbprints and names stand in it.
const PROGRAMME: &str = include_str!("../chain/microsoft_programme.tsv");

/// Domains of Microsoft and of public mail providers: everybody's, and nobody's secret.
const PUBLIC_DOMAINS: [&str; 28] = [
    "outlook.com",
    "office.com",
    "office.net",
    "office365.com",
    "office365.us",
    "outlook.cn",
    "microsoft.com",
    "microsoftonline.com",
    "microsoftonline.us",
    "mx.microsoft",
    "windows.net",
    "windows.com",
    "windowsupdate.com",
    "exchangelabs.com",
    "live.com",
    "hotmail.com",
    "msn.com",
    "gmail.com",
    "googlemail.com",
    "google.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.net",
    "gmx.de",
    "proton.me",
    "spamhaus.org",
];

/// Below these the first label is a tenant's.
const TENANT_DOMAINS: [&str; 7] = [
    "mail.protection.outlook.com",
    "mail.onmicrosoft.com",
    "onmicrosoft.com",
    "onmicrosoft.us",
    "partner.onmschina.cn",
    "mx.microsoft",
    "olc.protection.outlook.com",
];

/// Second labels below which the names of owners begin, under a country's domain.
const SECOND_LEVEL: [&str; 9] = ["co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"];

/// The words in the names of public roots.
static OF_AUTHORITIES: Lazy<HashSet<String>> = Lazy::new(|| {
    let subjects = embedded_roots().iter().map(|root| root.subject.to_string().to_lowercase());
    let words = |subject: String| {
        let words = subject.split(|character: char| !character.is_alphanumeric());
        words.filter(|word| word.len() > 1).map(str::to_owned).collect::<Vec<_>>()
    };
    subjects.flat_map(words).collect()
});

static KNOWN: Lazy<HashSet<String>> = Lazy::new(|| {
    let of_domains = PUBLIC_DOMAINS.iter().flat_map(|domain| domain.split('.'));
    let words = WORDS.lines().chain(of_domains).map(str::to_owned);
    words.chain(OF_AUTHORITIES.iter().cloned()).collect()
});

static ROOT_THUMBPRINTS: Lazy<HashSet<String>> = Lazy::new(|| {
    let embedded = embedded_roots().iter().map(|root| root.thumbprint().to_string());
    let programme = PROGRAMME
        .split(|character: char| !character.is_ascii_hexdigit())
        .filter(|word| word.len() == 40);
    embedded.chain(programme.map(str::to_owned)).map(|text| text.to_uppercase()).collect()
});

/// The organisations and names of public roots.
static AUTHORITIES: Lazy<HashSet<String>> = Lazy::new(|| {
    let names = embedded_roots().iter().flat_map(|root| {
        let subject = root.subject.to_string();
        let values = subject.split(", ").filter_map(|part| part.split_once('='));
        values.map(|(_, value)| plain(value)).collect::<Vec<String>>()
    });
    let listed = PROGRAMME.lines().filter_map(|line| line.split('\t').nth(3)).flat_map(|subject| {
        let name: Option<X500Name> = subject.parse().ok();
        name.iter().flat_map(X500Name::values).map(plain).collect::<Vec<String>>()
    });
    names.chain(listed).filter(|name| name.len() > 3).collect()
});

fn plain(value: &str) -> String {
    value.trim().trim_matches('"').to_lowercase()
}

/// Whether a certificate is one of a public authority, which is everybody's: a root of the lists, or an
/// issuer whose own and whose issuer's organisation has such a root.
#[must_use]
pub fn is_public_authority(certificate: &Certificate) -> bool {
    let is_named = |name: &DistinguishedName| {
        let name = name.to_string();
        name.split(", ").any(|part| part.strip_prefix("O=").is_some_and(KnownWords::is_authority))
    };
    KnownWords::is_root(&certificate.thumbprint().to_string())
        || (certificate.is_authority()
            && is_named(&certificate.subject)
            && is_named(&certificate.issuer))
}

/// What is known.
pub(super) struct KnownWords;

impl KnownWords {
    /// Whether the program knows a word, in any case.
    pub fn has(word: &str) -> bool {
        KNOWN.contains(word) || KNOWN.contains(&word.to_lowercase())
    }

    /// Whether all words of a name such as `NeedsConfiguration` or `SMTPServer` are known.
    pub fn has_all_of(name: &str) -> bool {
        let letters: Vec<char> = name.chars().collect();
        let mut word = String::new();
        let mut words = 0;
        for (place, letter) in letters.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| letters.get(before));
            let begins = letter.is_uppercase()
                && before.is_some_and(|before| {
                    before.is_lowercase()
                        || letters.get(place + 1).is_some_and(|next| next.is_lowercase())
                });
            if begins {
                if word.len() < 2 || !Self::has(&word) {
                    return false;
                }
                words += 1;
                word.clear();
            }
            word.push(*letter);
        }
        words > 0 && word.len() > 1 && Self::has(&word)
    }

    /// Whether a thumbprint is one of a public root.
    pub fn is_root(thumbprint: &str) -> bool {
        ROOT_THUMBPRINTS.contains(&thumbprint.to_uppercase())
    }

    /// Whether the value of a name's attribute is one of a public authority.
    pub fn is_authority(value: &str) -> bool {
        AUTHORITIES.contains(&plain(value))
    }

    /// How many labels at the end of a domain stay: all, those of Microsoft after a tenant's, or those
    /// below which owners' names begin.
    pub fn public_labels(labels: &[&str]) -> usize {
        let name = labels.join(".").to_ascii_lowercase();
        let is_below = |domain: &&&str| {
            name.strip_suffix(**domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        // DB9EUR01FT019: a machine of Microsoft's.
        let is_machine = |label: &&str| {
            let digits = label.bytes().filter(u8::is_ascii_digit).count();
            label.len() > 11
                && digits > 3
                && label.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        if is_eop_host(&name) && labels.first().is_some_and(is_machine) {
            return labels.len();
        }
        if let Some(domain) = TENANT_DOMAINS.iter().find(is_below) {
            return domain.split('.').count();
        }
        let is_authoritys = AUTHORITIES.contains(&name);
        if is_authoritys
            || is_eop_host(&name)
            || PUBLIC_DOMAINS.iter().any(|domain| is_below(&domain))
        {
            return labels.len();
        }
        match labels {
            [.., second, country]
                if country.len() == 2
                    && labels.len() > 2
                    && SECOND_LEVEL.contains(&&*second.to_ascii_lowercase()) =>
            {
                2
            }
            _ => 1,
        }
    }
}
