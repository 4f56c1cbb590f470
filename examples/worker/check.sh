#!/usr/bin/env bash
# The worker joins a coordinator, runs its function for a client, and drains; a
# coordinator of another cluster refuses it for good.
set -euo pipefail
dir=$(mktemp -d)
pids=()
trap 'kill -KILL "${pids[@]}" 2>/dev/null || true; rm -rf "$dir"' EXIT
"$TROUPE_BIN/trouped" --node.roles=coordinator --node.name=lead \
  --node.listen=127.0.0.1:0 >"$dir/ready" 2>"$dir/log" &
lead=$!
pids+=("$lead")
for _ in $(seq 200); do
  grep -q '^ready ' "$dir/ready" && break
  read -rt 0.05 <> <(:) || true
done
address=$(sed -n 's/^ready .*listen=\([^ ]*\) .*/\1/p' "$dir/ready")
"$EXAMPLE" "$address" &
worker=$!
pids+=("$worker")
got=$("$TROUPE_BIN/troupe" --connect "$address" run shout --timeout 30s \
  --input '"hello"' --input '"actors"')
[ "$got" = '["HELLO","ACTORS"]' ] || { echo "got: $got"; exit 1; }
kill -TERM "$worker"
wait "$worker"
kill -TERM "$lead"
wait "$lead"
"$TROUPE_BIN/trouped" --node.roles=coordinator --node.name=lead \
  --node.cluster=another --node.listen="$address" >"$dir/ready" 2>"$dir/log" &
pids+=("$!")
code=0
said=$(timeout 30 "$EXAMPLE" "$address" 2>&1) || code=$?
[ "$code" = 1 ] || { echo "exit $code: $said"; exit 1; }
grep -q 'another' <<<"$said" || { echo "said: $said"; exit 1; }
