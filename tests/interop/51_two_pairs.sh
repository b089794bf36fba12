#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# strongSwan has two children for the traffic of Culvert's one: both pairs live side by side under one IKE SA. One is rekeyed by
# either side and then closed, and no ping is lost.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
gw_pair
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
pairs_are() { [ "$(gw_children b)" = "$1" ] && [ "$(culvert_ikes b)" = 1 ]; }

# strongSwan makes no two pairs with one reqid, so its second child is a copy with another name and another reqid.
copy=$(sed -n '/children {/,/^            }/{/children {/d;s/net {/again {\n                reqid = 77/;p}' "$LAB_OUT/gwa/swanctl/swanctl.conf")
awk -v copy="$copy" '{print} /children \{/ {print copy}' "$LAB_OUT/gwa/swanctl/swanctl.conf" >"$LAB_OUT/two.conf"
cp "$LAB_OUT/two.conf" "$LAB_OUT/gwa/swanctl/swanctl.conf"
swan_ctl a --load-conns >"$LAB_OUT/gwa/load.log" 2>&1 || lab_fail "strongSwan does not take a second child: $(tail -n 2 "$LAB_OUT/gwa/load.log")"
check_ping_start a "${NET_LAN[b]}.10" 7000 0.001
swan_initiate a again || lab_fail "no second pair: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
pairs_are 2 || lab_fail "Culvert has $(gw_children b) pairs under $(culvert_ikes b) IKE SAs, not 2 under 1"
swan_ctl a --rekey --child again >"$LAB_OUT/gwa/rekey.log" 2>&1 || lab_fail "strongSwan's rekey: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
sleep 2
gw_rekey b foo child || lab_fail "Culvert's rekey: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
sleep 2
pairs_are 2 || lab_fail "after rekeying Culvert has $(gw_children b) pairs, not 2"
[ "$(culvert_json b 'd["connections"][0]["children"][0]["sas"]' show connections)" = 2 ] || lab_fail "the connection's child does not count 2"
swan_ctl a --terminate --child again --timeout 5 >"$LAB_OUT/gwa/terminate.log" 2>&1 ||
    lab_fail "strongSwan does not close one pair: $(tail -n 2 "$LAB_OUT/gwa/terminate.log")"
lab_wait 5 pairs_are 1 || lab_fail "after the end of one Culvert has $(gw_children b) pairs, not 1"
check_ping_lost
check_equal "pings lost" 0 "$CHECK_LOST"
check_capture_end --least-esp 7000
echo "shows: two pairs of one child, $CHECK_SENT pings, none lost, no pause over $CHECK_GAP ms; $(head -n 1 <<<"$CHECK_CAPTURE")"
