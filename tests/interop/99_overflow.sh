#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Culvert stands still while a neighbour goes on to send: what its receive queue could not hold is counted as missed, to
# the last frame.
# cases: af_packet af_xdp
. "${0%/*}/../lib/lab.sh" || exit

SENT=20000
CULVERT_DEVICE_OUTSIDE=net_${1}0,iface=wan CULVERT_DEVICE_INSIDE=net_${1}1,iface=lan
lab_up a=masq b=1to1
gw_pair
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5

# counted COUNTER: of the inside port
counted() { culvert_json b "next(p['$1'] for p in d['ports'] if p['name'] == 'inside')" show ports; }
came=$(counted rx_pkts)
check_equal "frames that were missed before" 0 "$(counted missed)"
kill -STOP "${GW_PID[b]}"
lab_in hostb "$LAB_PYTHON" -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[1])):
    s.sendto(bytes(20), (sys.argv[2], 9))' "$SENT" "${NET_LAN[a]}.10"
kill -CONT "${GW_PID[b]}"
all_counted() { [ $(($(counted rx_pkts) - came + $(counted missed))) -ge "$SENT" ]; }
lab_wait 5 all_counted || lab_fail "$SENT frames came, $(($(counted rx_pkts) - came)) were received and $(counted missed) missed"
missed=$(counted missed)
[ "$missed" -ge 10000 ] || lab_fail "only $missed frames were missed"
# IPv6 is off here, so that at most a question for an address comes beside them
extra=$(($(counted rx_pkts) - came + missed - SENT))
[ "$extra" -le 4 ] || lab_fail "$extra more frames than were sent"
check_reach b "${NET_LAN[a]}.10" 5
echo "shows: $SENT frames, $((SENT - missed)) received, $missed missed"
