#!/usr/bin/env bash
# Makes what is published (build/release.sh) and uses each of it as a stranger would: checksums, the Debian
# package and the archive for Linux through pkg-config, the package of the module through a repository.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
log=$root/examples/logs/SEND2026111601-1.LOG
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

# use_it NAME PREFIX LIBRARY_FOLDER: the command answers, and a C program over the library agrees with it.
use_it() {
    "$2/bin/eop-relay" --version | grep -qxF "eop-relay $version"
    "$2/bin/eop-relay" sessions --json "$log" >"$work/expected" 2>/dev/null
    local flags
    flags=$(PKG_CONFIG_PATH=$2/$3/pkgconfig pkg-config --cflags --libs eop_relay)
    # shellcheck disable=SC2086 # several flags
    cc -std=c99 -o "$work/sessions" tests/c/sessions.c $flags -Wl,-rpath,"$2/$3"
    "$work/sessions" "$log" | cmp - "$work/expected"
    echo "release.sh: $1 works"
}

EOP_RELAY_URL=https://eoprelay.example/files build/release.sh "$work/publish" >/dev/null
(cd "$work/publish" && sha256sum --quiet -c SHA256SUMS)
dpkg-deb -x "$work/publish/eop-relay_${version}_amd64.deb" "$work/debian"
tar -C "$work" -xzf "$work/publish/eop-relay-$version-x86_64-linux.tar.gz"
if command -v unzip >/dev/null; then
    unzip -q -d "$work" "$work/publish/winget-$version.zip"
    # What schema 1.6.0 requires of each manifest.
    while read -r file keys; do
        for key in PackageIdentifier PackageVersion ManifestType ManifestVersion $keys; do
            grep -qE "^$key:( |$)" "$work/winget-$version/EopRelay.EopRelay$file.yaml" || {
                echo "release.sh: the manifest$file for winget has no $key" >&2
                exit 1
            }
        done
    done <<'KEYS'
.installer Installers InstallerType NestedInstallerType NestedInstallerFiles
.locale.en-US PackageLocale Publisher PackageName License ShortDescription
KEYS
    sum=$(sed -n 's/.*InstallerSha256: //p' "$work/winget-$version/EopRelay.EopRelay.installer.yaml")
    file=$(sed -n 's|.*InstallerUrl: https://eoprelay.example/files/||p' "$work/winget-$version/EopRelay.EopRelay.installer.yaml")
    echo "$sum  $work/publish/$file" | sha256sum --quiet -c
    inside=$(sed -n 's/^- RelativeFilePath: //p' "$work/winget-$version/EopRelay.EopRelay.installer.yaml" | tr '\\' /)
    unzip -l "$work/publish/$file" | grep -qF "$inside"
    echo "release.sh: the manifests for winget name what is published"
else
    echo "release.sh: left out: the manifests for winget (no unzip)"
fi
for file in man/man1/eop-relay-test.1.gz bash-completion/completions/eop-relay \
    zsh/vendor-completions/_eop-relay fish/vendor_completions.d/eop-relay.fish doc/eop-relay/copyright; do
    [ -s "$work/debian/usr/share/$file" ] || {
        echo "release.sh: the Debian package has no $file" >&2
        exit 1
    }
done
library=$work/eop-relay-$version-x86_64-linux/lib/libeop_relay.so
needed=$(objdump -T "$library" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1)
if [ "$(printf '2.28\n%s\n' "$needed" | sort -V | tail -n 1)" = 2.28 ] || [ ! -x target/tools/zigbuild/bin/cargo-zigbuild ]; then
    echo "release.sh: the library asks for glibc $needed"
else
    echo "release.sh: the library asks for glibc $needed, where 2.28 is promised" >&2
    exit 1
fi
if command -v pkg-config >/dev/null; then
    use_it "the Debian package" "$work/debian/usr" lib/x86_64-linux-gnu
    use_it "the archive for Linux" "$work/eop-relay-$version-x86_64-linux" lib
else
    echo "release.sh: left out: programs over the packages for Linux (no pkg-config)"
fi
if [ -e "$work/publish/EopRelay.$version.nupkg" ]; then
    mkdir "$work/installed"
    GALLERY=$work/publish INSTALLED=$work/installed pwsh -NoProfile -NonInteractive -Command '
        $ErrorActionPreference = "Stop"
        $name = "EopRelay" + [System.Guid]::NewGuid().ToString("N")
        Register-PSResourceRepository -Name $name -Uri $env:GALLERY -Trusted
        try { Save-PSResource -Name EopRelay -Repository $name -Path $env:INSTALLED -TrustRepository }
        finally { Unregister-PSResourceRepository -Name $name }
        Import-Module (Get-ChildItem -Path $env:INSTALLED -Recurse -Filter EopRelay.psd1).FullName
        if (@(Get-SendConnectorTlsSession -Path examples/logs).Count -eq 0) { throw "no sessions" }'
    (cd "$work/installed/EopRelay/$version" && sha256sum --quiet -c SHA256SUMS)
    echo "release.sh: the package of the module works"
fi
