#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# From a fresh Debian 12 or 13 to traffic in a tunnel through two NATs: packages, build, a lab of network namespaces with
# strongSwan as the peer, pings and TCP both ways, what culvertctl tells about it, and everything cleaned up again.
tree=$(cd "$(dirname "$0")/.." && pwd)
state=/run/culvert-quickstart
build=$tree/build
keep=0 down=0

usage() {
    cat <<TEXT
usage: app/quickstart.sh [--keep] [--down] [--build DIR] [--help]
  --keep       leave the tunnel up and tell what to try
  --down       take away what --keep left
  --build DIR  build folder (default: build)
Run it as root. Nothing outside of new network namespaces is touched, except that missing packages are installed and
hugepages are reserved while it runs.
TEXT
}

while [ $# -gt 0 ]; do
    case $1 in
    --keep) keep=1 ;;
    --down) down=1 ;;
    --build) build=$(realpath -m "${2:?--build needs a folder}") && shift ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
if [ "$(id -u)" != 0 ]; then
    echo "quickstart makes network namespaces and needs root: sudo $0" >&2
    exit 2
fi

export LAB=culvert-qs-$$ LAB_BIN=$build/app
export CULVERT_HUGEPAGES=auto
[ "$keep" = 1 ] && LAB_DETACH=1
# shellcheck source=tests/lib/packages.sh
. "$tree/tests/lib/packages.sh"
# shellcheck source=tests/lib/lab.sh
. "$tree/tests/lib/lab.sh"

step_number=0
step() {
    step_number=$((step_number + 1))
    printf '\n[%3d s] %d/7 %s\n' "$SECONDS" "$step_number" "$*"
}
note() { printf '        %s\n' "$*"; }
# Runs a noisy command with its output in a log, which is shown when it fails: quietly LOG COMMAND...
quietly() {
    local log=$LAB_OUT/$1
    shift
    "$@" >"$log" 2>&1 && return
    tail -n 25 "$log" >&2
    lab_fail "$*"
}

# Ends what an earlier run with --keep left: the processes it recorded, if they are still the same ones, and its
# namespaces.
take_down_kept() {
    local pid began name
    [ -d "$state" ] || return 0
    note "taking away what an earlier --keep left"
    while read -r pid began; do
        if [ "$(started_at "$pid")" = "$began" ]; then kill -TERM "$pid"; fi
    done <"$state/processes"
    sleep 1
    while read -r pid began; do
        if [ "$(started_at "$pid")" = "$began" ]; then kill -KILL "$pid"; fi
    done <"$state/processes"
    while read -r name; do ip netns del "$name" 2>/dev/null; done <"$state/namespaces"
    restore_hugepages "$(cat "$state/hugepages")"
    rm -rf "$(cat "$state/out")" "$state"
}

# Start time of a process in clock ticks since boot: with the pid it names one process for good.
started_at() { awk '{ print $22 }' "/proc/$1/stat" 2>/dev/null; }

record_kept() {
    local pid name
    mkdir -p "$state"
    for pid in "${LAB_PIDS[@]}"; do echo "$pid $(started_at "$pid")"; done >"$state/processes"
    for name in "${LAB_NAMES[@]}"; do echo "$LAB-$name"; done >"$state/namespaces"
    echo "$hugepages_before" >"$state/hugepages"
    echo "$LAB_OUT" >"$state/out"
}

hugepages_file=/proc/sys/vm/nr_hugepages
hugepages_before=""
reserve_hugepages() {
    local want=80 free
    free=$(awk '/HugePages_Free/ { print $2 }' /proc/meminfo)
    if [ "${free:-0}" -ge "$want" ]; then
        note "$free free hugepages, enough"
        return
    fi
    hugepages_before=$(cat "$hugepages_file" 2>/dev/null)
    if echo $((${hugepages_before:-0} + want)) 2>/dev/null >"$hugepages_file" &&
        [ "$(awk '/HugePages_Free/ { print $2 }' /proc/meminfo)" -ge "$want" ]; then
        note "$want hugepages reserved until the end"
    else
        restore_hugepages "$hugepages_before"
        hugepages_before=""
        note "this machine gives no hugepages: culvertd works without, slower"
    fi
}
restore_hugepages() {
    if [ -n "$1" ]; then echo "$1" 2>/dev/null >"$hugepages_file"; fi
}

finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM
    lab_down
    restore_hugepages "$hugepages_before"
    if [ "$status" = 0 ]; then
        rm -rf "$LAB_OUT"
        printf '\n[%3d s] done: namespaces, processes and files of this run are gone\n' "$SECONDS"
    else
        printf '\n[%3d s] not finished; the lab is taken away, the logs are in %s\n' "$SECONDS" "$LAB_OUT" >&2
    fi
    exit "$status"
}
trap finish EXIT

if [ "$down" = 1 ]; then
    trap - EXIT
    rm -rf "$LAB_OUT"
    [ -d "$state" ] || note "nothing to take away"
    take_down_kept
    exit 0
fi

cat <<TEXT
Culvert quickstart: a tunnel through two NATs, on this machine

  host ----- strongSwan ---- masquerade ---- internet ---- 1:1 NAT ----- culvertd ----- host
  10.1.0.10  192.168.1.10    203.0.113.2                   198.51.100.2  172.31.0.10    10.2.0.10
TEXT

step "packages"
missing=$(packages_missing $PACKAGES_BUILD $PACKAGES_LAB)
if [ -n "$missing" ]; then
    note "installing $missing"
    quietly packages.log packages_install $PACKAGES_BUILD $PACKAGES_LAB
else
    note "all there"
fi

step "hugepages"
take_down_kept
reserve_hugepages

step "build in $build"
if [ ! -f "$build/build.ninja" ]; then
    quietly setup.log meson setup "$build" "$tree" --buildtype=release -Dtests=false
fi
quietly build.log ninja -C "$build"
note "$("$CULVERTD" --version 2>&1 | head -n 1)"

step "lab: seven network namespaces, a masquerading NAT, a 1:1 NAT, strongSwan, culvertd"
lab_up a=masq b=1to1
gw_pair
check_capture_start
gw_start b
note "culvertd runs, its configuration is $LAB_OUT/gwb/culvert.json"
gw_start a
note "strongSwan runs behind the masquerading NAT"

step "tunnel: strongSwan calls 198.51.100.2, which the 1:1 NAT maps to culvertd"
gw_initiate a net || lab_fail "no tunnel: $(tail -n 3 "$LAB_OUT/gwa/initiate.log")"
note "IKEv2 and ESP in UDP are up"

step "traffic both ways"
check_reach a "${NET_LAN[b]}.10" 5
check_ping a "${NET_LAN[b]}.10" 20 0.05
note "ping 10.1.0.10 -> 10.2.0.10: 20 of 20, round trip $CHECK_RTT ms"
check_ping b "${NET_LAN[a]}.10" 20 0.05
note "ping 10.2.0.10 -> 10.1.0.10: 20 of 20, round trip $CHECK_RTT ms"
CHECK_IPERF_LIMIT=0
check_iperf a b "${NET_LAN[b]}.10"
note "iperf3 into the tunnel of strongSwan: ${CHECK_RATES% *} Mbit/s, out of it: ${CHECK_RATES#* } Mbit/s"
check_capture_end --least-esp 100
note "on the internet: $(head -n 1 <<<"$CHECK_CAPTURE")"
note "no inner packet in clear, no IV used twice; one of them:"
tcpdump -n -t -c 1 -r "$CHECK_PCAP" 'udp port 4500 and udp[8:4] != 0' 2>/dev/null | cut -c1-110 | sed 's/^/          /'

step "what culvertctl tells"
for command in status "show sas" "show nat"; do
    printf '\n        $ culvertctl %s\n' "$command"
    # shellcheck disable=SC2086
    culvert_ctl b $command | sed 's/^/        /' || lab_fail "culvertctl $command"
done

if [ "$keep" = 1 ]; then
    rm -f "$CHECK_PCAP"
    record_kept
    trap - EXIT
    cat <<TEXT

[$(printf '%3d' "$SECONDS") s] The tunnel stays up. To try:

  # through the tunnel
  ip netns exec $LAB-hosta ping 10.2.0.10
  # what the internet sees of it
  ip netns exec $LAB-inet tcpdump -ni tob udp port 4500
  # the NAT forgets its mappings; traffic goes on
  ip netns exec $LAB-nata conntrack -F
  # ask the gateway, or tell it something (--help lists the commands)
  $CULVERTCTL --socket $LAB_OUT/gwb/culvertd.sock show counters
  $CULVERTCTL --socket $LAB_OUT/gwb/culvertd.sock rekey foo
  # configuration and log of culvertd
  ls $LAB_OUT/gwb
  # take it all away
  app/quickstart.sh --down
TEXT
fi
