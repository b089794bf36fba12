#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Extended sequence numbers agreed by IKE, Culvert on both sides through two NATs: strongSwan's userland ESP has none.
# cases: gcm chacha cbc null both-offered
. "${0%/*}/../lib/lab.sh" || exit

case $1 in
gcm) esp=aes256gcm16-esn want=AES-GCM-16-256/ESN ;;
chacha) esp=chacha20poly1305-esn want=ChaCha20-Poly1305/ESN ;;
cbc) esp=aes256-sha384-esn want=AES-CBC-256/HMAC-SHA2-384-192/ESN ;;
null) esp=null-sha512-esn want=NULL/HMAC-SHA2-512-256/ESN ;;
both-offered) want=AES-GCM-16-128/ESN ;;
esac
GW_ENGINE[a]=culvert
lab_up a=masq b=1to1
if [ "$1" = both-offered ]; then
    gw_pair a.esp=aes128gcm16-esn-noesn b.esp=aes128gcm16-esn
else
    gw_pair "esp=$esp"
fi
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
for gw in a b; do
    check_equal "algorithms at $gw" "$want" "$(culvert_json $gw 'd["sas"][0]["children"][0]["proposal"]' show sas)"
done
check_traffic
gw_rekey a net child || lab_fail "rekey by a: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
check_rekeyed child 1
check_ping a "${NET_LAN[b]}.10" 20 0.02
gw_rekey b foo child || lab_fail "rekey by b: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
check_rekeyed child 2
check_ping a "${NET_LAN[b]}.10" 20 0.02
for gw in a b; do
    check_equal "children at $gw" 1 "$(gw_children $gw)"
    for name in bad_icv replay bad_trailer; do check_equal "drops by $name at $gw" 0 "$(culvert_drops $gw "$name")"; done
done
echo "shows: $want between two Culverts, before and behind a rekey from each side"
