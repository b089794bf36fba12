#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers under TCP in eight streams both ways, while the children are rekeyed: the kernel spreads flows over both of a
# port's queues, so packets land on workers that do not own their SA, are handed over, and SAs move to where their
# packets land. No ping is lost, no reply duplicated, no (SPI, IV) used twice, nothing dropped as a replay.
. "${0%/*}/../lib/lab.sh" || exit

[ "$(nproc)" -ge 2 ] || { echo "skipped: two workers want two cores" && exit 0; }
lab_up a=masq b=1to1
gw_pair
CULVERT_EXTRA[b]='"workers": {"cores": [0, 1], "control_core": 0, "poll": "adaptive"},'
CULVERT_DEVICE_OUTSIDE=net_af_packet0,iface=wan,qpairs=2 CULVERT_DEVICE_INSIDE=net_af_packet1,iface=lan,qpairs=2
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
counter() { culvert_json b "d['data_path']['$1']" show counters; }

# Paced, with small windows: the peer takes ESP through a socket's buffer, which bursts would overflow.
lab_spawn hostb "$LAB_OUT/iperf-up-server.log" iperf3 -s -p 5201 --forceflush
lab_spawn hostb "$LAB_OUT/iperf-down-server.log" iperf3 -s -p 5202 --forceflush
for way in up down; do
    lab_wait 3 lab_has "$LAB_OUT/iperf-$way-server.log" listening || lab_fail "iperf3 does not listen"
done
lab_spawn hosta "$LAB_OUT/iperf-up.json" iperf3 -c "${NET_LAN[b]}.10" -p 5201 -P 4 --fq-rate 4M -w 16K -t 26 -J
up=$LAB_PID
lab_spawn hosta "$LAB_OUT/iperf-down.json" iperf3 -c "${NET_LAN[b]}.10" -p 5202 -P 4 --fq-rate 4M -w 16K -t 26 -J -R
down=$LAB_PID
check_ping_start a "${NET_LAN[b]}.10" 2400 0.01
for by in peer culvert peer; do
    sleep 6
    if [ "$by" = peer ]; then
        gw_rekey a net child || lab_fail "strongSwan's rekey: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
    else
        gw_rekey b foo child || lab_fail "Culvert's rekey: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
    fi
done
check_ping_lost
for pid in "$up" "$down"; do
    while lab_alive "$pid"; do sleep 0.1; done
    lab_end "$pid"
    [ "$LAB_STATUS" = 0 ] || lab_fail "iperf3: $(tail -n 3 "$LAB_OUT/iperf-up.json" "$LAB_OUT/iperf-down.json")"
done
check_equal "pings sent" 2400 "$CHECK_SENT"
check_equal "pings lost" 0 "$CHECK_LOST"
for reason in replay owner_full tx_full bad_icv seq_end; do
    check_equal "drops as $reason" 0 "$(culvert_drops b "$reason")"
done
handed=$(counter handed_over) moved=$(counter rehomed)
[ "$handed" -gt 0 ] || lab_fail "no packet was handed over: the queues do not spread"
[ "$moved" -gt 0 ] || lab_fail "no SA moved, though $handed packets were handed over: $(culvert_ctl b show sas --json)"
busy=$(culvert_json b 'sum(w["rx_pkts"] > 1000 for w in d["workers"])' show workers)
check_equal "workers that received" 2 "$busy"
check_capture_end --least-esp 10000
figure "packets on workers that do not own their SA, while it is rekeyed" "$handed of TCP in 8 streams" \
    "$CHECK_LOST of $CHECK_SENT pings lost, no (SPI, IV) twice, no drop as a replay"
echo "shows: 2400 pings, none lost; $handed packets handed over, $moved SAs moved; $(head -n 1 <<<"$CHECK_CAPTURE")"
