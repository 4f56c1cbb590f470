#!/usr/bin/env bash
# Dask distributed: a scheduler and two workers of one thread, tasks mapped
# 1000 at a time; usage in common.sh.
. "$(dirname "$0")/common.sh"
# The system's own Python: that is where the Debian package is.
python=/usr/bin/python3
"$python" -c 'import distributed' 2>/dev/null \
  || skip "there is no distributed; apt-get install python3-distributed"

export PYTHONDONTWRITEBYTECODE=1 DASK_DISTRIBUTED__DASHBOARD__ENABLED=False
cd "$work"
port="$(free_port)"
start scheduler "$python" -m distributed.cli.dask_scheduler \
  --host 127.0.0.1 --port "$port" --no-dashboard --no-show
wait_for_port "$port" 60 scheduler
for i in 1 2; do
  start "worker-$i" "$python" -m distributed.cli.dask_worker \
    "tcp://127.0.0.1:$port" --host 127.0.0.1 --nthreads 1 --nworkers 1 \
    --no-dashboard --no-nanny --local-directory "$work/worker-$i"
done
seconds=10 samples=2000
if ((${#smoke[@]})); then seconds=1 samples=200; fi
"$python" -B "$here/dask_client.py" "tcp://127.0.0.1:$port" "$seconds" \
  "$samples" "$only"
