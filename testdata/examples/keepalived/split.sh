#!/bin/sh
# Cuts off the owner of the virtual address, asks on both sides who answers there,
# heals, and asks again.
set -eu
address=172.18.0.100

# owns NODE: it has the address.
owns() { vagganet exec "$1" ip -o addr show dev eth0 | grep -q " $address/"; }
disowns() { ! owns "$1"; }

# finds NODE: the name of the node that answers NODE at the address.
finds() { vagganet exec "$1" curl -sf -m 2 "http://$address/" || echo nobody; }
has_found() { [ "$(finds "$1")" = "$2" ]; }

# sends_to NODE: the hardware address to which NODE sends what is for the address.
sends_to() { vagganet exec "$1" ip neigh show "$address" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'; }

# show WHEN: who has the address, and who is found there.
show() {
    for node in a b; do
        if owns $node; then echo "$1: owner: $node"; fi
    done
    for node in a b client; do
        echo "$1: $node finds $(finds $node)"
    done
    echo "$1: client sends to $(sends_to client)"
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

# If b is first to take the address, a takes it from it.
await has_found client a
await has_found b a
await disowns b
show start

vagga_partition isolate a
await owns b
await has_found client b
show split

# What an owner sends by itself, too: who gets it sends there from now on.
vagganet exec a busybox arping -q -U -c 2 -I eth0 "$address"
show 'claimed by a'

vagga_partition fullmesh
await disowns b
await has_found b a
await has_found client a
show healed
