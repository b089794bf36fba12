#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two peers behind one NAT with the same inside network, as home routers have it (RFC 3948 5.1). The first has the
# tunnel; the second is refused with TS_UNACCEPTABLE and an explanation, and no packet of the first ever comes to it.
# When the first leaves, the second may have it.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=random b=1to1 clients=2 lans=same
conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
conn a2 net id=@bar peer_id=@gw "peer=$NET_PUBLIC_b"
conn b foo id=@gw peer_id=@foo
conn b bar id=@gw peer_id=@bar
gw_start b
gw_start a
gw_start a2
gw_initiate a net || lab_fail "no tunnel for the first peer"
check_reach a "${NET_LAN[b]}.10" 5
lab_spawn hosta2 "$LAB_OUT/second.log" tcpdump -n -l -i eth0 icmp
lab_wait 5 lab_has "$LAB_OUT/second.log" 'listening on' || lab_fail "tcpdump did not start"
check_ping_start b "${NET_LAN[a]}.10" 500 0.01
swan_initiate a2 net 6 && lab_fail "the second peer got a tunnel to the same network"
swan_logged a2 "received TS_UNACCEPTABLE" || lab_fail "strongSwan did not get TS_UNACCEPTABLE"
why=$(culvert_failure b overlap why)
[ -n "$why" ] || lab_fail "the overlap is not explained: $(culvert_ctl b show failures)"
check_ping_lost
check_equal "pings to the first peer lost" 0 "$CHECK_LOST"
sleep 1.1
grep -q 'ICMP echo' "$LAB_OUT/second.log" && lab_fail "packets for the first peer came to the second"
check_equal "children at Culvert" 1 "$(gw_children b)"
gw_terminate a net || lab_fail "the first peer cannot close its tunnel"
swan_terminate a2 net
gw_initiate a2 net || lab_fail "the second peer gets no tunnel after the first left"
check_ping b "${NET_LAN[a]}.10" 20 0.02
lab_wait 3 grep -q 'ICMP echo' "$LAB_OUT/second.log" || lab_fail "packets for the second peer do not come to it"
echo "shows: $why"
