#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Users' devices as they come, imitated by strongSwan with the settings of each, behind a NAT: they log in, get addresses, rekey both
# SAs, move (by MOBIKE, or since the NAT forgets them), and return to the same addresses. The gateway has one RSA certificate.
# What none of them announces (hashes of signatures) is not announced here, so the gateway signs as the connection allows: weak.
# cases: windows windows-machine windows-tuned ios android android6 macos
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

pki_open "$LAB_PKI"
pki_ca ca
pki_cert gw ca key=rsa san=DNS:gw.example.org
case $1 in
ios) lab_up a=masq b=1to1 clients=2 ;;
android6) lab_up a=masq b=1to1 v6=yes ;;
*) lab_up a=masq b=1to1 ;;
esac
gw_pool b four addresses=10.9.0.0/28 dns=10.2.0.53
gw_pool b six addresses=fd00:9::/120
CULVERT_EXTRA[b]='"users": {"file": "users.txt"},'
mkdir -p "$LAB_OUT/gwb"
printf 'Correct Horse 9\n' | "$CULVERTCTL" user add --file "$LAB_OUT/gwb/users.txt" ann >"$LAB_OUT/users.log" 2>&1 ||
    lab_fail "user add: $(cat "$LAB_OUT/users.log")"

login=(auth=eap-mschapv2 'password=Correct Horse 9' peer_auth=pubkey ca=ca)
all=(vips=0.0.0.0,:: lan=dynamic peer_lan=0.0.0.0/0,::/0)
gateway=$NET_PUBLIC_b
# client KEY=VALUE...: its connection; the gateway's is told by what stands behind "--"
client() {
    local one=()
    while [ "$1" != -- ]; do one+=("$1") && shift; done
    shift
    conn a net "peer=$gateway" "${all[@]}" "${one[@]}"
    conn b foo id=gw.example.org auth=pubkey cert=gw pools=four,six peer_lan=dynamic lan=0.0.0.0/0,::/0 ike=default esp=default "$@"
}
# With a user's password Windows sends no IDr and its private address as IDi, and DOMAIN\user in EAP.
windows_user() {
    client "${login[@]}" "id=${NET_WAN[a]}" peer_id=%any 'user=LAB\ann' mobike=yes local=%any "$@" peer_id=any peer_auth=eap-mschapv2 weak=true
}
SWAN_SIGNATURES=no
moves_by=mapping
case $1 in
windows) # as it comes: one small group, SHA-1 in ESP, small fragments
    SWAN_FRAGMENT=608
    windows_user ike=aes256-sha1-sha256-sha384-modp1024,3des-sha1-sha256-sha384-modp1024 esp=aes256-aes128-3des-sha1 'swan=dpd_delay = 10s' -- \
        ike=aes256-sha256-modp2048,aes256-sha384-modp1024 esp=aes256gcm16,aes256-sha1
    ;;
windows-machine) # a certificate below two CAs, in many fragments of which one is lost; NegotiateDH2048_AES256
    SWAN_FRAGMENT=608
    pki_ca sub ca key=rsa3072 && pki_ca lower sub key=rsa3072 && pki_cert pc lower key=rsa subject=/C=NZ/O=Lab/CN=pc san=DNS:pc.example.org
    mkdir -p "$LAB_OUT/gwa/swanctl/x509ca"
    cp "$LAB_PKI/sub.crt" "$LAB_OUT/gwa/swanctl/x509ca/"
    client auth=pubkey cert=pc:lower peer_auth=pubkey ca=ca 'id=C=NZ, O=Lab, CN=pc' peer_id=%any ike=aes256-sha256-modp2048 esp=aes256-sha1 -- \
        'peer_id=C=NZ, O=Lab, CN=*' peer_auth=pubkey ca=ca weak=true
    # next payload SKF, fragment 4: the first one of them goes
    lab_in nata nft -f - <<'NFT'
table ip lossy {
    chain through {
        type filter hook forward priority -10; policy accept;
        iifname inside meta l4proto udp @th,224,8 53 @th,352,16 4 limit rate 1/day burst 1 packets counter drop
    }
}
NFT
    ;;
windows-tuned) # Set-VpnConnectionIPsecConfiguration with PFS
    SWAN_FRAGMENT=608
    windows_user ike=aes256-sha384-ecp384 esp=aes256gcm16-ecp384 --
    ;;
