#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Both sides prove themselves by signatures. The tunnel of the case carries traffic; then strongSwan calls with one kind of key
# and signature after the other, and each must come up.
# cases: rsa-in rsa-out schemes kinds split
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

pki_open "$LAB_PKI"
pki_ca ca
pki_ca sub ca
pki_cert gw ca key=rsa san=DNS:gw.example.org
pki_cert foo ca key=rsa san=DNS:foo.example.org
lab_up a=fwd b=1to1

# Both sides with certificates of the CA: pair [a.key=value | b.key=value]...
pair() {
    gw_pair auth=pubkey peer_auth=pubkey ca=ca a.cert=foo b.cert=gw a.id=foo.example.org a.peer_id=gw.example.org \
        b.id=gw.example.org b.peer_id=foo.example.org "b.peer=$NET_PUBLIC_a" "$@"
}

# strongSwan calls with the files of connection NAME, which Culvert has under the same name.
calls() {
    gw_initiate a "$1" || lab_fail "$1: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"): $(culvert_failure b certificate why)"
    gw_terminate a "$1"
}

case $1 in
rsa-in | rsa-out)
    check_capture_start
    pair
    gw_start b
    gw_start a
    case $1 in
    *-in) gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")" ;;
    *-out) gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")" ;;
    esac
    check_traffic
    check_capture_end --least-esp 100
    echo "shows: $1; $CHECK_RATES Mbit/s"
    ;;
schemes)
    # RSA: the signature scheme that each side chooses, as strongSwan's log has it. It announces only hashes that a connection takes.
    SWAN_PSS=yes
    scheme() { # NAME CALLER OF-CULVERT OF-STRONGSWAN
        local log=$LAB_OUT/gwa/charon.log from
        from=$(($(wc -l <"$log") + 1))
        gw_initiate "$2" "$1" || lab_fail "$1: no tunnel: $(tail -n 2 "$LAB_OUT/gw$2/initiate.log"): $(culvert_failure b certificate why)"
        check_equal "schemes of $1" "foo:$4 gw:$3" "$(tail -n "+$from" "$log" | sort -k 5 |
            sed -nE "s/.*authentication of '(foo|gw)-$1'.* with RSA_EMSA_(\S+) successful/\1:\2/p" | paste -s -d ' ')"
        gw_terminate "$2" "$1"
    }
    one() { # NAME WHAT-STRONGSWAN-TAKES OWN-KEYS...
        local name=$1 takes=$2
        shift 2
        conn a "$name" auth=pubkey "peer_auth=$takes" key=foo peer_key=gw "peer=$NET_PUBLIC_b" "id=@foo-$name" "peer_id=@gw-$name"
        conn b "$name" auth=pubkey peer_auth=pubkey key=gw peer_key=foo "id=@gw-$name" "peer_id=@foo-$name" "peer=$NET_PUBLIC_a" "$@"
    }
    for name in gw foo; do openssl pkey -in "$LAB_PKI/$name.key" -pubout -out "$LAB_PKI/$name.pub"; done
    one any pubkey
    one sha384 ike:rsa-sha384
    one never pubkey rsa_pss=never
    gw_start b
    gw_start a
    scheme any a PSS_SHA2_256_SALT_32 PSS_SHA2_256_SALT_32
    scheme any b PSS_SHA2_256_SALT_32 PSS_SHA2_256_SALT_32
    scheme sha384 a PSS_SHA2_384_SALT_48 PSS_SHA2_256_SALT_32
    scheme never a PKCS1_SHA2_256 PSS_SHA2_256_SALT_32
    gw_check_ends || lab_fail "the gateway did not end well"
    echo "shows: RSA-PSS both ways, the hash that the peer takes, PKCS#1 where it must be"
    ;;
kinds)
    # Certificates of each kind, one below an intermediate CA, and keys without a certificate.
    kinds="p256 p384 p521 ed25519"
    for kind in $kinds; do
        pki_cert "gw-$kind" ca "key=$kind" "san=DNS:gw-$kind.example.org"
        pki_cert "foo-$kind" sub "key=$kind" "san=DNS:foo-$kind.example.org"
        conn a "$kind" auth=pubkey peer_auth=pubkey ca=ca "cert=foo-$kind:sub" "peer=$NET_PUBLIC_b" \
            "id=foo-$kind.example.org" "peer_id=gw-$kind.example.org"
        conn b "$kind" auth=pubkey peer_auth=pubkey ca=ca "cert=gw-$kind" "id=gw-$kind.example.org" "peer_id=foo-$kind.example.org"
    done
    for name in gw foo; do openssl pkey -in "$LAB_PKI/$name.key" -pubout -out "$LAB_PKI/$name.pub"; done
    conn a raw auth=pubkey peer_auth=pubkey key=foo peer_key=gw "peer=$NET_PUBLIC_b" id=keyid:foo-raw peer_id=keyid:gw-raw
    conn b raw auth=pubkey peer_auth=pubkey key=gw peer_key=foo id=keyid:gw-raw peer_id=keyid:foo-raw
    conn a anybody auth=pubkey peer_auth=pubkey key=foo peer_key=gw "peer=$NET_PUBLIC_b" id=@whoever peer_id=@gw-any
    conn b anybody auth=pubkey peer_auth=pubkey key=gw peer_key=foo id=@gw-any peer_id=any
    gw_start b
    gw_start a
    for kind in $kinds raw anybody; do calls "$kind"; done
    gw_check_ends || lab_fail "the gateway did not end well"
    echo "shows: $kinds and raw keys come up, those of one identity and those of anybody who has the key"
    ;;
split)
    # A key of both on one side, a signature on the other, either way round; and any holder of a certificate by one connection.
    conn a psk-in auth=psk peer_auth=pubkey ca=ca "peer=$NET_PUBLIC_b" id=@foo-psk peer_id=gw.example.org
    conn b psk-in auth=pubkey peer_auth=psk cert=gw id=gw.example.org peer_id=@foo-psk
    conn a psk-out auth=pubkey peer_auth=psk cert=foo "peer=$NET_PUBLIC_b" id=foo.example.org peer_id=@gw-psk
    conn b psk-out auth=psk peer_auth=pubkey ca=ca id=@gw-psk peer_id=foo.example.org
    pki_cert bob ca key=p256 subject=/C=NZ/O=Lab/CN=bob
    pki_cert eve ca key=p256 subject=/C=NZ/O=Other/CN=eve
    for name in bob eve; do
        conn a "$name" auth=pubkey peer_auth=pubkey ca=ca "cert=$name" "peer=$NET_PUBLIC_b" \
            "id=C=NZ, O=$([ "$name" = bob ] && echo Lab || echo Other), CN=$name" peer_id=gw.example.org
    done
    conn b lab auth=pubkey peer_auth=pubkey cert=gw ca=ca id=gw.example.org "peer_id=C=NZ, O=Lab, CN=*"
    gw_start b
    gw_start a
    calls psk-in
    calls psk-out
    calls bob
    if gw_initiate a eve; then lab_fail "the pattern let eve in"; fi
    [[ $(culvert_failure b unknown_id what) == *CN=eve* ]] || lab_fail "nobody said why eve was refused"
    gw_check_ends || lab_fail "the gateway did not end well"
    echo "shows: secret and signature on one connection, one connection for O=Lab, CN=*"
    ;;
esac
