#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A user logs in with a password (EAP-MSCHAPv2), or with a certificate (EAP-TLS; by TLS 1.2 where strongSwan 5.9 does the
# method, which does not know RFC 9190), strongSwan to Culvert and the other way round; a wrong password, an unknown user, a revoked
# certificate, one that is not the pinned one, and one of a stranger get nothing, and both sides are told why.
# cases: in out tls-in tls-out tls13-out
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

# A CA that has given a certificate to gw and ann; eve's is of the CA that is named, and taken back: login_pki CA
login_pki() {
    pki_open "$LAB_PKI"
    pki_ca ca key=rsa && pki_cert gw ca key=rsa san=DNS:gw.example.org eku=serverAuth || lab_fail "no certificates"
    pki_ca stranger && pki_cert ann ca key=rsa subject=/CN=ann san=email:ann@example.org eku=clientAuth || lab_fail "no certificate"
    pki_cert eve "$1" key=rsa subject=/CN=eve san=email:eve@example.org eku=clientAuth || lab_fail "no certificate"
    pki_revoke eve "$1" && pki_crl ca || lab_fail "no list"
}

lab_up a=fwd b=1to1
check_capture_start
case $1 in
in)
    login="peer=$NET_PUBLIC_b peer_id=@gw auth=eap-mschapv2"
    # shellcheck disable=SC2086
    conn a net id=@foo $login user='LAB\ann' password='Correct Horse 9'
    # shellcheck disable=SC2086
    conn a wrong id=@bar $login user=bob password=not-that
    # shellcheck disable=SC2086
    conn a unknown id=@baz $login user=eve password=whatever
    conn b foo id=@gw peer_id=@foo peer_auth=eap-mschapv2
    conn b bar id=@gw peer_id=@bar peer_auth=eap-mschapv2 peer_lan=10.77.1.0/24
    conn b baz id=@gw peer_id=@baz peer_auth=eap-mschapv2 peer_lan=10.77.2.0/24
    CULVERT_EXTRA[b]='"users": {"file": "users.txt"},'
    mkdir -p "$LAB_OUT/gwb"
    for row in 'ann:Correct Horse 9' 'bob:another one'; do
        printf '%s\n' "${row#*:}" | "$CULVERTCTL" user add --file "$LAB_OUT/gwb/users.txt" "${row%%:*}" >>"$LAB_OUT/users.log" 2>&1 ||
            lab_fail "user add: $(tail -n 1 "$LAB_OUT/users.log")"
    done
    gw_start b
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_equal "identity of the peer" keyid:ann "$(culvert_json b 'd["sas"][0]["remote_id"]' show sas)"
    for name in wrong unknown; do
        swan_initiate a "$name" 6 && lab_fail "$name got a tunnel"
    done
    swan_logged a "EAP-MS-CHAPv2 failed with error ERROR_AUTHENTICATION_FAILURE" || lab_fail "strongSwan was not told"
    culvert_ctl b show failures >"$LAB_OUT/failures.txt"
    grep -q 'The password of user "bob" is wrong' "$LAB_OUT/failures.txt" || lab_fail "not told: $(cat "$LAB_OUT/failures.txt")"
    grep -q 'There is no user "eve" here' "$LAB_OUT/failures.txt" || lab_fail "not told: $(cat "$LAB_OUT/failures.txt")"
    check_equal "child SAs" 1 "$(culvert_children b)"
    ;;
out)
    conn a net id=@foo peer_id=@gw peer_auth=eap-mschapv2 user=ann password='Correct Horse 9'
    conn a bad id=@foo peer_id=@bad peer_auth=eap-mschapv2
    conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" auth=eap-mschapv2 user=ann password='Correct Horse 9'
    conn b bad id=@bad peer_id=@foo "peer=$NET_PUBLIC_a" auth=eap-mschapv2 user=ann password=wrong peer_lan=10.77.1.0/24
    # The answer to who it is may be empty, or say somebody else: the user is whom the method proves.
    for name in empty:"" other:anonymous@example.org; do
        conn a "${name%%:*}" id=@foo "peer_id=@${name%%:*}" peer_auth=eap-mschapv2
        conn b "${name%%:*}" "id=@${name%%:*}" peer_id=@foo "peer=$NET_PUBLIC_a" auth=eap-mschapv2 user=ann "eap_id=${name#*:}" \
            password='Correct Horse 9'
    done
    gw_start b
    gw_start a
    for name in empty other; do
        gw_initiate b "$name" || lab_fail "no tunnel, $name: $(culvert_ctl b show failures)"
        gw_terminate b "$name"
    done
    swan_logged a "received EAP identity 'anonymous@example.org'" || lab_fail "strongSwan did not get the identity"
    gw_initiate b foo || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    culvert_ctl b initiate bad >"$LAB_OUT/bad.log" 2>&1
    refused() { culvert_ctl b show failures | grep -q 'does not take the name "ann" with this password (E=691)'; }
    lab_wait 5 refused || lab_fail "the refusal is not told: $(culvert_ctl b show failures)"
    check_equal "child SAs" 1 "$(culvert_children b)"
    ;;
