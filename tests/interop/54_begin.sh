#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# How child SAs begin and what follows their end, with Culvert as the caller: the first packet calls and is not lost, a child without
# traffic is closed and comes back with the next packet, a dead peer or one that closed is called again, by the next packet, or not, and an IKE SA begins without a child.
# cases: trap restart clear close close-trap childless
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=none b=1to1
children_are() { [ "$(gw_children b)" = "$1" ]; }
dead() {
    gw_kill a
    lab_wait 15 children_are 0 || lab_fail "Culvert did not notice that the peer is gone"
    gw_start a
}
begin() { gw_pair "b.peer=$NET_PUBLIC_a" b.dpd=1 "$@" && gw_start a && gw_start b; }
case $1 in
trap)
    begin 'b.start="trap"' 'b.child_more=, "inactivity_s": 3'
    sleep 1
    check_equal "children before the first packet" 0 "$(gw_children b)"
    check_ping b "${NET_LAN[a]}.10" 3 0.2
    check_equal "children" 1 "$(gw_children b)"
    lab_wait 10 children_are 0 || lab_fail "the child stays without traffic"
    check_equal "IKE SAs without a child" 1 "$(culvert_ikes b)"
    check_ping b "${NET_LAN[a]}.10" 3 0.2
    check_equal "packets that called in vain" "0 0 0 0" "$(culvert_drops b trap_full) $(culvert_drops b trap_refused) $(culvert_drops b trap_late) $(culvert_drops b no_sa)"
    shows="the first packets call and arrive, before and after a pause without traffic"
    ;;
restart)
    begin b.start=false 'b.child_more=, "dpd_action": "restart"'
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    dead
    lab_wait 15 children_are 1 || lab_fail "the peer is not called again"
    check_ping b "${NET_LAN[a]}.10" 5 0.02
    shows="a peer that died is called again"
    ;;
clear)
    begin b.start=true 'b.child_more=, "dpd_action": "clear", "close_action": "none"'
    lab_wait 10 children_are 1 || lab_fail "no tunnel"
    dead
    sleep 4
    check_equal "children after the peer's death" 0 "$(gw_children b)"
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    gw_terminate a net || lab_fail "strongSwan could not close the tunnel"
    sleep 4
    check_equal "children after the peer's goodbye" 0 "$(gw_children b)"
    shows="neither a dead peer nor one that closed is called again"
    ;;
close)
    # A peer whose path dies is called by the next packet; one that closes the child is asked for it again at once.
    begin b.start=false 'b.child_more=, "dpd_action": "trap", "close_action": "start"'
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    ip -n "$LAB-inet" link set toa down
    lab_wait 15 children_are 0 || lab_fail "Culvert did not notice that the path is dead"
    ip -n "$LAB-inet" link set toa up
    sleep 1
    check_equal "children before the next packet" 0 "$(gw_children b)"
    check_reach b "${NET_LAN[a]}.10" 10
    check_equal "children after it" 1 "$(gw_children b)"
    swan_ctl a --terminate --child net >"$LAB_OUT/gwa/terminate.log" 2>&1 || lab_fail "strongSwan could not close the child: $(cat "$LAB_OUT/gwa/terminate.log")"
    lab_wait 15 children_are 1 || lab_fail "the child that the peer closed is not made again"
    check_ping b "${NET_LAN[a]}.10" 3 0.2
    shows="a peer whose path died is called by the next packet, a child that the peer closed is made again"
    ;;
close-trap)
    # What the peer closes, the child alone or with its IKE SA, comes back with the next packet and not before.
    begin b.start=false 'b.child_more=, "close_action": "trap"'
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    check_reach b "${NET_LAN[a]}.10" 5
    for what in child ike; do
        swan_ctl a --terminate "--$what" net --timeout 5 >"$LAB_OUT/gwa/terminate.log" 2>&1 || lab_fail "strongSwan could not close its $what: $(cat "$LAB_OUT/gwa/terminate.log")"
        lab_wait 5 children_are 0 || lab_fail "the $what that the peer closed is still there"
        sleep 5.5 # which is when one that is to be made again at once is asked for
        check_equal "children before the next packet, after the peer closed its $what" 0 "$(gw_children b)"
        check_reach b "${NET_LAN[a]}.10" 10
        check_equal "children after it" 1 "$(gw_children b)"
    done
    check_equal "packets that called in vain" "0 0" "$(culvert_drops b trap_full) $(culvert_drops b trap_refused)"
    shows="a child, and an IKE SA, that the peer closed come back with the next packet"
    ;;
childless)
    begin b.start=true b.lan2=10.77.0.0/24 a.peer_lan2=10.77.0.0/24 'b.more=, "childless": "prefer"'
    lab_wait 10 children_are 2 || lab_fail "Culvert has $(gw_children b) children, not 2"
    check_ping b "${NET_LAN[a]}.10" 5 0.02
    check_equal "children made by CREATE_CHILD_SA" 2 "$(grep -c 'parsed CREATE_CHILD_SA request' "$LAB_OUT/gwa/charon.log")"
    shows="an IKE SA without a child, then two children with keys of their own"
    ;;
esac
echo "shows: $shows"
