#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Packets that do not fit. A router in the middle whose next wire carries 1280 bytes answers Culvert's packets with an
# ICMP error: the SA's MTU falls, TCP goes on, and the host behind Culvert is told the exact inner MTU. A path that drops
# all fragments: nothing of ours is one. A black hole: the same narrow wire behind a router whose ICMP is dropped; Culvert
# asks what arrives by messages of its own (RFC 8899), and TCP goes on. A peer whose outer packets are cut: they are put together before they are opened.
# cases: black-hole-1400 black-hole-1280 black-hole-1400-over-6 black-hole-later path-1280 path-1280-over-6 path-1400-inside-6 path-1400-inside-6-over-6 fragments-dropped peer-fragments peer-fragments-over-6 peer-fragments+af_packet
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=none b=none v6=yes
peer_b=$NET_PUBLIC_b local_a=${NET_WAN[a]} outer=4 udp_and_ip=28
if [[ $1 == *-over-6 ]]; then
    peer_b=${NET_WAN6[b]} local_a=${NET_WAN6[a]} outer=6 udp_and_ip=48
fi
host_a=${NET_LAN[a]}.10 host_b=${NET_LAN[b]}.10 lan_a=${NET_LAN[a]}.0/24 lan_b=${NET_LAN[b]}.0/24 inner_ip=20 narrow=1280
if [[ $1 == *-inside-6* ]]; then # no IPv6 host goes below 1280 inside
    lan_a=${NET_LAN6[a]}:/64 lan_b=${NET_LAN6[b]}:/64 host_a=${NET_LAN6[a]}:10 host_b=${NET_LAN6[b]}:10 inner_ip=40 narrow=1400
fi
# With the ESP header, IV, ICV and pad length of AES-GCM: what fits an outer MTU.
inner_of() { echo $((($1 - udp_and_ip - 8 - 8 - 16) / 4 * 4 - 2)); }
# Hosts may send what a wire carries, and the peer's tunnel takes it.
for host in a b; do ip -n "$LAB-host$host" link set eth0 mtu 1500; done
inner_mtu() { culvert_json b 'd["sas"][0]["children"][0]["inner_mtu"]' show sas; }

# Sends SIZE bytes (whole IP packet) from host b with DF; what comes back is in TOLD: df_ping SIZE
df_ping() { TOLD=$(lab_in hostb ping -M "do" -c 1 -W 0.5 -s $(($1 - inner_ip - 8)) "$host_a" 2>&1); }
forget_paths() {
    lab_in hosta ip route flush cache
    lab_in hostb ip route flush cache
    lab_in hosta ip -6 route flush cache
    lab_in hostb ip -6 route flush cache
}

check_capture_start
gw_pair "a.peer=$peer_b" "a.local=$local_a" "a.lan=$lan_a" "a.peer_lan=$lan_b" "b.lan=$lan_b" "b.peer_lan=$lan_a"
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "$host_b" 5
check_equal "inner MTU of a path of 1500" "$(inner_of 1500)" "$(inner_mtu)"

# The router says nothing to anybody when a packet does not fit: silence
silence() {
    lab_in inet nft -f - <<'NFT' || lab_fail "no rules in inet"
table inet silence {
    chain out {
        type filter hook output priority 0; policy accept;
        icmp type destination-unreachable drop
        icmpv6 type packet-too-big drop
    }
}
NFT
}
narrow_path() {
    ip -n "$LAB-inet" link set toa mtu "$1"
    ip -n "$LAB-gwa" link set wan mtu "$1"
    ip -n "$LAB-gwa" link set ipsec0 mtu $(($1 - 80))
}
# What is in force, and how it was found: "1400 probe"
path_mtu() { culvert_json b '"{bytes} {found_by}".format(**d["peers"][0]["path_mtu"])' show nat; }
found() { [ "$(path_mtu)" = "$1 probe" ]; }

