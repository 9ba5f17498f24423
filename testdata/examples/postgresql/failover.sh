#!/bin/sh
# Writes words, while the standby is paused, after the primary was killed, and at the old
# primary when it has started again; and shows who has which.
set -eu
export PGUSER=postgres

at() { psql -h "$1" -Atqc "$2" 2>&1; }
write() { at "$1" "insert into words (word) values ('$2')"; }
words() { at "$1" "select string_agg(word, ' ' order by word) from words"; }
has() { words "$2" | grep -q -w "$1"; }

leads() { [ "$(at "$1" 'select pg_is_in_recovery()')" = f ]; }

# A commit that waits for the standby.
waiting="from pg_stat_activity where wait_event = 'SyncRep'"
waits() { [ "$(at "$1" "select count(*) $waiting")" = 1 ]; }
settled() { waits a || ! kill -0 $writer 2>/dev/null; }

# await COMMAND...: until it succeeds, a minute at most.
await() {
    for _ in $(seq 300); do
        if "$@" >/dev/null; then return; fi
        sleep 0.2
    done
    echo "after a minute still not so: $*" >&2
    exit 1
}

# show WHAT [ANSWER]: writes it down; a commit that is acknowledged has no answer.
show() { echo "$1: ${2:-acknowledged}"; }

at a 'create table words (word text)'
show 'alpha at a' "$(write a alpha)"

vagganet pause @standby
write a beta >beta.out &
await waits a
show 'beta at a, the standby paused' 'waits for it'
show 'a has' "$(words a)"
vagganet resume b # paused, it does not answer that it is the standby
wait $!
show 'beta at a, the standby resumed' "$(cat beta.out)"

vagganet kill @primary
at b 'select pg_promote()' >/dev/null
show 'gamma at b, promoted' "$(write b gamma)"

vagganet start a
await at a 'select 1'
write a delta >delta.out &
writer=$!
await settled
if waits a; then
    show 'delta at a, started again' 'waits for a standby'
    at a "select pg_cancel_backend(pid) $waiting" >/dev/null
fi
wait $writer || :
show 'delta at a, in the end' "$(head -n 1 delta.out)"
show 'epsilon at a, which is to wait for nobody' "$(at a "set synchronous_commit = local; insert into words values ('epsilon')" || :)"

leads a || await has gamma a
show 'a has' "$(words a)"
show 'b has' "$(words b)"
