#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What keeps culvertd from starting is told in words that lead to the cure, and the daemon ends with an error and leaves
# nothing: interface that does not exist, misspelled driver, too few hugepages, second daemon on one socket, a bad core.
# cases: absent-interface wrong-driver hugepages second-daemon absent-core
. "$(dirname "$0")/../lib/lab.sh"

lab_up a=masq b=none
gw_pair
dir=$(culvert_dir b)

# culvertd must refuse to start within five seconds and say all of these: refused TEXT...
refused() {
    local status text
    mkdir -p "$dir"
    culvert_write b "$dir" >"$dir/culvert.json"
    net_release b
    timeout 10 ip netns exec "$LAB-gwb" "$CULVERTD" --config "$dir/culvert.json" >"$dir/refused.log" 2>&1
    status=$?
    [ "$status" != 0 ] || lab_fail "culvertd ended with 0"
    [ "$status" != 124 ] || lab_fail "culvertd started: $(tail -n 2 "$dir/refused.log")"
    [ "$status" -lt 126 ] || lab_fail "culvertd crashed: $status"
    for text in "$@"; do
        grep -qF -- "$text" "$dir/refused.log" || lab_fail "not a word of \"$text\": $(tail -n 1 "$dir/refused.log")"
    done
}

case $1 in
absent-interface)
    CULVERT_DEVICE_OUTSIDE=net_af_packet0,iface=wun
    refused ports.outside.device wun "ip link"
    ;;
wrong-driver)
    CULVERT_DEVICE_INSIDE=net_af_paket1,iface=lan
    refused ports.inside.device net_af_paket1 "driver"
    ;;
hugepages)
    CULVERT_HUGEPAGES=require
    free=$(awk '/HugePages_Free/ { f = $2 } /Hugepagesize/ { s = $2 } END { print f * s / 1024 }' /proc/meminfo)
    CULVERT_MEMORY=$((free + 1024))
    refused eal.hugepages "$CULVERT_MEMORY" vm.nr_hugepages
    ;;
absent-core)
    CULVERT_EXTRA[b]='"workers": {"cores": [1022]},'
    refused workers.cores 1022 affinity
    ;;
second-daemon)
    gw_start b
    refused culvertd.sock "another"
    culvert_ctl b status >/dev/null || lab_fail "the first daemon lost its socket"
    ;;
esac
echo "shows: $(tail -n 1 "$dir/refused.log" | cut -c1-160)"
