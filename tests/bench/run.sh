#!/usr/bin/env bash
# Measures Troupe between its two yardsticks, raw TCP and the bare relay, run
# by run in turn, and prints the medians with their ratios. Exit code 1: a goal
# was missed. docs/performance.md says what the numbers mean.
#
# usage: run.sh [--smoke] [--runs N] [--only PART,...] [--peers]
#   --smoke   about two minutes, half of the goals: for every change
#   --runs N  runs of speed, scaling and peers, 5 (with --smoke 3); all else
#             runs once
#   --only    these parts: speed scaling footprint queued payloads answers
#             granularity commands backpressure core; goals of the others do
#             not count
#   --peers   other systems, too: those that are installed
#
# The programs come from $TROUPE_BUILD/bench and $TROUPE_BIN (default:
# build/bench below the repository's root), the results go to
# $TROUPE_BUILD/results.json.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="${TROUPE_BUILD:-$here/../../build/bench}"
export TROUPE_BIN="${TROUPE_BIN:-$build/bin}"

all_parts=(speed scaling footprint queued payloads answers granularity
  commands backpressure core)
all_peers=(gearman redis beanstalkd rabbitmq bullmq dask)
smoke=()
parts=()
peers=()
runs=

usage() {
  sed -n '/^# usage:/,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

die() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 2
}

while (($#)); do
  case "$1" in
    --smoke) smoke=(--smoke) ;;
    --peers) peers=("${all_peers[@]}") ;;
    --runs)
      [[ "${2:-}" =~ ^[1-9][0-9]*$ ]] || die "--runs needs a number from 1"
      runs="$2"
      shift
      ;;
    --only)
      IFS=, read -r -a parts <<<"${2:-}"
      for part in "${parts[@]}"; do
        [[ " ${all_parts[*]} " == *" $part "* ]] \
          || die "no part '$part': use ${all_parts[*]}"
      done
      ((${#parts[@]})) || die "--only needs a part: ${all_parts[*]}"
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) die "no option '$1': use --smoke, --runs N, --only PART or --peers" ;;
  esac
  shift
done
partial=()
if ((${#parts[@]})); then partial=(--partial); else parts=("${all_parts[@]}"); fi
runs="${runs:-$((${#smoke[@]} ? 3 : 5))}"

wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

for program in raw_tcp bare_relay echo scaling footprint queued payloads \
  answers backpressure scheduler_core; do
  [[ -x "$build/bench/bench_$program" ]] \
    || die "bench_$program is not built: run ./dev bench"
done

work="$(mktemp -d)"
running=

# A benchmark's own processes end with it (PR_SET_PDEATHSIG); a peer's script
# ends them itself, for which it gets some time.
clean_up() {
  local i
  if [[ -n "$running" ]] && kill -TERM "$running" 2>/dev/null; then
    for ((i = 0; i < 100; ++i)); do
      kill -0 "$running" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$running" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# measure PREFIX COMMAND...: appends the command's metrics, the part behind the
# dot with PREFIX, to the collection.
measure() {
  local prefix="$1"
  shift
  # In the background, so that a signal need not wait for the command's end.
  "$@" >"$work/output" &
  running=$!
  local status=0
  wait "$running" || status=$?
  running=
  ((status != 77)) || return 0 # Not installed, as it said itself.
  if ((status != 0)); then
    printf 'run.sh: failed: %s\n' "$*" >&2
    exit 1
  fi
  sed "s/\./.$prefix/" "$work/output" >>"$work/metrics"
}

# Yardsticks and Troupe in turn, so that a busy minute hits all of them.
measure_speed() {
  local program
  for program in raw_tcp bare_relay echo; do
    measure '' "$build/bench/bench_$program" "${smoke[@]}"
    # A wake-up across cores is dear on many machines: without it one sees
    # what the software itself costs.
    ((${#smoke[@]})) || measure pinned_ taskset -c 0 \
      "$build/bench/bench_$program" --only latency
  done
}

measure_peer() {
  local script="$here/peers/$1.sh"
  measure '' "$script" "${smoke[@]}"
  ((${#smoke[@]})) || measure pinned_ taskset -c 0 "$script" --only latency
}

: >"$work/metrics"
for ((run = 1; run <= runs; ++run)); do
  printf '==> Run %d of %d\n' "$run" "$runs"
  if wants speed; then measure_speed; fi
  for peer in "${peers[@]}"; do
    measure_peer "$peer"
  done
  if wants scaling; then
    measure '' "$build/bench/bench_scaling" "${smoke[@]}"
  fi
done
for part in footprint queued payloads answers backpressure; do
  wants "$part" || continue
  printf '==> %s\n' "$part"
  measure '' "$build/bench/bench_$part" "${smoke[@]}"
done
if wants core; then
  printf '==> core\n'
  measure '' "$build/bench/bench_scheduler_core" "${smoke[@]}"
fi
for part in granularity commands; do
  wants "$part" || continue
  printf '==> %s\n' "$part"
  measure '' python3 -B "$here/$part.py" "${smoke[@]}"
done

python3 -B "$here/report.py" "${smoke[@]}" "${partial[@]}" --runs "$runs" \
  --json "$build/results.json" "$work/metrics"
