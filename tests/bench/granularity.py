"""How short tasks may be: a coordinator and two workers of one slot, and
`troupe bench granularity` against them.

    python3 -B granularity.py [--smoke]

Finds the programs in $TROUPE_BIN. Prints troupe.metg_payload_us and
metg_range_us, and efficiency_payload/US and efficiency_range/US in percent.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys

BIN = os.environ.get("TROUPE_BIN", "build/bench/bin")
PR_SET_PDEATHSIG = 1
WORKERS = 2


def end_with_parent():
    """Whatever happens to this script, its processes end with it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(*options):
    """A node; returns it and the line that says it is ready."""
    node = subprocess.Popen(
        [f"{BIN}/trouped", "--log.level=error", *options],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,
    )
    return node, node.stdout.readline()


def troupe(address, *words):
    done = subprocess.run(
        [f"{BIN}/troupe", "--connect", address, "--json", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        preexec_fn=end_with_parent,
    )
    return json.loads(done.stdout)


def measure(address, smoke):
    # Any job that all slots must take part in: then the workers are there.
    while len([n for n in troupe(address, "nodes") if n["slots"]]) < WORKERS:
        pass
    options = ["--time", "100ms", "--longest", "10ms"] if smoke else []
    got = troupe(address, "bench", "granularity", *options)
    for kind in ("payload", "range"):
        # No length was long enough: worse than the longest one.
        metg = got[f"metg_{kind}_us"] or got[kind][-1]["length_us"]
        print(f"troupe.metg_{kind}_us {metg:g}")
        for point in got[kind]:
            percent = point["efficiency"] * 100
            print(
                f"troupe.efficiency_{kind}/{point['length_us']:g} "
                f"{percent:.4g}"
            )


def main(arguments):
    coordinator, ready = start(
        "--node.roles=coordinator", "--node.listen=127.0.0.1:0"
    )
    nodes = [coordinator]
    address = ready.split(" listen=")[1].split()[0]
    for number in range(WORKERS):
        nodes.append(
            start(
                "--node.roles=worker",
                f"--node.name=worker-{number}",
                f"--node.join={address}",
                "--worker.slots=1",
            )[0]
        )
    try:
        measure(address, "--smoke" in arguments)
    finally:
        for node in nodes:
            node.kill()
            node.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
