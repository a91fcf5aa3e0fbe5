#!/usr/bin/env bash
# Holds the C header and the library for Rust against the version before: what a program was compiled against
# must go on working. Changes of the header are compared by abidiff as types and functions in DWARF; C programs of the
# version before are compiled and run; what cargo-semver-checks finds of the library for Rust must be what
# tests/golden/rust-breaks-since-VERSION.txt lists.
#   tests/compatibility.sh
# The version before is the tag v<version>, else the last commit of that version, by CHANGELOG.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() {
    printf 'compatibility.sh: %s\n' "$*"
}

before=$(sed -n 's/^## \[\([0-9.]*\)\].*/\1/p' CHANGELOG.md | sed -n 2p)
commit=$(git rev-parse --quiet --verify "v$before^{commit}" || true)
if [ -z "$commit" ]; then
    # The commit that gave Cargo.toml another version follows the last one of that version.
    commit=$(git log -1 --format=%H -S"version = \"$before\"" -- Cargo.toml)
    commit=$(git rev-parse --quiet --verify "$commit^" || true)
fi
if [ -z "$commit" ] || [ "$(git show "$commit:Cargo.toml" | sed -n '0,/^version = /s/^version = "\(.*\)"$/\1/p')" != "$before" ]; then
    say "left out: this history has no commit of version $before"
    exit
fi

# library HEADER NAME: a library of what a header declares, with its types.
library() {
    # Each declaration becomes a function that is never called.
    {
        printf '#include "%s"\n' "$1"
        awk '/^[a-z].* \**eop_[a-z0-9_]*\(/ { inside = 1 } inside { line = $0; if (sub(/\);$/, ") { __builtin_trap(); }", line)) inside = 0; print line }' "$1"
    } >"$work/$2.c"
    cc -std=c99 -g -shared -fPIC -fno-eliminate-unused-debug-types -o "$work/$2.so" "$work/$2.c"
}

# Where each member of a struct lies; a test holds the list against C, Rust and C#.
layout=tests/golden/abi-layout.txt
git show "$commit:$layout" | grep -F . | LC_ALL=C sort >"$work/members"
if ! grep -F . "$layout" | LC_ALL=C sort | LC_ALL=C comm -23 "$work/members" - >"$work/moved" || [ -s "$work/moved" ]; then
    say "FAILED: these members of $before are not where they were:"
    cat "$work/moved"
    exit 1
fi
say "$(wc -l <"$work/members") members of structs lie where they lay in $before"

if command -v abidiff >/dev/null; then
    git show "$commit:include/eop_relay.h" >"$work/before.h"
    library "$work/before.h" before
    library "$root/include/eop_relay.h" now
    functions=$(nm -D --defined-only "$work/before.so" | grep -c ' T eop_')
    [ "$functions" -ge 20 ] || {
        say "only $functions functions are found in the header of $before"
        exit 1
    }
    # A struct says its size, and may grow at its end; its members are compared above.
    printf '[suppress_type]\ntype_kind = struct\nhas_data_member_inserted_at = end\n' >"$work/growth"
    abidiff --no-added-syms --suppressions "$work/growth" "$work/before.so" "$work/now.so" || {
        say "FAILED: the header breaks programs that were compiled against that of $before"
        exit 1
    }
    say "$functions functions of the header of $before are there, and take what they took"
else
    say "left out: the header against that of $before (no abidiff; Debian: abigail-tools)"
fi

# Programs of the version before, compiled against its header and against today's.
library=${EOP_RELAY_LIBRARY:-target/quick/libeop_relay.so}
if [ -e "$library" ]; then
    library=$(realpath "$library")
    git archive "$commit" include tests/c tests/golden examples/abi examples/logs | tar -x -C "$work"
    awk '/^[a-z].* \**eop_[a-z0-9_]*\(/ { match($0, /eop_[a-z0-9_]*\(/); print substr($0, RSTART, RLENGTH - 1) }' \
        "$work/include/eop_relay.h" | LC_ALL=C sort >"$work/declared"
    nm -D --defined-only "$library" | sed -n 's/.* T \(eop_.*\)/\1/p' | LC_ALL=C sort >"$work/exported"
    LC_ALL=C comm -23 "$work/declared" "$work/exported" >"$work/lost"
    [ ! -s "$work/lost" ] || {
        say "FAILED: these functions of $before are not in the library:"
        cat "$work/lost"
        exit 1
    }
    for header in "$work/include" "$root/include"; do
        for program in tests/c/sessions.c examples/abi/report.c; do
            cc -std=c99 -Wall -Wextra -Werror -I "$header" -o "$work/$(basename "$program" .c)" "$work/$program" \
                "$library" -Wl,-rpath,"$(dirname "$library")"
        done
        (
            cd "$work" &&
                ./sessions tests/golden/difficult-texts.log | cmp - tests/golden/difficult-texts.jsonl &&
                ./sessions examples/logs/*.LOG | tr -d ' ' | diff <(tr -d ' ' <tests/golden/sessions.jsonl) - &&
                ./report examples/logs 2026-11-17T00:00:00Z | grep '^REFUSED: ' >/dev/null
        ) || {
            say "FAILED: a program of $before does not do with this library what it did"
            exit 1
        }
    done
    say "$(wc -l <"$work/declared") functions of $before are in the library; two programs of $before do what they did," \
        "compiled against either header"
else
    say "left out: programs of $before (no $library: cargo build --profile quick --all-features --lib)"
fi

# rust_breaks: what cargo-semver-checks complained of, a line each, without where it stands.
rust_breaks() {
    awk '/^--- failure / { sub(/:$/, "", $3); check = $3; inside = 0 }
         /^--- warning / { check = "" }
         /^Failed in:/ { inside = 1; next }
         /^$/ { inside = 0 }
         inside && check != "" { sub(/^ +/, ""); sub(/,? (previously )?in( file)? [^ ]*$/, "")
             sub(/ in \/.*/, ""); print check ": " $0 }' | LC_ALL=C sort -u
}

if cargo semver-checks --version >/dev/null 2>&1; then
    accepted=tests/golden/rust-breaks-since-$before.txt
    # As if it were a minor step, so that it lists what breaks; 1 = something does.
    cargo semver-checks --only-explicit-features --features evtx,probe --release-type minor \
        --baseline-rev "$commit" >"$work/semver.txt" 2>&1 || grep -q "^ *Checked " "$work/semver.txt" || {
        cat "$work/semver.txt"
        say "FAILED: cargo-semver-checks compared nothing"
        exit 1
    }
    rust_breaks <"$work/semver.txt" >"$work/breaks"
    { grep '^[^#]' "$accepted" 2>/dev/null || true; } | LC_ALL=C sort -u | diff - "$work/breaks" >"$work/difference" || {
        cat "$work/difference"
        say "FAILED: lines with > break programs in Rust that were written for $before, and are not in $accepted;" \
            "lines with < are there, and break nothing"
        exit 1
    }
    say "the library for Rust breaks what was written for $before in $(wc -l <"$work/breaks") known places ($accepted)"
else
    say "left out: the library for Rust against that of $before (no cargo-semver-checks: cargo install cargo-semver-checks)"
fi
