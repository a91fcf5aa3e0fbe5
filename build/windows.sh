#!/bin/sh
# Builds eop_relay.dll and eop-relay.exe for 64-bit Windows on Linux, into a folder. What was built
# from the same sources before is taken from the cache.
#   build/windows.sh [--quick] FOLDER
# --quick: the profile of the tests, in a fraction of the time; else as they are shipped.
# Needs gcc-mingw-w64-x86-64 and one of these:
#   rustup target add x86_64-pc-windows-gnu
#   Debian's rustc-web, rust-web-src and cargo-web, which build the standard library along
# EOP_RELAY_CACHE names the cache's folder, else it is eop-relay in XDG_CACHE_HOME.
set -eu

profile=release
if [ "${1:-}" = --quick ]; then
    profile=quick
    shift
fi
folder=${1:?the folder to build into}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${EOP_RELAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/eop-relay}/windows
triple=x86_64-pc-windows-gnu

fail() {
    echo "windows.sh: $1" >&2
    exit 1
}

has_debian_rust() {
    [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] &&
        [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ]
}

case $folder in
    /*) ;;
    *) folder=$PWD/$folder ;;
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

# What they are made of, in one number.
sources() {
    {
        "$compiler" --version --verbose
        find Cargo.toml Cargo.lock build.rs cbindgen.toml src build/windows.sh -type f |
            LC_ALL=C sort | xargs sha256sum
    } | sha256sum | cut -c 1-32
}

# compile ARGUMENTS...: the same in every clone, else all crates would be compiled anew.
compile() {
    "$cargo" "$@" --quiet --locked --profile "$profile" --target "$triple" $build_std
}

key=$(sources)-$profile
built=$cache/$key

if [ ! -d "$built" ]; then
    # What a test runner says of its own toolchain does not hold for this one.
    unset LD_LIBRARY_PATH CARGO_ENCODED_RUSTFLAGS RUSTFLAGS
    export CARGO_TARGET_DIR="$cache/target"
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
    if [ "$profile" = quick ]; then
        compile build --features cli --lib --bins
    else
        # Alone, for cargo leaves link-time optimisation out of a library that is cdylib and rlib at once.
        compile rustc --lib --crate-type cdylib
        compile rustc --features cli --bin eop-relay
    fi
    [ "$(sources)-$profile" = "$key" ] || fail "the sources were changed while they were built: run it again"
    mkdir -p "$cache"
    fresh=$(mktemp -d "$cache/fresh.XXXXXX")
    cp "$CARGO_TARGET_DIR/$triple/$profile/eop_relay.dll" "$CARGO_TARGET_DIR/$triple/$profile/eop-relay.exe" "$fresh"
    mv -T "$fresh" "$built" 2>/dev/null || rm -rf "$fresh"
    # The last few are kept: branches and their base take turns.
    ls -dt "$cache"/*/ | grep -v '/target/$' | tail -n +9 | xargs -r rm -rf
fi

mkdir -p "$folder"
for name in eop_relay.dll eop-relay.exe; do
    cp "$built/$name" "$folder/$name.new"
    mv -f "$folder/$name.new" "$folder/$name"
done
echo "$folder"
