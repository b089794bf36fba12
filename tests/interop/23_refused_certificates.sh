#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Peers whose certificates must be refused, one after the other, beside one whose traffic goes on: each gets AUTHENTICATION_FAILED
# and is explained, nothing is left of it, and nothing that a certificate says is asked of any server.
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

url=http://192.0.2.99
pki_open "$LAB_PKI"
pki_ca ca && pki_ca stranger && pki_ca narrow ca ext='nameConstraints=critical,permitted;DNS:example.net' &&
    pki_cert gw ca san=DNS:gw.example.org && pki_cert foo ca san=DNS:foo.example.org || lab_fail "no certificates"
declare -A words=([expired]="expired on 2021-01-01 00:00:00 UTC" [notyet]="not valid before 2039-01-01" [eku]="extended key usage has none of"
    [ca]="CN=stranger, which is not trusted here" [san]="does not name san.example.org" [revoked]="was revoked by its CA on 20"
    [digest]="signed by way of SHA1" [key]="RSA of 1024 bits, less than 2048" [names]="(nameConstraints, permitted)"
    [big]="bytes, and 16384 are taken at most" [url]="CN=stranger, which is not trusted here")
bad="expired notyet eku ca san revoked digest key names big url"
for name in $bad; do
    more=() by=ca san=DNS:$name.example.org
    case $name in
    expired) more=(to=20210101000000Z) ;;
    notyet) more=(from=20390101000000Z) ;;
    eku) more=(eku=codeSigning) ;;
    ca) by=stranger ;;
    san) san=DNS:other.example.org ;;
    digest) more=(md=sha1) ;;
    key) more=(key=rsa1024) ;;
    names) by=narrow ;;
    big) more=("ext=nsComment=$(printf '%020000d' 0)") ;;
    url) by=stranger more=("ext=authorityInfoAccess=caIssuers;URI:$url/ca.crt,OCSP;URI:$url/ocsp" "ext=crlDistributionPoints=URI:$url/ca.crl") ;;
    esac
    pki_cert "bad-$name" "$by" "san=$san" "${more[@]}" || lab_fail "no certificate for $name"
done
pki_revoke bad-revoked ca && pki_crl ca && pki_crl narrow || lab_fail "no revocation list"
cat "$LAB_PKI/narrow.crl" >>"$LAB_PKI/ca.crl" && rm "$LAB_PKI/narrow.crl"

lab_up a=fwd b=1to1
gw_pair auth=pubkey peer_auth=pubkey ca=ca a.cert=foo b.cert=gw a.id=foo.example.org a.peer_id=gw.example.org \
    b.id=gw.example.org b.peer_id=foo.example.org
for name in $bad; do
    cert=bad-$name
    [ "$name" != names ] || cert+=:narrow
    conn a "bad-$name" auth=pubkey peer_auth=pubkey ca=ca "cert=$cert" "id=$name.example.org" peer_id=gw.example.org "peer=$NET_PUBLIC_b"
    conn b "bad-$name" auth=pubkey peer_auth=pubkey ca=ca cert=gw id=gw.example.org "peer_id=$name.example.org"
done
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel for the good peer: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
# What leaves the gateway by its kernel: requests for names, and for what stands at the addresses.
lab_in gwb nft -f - <<TEXT || lab_fail "no counter"
table inet asked {
    chain out {
        type filter hook output priority 0
        udp dport 53 counter
        tcp dport { 53, 80, 443 } counter
        ip daddr 192.0.2.99 counter
    }
}
TEXT
check_ping_start a "${NET_LAN[b]}.10" 400 0.01
for name in $bad; do
    before=$(grep -c "received AUTHENTICATION_FAILED" "$LAB_OUT/gwa/charon.log")
    swan_initiate a "bad-$name" 5 && lab_fail "$name: the bad peer got a tunnel"
    after=$(grep -c "received AUTHENTICATION_FAILED" "$LAB_OUT/gwa/charon.log")
    [ "$after" = $((before + 1)) ] || lab_fail "$name: no AUTHENTICATION_FAILED: $(tail -n 3 "$LAB_OUT/gwa/initiate.log")"
done
for name in $bad; do
    why=$(culvert_json b "next((f['why'] for f in d['failures'] if f['kind'] == 'certificate' and f['connection'] == 'bad-$name'), '')" show failures)
    grep -qF "${words[$name]}" <<<"$why" || lab_fail "$name is not explained: $why"
done
alone() { [ "$(culvert_ikes b)" = 1 ] && [ "$(culvert_json b 'd["half_open"]' status)" = 0 ]; }
lab_wait 8 alone || lab_fail "state of a bad peer is left: $(culvert_ctl b show sas)"
check_ping_lost
check_equal "pings of the good peer lost" 0 "$CHECK_LOST"
lab_in gwb nft list table inet asked | grep counter | grep -qv "packets 0 " && lab_fail "a server was asked: $(lab_in gwb nft list table inet asked)"
gw_stop b
check_equal "exit status of culvertd" 0 "$LAB_STATUS"
echo "shows: refused and explained: $bad; no server was asked"
