#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A reload asks of a tunnel only what the changed key asks, while pings go through: the liveness time nothing, the replay
# window a new child SA (no ping is lost in either), another encapsulation a new IKE SA. Another connection stays as it is.
# cases: in-force new-child one-of-two new-sa
. "${0%/*}/../lib/lab.sh" || exit

file=$LAB_OUT/gwb/culvert.json
if [ "$1" = one-of-two ]; then
    lab_up a=random b=1to1 clients=2
    conn a2 net id=@bar peer_id=@gw "peer=$NET_PUBLIC_b" psk=another-secret-of-32-characters1
else
    lab_up a=masq b=1to1
fi
gw_pair
[ "$1" != one-of-two ] ||
    conn b bar id=@gw peer_id=@bar "peer_lan=${NET_LAN[a2]}.0/24" psk=another-secret-of-32-characters1
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
if [ "$1" = one-of-two ]; then
    gw_start a2
    gw_initiate a2 net || lab_fail "no second tunnel: $(tail -n 2 "$LAB_OUT/gwa2/initiate.log")"
fi
check_reach a "${NET_LAN[b]}.10" 5
# The children of a connection, those that were replaced too, and its IKE SPIs.
spis_of() { culvert_json b "sorted(c['spi_in'] for s in d['sas'] for c in s['children'] if s['connection'] == '$1')" show sas; }
ike_of() { culvert_json b "[(s['spi_i'], s['spi_r']) for s in d['sas'] if s['connection'] == '$1']" show sas; }
spis=$(spis_of foo) ike=$(ike_of foo) other=$(spis_of bar)
check_ping_start a "${NET_LAN[b]}.10" 600 0.01
sleep 1
# reload EXPECTED-LINE: tells it beforehand and then does it
reload() {
    culvert_ctl b reload --plan >"$LAB_OUT/plan.log" 2>&1 || lab_fail "reload --plan: $(cat "$LAB_OUT/plan.log")"
    grep -qxF "$1" "$LAB_OUT/plan.log" || lab_fail "reload --plan does not tell \"$1\": $(cat "$LAB_OUT/plan.log")"
    check_equal "child SPIs after a check" "$spis" "$(spis_of foo)"
    culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
    grep -qxF "$1" "$LAB_OUT/reload.log" || lab_fail "reload does not tell \"$1\": $(cat "$LAB_OUT/reload.log")"
}
is_replaced() { [ "$(gw_children b)" = "$1" ] && [ "$(spis_of foo)" != "$spis" ]; }
case $1 in
in-force)
    sed -i 's/"dpd_s": 30/"dpd_s": 1/' "$file"
    reload "connections.foo.dpd_s: in force"
    check_ping_lost
    check_equal "child SPIs" "$spis" "$(spis_of foo)"
    before=$(grep -c 'parsed INFORMATIONAL request' "$LAB_OUT/gwa/charon.log")
    asked_twice() { [ "$(grep -c 'parsed INFORMATIONAL request' "$LAB_OUT/gwa/charon.log")" -ge $((before + 2)) ]; }
    lab_wait 8 asked_twice || lab_fail "the new liveness time is not in force: the peer was not asked twice in 8 s"
    ;;
new-child | one-of-two)
    # the first of its name in the file is foo's
    sed -i '0,/"rekey_pkts"/s/"rekey_pkts"/"replay_window": 256, "rekey_pkts"/' "$file"
    reload "connections.foo.child.replay_window: new child SAs"
    children=$([ "$1" = one-of-two ] && echo 2 || echo 1)
    lab_wait 5 is_replaced "$children" || lab_fail "the child was not replaced: $(culvert_ctl b show sas)"
    check_ping_lost
    check_equal "children at strongSwan" 1 "$(gw_children a)"
    check_equal "children of the other connection" "$other" "$(spis_of bar)"
    ;;
new-sa)
    kill "$CHECK_PID"
    lab_end "$CHECK_PID"
    sed -i 's/"encapsulation": "auto"/"encapsulation": "force"/; s/"secrets": \[/"secrets_file": "keys", &/; /"psk_file": "foo.psk"/d' "$file"
    (umask 077 && printf '# every peer\n@gw @foo %s\n' "$LAB_PSK" >"${file%/*}/keys") # the same key, in a file of many
    reload "connections.foo.encapsulation: new IKE SA"
    gone() { [ "$(gw_children a)" = 0 ] && [ "$(culvert_ikes b)" = 0 ]; }
    lab_wait 5 gone || lab_fail "the tunnel of the old settings stays: $(culvert_ctl b show sas)"
    gw_initiate a net || lab_fail "no tunnel after the reload: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    [ "$ike" != "$(ike_of foo)" ] || lab_fail "the IKE SA is the same"
    echo "shows: a new IKE SA where the key asks for it"
    exit 0
    ;;
esac
check_equal "IKE SA of the connection" "$ike" "$(ike_of foo)"
check_equal "pings sent" 600 "$CHECK_SENT"
check_equal "pings lost" 0 "$CHECK_LOST"
echo "shows: 600 pings, none lost, no pause over $CHECK_GAP ms"
