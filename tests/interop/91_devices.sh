#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Culvert on every kind of software port: it starts, its tunnel carries pings and TCP, and it stops cleanly: exit status
# 0, and no socket, runtime file or hugepage stays behind. net_ring is none of them: such a port has no other end but
# itself, except for a process that shares culvertd's memory, and culvertd shares it with nobody.
# Over IPv6 a tap port fills in the outer UDP checksums itself, and the capture finds none wrong.
# cases: af_packet af_packet-hugepages af_packet-two-workers af_xdp af_xdp-force-copy tap tap-ipv6 pcap memif
. "${0%/*}/../lib/lab.sh" || exit

# What a process left behind that had this pid; others may run beside this lab.
leftovers() { find /run/dpdk /dev/hugepages /run/culvert "$LAB_OUT" -name "*[!0-9]$1" ! -path '*/proc/*' 2>/dev/null; }
hugepages_free() { awk '/HugePages_Free/ { print $2 }' /proc/meminfo; }

# A port of DPDK's own that becomes a kernel interface, bridged to the wire: bridged_tap NAME WIRE NUMBER
bridged_tap() {
    ip -n "$LAB-gwb" link add "br$2" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    lab_in gwb sh -c "echo 1 >/proc/sys/net/ipv6/conf/br$2/disable_ipv6"
    # The driver gives its own MAC address to the interface, and a bridge keeps what is for its interfaces.
    ip -n "$LAB-gwb" link set "$1" address "02:00:00:00:00:0$3"
    ip -n "$LAB-gwb" link set "$2" master "br$2"
    ip -n "$LAB-gwb" link set "$1" master "br$2"
    lab_in gwb ethtool -K "$1" tx off rx off sg off tso off gso off gro off >/dev/null 2>&1
    ip -n "$LAB-gwb" link set "$1" up
    ip -n "$LAB-gwb" link set "br$2" up
}

# Another DPDK process, which forwards between memif and the wires as a switch would: its ports 0 and 1 belong together,
# and 2 and 3.
memif_switch() {
    local cpu device
    cpu=$("$LAB_PYTHON" -c 'import os; print(min(os.sched_getaffinity(0)))')
    device=role=client,socket-abstract=no,socket=$LAB_OUT/memif.sock
    lab_spawn gwb "$LAB_OUT/testpmd.log" env "RUNTIME_DIRECTORY=$LAB_OUT" dpdk-testpmd --no-huge --no-pci --no-telemetry -m 128 \
        --lcores "(0,1)@$cpu" --vdev "net_memif0,id=0,$device" --vdev net_af_packet0,iface=wan \
        --vdev "net_memif1,id=1,$device" --vdev net_af_packet1,iface=lan -- --forward-mode=io --total-num-mbufs=8192 --stats-period=600
    lab_wait 20 grep -q 'Port statistics' "$LAB_OUT/testpmd.log" || lab_fail "testpmd: $(tail -n 3 "$LAB_OUT/testpmd.log")"
}

# Devices that know nothing of the kernel's interfaces want them released, and neighbours that leave nothing to a device.
plain_wires() {
    local off="tx off rx off sg off tso off gso off gro off" end
    net_release b
    for end in "gwb wan" "gwb lan" "hostb eth0" "inet tob"; do
        # shellcheck disable=SC2086
        lab_in ${end% *} ethtool -K ${end#* } $off >/dev/null 2>&1
    done
}

tunnel() {
    case $1 in
    tap | tap-ipv6 | pcap | memif) plain_wires ;;
    esac
    gw_start b
    case $1 in
    tap | tap-ipv6)
        bridged_tap culvert0 wan 1
        bridged_tap culvert1 lan 2
        ;;
    memif) memif_switch ;;
    esac
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_traffic
}

if [ "$1" = tap-ipv6 ]; then
    lab_up a=none b=none v6=yes
    check_capture_start
    gw_pair "a.peer=${NET_WAN6[b]}" "a.local=${NET_WAN6[a]}" b.peer=any
