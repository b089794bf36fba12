#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Never the wrong computer (RFC 3948 5, Microsoft KB 885348): what NATs do to addresses and ports never brings a packet, or an IKE
# SA, to another one than it is for. pool: two clients with the same inner address. returned: traffic for a peer behind a NAT that
# is gone, while another host behind it answers at its address. another: that host is called, by the name of the peer that is meant.
# flip: a static mapping is moved to another gateway under traffic. remap: the peer's port changes each second while somebody sends
# copies. handed: its port is given to another peer. inside: a peer sends in the name of another one's network. keys: 20 identities
# with 20 keys behind one NAT. clear: clear text from the peer's own address. clone: one identity at two places. both-nats: a gateway
# behind a 1:1 NAT and a client behind another one.
# cases: pool returned another flip remap handed inside keys clear clone both-nats
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

here=$(dirname "$0")
# Notes what comes to an interface: watch SPACE INTERFACE FILTER; then seen SPACE [PATTERN] counts it.
watch() {
    lab_spawn "$1" "$LAB_OUT/seen-$1.log" tcpdump -n -l --immediate-mode -i "$2" "$3"
    lab_wait 5 lab_has "$LAB_OUT/seen-$1.log" 'listening on' || lab_fail "tcpdump did not start in $1"
}
seen() {
    sleep 0.3
    grep ' > ' "$LAB_OUT/seen-$1.log" | grep -c -- "${2:-.}"
}
# Pings that nobody is to answer: in_vain SPACE ADDRESS COUNT
in_vain() {
    lab_in "$1" "$LAB_PYTHON" "$LAB_LIB/pinger.py" "$2" --count "$3" --interval 0.001 --pattern "$CHECK_PATTERN" >"$LAB_OUT/vain.log" 2>&1 || true
    grep -q "sent $3 received 0 " "$LAB_OUT/vain.log" || lab_fail "pings to $2: $(cat "$LAB_OUT/vain.log")"
}
up() { # GATEWAY CONNECTION
    gw_initiate "$1" "$2" || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gw$1/initiate.log"); $(tail -n 3 "$LAB_OUT/gwb/culvertd.log")"
}
children_are() { [ "$(gw_children b)" = "$1" ]; }
ikes_are() { [ "$(culvert_ikes b)" = "$1" ]; }

case $1 in
pool)
    lab_up a=random b=1to1 clients=2 lans=same
    gw_pool b staff addresses=10.9.0.0/24
    for gw in a a2; do
        conn $gw net "id=@$gw" peer_id=@gw "peer=$NET_PUBLIC_b" vips=0.0.0.0 lan=dynamic
        conn b "$gw" id=@gw "peer_id=@$gw" pools=staff peer_lan=dynamic
    done
    gw_start b
    for gw in a a2; do
        gw_start $gw
        up $gw net
    done
    inner() { culvert_json b "next(l['address'] for l in d['leases'] if l['id'] == '@$1' or l['id'] == '$1')" show pools; }
    one=$(inner a) two=$(inner a2)
    [ "$one" != "$two" ] || lab_fail "both have $one"
    watch gwa ipsec0 icmp
    watch gwa2 ipsec0 icmp
    lab_spawn hostb "$LAB_OUT/two.log" "$LAB_PYTHON" "$LAB_LIB/pinger.py" "$two" --count 1000 --interval 0.002 --pattern "$CHECK_PATTERN"
    second=$LAB_PID
    check_ping b "$one" 1000 0.002
    lab_wait 10 grep -q 'sent 1000 received 1000 ' "$LAB_OUT/two.log" || lab_fail "pings to the second: $(cat "$LAB_OUT/two.log")"
    lab_end "$second"
    check_equal "packets of the second at the first" 0 "$(seen gwa "$two")"
    check_equal "packets of the first at the second" 0 "$(seen gwa2 "$one")"
    figure "two clients with the same address behind one NAT, addresses of a pool" "2000 pings from the server" "misdelivered 0 of 2000"
    shows="$one and $two, 1000 pings each, none at the other"
    ;;
