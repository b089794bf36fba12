#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# IPv6 inside, outside, and both, with strongSwan: pings and TCP both ways, neighbours found by neighbour discovery, and
# a capture in which nothing is in clear and every UDP datagram over IPv6 has its checksum.
# cases: 6-in-4 4-in-6 6-in-6 6-in-6-culvert-calls
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=none b=none v6=yes
peer_a=$NET_PUBLIC_a peer_b=$NET_PUBLIC_b local_a=${NET_WAN[a]}
lan_a=${NET_LAN[a]}.0/24 lan_b=${NET_LAN[b]}.0/24 host_a=${NET_LAN[a]}.10 host_b=${NET_LAN[b]}.10
if [[ $1 == 6-in-* ]]; then
    lan_a=${NET_LAN6[a]}:/64 lan_b=${NET_LAN6[b]}:/64 host_a=${NET_LAN6[a]}:10 host_b=${NET_LAN6[b]}:10
fi
if [[ $1 == *-in-6* ]]; then
    peer_a=${NET_WAN6[a]} peer_b=${NET_WAN6[b]} local_a=${NET_WAN6[a]}
fi
calls=any
[[ $1 == *-calls ]] && calls=$peer_a
check_capture_start
gw_pair "a.peer=$peer_b" "a.local=$local_a" "b.peer=$calls" "a.lan=$lan_a" "a.peer_lan=$lan_b" "b.lan=$lan_b" "b.peer_lan=$lan_a"
if [[ $1 == *-calls ]]; then
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
else
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
fi
[[ $(culvert_endpoint b) == *"$peer_a"* ]] || lab_fail "the peer is reached at $(culvert_endpoint b), not $peer_a"
check_reach a "$host_b" 5
check_ping a "$host_b" 20 0.02
check_ping b "$host_a" 20 0.02
check_iperf a b "$host_b"
check_capture_end --least-esp 100
echo "shows: $CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
