//! Makes `src/chain/microsoft_programme.tsv` from a table of the Microsoft Trusted Root Program as
//! the CCADB publishes it (IncludedCACertificateReportForMSFT), with these columns: state
//! (`trusted` or `blocked`), SHA-256, SHA-1, subject key identifier, SHA-256 of the public key, end
//! of validity, subject (RFC 4514):
//!
//!     cargo run --example microsoft_programme -- DATE < TABLE > src/chain/microsoft_programme.tsv

use std::error::Error;
use std::io::{self, Read, Write};

use eop_relay::certificate::X500Name;

fn main() -> Result<(), Box<dyn Error>> {
    let date = std::env::args().nth(1).ok_or("give the date of the table, such as 2026-07-19")?;
    let mut table = String::new();
    io::stdin().read_to_string(&mut table)?;
    let mut rows = Vec::new();
    for (number, line) in table.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [state, _, thumbprint, key, _, not_after, subject] = columns[..] else {
            return Err(format!("line {}: expected seven columns", number + 1).into());
        };
        let name: X500Name = windows_form(subject)
            .parse()
            .map_err(|error| format!("line {}: {error}", number + 1))?;
        let (thumbprint, key) = (upper(thumbprint), upper(key));
        rows.push(format!("{state}\t{thumbprint}\t{key}\t{name}\t{not_after}"));
    }
    rows.sort();
    let mut output = io::stdout().lock();
    writeln!(output, "{date}")?;
    rows.iter().try_for_each(|row| writeln!(output, "{row}"))?;
    Ok(())
}

fn upper(hexadecimal: &str) -> String {
    hexadecimal.to_ascii_uppercase()
}

/// An RFC 4514 name with values in quotation marks in place of backslashes.
fn windows_form(name: &str) -> String {
    let mut written = String::new();
    let mut value = String::new();
    let mut in_value = false;
    let mut characters = name.chars();
    let quoted = |value: &mut String| {
        let text = format!("\"{}\"", value.replace('"', "\"\""));
        value.clear();
        text
    };
    while let Some(character) = characters.next() {
        match character {
            '\\' => value.extend(characters.next()),
            '=' if !in_value => {
                written.push('=');
                in_value = true;
            }
            ',' | '+' if in_value => {
                written.push_str(&quoted(&mut value));
                written.push(character);
                in_value = false;
            }
            _ if in_value => value.push(character),
            _ => written.push(character),
        }
    }
    written.push_str(&quoted(&mut value));
    written
}
