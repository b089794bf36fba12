#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Several rounds of authentication (RFC 4739) between strongSwan and Culvert: a machine's certificate or key, and its user's password
# behind it, or before it; two certificates of either side; a machine's, its user's, and a login, to a gateway that proves itself once or
# three times, with a post-quantum preshared key (RFC 8784) in the keys. Whoever lacks a further proof, or has it wrong, gets no tunnel, and is told why.
# cases: in out certificates-in certificates-out three-in three-out
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

rounds_pki() {
    pki_open "$LAB_PKI"
    pki_ca machines key=rsa && pki_ca users key=p256 || lab_fail "no CA"
    pki_cert gw machines key=rsa san=DNS:gw.example.org && pki_cert gw2 users key=p256 san=DNS:gw2.example.org || lab_fail "no certificates"
    pki_cert box machines key=rsa san=DNS:box.example.org && pki_cert ann users key=p256 san=email:ann@example.org ||
        lab_fail "no certificates"
    pki_crl machines && pki_crl users || lab_fail "no lists"
}
rounds_users() {
    CULVERT_EXTRA[b]='"users": {"file": "users.txt"},'
    mkdir -p "$LAB_OUT/gwb"
    for name in ann bob; do
        printf 'Correct Horse 9\n' | "$CULVERTCTL" user add --file "$LAB_OUT/gwb/users.txt" "$name" >"$LAB_OUT/users.log" 2>&1 || lab_fail "no user"
    done
}
# Who the peer of the SA that is up has proved to be.
peer_ids() {
    culvert_json b '", ".join(next([s["remote_id"]] + s.get("also_ids", []) for s in d["sas"] if s["state"] == "established"))' show sas
}
# A call that fails, and why: refused CALLER CONNECTION KIND MEMBER TEXT
refused() {
    if [ "$1" = a ]; then
        swan_initiate a "$2" 6 && lab_fail "$2 got a tunnel"
    else
        culvert_ctl b initiate "$2" >"$LAB_OUT/$2.log" 2>&1
    fi
    told() { culvert_json b "' | '.join(f.get('$2', '') for f in d['failures'] if f['kind'] == '$1')" show failures | grep -q "$3"; }
    lab_wait 5 told "$3" "$4" "$5" || lab_fail "not told: $(culvert_ctl b show failures)"
}

lab_up a=fwd b=1to1
rounds_pki
rounds_users
check_capture_start
case $1 in
in)
    caller="id=box.example.org cert=box peer=$NET_PUBLIC_b peer_id=gw.example.org peer_auth=pubkey ca=machines"
    # shellcheck disable=SC2086
    conn a both $caller auth=pubkey,eap-mschapv2 user=ann password='Correct Horse 9'
    # shellcheck disable=SC2086
    conn a wrong $caller auth=pubkey,eap-mschapv2 user=bob password=guessed
    # shellcheck disable=SC2086
    conn a once $caller auth=pubkey
    conn a psk id=@foo peer_id=@gw "peer=$NET_PUBLIC_b" auth=psk,eap-mschapv2 user=ann password='Correct Horse 9' peer_lan=10.2.0.0/24
    # The login first; strongSwan takes two proofs of its gateway only where it does not log in first.
    conn a login id=@login auth=eap-mschapv2,pubkey user=ann password='Correct Horse 9' id2=ann@example.org cert2=ann \
        "peer=$NET_PUBLIC_b" peer_id=gw.example.org peer_auth=pubkey ca=machines
    conn b login id=gw.example.org auth=pubkey cert=gw peer_id=@login peer_auth=eap-mschapv2,pubkey peer_id2=ann@example.org ca2=users
    conn b machines id=gw.example.org auth=pubkey cert=gw peer_id=box.example.org peer_auth=pubkey,eap-mschapv2 ca=machines
    conn b psk id=@gw peer_id=@foo peer_auth=psk,eap-mschapv2
    gw_start b
    gw_start a
    refused a wrong login why 'The password of user "bob" is wrong'
    refused a once rounds why 'more proofs of the peer'
    gw_initiate a both || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    check_equal "identities of the peer" "box.example.org, keyid:ann" "$(peer_ids)"
    gw_rekey a both ike || lab_fail "no rekeying"
    check_equal "identities after it" "box.example.org, keyid:ann" "$(peer_ids)"
    gw_terminate a both
    gw_initiate a login || lab_fail "no tunnel with the login first: $(culvert_ctl b show failures)"
    check_equal "identities of the peer" "keyid:ann, ann@example.org" "$(peer_ids)"
    gw_terminate a login
    gw_initiate a psk || lab_fail "no tunnel with a key first: $(culvert_ctl b show failures)"
    check_equal "identities of the peer" "@foo, keyid:ann" "$(peer_ids)"
    ;;
out)
    conn a net id=gw.example.org auth=pubkey cert=gw peer_id=box.example.org peer_auth=pubkey,eap-mschapv2 ca=machines \
        user=ann password='Correct Horse 9'
    conn a login id=gw.example.org cert=gw auth=pubkey peer_id=@login peer_auth=eap-mschapv2,pubkey peer_id2=ann@example.org ca2=users
    conn b login id=@login auth=eap-mschapv2,pubkey user=ann password='Correct Horse 9' id2=ann@example.org cert2=ann \
        "peer=$NET_PUBLIC_a" peer_id=gw.example.org peer_auth=pubkey ca=machines
    caller="id=box.example.org cert=box peer=$NET_PUBLIC_a peer_id=gw.example.org peer_auth=pubkey ca=machines user=ann"
    # shellcheck disable=SC2086
    conn b once $caller auth=pubkey
    # shellcheck disable=SC2086
    conn b wrong $caller auth=pubkey,eap-mschapv2 password=guessed
    # shellcheck disable=SC2086
    conn b both $caller auth=pubkey,eap-mschapv2 password='Correct Horse 9'
    gw_start a
    gw_start b
    refused b once refused what 'AUTHENTICATION_FAILED'
    refused b wrong login why 'does not take the name "ann" with this password'
    gw_initiate b login || lab_fail "no tunnel with the login first: $(culvert_ctl b show failures)"
    check_equal "identity of the peer" "gw.example.org" "$(peer_ids)"
    gw_terminate b login
    gw_initiate b both || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    check_equal "identity of the peer" "gw.example.org" "$(peer_ids)"
    swan_logged a "authentication of 'ann' with EAP successful" || lab_fail "strongSwan knows no user"
    ;;
