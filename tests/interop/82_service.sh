#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What the service manager hears over the daemon's life, and what its ExecReload gets: ready when the control socket answers, a
# status, signs of life, the reason when a reload is refused (the tunnel goes on), and the end. Completion asks the daemon for names.
. "${0%/*}/../lib/lab.sh" || exit

file=$LAB_OUT/gwb/culvert.json
manager=$LAB_OUT/notify
heard=$LAB_OUT/heard.log
lab_up a=masq b=1to1
gw_pair
# The manager: each datagram becomes one line, its lines joined by " | ".
lab_spawn gwb "$LAB_OUT/manager.log" "$LAB_PYTHON" -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
with open(sys.argv[2], "w", buffering=1) as out:
    while True:
        out.write(s.recv(4096).decode().replace("\n", " | ") + "\n")' "$manager" "$heard"
lab_wait 5 test -S "$manager" || lab_fail "no manager"
export NOTIFY_SOCKET=$manager WATCHDOG_USEC=1000000
gw_start b
unset NOTIFY_SOCKET WATCHDOG_USEC
hears() { grep -qE "$1" "$heard"; }
must_hear() { lab_wait 5 hears "$1" || lab_fail "not heard: $1; but: $(tail -n 5 "$heard")"; }
must_hear '^READY=1 \| STATUS=1 connections, 0 IKE SAs'
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
must_hear '^STATUS=1 connections, 1 IKE SAs \(0 half open\), 1 child SAs$'
check_reach a "${NET_LAN[b]}.10" 5

# What the unit runs for a reload.
read -ra reload <<<"$(sed -n 's/^ExecReload=[^ ]*culvertctl //p' "$LAB_TREE/config/culvertd.service.in")"
[ "${#reload[@]}" -gt 0 ] || lab_fail "the unit has no ExecReload by culvertctl"
sed -i 's/"dpd_s": 30/"dpd_s": "soon"/' "$file"
culvert_ctl b "${reload[@]}" >"$LAB_OUT/reload.log" 2>&1
status=$?
check_equal "exit status of a reload that is refused" 1 "$status"
cp "$LAB_OUT/reload.log" "$LAB_OUT/reload-refused.log"
for text in "the running configuration stays" "connections.foo.dpd_s"; do
    grep -qF "$text" "$LAB_OUT/reload.log" || lab_fail "ExecReload does not say \"$text\": $(cat "$LAB_OUT/reload.log")"
done
must_hear '^RELOADING=1 \| MONOTONIC_USEC=[0-9]+$'
must_hear '^READY=1 \| STATUS=1 connections, .* refused: 1 error$'
check_reach a "${NET_LAN[b]}.10" 5
sed -i 's/"dpd_s": "soon"/"dpd_s": 20/' "$file"
culvert_ctl b "${reload[@]}" >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
must_hear '^READY=1 \| STATUS=1 connections, 1 IKE SAs \(0 half open\), 1 child SAs$'

# What a shell offers for "culvertctl show sas f": the names that the daemon has.
offered=$(bash -c '. "$1" && COMP_WORDS=("$2" --socket "$3" show sas f) COMP_CWORD=5 && _culvertctl "$2" && echo "${COMPREPLY[*]}"' \
    offered "$LAB_BIN/../config/culvertctl" "$CULVERTCTL" "$LAB_OUT/gwb/culvertd.sock")
check_equal "completion of a connection's name" foo "$offered"

began=$(date +%s%N) before=$(grep -cx 'WATCHDOG=1' "$heard")
sleep 3
signs=$(($(grep -cx 'WATCHDOG=1' "$heard") - before)) took=$((($(date +%s%N) - began) / 1000000))
if [ "$signs" -lt $((took / 1000)) ] || [ "$signs" -gt $((took / 500 + 1)) ]; then lab_fail "$signs signs of life in $took ms, with one wanted each second"; fi
lab_end "${GW_PID[b]}"
check_equal "exit status of the daemon" 0 "$LAB_STATUS"
must_hear '^STOPPING=1 '
echo "shows: a refused reload ends with 1 and \"$(sed -n '2s/^ *//p' "$LAB_OUT/reload-refused.log" 2>/dev/null)\", $signs signs of life in $took ms"
