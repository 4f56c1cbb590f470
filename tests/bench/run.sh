#!/usr/bin/env bash
# Measures Troupe between its two yardsticks, raw TCP and the bare relay, run
# by run in turn, and prints the medians with their ratios. Exit code 1: a goal
# was missed. docs/performance.md says what the numbers mean.
#
# usage: run.sh [--smoke] [--runs N]
#   --smoke   under a minute, generous goals: for every change
#   --runs N  runs of each program, 5 (with --smoke 3)
#
# The programs come from $TROUPE_BUILD/bench and $TROUPE_BIN (default:
# build/bench below the repository's root), the results go to
# $TROUPE_BUILD/results.json.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="${TROUPE_BUILD:-$here/../../build/bench}"
export TROUPE_BIN="${TROUPE_BIN:-$build/bin}"

smoke=()
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
    --runs)
      [[ "${2:-}" =~ ^[1-9][0-9]*$ ]] || die "--runs needs a number from 1"
      runs="$2"
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) die "no option '$1': use --smoke or --runs N" ;;
  esac
  shift
done
runs="${runs:-$((${#smoke[@]} ? 3 : 5))}"

for program in raw_tcp bare_relay echo scaling footprint; do
  [[ -x "$build/bench/bench_$program" ]] \
    || die "bench_$program is not built: run ./dev bench"
done

work="$(mktemp -d)"
running=

# A benchmark's own processes end with it (PR_SET_PDEATHSIG).
clean_up() {
  [[ -z "$running" ]] || kill -KILL "$running" 2>/dev/null || true
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
  if ! wait "$running"; then
    running=
    printf 'run.sh: failed: %s\n' "$*" >&2
    exit 1
  fi
  running=
  sed "s/\./.$prefix/" "$work/output" >>"$work/metrics"
}

for ((run = 1; run <= runs; ++run)); do
  printf '==> Run %d of %d\n' "$run" "$runs"
  for program in raw_tcp bare_relay echo; do
    measure '' "$build/bench/bench_$program" "${smoke[@]}"
    # A wake-up across cores is dear on many machines: without it one sees
    # what the software itself costs.
    ((${#smoke[@]})) || measure pinned_ taskset -c 0 \
      "$build/bench/bench_$program" --only latency
  done
  measure '' "$build/bench/bench_scaling" "${smoke[@]}"
done
printf '==> Footprint\n'
measure '' "$build/bench/bench_footprint" "${smoke[@]}"

python3 -B "$here/report.py" "${smoke[@]}" --runs "$runs" \
  --json "$build/results.json" "$work/metrics"
