#!/bin/sh
# Isolates the leader, writes and reads on both sides, heals, and reads again.
# What is behind the name of a node is what that node answered.
set -eu
export ETCDCTL_API=3

# at NODE COMMAND...: etcdctl that knows of this node only.
at() {
    node=$1
    shift
    etcdctl --endpoints "http://$node:2379" --command-timeout 3s "$@" 2>&1
}

# The usual read: the node has it confirmed by a majority.
get() { at "$1" get color --print-value-only; }

# The node's own copy, asked of nobody else. It may be an old one.
own_copy() { at "$1" get color --print-value-only --consistency=s; }
has() { [ "$(own_copy "$1")" = "$2" ]; }

# show WHAT NODE COMMAND...: writes an answer down. A refusal is one, too.
show() {
    what=$1
    shift
    answer=$("$@") || :
    echo "$what: $(echo "$answer" | tail -n 1)"
}

# find_leader NODE...: leader is the one of them that says it leads.
find_leader() {
    for leader in "$@"; do
        if at "$leader" endpoint status | grep -q ', true, '; then return; fi
    done
    return 1
}

# await COMMAND...: until it succeeds, a minute at most.
await() {
    for _ in $(seq 300); do
        if "$@" >/dev/null; then return; fi
        sleep 0.2
    done
    echo "after a minute still not so: $*" >&2
    exit 1
}

await at a put color red
for node in a b c; do await has "$node" red; done
await find_leader a b c
old=$leader
echo "leader: $old"

vagga_partition isolate "$old"
case $old in a) others='b c' ;; b) others='a c' ;; c) others='a b' ;; esac
# shellcheck disable=SC2086 # two names
await find_leader $others
new=$leader
await get "$new"
echo "split: leader of the others: $new"
show "split: put green at $new" at "$new" put color green
show "split: get at $new" get "$new"
show "split: put blue at $old" at "$old" put color blue
show "split: get at $old" get "$old"
show "split: own copy of $old" own_copy "$old"

vagga_partition fullmesh
await has "$old" green
await get "$old"
for node in a b c; do
    show "healed: get at $node" get "$node"
    show "healed: own copy of $node" own_copy "$node"
done
