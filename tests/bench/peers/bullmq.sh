#!/usr/bin/env bash
# BullMQ on Redis in memory: addBulk of 1000, two workers with concurrency 100
# for echo and 1 for latency; usage in common.sh.
. "$(dirname "$0")/common.sh"
need node nodejs
need redis-server redis-server
modules="$here/../../../build/peers/node_modules"
[[ -d "$modules/bullmq" ]] || skip "there is no bullmq in build/peers; ./dev deps --peers"

# Node looks for packages beside the script.
cp "$here/bullmq.mjs" "$work/"
ln -s "$modules" "$work/node_modules"

port="$(free_port)"
start redis redis-server --bind 127.0.0.1 --port "$port" --save "" \
  --dir "$work"
wait_for_port "$port" 20 redis
seconds=10 samples=2000
if ((${#smoke[@]})); then seconds=1 samples=500; fi
for part in echo latency; do
  wants "$part" || continue
  workers=()
  for i in 1 2; do
    start "worker-$i" node "$work/bullmq.mjs" worker "$port" "$part"
    workers+=("$started")
  done
  node "$work/bullmq.mjs" "$part" "$port" "$seconds" "$samples"
  stop "${workers[@]}"
done
