#!/bin/sh
# Has DuckDB read back what `eop-relay sessions --parquet` writes of all logs of the examples, and holds it
# against `--json`. Needs python3; DuckDB comes from PyPI.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"
tools=target/tools/duckdb
[ -x "$tools/bin/python" ] || python3 -m venv "$tools"
"$tools/bin/python" -c 'import duckdb' 2>/dev/null || "$tools/bin/pip" install --quiet duckdb
cargo build --quiet --locked --profile quick --all-features --bin eop-relay
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# 10: a row is damaged, and the sessions are listed all the same.
list() {
    target/quick/eop-relay --quiet sessions examples/logs examples/stories/*/SEND*.LOG tests/fixtures/interop "$@" ||
        [ $? -eq 10 ]
}
list --parquet "$work/sessions.parquet"
list --json >"$work/sessions.json"
"$tools/bin/python" tests/parquet/read_back.py "$work/sessions.parquet" "$work/sessions.json"
