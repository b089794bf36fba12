#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The peer's NAT forgets its mappings under traffic and makes new ones, twice in a moment and then twice again. Culvert follows
# with the peer's next ESP packet: no IKE message is exchanged, and the new port is what `culvertctl show sas` tells.
. "${0%/*}/../lib/lab.sh" || exit

SWAN_KEEPALIVE=600s
lab_up a=masq b=1to1
gw_pair
CULVERT_EXTRA[b]='"tunnel": {"probe_path_mtu": false},' # which would ask what the new way carries, by IKE
check_capture_start
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
sleep 0.5
messages=$(grep -c -E 'generating|parsed' "$LAB_OUT/gwa/charon.log")
check_ping_start a "${NET_LAN[b]}.10" 400 0.01
sleep 0.5
for low in 20000 30000 40000 50000; do
    net_rebind a "$low-$((low + 9))"
    if [ "$low" = 30000 ]; then sleep 1; else sleep 0.3; fi
done
check_ping_lost
endpoint=$(culvert_endpoint b)
[[ $endpoint == "$NET_PUBLIC_a":5000? ]] || lab_fail "Culvert sends to $endpoint, the NAT now uses 50000-50009"
# what was under way when the mapping went is lost, nothing else
[ "$CHECK_LOST" -le 20 ] || lab_fail "$CHECK_LOST of $CHECK_SENT pings lost in four rebindings"
check_ping b "${NET_LAN[a]}.10" 50 0.02
check_equal "IKE messages since the tunnel is up" 0 "$(($(grep -c -E 'generating|parsed' "$LAB_OUT/gwa/charon.log") - messages))"
check_equal "children at Culvert" 1 "$(gw_children b)"
check_capture_end --least-esp 350
echo "shows: $CHECK_LOST of $CHECK_SENT pings lost in four rebindings, none for $CHECK_GAP ms at most; $(head -n 1 <<<"$CHECK_CAPTURE")"
