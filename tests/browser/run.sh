#!/bin/sh
# Makes the page of each story and looks at it in headless Chromium: see check.js. Pictures and printed
# pages lie in target/pages afterwards.
# Needs chromium, node and npm, and what cargo has built in the profile quick.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
pages=$target/pages
tools=$target/tools/browser
mkdir -p "$pages" "$tools"
cp "$root/tests/browser/package.json" "$root/tests/browser/check.js" "$tools"
(cd "$tools" && npm install --silent --no-audit --no-fund)

for story in "$root"/examples/stories/*/; do
    (
        cd "$story"
        # An argument a line; the exit code is the verdict.
        tr '\n' '\0' <arguments |
            xargs -0 "$target/quick/eop-relay" test --html "$pages/$(basename "$story").html" >/dev/null || true
    )
done
exec node "$tools/check.js" "$(command -v chromium)" "$pages"/*.html
