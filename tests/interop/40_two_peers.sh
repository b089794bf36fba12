#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two peers behind one NAT at the same time: both have traffic at once, each gets only its own, and when one goes the
# other does not notice.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=random b=1to1 clients=2
conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
conn a2 net id=@bar peer_id=@gw "peer=$NET_PUBLIC_b" psk=another-secret-of-32-characters1
conn b foo id=@gw peer_id=@foo
conn b bar id=@gw peer_id=@bar "peer_lan=${NET_LAN[a2]}.0/24" psk=another-secret-of-32-characters1
check_capture_start
gw_start b
gw_start a
gw_start a2
gw_initiate a net || lab_fail "no tunnel for the first peer"
gw_initiate a2 net || lab_fail "no tunnel for the second peer"
check_equal "children at Culvert" 2 "$(gw_children b)"
check_traffic a
check_traffic a2
check_ping_start a "${NET_LAN[b]}.10" 200 0.02
check_ping b "${NET_LAN[a2]}.10" 100 0.02
gw_terminate a2 net || lab_fail "the second peer cannot close its tunnel"
check_ping_lost
check_equal "pings of the first peer lost" 0 "$CHECK_LOST"
check_equal "children at Culvert after one peer left" 1 "$(gw_children b)"
check_capture_end --least-esp 100
echo "shows: $CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
