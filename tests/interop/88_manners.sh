#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Manners at the port of a LAN: frames with a priority tag (VLAN id 0) are taken as untagged and answered untagged, ARP,
# IPv4 and IPv6; other tags, multicast and broadcast are refused by their names.
. "$(dirname "$0")/../lib/lab.sh"

lab_up a=masq b=1to1 v6=yes
gw_pair
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
mac=$(lab_in gwb cat /sys/class/net/lan/address)
# Sends frames from host b and prints what came back: frames KIND
frames() { lab_in hostb "$LAB_PYTHON" "$LAB_LIB/manners.py" eth0 "$mac" "${NET_LAN[b]}" "${NET_LAN6[b]}" "${NET_LAN[a]}.10" "$1" 2>"$LAB_OUT/frames.log" ||
    lab_fail "frames of kind $1 cannot be sent: $(tail -n 3 "$LAB_OUT/frames.log")"; }
for kind in untagged priority; do
    told=$(frames "$kind")
    check_equal "answers to $kind frames" "arp=1 tunnel=1 own6=1 nd=1 tagged=0" "$told"
done

# refused KIND REASON: three frames of a kind are dropped by this name
refused() {
    local before told
    before=$(culvert_drops b "$2")
    told=$(frames "$1")
    check_equal "answers to $1 frames" "arp=0 tunnel=0 own6=0 nd=0 tagged=0" "$told"
    counted() { [ $(($(culvert_drops b "$2") - before)) -ge 3 ]; }
    lab_wait 3 counted "$1" "$2" || lab_fail "$1 frames are not counted as $2: $(culvert_dropped b)"
}
refused other vlan
refused double vlan
refused dhcp multicast
refused ospf multicast
refused mld multicast
check_ping a "${NET_LAN[b]}.10" 10 0.02
echo "shows: priority tags are taken; $(culvert_drops b vlan) frames of other VLANs, $(culvert_drops b multicast) of multicast and broadcast refused by name"
