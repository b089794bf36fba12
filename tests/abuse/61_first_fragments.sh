#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# First pieces that nobody finishes, 30,000 a second, beside a live tunnel whose packets come in pieces: from invented addresses, and
# under the peer's own, whose share they then are. Of the peer's packets 99 of 100 arrive.
# cases: anywhere peer
. "${0%/*}/../lib/lab.sh" || exit

GW_ENGINE[a]=culvert
NET_HOST_MTU=1500
lab_up a=none b=none
gw_pair frag=after
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
lab_spawn inet "$LAB_OUT/flood" "$LAB_PYTHON" "$(dirname "$0")/fragment_flood.py" --first "$1" --rate 30000 --seconds 7 "$NET_PUBLIC_b" "$NET_PUBLIC_a"
flood=$LAB_PID
sleep 0.5
lab_in hosta ping -n -M dont -c 300 -i 0.02 -W 2 -s 3000 -q "${NET_LAN[b]}.10" >"$LAB_OUT/ping"
lab_wait 20 test -s "$LAB_OUT/flood" || lab_fail "the flood did not end"
lab_end "$flood"
sent=$(cat "$LAB_OUT/flood")
received=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$LAB_OUT/ping")
[ "$received" -ge 297 ] || lab_fail "of 300 pings $received came back, under $((sent / 7)) pieces a second: $(culvert_dropped b)"
figure "first IP fragments alone, from $([ "$1" = peer ] && echo "the address of the peer" || echo anywhere)" "$((sent / 7))/s" "$received of 300 pings in fragments came back"
echo "shows: $((sent / 7)) pieces a second, $received of 300 pings in fragments came back"
