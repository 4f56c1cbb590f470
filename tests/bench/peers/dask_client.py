"""The workload on Dask, see dask.sh: ADDRESS SECONDS SAMPLES [PART]."""

import random
import sys
import time

from distributed import Client

TASKS_PER_CALL = 1000
WARM_UP = 50


def echo(payload):
    return payload


def payload(index):
    """64 bytes that are pseudo-random by index."""
    return index.to_bytes(8, "little") + random.Random(index).randbytes(56)


def measure_echo(client, seconds):
    sent = 0
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        inputs = [payload(i) for i in range(sent, sent + TASKS_PER_CALL)]
        results = client.gather(client.map(echo, inputs, pure=False))
        if results != inputs:
            sys.exit("a task came back with another payload")
        sent += TASKS_PER_CALL
    rate = sent / (time.perf_counter() - begin)
    print(f"dask.echo_per_s {rate:.6g}")


def measure_latency(client, samples):
    spent = []
    for i in range(WARM_UP + samples):
        what = payload(i)
        begin = time.perf_counter()
        if client.submit(echo, what, pure=False).result() != what:
            sys.exit(f"task {i} came back with another payload")
        if i >= WARM_UP:
            spent.append((time.perf_counter() - begin) * 1e6)
    spent.sort()
    print(f"dask.p50_us {spent[len(spent) // 2]:.6g}")
    print(f"dask.p99_us {spent[int(len(spent) * 0.99)]:.6g}")


def main(address, seconds, samples, part=""):
    with Client(address) as client:
        client.wait_for_workers(2, timeout=60)
        client.gather(client.map(echo, [payload(i) for i in range(10)]))
        if part in ("", "echo"):
            measure_echo(client, float(seconds))
        if part in ("", "latency"):
            measure_latency(client, int(samples))


if __name__ == "__main__":
    main(*sys.argv[1:])
