#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Post-quantum preshared keys (RFC 8784) with strongSwan in both roles: used where both have it, done without where the called
# side has none, and a tunnel that is refused, with words, where a side requires what the other has not, or the bytes differ.
# cases: in out
. "${0%/*}/../lib/lab.sh" || exit
. "$LAB_LIB/pki.sh"

key=0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
if [ "$1" = out ]; then
    caller=b called=a
    lab_up a=fwd b=masq
else
    caller=a called=b
    lab_up a=masq b=1to1
fi
# One connection for each situation, with names of its own; their networks are the same, so one is up at a time.
add() { # NAME keys of the caller -- keys of the called side
    local name=$1 at=$caller arg a=() b=()
    shift
    for arg in "$@"; do
        if [ "$arg" = -- ]; then at=$called; continue; fi
        if [ $at = a ]; then a+=("$arg"); else b+=("$arg"); fi
    done
    conn a "$name" "id=@$name-a" "peer_id=@$name-b" "peer=$([ $caller = a ] && echo "$NET_PUBLIC_b" || echo any)" "${a[@]+"${a[@]}"}"
    conn b "$name" "id=@$name-b" "peer_id=@$name-a" "peer=$([ $caller = b ] && echo "$NET_PUBLIC_a" || echo any)" "${b[@]+"${b[@]}"}"
}
add both ppk_id=gate "ppk=$key" ppk_required=true -- ppk_id=gate "ppk=$key" ppk_required=true
add optional ppk_id=gate2 "ppk=$key" -- ppk_id=gate2 "ppk=$key"
add without ppk_id=gate3 "ppk=$key" --
# the same without, where both prove themselves by signatures: they are made with the key and without it
pki_open "$LAB_PKI"
for name in a b; do pki_key $name p256 && openssl pkey -in "$LAB_PKI/$name.key" -pubout -out "$LAB_PKI/$name.pub"; done
add signed ppk_id=gate6 "ppk=$key" --
for value in a/signed/key=a a/signed/peer_key=b b/signed/key=b b/signed/peer_key=a; do GW_VALUE[${value%=*}]=${value#*=}; done
for value in auth peer_auth; do GW_VALUE[a/signed/$value]=pubkey GW_VALUE[b/signed/$value]=pubkey; done
add required ppk_id=gate4 "ppk=$key" -- ppk_id=other "ppk=$key" ppk_required=true
add wrong ppk_id=gate5 "ppk=${key%f}e" ppk_required=true -- ppk_id=gate5 "ppk=$key" ppk_required=true
gw_start b
gw_start a
up() { # NAME IN-THE-KEYS
    gw_initiate $caller "$1" || lab_fail "$1: no tunnel: $(tail -n 3 "$LAB_OUT/gw$caller/initiate.log")"
    check_reach a "${NET_LAN[b]}.10" 5
    check_equal "PPK of $1" "[$2]" "$(culvert_json b '[s["ppk"] for s in d["sas"]]' show sas)"
}
down() {
    gw_terminate $caller "$1"
    lab_wait 5 test "$(gw_children b)" = 0
    sleep 0.3
}
up optional True && down optional
up without False && down without
up signed False && down signed
up both True
gw_rekey $caller both ike || lab_fail "IKE rekey"
gw_rekey $called both child || lab_fail "child rekey"
sleep 0.5
check_ping a "${NET_LAN[b]}.10" 10 0.02
down both
for name in required wrong; do
    if [ $caller = a ]; then
        gw_initiate a $name && lab_fail "$name: there is a tunnel"
    else
        culvert_ctl b initiate $name >/dev/null
        sleep 1
    fi
    check_equal "children of $name" 0 "$(gw_children b)"
done
if [ "$1" = in ]; then
    culvert_json b '[f["kind"] for f in d["failures"]]' show failures >"$LAB_OUT/kinds"
    grep -q "'ppk'" "$LAB_OUT/kinds" || lab_fail "nothing tells of the PPK: $(cat "$LAB_OUT/kinds")"
fi
echo "shows: a PPK is in the keys where both sides have it, is done without where that is allowed, and refused in words where not"
