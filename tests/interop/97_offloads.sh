#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Interfaces as machines have them: the wires next to Culvert join received segments (gro), or its neighbours on the same
# host leave checksums (csum) and segments of 64 KB (tso) to a device. TCP runs at full speed both ways, UDP passes, no
# packet is dropped, and what was done for a neighbour is counted.
# cases: gro-af_packet csum-af_packet tso-af_packet tso-inside-6-af_packet gro-af_xdp csum-af_xdp tso-af_xdp csum-inside-6-af_xdp
. "${0%/*}/../lib/lab.sh" || exit

driver=${1##*-}
CULVERT_DEVICE_OUTSIDE=net_${driver}0,iface=wan CULVERT_DEVICE_INSIDE=net_${driver}1,iface=lan
host_a=${NET_LAN_a}.10 host_b=${NET_LAN_b}.10 lan_a=${NET_LAN_a}.0/24 lan_b=${NET_LAN_b}.0/24
if [[ $1 == *-inside-6-* ]]; then
    lab_up a=none b=none v6=yes
    lan_a=${NET_LAN6[a]}:/64 lan_b=${NET_LAN6[b]}:/64 host_a=${NET_LAN6[a]}:10 host_b=${NET_LAN6[b]}:10
else
    lab_up a=masq b=1to1
fi

# Switches offloads on, at both ends of Culvert's wires: offloads WHAT on...
offloads() {
    lab_in gwb ethtool -K lan "$@"
    lab_in gwb ethtool -K wan "$@"
    lab_in hostb ethtool -K eth0 "$@"
    [ "${NET_NAT[b]}" = none ] || lab_in natb ethtool -K in1 "$@"
}
case $1 in
gro-*) offloads gro on ;;
csum-*) offloads tx on rx on ;;
tso-*) offloads tx on rx on sg on tso on gso on gro on ;;
esac >"$LAB_OUT/ethtool.log" 2>&1
# counted PORT COUNTER
counted() { culvert_json b "next(p['$2'] for p in d['ports'] if p['name'] == '$1')" show ports; }

check_capture_start
gw_pair "a.lan=$lan_a" "a.peer_lan=$lan_b" "b.lan=$lan_b" "b.peer_lan=$lan_a"
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "$host_b" 5
check_ping a "$host_b" 20 0.02
check_ping b "$host_a" 20 0.02
CHECK_IPERF_AMOUNT="-n 4M" check_iperf b a "$host_a" 50
rates=$CHECK_RATES
before=$(culvert_dropped b)
lab_spawn hosta "$LAB_OUT/udp-server.log" iperf3 -s -p 5202 --forceflush
lab_wait 3 lab_has "$LAB_OUT/udp-server.log" listening || lab_fail "iperf3 does not listen"
for way in "" -R; do
    lab_in hostb iperf3 -u -c "$host_a" -p 5202 -t 1 -b 5M -l 1000 -J $way >"$LAB_OUT/udp$way.json" 2>&1
    lost=$("$LAB_PYTHON" -c 'import json, sys
print(int(json.load(open(sys.argv[1]))["end"]["sum"]["lost_percent"]))' "$LAB_OUT/udp$way.json") || lab_fail "UDP $way: $(tail -n 2 "$LAB_OUT/udp$way.json")"
    [ "$lost" -le 20 ] || lab_fail "$lost % of the UDP datagrams were lost $way" # of those with a wrong checksum all would be
done
check_equal "what was dropped" "$before" "$(culvert_dropped b)"
[[ $before != *malformed* ]] || lab_fail "dropped: $before"
for lost in missed too_large large_full csum_bad segment_bad; do
    check_equal "$lost" 0 "$(($(counted inside $lost) + $(counted outside $lost)))"
done
completed=$(counted inside completed) segmented=$(counted inside segmented)
case $1 in
csum-* | tso-*) [ "$completed" -ge 10 ] || lab_fail "only $completed frames were completed" ;;
esac
case $1 in
*-af_packet) [[ $1 == csum-* ]] || [ "$segmented" -ge 10 ] || lab_fail "only $segmented large frames were cut" ;;
esac
check_capture_end --least-esp 100
echo "shows: TCP $rates Mbit/s, $completed completed, $segmented cut"
