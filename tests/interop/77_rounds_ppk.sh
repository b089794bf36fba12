#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two rounds of authentication (RFC 4739) beside a post-quantum preshared key (RFC 8784), with strongSwan in both roles: the key is mixed in
# with the first proof, the later ones are made with what came of it. It is done without where the called side has none, and a tunnel is
# refused, with words, where the two have other ones.
# cases: in out
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

key=0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
caller=a called=b
[ "$1" = in ] || caller=b called=a
lab_up a=fwd b=1to1
address=$NET_PUBLIC_b
[ $called = b ] || address=$NET_PUBLIC_a
pki_open "$LAB_PKI"
pki_ca machines key=p256 && pki_ca users key=p256 || lab_fail "no CA"
pki_cert gw machines key=p256 san=DNS:gw.example.org && pki_cert gw2 users key=p256 san=DNS:gw2.example.org || lab_fail "no certificates"
pki_cert box machines key=p256 san=DNS:box.example.org && pki_cert ann users key=p256 san=email:ann@example.org || lab_fail "no certificates"
CULVERT_EXTRA[b]='"users": {"file": "users.txt"},'
mkdir -p "$LAB_OUT/gwb"
printf 'Correct Horse 9\n' | "$CULVERTCTL" user add --file "$LAB_OUT/gwb/users.txt" ann >"$LAB_OUT/users.log" 2>&1 || lab_fail "no user"

# One connection for each situation, with names of its own; their networks are the same, so one is up at a time.
add() { # NAME keys of the caller -- keys of the called side
    local name=$1 arg gw=$caller from=() to=()
    shift
    for arg in "$@"; do
        if [ "$arg" = -- ]; then gw=$called; elif [ $gw = $caller ]; then from+=("$arg"); else to+=("$arg"); fi
    done
    conn $caller "$name" "peer=$address" user=ann password='Correct Horse 9' "${from[@]}"
    conn $called "$name" user=ann password='Correct Horse 9' "${to[@]}"
}
# A machine's key, and behind it its user.
add_login() { # NAME keys of the caller -- keys of the called side
    local name=$1
    shift
    add "$name" "id=@$name" "peer_id=@gate-$name" auth=psk,eap-mschapv2 "$@" "id=@gate-$name" "peer_id=@$name" peer_auth=psk,eap-mschapv2
}
add_login login ppk_id=one "ppk=$key" ppk_required=true -- ppk_id=one "ppk=$key" ppk_required=true
add_login without ppk_id=two "ppk=$key" --
add_login other ppk_id=three "ppk=$key" ppk_required=true -- ppk_id=four "ppk=$key" ppk_required=true
add first id=@first cert=box auth=eap-mschapv2,pubkey id2=ann@example.org cert2=ann peer_id=gw.example.org peer_auth=pubkey ca=machines \
    ppk_id=five "ppk=$key" -- id=gw.example.org auth=pubkey cert=gw peer_id=@first peer_auth=eap-mschapv2,pubkey \
    peer_id2=ann@example.org ca2=users ppk_id=five "ppk=$key"
add both id=box.example.org cert=box auth=pubkey,pubkey id2=ann@example.org cert2=ann peer_id=gw.example.org peer_auth=pubkey,pubkey \
    ca=machines peer_id2=gw2.example.org ca2=users ppk_id=six "ppk=$key" -- id=gw.example.org cert=gw auth=pubkey,pubkey \
    id2=gw2.example.org cert2=gw2 peer_id=box.example.org peer_auth=pubkey,pubkey ca=machines peer_id2=ann@example.org ca2=users \
    ppk_id=six "ppk=$key"
gw_start b
gw_start a
established() { culvert_json b "[s.get('$1') for s in d['sas'] if s['state'] == 'established']" show sas; }
up() { # NAME IN-THE-KEYS
    gw_initiate $caller "$1" || lab_fail "$1: no tunnel: $(culvert_ctl b show failures)"
    check_reach a "${NET_LAN[b]}.10" 5
    check_equal "PPK of $1" "[$2]" "$(established ppk)"
}
down() {
    gw_terminate $caller "$1"
    lab_wait 5 test "$(gw_children b)" = 0
    sleep 0.3
}
up login True && down login
up without False && down without
if [ $caller = a ]; then
    gw_initiate a other && lab_fail "other: there is a tunnel"
    culvert_json b '[f["kind"] for f in d["failures"]]' show failures | grep -q "'ppk'" || lab_fail "nothing tells of the PPK"
else
    culvert_ctl b initiate other >/dev/null
    sleep 1
fi
check_equal "children of other" 0 "$(gw_children b)"
up first True && down first
up both True
gw_rekey $caller both ike || lab_fail "IKE rekey"
gw_rekey $called both child || lab_fail "child rekey"
sleep 0.5
check_equal "PPK after it" "[True]" "$(established ppk)"
check_ping a "${NET_LAN[b]}.10" 10 0.02
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: two rounds of authentication and a PPK in the keys, or without it, or refused in words, $1"
