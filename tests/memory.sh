#!/usr/bin/env bash
# Runs the C programs over the library under valgrind: what they do to it, right and wrong, reads and writes
# nothing that is not theirs, and everything that was taken is given back.
#   tests/memory.sh LIBRARY
# Needs cc and valgrind.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
library=$(readlink -f "${1:?the library}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

# check PROGRAM ARGUMENTS...
check() {
    local program=$1
    shift
    cc -std=c99 -g -Iinclude -Itests/c -o "$work/$program" "tests/c/$program.c" "$library" -Wl,-rpath,"$(dirname "$library")"
    valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite "$work/$program" "$@" >"$work/out"
    printf 'memory.sh: %s %s: no error, nothing lost\n' "$program" "$*"
}

check sessions examples/logs
check sessions --batch 1 tests/golden/difficult-texts.log tests/fixtures/iis/ex261116.log
check misuse
