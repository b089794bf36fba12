#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Three child rekeys and three IKE rekeys within 60 s of pings at 100 per second, through both NATs; no ping is lost.
# cases: by-peer by-culvert
. "$(dirname "$0")/../lib/lab.sh"

lab_up a=masq b=1to1
gw_pair
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
spis_before=$(culvert_spis b)
check_ping_start a "${NET_LAN[b]}.10" 6000 0.01
for kind in child ike child ike child ike; do
    sleep 8
    if [ "$1" = by-peer ]; then
        gw_rekey a net "$kind" || lab_fail "strongSwan's $kind rekey: $(tail -n 2 "$LAB_OUT/gwa/rekey.log")"
    else
        gw_rekey b foo "$kind" || lab_fail "Culvert's $kind rekey: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
    fi
done
check_ping_lost
check_equal "pings sent" 6000 "$CHECK_SENT"
check_equal "pings lost" 0 "$CHECK_LOST"
check_equal "children at strongSwan" 1 "$(gw_children a)"
check_equal "children at Culvert" 1 "$(gw_children b)"
[ "$spis_before" != "$(culvert_spis b)" ] || lab_fail "the SPI is the same after three rekeys"
ikes=$(grep -c 'IKE_SA net\[[0-9]*\] rekeyed' "$LAB_OUT/gwa/charon.log")
check_equal "IKE rekeys in strongSwan's log" 3 "$ikes"
check_capture_end --least-esp 6000
check_equal "ESP SPIs towards Culvert in the capture" 4 "$("$LAB_PYTHON" "$LAB_LIB/pcap_check.py" --spis-to "$(gw_public b)" "$CHECK_PCAP")"
echo "shows: 6000 pings, none lost, no pause over $CHECK_GAP ms; $(head -n 1 <<<"$CHECK_CAPTURE")"
