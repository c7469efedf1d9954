#!/usr/bin/env bash
# Makes docs/map.png, the README's picture, from a running demo city.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
mkdir -p docs
cd tests/browser
JOLDA_SCREENSHOT="$OLDPWD/docs/map.png" npx --no-install playwright test --project=desk screenshot
