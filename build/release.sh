#!/bin/sh
# Builds what is published, on Linux, into a folder; the same bytes from the same commit and compilers,
# but for the nupkg, which holds the time of its making.
#   build/release.sh [FOLDER]          default: target/publish
#   EopRelay-VERSION.zip                     the module for Windows
#   EopRelay-VERSION-linux.zip               the module for PowerShell on Linux
#   EopRelay.VERSION.nupkg                   the module for both, for the PowerShell Gallery, where there is a pwsh
#   eop-relay-VERSION-x86_64-windows.zip     the command for Windows
#   eop-relay-VERSION-x86_64-linux.tar.gz    command, library, C header and pkg-config file for Linux
#   eop-relay_VERSION_amd64.deb              the same for Debian, with manual pages and completions
#   eop-relay-VERSION.cdx.json               what is linked (CycloneDX)
#   winget-VERSION.zip                       manifests for winget, where EOP_RELAY_URL says where the files will lie
#   SHA256SUMS
# Needs what powershell/build/build.sh, build/windows.sh and build/linux.sh need, zip and dpkg-deb. EOP_RELAY_LIBRARY,
# EOP_RELAY_COMMAND and EOP_RELAY_WINDOWS name what is already built: the library and the command for
# Linux, and the folder with those for Windows.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
out=${1:-$root/target/publish}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
targets=x86_64-pc-windows-gnu,x86_64-unknown-linux-gnu
musl=x86_64-unknown-linux-musl
mkdir -p "$out"
out=$(CDPATH='' cd -- "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

# The time of every file in what is published.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C

build() {
    EOP_RELAY_LIBRARY=${EOP_RELAY_LIBRARY:-$(build/linux.sh)}
    if [ -z "${EOP_RELAY_COMMAND:-}" ]; then
        # Static where that can be built: then it runs on any Linux. The library needs the system's C library.
        if command -v musl-gcc >/dev/null && rustup target list --installed 2>/dev/null | grep -qx "$musl" &&
            cargo build --quiet --locked --release --features cli --bin eop-relay --target "$musl"; then
            EOP_RELAY_COMMAND=$root/target/$musl/release/eop-relay
        else
            echo "release.sh: the command needs this system's C library (no musl-gcc, or no $musl: rustup target add $musl)" >&2
            cargo build --quiet --locked --release --features cli --bin eop-relay
            EOP_RELAY_COMMAND=$root/target/release/eop-relay
        fi
    fi
    if [ -z "${EOP_RELAY_WINDOWS:-}" ]; then
        EOP_RELAY_WINDOWS=$(build/windows.sh target/windows/release)
    fi
    export EOP_RELAY_LIBRARY EOP_RELAY_WINDOWS
}

# notices ARGUMENTS...: see examples/third_party_notices.rs.
notices() {
    cargo run --quiet --locked --profile quick --all-features --example third_party_notices -- "$@"
}

# set_times FOLDER
set_times() {
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# pack_zip NAME FOLDER: FOLDER of $work as a zip.
pack_zip() {
    set_times "$work/$2"
    rm -f "$out/$1"
    (cd "$work" && find "$2" -type f | sort | zip -q -X -9 "$out/$1" -@)
}

pack_module() {
    powershell/build/package.sh "$work/module" >/dev/null
    mv "$work/module/EopRelay" "$work/EopRelay"
    mv "$work/module/EopRelay-$version.zip" "$work/module/EopRelay-$version-linux.zip" "$out"
}

# A repository in a folder makes the package that the gallery takes.
pack_gallery() {
    if ! command -v pwsh >/dev/null; then
        echo "release.sh: left out: EopRelay.$version.nupkg (no pwsh)" >&2
        return
    fi
    mkdir "$work/gallery"
    MODULE=$work/EopRelay/$version GALLERY=$work/gallery pwsh -NoProfile -NonInteractive -Command '
        $ErrorActionPreference = "Stop"
        $name = "EopRelay" + [System.Guid]::NewGuid().ToString("N")
        Register-PSResourceRepository -Name $name -Uri $env:GALLERY -Trusted
        try { Publish-PSResource -Path $env:MODULE -Repository $name }
        finally { Unregister-PSResourceRepository -Name $name }'
    cp "$work/gallery/EopRelay.$version.nupkg" "$out"
}

pack_windows() {
    folder=eop-relay-$version-x86_64-windows
    mkdir "$work/$folder"
    cp "$EOP_RELAY_WINDOWS/eop-relay.exe" LICENSE README.md "$work/THIRD-PARTY-NOTICES.txt" "$work/$folder"
    pack_zip "$folder.zip" "$folder"
}

# The three files of a version in the repository of winget (schema 1.6.0), for the zip of the command.
pack_winget() {
    [ -n "${EOP_RELAY_URL:-}" ] || return 0
    zip=eop-relay-$version-x86_64-windows
    folder=$work/winget-$version
    mkdir "$folder"
    identity="PackageIdentifier: EopRelay.EopRelay
PackageVersion: $version"
    schema=https://aka.ms/winget-manifest
    cat >"$folder/EopRelay.EopRelay.yaml" <<YAML
# yaml-language-server: \$schema=$schema.version.1.6.0.schema.json
$identity
DefaultLocale: en-US
ManifestType: version
ManifestVersion: 1.6.0
YAML
    cat >"$folder/EopRelay.EopRelay.installer.yaml" <<YAML
# yaml-language-server: \$schema=$schema.installer.1.6.0.schema.json
$identity
InstallerType: zip
NestedInstallerType: portable
NestedInstallerFiles:
- RelativeFilePath: $zip\eop-relay.exe
  PortableCommandAlias: eop-relay
Commands:
- eop-relay
Installers:
- Architecture: x64
  InstallerUrl: ${EOP_RELAY_URL%/}/$zip.zip
  InstallerSha256: $(sha256sum "$out/$zip.zip" | cut -c 1-64 | tr a-f A-F)
ManifestType: installer
ManifestVersion: 1.6.0
YAML
    cat >"$folder/EopRelay.EopRelay.locale.en-US.yaml" <<YAML
# yaml-language-server: \$schema=$schema.defaultLocale.1.6.0.schema.json
$identity
PackageLocale: en-US
Publisher: The EopRelay project
PackageName: EopRelay
License: MIT OR Apache-2.0
ShortDescription: Why does Exchange Online Protection refuse this server's mail, and what is to be done?
Tags:
- certificate
- exchange
- smtp
- tls
ManifestType: defaultLocale
ManifestVersion: 1.6.0
YAML
    pack_zip "winget-$version.zip" "winget-$version"
}

# lay_out PREFIX LIBRARY_FOLDER: the files for Linux below a prefix, with the library's folder in it.
lay_out() {
    install -D -m 755 "$EOP_RELAY_COMMAND" "$1/bin/eop-relay"
    install -D -m 644 "$EOP_RELAY_LIBRARY" "$1/$2/libeop_relay.so"
    install -D -m 644 include/eop_relay.h "$1/include/eop_relay.h"
    mkdir -p "$1/$2/pkgconfig"
    cat >"$1/$2/pkgconfig/eop_relay.pc" <<PC
prefix=\${pcfiledir}/$(echo "$2/pkgconfig" | sed 's|[^/]*|..|g')
Name: eop_relay
Description: Why does Exchange Online Protection refuse mail?
Version: $version
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/$2 -leop_relay
PC
    chmod 644 "$1/$2/pkgconfig/eop_relay.pc"
}

pack_linux() {
    folder=eop-relay-$version-x86_64-linux
    lay_out "$work/$folder" lib
    cp LICENSE README.md "$work/THIRD-PARTY-NOTICES.txt" "$work/$folder"
    tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf - "$folder" |
        gzip -n -9 >"$out/$folder.tar.gz"
}

# The GNU C library that the files for Linux need at least.
needed_glibc() {
    objdump -T "$EOP_RELAY_COMMAND" "$EOP_RELAY_LIBRARY" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -V | tail -n 1
}

pack_debian() {
    package=$work/debian
    lay_out "$package/usr" lib/x86_64-linux-gnu
    install -D -m 644 LICENSE "$package/usr/share/doc/eop-relay/copyright"
    gzip -n -9 -c "$work/THIRD-PARTY-NOTICES.txt" >"$package/usr/share/doc/eop-relay/THIRD-PARTY-NOTICES.txt.gz"
    mkdir -p "$package/usr/share/man/man1" "$package/usr/share/bash-completion/completions" \
        "$package/usr/share/zsh/vendor-completions" "$package/usr/share/fish/vendor_completions.d" "$package/DEBIAN"
    "$EOP_RELAY_COMMAND" man "$package/usr/share/man/man1"
    gzip -n -9 "$package"/usr/share/man/man1/*.1
    "$EOP_RELAY_COMMAND" completions bash >"$package/usr/share/bash-completion/completions/eop-relay"
    "$EOP_RELAY_COMMAND" completions zsh >"$package/usr/share/zsh/vendor-completions/_eop-relay"
    "$EOP_RELAY_COMMAND" completions fish >"$package/usr/share/fish/vendor_completions.d/eop-relay.fish"
    cat >"$package/DEBIAN/control" <<CONTROL
Package: eop-relay
Version: $version
Architecture: amd64
Maintainer: The EopRelay project <noreply@eop-relay.invalid>
Installed-Size: $(du -sk "$package/usr" | cut -f 1)
Depends: libc6 (>= $(needed_glibc)), libgcc-s1
Section: mail
Priority: optional
Description: Why does Exchange Online Protection refuse mail?
 Reads SMTP protocol logs of Exchange and explains, with certificates and
 connectors, why Exchange Online Protection refuses a server's mail and what
 is to be done. With the C library and its header.
CONTROL
    find "$package" -type d -exec chmod 755 {} +
    set_times "$package"
    dpkg-deb --root-owner-group -Zxz --build "$package" "$out/eop-relay_${version}_amd64.deb" >/dev/null
}

build
notices "$targets" cli >"$work/THIRD-PARTY-NOTICES.txt"
pack_module
pack_gallery
pack_windows
pack_winget
pack_linux
pack_debian
notices --sbom "$targets" cli >"$out/eop-relay-$version.cdx.json"
cd "$out"
rm -f SHA256SUMS
sha256sum -- *"$version"* >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" .
cat SHA256SUMS
