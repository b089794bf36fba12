# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# A guest in the place of a gateway, for what needs a kernel with real ESP (guest.sh): libreswan, OpenIKED, transport mode of strongSwan,
# L2TP with PPP. It has the addresses that the kernel there had, on ports wan and lan, and the machine's own files below an
# overlay, beside them the unpacked packages. It runs on any x86-64 and is up within a second or two of CPU time.
#
#   guest_need                  in front of lab_up: what a guest wants is there, or the scenario is skipped
#   guest_start GATEWAY         the guest, up when this returns 0; LAB_OUT/gwGATEWAY is the same folder there
#   guest_run GATEWAY COMMAND [SECONDS]   a command of the shell in it; its output is ours, its status as well (124: no answer in time)
#
# It ends with the lab. A process that a command leaves behind with & stays in the guest; its output must go to a file.

# The packages, unpacked once for all labs; without them (no network, no such packages) the scenario is skipped.
guest_need() {
    GUEST_ROOT=$PACKAGES_PEERS_FOLDER
    LAB_OUT=$(realpath "$LAB_OUT")
    packages_unpack "$GUEST_ROOT" >"$LAB_OUT/unpack.log" 2>&1 || {
        echo "skipped: these packages cannot be had: $PACKAGES_PEERS"
        exit 77
    }
}

declare -A GUEST_MAC=()    # gateway/port -> the hardware address that its guest has there

# The ports of a gateway go to its guest, by bridges, with their hardware addresses, which neighbours know already. A bridge would keep to
# itself what is for its own ports, so these get others.
guest_ports() {
    local gw=$1 port
    net_release "$gw"
    for port in wan lan; do
        GUEST_MAC[$gw/$port]=$(lab_in "gw$gw" cat "/sys/class/net/$port/address") || return 1
        ip -n "$LAB-gw$gw" link set "$port" address "02${GUEST_MAC[$gw/$port]:2}" || return 1
        ip -n "$LAB-gw$gw" tuntap add dev "guest-$port" mode tap || return 1
        ip -n "$LAB-gw$gw" link add "to-$port" type bridge stp_state 0 forward_delay 0 mcast_snooping 0 || return 1
        ip -n "$LAB-gw$gw" link set "guest-$port" master "to-$port" up
        ip -n "$LAB-gw$gw" link set "$port" master "to-$port"
        ip -n "$LAB-gw$gw" link set "to-$port" up
    done
}

# Its first process: a script of busybox, which leaves for the shell of the overlay.
guest_write() {
    local gw=$1 dir=$2
    cat >"$dir/init" <<INIT
mkdir /machine /packages /over /all
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 root /machine
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 packages /packages
mount -t tmpfs over /over
mkdir /over/upper /over/work
mount -t overlay -o lowerdir=/packages:/machine,upperdir=/over/upper,workdir=/over/work over /all
mount -t tmpfs run /all/run
mount -t proc proc /all/proc
mount -t sysfs sys /all/sys
mount -t devtmpfs dev /all/dev
mkdir -p /all/dev/pts
mount -t devpts pts /all/dev/pts
mkdir -p "/all$dir"
mount -o bind /share "/all$dir"
echo 1 >/proc/sys/net/ipv4/ip_forward
ip link set lo up
ip link set eth0 name wan address ${GUEST_MAC[$gw/wan]}
ip link set eth1 name lan address ${GUEST_MAC[$gw/lan]}
ip link set wan up
ip link set lan up
ip address add ${NET_WAN[$gw]}/24 dev wan
ip address add ${NET_LAN[$gw]}.1/24 dev lan
ip route add default via ${NET_HOP[$gw]}
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec chroot /all /bin/bash "$dir/serve"
INIT
    # Commands come as files, and their output and status go the same way: consoles lose characters under load.
    cat >"$dir/serve" <<'SERVE'
declare -A taken=()
cd "${0%/*}/run"
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
}

guest_start() {
    local gw=$1 dir=$LAB_OUT/gw$1 line
    rm -rf "$dir/run" "$dir/line"
    mkdir -p "$dir/run"
    guest_ports "$gw" && guest_write "$gw" "$dir" && mkfifo "$dir/line" || return 1
    exec {line}<>"$dir/line"
    # shellcheck disable=SC2016
    lab_spawn "gw$gw" "$dir/console" bash -c 'exec "$0" run "$1" "$2" <"$2/line"' "$LAB_LIB/guest.sh" "$GUEST_ROOT" "$dir"
    GW_PID[$gw]=$LAB_PID
    # What comes before its memory is there is lost.
    told() { printf 'now %s\n' "$EPOCHSECONDS" >&"$line" && test -e "$dir/run/ready"; }
    lab_wait 60 told || {
        tail -n 15 "$dir/console" >&2
        return 1
    }
    exec {line}>&-
}

guest_run() {
    local dir=$LAB_OUT/gw$1/run name
    name=$BASHPID-$RANDOM
    printf '%s\n' "$2" >"$dir/$name.new"
    mv "$dir/$name.new" "$dir/$name.ask"
    lab_wait "${3:-40}" test -s "$dir/$name.end" || return 124
    cat "$dir/$name.out"
    return "$(cat "$dir/$name.end")"
}
