#!/bin/sh
# Builds what is published, on Linux, into a folder: the module with both libraries and the command
# for Windows, with the notices of everything that is linked, and SHA256SUMS.
#   build/release.sh [FOLDER]          default: target/publish
# Needs what powershell/build/build.sh and build/windows.sh need, and zip.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
out=${1:-$root/target/publish}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
mkdir -p "$out"
out=$(CDPATH='' cd -- "$out" && pwd)
cd "$root"

EOP_RELAY_WINDOWS=$(build/windows.sh target/windows/release)
export EOP_RELAY_WINDOWS
powershell/build/package.sh target/module >/dev/null
cp "target/module/EopRelay-$version.zip" "$out"

cd "$out"
find . -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS
cat SHA256SUMS
