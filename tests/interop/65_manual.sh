#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Keys made by hand, in a laboratory only: without "lab" they are refused. Three pairs of SAs with ESN, both ways in UDP, against a peer
# that has the key file, the SPIs and the nonce from the gateway and nothing else. A wrong key is dropped by its name. A reload that
# changes nothing keeps them, another one replaces them, and so does initiate after terminate: each time with another nonce, so that
# what was sealed before and after is never under one key. While they are gone nothing passes in clear. plain: as IP protocol 50, with
# 256 bits, and without window and ESN, so that what was sent once is taken again.
# cases: udp plain
. "${0%/*}/../lib/lab.sh" || exit

lab_need_cryptography
lab_up a=none b=none
dir=$LAB_OUT/gwb
mkdir -p "$dir"
manual_more="" key_more="" peer_more=() capture_more=() bench_more=()
if [ "$1" = plain ]; then
    manual_more=', "encryption": "aes256gcm16", "encapsulation": "none", "esn": false, "replay_window": 0'
    peer_more=(--plain --no-esn) bench_more=(--esp --no-esn) capture_more=(--allow-plain-esp)
    key_more=101112131415161718191a1b1c1d1e1f
fi
(umask 077 && echo "0x000102030405060708090a0b0c0d0e0f${key_more}a0a1a2a3" >"$dir/bench.key" && echo "0x100102030405060708090a0b0c0d0e0f${key_more}a0a1a2a3" >"$dir/wrong.key")
GW_CONNS[b]=""
# manual COUNT SPI: what the configuration says
manual() {
    printf '"manual": {"bench": {"key_file": "bench.key", "peer_address": "%s", "local": "%s.0/24", "remote": "10.8.0.1", "count": %s, "spi_out": %s%s}},' \
        "$NET_PUBLIC_a" "${NET_LAN[b]}" "$1" "$2" "$manual_more"
}
shown() { culvert_json b "d['manual'][0]$1" show manual; }
# What comes back through the SAs: peer FIRST-SEQUENCE-NUMBER KEY NONCE SPI-OUT [ARGUMENTS of manual_peer.py]
peer() {
    culvert_ctl b show spis bench >"$dir/spis" || lab_fail "no SPIs"
    lab_in gwa "$LAB_PYTHON" "${0%/*}/manual_peer.py" "$NET_PUBLIC_b" "${NET_LAN[b]}.10" --key-file "$dir/$2.key" --nonce "$3" --spis "$dir/spis" \
        --spi-out "$4" --remote 10.8.0.1 --seq "$1" --pattern "$CHECK_PATTERN" "${peer_more[@]}" "${@:5}" 2>&1
}
both_ways() { check_equal "pings of the peer" "sent $1 right $1" "$(peer "${@:2}")"; }

CULVERT_EXTRA[b]=$(manual 3 4096)
culvert_write b "$dir" >"$dir/culvert.json"
"$CULVERTD" --check=config --config "$dir/culvert.json" >"$LAB_OUT/refused.log" 2>&1 && lab_fail "it is taken without \"lab\""
grep -q 'error: .*manual: .*write "lab": true' "$LAB_OUT/refused.log" || lab_fail "not refused by name: $(cat "$LAB_OUT/refused.log")"

CULVERT_EXTRA[b]='"lab": true, '$(manual 3 4096)
check_capture_start
gw_start b
grep -q 'warning: .*must not carry real traffic' "$dir/check.log" || lab_fail "--check does not warn: $(cat "$dir/check.log")"
grep -q 'event=manual_begun connection=bench sas=3 .*not for real traffic' "$dir/culvertd.log" || lab_fail "the log does not warn"
culvert_ctl b status | grep -q '^ *LABORATORY: 3 pairs' || lab_fail "status does not warn: $(culvert_ctl b status)"
first=$(shown '["nonce"]')
# Neighbours are asked for by the first packets.
for ((number = 1; number <= 5; number++)); do
    [ "$(peer $number bench "$first" 4096 --count 1)" != "sent 3 right 3" ] || break
