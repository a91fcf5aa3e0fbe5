//! Generates the C header of the ABI.

fn main() {}
