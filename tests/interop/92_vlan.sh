#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Ports that are VLANs of a trunk, outside and inside: the router and the host at their other ends have the plain
# end of a tagging wire. Neighbours, IKE, ESP and clear packets all carry the tag; what comes with another tag or none is refused.
. "${0%/*}/../lib/lab.sh" || exit

# Moves the addresses of a port to a VLAN of it: to_vlan SPACE PORT VLAN ADDRESS
to_vlan() {
    local log=$LAB_OUT/vlan-$3.log
    ip -n "$LAB-$1" address flush dev "$2"
    ip -n "$LAB-$1" link set "$2" arp off
    net_wire "$1" "vlan$3" "$1" "plain$3"
    net_address "$1" "vlan$3" "$4"
    ip -n "$LAB-$1" link set "vlan$3" mtu "$(lab_in "$1" cat "/sys/class/net/$2/mtu")"
    ip -n "$LAB-$1" link set "$2" mtu 1504
    lab_spawn "$1" "$log" "$LAB_PYTHON" "$LAB_LIB/vlan_wire.py" "plain$3" "$2" "$3"
    lab_wait 3 grep -q ready "$log" || lab_fail "no VLAN $3"
}

lab_up a=masq b=none
to_vlan inet tob 17 "$NET_ROUTER_b/24"
to_vlan hostb eth0 42 "${NET_LAN[b]}.10/24"
net_default hostb "${NET_LAN[b]}.1"
CHECK_IPERF_LIMIT=20M CULVERT_OUTSIDE='"vlan": 17,' CULVERT_INSIDE='"vlan": 42,'
CHECK_PORT=vlan17 check_capture_start b
gw_pair
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_traffic
check_capture_end --least-esp 100

before=$(culvert_drops b vlan)
net_address hostb eth0 192.0.2.10/24
lab_in hostb ip neigh add 192.0.2.9 lladdr "$(lab_in gwb cat /sys/class/net/lan/address)" dev eth0
lab_in hostb ping -c 5 -i 0.05 -W 0.2 -q 192.0.2.9 >/dev/null
after=$(culvert_drops b vlan)
[ "$((after - before))" -ge 5 ] || lab_fail "untagged packets on a tagged port: $before, then $after counted as of another VLAN"
echo "shows: $CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
