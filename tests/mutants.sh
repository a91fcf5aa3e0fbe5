#!/usr/bin/env bash
# Changes the judgement in small ways (src/diagnosis, src/connector), one at a time, and fails where no
# test notices. A mutant is compiled with the tests of the library: minutes each on a small machine.
#   tests/mutants.sh              a sample: what decides chance, age and near names, for 10 minutes
#   tests/mutants.sh SHARD        one part of all, such as 3/400; for a machine that has hours
# What the sample did not reach in its time, it says. Survivors stand in target/mutants/mutants.out; those that
# are known, in tests/mutants.tsv with the reason of each (tests/mutants.md), are no failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

if ! command -v cargo-mutants >/dev/null 2>&1; then
    PATH=$PWD/target/tools/cargo-mutants/bin:$PATH
    command -v cargo-mutants >/dev/null 2>&1 ||
        cargo install --quiet --locked --root target/tools/cargo-mutants cargo-mutants@27.1.0 || {
        echo "tests/mutants.sh: left out (cargo-mutants cannot be installed)"
        exit 0
    }
fi

if [ $# -gt 0 ]; then
    seconds=18000
    choice=(-f 'src/diagnosis/**' -f 'src/connector/**' --shard "$1")
    tests=(--lib --test diagnosis)
else
    seconds=600
    choice=(-f src/diagnosis/observation/chance.rs -f src/diagnosis/observation/age.rs
        -f src/connector/nearest_miss.rs --shuffle)
    tests=(--lib -E 'test(diagnosis) | test(connector)')
fi

# Its own copy of the sources; what it compiled of the dependencies is kept for the next time.
mkdir -p target/mutants
CARGO_TARGET_DIR=$PWD/target/mutants/build timeout --signal=INT --kill-after=60 "$seconds" \
    cargo mutants --baseline skip --timeout 600 --output target/mutants --test-tool nextest \
    --profile quick --all-features "${choice[@]}" -- "${tests[@]}"
status=$?
found=target/mutants/mutants.out
lines() {
    if [ -f "$found/$1.txt" ]; then wc -l <"$found/$1.txt"; else echo 0; fi
}
# Those of missed.txt that are not known; the list names file and change without the line, which moves.
unknown() {
    [ -f "$found/missed.txt" ] || return 0
    awk -F '\t' 'NR == FNR { if ($0 !~ /^#/) known[$2 ": " $3] = 1; next }
        { key = $0; sub(/:[0-9]+:[0-9]+: /, ": ", key); if (!(key in known)) print }' \
        tests/mutants.tsv "$found/missed.txt"
}
echo "tests/mutants.sh: $(lines caught) noticed, $(lines missed) not noticed, $(lines unviable) do not compile, $(lines timeout) without an end"
missed=$(unknown)
if [ -n "$missed" ] || [ "$(lines timeout)" -gt 0 ]; then
    echo "tests/mutants.sh: not noticed, and not in tests/mutants.tsv:"
    printf '%s\n' "$missed"
    cat "$found/timeout.txt"
    exit 1
fi
case $status in
    # 2: only what is known was not noticed.
    0 | 2) ;;
    124 | 130 | 137) echo "tests/mutants.sh: the rest was not reached in $seconds s" ;;
    *) exit "$status" ;;
esac
