#!/bin/sh
# Checks the syntax of all PowerShell scripts without PowerShell. Needs Node.js; the grammar is taken
# from npm once, into target/powershell-grammar, where `cargo test` finds it too.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
grammar=$root/target/powershell-grammar
cd "$root"

if [ ! -e "$grammar/node_modules" ]; then
    mkdir -p "$grammar"
    npm install --silent --no-save --ignore-scripts --prefix "$grammar" \
        tree-sitter-pwsh@0.38.1 web-tree-sitter@0.27.1
fi
exec node tests/powershell/syntax.mjs "$grammar/node_modules" \
    powershell/build/*.ps1 powershell/EopRelay/*.ps1xml powershell/EopRelay/*.psd1 powershell/EopRelay/*.psm1 powershell/EopRelay/shared/*.psm1 \
    tests/powershell/*.ps1