returned)
    # The host that answers at the NAT's address has even the identity and the key of the one that is gone.
    lab_up a=fwd b=none clients=2
    conn a net id=@foo peer_id=@gw "peer_lan=${NET_LAN[b]}.0/24" "lan=${NET_LAN[a2]}.0/24"
    conn a2 net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
    conn b foo id=@gw peer_id=@foo "peer_lan=${NET_LAN[a2]}.0/24" dpd=1 retransmit=100
    for gw in b a a2; do gw_start $gw; done
    up a2 net
    check_reach a2 "${NET_LAN[b]}.10" 5
    gw_kill a2
    lab_wait 15 children_are 0 || lab_fail "Culvert did not notice that its peer is gone"
    lab_wait 5 ikes_are 0 || lab_fail "an IKE SA is left"
    check_capture_start b
    watch hosta eth0 icmp
    before=$(culvert_drops b no_sa)
    in_vain hostb "${NET_LAN[a2]}.10" 1000
    check_capture_rest
    check_equal "IKE and ESP to the NAT's address" 0 "$(tcpdump -n -r "$CHECK_PCAP" "src host $NET_PUBLIC_b" 2>/dev/null | wc -l)"
    check_equal "packets dropped as no_sa" 1000 $(($(culvert_drops b no_sa) - before))
    check_equal "packets at the other host" 0 "$(seen hosta)"
    figure "traffic for a peer behind a NAT that is gone, another host answers there (KB 885348)" "1000 packets" \
        "0 IKE requests leave, 1000 dropped as no_sa, misdelivered 0 of 1000"
    shows="1000 packets dropped by name, no call to the NAT's address"
    ;;
another)
    pki_open "$LAB_PKI"
    pki_ca ca && pki_cert gw ca san=DNS:gw.example.org && pki_cert s1 ca san=DNS:s1.example.org || lab_fail "no certificates"
    lab_up a=fwd b=none
    conn a net auth=pubkey peer_auth=pubkey ca=ca cert=s1 id=s1.example.org peer_id=%any
    conn a key "id=@s1" peer_id=%any
    conn b certificate auth=pubkey peer_auth=pubkey ca=ca cert=gw id=gw.example.org peer_id=c2.example.org "peer=$NET_PUBLIC_a"
    conn b key id=@gw peer_id=@c2 "peer=$NET_PUBLIC_a" lan=10.2.9.0/24
    for gw in b a; do gw_start $gw; done
    check_capture_start b
    for name in certificate key; do
        culvert_ctl b initiate $name >"$LAB_OUT/gwb/initiate.log" 2>&1
        lab_wait 8 eval '[ -n "$(culvert_json b "[f for f in d[\"failures\"] if f[\"connection\"] == \"'$name'\"] or \"\"" show failures)" ]' ||
            lab_fail "$name: nothing is told"
    done
    in_vain hostb "${NET_LAN[a]}.10" 1000
    check_capture_rest
    check_equal "children" "0 0" "$(gw_children b) $(gw_children a)"
    check_equal "ESP sent" 0 "$(tcpdump -n -r "$CHECK_PCAP" "src host $NET_PUBLIC_b and udp port 4500 and udp[8:4] != 0 or esp" 2>/dev/null | wc -l)"
    figure "another host with a certificate of the same CA, or the same key, answers at the peer's address" "2 calls, 1000 packets" \
        "wrong accepts 0 of 2, ESP sent 0"
    shows="neither its certificate nor its key makes it the peer: $(culvert_json b 'd["failures"][0].get("why", "")' show failures | cut -c1-120)"
    ;;
