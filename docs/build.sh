#!/bin/sh
# Builds the book of docs/ and checks its links: each leads to a page, a file or a heading that is there.
#   docs/build.sh [FOLDER]          default: target/book
# Needs mdbook. EOP_RELAY_COMMAND names the command whose help becomes pages; else it is built.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=${1:-$root/target/book}
cd "$root"
if [ -z "${EOP_RELAY_COMMAND:-}" ]; then
    cargo build --quiet --locked --profile quick --all-features --bin eop-relay
    EOP_RELAY_COMMAND=$root/target/quick/eop-relay
fi
rm -rf "$folder"
mkdir -p "$folder"
cp docs/book.toml "$folder"
cargo run --quiet --locked --profile quick --all-features --example book -- "$EOP_RELAY_COMMAND" "$folder/src"
mdbook build "$folder" --dest-dir "$folder/html"

# links FILE: the targets of its links, without those of other hosts.
links() {
    grep -oE '(href|src)="[^"]+"' "$1" | sed -E 's/^(href|src)="//; s/"$//' | grep -vE '^(https?:|mailto:|data:|javascript:)' | sort -u
}

broken=0
for page in $(cd "$folder/html" && find . -name '*.html' ! -name print.html ! -name 404.html); do
    page=${page#./}
    for link in $(links "$folder/html/$page"); do
        file=${link%%#*}
        heading=${link#"$file"}
        target=$folder/html/$page
        if [ -n "$file" ]; then
            target=$folder/html/$(dirname "$page")/$file
        fi
        if [ ! -e "$target" ]; then
            echo "build.sh: $page: $link leads nowhere" >&2
            broken=$((broken + 1))
        elif [ -n "${heading#\#}" ] && ! grep -q "id=\"${heading#\#}\"" "$target"; then
            echo "build.sh: $page: there is no heading $link" >&2
            broken=$((broken + 1))
        fi
    done
done
[ "$broken" -eq 0 ]
echo "$folder/html"
