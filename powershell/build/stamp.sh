#!/bin/sh
# Writes into a module that is laid out what only its delivery knows: the release notes, out of the newest
# part of CHANGELOG.md, and where EOP_RELAY_PROJECT_URI is given the address of the project, and below it
# those of the icon and of each cmdlet's help.
#   powershell/build/stamp.sh MODULE_FOLDER
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
module=$1
uri=${EOP_RELAY_PROJECT_URI:-}

notes=$(awk '/^## \[/ { part++; next } part == 1' "$root/CHANGELOG.md" | sed "s/'/''/g") \
    uri=$uri awk '
    /^ *ReleaseNotes = / { print "            ReleaseNotes = '\''" ENVIRON["notes"] "'\''"; next }
    { print }
    /^ *LicenseUri / && ENVIRON["uri"] != "" {
        print "            ProjectUri   = '\''" ENVIRON["uri"] "'\''"
        print "            IconUri      = '\''" ENVIRON["uri"] "/raw/main/docs/icon.png'\''"
    }
' "$module/EopRelay.psd1" >"$module/EopRelay.psd1.new"
mv "$module/EopRelay.psd1.new" "$module/EopRelay.psd1"

[ -n "$uri" ] || exit 0
for file in "$module"/*-*.psm1; do
    name=$(basename "$file" .psm1)
    # The first function of a file is the cmdlet.
    sed -i "0,/\[CmdletBinding(/s|\[CmdletBinding(|[CmdletBinding(HelpUri = '$uri/blob/main/powershell/EopRelay/$name.psm1', |" "$file"
    sed -i "s|psm1', )\]|psm1')]|" "$file"
done
