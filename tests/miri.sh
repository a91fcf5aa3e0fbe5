#!/usr/bin/env bash
# Runs the tests of the C ABI under Miri, which knows each pointer's bounds, alignment and owner: wrong uses,
# handles, batches read back through C's own offsets.
#   tests/miri.sh [FILTER...]
# Needs rustup's nightly with miri and rust-src.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
filters=("$@")
if [ ${#filters[@]} -eq 0 ]; then
    # Those that read whole logs and judge take hours under Miri; what is pointed at is the same.
    filters=(ffi::misuse ffi::handle ffi::caller_memory ffi::text ffi::error a_cleared_batch --skip panics --skip many_threads)
fi
# Files are read, and time is asked for.
export MIRIFLAGS=-Zmiri-disable-isolation
# Of the features the one that its tests take; what is compiled from C is linked and not called.
cargo +nightly miri test --quiet --no-default-features --features probe --target-dir target/miri --lib -- "${filters[@]}"
