#!/usr/bin/env bash
# The whole truth, fast things first. Each stage prints its time; the first failure ends the run.
#
#   scripts/test.sh            all stages
#   scripts/test.sh core lint  only these
set -euo pipefail
cd "$(dirname "$0")/.."

stages=("$@")
((${#stages[@]})) || stages=(setup format core lint server browser speed)

stage_setup() { scripts/setup.sh test; }
stage_format() { cargo fmt --all --check; }
stage_core() { cargo test --quiet -p api -p transit -p appeals -p simulator -p fuzz; }
# The page has three faces, server, map and desk: features that exclude each other, so each is checked alone.
stage_lint() {
  cargo clippy --quiet --workspace --all-targets -- -D warnings
  cargo clippy --quiet -p frontend --lib --no-default-features --features hydrate -- -D warnings
  cargo clippy --quiet -p frontend --lib --no-default-features --features desk -- -D warnings
}
stage_server() { scripts/with-postgres.sh cargo test --quiet -p jolda-server -p frontend -p xtask -p benches; }
# The tests that break the server wait more than they work: more of them at once than there are cores.
stage_browser() {
  cargo xtask web --release
  cargo build --quiet --release -p jolda-server
  JOLDA_BIN="$PWD/target/release/jolda" scripts/with-postgres.sh cargo test --quiet -p tests -- --test-threads=4
  (cd tests/browser && JOLDA_BIN="$OLDPWD/target/release/jolda" npx --no-install playwright test)
}

# After the stages that build the server for release anyway.
stage_speed() { scripts/instructions.sh; }

for stage in "${stages[@]}"; do
  start=$SECONDS
  printf '\n== %s\n' "$stage"
  "stage_$stage"
  printf '== %s: %d s\n' "$stage" $((SECONDS - start))
done
