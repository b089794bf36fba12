#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Culvert calls a peer that does not want it, or that is not there: the failure is explained, with what to change on which
# side, and no state is left. Corrected, the same daemon gets its tunnel by a reload.
# cases: wrong-key wrong-identity no-proposal selectors nobody-there
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=none b=1to1
bad=() kind=refused
case $1 in
wrong-key) bad=(psk=not-the-secret-that-was-agreed-on1) ;;
wrong-identity) bad=(id=@stranger) ;;
no-proposal) bad=(ike=aes256-sha512-ecp521) ;;
selectors) bad=(peer_lan=10.77.0.0/24) ;;
nobody-there) bad=("peer=${NET_ROUTER_a%.*}.77") kind=timeout ;;
esac
conn a net id=@foo peer_id=@gw peer=any
conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" "${bad[@]}"
gw_start a
gw_start b
culvert_ctl b initiate foo >"$LAB_OUT/initiate.log" 2>&1 || lab_fail "initiate: $(cat "$LAB_OUT/initiate.log")"
explained() { [ -n "$(culvert_failure b "$kind" why)" ]; }
lab_wait 12 explained || lab_fail "no failure of kind $kind is explained: $(culvert_ctl b show failures)"
why=$(culvert_failure b "$kind" why)
[ -n "$(culvert_failure b "$kind" fix_here)$(culvert_failure b "$kind" fix_peer)" ] || lab_fail "the failure has no cure"
culvert_terminate b foo
none() { [ "$(culvert_ikes b)" = 0 ]; }
lab_wait 5 none || lab_fail "state is left: $(culvert_ctl b show sas)"

conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a"
GW_CONNS[b]=foo
culvert_write b "$LAB_OUT/gwb" >"$LAB_OUT/gwb/culvert.json"
culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
gw_initiate b foo || lab_fail "no tunnel after the correction: $(culvert_ctl b show failures)"
check_reach b "${NET_LAN[a]}.10" 5
check_ping b "${NET_LAN[a]}.10" 20 0.02
echo "shows: $why"
