#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# strongSwan with no proposal written on either side: tunnel, traffic, a second child, and rekeying of children and of the IKE SA by both
# sides. What it takes of ours in a rekeying is remembered for the next.
# cases: called calls
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=fwd b=1to1
first=${NET_LAN[b]}.0/25 second=${NET_LAN[b]}.128/25 far=${NET_LAN[b]}.200
net_address hostb eth0 "$far/24"
conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b" "peer_lan=$first" "peer_lan2=$second" ike=default esp=default
conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" "lan=$first" "lan2=$second" ike=default esp=default
check_capture_start
gw_start b
gw_start a
if [ "$1" = called ]; then
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b explain)"
    gw_initiate a net2 || lab_fail "no second child: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b explain)"
else
    gw_initiate b foo || lab_fail "no tunnel: $(culvert_ctl b explain)"
fi
two() { [ "$(gw_children b)" = 2 ] && [ "$(gw_children a)" = 2 ]; }
lab_wait 10 two || lab_fail "not two children: $(culvert_ctl b show sas; culvert_ctl b explain)"
pings() {
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping a "${NET_LAN[b]}.10" 10 0.02
    check_ping a "$far" 10 0.02
    check_ping b "${NET_LAN[a]}.10" 10 0.02
}
rekeyed() { [ "$(culvert_total b foo "rekeyed_$1")" -ge "$2" ] && two; }
pings
gw_rekey a net child || lab_fail "strongSwan's rekey: $(tail -n 2 "$LAB_OUT/gwa/rekey.log"); $(culvert_ctl b explain)"
lab_wait 10 rekeyed child 1 || lab_fail "strongSwan's child is not rekeyed: $(culvert_ctl b explain)"
gw_rekey b foo child || lab_fail "our rekey: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
lab_wait 10 rekeyed child 3 || lab_fail "our children are not rekeyed: $(culvert_ctl b explain)"
pings
gw_rekey b foo ike || lab_fail "our rekey of the IKE SA: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
lab_wait 10 rekeyed ike 1 || lab_fail "our IKE SA is not rekeyed: $(culvert_ctl b explain)"
gw_rekey a net ike || lab_fail "strongSwan's rekey of the IKE SA: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
lab_wait 10 rekeyed ike 2 || lab_fail "strongSwan's IKE SA is not rekeyed: $(culvert_ctl b explain)"
gw_rekey b foo child || lab_fail "our rekey behind it: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
lab_wait 10 rekeyed child 5 || lab_fail "our children are not rekeyed again: $(culvert_ctl b explain)"
pings
check_equal "failures" "[]" "$(culvert_json b '[f["kind"] for f in d["failures"]]' show failures)"
check_capture_end --least-esp 60
echo "shows: $(culvert_json b 'd["sas"][0]["proposal"] + ", children " + d["sas"][0]["children"][0]["proposal"]' show sas)"