case $1 in
black-hole-*)
    hole=${1#black-hole-} hole=${hole%-over-6} begun=$(date +%s%N)
    silence
    if [ "$hole" = later ]; then
        # A tunnel that is up: what its path carries is asked for anew when the peer moves, or within ten minutes.
        lab_wait 3 found 1500 || lab_fail "a path of 1500 bytes was not confirmed: $(path_mtu)"
        hole=1300
    fi
    narrow_path "$hole"
    gw_terminate b foo
    gone() { [ "$(gw_children a)" = 0 ]; }
    lab_wait 3 gone || lab_fail "the tunnel did not end"
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    begun=$(date +%s%N)
    # A host that believes in 1500 and sends at once: its first bytes go into the hole, and are sent again.
    lab_spawn hosta "$LAB_OUT/sink.log" "$LAB_PYTHON" -c 'import socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
server = socket.socket(family); server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((sys.argv[1], 7000)); server.listen(1); print("listening", flush=True)
peer, _ = server.accept(); begun = time.monotonic(); total = 0; first = None
while total < 2000000:
    got = len(peer.recv(65536))
    if not got: break
    if total + got > 100000 and first is None: first = time.monotonic() - begun
    total += got
print("bytes", total, "first", round(first or -1, 1), flush=True)' "$host_a"
    lab_wait 3 lab_has "$LAB_OUT/sink.log" listening || lab_fail "the sink does not listen"
    lab_in hostb timeout 40 "$LAB_PYTHON" -c 'import socket, sys
s = socket.create_connection((sys.argv[1], 7000)); s.sendall(bytes(2000000)); s.shutdown(socket.SHUT_WR); s.recv(1)' "$host_a" ||
        lab_fail "TCP into the hole did not end: $(tail -n 1 "$LAB_OUT/sink.log"), path MTU $(path_mtu)"
    lab_wait 3 grep -q 'bytes 2000000' "$LAB_OUT/sink.log" || lab_fail "TCP: $(tail -n 1 "$LAB_OUT/sink.log")"
    lab_wait 30 found "$hole" || lab_fail "path MTU $(path_mtu), not $hole: $(tail -n 2 "$LAB_OUT/gwb/culvertd.log")"
    took=$((($(date +%s%N) - begun) / 1000000000))
    check_equal "inner MTU" "$(inner_of "$hole")" "$(inner_mtu)"
    # the search goes on through what is between
    explained() { [[ $(culvert_failure b black_hole what) == "packets above $hole bytes do not arrive"* ]]; }
    lab_wait 25 explained || lab_fail "the black hole is not told: $(culvert_ctl b show failures)"
    grep -q "event=path_mtu .*outer_mtu=$hole was=1500 found_by=probe" "$LAB_OUT/gwb/culvertd.log" || lab_fail "no line in the log"
    forget_paths
    CHECK_IPERF_LIMIT=50M check_iperf b a "$host_a"
    gw_rekey b foo child || lab_fail "child rekey"
    check_rekeyed child 1
    check_equal "inner MTU of the next child" "$(inner_of "$hole")" "$(inner_mtu)"
    told="$hole bytes found in $took s, 100 kB of TCP arrived after $(sed -n 's/.*first //p' "$LAB_OUT/sink.log") s"
    ;;
path-*)
    # The peer's side of the router is narrow.
    ip -n "$LAB-inet" link set toa mtu "$narrow"
    ip -n "$LAB-gwa" link set wan mtu "$narrow"
    ip -n "$LAB-gwa" link set ipsec0 mtu $((narrow - 80))
    df_ping "$(inner_of 1500)"
    low() { [ "$(inner_mtu)" = "$(inner_of "$narrow")" ]; }
    lab_wait 3 low || lab_fail "the router's error was not heeded: inner MTU is $(inner_mtu), not $(inner_of "$narrow"): $(tail -n 2 "$LAB_OUT/gwb/culvertd.log")"
    df_ping "$(inner_of 1500)"
    [[ $TOLD == *"mtu = $(inner_of "$narrow")"* || $TOLD == *"mtu=$(inner_of "$narrow")"* ]] || lab_fail "the host was not told $(inner_of "$narrow"): $TOLD"
    # TCP: first with segments that the clamp makes fit, then the host's own knowledge of the path is gone
    forget_paths
    lab_spawn hosta "$LAB_OUT/syn.log" tcpdump -n -l -i eth0 'port 5201 and (tcp[tcpflags] & tcp-syn != 0 or ip6[53] & 2 != 0)'
    lab_wait 5 lab_has "$LAB_OUT/syn.log" 'listening on' || lab_fail "tcpdump did not start"
    CHECK_IPERF_LIMIT=50M check_iperf b a "$host_a"
    grep -q "mss $(($(inner_of "$narrow") - inner_ip - 20))" "$LAB_OUT/syn.log" || lab_fail "no SYN with MSS $(($(inner_of "$narrow") - inner_ip - 20)): $(grep -o 'mss [0-9]*' "$LAB_OUT/syn.log" | sort | uniq -c | tr '\n' ' ')"
    # without DF it is cut before it is sealed
    lab_in hostb ping -M dont -c 3 -i 0.05 -W 1 -s $((1428 - inner_ip - 8)) -q "$host_a" >"$LAB_OUT/dont.log" || lab_fail "large pings without DF: $(tail -n 2 "$LAB_OUT/dont.log")"
    told="inner MTU $(inner_mtu)"
    ;;
