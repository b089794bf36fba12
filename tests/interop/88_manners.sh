#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Manners at a port: frames with a priority tag (VLAN id 0) are taken as untagged and answered untagged, ARP,
# IPv4 and IPv6; other tags, multicast and broadcast are refused by their names. Who asks one of Culvert's addresses for
# what nobody takes is told so, in clear and through the tunnel, so that a traceroute ends.
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1 v6=yes
# Without a host the gateway answers by itself.
CULVERT_OUTSIDE='"host": "none",' CULVERT_INSIDE='"host": "none",'
gw_pair
# Nobody takes it: the machine's own programs have no part in these addresses.
CULVERT_OUTSIDE='"host": "none",' CULVERT_INSIDE='"host": "none",'
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
mac=$(lab_in gwb cat /sys/class/net/lan/address)
# Sends frames from host b and prints what came back: frames KIND
frames() { lab_in hostb "$LAB_PYTHON" "$LAB_LIB/manners.py" eth0 "$mac" "${NET_LAN[b]}" "${NET_LAN6[b]}" "${NET_LAN[a]}.10" "$1" 2>"$LAB_OUT/frames.log" ||
    lab_fail "frames of kind $1 cannot be sent: $(tail -n 3 "$LAB_OUT/frames.log")"; }
for kind in untagged priority; do
    told=$(frames "$kind")
    check_equal "answers to $kind frames" "arp=1 tunnel=1 own6=1 nd=1 tagged=0" "$told"
done

# refused KIND REASON: three frames of a kind are dropped by this name
refused() {
    local before told
    before=$(culvert_drops b "$2")
    told=$(frames "$1")
    check_equal "answers to $1 frames" "arp=0 tunnel=0 own6=0 nd=0 tagged=0" "$told"
    counted() { [ $(($(culvert_drops b "$2") - before)) -ge 3 ]; }
    lab_wait 3 counted "$1" "$2" || lab_fail "$1 frames are not counted as $2: $(culvert_dropped b)"
}
refused other vlan
refused double vlan
refused dhcp multicast
refused ospf multicast
refused mld multicast
# told NAMESPACE ADDRESS udp|tcp ERROR: what the kernel makes of the ICMP error
told() {
    local error
    error=$(lab_in "$1" "$LAB_PYTHON" -c 'import errno, socket, sys
kind = socket.SOCK_DGRAM if sys.argv[2] == "udp" else socket.SOCK_STREAM
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, kind)
s.settimeout(1)
try:
    s.connect((sys.argv[1], 33434))
    s.send(b"probe")
    s.recv(1)
except socket.timeout:
    print("nothing")
except OSError as e:
    print(errno.errorcode[e.errno])' "$2" "$3")
    check_equal "what $1 is told of $3 at $2" "$4" "$error"
}
for address in "${NET_LAN[b]}.1" "${NET_LAN6[b]}:1"; do
    told hostb "$address" udp ECONNREFUSED
done
told hostb "${NET_LAN[b]}.1" tcp ENOPROTOOPT
told hostb "${NET_LAN6[b]}:1" tcp EPROTO
told inet "$NET_PUBLIC_b" udp ECONNREFUSED
told hosta "${NET_LAN[b]}.1" udp ECONNREFUSED
told hosta "${NET_LAN[b]}.1" tcp ENOPROTOOPT
# A scan is answered within a rate, and the tunnel does not feel it.
lab_in inet "$LAB_PYTHON" -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(10000, 12000):
    s.sendto(b"scan", (sys.argv[1], port))' "$NET_PUBLIC_b"
limited() { [ "$(culvert_json b 'd["data_path"]["icmp_limited"]' show counters)" -gt 0 ]; }
lab_wait 3 limited || lab_fail "a scan meets no limit"
check_ping a "${NET_LAN[b]}.10" 10 0.02
echo "shows: priority tags are taken; $(culvert_drops b vlan) frames of other VLANs, $(culvert_drops b multicast) of multicast and broadcast refused by name; $(culvert_json b 'd["data_path"]["icmp_errors"]' show counters) errors sent"
