#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two strongSwan hosts with the same inner address behind one NAT, in tunnel mode (RFC 3948 5.1). Culvert knows the second one by an address
# of a pool: pings, TCP and errors of ICMP go each to its own, none to the other.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=random b=1to1 clients=2 lans=same
real=${NET_LAN[a]}.1 here=10.77.0.1 server=${NET_LAN[b]}.10
gw_pool b others addresses=10.77.0.0/24
for gw in a a2; do
    conn $gw net "id=@$gw" peer_id=@gw "peer=$NET_PUBLIC_b" "lan=$real/32"
    conn b $gw id=@gw "peer_id=@$gw" "peer_lan=$real/32" 'child_more=, "remap": "others"'
done
check_capture_start
gw_start b
for gw in a a2; do
    gw_start $gw
    gw_initiate $gw net || lab_fail "no tunnel of $gw: $(tail -n 2 "$LAB_OUT/gw$gw/initiate.log"); $(culvert_ctl b show failures)"
    lab_spawn gw$gw "$LAB_OUT/host$gw.log" tcpdump -n -l -i any icmp
    lab_wait 5 lab_has "$LAB_OUT/host$gw.log" 'listening on' || lab_fail "tcpdump did not start"
done
check_equal "the second host is here" "$here" "$(culvert_json b '" ".join(p["remapped"]["here"] for p in d["peers"] if "remapped" in p)' show nat)"
# Who gets what: 150 pings for the first, 50 for the second, and errors of ICMP.
requests() { grep -c "> $real: ICMP echo request" "$LAB_OUT/host$1.log" || true; }
check_reach b "$real" 5
check_reach b "$here" 5
sleep 0.3
first=$(requests a) second=$(requests a2)
check_pings hostb "$real" 150
check_pings hostb "$here" 50
enough() { [ "$(requests a)" -ge $((first + 150)) ] && [ "$(requests a2)" -ge $((second + 50)) ]; }
lab_wait 3 enough || lab_fail "pings that came: $(requests a), $(requests a2)"
check_equal "pings that came to each" "150 50" "$(($(requests a) - first)) $(($(requests a2) - second))"
read -r up _ <<<"$(check_flow gwa2 hostb "$server" -n 1M -B "$real")"
read -r down _ <<<"$(check_flow hostb gwa2 "$here" -n 1M)"
[ "${up:-0}" -ge 100000 ] && [ "${down:-0}" -ge 100000 ] || lab_fail "TCP: $up and $down bytes"
# A port that nobody listens at: the error must find the socket that sent, on both sides.
refused() { # SPACE ADDRESS FROM
    lab_in "$1" "$LAB_PYTHON" -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(2)
s.bind((sys.argv[2], 0))
s.connect((sys.argv[1], 9))
s.send(b"anybody")
try:
    s.recv(1)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit(1)' "$2" "$3" || lab_fail "no error of ICMP comes to $1 about $2; dropped: $(culvert_dropped b)"
}
refused hostb "$here" "$server"
refused hostb "$real" "$server"
refused gwa2 "$server" "$real"
gw_rekey b a2 child
check_pings hostb "$here" 20
culvert_ctl b show nat >"$LAB_OUT/nat.txt"
grep -q "another peer has its address $real, too: here it is $here" "$LAB_OUT/nat.txt" || lab_fail "show nat: $(cat "$LAB_OUT/nat.txt")"
check_capture_end --least-esp 200
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: 2 hosts $real behind one NAT, TCP of $up and $down bytes, 200 pings, misdelivered 0"
