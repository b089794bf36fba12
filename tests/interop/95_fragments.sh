#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Packets that are encrypted whole and cut afterwards, with strongSwan putting them together. IPv6 inside a path of 1280
# bytes: every size up to 1280 passes both ways, and TCP of such packets. "after": large pings and TCP without DF reach
# the hosts in one piece, also through two NATs; DF is honoured, and a router's error about a piece is heeded. A path that
# drops fragments: "after" fails, and "before", by a reload, does not.
# cases: ipv6-1280 ipv6-1280-over-6 after-1280 after-1400-over-6 after-nat after-then-before after-nat+af_packet
. "${0%/*}/../lib/lab.sh" || exit

if [ "$1" = after-nat ]; then
    lab_up a=masq b=1to1
else
    lab_up a=none b=none v6=yes
fi
peer_b=$NET_PUBLIC_b local_a=${NET_WAN[a]} outer=4 udp_and_ip=28 bytes='ip[2:2]' routers=("$NET_ROUTER_a" "$NET_ROUTER_b")
if [[ $1 == *-over-6 ]]; then
    peer_b=${NET_WAN6[b]} local_a=${NET_WAN6[a]} outer=6 udp_and_ip=48 bytes='40 + ip6[4:2]' routers=("${NET_HOP6[a]}" "${NET_HOP6[b]}")
fi
host_a=${NET_LAN[a]}.10 host_b=${NET_LAN[b]}.10 lan_a=${NET_LAN[a]}.0/24 lan_b=${NET_LAN[b]}.0/24 inner_ip=20 frag=after
if [[ $1 == ipv6-* ]]; then
    lan_a=${NET_LAN6[a]}:/64 lan_b=${NET_LAN6[b]}:/64 host_a=${NET_LAN6[a]}:10 host_b=${NET_LAN6[b]}:10 inner_ip=40 frag=before
fi
path=1500
[[ $1 =~ -1[0-9]+ ]] && path=${BASH_REMATCH[0]#-}
[ "$1" = after-nat ] && path=1400
# With the ESP header, IV, ICV and pad length of AES-GCM: what fits an outer MTU.
inner_of() { echo $((($1 - udp_and_ip - 8 - 8 - 16) / 4 * 4 - 2)); }
inner_mtu() { culvert_json b 'd["sas"][0]["children"][0]["inner_mtu"]' show sas; }
counted() { lab_in "$1" nstat -az "$2" 2>/dev/null | awk -v name="$2" '$1 == name { print $2 }'; }
# Hosts may send what a wire carries, and their TCP is left as large: two megabytes both ways.
for host in a b; do ip -n "$LAB-host$host" link set eth0 mtu 1500; done
CHECK_IPERF_LIMIT=20M CHECK_IPERF_AMOUNT="-n 2M"
CULVERT_EXTRA[b]='"tunnel": {"mss_clamp": false},'

# ping_size HOST ADDRESS BYTES COUNT [ARGUMENTS]: pings of BYTES, the whole IP packet, all of which are answered
ping_size() {
    lab_in "host$1" ping -n -c "$4" -i 0.02 -W 3 -s $(($3 - inner_ip - 8)) -q "${@:5}" "$2" >"$LAB_OUT/ping.log" 2>&1 &&
        grep -q " $4 received" "$LAB_OUT/ping.log"
}
# Sends BYTES that may not be cut from host b; what comes back is in TOLD: df_ping BYTES
df_ping() { TOLD=$(lab_in hostb ping -n -M "do" -c 1 -W 1 -s $(($1 - inner_ip - 8)) "$host_a" 2>&1); }
told_is() { [[ $TOLD == *"mtu = $1"* || $TOLD == *"mtu=$1"* ]]; }

# The wires on the peer's side of the router carry $path bytes, and everybody learns it: narrow CASE
narrow() {
    ip -n "$LAB-inet" link set toa mtu "$path"
    ip -n "$LAB-gwa" link set wan mtu "$path"
    if [[ $1 == after-*-over-6 ]]; then
        # what the router's error quotes is the first piece of a packet, and no packet of ours is another
        lab_in hostb ping -n -M dont -c 1 -W 1 -s $((1500 - inner_ip - 8)) -q "$host_a" >"$LAB_OUT/first.log" 2>&1
    else
        df_ping "$(inner_of 1500)"
    fi
    low() { [ "$(inner_mtu)" = "$(inner_of "$path")" ]; }
    lab_wait 3 low || lab_fail "the router's error was not heeded: inner MTU is $(inner_mtu), not $(inner_of "$path"): $(tail -n 2 "$LAB_OUT/gwb/culvertd.log")"
}

# Hosts that know nothing of the path, so that they cut nothing themselves and let routers cut.
let_cut() {
    for host in hosta hostb; do
        lab_in $host sysctl -q -w net.ipv4.ip_no_pmtu_disc=1
        lab_in $host ip route flush cache
    done
}

# large_pings HOST ADDRESS BYTES
large_pings() { ping_size "$1" "$2" "$3" 20 -M dont || lab_fail "pings of $3 bytes from host $1: $(tail -n 2 "$LAB_OUT/ping.log") $(culvert_dropped b)"; }

# What is larger than the path is whole for the hosts. strongSwan reads no more than 1400 bytes from its interface: what
# its hosts send above that, its kernel cuts before.
whole_for_hosts() {
    local side before=()
    # where Culvert found the narrow path by itself, the first large packet was answered already
    for side in a b; do before+=("$(counted "host$side" IpReasmReqds)"); done
    let_cut
    large_pings b "$host_a" 1400
    large_pings a "$host_b" 1400
    check_equal "pieces that host b got" "${before[1]}" "$(counted hostb IpReasmReqds)"
    large_pings b "$host_a" 1500
    check_iperf b a "$host_a" 0
    check_equal "pieces that host a got" "${before[0]}" "$(counted hosta IpReasmReqds)"
    told="1400 and 1500 bytes whole, TCP $CHECK_RATES Mbit/s"
}

[ "$1" = after-nat ] && CULVERT_OUTSIDE="\"mtu\": $path,"
gw_pair "a.peer=$peer_b" "a.local=$local_a" "a.lan=$lan_a" "a.peer_lan=$lan_b" "b.lan=$lan_b" "b.peer_lan=$lan_a" "b.frag=$frag"
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "$host_b" 5
check_equal "where packets are cut" "$frag" "$(culvert_json b 'd["connections"][0]["fragmentation"]' show connections)"

case $1 in
ipv6-*)
    narrow "$1"
    df_ping "$(inner_of 1500)"
    told_is 1280 || lab_fail "the host was not told 1280: $TOLD"
    check_capture_start
    for ((size = $(inner_of "$path") - 2; size <= 1280; size++)); do
        ping_size b "$host_a" "$size" 1 || lab_fail "$size bytes from host b: $(tail -n 2 "$LAB_OUT/ping.log") $(culvert_dropped b)"
        ping_size a "$host_b" "$size" 1 || lab_fail "$size bytes from host a: $(tail -n 2 "$LAB_OUT/ping.log") $(culvert_dropped b)"
    done
    check_iperf b a "$host_a" 0
    pieces_least=2000
    told="every size up to 1280 both ways, TCP $CHECK_RATES Mbit/s"
    ;;
