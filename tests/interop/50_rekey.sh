#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Three child rekeys and three IKE rekeys within 24 s of pings at 250 per second, through both NATs; no ping is lost, and the
# connection's totals grow over all of them.
# cases: by-peer by-culvert
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
gw_pair
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
spis_before=$(culvert_spis b)
# Each is at least what it was before, and the pings of one way by then.
totals_grow() {
    culvert_json b '"\n".join(f"{name} {now}" for name, now in d["connections"][0]["totals"].items())' show connections foo >"$LAB_OUT/totals"
    local name now
    while read -r name now; do
        [ "$now" -ge "${totals[$name]:-0}" ] || lab_fail "total $name went back from ${totals[$name]} to $now"
        totals[$name]=$now
    done <"$LAB_OUT/totals"
    for name in in_pkts out_pkts; do
        [ "${totals[$name]}" -ge "$1" ] || lab_fail "total $name is ${totals[$name]} after $1 pings"
    done
}
declare -A totals=()
check_ping_start a "${NET_LAN[b]}.10" 30000 0.004
pings=0
for kind in child ike child ike child ike; do
    sleep 2
    if [ "$1" = by-peer ]; then
        gw_rekey a net "$kind" || lab_fail "strongSwan's $kind rekey: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
    else
        gw_rekey b foo "$kind" || lab_fail "Culvert's $kind rekey: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
    fi
    pings=$((pings + 400))
    totals_grow "$pings"
done
check_ping_end
[ "$CHECK_SENT" -ge 3000 ] || lab_fail "only $CHECK_SENT pings were sent meanwhile"
check_equal "pings lost" 0 "$CHECK_LOST"
totals_grow "$CHECK_SENT"
check_equal "child rekeys in the connection's totals" 3 "${totals[rekeyed_child]}"
check_equal "IKE rekeys in the connection's totals" 3 "${totals[rekeyed_ike]}"
check_equal "children at strongSwan" 1 "$(gw_children a)"
check_equal "children at Culvert" 1 "$(gw_children b)"
[ "$spis_before" != "$(culvert_spis b)" ] || lab_fail "the SPI is the same after three rekeys"
ikes=$(grep -c 'IKE_SA net\[[0-9]*\] rekeyed' "$LAB_OUT/gwa/charon.log")
check_equal "IKE rekeys in strongSwan's log" 3 "$ikes"
check_capture_end --least-esp "$CHECK_SENT"
check_equal "ESP SPIs towards Culvert in the capture" 4 "$("$LAB_PYTHON" "$LAB_LIB/pcap_check.py" --spis-to "$NET_PUBLIC_b" "$CHECK_PCAP")"
echo "shows: 6000 pings, none lost, no pause over $CHECK_GAP ms; $(head -n 1 <<<"$CHECK_CAPTURE")"