else
    lab_up a=masq b=none
    gw_pair
fi
case $1 in
af_packet) ;;
af_packet-hugepages)
    if [ "$(hugepages_free)" -lt 96 ]; then
        reserved=$(cat /proc/sys/vm/nr_hugepages)
        trap 'status=$?; sysctl -q vm.nr_hugepages="$reserved"; (exit "$status"); lab_on_exit' EXIT
        sysctl -q vm.nr_hugepages=$((reserved + 128)) 2>/dev/null
        if [ "$(hugepages_free)" -lt 96 ]; then
            echo "skipped: the kernel gives no hugepages ($(hugepages_free) free)"
            exit 77
        fi
    fi
    CULVERT_HUGEPAGES=require
    ;;
af_packet-two-workers)
    CULVERT_DEVICE_OUTSIDE=net_af_packet0,iface=wan,qpairs=2 CULVERT_DEVICE_INSIDE=net_af_packet1,iface=lan,qpairs=2
    read -r first last <<<"$("$LAB_PYTHON" -c 'import os; c = sorted(os.sched_getaffinity(0)); print(c[0], c[-1])')"
    if [ "$first" = "$last" ]; then
        echo "skipped: two workers need two cores"
        exit 77
    fi
    CULVERT_EXTRA[b]="\"workers\": {\"cores\": [$first, $last], \"poll\": \"adaptive\"},"
    ;;
af_xdp) CULVERT_DEVICE_OUTSIDE=net_af_xdp0,iface=wan CULVERT_DEVICE_INSIDE=net_af_xdp1,iface=lan ;;
af_xdp-force-copy)
    CULVERT_DEVICE_OUTSIDE=net_af_xdp0,iface=wan,force_copy=1 CULVERT_DEVICE_INSIDE=net_af_xdp1,iface=lan,force_copy=1
    ;;
tap | tap-ipv6) CULVERT_DEVICE_OUTSIDE=net_tap0,iface=culvert0 CULVERT_DEVICE_INSIDE=net_tap1,iface=culvert1 ;;
pcap) CULVERT_DEVICE_OUTSIDE=net_pcap0,iface=wan CULVERT_DEVICE_INSIDE=net_pcap1,iface=lan ;;
memif)
    CULVERT_DEVICE_OUTSIDE=net_memif0,role=server,id=0,socket-abstract=no,socket=$LAB_OUT/memif.sock
    CULVERT_DEVICE_INSIDE=net_memif1,role=server,id=1,socket-abstract=no,socket=$LAB_OUT/memif.sock
    ;;
esac
free=$(hugepages_free)
tunnel "$1"
if [ "$1" = tap-ipv6 ]; then
    check_capture_end --least-esp 100
    grep -q 'port=outside .*offloads=.*tx_udp_cksum' "$LAB_OUT/gwb/culvertd.log" || lab_fail "the port was not asked to sum up"
fi
if [ "$1" = af_packet-hugepages ]; then
    check_equal "use of hugepages" True "$(culvert_json b 'd["hugepages"]' status)"
fi
pid=${GW_PID[b]}
gw_stop b
check_equal "exit status of culvertd" 0 "$LAB_STATUS"
check_equal "files of culvertd" "" "$(leftovers "$pid")"
[ ! -e "$LAB_OUT/gwb/culvertd.sock" ] || lab_fail "the control socket is left"
[ ! -e "$LAB_OUT/memif.sock" ] || lab_fail "the socket of memif is left"
# Only where this run used them: the count is the machine's, and another case beside this one may reserve some.
all_free() { [ "$(hugepages_free)" -ge "$free" ]; }
if [ "$1" = af_packet-hugepages ]; then
    lab_wait 5 all_free || lab_fail "hugepages: $free were free before, now $(hugepages_free)"
fi
echo "shows: $CHECK_RATES Mbit/s; nothing left behind"
