#!/usr/bin/env bash
# Runs every check of the project that this machine can run, the tests last, and fails if one of
# them fails. What is missing is installed where that is possible (as root, by apt-get); what stays
# missing is named with what is left out for it.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

failed=()

say() {
    printf 'tests/run.sh: %s\n' "$*"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# check NAME COMMAND...: runs the command; a failure is said and remembered.
check() {
    local name=$1
    shift
    say "$name"
    if ! "$@"; then
        say "FAILED: $name"
        failed+=("$name")
    fi
}

can_build_for_windows() {
    if have rustup && rustup target list --installed 2>/dev/null | grep -qx x86_64-pc-windows-gnu; then
        return
    fi
    [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] &&
        [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ]
}

install_missing_packages() {
    local missing=()
    have gcc || missing+=(gcc)
    have g++ || missing+=(g++)
    have mcs || missing+=(mono-mcs)
    have mono || missing+=(mono-runtime)
    have zip || missing+=(zip)
    # For the library for Windows and its tests: see powershell/build/build-windows.sh.
    have x86_64-w64-mingw32-gcc || missing+=(gcc-mingw-w64-x86-64)
    [ -e /usr/lib/wine/wine64 ] || missing+=(wine64)
    if ! can_build_for_windows; then
        missing+=(rustc-web rust-web-src cargo-web)
    fi
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi
    if [ "$(id -u)" -ne 0 ] || ! have apt-get; then
        say "not installed, as that takes root and apt-get: ${missing[*]}"
        return
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null; then
        say "could not be installed: ${missing[*]}"
    fi
}

say_what_is_left_out() {
    have gcc || say "left out: the C ABI as C99 (no gcc)"
    have g++ || say "left out: the C ABI as C++17 (no g++)"
    have mcs || say "left out: the C# layer (no mcs)"
    have mono || say "left out: running the C# layer (no mono)"
    have zip || say "left out: packing the module (no zip)"
    have x86_64-w64-mingw32-gcc || say "left out: the library for Windows (no x86_64-w64-mingw32-gcc)"
    can_build_for_windows || say "left out: the library for Windows (no Rust for x86_64-pc-windows-gnu)"
    [ -e /usr/lib/wine/wine64 ] || say "left out: running the library for Windows (no wine64)"
    have pwsh || say "left out: PowerShell tests not run (no pwsh)"
    { have node && have npm; } || say "left out: the syntax of the PowerShell scripts (no node or npm)"
    have cargo-deny || say "left out: licences and advisories of the dependencies (no cargo-deny)"
    cargo fmt --version >/dev/null 2>&1 || say "left out: formatting (no rustfmt)"
    cargo clippy --version >/dev/null 2>&1 || say "left out: lints (no clippy)"
}

run_tests() {
    # The runner's summary is the last word, so what it does not run comes before it.
    if cargo nextest --version >/dev/null 2>&1; then
        check "examples in the documentation" cargo test --all-features --doc --quiet
        check "tests" cargo nextest run --all-features
    else
        check "tests" cargo test --all-features
    fi
}

install_missing_packages
say_what_is_left_out
if cargo fmt --version >/dev/null 2>&1; then
    check "formatting" cargo fmt --check
fi
if cargo clippy --version >/dev/null 2>&1; then
    check "lints" cargo clippy --quiet --all-targets --all-features -- -D warnings
fi
if have cargo-deny; then
    check "licences, duplicates and sources" cargo deny --all-features check --hide-inclusion-graph licenses bans sources
    # The advisories are fetched from the network, which a machine need not have.
    if cargo deny fetch >/dev/null 2>&1; then
        check "advisories" cargo deny --all-features check advisories
    else
        say "left out: advisories (their database cannot be fetched)"
    fi
fi
if have node && have npm; then
    check "syntax of the PowerShell scripts" tests/powershell/syntax.sh
fi
if have x86_64-w64-mingw32-gcc && can_build_for_windows; then
    # Minutes where nothing is cached; the tests take it from the cache.
    check "the library for Windows" powershell/build/build-windows.sh target/windows/eop_relay.dll
fi
if [ ${#failed[@]} -gt 0 ]; then
    say "FAILED before the tests: ${failed[*]}"
fi
run_tests
[ ${#failed[@]} -eq 0 ]
