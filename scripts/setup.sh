#!/usr/bin/env bash
# Makes this machine able to build and run Jolda. Safe to run again: what is there is left alone.
#
#   scripts/setup.sh build   what `make demo` needs: Rust with the wasm32 target, Node, front-end packages
#   scripts/setup.sh test    also Chromium, the browser tests' packages, PostgreSQL's server programs and valgrind
set -euo pipefail
cd "$(dirname "$0")/.."

RUST_MIN=1.95
NODE_MIN=20
GOAL="${1:-build}"

say() { printf 'setup: %s\n' "$*" >&2; }
missing=()

# at_least 1.95 1.96.1 -> true
at_least() { [[ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" == "$1" ]]; }

SUDO=()
if [[ $EUID -ne 0 ]]; then SUDO=(sudo -n); fi
can_apt() { command -v apt-get >/dev/null && { [[ $EUID -eq 0 ]] || sudo -n true 2>/dev/null; }; }
apt_install() {
  say "installing with apt-get: $*"
  local try
  for try in 1 2 3; do
    # Debian's mirrors answer 404 for a list that has grown old: refresh it before every attempt.
    "${SUDO[@]}" apt-get update -qq >&2 || true
    "${SUDO[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 && return 0
    sleep $((try * 5))
  done
  return 1
}

check_rust() {
  if ! command -v cargo >/dev/null; then
    missing+=("Rust $RUST_MIN or newer: https://rustup.rs")
  elif ! at_least "$RUST_MIN" "$(rustc --version | cut -d' ' -f2)"; then
    missing+=("Rust $RUST_MIN or newer (this is $(rustc --version)): rustup update stable")
  fi
}

check_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    missing+=("Node $NODE_MIN or newer with npm: https://nodejs.org (Debian: apt-get install nodejs npm)")
  elif ! at_least "$NODE_MIN" "$(node --version | tr -d v)"; then
    missing+=("Node $NODE_MIN or newer (this is $(node --version)): https://nodejs.org")
  fi
}

check_cc() {
  command -v cc >/dev/null && return
  if can_apt; then apt_install gcc libc6-dev && return; fi
  missing+=("a C compiler for SQLite and compression (Debian: apt-get install gcc libc6-dev)")
}

stop_if_missing() {
  ((${#missing[@]} == 0)) && return
  say "this machine lacks:"
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
}

# packages DIR: npm ci, unless it was done for this very lock file.
packages() {
  local dir=$1 stamp="$1/node_modules/.jolda-lock" want
  want=$(sha256sum "$dir/package-lock.json" | cut -d' ' -f1)
  [[ -e "$stamp" && "$(cat "$stamp")" == "$want" ]] && return
  say "fetching the packages of $dir from npm"
  (cd "$dir" && npm ci --no-audit --no-fund --loglevel=error >&2)
  echo "$want" >"$stamp"
}

chromium_works() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
check_chromium() {
  chromium_works && return
  if can_apt && apt_install chromium fonts-dejavu-core fonts-noto-core; then return; fi
  missing+=("Chromium for the browser tests (Debian: apt-get install chromium)")
}

postgres_works() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
check_postgres() {
  postgres_works && return
  if can_apt && apt_install postgresql; then return; fi
  missing+=("PostgreSQL's server programs for the store tests (Debian: apt-get install postgresql)")
}

# Without it the count of instructions is skipped, and says so; nothing else needs it.
check_valgrind() {
  command -v valgrind >/dev/null && return
  if can_apt && apt_install valgrind; then return; fi
  say "no valgrind (Debian: apt-get install valgrind): the instruction counts will be skipped"
}

check_rust
check_node
check_cc
stop_if_missing
scripts/setup-wasm.sh >/dev/null
packages web
if [[ "$GOAL" == test ]]; then
  check_chromium
  check_postgres
  check_valgrind
  stop_if_missing
  packages tests/browser
fi
say "ready"