flip)
    # Each of the two knows by the SPI whose a packet is.
    GW_ENGINE[a]=culvert GW_ENGINE[a2]=culvert
    CULVERT_EXTRA[a]='"tunnel": {"spi_node_bits": 2, "spi_node": 1},'
    CULVERT_EXTRA[a2]='"tunnel": {"spi_node_bits": 2, "spi_node": 2},'
    lab_up a=fwd b=none clients=2
    conn a net id=@s1 peer_id=@gw
    conn a2 other id=@s2 peer_id=@gw
    conn b foo id=@gw peer_id=@s1 "peer=$NET_PUBLIC_a" dpd=1 retransmit=150 start=true
    for gw in a a2 b; do gw_start $gw; done
    lab_wait 10 children_are 1 || lab_fail "no tunnel"
    check_reach b "${NET_LAN[a]}.10" 5
    watch hosta2 eth0 icmp
    check_ping_start b "${NET_LAN[a]}.10" 300 0.01
    sleep 0.5
    first=${NET_WAN[a]}
    NET_WAN[a]=${NET_WAN[a2]}
    # The first is silent: what it sent would have a mapping of its own, and the tunnel would follow it there.
    kill -STOP "${GW_PID[a]}"
    net_rebind a
    check_ping_lost
    strays=$(culvert_drops a2 other_node)
    [ "$strays" -gt 0 ] || lab_fail "no ESP came to the other gateway: $(culvert_ctl a2 show drops)"
    told() { [ -n "$(culvert_json b '[f for f in d["failures"] if f["connection"] == "foo"] or ""' show failures)" ]; }
    lab_wait 10 grep -q 'event=ike_down' "$LAB_OUT/gwb/culvertd.log" || lab_fail "it is not noticed that another gateway is there"
    lab_wait 10 told || lab_fail "it is not told"
    check_equal "IKE SAs at the other gateway" 0 "$(culvert_json a2 'sum(s["state"] == "established" for s in d["sas"])' show sas)"
    check_equal "packets behind the other gateway" 0 "$(seen hosta2)"
    why=$(culvert_json b 'next(f.get("why", f.get("what", "")) for f in d["failures"] if f["connection"] == "foo")' show failures)
    NET_WAN[a]=$first
    net_rebind a
    kill -CONT "${GW_PID[a]}"
    check_reach b "${NET_LAN[a]}.10" 15
    figure "a static mapping moved to another gateway under traffic" "$CHECK_LOST packets" \
        "misdelivered 0 of $CHECK_LOST ($strays dropped as other_node), wrong accepts 0, back when the mapping is"
    shows="$strays packets dropped by the other gateway; told: ${why:0:120}"
    ;;
remap)
    SWAN_KEEPALIVE=600s
    lab_up a=masq b=1to1
    gw_pair
    gw_start b
    gw_start a
    up a net
    check_reach a "${NET_LAN[b]}.10" 5
    lab_spawn inet "$LAB_OUT/copies" "$LAB_PYTHON" "$here/esp_copies.py" toa "$NET_PUBLIC_b" --pause 0.1
    attack=$LAB_PID
    check_ping_start a "${NET_LAN[b]}.10" 6000 0.01
    replay=$(culvert_drops b replay) changes=8 looks=0
    # Culvert sends to a port of the last change: follows LOW
    follows() {
        looks=$((looks + 1))
        endpoint=$(culvert_endpoint b)
        [[ $endpoint == *":${1:0:4}"? ]] || [[ $endpoint != "$NET_PUBLIC_a":* ]]
    }
    for change in $(seq $changes); do
        low=$((20000 + change * 1000))
        net_rebind a "$low-$((low + 9))"
        sleep 0.7
        lab_wait 5 follows $low || lab_fail "change $change: Culvert sends to $endpoint and not to a port from $low on"
        [[ $endpoint == "$NET_PUBLIC_a":* ]] || lab_fail "Culvert sends to $endpoint"
    done
    check_ping_end
    lab_end "$attack"
    read -r copies <"$LAB_OUT/copies" || lab_fail "the sender of copies did not end: $(cat "$LAB_OUT/copies")"
    [ "$copies" -ge 40 ] || lab_fail "only $copies copies were sent"
    check_equal "copies dropped as such" "$copies" "$(($(culvert_drops b replay) - replay))"
    # what was under way at each change
    [ "$CHECK_LOST" -le $((changes * 5)) ] || lab_fail "$CHECK_LOST of $CHECK_SENT pings lost in $changes changes"
    figure "the peer's port changes each second, somebody sends copies of its packets" "$changes changes, $copies copies" \
        "all followed, endpoint at the sender of copies 0 of $looks looks, $CHECK_LOST of $CHECK_SENT pings lost"
    shows="$changes changes followed beside $copies copies, $CHECK_LOST of $CHECK_SENT pings lost"
    ;;
