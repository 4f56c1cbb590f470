#!/usr/bin/env bash
# The counts equal those of a coreutils pipeline over the same files.
set -euo pipefail
export LC_ALL=C
files=(/usr/share/common-licenses/*)
want=$(cat "${files[@]}" | tr -s '[:space:]' '\n' | grep -v '^$' | sort | uniq -c \
  | sort -k1,1nr -k2,2 | awk 'NR <= 20 {printf "%8d %s\n", $1, $2}')
got=$("$EXAMPLE" 20 "${files[@]}")
[ -n "$want" ]
diff <(echo "$want") <(echo "$got")
