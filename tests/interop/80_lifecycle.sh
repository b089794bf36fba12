#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Tunnels end and come back: closed by either side, daemon stopped, peer killed, peer restarted, called by Culvert itself.
# cases: closed-by-peer closed-by-culvert stopped peer-dies peer-restarts culvert-calls
. "${0%/*}/../lib/lab.sh" || exit

peer=any
if [ "$1" = culvert-calls ]; then
    lab_up a=none b=1to1
    peer=$NET_PUBLIC_a
else
    lab_up a=masq b=1to1
fi
gw_pair "b.peer=$peer" b.dpd=2 "b.start=$([ "$1" = culvert-calls ] && echo true || echo false)"
gone() { [ "$(gw_children "$1")" = 0 ]; }
no_ike() { [ "$(culvert_ikes b)" = 0 ]; }
tunnel() {
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping b "${NET_LAN[a]}.10" 10 0.02
}
gw_start b
if [ "$1" = culvert-calls ]; then
    sleep 1.5
    gw_start a
    check_reach b "${NET_LAN[a]}.10" 20
    gw_kill a
    lab_wait 20 gone b || lab_fail "Culvert did not notice that the peer is gone"
    gw_start a
    check_reach b "${NET_LAN[a]}.10" 20
    check_equal "children at Culvert" 1 "$(gw_children b)"
    echo "shows: the tunnel came up by itself, twice"
    exit 0
fi
gw_start a
tunnel
case $1 in
closed-by-peer)
    gw_terminate a net || lab_fail "strongSwan could not close the tunnel"
    lab_wait 3 no_ike || lab_fail "Culvert keeps state of a closed tunnel"
    tunnel
    ;;
closed-by-culvert)
    gw_terminate b foo || lab_fail "Culvert could not close the tunnel"
    lab_wait 3 gone a || lab_fail "strongSwan was not told"
    lab_wait 3 no_ike || lab_fail "Culvert keeps state of a closed tunnel"
    tunnel
    ;;
stopped)
    pid=${GW_PID[b]}
    gw_stop b
    check_equal "exit status of culvertd" 0 "$LAB_STATUS"
    lab_wait 3 gone a || lab_fail "strongSwan was not told"
    swan_logged a "received DELETE for IKE_SA net" || lab_fail "no DELETE in strongSwan's log"
    [ ! -e "$LAB_OUT/gwb/culvertd.sock" ] || lab_fail "the control socket is left"
    left=$(find /run/dpdk /dev/hugepages -name "*culvert*$pid*" 2>/dev/null)
    [ -z "$left" ] || lab_fail "files are left: $left"
    gw_start b
    tunnel
    ;;
peer-dies)
    gw_kill a
    lab_wait 20 no_ike || lab_fail "Culvert did not notice that the peer is gone"
    [ -n "$(culvert_failure b timeout why)" ] || lab_fail "the loss is not explained: $(culvert_ctl b show failures)"
    gw_start a
    tunnel
    ;;
peer-restarts)
    gw_kill a
    gw_start a
    tunnel
    check_equal "IKE SAs at Culvert" 1 "$(culvert_ikes b)"
    check_equal "children at Culvert" 1 "$(gw_children b)"
    ;;
esac
echo "shows: traffic before and after"
