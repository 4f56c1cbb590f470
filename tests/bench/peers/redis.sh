#!/usr/bin/env bash
# Redis streams in batches of 100, acknowledged, in memory; usage in common.sh.
. "$(dirname "$0")/common.sh"
need redis-server redis-server
need_program libhiredis-dev

port="$(free_port)"
start redis redis-server --bind 127.0.0.1 --port "$port" --save "" \
  --dir "$work"
wait_for_port "$port" 20 redis
"$program" --role setup --port "$port"
for part in echo latency; do
  if wants "$part"; then measure "$part"; fi
done
