#!/bin/sh
# Lays out the module in the source tree, with the libraries of the tests, and runs the Pester tests.
#   tests/powershell/run.sh [SHELL]       pwsh unless given
# Needs Pester 5 or later, and what powershell/build/build.sh needs. EOP_RELAY_COVERAGE=yes also counts which
# commands of the scripts the tests run (minutes more).
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
shell=${1:-pwsh}
bin=$root/powershell/EopRelay/bin
cd "$root"

cargo build --quiet --profile quick --all-features
EOP_RELAY_LIBRARY=${EOP_RELAY_LIBRARY:-${CARGO_TARGET_DIR:-target}/quick/libeop_relay.so} \
    powershell/build/build.sh "$bin" >/dev/null
if command -v x86_64-w64-mingw32-gcc >/dev/null; then
    windows=${EOP_RELAY_WINDOWS:-$(build/windows.sh --quick target/windows/quick)}
    mkdir -p "$bin/win-x64"
    cp "$windows/eop_relay.dll" "$bin/win-x64"
fi
# Under Wine a share of another server is a link in its prefix.
shares=${XDG_CACHE_HOME:-$HOME/.cache}/pwsh-windows-7.6.9/prefix/dosdevices/unc
if [ "$(basename "$shell")" = pwsh-windows ] && [ -d "$(dirname "$shares")" ]; then
    export EOP_RELAY_SECOND_SERVER=second-server
    mkdir -p "$shares/$EOP_RELAY_SECOND_SERVER"
    ln -sfn "$root/tests/fixtures" "$shares/$EOP_RELAY_SECOND_SERVER/C\$"
fi
exec "$shell" -NoProfile -NonInteractive -Command "
    Import-Module Pester -MinimumVersion 5.0 -ErrorAction Stop
    \$configuration = New-PesterConfiguration
    \$configuration.Run.Path = 'tests/powershell'
    \$configuration.Run.PassThru = \$true
    \$configuration.CodeCoverage.Enabled = '${EOP_RELAY_COVERAGE:-}' -eq 'yes'
    \$configuration.CodeCoverage.Path = 'powershell/EopRelay/*.psm1', 'powershell/EopRelay/shared/*.psm1'
    \$configuration.CodeCoverage.OutputPath = 'target/pester-coverage.xml'
    exit (Invoke-Pester -Configuration \$configuration).FailedCount"
