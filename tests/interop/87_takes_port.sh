#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The ten lines of the README on an instance as it is: the kernel has the address, offloads are on, and rp_filter is whatever
# it is. Nothing that arrives reaches the host but through Culvert, once; the kernel answers no ESP and no IKE, and what the
# host sends to the peer's network never leaves in clear. A daemon that is killed leaves an interface that `culvertd
# --release`, or the next one, makes what it was.
# cases: rp_filter-0 rp_filter-1 rp_filter-2 killed-af_packet killed-af_xdp killed-and-started
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
net_one_nic b
own=${NET_WAN[b]} neighbour=${NET_LAN[b]}.20 far=${NET_LAN[a]}.10
case $1 in
killed-af_*) CULVERT_DRIVER=${1#killed-} ;;
esac
CULVERT_PORTS[b]='{"eth0": {"device": "wan", "driver": "'${CULVERT_DRIVER:-auto}'", "addresses": ["'$own'/24"], "gateway": "'${NET_HOP[b]}'"}}'
gw_pair

# All of the interface that must be as it was.
shape() {
    lab_in gwb sh -c 'ip -d address show dev wan; ip route show table all; ip -6 route show table all; ethtool -k wan; cat /sys/class/net/wan/mtu'
}
same() { diff "$LAB_OUT/before" <(shape) >"$LAB_OUT/diff" || lab_fail "$1 is not what it was: $(head -n 6 "$LAB_OUT/diff")"; }

killed() {
    shape >"$LAB_OUT/before"
    gw_start b
    grep -q "event=port_up .* driver=.*${CULVERT_DRIVER:-af_xdp}" "$LAB_OUT/gwb/culvertd.log" || lab_fail "another driver: $(grep port_up "$LAB_OUT/gwb/culvertd.log")"
    gw_start a
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    check_reach a "$neighbour" 5
    diff -q "$LAB_OUT/before" <(shape) >/dev/null && lab_fail "nothing was taken"
    gw_kill b
}

case $1 in
killed-af_*)
    killed
    lab_in gwb "$CULVERTD" --release >"$LAB_OUT/release.log" 2>&1 || lab_fail "release: $(cat "$LAB_OUT/release.log")"
    same "what was released"
    check_equal "what a second release finds" "nothing was left behind" "$(lab_in gwb "$CULVERTD" --release)"
    echo "shows: $(head -n 1 "$LAB_OUT/release.log" | cut -c1-150)"
    exit 0
    ;;
killed-and-started)
    killed
    gw_start b
    grep -q "event=interface_repaired" "$LAB_OUT/gwb/culvertd.log" || lab_fail "the next daemon says nothing of what it repaired"
    lab_in hostb ping -c 3 -i 0.1 -W 2 -q "$own" | grep -q ' 3 received' || lab_fail "the next daemon does not answer"
    gw_stop b
    check_equal "exit status of culvertd" 0 "$LAB_STATUS"
    same "what the next daemon gave back"
    echo "shows: $(grep -o 'event=interface_repaired.*' "$LAB_OUT/gwb/culvertd.log" | head -n 1 | cut -c1-150)"
    exit 0
    ;;
esac

lab_in gwb sh -c "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo ${1#rp_filter-} >\$f; done"
# What the instance sends and gets: in natb, the provider.
CHECK_PCAP=$LAB_OUT/provider.pcap
lab_spawn natb "$LAB_OUT/tcpdump.log" tcpdump -n -U -i in1 -w "$CHECK_PCAP" ip
tcpdump=$LAB_PID
lab_wait 5 lab_has "$LAB_OUT/tcpdump.log" 'listening on' || lab_fail "tcpdump did not start"
seen() { tcpdump -n -r "$CHECK_PCAP" "$@" 2>/dev/null | wc -l; }

gw_start b
gw_start a
lab_spawn gwb "$LAB_OUT/program.log" "$LAB_PYTHON" -u -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7777))
print("listens")
while True:
    print(*s.recvfrom(2048))'
lab_wait 5 grep -q listens "$LAB_OUT/program.log" || lab_fail "the program on the host does not listen"
# No tunnel yet: the instance itself must not send to the peer's network.
lab_in gwb ping -c 3 -i 0.2 -W 0.3 -q "$far" >/dev/null && lab_fail "a ping got through without a tunnel"
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "$neighbour" 5
check_ping b "$far" 20 0.02
lab_in gwb ping -c 5 -i 0.1 -W 2 -q "$far" | grep -q ' 5 received' || lab_fail "the instance's own pings do not pass the tunnel"

# From the peer's network, in clear, to a program of the host; and from the neighbour, which may.
lab_in hostb "$LAB_PYTHON" -c 'import socket, struct, sys
source, own = map(socket.inet_aton, sys.argv[1:3])
udp = struct.pack("!HHHH", 9, 7777, 8 + 7, 0) + b"spoofed"
ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + source + own
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for _ in range(10):
    s.sendto(ip + udp, (sys.argv[2], 0))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"honest", (sys.argv[2], 7777))' "$far" "$own"
lab_wait 3 grep -q honest "$LAB_OUT/program.log" || lab_fail "the program gets nothing at all: $(culvert_dropped b)"
check_equal "what the program got" 1 "$(grep -c honest "$LAB_OUT/program.log")"
grep -q spoofed "$LAB_OUT/program.log" && lab_fail "a spoofed packet in clear reached the host"
[ "$(culvert_drops b clear_text)" -ge 10 ] || lab_fail "the spoofed packets are not counted: $(culvert_dropped b)"

# Each ping has one answer, from inside the provider's network and from the internet.
for from in "hostb $own" "gwa $NET_PUBLIC_b"; do
    lab_in "${from% *}" ping -c 10 -i 0.05 -W 2 "${from#* }" >"$LAB_OUT/pings.log" 2>&1
    grep -q ' 10 received,' "$LAB_OUT/pings.log" || lab_fail "pings of $from: $(tail -n 2 "$LAB_OUT/pings.log")"
    grep -q DUP "$LAB_OUT/pings.log" && lab_fail "$from gets two answers to a ping"
done
sleep 1.1
lab_end "$tcpdump"
[ "$(seen "src host $own and udp port 4500")" -ge 20 ] || lab_fail "the capture has no ESP of ours"
check_equal "unreachables of the kernel for IKE and ESP" 0 "$(seen "src host $own and icmp[0] = 3")"
check_equal "packets of the instance to the peer's network in clear" 0 "$(seen "src host $own and dst net ${NET_LAN[a]}.0/24")"
echo "shows: 10 spoofed packets counted as clear_text, none delivered; one answer to each ping; nothing in clear"
