#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Datagrams of every size up to 64 KB between the hosts, which cut them: their fragments pass the tunnel as they came, in
# both directions. jumbo: the inside wire carries 9001 bytes, and what is larger than the path is cut by Culvert.
# cases: af_packet af_xdp jumbo
. "${0%/*}/../lib/lab.sh" || exit

NET_HOST_MTU=1500
[ "$1" = jumbo ] || CULVERT_DEVICE_OUTSIDE=net_${1}0,iface=wan CULVERT_DEVICE_INSIDE=net_${1}1,iface=lan
lab_up a=masq b=1to1
if [ "$1" = jumbo ]; then
    ip -n "$LAB-gwb" link set lan mtu 9001
    ip -n "$LAB-hostb" link set eth0 mtu 9001
    CULVERT_INSIDE='"mtu": 9001,' CULVERT_MEMORY=256
fi
gw_pair
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5

# One by one, since ping waits for the last of several no longer than two round trips: pings FROM ADDRESS BYTES
pings() {
    local i
    for i in 1 2 3; do
        lab_in "host$1" ping -c 1 -W 3 -M dont -s "$3" -q "$2" >"$LAB_OUT/ping.log" 2>&1 ||
            lab_fail "ping $i of $3 bytes from host$1: $(tail -n 2 "$LAB_OUT/ping.log") $(culvert_dropped b)"
    done
}
sizes="1372 1373 1472 1473 1500 1900 1980 2048 2100 4000 8000 16000 32000 65507"
[ "$1" = jumbo ] && sizes+=" 8972 8973 9000"
for size in $sizes; do
    pings b "${NET_LAN[a]}.10" "$size"
    pings a "${NET_LAN[b]}.10" "$size"
done
check_equal "what was dropped" "" "$(culvert_dropped b)"
echo "shows: ${sizes// /, } bytes"
