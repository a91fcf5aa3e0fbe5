#!/bin/sh
# Lays out the module as it is installed, EopRelay/<version>, with the libraries for Windows and
# Linux, as the PowerShell Gallery takes it, and packs it with one of them each: EopRelay-<version>.zip
# for Windows and EopRelay-<version>-linux.zip, each with its .sha256 beside it. What is in the folder and
# in the zips has its checksums in SHA256SUMS there. SOURCE_DATE_EPOCH sets the time of all files.
#   powershell/build/package.sh [FOLDER]          default: target/module
# Needs what build.sh and build/windows.sh need, and zip. EOP_RELAY_LIBRARY and EOP_RELAY_WINDOWS name
# a library for Linux and a folder with those for Windows that are already built.
# EOP_RELAY_PROJECT_URI names the address of the project, for ProjectUri and HelpUri.
# EOP_RELAY_SIGNING_PFX and the other variables of sign.sh have its files signed.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
out=${1:-$root/target/module}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)

command -v zip >/dev/null || {
    echo "package.sh: there is no zip (Debian: zip)" >&2
    exit 1
}
mkdir -p "$out"
out=$(CDPATH='' cd -- "$out" && pwd)
module=$out/EopRelay/$version
rm -rf "$out/EopRelay" "$out/EopRelay-$version".zip* "$out/EopRelay-$version"-linux.zip*
mkdir -p "$module/bin"

cd "$root/powershell/EopRelay"
cp EopRelay.psd1 ./*.psm1 ./*.ps1xml "$root/LICENSE" "$module"
cp -r en-US shared "$module"
"$root/powershell/build/stamp.sh" "$module"
"$root/powershell/build/build.sh" "$module/bin" >/dev/null
windows=${EOP_RELAY_WINDOWS:-$("$root/build/windows.sh" "$root/target/windows/release")}
mkdir -p "$module/bin/win-x64"
cp "$windows/eop_relay.dll" "$windows/eop-relay.exe" "$module/bin/win-x64"
(cd "$root" && "${CARGO:-cargo}" run --quiet --profile quick --all-features --example third_party_notices -- \
    x86_64-pc-windows-gnu,x86_64-unknown-linux-gnu cli) >"$module/THIRD-PARTY-NOTICES.txt"

cd "$module"
# Notepad and Windows PowerShell expect it.
find . -type f ! -path './bin/*' -exec sed -i 's/\r*$/\r/' {} +
# Where a certificate to sign with is given.
if [ -n "${EOP_RELAY_SIGNING_PFX:-}" ]; then
    "$root/powershell/build/sign.sh" .
fi
find . -type f | sed 's|^\./||' | LC_ALL=C sort | xargs -d '\n' sha256sum >"$out/SHA256SUMS"
mv "$out/SHA256SUMS" .
find . -type f -exec chmod 644 {} +

# pack ZIP FOLDER_OF_BIN: all but what is for the system of that folder.
pack() {
    work=$(mktemp -d)
    cp -r "$out/EopRelay" "$work"
    rm -r "$work/EopRelay/$version/bin/$2"
    sed -i "\|  bin/$2/|d" "$work/EopRelay/$version/SHA256SUMS"
    if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
        find "$work" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
    fi
    # The same names in the same order whatever the file system does.
    (cd "$work" && find EopRelay -type f | LC_ALL=C sort | zip -q -X -9 "$out/$1" -@)
    rm -r "$work"
    (cd "$out" && sha256sum "$1" >"$1.sha256")
    echo "$out/$1"
}

pack "EopRelay-$version.zip" linux-x64
pack "EopRelay-$version-linux.zip" win-x64
