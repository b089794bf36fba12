#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# IKEv1 with NAT-T against strongSwan through NATs on both sides, in both roles, with traffic: main mode with a
# pre-shared key (rekeyed by either side, then DPD), rekeyed by both sides at once under pings, aggressive mode behind its word, RSA
# signatures, PFS; logins by XAUTH, right and wrong; inner addresses pulled and pushed.
# cases: main-in main-out both-in both-out calls-in calls-out aggressive-in aggressive-out rsa-in rsa-out
# cases: xauth-in xauth-out xauth-rsa-in push-in push-out
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

v1="version=1 ike=aes256-sha256-modp2048 esp=aes128gcm16"
way=${1##*-}
b=1to1
[ "$way" != out ] || b=masq
lab_up "a=$([ "$way" = out ] && echo fwd || echo masq)" "b=$b"
if [ "$way" = out ]; then calls="a.peer=any b.peer=$NET_PUBLIC_a"; else calls="a.peer=$NET_PUBLIC_b"; fi

# Users of culvertd, where it asks for them.
serve_users() {
    CULVERT_EXTRA[b]='"users": {"file": "users.txt"},'
    mkdir -p "$LAB_OUT/gwb"
    printf '%s\n' 'Correct Horse 9' | "$CULVERTCTL" user add --file "$LAB_OUT/gwb/users.txt" ann >"$LAB_OUT/users.log" 2>&1 ||
        lab_fail "user add: $(tail -n 1 "$LAB_OUT/users.log")"
}
# The caller begins.
bring_up() {
    gw_start b
    gw_start a
    if [ "$way" = out ]; then
        gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log") $(culvert_ctl b show failures)"
    else
        gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log") $(culvert_ctl b show failures)"
    fi
}
# From an inner address at strongSwan to the host behind Culvert, and back: reach ADDRESS
reach() {
    lab_wait 3 lab_in gwa ping -c 1 -W 0.3 -q -I "$1" "${NET_LAN[b]}.10" || lab_fail "no ping from $1"
    lab_in hostb ping -c 3 -i 0.05 -W 1 -q "$1" >/dev/null || lab_fail "no ping to $1"
}
pings() {
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping b "${NET_LAN[a]}.10" 20 0.02
}

# Both sides rekey at about the same time: at_once "[held] FIRST SECOND PAUSE" child|ike. Held: what Culvert says of IKE is lost for a
# moment, so that each begins before it hears of the other's.
at_once() {
    local first second pause held
    lab_in inet nft add table inet held
    if [ "${1%% *}" = held ]; then
        lab_in inet nft -f - <<<'table inet held { chain early { type filter hook prerouting priority -450; iifname "tob" udp length >= 16 @th,64,32 0 counter drop; }; }' ||
            lab_fail "no rules in inet"
    fi
    read -r first second pause <<<"${1#held }"
    gw_rekey "${first%:*}" "${first#*:}" "$2" &
    sleep "$pause"
    gw_rekey "${second%:*}" "${second#*:}" "$2" || lab_fail "$second does not rekey: $(tail -n 2 "$LAB_OUT/gw${second%:*}/rekey.log")"
    wait $! || lab_fail "$first does not rekey: $(tail -n 2 "$LAB_OUT/gw${first%:*}/rekey.log")"
    sleep 0.1
    held=$(lab_in inet nft list table inet held)
    [[ ${1%% *} != held || $held =~ "counter packets "[1-9] ]] || lab_fail "nothing was held: $held"
    lab_in inet nft delete table inet held
}

check_capture_start
case $1 in
main-*)
    # shellcheck disable=SC2086
    gw_pair $v1 $calls esp=aes128gcm16-modp2048 b.dpd=2
    bring_up
    check_traffic
    for side in a:net b:foo; do
        spis=$(culvert_spis b)
        gw_rekey "${side%:*}" "${side#*:}" child || lab_fail "$side does not rekey the child"
        changed() { [ "$(culvert_spis b)" != "$spis" ] && [ "$(culvert_children b)" = 1 ]; }
        lab_wait 5 changed || lab_fail "the child is not replaced by $side: $(culvert_ctl b show sas)"
        pings
    done
    gw_kill a
    dead() { [ "$(culvert_ikes b)" = 0 ] || [ "$(culvert_children b)" = 0 ]; }
    lab_wait 12 dead || lab_fail "a dead peer is not noticed: $(culvert_ctl b show sas)"
    ;;
both-*)
    # shellcheck disable=SC2086
    gw_pair $v1 $calls
    bring_up
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping_start a "${NET_LAN[b]}.10" 14000 0.01
    # First held, then one right after the other.
    for turn in "held a:net b:foo 0" "held b:foo a:net 0" "held a:net b:foo 0" "a:net b:foo 0.5" "b:foo a:net 0.5" "b:foo a:net 1"; do
        at_once "$turn" child
        sleep 2
    done
    check_ping_end
    # What comes before our message 3 has been taken is lost there; a tunnel that stops loses 200 by the next turn.
    [ "$CHECK_LOST" -le 50 ] || lab_fail "pings lost: $CHECK_LOST of $CHECK_SENT, longest pause $CHECK_GAP ms"
    check_equal "children" 1 "$(culvert_children b)"
    few() { [ "$(culvert_json b 'sum(len(s["children"]) for s in d["sas"])' show sas)" -le 2 ]; }
    lab_wait 8 few || lab_fail "replaced children stay: $(culvert_ctl b show sas)"
    pings
    echo "shows: $CHECK_LOST of $CHECK_SENT pings lost, longest pause $CHECK_GAP ms"
    ;;
