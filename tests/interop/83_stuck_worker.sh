#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The only worker of a gateway is stopped, as a debugger stops a thread. The log names it within a second, and says when it goes
# on; control answers all the while; and when the daemon is to end meanwhile, it ends and gives its interfaces back.
# cases: goes-on ends
. "${0%/*}/../lib/lab.sh" || exit

lab_up a=masq b=1to1
gw_pair
[ "$1" = ends ] && export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 # what a worker may still read stays
gw_start b
gw_start a
gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "${NET_LAN[b]}.10" 5
log=$LAB_OUT/gwb/culvertd.log
logged() { grep -q "event=$1 " "$log"; }

# The thread that DPDK names after its core.
for task in /proc/"${GW_PID[b]}"/task/*; do
    [[ $(cat "$task/comm") =~ ^(lcore-worker-1|rte-worker-1|dpdk-worker1)$ ]] && tid=${task##*/}
done
[ -n "${tid:-}" ] || lab_fail "no thread of a worker: $(cat /proc/"${GW_PID[b]}"/task/*/comm | tr '\n' ' ')"
mkfifo "$LAB_OUT/go"
lab_spawn gwb "$LAB_OUT/stop.log" bash -c 'exec "$@" <"$0"' "$LAB_OUT/go" "$LAB_PYTHON" "$LAB_LIB/thread_stop.py" "$tid"
stopper=$LAB_PID
exec {go}>"$LAB_OUT/go"
lab_wait 5 grep -q stopped "$LAB_OUT/stop.log" || lab_fail "the worker is not stopped: $(cat "$LAB_OUT/stop.log")"
lab_wait 3 logged worker_stuck || lab_fail "no alarm: $(tail -n 3 "$log")"
grep "event=worker_stuck worker=0 .*thread=$tid why=\"stopped by" "$log" >"$LAB_OUT/alarm.log" || lab_fail "the alarm is: $(grep stuck "$log")"
took=$(culvert_json b 'd["workers"][0]["stuck_s"]' status)
[ -n "$took" ] || lab_fail "status does not tell it: $(culvert_ctl b status)"
culvert_ctl b status | grep -q "worker 0 on core [0-9]* has made no turn for .*: stopped by" || lab_fail "status says: $(culvert_ctl b status)"
# Control takes a reload, and moves of a peer would wait for the worker and not hold it up.
culvert_ctl b reload >"$LAB_OUT/reload.log" 2>&1 || lab_fail "no reload: $(cat "$LAB_OUT/reload.log")"
check_equal "alarms counted" 1 "$(culvert_json b 'd["control"]["workers_stuck"]' show counters)"

case $1 in
goes-on)
    echo >&"$go"
    lab_wait 3 logged worker_back || lab_fail "its going on is not told: $(tail -n 3 "$log")"
    check_reach a "${NET_LAN[b]}.10" 5
    check_equal "what status says of it" None "$(culvert_json b 'd["workers"][0].get("stuck_s")' status)"
    ;;
ends)
    kill -TERM "${GW_PID[b]}"
    # Whoever traces a thread has to let it go before the process is gone altogether.
    is_over() { grep -q '^State:.*zombie' "/proc/${GW_PID[b]}/status"; }
    lab_wait 8 is_over || lab_fail "the daemon does not end: $(tail -n 2 "$log")"
    echo >&"$go"
    lab_end "${GW_PID[b]}"
    check_equal "exit status of the daemon" 0 "$LAB_STATUS"
    grep -q 'event=worker_stuck .*effect="it does not end' "$log" || lab_fail "what does not end is not told: $(tail -n 3 "$log")"
    lab_in gwb ip -o -4 addr show dev wan | grep -q "${NET_WAN[b]}/" || lab_fail "the kernel did not get its address back: $(lab_in gwb ip addr)"
    ;;
esac
exec {go}>&-
lab_end "$stopper"
echo "shows: $(sed -n 's/.*\(why=.*\)/\1/p' "$LAB_OUT/alarm.log")"
