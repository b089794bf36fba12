#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Long IKE messages on a way that drops all IP fragments: identities of 240 characters and keys of 512 bytes go in
# fragments of IKE's own (RFC 7383), both ways, in both roles, with and without an AEAD. cut-smaller: a wire of 640 bytes
# that nobody has told us of; our request goes in smaller fragments when it was not answered twice. off: a side that does
# not want fragments gets none. forged: whatever is sent to port 500 and 4500 as fragments changes nothing.
# cases: responder initiator responder-cbc cut-smaller off forged
. "${0%/*}/../lib/lab.sh" || exit

long() { printf '@%s.%0240d' "$1" 0; }
lab_up a=fwd b=1to1
ike=aes128gcm16-prfsha256-modp4096 size=576
case $1 in
responder-cbc) ike=aes256-sha512-modp4096 ;;
cut-smaller) ike=aes128gcm16-prfsha256-x25519 size=1280 ;;
off) ike=aes128gcm16-prfsha256-x25519 size=0 ;;
esac
[ "$1" = off ] || lab_in inet nft -f - <<NFT || lab_fail "no rules in inet"
table inet drops {
    chain early {
        type filter hook prerouting priority -450; policy accept;
        ip frag-off & 0x3fff != 0 counter drop
    }
}
NFT
SWAN_FRAGMENT=576
[ "$1" != cut-smaller ] || SWAN_FRAGMENT=1280
CULVERT_EXTRA[b]="\"tunnel\": {\"ike_fragment_bytes\": $size},"
gw_pair "ike=$ike" "b.peer=$NET_PUBLIC_a" "a.id=$(long foo)" "b.peer_id=$(long foo)" "a.peer_id=$(long gw)" "b.id=$(long gw)"
[ "$1" != cut-smaller ] || for end in toa tob; do ip -n "$LAB-inet" link set "$end" mtu 640; done
CHECK_SNAP=2000
check_capture_start
gw_start b
gw_start a
case $1 in
initiator | cut-smaller) gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log") $(tail -n 3 "$LAB_OUT/gwb/culvertd.log")" ;;
*) gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log") $(tail -n 3 "$LAB_OUT/gwb/culvertd.log")" ;;
esac
check_reach a "${NET_LAN[b]}.10" 5
forge() {
    local sent
    check_ping_start a "${NET_LAN[b]}.10" 300 0.01
    sent=$(lab_in inet "$LAB_PYTHON" "$(dirname "$0")/../abuse/fragments_send.py" "$CHECK_PCAP" "$NET_PUBLIC_b" --count 10000) ||
        lab_fail "the sender did not finish"
    check_ping_lost
    check_equal "pings lost" 0 "$CHECK_LOST"
    check_equal "memory of fragments" 0 "$(culvert_json b 'd["ike"]["fragment_bytes"]' show counters)"
    gw_rekey a net ike || lab_fail "IKE rekey after $sent forged fragments"
    check_ping a "${NET_LAN[b]}.10" 20 0.02
    told=", $sent forged ones changed nothing"
}
gw_rekey a net child || lab_fail "child rekey"
check_rekeyed child 1
gw_rekey b foo ike || lab_fail "IKE rekey of ours"
check_rekeyed ike 1
gw_rekey a net ike || lab_fail "IKE rekey of the peer's"
check_rekeyed ike 2
check_equal "IKE SAs rekeyed" 2 "$(culvert_total b foo rekeyed_ike)"
check_ping a "${NET_LAN[b]}.10" 20 0.02
check_equal "children at Culvert" 1 "$(gw_children b)"
check_capture_end
# SKF is the first payload: byte 16 of the IKE header, behind the marker on port 4500
fragments() {
    tcpdump -n -r "$CHECK_PCAP" "$1 and udp and ((port 500 and udp[24] = 53) or (port 4500 and udp[8:4] = 0 and udp[28] = 53)) ${2:-}" 2>/dev/null | wc -l
}
ours=$(fragments "src host $NET_PUBLIC_b") theirs=$(fragments "src host $NET_PUBLIC_a")
check_equal "fragments of IP that we sent" 0 "$(tcpdump -n -r "$CHECK_PCAP" "src host $NET_PUBLIC_b and ip[6:2] & 0x3fff != 0" 2>/dev/null | wc -l)"
if [ "$1" = off ]; then
    check_equal "fragments" "0 0" "$ours $theirs"
else
    [ "$ours" -ge 2 ] && [ "$theirs" -ge $((SWAN_FRAGMENT == 576 ? 2 : 0)) ] || lab_fail "fragments: $ours of ours, $theirs of the peer's"
    check_equal "fragments above 576 bytes" 0 "$(fragments "src host $NET_PUBLIC_b" 'and greater 591')"
fi
told=""
[ "$1" != forged ] || forge
echo "shows: $ours fragments of ours, $theirs of the peer's$told"
