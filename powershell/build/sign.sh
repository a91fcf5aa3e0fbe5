#!/bin/sh
# Signs what Windows asks a signature of: every psd1, psm1, ps1xml and dll of a module, in place.
#   powershell/build/sign.sh MODULE_FOLDER
# EOP_RELAY_SIGNING_PFX is the certificate with its key, from outside the project;
# EOP_RELAY_SIGNING_PASSWORD_FILE holds its password; EOP_RELAY_TIMESTAMP_URL is an authority for time stamps,
# without which the signatures end with the certificate. Needs osslsigncode 2.8 or later.
set -eu

folder=${1:?usage: sign.sh MODULE_FOLDER}
pfx=${EOP_RELAY_SIGNING_PFX:?names the certificate to sign with}
password=${EOP_RELAY_SIGNING_PASSWORD_FILE:?names the file with its password}

command -v osslsigncode >/dev/null || {
    echo "sign.sh: there is no osslsigncode (Debian: osslsigncode)" >&2
    exit 1
}

find "$folder" -type f \( -name '*.psd1' -o -name '*.psm1' -o -name '*.ps1xml' -o -name '*.dll' \) | LC_ALL=C sort |
    while IFS= read -r file; do
        rm -f "$file.signed"
        set -- -pkcs12 "$pfx" -readpass "$password" -h sha256 -n EopRelay -in "$file" -out "$file.signed"
        if [ -n "${EOP_RELAY_TIMESTAMP_URL:-}" ]; then
            set -- "$@" -ts "$EOP_RELAY_TIMESTAMP_URL"
        fi
        osslsigncode sign "$@" >/dev/null || {
            echo "sign.sh: $file could not be signed" >&2
            exit 1
        }
        mv -f "$file.signed" "$file"
    done
