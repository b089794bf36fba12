#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A reload gives a connection another local.address. With MOBIKE the IKE SA moves there and stays the same one, whoever called;
# without it it is closed with words and called again from there.
# cases: initiator responder fixed
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=none b=none
other=${NET_PUBLIC_b%.*}.3
CULVERT_PORTS[b]='{"outside": {"device": "wan", "role": "outside", "addresses": ["'$NET_PUBLIC_b'/24", "'$other'/24"], "gateway": "'${NET_HOP[b]}'"},
             "inside": {"device": "lan", "role": "inside", "addresses": ["'${NET_LAN[b]}'.1/24"]}}'
role=$1
case $role in
initiator) gw_pair mobike=yes a.peer=any "b.peer=$NET_PUBLIC_a" b.start=true ;;
responder) gw_pair mobike=yes a.dpd=2 ;;
fixed) gw_pair mobike=no a.peer=any "b.peer=$NET_PUBLIC_a" b.start=true ;;
esac
ike_id() { culvert_json b '[s["id"] for s in d["sas"] if s["state"] == "established"]' show sas; }
is_at() { [[ $(culvert_json b '[s["local"] for s in d["sas"] if s["state"] == "established"]' show sas) == "['$1:"* ]]; }
# readdress ADDRESS
readdress() {
    sed -i '/"local": {"address"/s|"address": "[^"]*"|"address": "'"$1"'"|' "$LAB_OUT/gwb/culvert.json"
    culvert_ctl b reload >"$LAB_OUT/gwb/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/gwb/reload.log")"
    grep -qF "connections.foo.local.address: the IKE SA moves, or a new one" "$LAB_OUT/gwb/reload.log" ||
        lab_fail "reload does not tell what it does: $(cat "$LAB_OUT/gwb/reload.log")"
    lab_wait 10 is_at "$1" || lab_fail "Culvert is not at $1: $(culvert_ctl b show sas)"
    check_reach a "${NET_LAN[b]}.10" 10 || lab_fail "no ping arrives with Culvert at $1"
    check_ping b "${NET_LAN[a]}.10" 5 0.02
}
check_capture_start
if [ "$role" = responder ]; then
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
else
    gw_start a
    gw_start b
fi
check_reach a "${NET_LAN[b]}.10" 10
ike=$(ike_id)
readdress "$other"
if [ "$role" = fixed ]; then
    grep -q 'event=ike_down .*local.address changed, and a peer without MOBIKE cannot follow' "$LAB_OUT/gwb/culvertd.log" ||
        lab_fail "Culvert does not say why: $(grep event=ike_down "$LAB_OUT/gwb/culvertd.log")"
else
    check_equal "the IKE SA" "$ike" "$(ike_id)"
    readdress "$NET_PUBLIC_b"
    check_equal "the IKE SA, back" "$ike" "$(ike_id)"
fi
lab_wait 5 eval '[ "$(culvert_ikes b)" = 1 ]' || lab_fail "there is more than one IKE SA"
check_capture_end --least-esp 1 --outer "$other"
echo "shows: $role: $(culvert_json b 'd["sas"][0]["moves"]' show sas) moves; $(head -n 1 <<<"$CHECK_CAPTURE")"
