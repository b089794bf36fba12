# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# A guest in the place of a gateway: Debian's user-mode-linux, a kernel with real ESP as an ordinary process, for daemons that
# need one (libreswan, OpenIKED). It has the namespace's ports by raw sockets, the addresses that the kernel there had, and the
# machine's own files below an overlay, beside them the unpacked packages. It is up in two to four seconds.

UML_MODULES="ipv6 xfrm_user esp4 af_key overlay ansi_cprng seqiv echainiv ghash-generic ctr gcm cbc hmac sha512_generic authenc"

declare -a UML_PIDS=()     # guests that were started

# What a guest wants of this machine. Its kernel knows the registers of CPUs without AMX: with it, it ends at its first process.
uml_need() {
    grep -q -w amx_tile /proc/cpuinfo && echo "unable: a guest of user-mode-linux does not run on a CPU with AMX" && exit 78
    uml_packages
}

# The packages, unpacked once for all labs; without them (no network, no such packages) the scenario is skipped.
uml_packages() {
    UML_ROOT=$PACKAGES_PEERS_FOLDER
    packages_unpack "$UML_ROOT" >"$LAB_OUT/unpack.log" 2>&1 || {
        echo "skipped: these packages cannot be had: $PACKAGES_PEERS"
        exit 77
    }
}

# The ports of a gateway go to its guest, with their hardware addresses.
uml_ports() {
    local gw=$1 port number=0
    for port in wan lan; do
        printf 'vec%d:transport=raw,ifname=%s,mac=%s ' "$number" "$port" "$(lab_in "gw$gw" cat "/sys/class/net/$port/address")"
        number=$((number + 1))
    done
}

uml_start() {
    local gw=$1 dir=$LAB_OUT/gw$1
    rm -rf "$dir/run"
    mkdir -p "$dir/run" "$dir/tmp"
    cat >"$dir/init" <<INIT
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
# The kernel would ask for each algorithm that it lacks, again and again, which takes seconds.
echo >/proc/sys/kernel/modprobe
modprobe -d $UML_ROOT/modules -a $UML_MODULES
mount -t tmpfs over /mnt
mkdir /mnt/packages /mnt/upper /mnt/work /mnt/all
mount -t hostfs none /mnt/packages -o $UML_ROOT/files
mount -t overlay -o lowerdir=/mnt/packages:/,upperdir=/mnt/upper,workdir=/mnt/work over /mnt/all
mount -t tmpfs run /mnt/all/run
mount -t proc proc /mnt/all/proc
mount -t sysfs sys /mnt/all/sys
mount -t devtmpfs dev /mnt/all/dev
mount -t hostfs none /mnt/all/mnt -o $dir
echo 1 >/proc/sys/net/ipv4/ip_forward
ip link set lo up
ip link set vec0 up
ip link set vec1 up
ip address add ${NET_WAN[$gw]}/24 dev vec0
ip address add ${NET_LAN[$gw]}.1/24 dev vec1
ip route add default via ${NET_HOP[$gw]}
exec chroot /mnt/all /bin/bash /mnt/serve
INIT
    # Commands come as files, and their output and status go the same way: consoles lose characters under load.
    cat >"$dir/serve" <<'SERVE'
declare -A taken=()
cd /mnt/run
mkfifo /run/never && exec 9<>/run/never
: >ready
while :; do
    for ask in *.ask; do
        [ -e "$ask" ] && [ -z "${taken[$ask]:-}" ] || continue
        taken[$ask]=1
        ( (. "./$ask") >"${ask%.ask}.out" 2>&1 </dev/null; echo $? >"${ask%.ask}.end") &
    done
    read -r -t 0.05 -u 9
done
SERVE
    chmod 755 "$dir/init"
    net_release "$gw"
    # shellcheck disable=SC2046
    lab_spawn "gw$gw" "$dir/console" env "TMPDIR=$([ -d /dev/shm ] && echo /dev/shm || echo "$dir/tmp")" "$UML_ROOT/files/usr/bin/linux.uml" rootfstype=hostfs rootflags=/ rw mem=160M \
        $(uml_ports "$gw") "init=$dir/init" con=null con0=null,fd:1 quiet
    GW_PID[$gw]=$LAB_PID
    UML_PIDS+=("$LAB_PID")
    lab_wait 60 test -e "$dir/run/ready" || {
        tail -n 15 "$dir/console" >&2
        return 1
    }
}

# Runs a shell command in the guest; its output is ours, its status as well: uml_run GATEWAY COMMAND [SECONDS]
uml_run() {
    local dir=$LAB_OUT/gw$1/run name
    name=$BASHPID-$RANDOM
    printf '%s\n' "$2" >"$dir/$name.new"
    mv "$dir/$name.new" "$dir/$name.ask"
    lab_wait "${3:-40}" test -s "$dir/$name.end" || return 124
    cat "$dir/$name.out"
    return "$(cat "$dir/$name.end")"
}

# A guest's kernel has helpers, and processes that are those of the guest; they do not end with it.
uml_descendants() {
    local pid
    for pid in $(ps -o pid= --ppid "$1"); do
        uml_descendants "$pid"
        echo "$pid"
    done
}

# Ends all guests: nothing of theirs is worth an orderly end.
uml_down() {
    local pid all
    for pid in "${UML_PIDS[@]+"${UML_PIDS[@]}"}"; do
        all=$(uml_descendants "$pid")
        # shellcheck disable=SC2086
        kill -KILL "$pid" $all 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    UML_PIDS=()
}
