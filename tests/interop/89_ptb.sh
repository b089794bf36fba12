#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A router that quotes the least in "fragmentation needed": the IP header and 8 bytes, of ESP in UDP the ports alone. It is
# believed down to the floor when addresses and ports are those of a tunnel; what is not believed is counted by name. forged:
# where the path can be probed, a probe finds at once that the path carries more, and the lie is over.
# cases: believed forged
. "${0%/*}/../lib/lab.sh" || exit

# With IP, UDP, ESP header, IV, ICV and pad length of AES-GCM: what fits an outer MTU.
inner_of() { echo $((($1 - 28 - 8 - 8 - 16) / 4 * 4 - 2)); }
inner_mtu() { culvert_json b 'd["sas"][0]["children"][0]["inner_mtu"]' show sas; }
count() { culvert_json b "d['node']['$1']" show counters; }
# Errors about a packet of the pings: errors MTU QUOTED [COUNT [PORTS_OFF]]
errors() { lab_in inet "$LAB_PYTHON" "$LAB_LIB/ptb_send.py" tob "$NET_PUBLIC_b" "$@" 2>"$LAB_OUT/ptb.log" || lab_fail "no error was sent: $(tail -n 2 "$LAB_OUT/ptb.log")"; }
is_low() { [ "$(inner_mtu)" = "$(inner_of "$1")" ]; }
counted() { [ "$(count "$1")" -ge "$2" ]; }

lab_up a=masq b=none
[ "$1" = forged ] || CULVERT_EXTRA[b]='"tunnel": {"probe_path_mtu": false},'
gw_pair
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
lab_spawn hostb "$LAB_OUT/large.log" ping -M dont -i 0.05 -s 400 -q "${NET_LAN[a]}.10"
pings=$LAB_PID

if [ "$1" = forged ]; then
    full=$(inner_mtu)
    errors 1300 8
    lab_wait 3 counted pmtu_lowered 1 || lab_fail "an error that quotes 8 bytes was not heeded: $(culvert_json b 'd["node"]' show counters)"
    back() { [ "$(inner_mtu)" -ge $((full - 8)) ]; } # to what the port has, or the next size that links have
    lab_wait 5 back || lab_fail "the probe does not undo a forged error: inner MTU is $(inner_mtu), not $full"
    grep -q "was=1300 found_by=probe" "$LAB_OUT/gwb/culvertd.log" || lab_fail "no word of the probe"
    lab_end "$pings"
    check_capture_end --least-esp 10 --outer "$NET_ROUTER_b"
    echo "shows: lowered to 1300 by a forged error, and back by a probe"
    exit 0
fi
errors 1300 8
lab_wait 3 is_low 1300 || lab_fail "an error that quotes 8 bytes was not heeded: inner MTU is $(inner_mtu), not $(inner_of 1300)"
errors 1200 8 1 1
lab_wait 3 counted pmtu_unknown 1 || lab_fail "an error about another port is not counted: $(culvert_json b 'd["node"]' show counters)"
check_equal "inner MTU after an error about another port" "$(inner_of 1300)" "$(inner_mtu)"
errors 1200 16
lab_wait 3 is_low 1200 || lab_fail "an error that quotes the SPI was not heeded: inner MTU is $(inner_mtu), not $(inner_of 1200)"
errors 1100 16 1 1
lab_wait 3 counted pmtu_unknown 2 || lab_fail "an error with our SPI and another port is not counted: $(culvert_json b 'd["node"]' show counters)"
check_equal "inner MTU after an error with our SPI and another port" "$(inner_of 1200)" "$(inner_mtu)"
errors 68 8
lab_wait 3 is_low 576 || lab_fail "a small MTU does not end at the floor: inner MTU is $(inner_mtu), not $(inner_of 576)"
errors 600 8 100
lab_wait 3 counted pmtu_limited 50 || lab_fail "a flood of errors meets no limit: $(culvert_json b 'd["node"]' show counters)"
check_equal "inner MTU at the end" "$(inner_of 576)" "$(inner_mtu)"
lab_end "$pings"
# The tunnel goes on, in packets of the least size.
CHECK_IPERF_LIMIT=20M check_iperf b a "${NET_LAN[a]}.10"
lab_in hostb ping -M dont -c 5 -i 0.1 -W 1 -s 1000 -q "${NET_LAN[a]}.10" >"$LAB_OUT/dont.log" || lab_fail "large pings without DF: $(tail -n 2 "$LAB_OUT/dont.log")"
check_capture_end --least-esp 40 --outer "$NET_ROUTER_b"
echo "shows: believed with 8 bytes at 1300, never below 576; $(count pmtu_unknown) not believed, $(count pmtu_limited) over the limit; $CHECK_RATES Mbit/s at the floor"
