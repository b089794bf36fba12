#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What keeps culvertd from starting is told in words that lead to the cure, and the daemon ends with an error and leaves
# nothing: interface that does not exist, a right that is missing, misspelled driver, too few hugepages, second daemon, a bad
# core, an argument that DPDK does not know. What a check can see it says with the same words, and ends with 1.
# cases: absent-interface absent-vdev-interface no-right wrong-driver hugepages second-daemon absent-core eal-args
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=none
gw_pair
dir=$LAB_OUT/gwb

# culvertd must refuse to start within five seconds and say all of these: refused TEXT...
refused() {
    local status text
    mkdir -p "$dir"
    culvert_write b "$dir" >"$dir/culvert.json"
    # shellcheck disable=SC2086
    timeout 10 ip netns exec "$LAB-gwb" ${as:-} "$CULVERTD" --config "$dir/culvert.json" >"$dir/refused.log" 2>&1
    status=$?
    [ "$status" != 0 ] || lab_fail "culvertd ended with 0"
    [ "$status" != 124 ] || lab_fail "culvertd started: $(tail -n 2 "$dir/refused.log")"
    [ "$status" -lt 126 ] || lab_fail "culvertd crashed: $status"
    for text in "$@"; do
        grep -qF -- "$text" "$dir/refused.log" || lab_fail "not a word of \"$text\": $(tail -n 1 "$dir/refused.log")"
    done
    [ "$(wc -l <"$dir/refused.log")" -le 2 ] || lab_fail "more than a sentence: $(head -n 3 "$dir/refused.log")"
    lab_in gwb ip address show dev wan | grep -qF "${NET_WAN[b]}/24" || lab_fail "wan has lost its address"
}

# The check says so, too: checked TEXT...
checked() {
    local text
    # shellcheck disable=SC2086
    lab_in gwb ${as:-} "$CULVERTD" --check --config "$dir/culvert.json" >"$dir/check.log" 2>&1 && lab_fail "the check found nothing"
    for text in "$@"; do
        grep "^error: " "$dir/check.log" | grep -qF -- "$text" || lab_fail "the check has no word of \"$text\": $(cat "$dir/check.log")"
    done
}

case $1 in
absent-interface)
    CULVERT_DEVICE_OUTSIDE=wun
    refused ports.outside.device wun "there are: lan, wan"
    checked ports.outside.device "there are: lan, wan"
    ;;
absent-vdev-interface)
    CULVERT_DEVICE_OUTSIDE=net_af_packet0,iface=wun
    refused ports.outside.device wun "there are: lan, wan"
    ;;
no-right)
    as="setpriv --bounding-set=-net_admin"
    refused ports.outside.device wan CAP_NET_ADMIN
    checked ports.outside CAP_NET_ADMIN
    ;;
wrong-driver)
    CULVERT_DEVICE_INSIDE=net_af_paket1,iface=lan
    refused ports.inside.device net_af_paket1 "driver"
    checked ports.inside.device net_af_paket1
    ;;
hugepages)
    CULVERT_HUGEPAGES=require
    read -r free total <<<"$(awk '/HugePages_Free/ { f = $2 } /HugePages_Total/ { t = $2 } /Hugepagesize/ { s = $2 } END { print f * s / 1024, t }' /proc/meminfo)"
    CULVERT_MEMORY=$((free + 1025))
    refused eal.hugepages "$CULVERT_MEMORY" "vm.nr_hugepages=$((total + 513))"
    checked eal.hugepages "vm.nr_hugepages=$((total + 513))"
    ;;
absent-core)
    CULVERT_EXTRA[b]='"workers": {"cores": [1022]},'
    refused workers.cores 1022 affinity
    checked workers.cores 1022
    ;;
eal-args)
    CULVERT_EAL_ARGS='"--lcors=0@0"'
    refused eal.args '"--lcors=0@0"' "unrecognized option"
    ;;
second-daemon)
    gw_start b
    lab_in gwb ip address add "${NET_WAN[b]}/24" dev wan # so that it is as it was, for the check of that
    refused wan "in the hands of process ${GW_PID[b]}"
    culvert_ctl b status >/dev/null || lab_fail "the first daemon lost its socket"
    ;;
esac
echo "shows: $(tail -n 1 "$dir/refused.log" | cut -c1-160)"
