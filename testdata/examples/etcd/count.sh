#!/bin/sh
# Writes for 22 seconds, whatever happens to the nodes meanwhile, and counts what
# is left of that in the end.
set -eu
export ETCDCTL_API=3
acknowledged=$(mktemp)
trap 'rm -f "$acknowledged"' EXIT

# all COMMAND...: etcdctl that takes any node that answers.
all() { etcdctl --endpoints http://a:2379,http://b:2379,http://c:2379 --command-timeout 2s "$@" 2>&1; }

# at NODE COMMAND...: etcdctl that knows of this node only.
at() {
    node=$1
    shift
    etcdctl --endpoints "http://$node:2379" --command-timeout 2s "$@"
}

# behind NODE: it lacks something that was acknowledged.
behind() {
    at "$1" get n/ --prefix --print-value-only --consistency=s | sort >"$acknowledged.$1"
    ! sort "$acknowledged" | comm -23 - "$acknowledged.$1" | cmp -s - /dev/null
}

end=$(($(date +%s) + 22)) n=0 refused=0
while [ "$(date +%s)" -lt $end ]; do
    n=$((n + 1))
    if all put "n/$n" "$n" >/dev/null; then
        echo $n >>"$acknowledged"
    else
        refused=$((refused + 1))
        echo "write $n: no answer"
    fi
done
echo "acknowledged: $(wc -l <"$acknowledged")"
echo "not acknowledged: $refused"

for node in a b c; do
    for _ in $(seq 50); do
        behind $node || break
        sleep 0.2
    done
    lost=$(sort "$acknowledged" | comm -23 - "$acknowledged.$node" | wc -l)
    echo "acknowledged and not in $node: $lost"
    rm -f "$acknowledged.$node"
done