after-1*)
    narrow "$1"
    df_ping 1500
    told_is "$(inner_of "$path")" || lab_fail "the host was not told $(inner_of "$path"): $TOLD"
    check_capture_start
    whole_for_hosts
    pieces_least=2000
    ;;
after-nat)
    ip -n "$LAB-gwa" link set wan mtu "$path"
    check_capture_start
    whole_for_hosts
    pieces_least=2000
    ;;
after-then-before)
    lab_in inet nft -f - <<NFT || lab_fail "no rules in inet"
table inet drops {
    chain early {
        type filter hook prerouting priority -450; policy accept;
        iifname tob ip frag-off & 0x3fff != 0 counter drop
    }
}
NFT
    check_capture_start
    if ping_size b "$host_a" 1500 5 -M dont; then lab_fail "packets in pieces passed a path that drops them"; fi
    check_capture_rest
    dropped=$(tcpdump -n -r "$CHECK_PCAP" "src host $peer_b and ip[6:2] & 0x3fff != 0" 2>/dev/null | wc -l)
    [ "$dropped" -ge 10 ] || lab_fail "only $dropped pieces were sent"
    sed -i 's/"fragmentation": "after"/"fragmentation": "before"/' "$LAB_OUT/gwb/culvert.json"
    spis=$(culvert_spis b)
    culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
    replaced() { [ "$(gw_children b)" = 1 ] && [ "$(culvert_spis b)" != "$spis" ]; }
    lab_wait 5 replaced || lab_fail "the child that was cut after encryption stays: $(cat "$LAB_OUT/reload.log")"
    check_equal "IKE SAs at Culvert" 1 "$(culvert_ikes b)"
    check_capture_start
    check_reach b "$host_a" 5
    large_pings b "$host_a" 1500
    let_cut
    check_iperf b a "$host_a" 0
    pieces_least=0
    told="$dropped pieces sent into a path that drops them, then none, TCP $CHECK_RATES Mbit/s"
    ;;
esac
check_capture_end --cut-by "$peer_b" --outer "${routers[0]}" --outer "${routers[1]}" --least-esp 40
pieces=$(sed -n 's/.*, \([0-9]*\) fragments$/\1/p' <<<"$CHECK_CAPTURE")
if [ "$pieces_least" = 0 ]; then
    check_equal "fragments that Culvert sent" 0 "$pieces"
else
    [ "$pieces" -ge "$pieces_least" ] || lab_fail "only $pieces fragments: $CHECK_CAPTURE"
    large=$(tcpdump -n -r "$CHECK_PCAP" "src host $peer_b and $bytes > $path" 2>/dev/null | wc -l)
    check_equal "packets of Culvert's that the path does not carry" 0 "$large"
fi
echo "shows: outer IPv$outer, path $path, $told, $pieces fragments"