handed)
    lab_up a=masq b=none clients=2
    conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
    conn a2 net id=@bar peer_id=@gw "peer=$NET_PUBLIC_b" psk=another-secret-of-32-characters1
    conn b foo id=@gw peer_id=@foo dpd=2 retransmit=200
    conn b bar id=@gw peer_id=@bar "peer_lan=${NET_LAN[a2]}.0/24" psk=another-secret-of-32-characters1
    for gw in b a a2; do gw_start $gw; done
    net_rebind a 30000-30000
    up a net
    check_reach a "${NET_LAN[b]}.10" 5
    kill -STOP "${GW_PID[a]}"
    net_rebind a 30000-30000
    up a2 net
    check_equal "places of the two" "['$NET_PUBLIC_a:30000', '$NET_PUBLIC_a:30000']" "$(culvert_json b '[s["remote"] for s in d["sas"]]' show sas)"
    watch hosta2 eth0 "icmp and dst net ${NET_LAN[a]}.0/24"
    in_vain hostb "${NET_LAN[a]}.10" 1000
    check_ping a2 "${NET_LAN[b]}.10" 200 0.002
    check_equal "packets for the first at the second" 0 "$(seen hosta2)"
    lab_wait 20 ikes_are 1 || lab_fail "the one whose port is gone is not given up"
    check_ping b "${NET_LAN[a2]}.10" 20 0.02
    kill -CONT "${GW_PID[a]}"
    figure "a silent peer's port given to another peer" "1000 packets for the first" "misdelivered 0 of 1000, the first is given up, 0 of 200 pings of the second lost"
    shows="two SAs at one address and port, each with its own packets"
    ;;
inside)
    lab_need_cryptography
    lab_up a=none b=none
    conn b foo id=@gw peer_id=@foo
    conn b bar id=@gw peer_id=@bar peer_lan=10.3.0.0/24
    gw_start b
    watch hostb eth0 icmp
    before=$(culvert_drops b inner_policy)
    counts=$(lab_in gwa "$LAB_PYTHON" "$here/esp_inside.py" "$NET_PUBLIC_b" "$LAB_PSK" "${NET_LAN[a]}.10" 10.3.0.10 "${NET_LAN[b]}.10" --count 1000) ||
        lab_fail "the sender did not finish: $counts"
    check_equal "packets sent, in its own name and in the other's" "20 1000" "$counts"
    counted() { [ $(($(culvert_drops b inner_policy) - before)) = 1000 ]; }
    lab_wait 5 counted || lab_fail "dropped as inner_policy: $(($(culvert_drops b inner_policy) - before)) of 1000"
    check_equal "packets in its own name at the host" 20 "$(seen hostb "IP ${NET_LAN[a]}.10 > ")"
    check_equal "packets in the other's name at the host" 0 "$(seen hostb 'IP 10.3.0.10 > ')"
    figure "a peer sends in the name of another one's network" "1000 packets" "accepted 0 of 1000, all dropped as inner_policy; 20 of 20 in its own name pass"
    shows="1000 packets in another's name dropped, 20 of its own passed"
    ;;
keys)
    lab_need_cryptography
    lab_up a=masq b=1to1
    for i in {1..20}; do conn b "p$i" id=@gw "peer_id=@p$i" "psk=secret-of-peer-$i-with-32-characters" "peer_lan=10.100.$i.0/24"; done
    gw_start b
    counts=$(lab_in gwa "$LAB_PYTHON" "$here/psk_matrix.py" "$NET_PUBLIC_b" 20) || lab_fail "the callers did not finish: $counts"
    check_equal "right and wrong pairs that came up" "20 0" "$counts"
    figure "20 identities with 20 keys behind one NAT" "400 calls" "right pairs 20 of 20, wrong accepts 0 of 380"
    shows="of 400 calls the 20 with the key of their identity came up"
    ;;
clear)
    lab_up a=masq b=1to1 clients=2
    gw_pair
    gw_start b
    gw_start a
    up a net
    check_reach a "${NET_LAN[b]}.10" 5
    ip -n "$LAB-inet" route add "${NET_LAN[b]}.0/24" via "$NET_PUBLIC_b"
    ip -n "$LAB-natb" route add "${NET_LAN[b]}.0/24" via "${NET_WAN[b]}"
    watch hostb eth0 "icmp and not src net ${NET_LAN[a]}.0/24 and not src ${NET_LAN[b]}.10"
    before=$(culvert_drops b no_policy)
    in_vain gwa2 "${NET_LAN[b]}.10" 1000
    check_equal "packets dropped as no_policy" 1000 $(($(culvert_drops b no_policy) - before))
    check_equal "clear packets at the host" 0 "$(seen hostb)"
    check_ping a "${NET_LAN[b]}.10" 20 0.02
    figure "clear text from behind the NAT of a peer that is up" "1000 packets" "accepted 0 of 1000, each counted"
    shows="1000 clear packets from the peer's own public address dropped by name"
    ;;
