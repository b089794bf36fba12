#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Transport mode between the hosts that two Culverts run on, without NATs and behind each kind of them: ping, TCP both ways, and UDP
# in datagrams larger than a packet, whose checksums the receiver's stack holds against the addresses that it knows. The SAs are replaced by both
# sides under way, and when they are gone nothing goes in clear.
# refused: strongSwan asks for it where tunnel mode is configured. It gets tunnel mode, which is told with the way out at the peer.
# two: of two hosts behind one NAT the second is refused, in words.
# swan-asks, swan-answers: strongSwan agrees on transport mode behind NATs, with the selectors that each side must see; its userland ESP
# knows tunnel mode only, so the SA ends there.
# cases: refused none masq 1to1 both two swan-asks swan-answers
. "${0%/*}/../lib/lab.sh" || exit

refused() {
    lab_up a=none b=none
    gw_pair "a.lan=${NET_WAN[a]}/32" "a.peer_lan=$NET_PUBLIC_b/32" "b.lan=$NET_PUBLIC_b/32" "b.peer_lan=${NET_WAN[a]}/32"
    gw_start b
    gw_start a
    sed -i 's/^\( *\)local_ts = /\1mode = transport\n&/' "$LAB_OUT/gwa/swanctl/swanctl.conf"
    swan_ctl a --load-conns >"$LAB_OUT/gwa/load.log" 2>&1 || lab_fail "strongSwan does not take transport mode: $(tail -n 2 "$LAB_OUT/gwa/load.log")"
    gw_initiate a net || true # whether it takes tunnel mode is its own matter
    told=$(culvert_failure b transport_mode fix_peer)
    [[ $told == *"mode = tunnel"* ]] || lab_fail "it is not told: $(culvert_ctl b show failures)"
    swan_logged a "USE_TRANSP" || lab_fail "strongSwan did not ask for transport mode"
    check_equal "children at Culvert" "$(gw_children a)" "$(gw_children b)"
    echo "shows: $told"
    exit 0
}

swan() { # WHO-CALLS
    local got=response log=$LAB_OUT/gwa/charon.log
    lab_up a=fwd b=1to1
    gw_pair lan=dynamic peer_lan=dynamic 'a.swan_child=mode = transport' 'b.child_more=, "mode": "transport"' "b.peer=$NET_PUBLIC_a"
    gw_start b
    gw_start a
    if [ "$1" = a ]; then
        gw_initiate a net && lab_fail "strongSwan's userland ESP takes transport mode: test it whole"
    else
        culvert_ctl b initiate foo >/dev/null
        got=request
    fi
    agreed() { grep -q "parsed IKE_AUTH $got 1 .*N(USE_TRANSP)" "$log" && swan_logged a "match: ${NET_WAN[a]}/32" && swan_logged a "match: $NET_PUBLIC_b/32"; }
    lab_wait 10 agreed || lab_fail "strongSwan does not agree: $(grep -h 'match\|ENC\|IKE' "$log" | tail -n 12); $(culvert_ctl b show failures)"
    told=$(sed -n 's/.*event=child_up .*what=//p' "$LAB_OUT/gwb/culvertd.log" | tail -n 1)
    [ "$1" = b ] || [[ $told == *"${NET_WAN[b]}/32 === $NET_PUBLIC_a/32"* ]] || lab_fail "our selectors: $told; $(culvert_ctl b show failures)"
    echo "shows: strongSwan has ${NET_WAN[a]} === $NET_PUBLIC_b from what was said as $(sed -n 's/.*received: \(.*\) => match: .*/\1/p' "$log" | sort -u | xargs)"
    exit 0
}

