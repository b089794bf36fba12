#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One tunnel on two workers (RFC 9611): two Culverts agree on a child SA for each worker that has packets, so that several flows
# are sealed and opened by both workers of both sides, none of them handed over before it is sealed, and no (SPI, IV) comes twice.
# cases: two-culverts
. "$(dirname "$0")/../lib/lab.sh"

[ "$(nproc)" -ge 2 ] || { echo "skipped: two workers want two cores" && exit 0; }
lab_up a=masq b=1to1
GW_ENGINE[a]=culvert
gw_pair 'child_more=, "worker_sas": 2'
for gw in a b; do CULVERT_EXTRA[$gw]='"workers": {"cores": [0, 1], "control_core": 0, "poll": "adaptive"},'; done
CULVERT_DEVICE_OUTSIDE=net_af_packet0,iface=wan,qpairs=2 CULVERT_DEVICE_INSIDE=net_af_packet1,iface=lan,qpairs=2
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5

# Flows to several ports: the kernel spreads them over both queues of a port.
lab_spawn hostb "$LAB_OUT/iperf-server.log" iperf3 -s -p 5201 --forceflush
lab_wait 3 grep -q listening "$LAB_OUT/iperf-server.log" || lab_fail "iperf3 does not listen"
for way in "" -R; do
    # shellcheck disable=SC2086
    lab_in hosta timeout 15 iperf3 -c "${NET_LAN[b]}.10" -p 5201 -P 8 -b 2M -t 2 -J $way >"$LAB_OUT/iperf$way.json" 2>&1 ||
        lab_fail "iperf3 $way: $(tail -n 3 "$LAB_OUT/iperf$way.json" | tr '\n' ' ')"
done
# of each worker: opened, sealed
counts() { culvert_json "$1" '" ".join("%d/%d" % (w["esp_in_pkts"], w["esp_out_pkts"]) for w in d["workers"])' show workers; }
each() { culvert_json "$1" "min(w['esp_${2}_pkts'] for w in d['workers'])" show workers; }
for gw in a b; do
    [ "$(gw_children "$gw")" -ge 2 ] || lab_fail "no second child SA: $(culvert_ctl "$gw" show sas)"
    for way in in out; do
        [ "$(each "$gw" "$way")" -gt 100 ] || lab_fail "one worker of gw$gw has all packets $way: $(culvert_ctl "$gw" show workers)"
    done
    check_equal "failures of gw$gw" "[]" "$(culvert_json "$gw" '[f["kind"] for f in d["failures"]]' show failures)"
    for reason in replay owner_full bad_icv no_sa; do check_equal "drops as $reason" 0 "$(culvert_drops "$gw" "$reason")"; done
done
check_capture_end --least-esp 2000
echo "shows: $(gw_children a) child SAs; packets that each worker opened/sealed: $(counts a) and $(counts b); $(head -n 1 <<<"$CHECK_CAPTURE")"
