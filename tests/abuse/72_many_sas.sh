#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One identity with the right key that comes up a hundred times and keeps every IKE SA: four stay, the others are closed, and what
# the gateway asks grows with their number, not with its square.
. "${0%/*}/../lib/lab.sh" || exit

lab_need_cryptography
lab_up a=none b=none
gw_pair
gw_start b
counts=$(lab_in inet "$LAB_PYTHON" "$(dirname "$0")/many_sas.py" "$NET_PUBLIC_b" foo "$LAB_PSK" "${NET_LAN[a]}.0/24" --count 100) ||
    lab_fail "the caller did not finish: $counts"
read -r came_up asked <<<"$counts"
check_equal "times that the identity came up" 100 "$came_up"
few() { [ "$(culvert_ikes b)" -le 4 ]; }
lab_wait 5 few || lab_fail "$(culvert_ikes b) IKE SAs of one identity: $(culvert_ctl b status)"
left=$(culvert_ikes b)
# Of each: one question whether it is alive, one goodbye.
[ "$asked" -le 300 ] || lab_fail "$asked questions about $came_up IKE SAs"
figure "one identity that comes up again and again and keeps each IKE SA" "$came_up IKE SAs" "$left stay, $asked questions of the gateway in all"
echo "shows: $came_up came up, $left are left, $asked questions"
