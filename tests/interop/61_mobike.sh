#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# MOBIKE (RFC 4555) under traffic. As responder: strongSwan, behind a NAT, gets another address there, goes out on the
# internet without a NAT, to IPv6, and back. As initiator: Culvert's NAT forgets it, and reloads send it by another port with
# another address, without a NAT, and back. Always the same IKE SA; strongSwan's userland ESP cannot move a child and rekeys it.
# virtual: a client with an address of ours leaves its NAT, comes back, and notices itself when the NAT forgets it. probing: the
# way to the peer's first address dies, and Culvert goes on to another one that the peer has named (RFC 4555 3.10).
# cases: responder initiator virtual probing
. "${0%/*}/../lib/lab.sh" || exit

FIELD=192.0.2 # a network beside the NAT, with a router of its own
# The gateway of a side has a second way out: second_way SIDE
second_way() {
    net_wire "gw$1" wan2 inet "to${1}2"
    net_address inet "to${1}2" "$FIELD.1/24"
}
# Pings arrive again within so many seconds, both ways: goes_on SECONDS WHERE
goes_on() {
    check_reach a "${NET_LAN[b]}.10" "$1" || lab_fail "$2: no ping arrives"
    check_ping b "${NET_LAN[a]}.10" 5 0.02
    check_equal "$2: IKE SAs" 1 "$(culvert_ikes b)"
    check_equal "$2: the IKE SA" "$ike" "$(ike_id)"
    check_equal "$2: children" 1 "$(gw_children b)"
}
ike_id() { culvert_json b 'd["sas"][0]["id"]' show sas; }
# Where Culvert sends to, as a regular expression: endpoint_is EXPRESSION
endpoint_is() { [[ $(culvert_endpoint b) =~ ^$1$ ]]; }
local_is() { [[ $(culvert_json b 'd["sas"][0]["local"]' show sas) == "$1" ]]; }

if [ "$1" = responder ]; then
    lab_up a=masq b=none v6=yes
    second_way a
    ip -n "$LAB-gwa" address del "${NET_WAN6[a]}/64" dev wan
    gw_pair mobike=yes a.local=%any
    check_capture_start
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    ike=$(ike_id)
    goes_on 5 "at first"
    check_equal "MOBIKE" True "$(culvert_json b 'd["sas"][0]["mobike"]' show sas)"

    ip -n "$LAB-gwa" address del "${NET_WAN[a]}/24" dev wan
    net_address gwa wan "$NET_PRIVATE_a.77/24"
    net_default gwa "$NET_PRIVATE_a.1"
    goes_on 5 "behind its NAT with another address"

    net_address gwa wan2 "$FIELD.2/24"
    ip -n "$LAB-gwa" address del "$NET_PRIVATE_a.77/24" dev wan
    net_default gwa "$FIELD.1"
    lab_wait 5 endpoint_is "$FIELD.2:4500" || lab_fail "Culvert sends to $(culvert_endpoint b), not $FIELD.2"
    goes_on 5 "without a NAT"

    net_address gwa wan "${NET_WAN6[a]}/64"
    ip -n "$LAB-gwa" -6 route replace default via "${NET_HOP6[a]}"
    ip -n "$LAB-gwa" address del "$FIELD.2/24" dev wan2
    lab_wait 10 endpoint_is "\[.*\]:4500" || lab_fail "Culvert sends to $(culvert_endpoint b), not over IPv6"
    goes_on 5 "over IPv6"

    net_address gwa wan "${NET_WAN[a]}/24"
    net_default gwa "${NET_HOP[a]}"
    ip -n "$LAB-gwa" address del "${NET_WAN6[a]}/64" dev wan
    lab_wait 10 endpoint_is "$NET_PUBLIC_a:[0-9]*" || lab_fail "Culvert sends to $(culvert_endpoint b), not its NAT"
    goes_on 5 "back behind its NAT"
    check_equal "proofs that were asked for" yes "$([ "$(grep -c 'COOKIE2' "$LAB_OUT/gwa/charon.log")" -ge 4 ] && echo yes)"