certificates-in)
    caller="id=box.example.org cert=box auth=pubkey,pubkey peer=$NET_PUBLIC_b peer_id=gw.example.org ca=machines"
    # shellcheck disable=SC2086
    conn a other $caller id2=gw2.example.org cert2=gw2 peer_auth=pubkey,pubkey peer_id2=gw2.example.org ca2=users
    # shellcheck disable=SC2086
    conn a both $caller id2=ann@example.org cert2=ann peer_auth=pubkey,pubkey peer_id2=gw2.example.org ca2=users
    conn b machines id=gw.example.org auth=pubkey,pubkey cert=gw id2=gw2.example.org cert2=gw2 peer_id=box.example.org \
        peer_auth=pubkey,pubkey ca=machines 'peer_id2=*@example.org' ca2=users
    gw_start b
    gw_start a
    refused a other rounds what 'gw2.example.org'
    gw_initiate a both || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    check_equal "identities of the peer" "box.example.org, ann@example.org" "$(peer_ids)"
    ;;
certificates-out)
    called="id=gw.example.org cert=gw auth=pubkey,pubkey id2=gw2.example.org cert2=gw2 ca=machines"
    # shellcheck disable=SC2086
    conn a net $called peer_id=box.example.org peer_auth=pubkey,pubkey peer_id2=ann@example.org ca2=users
    caller="id=box.example.org cert=box auth=pubkey,pubkey id2=ann@example.org cert2=ann peer=$NET_PUBLIC_a peer_id=gw.example.org ca=machines"
    # shellcheck disable=SC2086
    conn b other $caller peer_auth=pubkey,pubkey peer_id2=gw3.example.org ca2=users
    # shellcheck disable=SC2086
    conn b once $caller peer_auth=pubkey
    # shellcheck disable=SC2086
    conn b both $caller peer_auth=pubkey,pubkey peer_id2=gw2.example.org ca2=users
    gw_start a
    gw_start b
    refused b other rounds what 'gw2.example.org'
    refused b once rounds what 'one more proof'
    gw_initiate b both || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    check_equal "identities of the peer" "gw.example.org, gw2.example.org" "$(peer_ids)"
    ;;
three-*)
    key=0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
    pki_cert laptop machines key=p256 san=DNS:laptop.example.org && pki_cert gw3 machines key=p256 san=DNS:gw3.example.org || lab_fail "no certificates"
    caller=a called=b address=$NET_PUBLIC_b
    [ "$1" = three-in ] || caller=b called=a address=$NET_PUBLIC_a
    user=(user=ann password='Correct Horse 9')
    from=(auth=pubkey,pubkey,eap-mschapv2 id2=ann@example.org cert2=ann "${user[@]}" "peer=$address" peer_id=gw.example.org ca=machines)
    to=(id=gw.example.org cert=gw peer_auth=pubkey,pubkey,eap-mschapv2 peer_id2=ann@example.org ca=machines ca2=users "${user[@]}")
    conn $caller once id=box.example.org cert=box "${from[@]}" peer_auth=pubkey
    conn $caller two id=box.example.org cert=box "${from[@]}" auth=pubkey,pubkey peer_auth=pubkey
    conn $caller all id=laptop.example.org cert=laptop "${from[@]}" peer_auth=pubkey,pubkey,pubkey peer_id2=gw2.example.org ca2=users \
        peer_id3=gw3.example.org ca3=machines ppk_id=all "ppk=$key" ppk_required=true
    conn $called once "${to[@]}" auth=pubkey peer_id=box.example.org
    conn $called all "${to[@]}" auth=pubkey,pubkey,pubkey id2=gw2.example.org cert2=gw2 id3=gw3.example.org cert3=gw3 \
        peer_id=laptop.example.org ppk_id=all "ppk=$key" ppk_required=true
    gw_start b
    gw_start a
    [ $caller = b ] && refused b two refused what 'AUTHENTICATION_FAILED'
    [ $caller = a ] && refused a two rounds why 'more proofs of the peer'
    peers=("box.example.org, ann@example.org, keyid:ann" "laptop.example.org, ann@example.org, keyid:ann")
    [ $caller = a ] || peers=(gw.example.org "gw.example.org, gw2.example.org, gw3.example.org")
    gw_initiate $caller once || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    check_equal "identities of the peer" "${peers[0]}" "$(peer_ids)"
    gw_terminate $caller once
    lab_wait 5 test "$(gw_children b)" = 0
    gw_initiate $caller all || lab_fail "no tunnel with three of the gateway's: $(culvert_ctl b show failures)"
    check_equal "identities of the peer" "${peers[1]}" "$(peer_ids)"
    check_equal "PPK" "[True]" "$(culvert_json b '[s["ppk"] for s in d["sas"] if s["state"] == "established"]' show sas)"
    ;;
esac
check_traffic
check_capture_end --least-esp 100
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: several rounds of authentication, $1; $CHECK_RATES Mbit/s"
