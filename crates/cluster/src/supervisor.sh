#!/bin/sh
# Owns a throw-away PostgreSQL cluster for as long as standard input stays open, so that it goes away with
# the process that asked for it, however that process ends. Not started by hand: the crate `penstock-cluster`
# and `tests/support/postgres.mjs` hold the other end of the pipe.
#
#   output, first line   "ready DIRECTORY" ("ready" alone with PENSTOCK_TEST_POSTGRES), or "error: ..."
#   input, each line     asks for a new empty database; the answer is one line: its URL, or "error: ..."
#   end of input         stops PostgreSQL and removes the directory; on a cluster named by
#                        PENSTOCK_TEST_POSTGRES, drops the databases made here instead
#
# PENSTOCK_TEST_POSTGRES_SETTINGS holds more lines for the configuration; they win over those below.
#
# `supervisor.sh --find` prints the folder of the server binaries; it fails when there is none.
set -u

say() { printf '%s\n' "$*"; }
fail() { say "error: $*"; exit 1; }

# The folder that holds all of the server binaries. PENSTOCK_POSTGRES_BIN goes first, then PATH, then the
# places of Debian, newest version first.
find_binaries() {
    candidates=$(
        [ -n "${PENSTOCK_POSTGRES_BIN:-}" ] && say "$PENSTOCK_POSTGRES_BIN"
        say "$PATH" | tr ':' '\n'
        ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV
        say /usr/local/bin
    )
    say "$candidates" | while IFS= read -r folder; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            say "$folder"
            break
        fi
    done
}

# PostgreSQL refuses to run as root: then its commands run as another user.
choose_user() {
    user=
    [ "$(id -u)" = 0 ] || return 0
    if id postgres >/dev/null 2>&1; then user=postgres; else user=nobody; fi
    group=$(id -gn "$user")
    chown "$user:$group" "$directory"
}

unprivileged() {
    if [ -z "$user" ]; then
        "$@"
    elif command -v setpriv >/dev/null; then
        setpriv --reuid="$user" --regid="$group" --clear-groups -- "$@"
    elif command -v runuser >/dev/null; then
        runuser -u "$user" -- "$@"
    else
        su -s /bin/sh "$user" -c '"$0" "$@"' -- "$@"
    fi
}

random() { od -An -N4 -tu4 /dev/urandom | tr -d ' '; }

# Case folding needs a UTF-8 locale: with plain C, lower() knows ASCII letters only.
locale_name() {
    if locale -a 2>/dev/null | grep -qiE '^C\.utf-?8$'; then say C.UTF-8; else say C; fi
}

last_words() { tail -n 4 "$directory/log" 2>/dev/null | tr '\n' ' '; }

start_cluster() {
    binaries=$(find_binaries)
    [ -n "$binaries" ] || fail "no PostgreSQL server binaries found: install them or set PENSTOCK_POSTGRES_BIN"
    directory=$(mktemp -d "${TMPDIR:-/tmp}/penstock-postgres.XXXXXX") || fail "no temporary directory"
    cd "$directory" || fail "cannot enter $directory"
    choose_user
    data=$directory/data
    unprivileged "$binaries/initdb" -D "$data" -U postgres --auth=trust --encoding=UTF8 \
        --locale="$(locale_name)" --no-sync >"$directory/log" 2>&1 || fail "initdb: $(last_words)"
    cat >>"$data/postgresql.conf" <<-SETTINGS
		listen_addresses = '127.0.0.1'
		unix_socket_directories = ''
		max_connections = 200
		shared_buffers = '32MB'
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		wal_level = minimal
		max_wal_senders = 0
	SETTINGS
    say "${PENSTOCK_TEST_POSTGRES_SETTINGS:-}" >>"$data/postgresql.conf"
    # Nobody can reserve a port for another process: take one below the range of outgoing connections,
    # and another one when it turns out to be in use.
    for attempt in 1 2 3 4 5; do
        port=$((20000 + $(random) % 12000))
        root=postgres://postgres@127.0.0.1:$port
        maintenance=$root/postgres
        options=
        # Not by pg_ctl: as a child of this shell the server can be waited for.
        unprivileged "$binaries/postgres" -D "$data" -p "$port" >>"$directory/log" 2>&1 &
        server=$!
        wait_until_ready && return
    done
    fail "PostgreSQL did not start: $(last_words)"
}

# True as soon as the server takes connections, false when it has ended.
wait_until_ready() {
    while kill -0 "$server" 2>/dev/null; do
        # The eighth line of its pid file is how a server tells; another one on this port cannot write it.
        grep -q '^ready' "$data/postmaster.pid" 2>/dev/null && return 0
        sleep 0.05
    done
    wait "$server"
    return 1
}

stop_cluster() {
    [ -n "$server" ] && kill -0 "$server" 2>/dev/null || return
    # `su` and `runuser` stay between this shell and the server: the server's own pid is in its file.
    postmaster=$(head -n 1 "$data/postmaster.pid")
    kill -QUIT "${postmaster:-$server}"
    wait "$server"
}

# Splits scheme://authority/database?options, to put other databases into the same place.
use_running_cluster() {
    maintenance=$PENSTOCK_TEST_POSTGRES
    options=
    case $maintenance in *\?*) options="?${maintenance#*\?}" ;; esac
    rest=${maintenance#*://}
    rest=${rest%%\?*}
    root=postgres://${rest%%/*}
}

execute() { "$psql" -X -q -v ON_ERROR_STOP=1 -d "$maintenance" -c "$1" 2>&1; }

create_database() {
    name=penstock_test_$$_$(random)
    if complaint=$(execute "CREATE DATABASE $name"); then
        databases="$databases $name"
        say "$root/$name$options"
    else
        say "error: CREATE DATABASE: $(say "$complaint" | tr '\n' ' ')"
    fi
}

cleanup() {
    trap '' EXIT INT TERM HUP
    cd /
    if [ -n "$directory" ]; then
        stop_cluster 2>/dev/null
        rm -rf "$directory"
    else
        for name in $databases; do execute "DROP DATABASE IF EXISTS $name WITH (FORCE)" >/dev/null; done
    fi
}

if [ "${1:-}" = --find ]; then
    binaries=$(find_binaries)
    [ -n "$binaries" ] && say "$binaries"
    exit
fi

binaries=
databases=
directory=
server=
trap cleanup EXIT
trap 'exit 1' INT TERM HUP
if [ -n "${PENSTOCK_TEST_POSTGRES:-}" ]; then use_running_cluster; else start_cluster; fi
psql=psql
[ -x "$binaries/psql" ] && psql=$binaries/psql
command -v "$psql" >/dev/null || fail "psql not found"
say "ready${directory:+ $directory}"
while read -r _; do create_database; done
