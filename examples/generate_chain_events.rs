//! Makes an exported CAPI2 log of any size, to see what reading it takes:
//! `cargo run --release --example generate_chain_events -- 100000000 > capi2.xml`

#[path = "../tests/support/chain_event_log.rs"]
mod chain_event_log;

use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let bytes = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1 << 20);
    let mut output = BufWriter::new(io::stdout().lock());
    chain_event_log::write_log(&mut output, bytes)?;
    output.flush()
}
