#!/bin/sh
# Builds eop_relay.dll for 64-bit Windows on Linux, into powershell/EopRelay/bin/win-x64 (or the file
# given). What was built from the same sources before is taken from the cache.
#   powershell/build/build-windows.sh [FILE]
# Needs gcc-mingw-w64-x86-64 and one of these:
#   rustup target add x86_64-pc-windows-gnu
#   Debian's rustc-web, rust-web-src and cargo-web, which build the standard library along
# EOP_RELAY_CACHE names the cache's folder, else it is eop-relay in XDG_CACHE_HOME.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
file=${1:-$root/powershell/EopRelay/bin/win-x64/eop_relay.dll}
cache=${EOP_RELAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/eop-relay}/windows
triple=x86_64-pc-windows-gnu

fail() {
    echo "build-windows.sh: $1" >&2
    exit 1
}

has_debian_rust() {
    [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] &&
        [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ]
}

case $file in
    /*) ;;
    *) file=$PWD/$file ;;
esac
cd "$root"
command -v x86_64-w64-mingw32-gcc >/dev/null || fail "there is no x86_64-w64-mingw32-gcc (Debian: gcc-mingw-w64-x86-64)"
build_std=
if command -v rustup >/dev/null && rustup target list --installed | grep -qx "$triple"; then
    cargo=cargo
    compiler=rustc
elif has_debian_rust; then
    cargo=/usr/bin/cargo
    compiler=/usr/bin/rustc
    build_std=-Zbuild-std=std,panic_unwind
    export RUSTC=$compiler RUSTC_BOOTSTRAP=1
else
    fail "there is no Rust for $triple: run rustup target add $triple, or install rustc-web rust-web-src cargo-web"
fi

# What the library is made of, in one number.
sources() {
    {
        "$compiler" --version --verbose
        find Cargo.toml Cargo.lock build.rs cbindgen.toml src powershell/build/build-windows.sh -type f |
            LC_ALL=C sort | xargs sha256sum
    } | sha256sum | cut -c 1-32
}

key=$(sources)
built=$cache/$key/eop_relay.dll

if [ ! -f "$built" ]; then
    # What a test runner says of its own toolchain does not hold for this one.
    unset LD_LIBRARY_PATH CARGO_ENCODED_RUSTFLAGS RUSTFLAGS
    # The same in every clone, else all crates would be compiled anew.
    export CARGO_TARGET_DIR="$cache/target"
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
    # Alone, for cargo leaves link-time optimisation out of a library that is cdylib and rlib at once.
    "$cargo" rustc --quiet --locked --release --lib --crate-type cdylib --target "$triple" $build_std
    [ "$(sources)" = "$key" ] || fail "the sources were changed while they were built: run it again"
    mkdir -p "$cache/$key"
    cp "$CARGO_TARGET_DIR/$triple/release/eop_relay.dll" "$built.$$"
    mv -f "$built.$$" "$built"
    # The last few are kept: branches and their base take turns.
    ls -dt "$cache"/*/ | grep -v '/target/$' | tail -n +9 | xargs -r rm -rf
fi

mkdir -p "$(dirname -- "$file")"
cp "$built" "$file.new"
mv -f "$file.new" "$file"
echo "$file"
