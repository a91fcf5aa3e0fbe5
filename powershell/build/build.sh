#!/bin/sh
# Lays out the module for this Linux machine: the native library and the C# assembly, into
# powershell/EopRelay/bin (or the folder given). Needs cargo and Mono's mcs (Debian: mono-mcs).
#   powershell/build/build.sh [BIN_FOLDER]
# EOP_RELAY_LIBRARY names a library that is already built.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${1:-$root/powershell/EopRelay/bin}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)

cd "$root"
library=${EOP_RELAY_LIBRARY:-}
if [ -z "$library" ]; then
    # Alone, for cargo leaves link-time optimisation out of a library that is cdylib and rlib at once.
    "${CARGO:-cargo}" rustc --release --lib --crate-type cdylib
    library=${CARGO_TARGET_DIR:-target}/release/libeop_relay.so
fi

mkdir -p "$bin/linux-x64"
# Under a new name first: a process may have the old file loaded.
cp "$library" "$bin/linux-x64/libeop_relay.so.new"
mv -f "$bin/linux-x64/libeop_relay.so.new" "$bin/linux-x64/libeop_relay.so"

# C# 5 is what the csc.exe of every Windows compiles.
mcs -langversion:5 -unsafe -optimize -warn:4 -warnaserror -target:library \
    -out:"$bin/EopRelay.Interop.$version.dll" -recurse:'powershell/interop/*.cs'

printf 'Import-Module %s\n' "${bin%/bin}/EopRelay.psd1"
