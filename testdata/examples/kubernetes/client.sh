#!/bin/sh
# Writes each number to all nodes, and takes it for written when two of them have it. In
# the end it looks for it in the first node alone: that is the bug.
set -u
out=${VAGGANET_OUT:-.} acknowledged=0
rm -f "$out"/node-*.has
for number in $(seq 20); do
    copies=0
    for node in node-1 node-2 node-3; do
        [ "$(echo "$number" | timeout 5 busybox nc $node 7000 2>/dev/null)" != ok ] || copies=$((copies + 1))
    done
    [ $copies -lt 2 ] || acknowledged=$((acknowledged + 1))
    sleep 0.05
done
touch "$out/node-1.has"
lost=$((acknowledged - $(wc -l <"$out/node-1.has")))
echo "20 writes, $acknowledged acknowledged, $lost of these lost"
[ $lost -le 0 ]
