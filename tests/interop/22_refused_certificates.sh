#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A holder of a certificate is let in by a connection for any of them; what is said of each who is not. RSA with SHA-1, as of
# macOS, where the connection allows it.
# cases: certificates sha1
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

pki_open "$LAB_PKI"
pki_ca ca
pki_cert gw ca key=rsa san=DNS:gw.example.org
lab_up a=fwd b=1to1

# strongSwan calls as this identity with this certificate: caller NAME IDENTITY
caller() {
    conn a "$1" auth=pubkey peer_auth=pubkey ca=ca "cert=$1" "peer=$NET_PUBLIC_b" "id=$2" peer_id=gw.example.org
}

# It is refused, and the gateway says why: refused NAME WHY
refused() {
    if gw_initiate a "$1"; then lab_fail "$1 was let in"; fi
    lab_wait 3 said "$2" || lab_fail "of $1 was not said: $2"
}
said() { grep "event=certificate connection=" "$LAB_OUT/gwb/culvertd.log" | tail -n 1 | grep -F -- "$1" >/dev/null; }

case $1 in
certificates)
    pki_ca stranger
    pki_cert good ca key=p256 san=DNS:good.example.org
    pki_cert revoked ca key=p256 san=DNS:revoked.example.org
    pki_cert expired ca key=p256 san=DNS:expired.example.org to=20210101000000Z
    pki_cert outside stranger key=p256 san=DNS:outside.example.org
    pki_cert other ca key=p256 san=DNS:other.example.org
    pki_revoke revoked ca
    pki_crl ca
    for name in good revoked expired outside; do caller "$name" "$name.example.org"; done
    caller other somebody.example.org
    for name in any revoked.example.org expired.example.org outside.example.org somebody.example.org; do
        conn b "$name" auth=pubkey peer_auth=pubkey cert=gw ca=ca id=gw.example.org "peer_id=$name"
    done
    gw_start b
    gw_start a
    gw_initiate a good || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"): $(culvert_failure b certificate why)"
    [ "$(culvert_json b 'd["sas"][0]["remote_id"]' show sas)" = good.example.org ] || lab_fail "the SA has not the peer's identity"
    gw_terminate a good
    refused revoked revoked
    refused expired expired
    refused outside "not trusted"
    refused other "other.example.org"
    gw_check_ends || lab_fail "the gateway did not end well"
    echo "shows: revoked, expired, of another CA and of another name are refused, each with its reason"
    ;;
sha1)
    SWAN_SIGNATURES=no
    pki_cert old ca key=rsa san=DNS:old.example.org
    pki_cert older ca key=rsa san=DNS:older.example.org
    caller old old.example.org
    caller older older.example.org
    conn b old auth=pubkey peer_auth=pubkey cert=gw ca=ca id=gw.example.org peer_id=old.example.org weak=true
    conn b older auth=pubkey peer_auth=pubkey cert=gw ca=ca id=gw.example.org peer_id=older.example.org
    gw_start b
    gw_start a
    gw_initiate a old || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"): $(culvert_failure b certificate why)"
    refused older "which is weak"
    gw_check_ends || lab_fail "the gateway did not end well"
    echo "shows: AUTH method 1 with SHA-1 where the connection is weak, and nowhere else"
    ;;
esac
