#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One child SA with more networks than fit a small list: 255 on one side, as many as a payload carries, or 33 on both, which
# are 1,089 combinations. Whoever calls, all of them are agreed on, packets of the last ones pass, and a rekeying keeps them.
# cases: wide square
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
lans() { for ((i = 0; i < $2; i++)); do printf '%s.%d.0/24,' "$1" "$i"; done; }
case $1 in
wide) a=254 b=0 ;;
square) a=32 b=32 ;;
esac
gw_pair "a.lan=$(lans 10.100 "$a")${NET_LAN[a]}.0/24" "a.peer_lan=$(lans 10.200 "$b")${NET_LAN[b]}.0/24" \
    "b.lan=$(lans 10.200 "$b")${NET_LAN[b]}.0/24" "b.peer_lan=$(lans 10.100 "$a")${NET_LAN[a]}.0/24"
# strongSwan's userland ESP wants an address of its own in each of its networks.
for ((i = 0; i < a; i++)); do net_address gwa lan "10.100.$i.1/32"; done
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "$(tail -n 1 "$LAB_OUT/gwa/initiate.log"); $(culvert_failure b malformed why)"
count() { culvert_json b "len(d['sas'][0]['children'][0]['$1'])" show sas; }
check_equal "networks behind us" "$((b + 1))" "$(count local)"
check_equal "networks behind the peer" "$((a + 1))" "$(count remote)"
check_ping a "${NET_LAN[b]}.10" 10 0.02
before=$(culvert_spis b)
gw_rekey b foo child || lab_fail "rekey: $(cat "$LAB_OUT/gwb/rekey.log")"
changed() { [ "$(culvert_spis b)" != "$before" ]; }
lab_wait 10 changed || lab_fail "no rekeying: $(culvert_ctl b show failures)"
check_equal "networks behind the peer afterwards" "$((a + 1))" "$(count remote)"
check_ping b "${NET_LAN[a]}.10" 10 0.02
check_capture_end
echo "shows: $((a + 1)) x $((b + 1)) networks in one child SA, rekeyed"
