#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A hostile neighbour beside a live tunnel: ARP questions from senders that are not of the link, and thousands of claims that another
# MAC address has the address of the host behind the gateway. The table does not grow, few questions leave, no ping is lost; and when
# the host really has another MAC address, it is believed.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
gw_pair
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
victim=${NET_LAN[b]}.10
check_reach a "$victim" 5
neighbours() { culvert_json b 'sum(len(p["neighbours"]) for p in d["ports"])' show ports; }
mac_of_victim() { culvert_json b "next((n['mac'] for p in d['ports'] for n in p['neighbours'] if n['address'] == '$victim'), '')" show ports; }
before=$(neighbours) mac=$(mac_of_victim)
[ -n "$mac" ] || lab_fail "the host behind the gateway is no neighbour: $(culvert_ctl b show ports --json)"
check_ping_start a "$victim" 500 0.01
lab_spawn hostb "$LAB_OUT/arp.log" tcpdump -n -i eth0 -l arp and ether src "$(culvert_json b "next(p['mac'] for p in d['ports'] if p['name'] == 'inside')" show ports)"
dump=$LAB_PID
lab_spawn hostb "$LAB_OUT/flood" "$LAB_PYTHON" "$(dirname "$0")/neighbour_flood.py" eth0 "${NET_LAN[b]}.1" "$victim"
flood=$LAB_PID
lab_wait 20 test -s "$LAB_OUT/flood" || lab_fail "the flood did not end"
lab_end "$flood"
check_ping_lost
lab_end "$dump"
read -r questions claims <"$LAB_OUT/flood"
asked=$(grep -c 'Request who-has' "$LAB_OUT/arp.log")
check_equal "neighbours after the flood" "$before" "$(neighbours)"
check_equal "MAC address of the host" "$mac" "$(mac_of_victim)"
check_equal "pings lost" 0 "$CHECK_LOST"
claimed=$(culvert_drops b neighbour_claimed)
[ "$claimed" -gt 0 ] || lab_fail "no claim was counted"
[ "$asked" -le 60 ] || lab_fail "$asked questions left"
# A host that has a new network card says so.
lab_in hostb ip link set eth0 address 02:be:ef:00:00:01
lab_in hostb ping -n -c 3 -i 0.3 -W 1 -q "${NET_LAN[b]}.1" >/dev/null
has_moved() { [ "$(mac_of_victim)" = 02:be:ef:00:00:01 ]; }
lab_wait 5 has_moved || lab_fail "the new MAC address of the host is not believed: $(mac_of_victim)"
check_reach a "$victim" 5
figure "a hostile neighbour: off-link ARP, forged answers and announcements" "$questions and $claims frames" \
    "table of neighbours $before as before, $asked questions of ours, $CHECK_LOST of $CHECK_SENT pings lost"
echo "shows: $questions off-link questions and $claims claims, $asked questions of ours, no ping lost"
