#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A gateway behind 1:1 NAT sends all that is behind it into a tunnel to strongSwan, but for printers that a row of "bypass" names.
# outside: they are beside the tunnel, in the provider's network. inside: behind another inside port. host: it is this machine's own
# programs that use both. On the outside wire nothing else is in clear; who else speaks in clear is dropped and counted, nothing goes
# from outside to outside, and with a reload the row goes and comes. The wire to the printers carries 1000 bytes, which the router
# before it tells, and nobody is believed who tells that of the tunnel's packets. A row that names a port has what comes in pieces, too.
# cases: outside inside host
. "${0%/*}/../lib/lab.sh" || exit

way=$1 printer=10.9.0.10 file=$LAB_OUT/gwb/culvert.json
lab_up a=masq b=1to1
net_space printer 0
near=natb # the router before the narrow wire
if [ "$way" = inside ]; then
    near=near
    net_space near 1
    net_wire gwb printers near eth0
    net_address gwb printers 10.7.0.1/24
    net_address near eth0 10.7.0.2/24
    net_default near 10.7.0.1
    CULVERT_PORTS[b]='{"outside": {"device": "wan", "role": "outside", "addresses": ["'${NET_WAN[b]}'/24"], "gateway": "'${NET_HOP[b]}'"},
             "inside": {"device": "lan", "role": "inside", "addresses": ["'${NET_LAN[b]}'.1/24"]},
             "printers": {"device": "printers", "role": "inside", "addresses": ["10.7.0.1/24"]}},
  "routes": [{"to": "10.9.0.0/24", "via": "10.7.0.2", "port": "printers"}]'
else
    # What the printers may try to reach by the gateway: a network that no row names, and one that is outside.
    for net in 10.3.0 192.0.2; do net_ip natb route add "$net.0/24" via "${NET_WAN[b]}"; done
fi
net_ip natb route add "${NET_LAN[b]}.0/24" via "${NET_WAN[b]}"
net_space farm 1
net_wire "$near" printers farm narrow
net_ip "$near" link set printers mtu 1000
net_ip farm link set narrow mtu 1000
net_address "$near" printers 10.6.0.1/24
net_address farm narrow 10.6.0.2/24
net_ip "$near" route add 10.9.0.0/24 via 10.6.0.2
net_default farm 10.6.0.1
net_wire farm wide printer eth0
net_address farm wide 10.9.0.1/24
net_address printer eth0 "$printer/24"
net_address printer eth0 10.8.0.10/32
net_default printer 10.9.0.1
space=hostb ours=${NET_LAN[b]}.10 lan=${NET_LAN[b]}.0/24
if [ "$way" = host ]; then space=gwb ours=${NET_WAN[b]} lan=${NET_WAN[b]}/32; fi

row() { printf '"bypass": [{"local": "%s", "remote": "10.9.0.0/24%s"}],' "$1" "${2:-}"; }
CULVERT_EXTRA[b]=$(row "$lan")
gw_pair a.lan=0.0.0.0/0 "a.peer_lan=$lan" "b.lan=$lan" b.peer_lan=0.0.0.0/0
bypassed() { culvert_json b 'd["bypassed"]' show bypass; }
of_row() { culvert_json b 'd["bypass"][0]["pkts"]' show bypass; }
sealed() { culvert_json b 'd["data_path"]["esp_out_pkts"]' show counters; }
# The outside wire of the gateway: watch_start; then clear FILTER counts what it carried, watch_end ends it.
watch_start() {
    lab_spawn natb "$LAB_OUT/wire.log" tcpdump -n -U --immediate-mode -s 256 -i in1 -w "$LAB_OUT/wire.pcap" ip
    WIRE_PID=$LAB_PID
    lab_wait 5 lab_has "$LAB_OUT/wire.log" 'listening on' || lab_fail "tcpdump did not start"
}
watch_end() {
    sleep 0.5
    lab_end "$WIRE_PID"
}
clear() { tcpdump -n -r "$LAB_OUT/wire.pcap" "$1" 2>/dev/null | wc -l; }
# One that is not to be answered: in_vain SPACE DROP ARGUMENTS of ping...
in_vain() {
    local from=$1 drop=$2 before
    shift 2
    before=$(culvert_drops b "$drop")
    lab_in "$from" ping -c 3 -i 0.1 -W 0.2 -q -p "$CHECK_PATTERN" "$@" >/dev/null && lab_fail "ping $* from $from was answered"
    check_equal "dropped as $drop: ping $* from $from" $((before + 3)) "$(culvert_drops b "$drop")"
}
# reload LINE...: tells these beforehand, and does it
reload() {
    local line
    culvert_ctl b reload --plan >"$LAB_OUT/plan.log" 2>&1 || lab_fail "reload --plan: $(cat "$LAB_OUT/plan.log")"
    for line in "$@"; do
        grep -qxF "$line" "$LAB_OUT/plan.log" || lab_fail "reload --plan does not tell \"$line\": $(cat "$LAB_OUT/plan.log")"
    done
    culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
}

