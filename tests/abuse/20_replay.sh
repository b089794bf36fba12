#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Somebody on the internet sends what belongs to a live tunnel from another place: recorded ESP again, forged ESP with the
# right SPI, keepalives. Nothing moves the endpoint, nothing gets in, the tunnel does not notice.
. "${0%/*}/../lib/lab.sh" || exit

CHECK_SNAP=2000
lab_up a=masq b=1to1
gw_pair
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_ping a "${NET_LAN[b]}.10" 200 0.005
check_capture_end
before=$(culvert_endpoint b) replay=$(culvert_drops b replay) bad_icv=$(culvert_drops b bad_icv)
check_ping_start a "${NET_LAN[b]}.10" 400 0.01
counts=$(lab_in inet "$LAB_PYTHON" "$(dirname "$0")/esp_replay.py" "$CHECK_PCAP" "$NET_PUBLIC_b" --times 10) ||
    lab_fail "the sender did not finish"
check_ping_lost
read -r replayed forged <<<"$counts"
check_equal "pings lost" 0 "$CHECK_LOST"
check_equal "endpoint" "$before" "$(culvert_endpoint b)"
check_equal "replayed packets dropped as such" "$replayed" $(($(culvert_drops b replay) - replay))
check_equal "forged packets dropped as such" "$forged" $(($(culvert_drops b bad_icv) - bad_icv))
check_ping b "${NET_LAN[a]}.10" 20 0.02
figure "ESP replayed and forged with the right SPI, from elsewhere" "$replayed and $forged packets" \
    "all dropped by name, the endpoint stays, $CHECK_LOST of $CHECK_SENT pings lost"
echo "shows: $replayed replayed and $forged forged packets from another address, the endpoint stays, no ping lost"
