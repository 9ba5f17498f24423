#!/bin/sh
# Makes the namespaces that it is started in look like a machine of their own,
# then runs a command there:
#
#   IPTABLES=nft|legacy unshare --net --mount --pid … sandbox.sh TEST-BINARY ARG…
#
# Everything is in tmpfs mounts of this mount namespace, so the end of the last
# process is all the cleaning up there is.
set -eu

box=/run/sandbox
uid=4711 # of the user "tester"
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -m 0755 $box $box/bin $box/etc
mkdir -m 1777 $box/tmp
mkdir -m 0755 $box/home && chown $uid:$uid $box/home

# /sys shows the devices of the network namespace that it was mounted in.
mount -t sysfs sysfs /sys
ip link set dev lo up
# A new namespace inherits this from the machine; a fresh machine has 0.
echo 0 >/proc/sys/net/ipv4/ip_forward

cp -a /etc/. $box/etc
mount --bind $box/etc /etc

# By hand, as the tools for this differ between distributions.
for file in passwd group shadow subuid subgid; do
    touch /etc/$file
    sed -i '/^tester:/d' /etc/$file
done
echo "tester:x:$uid:$uid::$box/home:/bin/sh" >>/etc/passwd
echo "tester:x:$uid:" >>/etc/group
echo "tester:*:19000:0:99999:7:::" >>/etc/shadow
echo "tester:1000000000:65536" | tee -a /etc/subuid >>/etc/subgid
mkdir -p /etc/sudoers.d
echo 'tester ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz-tester
chmod 0440 /etc/sudoers.d/zz-tester
# Without a name server, sudo would complain about the machine's own name.
echo "127.0.0.1 $(uname -n)" >>/etc/hosts

case $(iptables -V) in
*nf_tables*) present=nft ;;
*) present=legacy ;;
esac
if [ "$present" != "$IPTABLES" ]; then
    for tool in iptables iptables-restore iptables-save ip6tables ip6tables-restore ip6tables-save; do
        wanted=$(command -v "${tool%%-*}-$IPTABLES${tool#ip*tables}" || true)
        if [ -z "$wanted" ] || [ ! -L "/etc/alternatives/$tool" ]; then
            echo "sandbox: skip: no ${tool%%-*}-$IPTABLES${tool#ip*tables} here, or no /etc/alternatives/$tool to choose it by"
            exit 0
        fi
        ln -sf "$wanted" "/etc/alternatives/$tool"
    done
fi

# as USER CMD…: the program keeps its process id, so that signals reach it. The
# tester's PATH is a plain user's, without the folders of root's tools, behind
# the one with the programs under test.
cat >$box/bin/as <<END
#!/bin/sh
who=\$1
shift
case \$who in
root) exec "\$@" ;;
tester) exec setpriv --reuid=$uid --regid=$uid --clear-groups \\
    env HOME=$box/home USER=tester LOGNAME=tester \\
    PATH="\${PATH%%:*}:$box/bin:/usr/local/bin:/usr/bin:/bin" "\$@" ;;
esac
echo "as: no user \$who here" >&2
exit 125
END
chmod 0755 $box/bin/as

# The test program may be where the tester may not look.
program=$box/$(basename "$1")
cp "$1" "$program"
chmod 0755 "$program"
shift
# What a test writes there is not the machine's either.
mount -t tmpfs -o mode=1777 tmpfs /tmp

# No exec: this shell is process 1 of the namespace, and reaps the orphans.
PATH=$box/bin:$PATH TMPDIR=$box/tmp VAGGANET_IN_SANDBOX=$box "$program" "$@"
