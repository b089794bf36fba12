#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Where certificates come from and go to. authorities: a CA for each connection, below a common root, and who comes to the wrong one is
# refused; two certificates for one identity, of which a peer gets the one that it can check; a signature of SHA-3 in a certificate.
# pkcs12: both sides read key, certificate and intermediate CA from one file. renewed: a reload takes a new certificate and a new
# list of the revoked, and no SA is lost; who is on the list then is refused when it authenticates again.
# cases: authorities pkcs12 renewed
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

pki_open "$LAB_PKI"
pki_ca ca
lab_up a=fwd b=1to1

# strongSwan's end of a connection with this identity and certificate; more keys follow: peer NAME IDENTITY CERTIFICATE KEY=VALUE...
peer() {
    local name=$1 id=$2 cert=$3
    shift 3
    conn a "$name" auth=pubkey peer_auth=pubkey "cert=$cert" "peer=$NET_PUBLIC_b" "id=$id" peer_id=gw.example.org "$@"
}
calls() {
    gw_initiate a "$1" || lab_fail "$1: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"): $(culvert_failure b certificate why)"
}
case $1 in
authorities)
    pki_ca research ca && pki_ca sales ca && pki_ca other key=rsa && pki_cert gw ca san=DNS:gw.example.org &&
        pki_cert gw-other other key=rsa san=DNS:gw.example.org && pki_cert ann research san=email:ann@research.example.org &&
        pki_cert bob sales san=email:bob@sales.example.org && pki_cert eve sales san=email:eve@research.example.org &&
        pki_cert sha3 other key=rsa md=sha3-256 san=email:old@other.example.org || lab_fail "no certificates"
    peer ann ann@research.example.org ann:research ca=ca
    peer bob bob@sales.example.org bob:sales ca=ca
    peer eve eve@research.example.org eve:sales ca=ca
    peer old old@other.example.org sha3 ca=other
    for name in research sales other; do
        conn b $name auth=pubkey peer_auth=pubkey cert=gw,gw-other ca=$name id=gw.example.org "peer_id=*@$name.example.org"
    done
    gw_start b
    gw_start a
    for name in ann bob old; do
        calls $name
        gw_terminate a $name
    done
    swan_logged a "received end entity cert \"C=NZ, O=Lab, CN=gw-other\"" || lab_fail "the second certificate was not sent"
    gw_initiate a eve && lab_fail "a certificate of sales is good for research"
    culvert_failure b certificate why | grep -q 'CN=ca.*not trusted\|CN=sales.*not trusted' || lab_fail "not said: $(culvert_failure b certificate why)"
    shows="a CA for each connection below one root, and two certificates of the gateway"
    ;;
pkcs12)
    pki_ca sub ca && pki_cert gw sub key=rsa san=DNS:gw.example.org && pki_cert foo sub key=rsa san=DNS:foo.example.org &&
        pki_p12 gw secret "$LAB_PKI/sub.crt" && pki_p12 foo secret "$LAB_PKI/sub.crt" || lab_fail "no archives"
    (umask 077 && echo secret >"$LAB_PKI/p12-phrase")
    peer net foo.example.org "" p12=foo ca=ca
    conn b foo auth=pubkey peer_auth=pubkey p12=gw ca=ca id=gw.example.org peer_id=foo.example.org "peer=$NET_PUBLIC_a"
    rm "$LAB_PKI/gw.key" "$LAB_PKI/foo.key"
    gw_start b
    gw_start a
    calls net
    check_reach a "${NET_LAN[b]}.10" 5
    gw_terminate a net
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
    check_reach b "${NET_LAN[a]}.10" 5
    shows="both sides have key and chain from PKCS#12"
    ;;
renewed)
    pki_cert gw ca san=DNS:gw.example.org && pki_cert foo ca san=DNS:foo.example.org && pki_crl ca || lab_fail "no certificates"
    peer net foo.example.org foo ca=ca
    conn b foo auth=pubkey peer_auth=pubkey cert=gw ca=ca id=gw.example.org peer_id=foo.example.org
    rm -f "$LAB_OUT/gwa/swanctl/x509crl/"*
    gw_start b
    gw_start a
    calls net
    check_reach a "${NET_LAN[b]}.10" 5
    spis=$(culvert_spis b)
    check_ping_start a "${NET_LAN[b]}.10" 150 0.01
    # a key and a certificate of its own for the same name
    rm "$LAB_PKI/gw.key"
    pki_cert gw ca subject=/C=NZ/O=Lab/CN=new san=DNS:gw.example.org && cp "$LAB_PKI/gw.crt" "$LAB_PKI/gw.chain" || lab_fail "no new certificate"
    culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
    check_ping_lost
    check_equal "pings lost" 0 "$CHECK_LOST"
    check_equal "child SPIs" "$spis" "$(culvert_spis b)"
    swan_ctl a --rekey --ike net --reauth >"$LAB_OUT/reauth.log" 2>&1 || lab_fail "no reauthentication: $(cat "$LAB_OUT/reauth.log")"
    renewed() { swan_logged a 'received end entity cert "C=NZ, O=Lab, CN=new"' && [ "$(gw_children b)" = 1 ]; }
    lab_wait 5 renewed || lab_fail "the new certificate is not sent"
    check_reach a "${NET_LAN[b]}.10" 5
    pki_revoke foo ca && pki_crl ca || lab_fail "no new list"
    culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
    closed() { [ "$(gw_children b)" = 0 ] && grep -q 'event=ike_down .*why="its certificate was revoked"' "$LAB_OUT/gwb/culvertd.log"; }
    lab_wait 5 closed || lab_fail "who is on the list keeps its tunnel"
    swan_initiate a net
    revoked() { [[ $(culvert_failure b certificate why) == *revoked* ]]; }
    lab_wait 5 revoked || lab_fail "who is on the list is not refused: $(culvert_ctl b show failures)"
    shows="a new certificate by a reload under traffic, and a list that ends the tunnel and refuses the next authentication"
    ;;
esac
gw_check_ends || lab_fail "the gateway did not end well"
echo "shows: $shows"
