#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Each kind of identity on both sides, the tunnel started by either side, both behind NAT; and a peer that does not say whom it calls.
# cases: fqdn-in ipv4-in user-fqdn-in key-id-in no-idr-in fqdn-out ipv4-out user-fqdn-out key-id-out
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=fwd b=1to1
case $1 in
fqdn-*) us=@gw peer=@foo ;;
ipv4-*) us=${NET_WAN[b]} peer=${NET_WAN[a]} ;;
user-fqdn-*) us=gateway@example.org peer=road@example.net ;;
no-idr-*) us=@gw peer=@foo ;;
key-id-*) us=keyid:gateway-7 peer=keyid:branch-office ;;
esac
check_capture_start
gw_pair "a.id=$peer" "a.peer_id=$us" "b.id=$us" "b.peer_id=$peer" "b.peer=$NET_PUBLIC_a"
[ "$1" != no-idr-in ] || GW_VALUE[a/net/peer_id]=%any
gw_start b
gw_start a
case $1 in
*-in) gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")" ;;
*-out) gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")" ;;
esac
check_traffic
check_capture_end --least-esp 100
echo "shows: $us with $peer; $CHECK_RATES Mbit/s"
