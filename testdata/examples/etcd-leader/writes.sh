#!/bin/sh
# Writes 60 keys, whatever happens to the nodes meanwhile, and counts what is left of
# those that were acknowledged.
set -eu
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=http://etcd-1:2379,http://etcd-2:2379,http://etcd-3:2379
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

# persist COMMAND...: runs it until it succeeds, a minute at most.
persist() {
    for _ in $(seq 300); do
        if "$@" 2>/dev/null; then return; fi
        sleep 0.2
    done
    echo "after a minute still failing: $*" >&2
    exit 1
}

# term: goes up with each election.
term() { persist etcdctl get any -w fields | sed -n 's/^"RaftTerm" : //p'; }

before=$(term)
for n in $(seq 1001 1060); do
    # Without an answer in time, nobody knows whether it was written.
    if etcdctl put "n/$n" "$n" --command-timeout 2s >/dev/null 2>&1; then
        echo "$n" >>"$keys/acknowledged"
    fi
    sleep 0.15
done
persist etcdctl get n/ --prefix --print-value-only >"$keys/all"

echo "elections: $(($(term) - before))"
echo "acknowledged: $(wc -l <"$keys/acknowledged")"
echo "acknowledged and lost: $(grep . "$keys/all" | sort | comm -13 - "$keys/acknowledged" | wc -l)"
