#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A hub: two branches behind one NAT have a tunnel each to Culvert, and what one of them sends to the other's network comes out of one
# tunnel and goes into the other, also in packets of full size and while both are rekeyed. None of it passes in clear.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=random b=1to1 clients=2
# each branch reaches the hub's network and the other branch's
for pair in a:a2 a2:a; do
    one=${pair%:*} other=${pair#*:}
    conn "$one" net "id=@$one" peer_id=@gw "peer=$NET_PUBLIC_b" "peer_lan=${NET_LAN[b]}.0/24,${NET_LAN[$other]}.0/24"
    conn b "$one" id=@gw "peer_id=@$one" "peer_lan=${NET_LAN[$one]}.0/24" "lan=${NET_LAN[b]}.0/24,${NET_LAN[$other]}.0/24"
done
check_capture_start
gw_start b
for one in a a2; do
    gw_start $one
    gw_initiate $one net || lab_fail "no tunnel of $one: $(tail -n 2 "$LAB_OUT/gw$one/initiate.log")"
done
lab_wait 3 lab_in hosta ping -c 1 -W 0.5 -q "${NET_LAN[a2]}.10" || lab_fail "no ping from branch to branch; dropped: $(culvert_dropped b)"
check_ping a "${NET_LAN[a2]}.10" 20 0.02
check_ping a2 "${NET_LAN[a]}.10" 20 0.02
check_reach a "${NET_LAN[b]}.10" 5
check_ping_start a "${NET_LAN[a2]}.10" 150 0.02
for one in a a2; do gw_rekey b $one child || lab_fail "rekeying: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"; done
check_ping_lost
[ "$CHECK_LOST" -le 4 ] || lab_fail "$CHECK_LOST of $CHECK_SENT pings lost" # strongSwan's userland ESP, while it rekeys
check_iperf a a2 "${NET_LAN[a2]}.10"
check_capture_end --least-esp 200
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: from branch to branch through two tunnels; $CHECK_RATES Mbit/s"
