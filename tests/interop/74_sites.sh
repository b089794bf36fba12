#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Devices of sites as they come, imitated by strongSwan with the settings of each. routeros: two branches behind one NAT, each with two
# children of a pair of networks under one IKE SA, which rekey, move and return. fortigate and azure: both sides begin at once, everything
# to everything, encapsulation forced, the peer with PFS or without: what is left lives, both sides rekey it, the peer's NAT forgets it,
# and the peer starts anew.
# cases: routeros fortigate azure
. "${0%/*}/../lib/lab.sh" || exit

rekeyed() { [ "$(culvert_total b "$1" "rekeyed_$2")" -ge "$3" ]; }

routeros() {
    local gw second=${NET_LAN[b]}.200
    net_address hostb eth0 "$second/24"
    for gw in a a2; do
        conn $gw net "peer=$NET_PUBLIC_b" "id=@$gw" peer_id=@gw "peer_lan=${NET_LAN[b]}.0/25" "peer_lan2=${NET_LAN[b]}.128/25" \
            ike=aes128-sha1-modp2048 esp=aes256-sha1-modp1024
        conn b "$gw" id=@gw "peer_id=@$gw" "peer_lan=${NET_LAN[$gw]}.0/24" "lan=${NET_LAN[b]}.0/25" "lan2=${NET_LAN[b]}.128/25" \
            ike=aes128-sha1-modp2048 esp=aes256-sha1-modp1024 weak=true
    done
    gw_start b
    for gw in a a2; do
        gw_start $gw
        gw_initiate $gw net && gw_initiate $gw net2 || lab_fail "$gw: no tunnel: $(tail -n 2 "$LAB_OUT/gw$gw/initiate.log"); $(culvert_ctl b explain)"
    done
    pings() {
        for gw in a a2; do
            check_reach $gw "${NET_LAN[b]}.10" 5
            check_reach $gw "$second" 5
        done
    }
    check_equal "IKE SAs and children" "2 4" "$(culvert_ikes b) $(gw_children b)"
    pings
    gw_rekey a net child && gw_rekey a net ike || lab_fail "its rekeyings fail"
    pings
    net_rebind a
    pings
    check_equal "IKE SAs and children" "2 4" "$(culvert_ikes b) $(gw_children b)"
    gw_stop a2
    gw_start a2
    gw_initiate a2 net && gw_initiate a2 net2 || lab_fail "it does not come back: $(tail -n 2 "$LAB_OUT/gwa2/initiate.log")"
    pings
    check_equal "IKE SAs and children" "2 4" "$(culvert_ikes b) $(gw_children b)"
    shows="two branches of two networks each behind one NAT rekey, move and return"
}

both_begin() { # the peer's proposals of ESP
    local begins all=(lan=0.0.0.0/0 peer_lan=0.0.0.0/0 ike=aes256-sha256-modp2048 encap=force)
    conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b" "${all[@]}" "esp=$1"
    conn b foo id=@gw peer_id=@foo "peer=$NET_PUBLIC_a" "${all[@]}" esp=default start=true
    gw_start a
    swan_initiate a net &
    begins=$!
    gw_start b
    wait "$begins" || lab_fail "strongSwan's call fails: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    called() { [ "$(culvert_total b foo established)" -ge 2 ]; }
    lab_wait 10 called || lab_fail "Culvert's call fails: $(culvert_ctl b explain)"
    # one replaces the other, or both live: who came last decides (INITIAL_CONTACT)
    sleep 0.5
    tunnels=$(culvert_ikes b)
    check_equal "children" "$tunnels" "$(gw_children b)"
    # strongSwan sends everything into such a tunnel, but for its peer's address
    ip -n "$LAB-gwa" route add throw "${NET_LAN[a]}.0/24" table 220
    gw_rekey b foo child || lab_fail "our rekeyings: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
    lab_wait 5 rekeyed foo child "$tunnels" || lab_fail "a child is not rekeyed: $(culvert_ctl b explain)"
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping b "${NET_LAN[a]}.10" 10 0.02
    gw_rekey a net child || lab_fail "strongSwan's rekeyings: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
    lab_wait 5 rekeyed foo child $((2 * tunnels)) || lab_fail "a child is not rekeyed by strongSwan: $(culvert_ctl b explain)"
    gw_rekey a net ike || lab_fail "strongSwan's rekeying of the IKE SAs: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
    check_ping a "${NET_LAN[b]}.10" 10 0.02
    check_ping b "${NET_LAN[a]}.10" 10 0.02
    check_equal "IKE SAs and children" "$tunnels $tunnels" "$(culvert_ikes b) $(gw_children b)"
    places=$(site_places)
    net_rebind a
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping b "${NET_LAN[a]}.10" 10 0.02
    [ "$(site_places)" != "$places" ] || lab_fail "it is where it was: $places"
    gw_stop a
    gw_start a
    swan_initiate a net || lab_fail "it does not come back: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    ip -n "$LAB-gwa" route replace throw "${NET_LAN[a]}.0/24" table 220
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping b "${NET_LAN[a]}.10" 10 0.02
}
site_places() { culvert_json b 'sorted(s["remote"] for s in d["sas"])' show sas; }

if [ "$1" = routeros ]; then lab_up a=masq b=1to1 clients=2; else lab_up a=fwd b=1to1; fi
check_capture_start
case $1 in
routeros) routeros ;;
fortigate) both_begin aes256-sha256-modp2048 && shows="both begin at once, the peer with PFS, $tunnels left" ;;
azure) both_begin aes256-sha256 && shows="both begin at once, the peer without PFS, $tunnels left" ;;
esac
check_capture_end --least-esp 10
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: $shows"
