#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Redirect (RFC 5685) of a call: Culvert sends the caller to another gateway (strongSwan) in its first answer or once the caller
# has proved who it is. The caller is strongSwan, or another Culvert, and is up there; Culvert keeps nothing of it, also where the
# caller does not delete what it leaves. strongSwan 5.9.8 to 5.9.11 do not outlive a redirect in IKE_AUTH, whoever sends it: they
# take it for one in IKE_SA_INIT, and free a task twice (mended in 5.9.12).
# cases: init init-culvert auth-culvert
# cases with strongSwan 6: auth
. "${0%/*}/../lib/lab.sh" || exit

[ "${1%-culvert}" = "$1" ] || GW_ENGINE[a]=culvert
lab_up a=masq b=none clients=2
other=${NET_WAN[a2]}
gw_pair a.encap=force "a.peer_lan=${NET_LAN[a2]}.0/24" "b.more=$([ "${1%-culvert}" = auth ] && echo ', "redirect_to": "'"$other"'"')"
[ "${1%-culvert}" = auth ] || CULVERT_EXTRA[b]='"limits": {"redirect_all_to": "'$other'"},'
conn a2 there id=@gw peer_id=@foo peer=any local=%any "peer_lan=${NET_LAN[a]}.0/24"
check_capture_start a
gw_start b
gw_start a2
gw_start a
gw_initiate a net >"$LAB_OUT/initiate.log" 2>&1 || true # who is sent elsewhere may be told that the first call has ended
is_there() { [ "$(gw_children a2)" = 1 ] && [ "$(gw_children a)" = 1 ]; }
lab_wait 10 is_there || lab_fail "the caller is not at $other: $(tail -n 3 "$LAB_OUT"/gwa/*.log)"
check_reach a "${NET_LAN[a2]}.10" 5
gone() { [ "$(culvert_ikes b)" = 0 ]; }
lab_wait 5 gone || lab_fail "Culvert keeps an IKE SA of a caller that it sent away: $(culvert_ctl b show sas)"
case $1 in
*-culvert) grep -q 'event=redirected .*why="to '"$other"'"' "$LAB_OUT/gwa/culvertd.log" || lab_fail "the client does not say where it is sent" ;;
init | auth) grep -q "redirected to $other" "$LAB_OUT/gwa/charon.log" || lab_fail "strongSwan was not redirected" ;;
esac
check_equal "children at Culvert, ever" 0 "$(grep -c 'event=child_up' "$LAB_OUT/gwb/culvertd.log")"
echo "shows: $1: a caller is sent to another gateway and is up there"