fragments-dropped)
    lab_in inet nft -f - <<NFT || lab_fail "no rules in inet"
table inet drops {
    chain early {
        type filter hook prerouting priority -450; policy accept;
        ip frag-off & 0x3fff != 0 counter drop
        exthdr frag exists counter drop
    }
}
NFT
    CHECK_IPERF_LIMIT=50M check_iperf b a "$host_a"
    lab_in hostb ping -M dont -c 5 -i 0.05 -W 1 -s 1472 -q "$host_a" >"$LAB_OUT/dont.log"
    df_ping 1500
    [[ $TOLD == *"mtu = $(inner_of 1500)"* || $TOLD == *"mtu=$(inner_of 1500)"* ]] || lab_fail "the host was not told $(inner_of 1500): $TOLD"
    joined() { cut=$(lab_in hosta nstat -az 2>/dev/null | awk '$1 == "IpReasmOKs" { print $2 }') && [ "${cut:-0}" -ge 5 ]; }
    lab_wait 3 joined || lab_fail "inner packets were not cut before they were sealed: host a joined ${cut:-none}"
    told="$cut inner packets in pieces, none of ours was one"
    ;;
peer-fragments*)
    # The kernel below strongSwan cuts what it hands down.
    ip -n "$LAB-gwa" route change default via "${NET_HOP[a]}" mtu lock 1280
    ip -n "$LAB-gwa" -6 route change default via "${NET_HOP6[a]}" mtu 1280
    before=$(culvert_drops b frag_cap)
    lab_in hosta ping -M dont -c 20 -i 0.02 -W 1 -s 1372 -q "$host_b" >"$LAB_OUT/large.log" || lab_fail "large pings: $(tail -n 2 "$LAB_OUT/large.log") $(culvert_dropped b)"
    grep -q " 20 received" "$LAB_OUT/large.log" || lab_fail "large pings: $(tail -n 2 "$LAB_OUT/large.log") $(culvert_dropped b)"
    CHECK_IPERF_LIMIT=50M check_iperf a b "$host_b"
    check_equal "packets that were not put together" "$before" "$(culvert_drops b frag_cap)"
    ;;
esac
lab_end "$CHECK_CAPTURE_PID"
if [[ $1 == peer-fragments* ]]; then
    pieces=$(tcpdump -n -r "$CHECK_PCAP" 'src host '"$local_a"' and (ip[6:2] & 0x3fff != 0 or ip6[6] == 44)' 2>/dev/null | wc -l)
    [ "$pieces" -ge 40 ] || lab_fail "the peer did not cut its packets: $pieces pieces"
    told="$pieces pieces put together"
fi
ours=$(tcpdump -n -r "$CHECK_PCAP" "src host $peer_b and (ip[6:2] & 0x3fff != 0 or ip6[6] == 44)" 2>/dev/null | wc -l)
check_equal "fragments that Culvert sent" 0 "$ours"
echo "shows: outer IPv$outer, $told"