ios) # four proposals in Apple's order, no CERTREQ, EAP-only offered, the group of the IKE SA at a rekeying
    moves_by=mobike
    client "${login[@]}" id=ann@example.org peer_id=gw.example.org user=ann mobike=yes local=%any 'swan=send_certreq = no' \
        esp=aes256gcm16-ecp256,aes256gcm16,aes256-sha256 \
        ike=aes256gcm16-prfsha256-ecp256,aes256gcm16-prfsha256-modp2048,aes256-sha256-ecp256,aes256-sha256-modp2048 -- \
        peer_id=ann@example.org peer_auth=eap-mschapv2 weak=true 'more=, "unique": "keep"'
    conn a2 net "peer=$gateway" "${login[@]}" "${all[@]}" id=ann@example.org peer_id=gw.example.org user=ann esp=aes256gcm16 \
        ike=aes256gcm16-prfsha256-ecp256 'swan=send_certreq = no'
    ;;
android*) # a key of 4096 bits comes first, encapsulation is forced over IPv4, no CERTREQ; it does announce hashes
    SWAN_SIGNATURES=yes
    moves_by=mobike
    [ "$1" = android ] || gateway=${NET_PUBLIC6[b]}
    client "${login[@]}" id=ann@example.org peer_id=gw.example.org user=ann mobike=yes encap=force local=%any 'swan=send_certreq = no' \
        ike=aes256-aes128-sha512-sha256-modp4096-curve25519-modp2048,aes256gcm16-prfsha256-modp4096-curve25519 esp=aes256gcm16,aes128gcm16 -- \
        peer_id=ann@example.org peer_auth=eap-mschapv2
    ;;
macos) # a certificate, and signatures with SHA-1 by method 1; the gateway takes the third proposal; no group in rekeyings
    pki_cert ann ca key=rsa san=email:ann@example.org
    client auth=pubkey cert=ann peer_auth=pubkey ca=ca id=ann@example.org peer_id=gw.example.org esp=aes256gcm16 \
        ike=aes256gcm16-prfsha256-ecp256,aes256gcm16-prfsha256-modp2048,aes256-sha256-ecp256,aes256-sha256-modp2048 -- \
        peer_id=ann@example.org peer_auth=pubkey ca=ca weak=true ike=aes256-sha256-ecp256
    ;;
esac
check_capture_start
gw_start b
gw_start a

addresses() { culvert_json b 'sorted(d["sas"][0]["remote_inner"])' show sas; }
reaches() {
    lab_wait 5 lab_in gwa ping -c 1 -W 0.3 -I 10.9.0.1 "${NET_LAN[b]}.10" || lab_fail "no ping $1"
    lab_in hostb ping -c 3 -i 0.1 -W 1 10.9.0.1 >"$LAB_OUT/ping" || lab_fail "no ping back $1: $(cat "$LAB_OUT/ping")"
}
is_elsewhere() { [ "$(culvert_endpoint b)" != "$place" ]; }
gw_initiate a net || lab_fail "no tunnel: $(tail -n 3 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b show failures)"
reaches "at first"
first=$(addresses)
check_equal "families of its addresses" 2 "$(wc -w <<<"$first")"
case $1 in
windows-machine)
    lossy=$(lab_in nata nft list table ip lossy)
    [[ $lossy == *"packets 1 "* ]] || lab_fail "not one fragment was lost: $(grep counter <<<"$lossy")"
    [ "$(grep -c 'generating IKE_AUTH request 1 \[ EF' "$LAB_OUT/gwa/charon.log")" -ge 7 ] || lab_fail "fewer than 7 fragments"
    ;;
ios)
    gw_start a2
    gw_initiate a2 net || lab_fail "the same user has no second SA"
    check_equal "SAs of the user" 2 "$(culvert_ikes b)"
    gw_stop a2
    ;;
macos) check_equal "IKE SA" AES-CBC-256/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/ECP-256 "$(culvert_json b 'd["sas"][0]["proposal"]' show sas)" ;;
esac
gw_rekey a net child || lab_fail "its rekeying of the child fails"
reaches "after a rekeying"
gw_rekey a net ike || lab_fail "its rekeying of the IKE SA fails"
reaches "after one of the IKE SA"
place=$(culvert_endpoint b)
case $moves_by in
mapping) net_rebind a ;;
mobike)
    if [ "$1" = android6 ]; then
        net_address gwa wan fd01:a::77/64
        ip -n "$LAB-gwa" address del "${NET_WAN6[a]}/64" dev wan
    else
        ip -n "$LAB-gwa" address del "${NET_WAN[a]}/24" dev wan
        net_address gwa wan "$NET_PRIVATE_a.77/24"
        net_default gwa "$NET_PRIVATE_a.1"
    fi
    ;;
esac
reaches "from another place"
lab_wait 5 is_elsewhere || lab_fail "it is where it was: $place"
gw_stop a
gw_start a
gw_initiate a net || lab_fail "it does not come back: $(tail -n 3 "$LAB_OUT/gwa/initiate.log")"
check_equal "addresses after its return" "$first" "$(addresses)"
reaches "after its return"
check_capture_end --least-esp 20
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: a device like $1 logs in, rekeys, moves and returns, with $first"
