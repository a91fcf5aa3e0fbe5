#!/usr/bin/env bash
# Runs every fuzz target for a time, and ends with the first input that does harm, which stays in
# fuzz/artifacts. What was found to be of interest stays in fuzz/corpus.
#   fuzz/run.sh [SECONDS [TARGET...]]       60 seconds a target unless given
# Needs cargo-fuzz, and a compiler that takes nightly flags: any, by RUSTC_BOOTSTRAP=1. AddressSanitizer
# comes with rustup's toolchains.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=${1:-60}
shift || true
cd "$root"
export RUSTC_BOOTSTRAP=1
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(cut -f 1 fuzz/seeds.tsv | uniq)
fi
for target in "${targets[@]}"; do
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus"
    while IFS=$'\t' read -r name file; do
        [ "$name" != "$target" ] || cp "$file" "$corpus/seed-$(basename "$file")"
    done <fuzz/seeds.tsv
    cargo fuzz run "$target" -- -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=4096
done
