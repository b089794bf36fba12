#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The first packet calls for a child of wide networks, of which the peer lets us have a part: it arrives, and what lies in the rest
# of ours is not sent there.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=none b=1to1
gw_pair "b.peer=$NET_PUBLIC_a" 'b.start="trap"' "b.peer_lan=${NET_LAN[a]%.*}.0.0/16" "a.peer_lan=${NET_LAN[b]}.0/25"
net_address hostb eth0 "${NET_LAN[b]}.200/24"
check_capture_start
gw_start a
gw_start b
sleep 1
check_equal "children before the first packet" 0 "$(gw_children b)"
check_ping b "${NET_LAN[a]}.10" 3 0.2
selectors=$(culvert_json b '"{} === {}".format(d["sas"][0]["children"][0]["local"][0], d["sas"][0]["children"][0]["remote"][0])' show sas)
check_equal "what the peer let us have" "${NET_LAN[b]}.0/25 === ${NET_LAN[a]}.0/24" "$selectors"
check_equal "packets that called in vain" "0 0 0" "$(culvert_drops b trap_full) $(culvert_drops b trap_refused) $(culvert_drops b trap_late)"
before=$(culvert_json b 'd["sas"][0]["children"][0]["out"]["pkts"]' show sas)
lab_in hostb ping -c 3 -i 0.1 -W 0.2 -q -I "${NET_LAN[b]}.200" "${NET_LAN[a]}.10" >/dev/null && lab_fail "a host outside of it reaches the peer"
check_equal "packets sent for it" "$before" "$(culvert_json b 'd["sas"][0]["children"][0]["out"]["pkts"]' show sas)"
check_capture_end --least-esp 3
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: a packet calls for a child, which the peer narrows to $selectors"
