#!/usr/bin/env bash
# Holds the instruction counts of the hot path, stage by stage, against benches/instructions.txt.
# Instructions, unlike seconds, are the same on a busy machine.
#
#   scripts/instructions.sh            compare; fails when a stage takes 10 % more than the baseline says
#   scripts/instructions.sh --update   count and write the baseline
set -euo pipefail
cd "$(dirname "$0")/.."

BASELINE=benches/instructions.txt
# Noise of compilers and tables' sizes; a real loss is far more.
ROOM_PERCENT=10

if ! command -v valgrind >/dev/null; then
  printf 'SKIPPED: instruction counts of the hot path: valgrind is not installed (scripts/setup.sh test)\n' >&2
  exit 0
fi

cargo build --quiet --release -p benches --bin hot_path
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
valgrind --quiet --tool=callgrind --callgrind-out-file="$out/counts" \
  --collect-atstart=no --toggle-collect='hot_path::measured_*' target/release/hot_path >&2
# "1,234,567 (12.3%)  …:hot_path::measured_decode [/…]" -> "decode 1234567"
callgrind_annotate --inclusive=yes --threshold=100 "$out/counts" |
  sed -nE 's/^ *([0-9,]+) .*:hot_path::measured_([a-z_]+)( .*)?$/\2 \1/p' | tr -d , | sort -u >"$out/now"
stages=$(wc -l <"$out/now")
if ((stages < 7)); then
  printf 'only %d stages were counted: was a measured_* function renamed or inlined?\n' "$stages" >&2
  cat "$out/now" >&2
  exit 1
fi

if [[ "${1:-}" == --update ]]; then
  cp "$out/now" "$BASELINE"
  cat "$BASELINE"
  exit 0
fi

if [[ ! -e "$BASELINE" ]]; then
  printf 'SKIPPED: there is no %s to compare with: scripts/instructions.sh --update makes it\n' "$BASELINE" >&2
  cat "$out/now"
  exit 0
fi

# Every stage of one is to be in the other.
join -a1 -a2 -e- -o 0,1.2,2.2 "$BASELINE" "$out/now" | awk -v room="$ROOM_PERCENT" '
  $2 == "-" || $3 == "-" { printf "%-20s %14s %14s  not in both\n", $1, $2, $3; bad = 1; next }
  {
    percent = ($3 - $2) * 100 / $2
    printf "%-20s %14d %14d  %+.1f %%\n", $1, $2, $3, percent
    if (percent > room) bad = 1
    if (percent < -room) better = 1
  }
  END {
    if (better) print "Better than the baseline: scripts/instructions.sh --update keeps it so."
    if (bad) {
      print "The hot path takes more instructions than " room " % above the baseline."
      print "If that is meant: scripts/instructions.sh --update, and say why in the commit."
    }
    exit bad
  }'
