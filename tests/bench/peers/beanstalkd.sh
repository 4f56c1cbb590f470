#!/usr/bin/env bash
# beanstalkd in memory; usage in common.sh.
. "$(dirname "$0")/common.sh"
need beanstalkd beanstalkd
need_program build-essential

port="$(free_port)"
start beanstalkd beanstalkd -l 127.0.0.1 -p "$port"
wait_for_port "$port" 20 beanstalkd
for part in echo latency; do
  if wants "$part"; then measure "$part"; fi
done
