#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Clients as they come, imitated by strongSwan with the settings of each, behind a NAT: log in, get addresses, rekey, and
# return to the same addresses. The gateway has one certificate, users with passwords and its own proposals.
# cases: windows ios android macos routeros
. "$(dirname "$0")/../lib/lab.sh"
. "$LAB_LIB/pki.sh"

pki_open "$LAB_PKI"
pki_ca ca
pki_cert gw ca key=rsa san=DNS:gw.example.org
lab_up a=masq b=1to1
gw_pool b four addresses=10.9.0.0/28 dns=10.2.0.53
gw_pool b six addresses=fd00:9::/120
CULVERT_EXTRA[b]='"users": {"file": "users.txt"},'
mkdir -p "$LAB_OUT/gwb"
printf 'Correct Horse 9\n' | "$CULVERTCTL" user add --file "$LAB_OUT/gwb/users.txt" ann >"$LAB_OUT/users.log" 2>&1 ||
    lab_fail "user add: $(cat "$LAB_OUT/users.log")"

login=(auth=eap-mschapv2 'password=Correct Horse 9' peer_auth=pubkey ca=ca)
all=(vips=0.0.0.0,:: lan=dynamic peer_lan=0.0.0.0/0,::/0)
# client KEY=VALUE...: its connection; the gateway's is told by what stands behind "--"
client() {
    local one=()
    while [ "$1" != -- ]; do one+=("$1") && shift; done
    shift
    conn a net "peer=$(gw_public b)" "${one[@]}"
    conn b foo id=gw.example.org auth=pubkey cert=gw pools=four,six peer_lan=dynamic lan=0.0.0.0/0,::/0 ike=default esp=default "$@"
}
case $1 in
windows) # no IDr, its private address as identity, DOMAIN\user, SHA-1 in ESP, small fragments
    SWAN_FRAGMENT=608
    client "${login[@]}" "${all[@]}" "id=${NET_WAN[a]}" peer_id=%any 'user=LAB\ann' ike=aes256-sha256-modp2048 esp=aes256-sha1 -- \
        peer_id=any peer_auth=eap-mschapv2
    ;;
ios) # four proposals in Apple's order, MOBIKE, EAP-only offered
    client "${login[@]}" "${all[@]}" id=ann@example.org peer_id=gw.example.org user=ann mobike=yes esp=aes256gcm16,aes256-sha256 \
        ike=aes256gcm16-prfsha256-ecp256,aes256gcm16-prfsha256-modp2048,aes256-sha256-ecp256,aes256-sha256-modp2048 -- \
        peer_id=ann@example.org peer_auth=eap-mschapv2
    ;;
android) # a key of 4096 bits comes first, encapsulation is forced
    client "${login[@]}" "${all[@]}" id=ann@example.org peer_id=gw.example.org user=ann mobike=yes encap=force \
        ike=aes256-aes128-sha512-sha256-modp4096-curve25519-modp2048,aes256gcm16-prfsha256-modp4096-curve25519 esp=aes256gcm16,aes128gcm16 -- \
        peer_id=ann@example.org peer_auth=eap-mschapv2
    ;;
macos) # a certificate, and signatures with SHA-1 by method 1
    SWAN_SIGNATURES=no
    pki_cert ann ca key=rsa san=email:ann@example.org
    client auth=pubkey cert=ann peer_auth=pubkey ca=ca "${all[@]}" id=ann@example.org peer_id=gw.example.org \
        ike=aes256-sha256-modp2048 esp=aes256gcm16 -- peer_id=ann@example.org peer_auth=pubkey ca=ca weak=true
    ;;
routeros) # two children with a pair of networks each under one IKE SA
    client "peer_lan=${NET_LAN[b]}.0/25" "peer_lan2=${NET_LAN[b]}.128/25" id=@foo peer_id=@gw ike=aes128-sha1-modp2048 esp=aes256-sha1 -- \
        id=@gw auth=psk cert= peer_id=@foo peer_auth=psk pools= "peer_lan=${NET_LAN[a]}.0/24" "lan=${NET_LAN[b]}.0/25" "lan2=${NET_LAN[b]}.128/25"
    ;;
esac
check_capture_start
gw_start b
gw_start a

addresses() { culvert_json b 'sorted(d["sas"][0]["remote_inner"])' show sas; }
reaches() {
    if [ "$1" = routeros ]; then
        check_reach a "${NET_LAN[b]}.10" 5 || lab_fail "no ping $2"
        check_ping a "${NET_LAN[b]}.10" 10 0.02
        return
    fi
    lab_in gwa ping -c 3 -i 0.1 -W 1 -I 10.9.0.1 "${NET_LAN[b]}.10" >"$LAB_OUT/ping" || lab_fail "no ping $2: $(cat "$LAB_OUT/ping")"
    lab_in hostb ping -c 3 -i 0.1 -W 1 10.9.0.1 >"$LAB_OUT/ping" || lab_fail "no ping back $2"
}
gw_initiate a net || lab_fail "no tunnel: $(tail -n 3 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b show failures)"
reaches "$1" "at first"
[ "$1" = routeros ] || first=$(addresses)
if [ "$1" = routeros ]; then
    swan_ctl a --initiate --child net2 >"$LAB_OUT/second.log" 2>&1 || lab_fail "no second child: $(tail -n 2 "$LAB_OUT/second.log")"
    check_equal "child SAs" 2 "$(culvert_children b)"
fi
gw_rekey a net child || lab_fail "its rekeying of the child fails"
reaches "$1" "after a rekeying"
gw_rekey a net ike || lab_fail "its rekeying of the IKE SA fails"
reaches "$1" "after one of the IKE SA"
if [ "$1" != routeros ]; then
    gw_stop a
    gw_start a
    gw_initiate a net || lab_fail "it does not come back"
    check_equal "addresses after its return" "$first" "$(addresses)"
    reaches "$1" "after its return"
fi
check_capture_end --least-esp 20
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: a client like $1 logs in, rekeys and returns${first:+, with $first}"
