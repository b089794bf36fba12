#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# IPv6 outside, through a NAT that translates IPv6 (NAT66): detection on both sides, the address that the peer dialled,
# pings and TCP both ways, a NAT that forgets its mappings under traffic, and a capture in which every UDP datagram has a
# right checksum: over IPv6 none may go without. strongSwan's userland ESP claims a NAT in any case, so that Culvert
# sees the difference at its peer is for two Culverts to show.
# cases: responder-peer-nat responder-both responder-both-random initiator-both initiator-culvert-masq rebind two-culverts
. "${0%/*}/../lib/lab.sh" || exit

case $1 in
responder-peer-nat | rebind | two-culverts) a=masq b=none ;;
responder-both) a=masq b=1to1 ;;
responder-both-random) a=random b=1to1 ;;
initiator-both) a=fwd b=1to1 ;;
initiator-culvert-masq) a=none b=masq ;;
esac
[ "$1" = two-culverts ] && GW_ENGINE[a]=culvert
[ "$1" = rebind ] && SWAN_KEEPALIVE=600s
lab_up "a=$a" "b=$b" v6=yes
calls=any
[[ $1 == initiator-* ]] && calls=${NET_PUBLIC6[a]}
gw_pair "a.peer=${NET_PUBLIC6[b]}" "a.local=${NET_WAN6[a]}" "b.peer=$calls" \
    "a.lan=${NET_LAN6[a]}:/64" "a.peer_lan=${NET_LAN6[b]}:/64" "b.lan=${NET_LAN6[b]}:/64" "b.peer_lan=${NET_LAN6[a]}:/64"
host_a=${NET_LAN6[a]}:10 host_b=${NET_LAN6[b]}:10
CHECK_SNAP=2000 check_capture_start
if [[ $1 == initiator-* ]]; then
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
else
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
fi
check_reach a "$host_b" 5

# What both sides found out.
is_behind() { [ "$1" = none ] && echo False || echo True; }
[[ $(culvert_endpoint b) == "[${NET_PUBLIC6[a]}]:"* ]] || lab_fail "the peer is reached at $(culvert_endpoint b), not ${NET_PUBLIC6[a]}"
check_equal "Culvert's view of its own NAT" "$(is_behind "$b")" "$(culvert_nat b local)"
check_equal "Culvert's view of the peer's NAT" True "$(culvert_nat b remote)"
if [ "$1" = two-culverts ]; then
    check_equal "the caller's view of its own NAT" True "$(culvert_nat a local)"
    check_equal "the caller's view of its peer's NAT" False "$(culvert_nat a remote)"
else
    here=no there=no
    swan_logged a 'local host is behind NAT' && here=yes
    swan_logged a 'remote host is behind NAT' && there=yes
    check_equal "strongSwan's view of its own NAT" "$([ "$a" = none ] && echo no || echo yes)" "$here"
    check_equal "strongSwan's view of Culvert's NAT" "$([ "$b" = none ] && echo no || echo yes)" "$there"
fi
if [[ $1 == responder-both* ]]; then
    check_equal "public address that the peer dialled" "${NET_PUBLIC6[b]}" "$(culvert_json b 'd["peers"][0]["local"].get("dialled")' show nat)"
fi

lost=""
if [ "$1" = rebind ]; then
    check_ping_start a "$host_b" 200 0.01
    sleep 0.5
    net_rebind a 40000-40009
    check_ping_lost
    [[ $(culvert_endpoint b) == "[${NET_PUBLIC6[a]}]:4000"? ]] || lab_fail "Culvert sends to $(culvert_endpoint b), the NAT now uses 40000-40009"
    [ "$CHECK_LOST" -le 10 ] || lab_fail "$CHECK_LOST of $CHECK_SENT pings lost in a rebinding"
    lost="$CHECK_LOST of $CHECK_SENT pings lost in the rebinding; "
fi
check_ping a "$host_b" 20 0.02
check_ping b "$host_a" 20 0.02
check_iperf a b "$host_b"
check_capture_end --least-esp 100
echo "shows: $lost$CHECK_RATES Mbit/s; $(head -n 1 <<<"$CHECK_CAPTURE")"
