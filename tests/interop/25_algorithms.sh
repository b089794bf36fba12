#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Algorithms agreed with strongSwan, and the second attempt when the first key exchange group was the wrong guess
# (INVALID_KE_PAYLOAD, RFC 7296 1.3), in both roles.
# cases: cbc-modp2048 cbc192-sha1-modp2048 gcm192-prfsha1-ecp256 ccm128 ccm8-256 3des-modp1024 gcm256-ecp384 cbc256-ecp521 gcm-ecp256-esp256 modp4096 group-retry-in group-retry-out
. "${0%/*}/../lib/lab.sh" || exit

esp=aes128gcm16 a=() b=()
case $1 in
cbc-modp2048) ike=aes128-sha256-modp2048 ;;
cbc192-sha1-modp2048) ike=aes192-sha1-modp2048 esp=aes192-sha1 ;;
gcm192-prfsha1-ecp256) ike=aes192gcm16-prfsha1-ecp256 esp=aes192gcm16 ;;
ccm128) ike=aes128ccm16-prfsha256-x25519 esp=aes128ccm16 ;;
ccm8-256) ike=aes256ccm8-prfsha256-ecp256 esp=aes256ccm8 ;;
3des-modp1024) ike=3des-sha1-modp1024 esp=3des-sha1 b=(b.weak=true) ;;
gcm256-ecp384) ike=aes256gcm16-prfsha384-ecp384 esp=aes256gcm16 ;;
cbc256-ecp521) ike=aes256-sha512-ecp521 ;;
gcm-ecp256-esp256) ike=aes128gcm16-prfsha256-ecp256 esp=aes256gcm16 ;;
modp4096) ike=aes256-sha384-modp4096 ;;
group-retry-in) ike=aes128gcm16-prfsha256-x25519-ecp256 b=(b.ike=aes128gcm16-prfsha256-ecp256) ;;
group-retry-out) ike=aes128gcm16-prfsha256-x25519-ecp256 a=(a.ike=aes128gcm16-prfsha256-ecp256) ;;
esac
lab_up a=fwd b=1to1
gw_pair "ike=$ike" "esp=$esp" "b.peer=$NET_PUBLIC_a" "${a[@]+"${a[@]}"}" "${b[@]+"${b[@]}"}"
gw_start b
if [ "$1" = 3des-modp1024 ]; then
    for word in 3des modp1024; do
        grep -q "name $word, which is weak" "$LAB_OUT/gwb/check.log" ||
            lab_fail "no warning of $word: $(cat "$LAB_OUT/gwb/check.log")"
    done
fi
gw_start a
if [ "$1" = group-retry-out ]; then
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
else
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
fi
check_reach a "${NET_LAN[b]}.10" 5
check_ping a "${NET_LAN[b]}.10" 20 0.02
check_ping b "${NET_LAN[a]}.10" 20 0.02
# the same key exchange once more, in both kinds of rekey
gw_rekey a net child || lab_fail "child rekey"
check_rekeyed child 1
gw_rekey b foo ike || lab_fail "IKE rekey"
check_rekeyed ike 1
check_ping a "${NET_LAN[b]}.10" 20 0.02
check_equal "children at Culvert" 1 "$(gw_children b)"
case $1 in group-retry-*) swan_logged a "INVAL_KE" || lab_fail "there was no second attempt" ;; esac
echo "shows: $(sed -n 's/.*selected proposal: //p' "$LAB_OUT/gwa/charon.log" | sort -u | tr '\n' ' ')"
