#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One tunnel on two workers (RFC 9611). Two Culverts agree on a child SA for each worker that has packets, so that several flows
# are sealed and opened by both workers of both sides, none of them handed over before it is sealed, and no (SPI, IV) comes twice.
# strongSwan 5.9 does not know it: whoever calls, there is one child SA, and all works, rekeying too.
# cases: two-culverts swan-calls swan-called
. "${0%/*}/../lib/lab.sh" || exit

[ "$(nproc)" -ge 2 ] || { echo "skipped: two workers want two cores" && exit 0; }
[ "$1" = swan-called ] || lab_up a=masq b=1to1
SAS='child_more=, "worker_sas": 2'
case $1 in
two-culverts) GW_ENGINE[a]=culvert && gw_pair "$SAS" ;;
swan-calls) gw_pair "$SAS" ;;
swan-called) lab_up a=none b=masq && gw_pair "$SAS" a.peer=any "b.peer=$NET_PUBLIC_a" ;;
esac
for gw in a b; do CULVERT_EXTRA[$gw]='"workers": {"cores": [0, 1], "control_core": 0, "poll": "adaptive"},'; done
CULVERT_DEVICE_OUTSIDE=net_af_packet0,iface=wan,qpairs=2 CULVERT_DEVICE_INSIDE=net_af_packet1,iface=lan,qpairs=2
check_capture_start
gw_start b
gw_start a
if [ "$1" = swan-called ]; then
    gw_initiate b foo || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwb/initiate.log")"
else
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
fi
check_reach a "${NET_LAN[b]}.10" 5

# Flows to several ports: the kernel spreads them over both queues of a port.
lab_spawn hostb "$LAB_OUT/iperf-server.log" iperf3 -s -p 5201 --forceflush
lab_wait 3 lab_has "$LAB_OUT/iperf-server.log" listening || lab_fail "iperf3 does not listen"
for way in "" -R; do
    # shellcheck disable=SC2086
    lab_in hosta timeout 15 iperf3 -c "${NET_LAN[b]}.10" -p 5201 -P 8 -b 2M -t 2 -J $way >"$LAB_OUT/iperf$way.json" 2>&1 ||
        lab_fail "iperf3 $way: $(tail -n 3 "$LAB_OUT/iperf$way.json" | tr '\n' ' ')"
done
# of each worker: opened, sealed
counts() { culvert_json "$1" '" ".join("%d/%d" % (w["esp_in_pkts"], w["esp_out_pkts"]) for w in d["workers"])' show workers; }
each() { culvert_json "$1" "min(w['esp_${2}_pkts'] for w in d['workers'])" show workers; }
shared() { culvert_json "$1" 'sorted((c.get("shared", 0), c["owner_out"]) for s in d["sas"] for c in s["children"] if not c["replaced"])' show sas; }
sound() {
    check_equal "failures of gw$1" "[]" "$(culvert_json "$1" '[f["kind"] for f in d["failures"]]' show failures)"
    for reason in replay owner_full bad_icv no_sa; do check_equal "drops as $reason" 0 "$(culvert_drops "$1" "$reason")"; done
}
if [ "$1" != two-culverts ]; then
    for by in "a net" "b foo"; do
        before=$(culvert_spis b)
        changed() { [ "$(culvert_spis b)" != "$before" ] && [ "$(gw_children b)" = 1 ]; }
        # shellcheck disable=SC2086
        gw_rekey $by child || lab_fail "no rekeying by $by"
        lab_wait 10 changed || lab_fail "the child SA was not rekeyed by $by: $(culvert_ctl b show sas)"
        check_ping a "${NET_LAN[b]}.10" 10 0.02
    done
    sound b
    check_equal "SAs of the child" 1 "$(gw_children b)"
    case $(shared b) in "[(0, "*) ;; *) lab_fail "the child shares: $(culvert_ctl b show sas --json)" ;; esac
    check_capture_end --least-esp 2000
    echo "shows: one child SA with strongSwan, $(counts b) packets opened/sealed; $(head -n 1 <<<"$CHECK_CAPTURE")"
    exit 0
fi
for gw in a b; do
    [ "$(gw_children "$gw")" -ge 2 ] || lab_fail "no second child SA: $(culvert_ctl "$gw" show sas)"
    case $(shared "$gw") in *", 0)"*", 1)"*) ;; *) lab_fail "a worker has none: $(culvert_ctl "$gw" show sas)" ;; esac
    for way in in out; do
        [ "$(each "$gw" "$way")" -gt 100 ] || lab_fail "one worker of gw$gw has all packets $way: $(culvert_ctl "$gw" show workers)"
    done
    sound "$gw"
done
# Each is replaced by one of the same worker, under traffic, and they end together.
workers=$(shared a)
check_ping_start a "${NET_LAN[b]}.10" 300 0.01
gw_rekey a net child || lab_fail "no rekeying: $(cat "$LAB_OUT/gwa/rekey.log")"
check_ping_lost
check_equal "pings lost while both are rekeyed" 0 "$CHECK_LOST"
check_equal "their workers" "$workers" "$(shared a)"
gw_terminate b foo
gone() { [ "$(gw_children a)" = 0 ] && [ "$(gw_children b)" = 0 ]; }
lab_wait 5 gone || lab_fail "child SAs are left: $(culvert_ctl a show sas)"
check_capture_end --least-esp 2000
echo "shows: an SA for each worker, rekeyed alone, ended together; opened/sealed: $(counts a) and $(counts b); $(head -n 1 <<<"$CHECK_CAPTURE")"
