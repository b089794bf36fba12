#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Redirect (RFC 5685) of a tunnel that is up. strongSwan as client is sent by `culvertctl redirect` to another address of the
# gateway; Culvert as client is sent there by strongSwan, whose first message says before that it can.
# cases: gateway client
. "${0%/*}/../lib/lab.sh" || exit

if [ "$1" = gateway ]; then
    lab_up a=masq b=none
    other=${NET_PUBLIC_b%.*}.3
    CULVERT_PORTS[b]='{"outside": {"device": "wan", "role": "outside", "addresses": ["'$NET_PUBLIC_b'/24", "'$other'/24"], "gateway": "'${NET_HOP[b]}'"},
             "inside": {"device": "lan", "role": "inside", "addresses": ["'${NET_LAN[b]}'.1/24"]}}'
    gw_pair
else
    lab_up a=none b=masq
    other=${NET_PUBLIC_a%.*}.3
    net_address gwa wan "$other/24"
    gw_pair a.peer=any a.local=%any "b.peer=$NET_PUBLIC_a"
fi
check_capture_start "$([ "$1" = gateway ] && echo b || echo a)"
if [ "$1" = gateway ]; then
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    culvert_ctl b redirect foo --to "$other" >"$LAB_OUT/gwb/redirect.log" 2>&1 || lab_fail "redirect: $(cat "$LAB_OUT/gwb/redirect.log")"
    is_there() { [[ $(culvert_json b '[s["local"] for s in d["sas"] if s["state"] == "established"]' show sas) == *"$other:"* ]]; }
else
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    swan_ctl a --redirect --peer-ip "$NET_PUBLIC_b" --gateway "$other" >"$LAB_OUT/gwa/redirect.log" 2>&1 || lab_fail "redirect: $(cat "$LAB_OUT/gwa/redirect.log")"
    is_there() { [[ $(culvert_json b '[s["remote"] for s in d["sas"] if s["state"] == "established"]' show sas) == *"$other:"* ]]; }
    lab_wait 5 grep -q 'event=redirected .*why="to '"$other"'"' "$LAB_OUT/gwb/culvertd.log" || lab_fail "Culvert does not say where it is sent"
fi
lab_wait 10 is_there || lab_fail "the tunnel is not at $other: $(culvert_ctl b show sas)"
check_reach a "${NET_LAN[b]}.10" 5
check_ping b "${NET_LAN[a]}.10" 10 0.02
lab_wait 5 eval '[ "$(culvert_ikes b)" = 1 ]' || lab_fail "the first IKE SA is still there"
check_capture_end --least-esp 1 --outer "$other"
echo "shows: $1: the tunnel is at $other now; $(head -n 1 <<<"$CHECK_CAPTURE")"
