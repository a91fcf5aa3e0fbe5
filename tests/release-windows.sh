#!/usr/bin/env bash
# Runs build/release.ps1, which is for Windows, in PowerShell on Linux: cargo gives what is already built for
# Windows, and Mono's mcs stands in for csc.exe of the .NET Framework. What it publishes is taken apart.
#   tests/release-windows.sh FOLDER
# FOLDER has eop_relay.dll and eop-relay.exe (build/windows.sh).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
windows=$(readlink -f "${1:?the folder with eop_relay.dll and eop-relay.exe}")
version=$(sed -n '0,/^version = /s/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml")
triple=x86_64-pc-windows-msvc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

compiler=$work/windows/Microsoft.NET/Framework64/v4.0.30319/csc.exe
mkdir -p "$(dirname "$compiler")" "$work/path" "$work/target"
cat >"$work/path/cargo" <<SH
#!/bin/sh
# What would be built is there.
mkdir -p "$work/target/$triple/release"
case \$1 in
    rustc) cp "$windows/eop_relay.dll" "$work/target/$triple/release" ;;
    build) cp "$windows/eop-relay.exe" "$work/target/$triple/release" ;;
    *) unset CARGO_TARGET_DIR RUSTFLAGS; cd "$root" && exec "$(command -v cargo)" "\$@" ;;
esac
SH
cat >"$compiler" <<'SH'
#!/bin/sh
# csc.exe takes folders with backslashes, and knows C# 5 alone.
for argument; do
    shift
    case $argument in
        /nologo) ;;
        /recurse:*) set -- "$@" "-recurse:$(printf %s "${argument#/recurse:}" | tr '\\' /)" ;;
        /*) set -- "$@" "-${argument#/}" ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec mcs -langversion:5 "$@"
SH
chmod +x "$work/path/cargo" "$compiler"

# As the script lays the module out in the tree, it works on a copy of it.
mkdir "$work/tree"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/tree"
(cd "$work/tree" && PATH=$work/path:$PATH WINDIR=$work/windows CARGO_TARGET_DIR=$work/target \
    EOP_RELAY_PROJECT_URI=https://eoprelay.example \
    pwsh -NoProfile -NonInteractive -File build/release.ps1 -OutputPath "$work/publish" -Target "$triple" >"$work/said")
cd "$work/publish"
sha256sum --quiet -c SHA256SUMS
grep -qE '^[0-9a-f]{64}  EopRelay-'"$version"'\.zip$' SHA256SUMS
mkdir "$work/module" "$work/command"
(cd "$work/module" && unzip -q "$work/publish/EopRelay-$version.zip")
(cd "$work/command" && unzip -q "$work/publish/eop-relay-$version-x86_64-windows.zip")
(cd "$work/module/EopRelay/$version" && sha256sum --quiet -c SHA256SUMS)
cmp "$windows/eop_relay.dll" "$work/module/EopRelay/$version/bin/win-x64/eop_relay.dll"
cmp "$windows/eop-relay.exe" "$work/command/eop-relay-$version-x86_64-windows/eop-relay.exe"
grep -q "ProjectUri   = 'https://eoprelay.example'" "$work/module/EopRelay/$version/EopRelay.psd1"
grep -q '### Added' "$work/module/EopRelay/$version/EopRelay.psd1"
grep -q '^clap ' "$work/command/eop-relay-$version-x86_64-windows/THIRD-PARTY-NOTICES.txt"
if [ -e "EopRelay.$version.nupkg" ]; then
    unzip -p "EopRelay.$version.nupkg" EopRelay.nuspec >"$work/nuspec"
    for element in '<id>EopRelay</id>' "<version>$version</version>" '<projectUrl>https://eoprelay.example/*</projectUrl>' '<licenseUrl>https' '<iconUrl>https' '<releaseNotes>### Added'; do
        grep -q "$element" "$work/nuspec" || {
            echo "release-windows.sh: the package for the gallery has no $element" >&2
            exit 1
        }
    done
fi
[ -z "${KEEP:-}" ] || cp "$work/nuspec" "$KEEP"
echo "release-windows.sh: what build/release.ps1 publishes is whole: $(find . -type f | sed 's|^\./||' | LC_ALL=C sort | tr '\n' ' ')"