elif [ "$1" = virtual ]; then
    lab_up a=masq b=none
    second_way a
    gw_pool b staff addresses=10.9.0.0/24
    gw_pair mobike=yes a.local=%any a.vips=0.0.0.0 a.lan=dynamic b.pools=staff b.peer_lan=dynamic 'a.swan=dpd_delay = 2s'
    check_capture_start
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    ike=$(ike_id) inner=$(culvert_json b 'd["leases"][0]["address"]' show pools)
    reached() { # WHERE
        lab_wait 8 lab_in hostb ping -c 1 -W 0.3 -q "$inner" || lab_fail "$1: the client is not reached at $inner"
        lab_in gwa ping -c 5 -i 0.02 -W 1 -q -I "$inner" "${NET_LAN[b]}.10" >/dev/null || lab_fail "$1: pings of the client are lost"
        check_equal "$1: the IKE SA" "$ike" "$(ike_id)"
        check_equal "$1: children" 1 "$(gw_children b)"
    }
    reached "at first"
    net_address gwa wan2 "$FIELD.2/24"
    ip -n "$LAB-gwa" address del "${NET_WAN[a]}/24" dev wan
    net_default gwa "$FIELD.1"
    lab_wait 5 endpoint_is "$FIELD.2:4500" || lab_fail "Culvert sends to $(culvert_endpoint b), not $FIELD.2"
    reached "without a NAT"
    net_address gwa wan "${NET_WAN[a]}/24"
    net_default gwa "${NET_HOP[a]}"
    ip -n "$LAB-gwa" address del "$FIELD.2/24" dev wan2
    lab_wait 10 endpoint_is "$NET_PUBLIC_a:[0-9]*" || lab_fail "Culvert sends to $(culvert_endpoint b), not its NAT"
    reached "back behind its NAT"
    net_rebind a 33000-33009
    lab_wait 8 endpoint_is "$NET_PUBLIC_a:3300[0-9]" || lab_fail "Culvert sends to $(culvert_endpoint b): the client does not say that its NAT forgot it"
    reached "after its NAT forgot it"
elif [ "$1" = probing ]; then
    lab_up a=none b=masq
    second_way a
    net_address gwa wan2 "$FIELD.2/24"
    gw_pair mobike=yes a.peer=any a.local=%any "b.peer=$NET_PUBLIC_a" b.dpd=2 b.retransmit=300
    check_capture_start a
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    ike=$(ike_id)
    goes_on 5 "at first"
    lab_in inet nft -f - <<NFT || lab_fail "no rules in inet"
table ip dead {
    chain early {
        type filter hook prerouting priority -450; policy accept;
        ip daddr $NET_PUBLIC_a drop
        ip saddr $NET_PUBLIC_a drop
    }
}
NFT
    lab_wait 12 endpoint_is "$FIELD.2:4500" || lab_fail "Culvert sends to $(culvert_endpoint b), not to the other address $FIELD.2"
    goes_on 5 "at the peer's other address"
else
    lab_up a=none b=masq
    second_way b
    net_address gwb wan2 "$FIELD.2/24"
    CULVERT_EXTRA[b]='"routes": [{"to": "'$NET_PUBLIC_a'/32", "via": "'${NET_HOP[b]}'", "port": "outside"}],'
    CULVERT_PORTS[b]='{"outside": {"device": "wan", "role": "outside", "addresses": ["'${NET_WAN[b]}/24'"]},
             "second": {"device": "wan2", "role": "outside", "addresses": ["'$FIELD.2/24'"]},
             "inside": {"device": "lan", "role": "inside", "addresses": ["'${NET_LAN[b]}.1/24'"]}}'
    gw_pair mobike=yes a.peer=any "b.peer=$NET_PUBLIC_a" b.dpd=2
    check_capture_start a
    gw_start a
    gw_start b
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    ike=$(ike_id)
    goes_on 5 "at first"

    # strongSwan follows nothing but what it is told, and Culvert learns it from the answer to a liveness check.
    net_rebind b
    lab_wait 8 grep -q 'event=moved' "$LAB_OUT/gwb/culvertd.log" || lab_fail "Culvert did not notice that its NAT forgot it"
    goes_on 5 "after its NAT forgot it"

    route_by() { # VIA PORT
        sed -i 's|"via": "[^"]*", "port": "[a-z]*"|"via": "'"$1"'", "port": "'"$2"'"|' "$LAB_OUT/gwb/culvert.json"
        culvert_ctl b reload >"$LAB_OUT/gwb/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/gwb/reload.log")"
    }
    route_by "$FIELD.1" second
    lab_wait 5 local_is "$FIELD.2:4500" || lab_fail "Culvert is at another address than $FIELD.2"
    goes_on 5 "by the other port"
    route_by "${NET_HOP[b]}" outside
    lab_wait 5 local_is "${NET_WAN[b]}:4500" || lab_fail "Culvert did not go back"
    goes_on 5 "back at the first port"
fi
check_capture_end --least-esp 1 --outer "$FIELD.2"
echo "shows: $1: $(culvert_json b 'd["sas"][0]["moves"]' show sas) moves, one IKE SA; $(head -n 1 <<<"$CHECK_CAPTURE")"
