#!/bin/sh
# One node. The first time, a makes a database, and b copies it and follows a. After that
# they start with what they have: so a takes itself for the primary.
set -eu

# On Debian its servers are not in PATH.
for dir in /usr/lib/postgresql/*/bin; do PATH=$dir:$PATH; done
data=/var/lib/postgresql/data
# Who was killed has left this, and the number in it may be that of another process now.
rm -f $data/postmaster.pid

# leads NODE: it is there, and is a primary.
leads() { [ "$(psql -h "$1" -U postgres -Atc 'select pg_is_in_recovery()')" = f ]; }

# follow NODE: as a standby, with a copy of what that has.
follow() {
    rm -rf $data
    pg_basebackup --pgdata $data --dbname "host=$1 user=postgres application_name=standby" \
        --write-recovery-conf --checkpoint fast --no-sync
}

case $VAGGA_SUBCOMMAND in
a)
    if [ ! -e $data ]; then
        initdb --pgdata $data --username postgres --auth trust --no-sync >/dev/null
        echo 'host all,replication all samenet trust' >>$data/pg_hba.conf
    elif [ -n "${FENCED-}" ] && leads b; then
        follow b
    fi
    # A commit is acknowledged when the standby has it on its disk.
    set -- -c synchronous_standby_names=standby
    ;;
b) [ -e $data ] || follow a ;;
esac
exec postgres -D $data -c listen_addresses='*' -c unix_socket_directories='' -c log_min_messages=panic "$@"
