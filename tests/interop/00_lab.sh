#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The lab itself: strongSwan on both sides, through each kind of NAT. When this fails, look at the lab and not at Culvert.
# cases: none peer-masq peer-random both rekey-rebind
LAB_ENGINE_B=swan
. "${0%/*}/../lib/lab.sh" || exit

case $1 in
none) lab_up a=none b=none ;;
peer-masq) lab_up a=masq b=none ;;
peer-random) lab_up a=random b=1to1 ;;
both | rekey-rebind) lab_up a=masq b=1to1 ;;
esac
gw_pair
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel"
check_traffic
if [ "$1" = rekey-rebind ]; then
    check_ping_start a "${NET_LAN[b]}.10" 300 0.01
    sleep 0.5
    gw_rekey a net child || lab_fail "child rekey"
    gw_rekey b foo ike || lab_fail "IKE rekey"
    check_ping_lost
    check_equal "pings lost in rekeys" 0 "$CHECK_LOST"
    net_rebind a 30000-30009
    # strongSwan's userland ESP does not learn an endpoint from ESP, an IKE message moves it
    gw_rekey a net child || lab_fail "child rekey after the rebinding"
    check_reach a "${NET_LAN[b]}.10" 5
fi
check_capture_end --least-esp 100
echo "shows: $CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
