#!/usr/bin/env bash
# Runs a storm of calls of the C ABI under AddressSanitizer, which finds what is read or written outside of its
# memory, used after it was freed, or never freed.
#   tests/sanitizer.sh [CALLS [THREADS [SEED]]]
# The flag is one of nightly compilers, which a stable one takes too where it is told to.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
if ! compgen -G "$(rustc --print sysroot)/lib/rustlib/$host/lib/librustc*asan*" >/dev/null; then
    echo "left out: calls under AddressSanitizer (this compiler brings none; those of rustup do)"
    exit
fi
export RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address
# A target by its name, so that build scripts and macros are compiled without.
cargo run --quiet --target "$host" --target-dir "${EOP_RELAY_SANITIZER_TARGET:-target/sanitizer}" \
    --no-default-features --features probe --example abi_storm -- "${1:-200000}" "${2:-4}" "${3:-1}"