clone)
    lab_up a=random b=1to1 clients=2 lans=same
    conn a net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
    conn a2 net id=@foo peer_id=@gw "peer=$NET_PUBLIC_b"
    conn b foo id=@gw peer_id=@foo 'more=, "unique": "reject"'
    for gw in b a a2; do gw_start $gw; done
    up a net
    check_reach a "${NET_LAN[b]}.10" 5
    check_ping_start a "${NET_LAN[b]}.10" 200 0.01
    swan_initiate a2 net 6 && lab_fail "the clone came up beside the first"
    check_ping_lost
    check_equal "pings of the first lost" 0 "$CHECK_LOST"
    check_equal "IKE SAs with reject" 1 "$(culvert_json b 'sum(s["state"] == "established" for s in d["sas"])' show sas)"
    error=$(grep -o 'received [A-Z_]* notify error' "$LAB_OUT/gwa2/charon.log" | tail -n 1)
    [ -n "$error" ] || lab_fail "the clone is not told: $(tail -n 3 "$LAB_OUT/gwa2/charon.log")"
    sed -i 's/"unique": "reject"/"unique": "replace"/' "$LAB_OUT/gwb/culvert.json"
    culvert_ctl b reload >"$LAB_OUT/gwb/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/gwb/reload.log")"
    up a2 net
    lab_wait 5 ikes_are 1 || lab_fail "with replace there are $(culvert_ikes b) IKE SAs"
    ups=$(grep -c 'event=ike_up' "$LAB_OUT/gwb/culvertd.log")
    check_ping a2 "${NET_LAN[b]}.10" 100 0.02
    check_equal "IKE SAs that came up in 2 s after that" 0 $(($(grep -c 'event=ike_up' "$LAB_OUT/gwb/culvertd.log") - ups))
    check_equal "IKE SAs with replace" 1 "$(culvert_ikes b)"
    figure "one identity at two places" "reject, then replace" "1 of 2 lives each time, $CHECK_LOST of $CHECK_SENT pings lost with reject, no flapping"
    shows="reject: ${error#received }, the first lost no ping; replace: the newcomer alone"
    ;;
both-nats)
    SWAN_KEEPALIVE=1s
    lab_up a=masq b=1to1
    gw_pair "b.id=$NET_PUBLIC_b" "a.peer_id=$NET_PUBLIC_b" 'b.more=, "keepalive_s": 1, "keepalive": "fixed"' b.dpd=60
    check_capture_start
    gw_start b
    gw_start a
    up a net
    check_reach a "${NET_LAN[b]}.10" 5
    check_equal "NATs that Culvert sees" "True True" "$(culvert_nat b local) $(culvert_nat b remote)"
    check_equal "the address that the peer dialled" "$NET_PUBLIC_b" "$(culvert_json b 'd["peers"][0]["local"].get("dialled")' show nat)"
    check_ping a "${NET_LAN[b]}.10" 5000 0.0005
    sleep 3.2
    check_capture_end --least-esp 5000
    kept() { tcpdump -n -r "$CHECK_PCAP" "src host $1 and udp port 4500 and udp[4:2] = 9" 2>/dev/null | wc -l; }
    ours=$(kept "$NET_PUBLIC_b") theirs=$(kept "$NET_PUBLIC_a")
    [ "$ours" -ge 2 ] && [ "$theirs" -ge 2 ] || lab_fail "keepalives in 3 s: $ours of ours, $theirs of the peer's; both are behind a NAT"
    swan_logged a "authentication of '$NET_PUBLIC_b'" || lab_fail "the gateway is not known by its public address"
    figure "a gateway behind a 1:1 NAT, a client behind another NAT" "10000 packets" "lost 0 of 10000, both keep their mapping, identity $NET_PUBLIC_b"
    shows="both NATs seen, $ours and $theirs keepalives in 3 s, known as $NET_PUBLIC_b"
    ;;
esac
echo "shows: $1: $shows"
