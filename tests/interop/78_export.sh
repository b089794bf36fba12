#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What `culvertctl export NAME --for strongswan` writes is given to strongSwan as it stands, and the tunnel comes up with
# traffic: it knows the public address that the 1:1 NAT has, calls by itself, and has the key. Read back by `culvertctl import`
# it is a configuration that culvertd takes.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
conn b foo id=@gw peer_id=@foo
GW_CONNS[a]= # it gets none but what is exported
gw_start b
swan=$LAB_OUT/gwa/swanctl/swanctl.conf
gw_start a
culvert_ctl b export foo --for strongswan >"$LAB_OUT/without.conf" || lab_fail "no export"
grep -qF "$LAB_PSK" "$LAB_OUT/without.conf" && lab_fail "the key is told to who did not ask for it"
culvert_ctl b export foo --for strongswan --with-secrets >"$swan" || lab_fail "no export"
check_capture_start
swan_ctl a --load-all --noprompt >"$LAB_OUT/gwa/load.log" 2>&1 || lab_fail "strongSwan does not take it: $(cat "$LAB_OUT/gwa/load.log") $(cat "$swan")"
lab_wait 15 culvert_up b || lab_fail "no tunnel: $(culvert_ctl b show failures) $(cat "$swan")"
check_traffic
check_capture_end
culvert_ctl b export foo --for nobody >"$LAB_OUT/nobody.log" 2>&1 && lab_fail "an export for nobody"
grep -q "strongswan, libreswan" "$LAB_OUT/nobody.log" || lab_fail "no word of who there is: $(cat "$LAB_OUT/nobody.log")"

"$CULVERTCTL" import "$swan" 2>"$LAB_OUT/import.log" | sed 's/eth0/wan/; s/eth1/lan/' >"$LAB_OUT/imported.json"
lab_in gwb "$CULVERTD" --check --config "$LAB_OUT/imported.json" >"$LAB_OUT/check.log" 2>&1 || lab_fail "what was imported is not taken: $(cat "$LAB_OUT/check.log" "$LAB_OUT/imported.json")"
gw_check_ends || lab_fail "the gateway did not end well"
echo "shows: $(wc -l <"$swan") lines, unchanged, and a tunnel"