calls-*)
    # shellcheck disable=SC2086
    gw_pair $v1 a.peer=$NET_PUBLIC_b b.peer=$NET_PUBLIC_a b.dpd=5
    bring_up
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping_start a "${NET_LAN[b]}.10" 14000 0.01
    # Both make the ISAKMP SA anew, so that each begins before it hears of the other's, and then one right after the other. Ten seconds later
    # strongSwan ends the one that it has for the older.
    for turn in "held a:net b:foo 0" "b:foo a:net 0.3"; do
        at_once "$turn" ike
        sleep 16
        for side in a:net b:foo; do
            spis=$(culvert_spis b)
            gw_rekey "${side%:*}" "${side#*:}" child || lab_fail "$side does not rekey the child after \"$turn\""
            changed() { [ "$(culvert_spis b)" != "$spis" ]; }
            lab_wait 5 changed || lab_fail "no child by $side after \"$turn\": $(culvert_ctl b show sas)"
        done
    done
    check_ping_end
    [ "$CHECK_LOST" -le 50 ] || lab_fail "pings lost: $CHECK_LOST of $CHECK_SENT, longest pause $CHECK_GAP ms"
    pings
    echo "shows: $CHECK_LOST of $CHECK_SENT pings lost, longest pause $CHECK_GAP ms"
    ;;
aggressive-*)
    # shellcheck disable=SC2086
    gw_pair $v1 $calls a.aggressive=yes b.aggressive=with-psk
    bring_up
    pings
    ;;
rsa-*)
    pki_open "$LAB_PKI"
    pki_ca ca key=rsa && pki_cert gw ca key=rsa san=DNS:gw && pki_cert foo ca key=rsa san=DNS:foo || lab_fail "no certificates"
    # shellcheck disable=SC2086
    gw_pair $v1 $calls auth=pubkey peer_auth=pubkey ca=ca a.cert=foo b.cert=gw
    # Certificates on a way that drops fragments of IP
    lab_in inet nft -f - <<NFT || lab_fail "no rules in inet"
table inet drops {
    chain early {
        type filter hook prerouting priority -450; policy accept;
        ip frag-off & 0x3fff != 0 counter drop
    }
}
NFT
    SWAN_FRAGMENT=576
    CULVERT_EXTRA[b]='"tunnel": {"ike_fragment_bytes": 576},'
    bring_up
    pings
    swan_logged a "splitting IKE message" || lab_fail "strongSwan sent no fragments"
    swan_logged a "received fragment #2" || lab_fail "Culvert sent no fragments"
    ;;
xauth-in | push-in)
    mode=pull
    [ "$1" != push-in ] || mode=push
    serve_users
    gw_pool b net addresses=10.9.0.0/24 dns=10.2.0.53
    # shellcheck disable=SC2086
    gw_pair $v1 $calls a.xauth=client b.xauth=server user=ann a.password='Correct Horse 9' a.vips=0.0.0.0 a.lan=dynamic \
        b.pools=net b.peer_lan=dynamic "mode_config=$mode"
    if [ "$1" = xauth-in ]; then
        # shellcheck disable=SC2086
        conn a wrong $v1 id=@bar peer_id=@gw "peer=$NET_PUBLIC_b" xauth=client user=eve password=whatever
        # shellcheck disable=SC2086
        conn b bar $v1 id=@gw peer_id=@bar xauth=server peer_lan=10.77.1.0/24
    fi
    bring_up
    check_equal "the peer's address" "['10.9.0.1/32']" "$(culvert_json b 'd["sas"][0]["children"][0]["remote"]' show sas)"
    reach 10.9.0.1
    check_equal "whose it is" keyid:ann "$(culvert_json b 'd["leases"][0]["id"]' show pools)"
    if [ "$1" = xauth-in ]; then
        swan_initiate a wrong 6 && lab_fail "a stranger got a tunnel"
        check_equal "children" 1 "$(culvert_children b)"
        culvert_ctl b show failures >"$LAB_OUT/failures.txt"
        grep -q 'There is no user "eve" here' "$LAB_OUT/failures.txt" || lab_fail "not told: $(cat "$LAB_OUT/failures.txt")"
    fi
    ;;
xauth-rsa-in)
    serve_users
    pki_open "$LAB_PKI"
    pki_ca ca key=rsa && pki_cert gw ca key=rsa san=DNS:gw && pki_cert foo ca key=rsa san=DNS:foo || lab_fail "no certificates"
    # shellcheck disable=SC2086
    gw_pair $v1 $calls a.xauth=client b.xauth=server user=ann a.password='Correct Horse 9' auth=pubkey peer_auth=pubkey ca=ca \
        a.cert=foo b.cert=gw
    bring_up
    pings
    ;;
xauth-out | push-out)
    mode=pull
    [ "$1" != push-out ] || mode=push
    gw_pool a net addresses=10.9.0.0/24
    # shellcheck disable=SC2086
    gw_pair $v1 $calls a.xauth=server b.xauth=client user=ann password='Correct Horse 9' b.vips=0.0.0.0 b.lan=dynamic \
        a.pools=net a.peer_lan=dynamic "mode_config=$mode"
    bring_up
    check_equal "our address" "['10.9.0.1/32']" "$(culvert_json b 'd["sas"][0]["children"][0]["local"]' show sas)"
    lab_wait 3 lab_in gwb ping -c 1 -W 0.3 -q "${NET_LAN[a]}.10" || lab_fail "a program of the Culvert host does not get through"
    ;;
esac
check_capture_end
echo "shows: $(head -n 1 <<<"$CHECK_CAPTURE")"