tls-in)
    login_pki ca
    pki_cert tim ca key=rsa subject=/CN=tim san=email:tim@only.example.org eku=clientAuth || lab_fail "no certificate"
    # EAP-TLS proves both, and nothing else does (RFC 5998)
    conn a tim id=tim@only.example.org eap_id=tim@only.example.org auth=eap-tls cert=tim peer_auth=eap-tls peer_id=gw.example.org \
        "peer=$NET_PUBLIC_b" 'swan=send_certreq = no'
    conn b only id=gw.example.org auth=pubkey cert=gw 'peer_id=*@only.example.org' peer_auth=eap-tls ca=ca eap_only=true
    for user in ann eve; do
        conn a "$user" "id=$user@example.org" "eap_id=$user@example.org" auth=eap-tls "cert=$user" ca=ca peer_auth=pubkey \
            peer_id=gw.example.org "peer=$NET_PUBLIC_b"
    done
    conn b users id=gw.example.org auth=pubkey cert=gw 'peer_id=*@example.org' peer_auth=eap-tls ca=ca
    # One certificate and no other, whoever else has a good one
    for user in pia pit; do
        pki_cert "$user" ca key=rsa "subject=/CN=$user" "san=email:$user@pinned.example.org" eku=clientAuth || lab_fail "no certificate"
        conn a "$user" "id=$user@pinned.example.org" "eap_id=$user@pinned.example.org" auth=eap-tls "cert=$user" ca=ca peer_auth=pubkey \
            peer_id=gw.example.org "peer=$NET_PUBLIC_b"
    done
    conn b pinned id=gw.example.org auth=pubkey cert=gw 'peer_id=*@pinned.example.org' peer_auth=eap-tls ca=ca \
        "peer_more=, \"certificate\": \"$LAB_PKI/pia.crt\""
    # Who cannot do TLS says so (Nak), and what it would take
    conn b nak id=gw.example.org auth=pubkey cert=gw peer_id=nak@other.example.org peer_auth=eap-tls ca=ca
    conn a nak id=nak@other.example.org peer_id=gw.example.org peer_auth=pubkey ca=ca auth=eap-mschapv2 user=nak password=whatever "peer=$NET_PUBLIC_b"
    gw_start b
    gw_start a
    gw_initiate a ann || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    check_equal "identity of the peer" ann@example.org "$(culvert_json b 'd["sas"][0]["remote_id"]' show sas)"
    gw_terminate a ann
    gw_initiate a tim || lab_fail "no tunnel by EAP alone: $(tail -n 2 "$LAB_OUT/gwa/initiate.log"); $(culvert_ctl b show failures)"
    swan_logged a "authentication of 'gw.example.org' with EAP successful" || lab_fail "it was more than EAP"
    swan_initiate a eve 6 && lab_fail "a revoked certificate got a tunnel"
    culvert_failure b login why | grep -q 'In TLS, .*revoked' || lab_fail "not told: $(culvert_ctl b show failures)"
    swan_initiate a pit 6 && lab_fail "a certificate that is not the pinned one got a tunnel"
    culvert_ctl b show failures | grep -q 'In TLS, .*none of the keys' || lab_fail "not told: $(culvert_ctl b show failures)"
    swan_initiate a nak 6 && lab_fail "a password got a tunnel where a certificate is due"
    culvert_ctl b show failures | grep -q 'MSCHAPv2' || lab_fail "not told: $(culvert_ctl b show failures)"
    gw_terminate a tim
    gw_initiate a pia || lab_fail "no tunnel by a pinned certificate: $(culvert_ctl b show failures)"
    check_equal "child SAs" 1 "$(culvert_children b)"
    # a list that names it ends a login like any other
    pki_revoke pia ca && pki_crl ca || lab_fail "no new list"
    culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
    closed() { [ "$(culvert_ikes b)" = 0 ] && grep -q 'event=ike_down .*why="its certificate was revoked"' "$LAB_OUT/gwb/culvertd.log"; }
    lab_wait 5 closed || lab_fail "whose certificate is revoked stays logged in"
    gw_initiate a ann || lab_fail "no tunnel beside one that was revoked: $(culvert_ctl b show failures)"
    ;;
