#!/usr/bin/env bash
# The example greets everybody, in input order.
set -euo pipefail
want=$'hello, world\nhello, actors\nhello, troupe'
got=$("$EXAMPLE")
[ "$got" = "$want" ] || { echo "expected: $want"; echo "got: $got"; exit 1; }
