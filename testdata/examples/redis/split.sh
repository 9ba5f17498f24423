#!/bin/sh
# Isolates the master, writes to both sides, heals, and counts what is left.
set -eu
answers=$(mktemp)
trap 'rm -f "$answers"' EXIT

# await COMMAND...: until it succeeds, a minute at most.
await() {
    for _ in $(seq 300); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    echo "after a minute still not so: $*" >&2
    exit 1
}

sentinel() { redis-cli -h "$1" -p 26379 "$2" "$3" ${4:+"$4"}; }
knows_all() { sentinel "$1" info sentinel | grep -q 'status=ok.*slaves=2,sentinels=3'; }

# find_master NODE...: master is the one that all of their Sentinels name.
find_master() {
    master=
    for node in "$@"; do
        ip=$(sentinel "$node" sentinel get-master-addr-by-name example | head -n 1)
        name=$(getent hosts "$ip" | awk '{ print $2 }')
        [ "${master:=$name}" = "$name" ] || return 1
    done
    is "$master" role:master
}
find_other_master() { find_master "$@" && [ "$master" != "$old" ]; }

# is NODE WORD: whether it says this of its replication.
is() { redis-cli -h "$1" info replication | tr -d '\r' | grep -x "$2"; }
follows() { is "$1" role:slave && is "$1" master_link_status:up; }

# sets NAME COUNT [PAUSE]: the lines of that many writes.
sets() { for i in $(seq "$2"); do echo "set $1:$i $i"; sleep "${3:-0}"; done; }
takes() { [ "$(redis-cli -h "$1" set any thing)" = OK ]; }
has() { [ "$(redis-cli -h "$1" exists "$2")" = 1 ]; }
count() { redis-cli -h "$1" keys "$2:*" | grep -c . || :; }

for node in a b c; do await knows_all "$node"; done
await find_master a b c
old=$master
case $old in a) others='b c' ;; b) others='a c' ;; c) others='a b' ;; esac
echo "master: $old"

# Ten seconds of writes. The split begins when all nodes have the first fifty.
sets old 500 0.02 | redis-cli -h "$old" >"$answers" &
for node in $others; do await has "$node" old:50; done
vagga_partition isolate "$old"

# shellcheck disable=SC2086 # two names
await find_other_master $others
await takes "$master"
echo "split: master of the others: $master"
echo "split: $old still says: $(is "$old" role:.*)"
new=$(sets new 100 | redis-cli -h "$master" | grep -c '^OK')
echo "acknowledged by the new master: $new"
wait
acknowledged=$(grep -c '^OK' "$answers")
echo "acknowledged by the old master: $acknowledged"
echo "refused by the old master: $(grep -c '^NOREPLICAS' "$answers" || :)"
echo "stored by the old master: $(count "$old" old)"

vagga_partition fullmesh
await follows "$old"
echo "healed: $old now says: $(is "$old" role:.*), $(is "$old" master_host:.*)"
echo "healed: $old writes in its log: $(vagganet exec "$old" grep -o 'Flushing old data' /mnt/redis.log)"
kept=$(count "$master" old)
echo "stored by the old master, healed: $(count "$old" old)"
echo "acknowledged and lost: $((acknowledged - kept))"
echo "acknowledged by the new master and lost: $((new - $(count "$master" new)))"
