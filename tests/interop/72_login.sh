#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A user logs in with a password (EAP-MSCHAPv2), strongSwan to Culvert and the other way round; a wrong password and an
# unknown user get nothing, and both sides are told why.
# cases: in out
. "$(dirname "$0")/../lib/lab.sh"

lab_up a=fwd b=1to1
check_capture_start
case $1 in
in)
    login="peer=$(gw_public b) peer_id=@gw auth=eap-mschapv2"
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
    conn b foo id=@gw peer_id=@foo "peer=$(gw_public a)" auth=eap-mschapv2 user=ann password='Correct Horse 9'
    conn b bad id=@bad peer_id=@foo "peer=$(gw_public a)" auth=eap-mschapv2 user=ann password=wrong peer_lan=10.77.1.0/24
    gw_start b
    gw_start a
    gw_initiate b foo || lab_fail "no tunnel: $(culvert_ctl b show failures)"
    culvert_ctl b initiate bad >"$LAB_OUT/bad.log" 2>&1
    refused() { culvert_ctl b show failures | grep -q 'does not take the name "ann" with this password (E=691)'; }
    lab_wait 5 refused || lab_fail "the refusal is not told: $(culvert_ctl b show failures)"
    check_equal "child SAs" 1 "$(culvert_children b)"
    ;;
esac
check_traffic
check_capture_end --least-esp 100
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: a login with a password, $1; $CHECK_RATES Mbit/s"
