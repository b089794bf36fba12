#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One host that calls from 400 ports, gives cookies back and never goes on, now and then with a costly group. It would fill the
# table of half-open SAs within seconds; its own oldest make room instead: peers of other addresses come up, one behind the same
# address comes up, a live tunnel is rekeyed and loses nothing, and one record names the host.
. "${0%/*}/../lib/lab.sh" || exit

lab_need_cryptography
here=$(dirname "$0")
ike=aes128gcm16-prfsha256-x25519,aes128gcm16-prfsha256-modp4096
lab_up a=masq b=1to1
gw_pair "b.ike=$ike"
conn b other id=@gw peer_id=@other "peer_lan=10.3.0.0/24" "ike=$ike"
conn b inmate id=@gw peer_id=@inmate "peer_lan=10.4.0.0/24" "ike=$ike"
CULVERT_EXTRA[b]='"limits": {"half_open": 1000, "cookie_threshold": 20},'
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
hog=${NET_ROUTER_b%.*}.66 other=192.0.2.10
net_address inet tob "$hog/24"
net_address inet lo "$other/32"
stat() { culvert_json b "d['ike']['$1']" show counters; }

lab_spawn inet "$LAB_OUT/flood" "$LAB_PYTHON" "$here/half_open_flood.py" "$NET_PUBLIC_b" "$hog"
flood=$LAB_PID
full() { [ "$(stat half_open_evicted)" -gt 0 ]; }
lab_wait 8 full || lab_fail "the table was never full: $(culvert_ctl b status)"
check_ping_start a "${NET_LAN[b]}.10" 400 0.01
lab_spawn inet "$LAB_OUT/honest" "$LAB_PYTHON" "$here/honest_calls.py" "$NET_PUBLIC_b" "$other" other "$LAB_PSK" 10.3.0.0/24 --seconds 6
honest=$LAB_PID
lab_spawn inet "$LAB_OUT/inmate" "$LAB_PYTHON" "$here/honest_calls.py" "$NET_PUBLIC_b" "$hog" inmate "$LAB_PSK" 10.4.0.0/24 --seconds 6 --pause 0.2
inmate=$LAB_PID
before=$(date +%s%N)
gw_rekey b foo ike || lab_fail "a rekey beside the flood: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
rekeyed() { [ "$(culvert_total b foo rekeyed_ike)" -ge 1 ]; }
lab_wait 8 rekeyed || lab_fail "the live tunnel is not rekeyed beside the flood"
rekey_ms=$((($(date +%s%N) - before) / 1000000))
check_ping_lost
for pid in "$honest" "$inmate" "$flood"; do
    while lab_alive "$pid"; do sleep 0.1; done
    lab_end "$pid"
done
read -r calls cookies answers <"$LAB_OUT/flood"
read -r honest_calls honest_up median longest <"$LAB_OUT/honest"
read -r inmate_calls inmate_up _ <"$LAB_OUT/inmate"
[ "$cookies" -gt 1000 ] || lab_fail "only $cookies cookies were given back: $(cat "$LAB_OUT/flood")"
[ "$honest_calls" -ge 5 ] || lab_fail "only $honest_calls honest calls: $(cat "$LAB_OUT/honest")"
check_equal "honest calls that came up" "$honest_calls" "$honest_up"
[ "$inmate_up" -ge 1 ] || lab_fail "nobody behind the flood's own address comes up: $(cat "$LAB_OUT/inmate")"
check_equal "pings lost" 0 "$CHECK_LOST"
[[ $(culvert_failure b greedy what) == "$hog has "* ]] || lab_fail "no record names the flood: $(culvert_ctl b show failures)"
records=$(culvert_json b 'sum(f["kind"] in ("greedy", "unfinished", "limit") for f in d["failures"])' show failures)
[ "$records" -le 30 ] || lab_fail "$records records of one flood"
figure "one address, 400 ports, cookies given back, no IKE_AUTH; one in 64 with MODP-4096" "$calls calls, 400/s, table of 1000" \
    "$honest_up of $honest_calls honest calls come up (median $median ms, longest $longest ms), $inmate_up of $inmate_calls from the same address; a live tunnel rekeys in $rekey_ms ms, $CHECK_LOST of $CHECK_SENT pings lost"
echo "shows: $calls calls, $cookies cookies, $answers answers; $honest_up of $honest_calls honest calls up, rekey in $rekey_ms ms"