HOSTS=(lan=dynamic peer_lan=dynamic 'child_more=, "mode": "transport"')
two() {
    GW_ENGINE[a]=culvert GW_ENGINE[a2]=culvert
    lab_up a=random b=1to1 clients=2
    conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b" "${HOSTS[@]}"
    conn a2 net id=@bar peer_id=@gw "peer=$NET_PUBLIC_b" "${HOSTS[@]}"
    conn b foo id=@gw peer_id=@foo "${HOSTS[@]}"
    conn b bar id=@gw peer_id=@bar "${HOSTS[@]}"
    gw_start b
    gw_start a
    gw_start a2
    gw_initiate a net || lab_fail "no SA for the first host: $(culvert_ctl b show failures)"
    check_pings gwa "$NET_PUBLIC_b" 5
    culvert_ctl a2 initiate net >/dev/null
    refusal() { why=$(culvert_failure b overlap why) && [ -n "$why" ]; }
    lab_wait 10 refusal || lab_fail "the second host is not refused: $(culvert_ctl b show failures; culvert_ctl b show sas)"
    check_pings gwa "$NET_PUBLIC_b" 50
    lab_in gwa2 ping -c 3 -i 0.1 -W 0.3 -q "$NET_PUBLIC_b" >"$LAB_OUT/second.log" && lab_fail "the second host passes in clear"
    check_equal "children at Culvert" 1 "$(gw_children b)"
    echo "shows: $why"
    exit 0
}

csum_errors() { lab_in "$1" cat /proc/net/snmp /proc/net/netstat | "$LAB_PYTHON" -c 'import sys
rows = [line.split() for line in sys.stdin]
print(sum(int(v) for head, data in zip(rows[::2], rows[1::2]) for k, v in zip(head, data) if k in ("InCsumErrors", "InErrs")))'; }
gone() { [ "$(gw_children b)" = 0 ]; }

case $1 in
refused) refused ;;
two) two ;;
swan-asks) swan a ;;
swan-answers) swan b ;;
none) nats=(a=none b=none) plain=--allow-plain-esp ;;
masq) nats=(a=masq b=none) ;;
1to1) nats=(a=none b=1to1) ;;
both) nats=(a=random b=1to1) ;;
esac
GW_ENGINE[a]=culvert
lab_up "${nats[@]}"
gw_pair "${HOSTS[@]}"
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no SA: $(culvert_ctl a show failures); $(culvert_ctl b show failures)"
check_equal "modes" "transport transport" "$(for gw in a b; do culvert_json $gw 'd["sas"][0]["children"][0]["mode"]' show sas; done | xargs)"
check_pings gwa "$NET_PUBLIC_b" 20
check_pings gwb "$NET_PUBLIC_a" 20
read -r up _ <<<"$(check_flow gwa gwb "$NET_PUBLIC_b" -n 2M)"
culvert_rekey a net child || lab_fail "rekeying: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
read -r down _ <<<"$(check_flow gwa gwb "$NET_PUBLIC_b" -n 2M -R)"
culvert_rekey b foo child || lab_fail "rekeying: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
read -r back _ <<<"$(check_flow gwb gwa "$NET_PUBLIC_a" -n 1M)"
for bytes in "${up:-0}" "${down:-0}" "${back:-0}"; do [ "$bytes" -ge 100000 ] || lab_fail "TCP: $up, $down and $back bytes"; done
for size in 200 3000; do
    read -r datagrams lost <<<"$(check_flow gwa gwb "$NET_PUBLIC_b" -u -b 10M -l $size -n 400K)"
    check_equal "datagrams of $size bytes lost of ${datagrams:-no} bytes" 0 "$lost"
done
check_equal "wrong checksums" "0 0" "$(csum_errors gwa) $(csum_errors gwb)"
check_capture_end --least-esp 200 ${plain:-}
gw_terminate a net
lab_wait 5 gone || lab_fail "the SA stays"
lab_in gwa ping -c 3 -i 0.1 -W 0.3 -q "$NET_PUBLIC_b" >"$LAB_OUT/clear.log" && lab_fail "pings pass in clear"
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: TCP of $up, $down and $back bytes, no datagram lost, no wrong checksum; $(head -n 1 <<<"$CHECK_CAPTURE")"
