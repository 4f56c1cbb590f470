#!/usr/bin/env bash
# Counts the words of real text on a real cluster (one coordinator, two worker
# processes), kills one worker half-way, compares every count with a coreutils
# pipeline, and draws a picture. Run it with `./dev demo`.
#
# Needs TROUPE_BIN (the folder with trouped and troupe) and EXAMPLES (the folder
# with the example programs). KILL=no leaves both workers alive.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
pids=()
picture=${PICTURE:-$here/build/mandelbrot.png}

cleanup() {
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN {printf "%.2f", b - a}'; }
say() { printf '\n== %s\n' "$*"; }
troupe() { "$TROUPE_BIN/troupe" --connect "$address" "$@"; }

# start NAME CONFIG [FLAG...]: starts a node, waits for its ready line.
start() {
  local name=$1 config=$2
  shift 2
  "$TROUPE_BIN/trouped" --config "$here/config/$config" --node.name="$name" \
    "$@" >"$work/$name.out" 2>"$work/$name.log" &
  pids+=($!)
  disown # The shell shall not report its death.
  for _ in $(seq 200); do
    grep -q '^ready ' "$work/$name.out" && return
    kill -0 "${pids[-1]}" 2>/dev/null || break
    read -rt 0.05 <> <(:) || true
  done
  echo "demo: $name did not start:"
  cat "$work/$name.log"
  exit 1
}

field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

say "The text: licences and headers of this machine"
find /usr/share/common-licenses /usr/include -type f | sort >"$work/files"
files=$(wc -l <"$work/files")
bytes=$(tr '\n' '\0' <"$work/files" | xargs -0 cat | wc -c)
echo "$files files, $bytes bytes"

say "A coordinator and two workers"
begin=$(now)
start coordinator coordinator.conf --node.listen=127.0.0.1:0
address=$(sed -n 's/^ready .*listen=\([^ ]*\) .*/\1/p' "$work/coordinator.out")
for name in alpha beta; do
  start "$name" worker.conf --node.join="$address" --worker.slots=1 \
    --worker.read_paths=/usr/share/common-licenses,/usr/include
done
beta=${pids[-1]}
for _ in $(seq 200); do
  [ "$(troupe --json nodes | grep -o '"up"' | wc -l)" -ge 3 ] && break
  read -rt 0.05 <> <(:) || true
done
troupe nodes
time_start=$(since "$begin")

say "Word counts of all files, one task a file"
begin=$(now)
job=$(troupe submit wordcount_file --lines "$work/files" \
  --reduce merge_counts --name "word count")
if [ "${KILL:-yes}" = yes ]; then
  while :; do
    done_tasks=$(troupe --json job "$job" | field succeeded)
    [ "$done_tasks" -ge $((files / 2)) ] && break
  done
  kill -KILL "$beta"
  echo "killed worker beta (SIGKILL) after $done_tasks of $files tasks"
fi
troupe wait "$job"
time_count=$(since "$begin")
troupe --json job "$job"

say "The same with coreutils"
begin=$(now)
# A file without a newline at its end must not run into the next one.
tr '\n' '\0' <"$work/files" | xargs -0 sed -s '$a\' | tr -s '[:space:]' '\n' \
  | grep -av '^$' | sort | uniq -c | sed 's/^ *//' >"$work/want"
time_coreutils=$(since "$begin")

say "Comparing every word"
begin=$(now)
troupe result "$job" --output "$work/counts.json"
python3 - "$work/counts.json" >"$work/unsorted" <<'PY'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    counts = json.load(file)
out = sys.stdout.buffer
for word, count in counts.items():
    out.write(b"%d %s\n" % (count, word.encode("utf-8", "surrogateescape")))
PY
sort -k2 <"$work/unsorted" >"$work/got"
sort -k2 <"$work/want" >"$work/sorted"
time_compare=$(since "$begin")
if ! cmp -s "$work/got" "$work/sorted"; then
  echo "demo: the counts DIFFER from coreutils:"
  diff "$work/got" "$work/sorted" | awk 'NR <= 10' || true
  exit 1
fi
echo "all $(wc -l <"$work/got") distinct words have equal counts"

say "The ten most frequent words"
sort -rn "$work/got" | awk 'NR <= 10'

say "A picture"
begin=$(now)
mkdir -p "$(dirname "$picture")"
"$EXAMPLES/example_mandelbrot" "$picture" 1200 900
echo "look at $picture"
time_picture=$(since "$begin")

say "Where the time went (seconds)"
printf '%8s  %s\n' "$time_start" "start of three nodes" \
  "$time_count" "word count by Troupe (one worker killed: ${KILL:-yes})" \
  "$time_coreutils" "word count by coreutils" \
  "$time_compare" "fetch and compare the counts" "$time_picture" "picture"
