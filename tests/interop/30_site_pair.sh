#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The site-to-site pair: one side at 203.0.113.1 with 10.103.0.0/24, the other behind NAT, local address any, identity
# @foo, with 10.104.0.0/24, one pre-shared key. Culvert is the public side in one case and the NATed one in the other.
# cases: culvert-public culvert-behind-nat culvert-behind-nat+af_packet
NET_PUBLIC_a=198.51.100.2 NET_ROUTER_a=198.51.100.1 NET_LAN_a=10.104.0
NET_PUBLIC_b=203.0.113.1 NET_ROUTER_b=203.0.113.254 NET_LAN_b=10.103.0
if [ "${1%+*}" = culvert-behind-nat ]; then
    NET_PUBLIC_a=203.0.113.1 NET_ROUTER_a=203.0.113.254 NET_LAN_a=10.103.0
    NET_PUBLIC_b=198.51.100.2 NET_ROUTER_b=198.51.100.1 NET_LAN_b=10.104.0
fi
. "${0%/*}/../lib/lab.sh" || exit

if [ "$1" = culvert-public ]; then
    lab_up a=masq b=none
    gw_pair a.id=@foo a.peer_id=203.0.113.1 b.id=203.0.113.1 b.peer_id=@foo
else
    lab_up a=none b=masq
    gw_pair a.id=203.0.113.1 a.peer_id=@foo a.peer=any b.id=@foo b.peer_id=203.0.113.1 b.peer=203.0.113.1
fi
check_capture_start
gw_start b
gw_start a
if [ "$1" = culvert-public ]; then
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
else
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
fi
check_traffic
check_capture_end --least-esp 100
echo "shows: $CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