gw_start b
gw_start a
# Before there is an SA: the bypass asks for none, and nothing else goes.
lab_wait 5 lab_in "$space" ping -c 1 -W 0.3 -q "$printer" || lab_fail "no ping from $space reaches the printer without an SA"
in_vain "$space" no_sa "${NET_LAN[a]}.10"
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
lab_wait 5 lab_in "$space" ping -c 1 -W 0.3 -q "${NET_LAN[a]}.10" || lab_fail "no ping through the tunnel: $(culvert_dropped b)"

check_capture_start
watch_start
before=$(bypassed)
check_pings "$space" "$printer" 20
check_pings printer "$ours" 20
check_equal "packets that went by" $((before + 80)) "$(bypassed)"
check_equal "packets of the only row" "$(bypassed)" "$(of_row)"
check_pings "$space" "${NET_LAN[a]}.10" 20
check_pings hosta "$ours" 20
watch_end
if [ "$way" = inside ]; then by=0; else by=80; fi
check_equal "clear packets of the printer's on the wire" "$by" "$(clear "icmp and host $printer and host $ours")"
check_equal "other clear packets on the wire" 0 "$(clear "icmp and not host $printer")"
[ "$(clear 'udp port 4500')" -ge 80 ] || lab_fail "the tunnel's packets are not on the wire"

# Each side hears of the narrow wire by the router that is before it, and TCP fits itself into it.
hears() {
    lab_in "$1" ip route flush cache
    lab_in "$1" ping -M "do" -c 1 -W 1 -s 1300 "$2" >"$LAB_OUT/large.log" 2>&1
    grep -q 'mtu = 1000' "$LAB_OUT/large.log" || lab_fail "$1 does not hear that 1000 bytes are the most: $(tail -n 3 "$LAB_OUT/large.log"); dropped: $(culvert_dropped b)"
    lab_in "$1" ip route flush cache
}
# Of 1 MB, the last part of which is still under way when iperf3 ends, full segments arrive: fits ARGUMENTS of iperf3...
fits() {
    local bytes
    bytes=$(check_flow "$space" printer "$printer" -n 1M "$@") || exit
    [ "${bytes% *}" -ge 50000 ] || lab_fail "of 1 MB ($*) only ${bytes% *} bytes arrived; dropped: $(culvert_dropped b)"
}
hears "$space" "$printer"
hears printer "$ours"
fits
hears "$space" "$printer"
hears printer "$ours"
fits -R
# Errors of natb's to ours about packets to ADDRESS: tells ADDRESS COUNT
tells() {
    lab_in natb "$LAB_PYTHON" -IS - "$ours" "$@" <<'PYTHON' || lab_fail "no error was sent"
import socket, struct, sys
ours, about = (socket.inet_aton(text) for text in sys.argv[1:3])
error = struct.pack(">BBHHH", 3, 4, 0, 0, 700) + struct.pack(">BBHHHBBH4s4s", 0x45, 0, 1328, 1, 0x4000, 63, 17, 0, ours, about)
error += struct.pack(">HHHH", 1000, 2000, 1308, 0)
total = sum(struct.unpack(f">{len(error) // 2}H", error))
total = (total & 0xffff) + (total >> 16)
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as s:
    for _ in range(int(sys.argv[3])):
        s.sendto(error[:2] + struct.pack(">H", ~((total & 0xffff) + (total >> 16)) & 0xffff) + error[4:], (sys.argv[1], 0))
PYTHON
}
before=$(culvert_drops b clear_text)
refused() { [ "$(culvert_drops b clear_text)" -ge $((before + 3)) ]; }
tells "${NET_LAN[a]}.10" 3
lab_wait 3 refused || lab_fail "an error about the tunnel's packets is not refused: $(culvert_dropped b)"

