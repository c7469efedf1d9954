#!/bin/sh
# Runs a command beside a PostgreSQL server of its own: scripts/with-postgres.sh cargo nextest run -p jolda-server
# The server lives in a temporary directory, listens on a socket there and nowhere else, and is gone afterwards.
# The command finds it by JOLDA_TEST_POSTGRES_URL. Exit code: the command's; 69 when there is no PostgreSQL.
set -eu

[ $# -gt 0 ] || { echo "usage: $0 COMMAND…" >&2; exit 64; }

find_program() {
    for candidate in "$(command -v "$1" 2>/dev/null || true)" \
        $(ls -d /usr/lib/postgresql/*/bin/"$1" /usr/pgsql-*/bin/"$1" 2>/dev/null | sort -rV); do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            readlink -f "$candidate"
            return
        fi
    done
}

install_postgres() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "with-postgres: PostgreSQL is not here; installing Debian's postgresql …" >&2
    # No cluster is wanted beside ours.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/jolda.conf
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql) >&2
}

if [ -z "$(find_program initdb)" ]; then
    install_postgres || true
fi
initdb=$(find_program initdb)
postgres=$(find_program postgres)
if [ -z "$initdb" ] || [ -z "$postgres" ]; then
    echo "with-postgres: initdb and postgres are in no folder of PATH and not in /usr/lib/postgresql/*/bin." >&2
    echo "with-postgres: install them, on Debian and Ubuntu with: apt install postgresql" >&2
    exit 69
fi

# PostgreSQL refuses to run as root.
as_user=""
if [ "$(id -u)" = 0 ]; then
    user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    if command -v setpriv >/dev/null; then
        as_user="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
    elif command -v runuser >/dev/null; then
        as_user="runuser -u $user --"
    else
        echo "with-postgres: run as root this needs setpriv or runuser (Debian's util-linux)." >&2
        exit 69
    fi
fi

# Not TMPDIR: its path may be too long for a socket, or closed to the other user.
dir=$(mktemp -d /tmp/jolda-pg.XXXXXX)
server=""
cleanup() {
    trap - EXIT INT TERM HUP
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$dir"
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM HUP
if [ -n "$as_user" ]; then chown "$user" "$dir"; fi

cd "$dir"
if ! $as_user "$initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1; then
    echo "with-postgres: initdb failed:" >&2
    cat "$dir/initdb.log" >&2
    exit 70
fi
# The directory is closed to others, so the socket needs no password. fsync stays on: what is tested is what runs.
$as_user "$postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=200 \
    >"$dir/server.log" 2>&1 &
server=$!
cd "$OLDPWD"

tries=0
until [ -S "$dir/.s.PGSQL.5432" ] && grep -q "ready to accept connections" "$dir/server.log"; do
    tries=$((tries + 1))
    if [ $tries -gt 150 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "with-postgres: the server does not come up:" >&2
        cat "$dir/server.log" >&2
        exit 70
    fi
    sleep 0.2
done

JOLDA_TEST_POSTGRES_URL="postgres://postgres@$(echo "$dir" | sed 's|/|%2F|g')/postgres"
export JOLDA_TEST_POSTGRES_URL
status=0
"$@" || status=$?
exit $status
