#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One side has a key exchange group for the child and the other has none, which IKE_AUTH does not show: neither side's rekeying
# leaves out what its configuration or the other's demands. It is refused by name, the old child carries on, and the words
# say PFS and what to change; corrected, the same daemons rekey with the group.
# cases: we-want peer-wants
. "${0%/*}/../lib/lab.sh" || exit

with=aes128gcm16-x25519 without=aes128gcm16
lab_up a=masq b=1to1
if [ "$1" = we-want ]; then gw_pair "a.esp=$without" "b.esp=$with"; else gw_pair "a.esp=$with" "b.esp=$without"; fi
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
spis=$(culvert_spis b)
told() { [[ $(culvert_failure b "$1" why) == *"PFS"* ]]; }

gw_rekey a net child
lab_wait 5 told pfs || lab_fail "the peer's rekeying: $(culvert_ctl b show failures)"
[[ $(culvert_failure b pfs fix_here) == *"esp_proposals: add"* ]] || lab_fail "no cure: $(culvert_failure b pfs fix_here)"
gw_rekey b foo child || lab_fail "rekey: $(cat "$LAB_OUT/gwb/rekey.log")"
lab_wait 5 told refused || lab_fail "our rekeying: $(culvert_ctl b show failures)"
check_equal "the child" "$spis" "$(culvert_spis b)"
check_ping a "${NET_LAN[b]}.10" 20 0.02

GW_VALUE[b/foo/esp]=$([ "$1" = we-want ] && echo "$with,$without" || echo "$without,$with")
culvert_write b "$LAB_OUT/gwb" >"$LAB_OUT/gwb/culvert.json"
culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
changed() { [ "$(culvert_spis b)" != "$spis" ] && [ "$(gw_children b)" = 1 ]; }
lab_wait 15 changed || lab_fail "no rekeying after the correction: $(culvert_ctl b show failures)"
got=$(culvert_json b 'd["sas"][0]["children"][0]["proposal"]' show sas)
[ "$1" = we-want ] || [[ $got == *X25519* ]] || lab_fail "rekeyed as $got"
check_ping b "${NET_LAN[a]}.10" 20 0.02
echo "shows: $(culvert_failure b pfs why)"
