#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# cases: af_xdp af_packet
# What a running daemon has given up, on each driver: capabilities in all its threads, system calls by a filter, new privileges, core
# dumps; and where its keys are: in memory that is in no dump and is not swapped. Meanwhile a tunnel comes up, is rekeyed, a reload
# takes another configuration, the telemetry socket answers, and the interfaces are given back: no system call of it is refused.
. "${0%/*}/../lib/lab.sh" || exit

CULVERT_DRIVER=$1
CULVERT_CONTROL=', "telemetry": true'
lab_up a=masq b=1to1
gw_pair
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5

pid=${GW_PID[b]}
kept=$((1 << 12)) # CAP_NET_ADMIN: what gives interfaces back
# Where the limit of locked memory cannot be raised, the power to pass it stays with all threads.
others=0
[ "$(awk '/^Max locked memory/ { print $5 }' "/proc/$pid/limits")" = unlimited ] || others=$((1 << 14))
threads=0
for task in "/proc/$pid/task/"*; do
    status() { awk -v name="$1:" '$1 == name { print $2 }' "$task/status"; }
    name=$(status Name) caps=$((16#$(status CapEff))) permitted=$((16#$(status CapPrm)))
    check_equal "effective capabilities of $name are its permitted ones" "$permitted" "$caps"
    case $name in
    culvertd) check_equal "capabilities of $name" "$((kept | others))" "$caps" ;;
    lcore-worker*) check_equal "capabilities of $name" "$others" "$caps" ;;
    *) [ $((caps & ~(kept | others))) = 0 ] || lab_fail "the thread $name has capabilities $(status CapEff)" ;;
    esac
    check_equal "filter of $name" 2 "$(status Seccomp)"
    check_equal "no new privileges of $name" 1 "$(status NoNewPrivs)"
    threads=$((threads + 1))
done
[ "$threads" -ge 4 ] || lab_fail "only $threads threads"
check_equal "core size" "0 0" "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$pid/limits")"

need=dd,lo
# A build with sanitizers has all memory from their malloc(), whose pages nobody holds.
! grep -q libasan "/proc/$pid/maps" || need=
places=$("$LAB_PYTHON" "$LAB_LIB/secrets_check.py" --need "$need" "$pid" "$(printf '%s' "${GW_VALUE[b/foo/psk]}" | od -An -tx1 | tr -d ' \n')") ||
    lab_fail "a key is where it must not be"

# DPDK's telemetry makes a thread for each client.
lab_in gwb "$LAB_PYTHON" - "$pid" <<'PY' || lab_fail "the telemetry socket does not answer"
import glob, socket, sys
(path,) = glob.glob(f"/var/run/dpdk/culvert-{sys.argv[1]}/dpdk_telemetry.v2*")
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(5)
s.connect(path)
assert b"version" in s.recv(65536)
s.send(b"/culvert/drops")
assert b"bad_icv" in s.recv(65536)
PY
gw_rekey b foo child || lab_fail "no rekey of the child: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
gw_rekey b foo ike || lab_fail "no rekey of the IKE SA: $(tail -n 2 "$LAB_OUT/gwb/rekey.log")"
sed -i 's/"dpd_s": 30/"dpd_s": 20/' "$LAB_OUT/gwb/culvert.json"
culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "reload: $(cat "$LAB_OUT/reload.log")"
check_reach a "${NET_LAN[b]}.10" 5
check_equal "system calls refused" 0 "$(culvert_json b 'd["control"]["syscalls_refused"]' show counters)"
gw_stop b
lab_in gwb ip -o addr show dev wan | grep -qF "${NET_WAN[b]}/24" || lab_fail "the interface was not given back"
grep -h "syscall_refused\|hardening_failed" "$LAB_OUT/gwb/culvertd.log" && lab_fail "the log tells of it"
echo "shows: $threads threads, $places place(s) of the key, none of them in a dump or swapped"
