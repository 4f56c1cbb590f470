#!/usr/bin/env bash
# gearmand without threads (-t 0, its fastest) with a pipelined client and
# worker of our own; usage in common.sh.
. "$(dirname "$0")/common.sh"
need gearmand gearman-job-server
need_program build-essential

port="$(free_port)"
: >"$work/none.conf"
start gearmand gearmand -t 0 -L 127.0.0.1 -p "$port" -l none \
  -P "$work/gearmand.pid" -u "$(id -un)" --config-file "$work/none.conf"
wait_for_port "$port" 20 gearmand
for part in echo latency; do
  if wants "$part"; then measure "$part"; fi
done
