#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The algorithms of ESP that strongSwan's userland ESP knows, with Culvert on either end of the first exchange, pings of all
# kinds of sizes and TCP; then once more after a rekey. NULL is taken where both sides name it, and refused by the defaults.
# cases: chacha gcm192 gcm256 ccm128 ccm12-256 3des-sha1 cbc128-sha1 cbc128-sha256 cbc192-sha1 cbc256-sha256 cbc256-sha384 cbc256-sha512 null-sha256 null-unasked
. "${0%/*}/../lib/lab.sh" || exit

case $1 in
chacha) esp=chacha20poly1305 want=ChaCha20-Poly1305 ;;
gcm192) esp=aes192gcm16 want=AES-GCM-16-192 ;;
gcm256) esp=aes256gcm16 want=AES-GCM-16-256 ;;
ccm128) esp=aes128ccm16 want=AES-CCM-16-128 ;;
ccm12-256) esp=aes256ccm12 want=AES-CCM-12-256 ;;
3des-sha1) esp=3des-sha1 want=3DES-CBC/HMAC-SHA1-96 ;;
cbc128-sha1) esp=aes128-sha1 want=AES-CBC-128/HMAC-SHA1-96 ;;
cbc128-sha256) esp=aes128-sha256 want=AES-CBC-128/HMAC-SHA2-256-128 ;;
cbc192-sha1) esp=aes192-sha1 want=AES-CBC-192/HMAC-SHA1-96 ;;
cbc256-sha256) esp=aes256-sha256 want=AES-CBC-256/HMAC-SHA2-256-128 ;;
cbc256-sha384) esp=aes256-sha384 want=AES-CBC-256/HMAC-SHA2-384-192 ;;
cbc256-sha512) esp=aes256-sha512 want=AES-CBC-256/HMAC-SHA2-512-256 ;;
null-*) esp=null-sha256 want=NULL/HMAC-SHA2-256-128 ;;
esac
lab_up a=fwd b=1to1
if [ "$1" = null-unasked ]; then
    gw_pair a.esp=$esp b.esp=aes128gcm16,aes128-sha256
else
    gw_pair "esp=$esp" "b.weak=$([ "$1" = 3des-sha1 ] && echo true || echo false)"
fi
# A capture of NULL holds clear text, as it should.
[ "$esp" = null-sha256 ] || check_capture_start
gw_start b
gw_start a
if [ "$1" = null-unasked ]; then
    gw_initiate a net && lab_fail "a tunnel without encryption that Culvert was not configured for"
    swan_logged a "NO_PROPOSAL_CHOSEN" || swan_logged a "NO_PROP" || lab_fail "strongSwan was not told why"
    check_equal "children at Culvert" 0 "$(gw_children b)"
    echo "shows: null-sha256 is refused with NO_PROPOSAL_CHOSEN"
    exit 0
fi
if [ "$esp" = null-sha256 ]; then
    grep -qi "not encrypted" "$LAB_OUT/gwb/check.log" || lab_fail "no warning about NULL: $(cat "$LAB_OUT/gwb/check.log")"
fi
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
got=$(culvert_json b 'd["sas"][0]["children"][0]["proposal"]' show sas)
check_equal "algorithms" "$want/32-bit sequence" "$got"
pings_of_all_sizes() {
    local size
    for size in 1 2 3 7 8 15 16 17 31 32 33 100 555 1000 1300 1360; do
        lab_in hosta ping -n -q -c 2 -i 0.01 -W 2 -s "$size" "${NET_LAN[b]}.10" >"$LAB_OUT/ping-size.log" ||
            lab_fail "no answer to a ping of $size bytes: $(tail -n 3 "$LAB_OUT/ping-size.log")"
    done
}
pings_of_all_sizes
check_traffic
gw_rekey b foo child || lab_fail "Culvert's rekey: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
check_rekeyed child 1
pings_of_all_sizes
gw_rekey a net child || lab_fail "strongSwan's rekey: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
check_rekeyed child 2
pings_of_all_sizes
check_equal "children at Culvert" 1 "$(gw_children b)"
for name in bad_icv bad_trailer inner_malformed crypto; do
    check_equal "drops by $name" 0 "$(culvert_drops b "$name")"
done
[ "$esp" = null-sha256 ] || check_capture_end --least-esp 200
echo "shows: $got, pings of 1 to 1360 bytes before and behind a rekey from each side"
