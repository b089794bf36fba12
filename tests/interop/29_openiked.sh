#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# OpenIKED with its own kernel's ESP, no proposal written on either side: tunnel, traffic, and rekeying of the child by both sides
# (OpenIKED's by time) and of the IKE SA by us.
# guest: up to 400 s
# cases: called calls
. "${0%/*}/../lib/lab.sh" || exit

guest_need
GW_ENGINE[a]=iked IKED_LIFETIME=8 IKED_MODE=passive
[ "$1" = called ] && IKED_MODE=active
lab_up a=fwd b=1to1
conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b" ike=default esp=default
conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" ike=default esp=default
check_capture_start
gw_start b
gw_start a
if [ "$1" = called ]; then
    one() { [ "$(gw_children b)" = 1 ]; }
    lab_wait 20 one || lab_fail "no tunnel: $(culvert_ctl b explain; tail -n 5 "$LAB_OUT/gwa/iked.log")"
else
    # Its configuration reaches its last process after it listens, and what was begun before is dropped then: called until it stands.
    lab_wait 60 gw_initiate b foo || lab_fail "no tunnel: $(culvert_ctl b explain; tail -n 5 "$LAB_OUT/gwa/iked.log")"
fi
# When OpenIKED has replaced a child, it deletes the old one first and loads the new one then: what comes in between is lost, and
# pings that its own rekeying fell into are sent once more.
loaded() { grep 'loaded SPIs' "$LAB_OUT/gwa/iked.log" | grep -q "$(culvert_json b 'next(c["spi_in"] for s in d["sas"] for c in s["children"] if not c.get("replaced"))' show sas)"; }
pings() {
    lab_wait 20 loaded || lab_fail "OpenIKED has not loaded the child: $(tail -n 5 "$LAB_OUT/gwa/iked.log")"
    check_reach a "${NET_LAN[b]}.10" 10
    lab_wait 6 answered || lab_fail "pings are lost: $(cat "$LAB_OUT"/ping-*.log)"
}
answered() { (check_ping a "${NET_LAN[b]}.10" 20 0.02 && check_ping b "${NET_LAN[a]}.10" 20 0.02); }
pings
rekeyed() { [ "$(culvert_total b foo "rekeyed_$1")" -ge "$2" ] && [ "$(gw_children b)" = 1 ]; }
gw_rekey b foo child || lab_fail "our rekey: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
lab_wait 20 rekeyed child 1 || lab_fail "our child is not rekeyed: $(culvert_ctl b explain)"
pings
gw_rekey b foo ike || lab_fail "our rekey of the IKE SA: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
lab_wait 20 rekeyed ike 1 || lab_fail "our IKE SA is not rekeyed: $(culvert_ctl b explain)"
pings
lab_wait 30 rekeyed child 2 || lab_fail "OpenIKED's child is not rekeyed: $(culvert_ctl b explain; tail -n 5 "$LAB_OUT/gwa/iked.log")"
pings
check_equal "refusals" "[]" "$(culvert_json b '[f["kind"] for f in d["failures"] if f["kind"] in ("no_proposal", "pfs", "refused")]' show failures)"
check_capture_end --least-esp 120
echo "shows: $(culvert_json b 'd["sas"][0]["proposal"] + ", children " + d["sas"][0]["children"][0]["proposal"]' show sas)"
