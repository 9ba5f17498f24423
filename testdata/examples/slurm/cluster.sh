#!/bin/sh
# cluster.sh - run a command beside a Slurm of four nodes, all on this machine.
#
#     sudo ./cluster.sh CMD...
#     sudo ./cluster.sh su "$USER"     # a shell of yours, to try sbatch in
#
# For trying out an array job where there is no cluster, and for the test beside it. The
# nodes n1 to n4 have two processors each. Network, processes and the files of the cluster
# are in namespaces of their own, which end with CMD, or when this is killed. A Slurm that
# this machine is a part of is not touched. Needs root, and what scripts/deps --slurm
# installs.
set -eu

PATH=$PATH:/usr/sbin:/sbin
dir=/etc/slurm # a tmpfs is mounted there: all files of the cluster are in it
address=10.71.0.1

say() { printf 'cluster.sh: %s\n' "$*" >&2; }

config() {
    cat <<END
ClusterName=example
SlurmctldHost=controller($address)
SlurmUser=slurm
AuthInfo=socket=$dir/munge/socket
StateSaveLocation=$dir/state
SlurmctldPidFile=$dir/state/pid
SlurmdSpoolDir=$dir/%n
SlurmdPidFile=$dir/%n/pid
# Without control groups and a database, which a test should not ask a machine for.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
NodeName=n[1-4] NodeHostname=controller NodeAddr=$address Port=[6821-6824] CPUs=2
PartitionName=all Nodes=ALL Default=YES
END
}

# Slurm opens a plugin for control groups in any case. That of version 1 is content with
# a machine that has none; newer ones can do without a plugin.
cgroups() {
    case $(slurmd -V) in
    *' 2'[0-2].*) echo CgroupPlugin=cgroup/v1 ;;
    *) echo CgroupPlugin=disabled ;;
    esac
}

# daemon NAME CMD...: away from the terminal, whose Ctrl+C is for the command.
daemon() {
    name=$1
    shift
    setsid "$@" </dev/null >"$dir/log/$name" 2>&1 &
}

start() {
    hostname controller
    ip link set dev lo up
    # The controller does not take a loopback address.
    ip link add slurm type veth peer name slurm-peer
    ip addr add $address/24 dev slurm
    ip link set dev slurm up
    ip link set dev slurm-peer up

    mount -t tmpfs -o mode=0755 slurm $dir
    (cd $dir && mkdir log state munge n1 n2 n3 n4)
    config >$dir/slurm.conf
    cgroups >$dir/cgroup.conf
    (umask 077 && dd if=/dev/urandom of=$dir/munge/key bs=64 count=1 status=none)
    chown -R munge: $dir/munge
    chown slurm: $dir/state

    daemon munged setpriv --reuid=munge --regid=munge --clear-groups munged --foreground \
        --socket=$dir/munge/socket --key-file=$dir/munge/key --pid-file=$dir/munge/pid \
        --seed-file=$dir/munge/seed --origin=$address
    wait_for test -S $dir/munge/socket
    daemon slurmctld slurmctld -D
    for node in n1 n2 n3 n4; do daemon $node slurmd -D -N $node; done
    wait_for all_idle
}

all_idle() { [ "$(sinfo --noheader --Node --states=idle 2>/dev/null | wc -l)" = 4 ]; }

# wait_for CMD...: until it succeeds. A minute is for what hangs.
wait_for() {
    tries=600
    until "$@"; do
        tries=$((tries - 1))
        if [ $tries = 0 ]; then
            say "the cluster does not come up; its daemons said:"
            tail -n 5 $dir/log/* >&2
            exit 125
        fi
        sleep 0.1
    done
}

case ${1:-} in
'' | -h | --help) sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"; exit 2 ;;
--inside) ;;
*)
    [ "$(id -u)" = 0 ] || { say "this makes namespaces and mounts: run it as root"; exit 125; }
    for tool in munged slurmctld slurmd sbatch; do
        command -v $tool >/dev/null || { say "no $tool here: scripts/deps --slurm installs it"; exit 127; }
    done
    exec unshare --net --uts --ipc --mount --propagation private --pid --fork --kill-child \
        --mount-proc "$0" --inside "$@"
    ;;
esac
shift
start
# No exec: this shell is process 1 there, and reaps the orphans.
"$@"
