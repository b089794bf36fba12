#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Strangers that complete IKE_SA_INIT and claim distinguished names that nobody has, against a configuration of 2,000 connections
# with such names: each is refused and costs the control core little, and the nearest connection is told.
. "${0%/*}/../lib/lab.sh" || exit

lab_need_cryptography
connections=2000
lab_up a=none b=none
gw_pair
dir=$LAB_OUT/gwb
mkdir -p "$dir"
culvert_write b "$dir" >"$dir/small.json"
"$LAB_PYTHON" "$(dirname "$0")/strangers.py" --config "$connections" <"$dir/small.json" >"$dir/culvert.json" || lab_fail "no configuration"
lab_spawn gwb "$dir/culvertd.log" "$CULVERTD" --config "$dir/culvert.json"
GW_PID[b]=$LAB_PID
lab_wait 60 culvert_ctl b status || lab_fail "culvertd does not start: $(tail -n 5 "$dir/culvertd.log")"
counts=$(lab_in inet "$LAB_PYTHON" "$(dirname "$0")/strangers.py" --target "$NET_PUBLIC_b" --pid "${GW_PID[b]}") ||
    lab_fail "the strangers did not finish: $counts"
read -r strangers refused each <<<"$counts"
check_equal "strangers that were refused" "$strangers" "$refused"
nearest() { culvert_json b "' '.join(f.get('nearest', '') for f in d['failures'] if f['kind'] == 'unknown_id')" show failures; }
lab_wait 5 eval 'nearest | grep -q branch-00007' || lab_fail "the nearest connection is not told: $(culvert_ctl b show failures --json)"
figure "identities (DN) that nobody has, $connections connections with a DN" "$strangers handshakes" "all refused, $each us of the control core each, the nearest connection is told"
echo "shows: $strangers strangers refused, $each us of the control core each"
