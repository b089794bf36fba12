#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Large datagrams through a tunnel whose selectors name UDP ports, as "voice" of config/concentrator.json does: the hosts
# cut them for their link, the gateways cut the pieces again for the tunnel, and of all that only first pieces have ports.
# Between two Culverts all of them arrive, of IPv4 and IPv6 inside and outside.
# cases: ipv4 ipv6
. "${0%/*}/../lib/lab.sh" || exit

GW_ENGINE[a]=culvert
NET_HOST_MTU=1500
lab_up a=none b=none v6=yes
family=4 lan_a=${NET_LAN[a]}.0/24 lan_b=${NET_LAN[b]}.0/24 host_b=${NET_LAN[b]}.10 peer_b=${NET_WAN6[b]} sizes="100 1400 2000 8000 30000 65000"
if [ "$1" = ipv6 ]; then
    # What is larger than the tunnel is cut by the hosts alone, for the path that they know of.
    family=6 lan_a=${NET_LAN6[a]}:/64 lan_b=${NET_LAN6[b]}:/64 host_b=${NET_LAN6[b]}:10 peer_b=$NET_PUBLIC_b
    sizes="100 1200 2000 8000 30000 65000"
    for host in a b; do ip -n "$LAB-host$host" link set eth0 mtu 1280; done
fi
gw_pair "a.peer=$peer_b" "a.lan=${lan_a}[udp]" "a.peer_lan=${lan_b}[udp/5060-5061]" "b.lan=${lan_b}[udp/5060-5061]" "b.peer_lan=${lan_a}[udp]"
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"

lab_spawn hostb "$LAB_OUT/echo.log" "$LAB_PYTHON" "$LAB_LIB/datagrams.py" echo "$family"
# The hosts and gateways know each other before anything large is sent.
check_first() { lab_in hosta "$LAB_PYTHON" "$LAB_LIB/datagrams.py" ask "$family" "$host_b" 100; }
lab_wait 5 check_first || lab_fail "nothing passes: a: $(culvert_dropped a) b: $(culvert_dropped b)"
# shellcheck disable=SC2086
told=$(lab_in hosta "$LAB_PYTHON" "$LAB_LIB/datagrams.py" ask "$family" "$host_b" $sizes 2>&1) ||
    lab_fail "$(tail -n 1 <<<"$told"); a: $(culvert_dropped a) b: $(culvert_dropped b)"
drops='sum(c["count"] for c in d["drops"] if c["name"] in ("fragment_ports", "inner_policy"))'
for side in a b; do check_equal "packets that gateway $side took for nobody's" 0 "$(culvert_json "$side" "$drops" show counters)"; done
echo "shows: $told, IPv$family inside, datagrams of $sizes bytes under selectors with ports"
