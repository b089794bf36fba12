#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A filter on the way that drops UDP above 700 bytes and says nothing, as some firewalls do: messages with certificates go in
# fragments of 1280 bytes at first and do not arrive. Culvert sends its request, or its answer, in smaller fragments when they were
# missed twice (RFC 7383 2.5.2), and what is large after that at once; over IPv4 and IPv6. strongSwan never does: as the caller it is
# behind no filter, as the called one it was told of it.
# cases: initiator responder initiator6 responder6
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

pki_open "$LAB_PKI"
pki_ca ca && pki_ca sub ca key=rsa && pki_cert gw sub key=rsa san=DNS:gw.example.org && pki_cert foo sub key=rsa san=DNS:foo.example.org ||
    lab_fail "no certificates"
most=700 way='meta iifname { "toa", "tob" }'
if [ "${1#*6}" = "$1" ]; then
    lab_up a=none b=none
    peer=${NET_WAN[a]} here=${NET_WAN[b]}
else
    lab_up a=none b=none v6=yes
    peer=${NET_WAN6[a]} here=${NET_WAN6[b]}
fi
case $1 in
initiator*) SWAN_FRAGMENT=600 ;;
responder*) SWAN_FRAGMENT=1280 way='meta iifname "tob"' ;;
esac
lab_in inet nft -f - <<NFT || lab_fail "no rules in inet"
table inet filter {
    counter long {}
    chain early {
        type filter hook prerouting priority -450; policy accept;
        $way meta l4proto udp meta length > $most counter name long drop
    }
}
NFT
CULVERT_EXTRA[b]='"tunnel": {"probe_path_mtu": false},' # which asks what the way carries when the tunnel is up
gw_pair auth=pubkey peer_auth=pubkey ca=ca "a.peer=$here" "b.peer=$peer" "a.local=$peer" a.id=foo.example.org a.peer_id=gw.example.org \
    b.id=gw.example.org b.peer_id=foo.example.org a.cert=foo:sub b.cert=gw:sub
check_capture_start
gw_start b
gw_start a
case $1 in
initiator*) gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log") $(tail -n 3 "$LAB_OUT/gwb/culvertd.log")" ;;
*) gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log") $(tail -n 3 "$LAB_OUT/gwb/culvertd.log")" ;;
esac
check_reach a "${NET_LAN[b]}.10" 5
dropped=$(lab_in inet nft list counter inet filter long | sed -n 's/.*packets \([0-9]*\).*/\1/p')
[ "$dropped" -ge 2 ] || lab_fail "the filter dropped $dropped packets: nothing was proved"
# The first two copies and no more: a datagram above the limit, and a smaller one behind it.
[ "$dropped" -le 6 ] || lab_fail "the filter dropped $dropped packets: Culvert went on with what does not pass"
again=$(culvert_json b 'd["ike"]["retransmits_out"] + d["ike"]["duplicates_answered"]' show counters)
[ "$again" -le 3 ] || lab_fail "$again repetitions before the smaller fragments"
check_capture_end
echo "shows: $1: $dropped datagrams dropped by the filter, the tunnel is up after $again repetitions"