done
[ "$number" -le 5 ] || lab_fail "nothing comes back; dropped: $(culvert_dropped b)"
both_ways 60 101 bench "$first" 4096
came=$((number + 20))
check_equal "packets of each SA" "[$came, $came, $came]" "$(culvert_json b '[s["in"]["pkts"] for s in d["sas"]]' show spis)"

wrong=$(peer 1000 wrong "$first" 4096)
check_equal "pings with the wrong key" "sent 60 right 0" "$wrong"
check_equal "drops as bad_icv" 60 "$(culvert_drops b bad_icv)"

spis=$(cat "$dir/spis")
culvert_ctl b reload >"$LAB_OUT/reload.log" || lab_fail "no reload: $(cat "$LAB_OUT/reload.log")"
both_ways 60 121 bench "$first" 4096
check_equal "SPIs after a reload without a change" "$spis" "$(cat "$dir/spis")"

CULVERT_EXTRA[b]='"lab": true, '$(manual 2 8192)
culvert_write b "$dir" >"$dir/culvert.json"
culvert_ctl b reload >"$LAB_OUT/reload.log" || lab_fail "no reload: $(cat "$LAB_OUT/reload.log")"
second=$(shown '["nonce"]')
[ "$first" != "$second" ] || lab_fail "the same nonce again"
check_equal "pings by the nonce of before" "sent 40 right 0" "$(peer 1 bench "$first" 8192)"
both_ways 40 21 bench "$second" 8192

culvert_ctl b terminate bench >"$LAB_OUT/terminate.log" || lab_fail "not ended: $(cat "$LAB_OUT/terminate.log")"
before=$(culvert_drops b no_sa)
lab_in hostb ping -q -c 5 -i 0.05 -W 0.3 10.8.0.1 >"$LAB_OUT/gone.log" 2>&1 && lab_fail "something answers: $(cat "$LAB_OUT/gone.log")"
check_equal "drops as no_sa" 5 $(($(culvert_drops b no_sa) - before))
check_equal "SPIs" "" "$(culvert_ctl b show spis)"
check_capture_end --least-esp 100 "${capture_more[@]}"

culvert_ctl b initiate bench >"$LAB_OUT/initiate.log" || lab_fail "not begun: $(cat "$LAB_OUT/initiate.log")"
third=$(shown '["nonce"]')
case $third in "$first" | "$second") lab_fail "the same nonce again" ;; esac
both_ways 40 1 bench "$third" 8192
if [ "$1" = plain ]; then
    both_ways 40 1 bench "$third" 8192
    check_equal "drops as replay" 0 "$(culvert_drops b replay)"
else
    check_equal "pings sent again" "sent 40 right 0" "$(peer 1 bench "$third" 8192)"
    check_equal "drops as replay" 40 "$(culvert_drops b replay)"
fi
# A capture for a generator: what culvert-bench seals is opened.
opened() { culvert_json b 'sum(s["in"]["pkts"] for s in d["sas"])' show spis; }
before=$(opened) bad=$(culvert_drops b bad_icv)
"$LAB_BIN/culvert-bench/culvert-bench" capture --key-file "$dir/bench.key" --spis "$dir/spis" --out "$LAB_OUT/esp.pcap" --packets 100 --first-seq 101 \
    --remote 10.8.0.1 --host "${NET_LAN[b]}.10" --sizes imix "${bench_more[@]}" >"$LAB_OUT/capture.log" 2>&1 || lab_fail "no capture: $(cat "$LAB_OUT/capture.log")"
check_equal "packets of the capture" "sent 100" "$(peer 1 bench "$third" 8192 --send "$LAB_OUT/esp.pcap")"
check_equal "of these opened" 100 $(($(opened) - before))
check_equal "and refused" "$bad" "$(culvert_drops b bad_icv)"
gw_check_ends || lab_fail "culvertd did not end well"
echo "shows: 3 pairs of SAs both ways, 3 beginnings with 3 nonces, a wrong key dropped as bad_icv; $(head -n 1 <<<"$CHECK_CAPTURE")"
