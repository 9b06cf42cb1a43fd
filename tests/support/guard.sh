#!/bin/sh
# Runs a command for as long as standard input stays open: guard.sh DIRECTORY COMMAND [ARGUMENT...]
# When the pipe closes, however its holder ended, the command gets SIGTERM and 20 seconds, then SIGKILL.
# Ends with the status of the command, after the directory is removed.
set -u
directory=$1
shift
exec 3<&0

"$@" </dev/null 3<&- &
command=$!

(
    while read -r _; do :; done
    kill -TERM "$command"
    for tenth in $(seq 200); do
        kill -0 "$command" || exit
        sleep 0.1
    done
    kill -KILL "$command"
) <&3 3<&- >/dev/null 2>&1 &
watcher=$!

wait "$command"
status=$?
kill "$watcher" 2>/dev/null
rm -rf "$directory"
exit "$status"
