//! The command `eop-relay`.

fn main() {}
