#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Culvert's private key is in hardware (SoftHSM 2 stands for it) and never leaves it: tunnels up, by either side, and a reload
# that asks the token again. A wrong PIN is a sentence before anything starts. An RSA key with its certificate in a file, an ECDSA
# key with its certificate in the token and an intermediate one in a file; one that is not there is a sentence, too.
# cases: rsa ec
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"
. "$LAB_LIB/lab_token.sh"

case $1 in
rsa) kind=rsa ;;
ec) kind=p256 ;;
esac
if ! token_is_possible; then
    echo "skipped: SoftHSM 2 or OpenSSL's way to PKCS#11 is not installed ($TOKEN_PACKAGES)"
    exit 77
fi
pki_open "$LAB_PKI"
# the certificate in the token is of an intermediate CA, which stands in a file beside
issuer=ca
[ "$1" = rsa ] || issuer=sub
pki_ca ca && pki_ca sub ca && pki_cert gw $issuer "key=$kind" san=DNS:gw.example.org && pki_cert foo ca "key=$kind" san=DNS:foo.example.org || lab_fail "no certificates"
token_open "$LAB_OUT/token" lab 1234 || lab_fail "no token, see $LAB_OUT/token/log"
token_import "$LAB_PKI/gw.key" gw || lab_fail "the token does not take the key, see $LAB_OUT/token/log"
rm "$LAB_PKI/gw.key"
token_cert=no chain=
if [ "$1" = ec ]; then
    token_import_certificate "$LAB_PKI/gw.crt" gw || lab_fail "the token does not take the certificate, see $LAB_OUT/token/log"
    token_cert=$(token_uri gw) chain=sub
fi
lab_up a=fwd b=1to1
check_capture_start
gw_pair auth=pubkey peer_auth=pubkey ca=ca a.cert=foo b.cert=gw a.id=foo.example.org a.peer_id=gw.example.org \
    b.id=gw.example.org b.peer_id=foo.example.org "b.peer=$NET_PUBLIC_a" "b.token=$(token_uri gw)" b.pin=4321 "b.token_cert=$token_cert" "b.chain=$chain"
(gw_start b) >"$LAB_OUT/wrong-pin.log" 2>&1 && lab_fail "the gateway starts with a wrong PIN"
grep -q "PIN" "$LAB_OUT/gwb/check.log" || lab_fail "a wrong PIN is not said: $(cat "$LAB_OUT/gwb/check.log")"
grep -q "4321" "$LAB_OUT/gwb/check.log" && lab_fail "the PIN is told to everybody"
GW_VALUE[b/foo/pin]=1234
if [ "$1" = ec ]; then
    GW_VALUE[b/foo/token_cert]=$(token_uri other)
    (gw_start b) >"$LAB_OUT/missing.log" 2>&1 && lab_fail "the gateway starts without its certificate"
    grep -q 'certificate.*object=other.*no certificate is found there' "$LAB_OUT/gwb/check.log" ||
        lab_fail "a missing certificate is not said: $(cat "$LAB_OUT/gwb/check.log")"
    GW_VALUE[b/foo/token_cert]=$token_cert
fi
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_traffic
culvert_ctl b reload >"$LAB_OUT/reload.log" || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
swan_terminate a net
gw_initiate b foo || lab_fail "no tunnel after a reload: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_capture_end --least-esp 100
gw_stop b
check_equal "exit status of culvertd" 0 "$LAB_STATUS"
case $1 in
rsa) shows="an RSA key that is only in the token" ;;
ec) shows="an ECDSA key and its certificate, both only in the token" ;;
esac
echo "shows: $shows; $CHECK_RATES Mbit/s"