tls13-out)
    # Behind strongSwan FreeRADIUS does the method: it begins with another one (which is refused by Nak), and speaks TLS 1.3 alone,
    # with the protected indication of success (RFC 9190).
    # shellcheck source=tests/lib/lab_radius.sh
    . "$LAB_LIB/lab_radius.sh"
    login_pki ca
    pki_cert radius ca key=rsa subject=/CN=radius.example.org san=DNS:gw.example.org eku=serverAuth || lab_fail "no certificate"
    : >"$LAB_OUT/users"
    RADIUS_TLS=1.3 radius_start a "$LAB_OUT/users"
    SWAN_PLUGINS+=" eap-radius"
    # shellcheck disable=SC2034
    SWAN_PLUGIN_CONF="eap-radius {
            servers {
                lab {
                    address = 127.0.0.1
                    secret = $RADIUS_SECRET
                }
            }
        }"
    conn a net id=gw.example.org auth=pubkey cert=gw peer_id=ann@example.org peer_auth=eap-radius
    conn a eve id=gw.example.org auth=pubkey cert=gw peer_id=eve@example.org peer_auth=eap-radius
    pki_ca other && pki_cert mal other key=rsa subject=/CN=eve san=email:eve@example.org eku=clientAuth || lab_fail "no certificate"
    for user in ann:ann eve:mal; do
        conn b "${user%:*}" "id=${user%:*}@example.org" auth=eap-tls "cert=${user#*:}" ca=ca peer_auth=pubkey peer_id=gw.example.org \
            "peer=$NET_PUBLIC_a"
    done
    gw_start b
    gw_start a
    gw_initiate b ann || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    culvert_ctl b show failures | grep -q 'offers EAP-MSCHAPv2' && lab_fail "what was offered first is told as a failure"
    culvert_ctl b initiate eve >"$LAB_OUT/eve.log" 2>&1
    # FreeRADIUS keeps its alert to itself then
    refused() { culvert_failure b login why | grep -q 'ended the login without a reason'; }
    lab_wait 5 grep -q 'Alert write:fatal:unknown CA' "$LAB_OUT/radius/radius.log" || lab_fail "FreeRADIUS refused something else"
    lab_wait 5 refused || lab_fail "the refusal is not told: $(culvert_ctl b show failures)"
    check_equal "child SAs" 1 "$(culvert_children b)"
    lab_end "$RADIUS_PID"
    ;;
tls-out)
    login_pki stranger
    conn a net id=gw.example.org auth=pubkey cert=gw peer_id=ann@example.org peer_auth=eap-tls ca=ca
    conn a eve id=gw.example.org auth=pubkey cert=gw peer_id=eve@example.org peer_auth=eap-tls ca=ca
    for user in ann eve; do
        conn b "$user" "id=$user@example.org" auth=eap-tls "cert=$user" ca=ca peer_auth=pubkey peer_id=gw.example.org \
            "peer=$NET_PUBLIC_a"
    done
    gw_start b
    gw_start a
    gw_initiate b ann || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    culvert_ctl b initiate eve >"$LAB_OUT/eve.log" 2>&1
    refused() { culvert_failure b login why | grep -q 'ended TLS with the alert "certificate'; }
    lab_wait 5 refused || lab_fail "the refusal is not told: $(culvert_ctl b show failures)"
    check_equal "child SAs" 1 "$(culvert_children b)"
    ;;
esac
check_traffic
check_capture_end --least-esp 100
if [ "$1" = in ]; then # who is removed has no tunnel any more, and the plan told it
    "$CULVERTCTL" user remove --file "$LAB_OUT/gwb/users.txt" ann >>"$LAB_OUT/users.log" 2>&1 || lab_fail "no removal"
    culvert_ctl b reload --plan >"$LAB_OUT/plan.txt" || lab_fail "no plan: $(cat "$LAB_OUT/plan.txt")"
    grep -q '1 of users, with their SAs' "$LAB_OUT/plan.txt" || lab_fail "not told before: $(cat "$LAB_OUT/plan.txt")"
    check_equal "child SAs after the plan" 1 "$(culvert_children b)"
    culvert_ctl b reload >"$LAB_OUT/reload.txt" || lab_fail "no reload: $(cat "$LAB_OUT/reload.txt")"
    gone() { [ "$(culvert_children b)" = 0 ] && [ "$(swan_children a)" = 0 ]; }
    lab_wait 5 gone || lab_fail "a user who was removed keeps his tunnel"
    grep -q 'event=ike_down .*why="its user was removed"' "$LAB_OUT/gwb/culvertd.log" || lab_fail "why it ended is not told"
fi
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: a login, $1; $CHECK_RATES Mbit/s"