# Nobody else is let in, and the printers reach nothing else.
watch_start
if [ "$way" = outside ]; then
    in_vain printer clear_text -I 10.8.0.10 "$ours"
    in_vain printer no_policy 10.3.0.10
    in_vain printer no_policy 192.0.2.9
fi
if [ "$way" = host ]; then in_vain printer clear_text -I 10.8.0.10 "$ours"; fi
if [ "$way" = inside ]; then
    in_vain printer no_policy 192.0.2.9
    # Somebody outside in the name of the printers.
    net_address natb lo "$printer/32"
    in_vain natb clear_text -I "$printer" "$ours"
fi
watch_end
check_equal "clear packets of ours on the wire" 0 "$(clear "icmp and src host $ours")"

# Without the row all goes into the tunnel, and what comes in clear is refused.
sed -i '/"bypass"/d' "$file"
reload "bypass of $lan and 10.9.0.0/24: removed" "1 connections unchanged"
watch_start
before=$(bypassed) into=$(sealed)
lab_in "$space" ping -c 5 -i 0.1 -W 0.2 -q -p "$CHECK_PATTERN" "$printer" >/dev/null && lab_fail "the printer is reached still"
[ "$(sealed)" -ge $((into + 5)) ] || lab_fail "pings to the printer do not go into the tunnel: $(culvert_dropped b)"
in_vain printer clear_text "$ours"
watch_end
check_equal "clear packets to the printer without the row" 0 "$(clear "icmp and src host $ours")"
check_equal "packets that went by without the row" "$before" "$(bypassed)"
check_equal "rows" 0 "$(culvert_json b 'len(d["bypass"])' show bypass)"

# For whatever is on our side: it is as before, and outside speaks to outside as little.
sed -i "1a $(row 0.0.0.0/0)" "$file"
reload "bypass of 0.0.0.0/0 and 10.9.0.0/24: added" "1 connections unchanged"
check_pings "$space" "$printer" 20
check_pings "$space" "${NET_LAN[a]}.10" 20
if [ "$way" = outside ]; then in_vain printer clear_text 192.0.2.9; fi

# For one port alone: what is large is cut by either host and by the routers.
sed -i -e '/"bypass"/d' -e "1a $(row "$lan" '[udp/5060]')" "$file"
reload "bypass of 0.0.0.0/0 and 10.9.0.0/24: removed" "bypass of $lan and 10.9.0.0/24[17/5060]: added" "1 connections unchanged"
check_equal "packets of the new row" 0 "$(of_row)"
lab_spawn printer "$LAB_OUT/echo.log" "$LAB_PYTHON" "$LAB_LIB/datagrams.py" echo 4
ask() { lab_in "$space" "$LAB_PYTHON" "$LAB_LIB/datagrams.py" ask 4 "$printer" "$@"; }
lab_wait 5 ask 100 || lab_fail "nothing comes back from port 5060: $(culvert_dropped b)"
before=$(culvert_drops b fragment_ports) into=$(sealed)
ask 900 1300 3000 30000 >"$LAB_OUT/ask.log" 2>&1 || lab_fail "$(tail -n 1 "$LAB_OUT/ask.log"); dropped: $(culvert_dropped b)"
check_equal "pieces that were nobody's" "$before" "$(culvert_drops b fragment_ports)"
check_equal "packets that went into the tunnel meanwhile" "$into" "$(sealed)"

# What a router tells of the tunnel's own packets is heard of, too, where whatever is ours belongs into the tunnel.
lowered() { [ "$(culvert_json b 'd["node"]["pmtu_lowered"]' show counters)" -ge 1 ]; }
net_ip natb link set outside mtu 1300
lab_in "$space" ping -M "do" -c 2 -i 0.2 -W 0.5 -q -s 1350 "${NET_LAN[a]}.10" >"$LAB_OUT/narrow.log" 2>&1
lab_wait 3 lowered || lab_fail "an error about the tunnel's own packets is not heeded: $(culvert_json b 'd["node"]' show counters)"
check_capture_end --least-esp 60
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: $way: the printers' packets in clear, $by of them on the outside wire, all others in ESP"
