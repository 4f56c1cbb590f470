# Sourced by the script of each peer, NAME.sh:
#
#   NAME.sh [--smoke] [--only echo|latency]
#
# starts the peer's server on a free port of loopback with a temporary folder,
# two workers and a client, prints the lines `NAME.METRIC VALUE`, and ends what
# it started by its process id. It installs nothing: exit code 77 and a line on
# stderr say what is missing. The clients and workers are the programs
# bench_peer_* in $TROUPE_BUILD/bench.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="${TROUPE_BUILD:-$here/../../../build/bench}"
peer="$(basename "$0" .sh)"

smoke=()
only=
while (($#)); do
  case "$1" in
    --smoke) smoke=(--smoke) ;;
    --only)
      only="${2:?"--only needs echo or latency"}"
      shift
      ;;
    *)
      printf '%s.sh: no option %s: use --smoke or --only PART\n' \
        "$peer" "$1" >&2
      exit 2
      ;;
  esac
  shift
done

wants() { [[ -z "$only" || "$only" == "$1" ]]; }

fail() {
  printf '%s.sh: %s\n' "$peer" "$*" >&2
  exit 1
}

skip() {
  printf 'skipped %s: %s\n' "$peer" "$*" >&2
  exit 77
}

# need COMMAND PACKAGE: the peer's own program, somewhere on the PATH.
need() {
  command -v "$1" >/dev/null \
    || skip "there is no $1; apt-get install $2, or ./dev deps --peers"
}

# need_program PACKAGE: our client, which was only built if its library is here.
need_program() {
  program="$build/bench/bench_peer_$peer"
  [[ -x "$program" ]] || skip "bench_peer_$peer is not built;" \
    "apt-get install $1, then ./dev bench --peers"
}

work="$(mktemp -d)"
groups=()

# start LOG COMMAND...: in a process group of its own, which ends with us. Its
# id is $started.
start() {
  local log="$1"
  shift
  setsid setpriv --pdeathsig KILL "$@" >"$work/$log.log" 2>&1 </dev/null &
  started=$!
  groups+=("$started")
}

# Ends the given groups, or all: first the politest way, then for good.
stop() {
  local group i
  for group in "$@"; do
    kill -TERM -- "-$group" 2>/dev/null || true
  done
  for group in "$@"; do
    for ((i = 0; i < 60; ++i)); do
      kill -0 -- "-$group" 2>/dev/null || break
      sleep 0.05
    done
    kill -KILL -- "-$group" 2>/dev/null || true
    wait "$group" 2>/dev/null || true
  done
}

clean_up() {
  ((${#groups[@]} == 0)) || stop "${groups[@]}"
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

free_port() {
  python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# wait_for_port PORT SECONDS LOG
wait_for_port() {
  local i
  for ((i = 0; i < $2 * 20; ++i)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    sleep 0.05
  done
  tail -n 5 "$work/$3.log" >&2
  fail "port $1 did not open within $2 s"
}

# measure PART: two of our workers, then the client, which prints the metrics.
measure() {
  local workers=() i
  for i in 1 2; do
    start "worker-$i" "$program" --role worker --port "$port" --only "$1"
    workers+=("$started")
  done
  sleep 0.5
  "$program" --role client --port "$port" --only "$1" "${smoke[@]}"
  stop "${workers[@]}"
}
