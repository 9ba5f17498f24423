#!/bin/sh
# One node: a Redis with the given settings, and a Sentinel. Node a begins as
# the master.
set -eu

# The guest's mounts are its own: three nodes, three folders. Both programs
# write to their configuration.
mount -t tmpfs tmpfs /mnt
cd /mnt
first=172.18.0.1

cat >redis.conf <<END
protected-mode no
save ""
repl-diskless-sync-delay 0
logfile /mnt/redis.log
END
[ "$VAGGA_SUBCOMMAND" = a ] || echo "replicaof $first 6379" >>redis.conf

# Three seconds of silence are an end, if two Sentinels think so.
cat >sentinel.conf <<END
protected-mode no
logfile /mnt/sentinel.log
sentinel monitor example $first 6379 2
sentinel down-after-milliseconds example 3000
sentinel failover-timeout example 3000
END

redis-server redis.conf "$@" &
exec redis-server sentinel.conf --sentinel
