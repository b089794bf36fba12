# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What a scenario proves: pings, throughput, captures on the internet, and the logs of the peer.

CHECK_PATTERN=c17ba5e0ddf00d5e     # fills the pings, so that a packet in clear is recognised wherever it lies

# Pings once and again until an answer comes: check_reach HOST ADDRESS SECONDS
check_reach() {
    lab_wait "$3" lab_in "host$1" ping -c 1 -W 0.3 -q "$2" || lab_fail "no ping from host$1 reaches $2 within $3 s"
}

# Pings COUNT times, INTERVAL seconds apart; all must be answered, once: check_ping HOST ADDRESS COUNT INTERVAL
# The round trips are in CHECK_RTT (milliseconds, least/mean/most).
check_ping() {
    local log=$LAB_OUT/ping-$1-$2.log
    check_pinger "$1" "$log" "$2" "$3" "$4" || lab_fail "pings from host$1 to $2 cannot be sent: $(cat "$log")"
    check_all_came "$3" "$log" || lab_fail "pings from host$1 to $2: $(cat "$log")"
}
check_pinger() {
    lab_in "host$1" "$LAB_PYTHON" -IS "$LAB_LIB/pinger.py" "$3" --count "$4" --interval "$5" --pattern "$CHECK_PATTERN" >"$2" 2>&1
}

# Whether all pings were answered, once: check_all_came COUNT LOG
check_all_came() {
    local said
    lab_text said <"$2"
    CHECK_RTT=${said##*rtt_ms }
    CHECK_RTT=${CHECK_RTT%$'\n'}
    [[ $said == "sent $1 received $1 duplicates 0 "* ]]
}

# Pings in the background, for what happens under traffic: check_ping_start HOST ADDRESS COUNT INTERVAL
# Then check_ping_lost waits for their end and puts into CHECK_SENT, CHECK_LOST and CHECK_GAP how many there were, how
# many got no answer, and for how many milliseconds no answer came; check_ping_end, too, but it lets no more of them be sent.
check_ping_start() {
    CHECK_LOG=$LAB_OUT/ping-under-traffic.log
    lab_spawn "host$1" "$CHECK_LOG" "$LAB_PYTHON" -IS "$LAB_LIB/pinger.py" "$2" --count "$3" --interval "$4" --pattern "$CHECK_PATTERN"
    CHECK_PID=$LAB_PID
}

check_ping_end() {
    kill -USR1 "$CHECK_PID" || lab_fail "the pings ended before what they are for"
    check_ping_lost
}

check_ping_lost() {
    local counts
    while lab_alive "$CHECK_PID"; do lab_pause 0.1; done
    lab_end "$CHECK_PID"
    counts=$(sed -n 's/^sent \([0-9]*\) received \([0-9]*\) duplicates 0 longest_gap_ms \([0-9]*\) .*/\1 \2 \3/p' "$CHECK_LOG")
    [ -n "$counts" ] || lab_fail "pings under traffic: $(tail -n 2 "$CHECK_LOG")"
    read -r CHECK_SENT CHECK_LOST CHECK_GAP <<<"$counts"
    CHECK_LOST=$((CHECK_SENT - CHECK_LOST))
}

# TCP of two megabytes (or what CHECK_IPERF_AMOUNT says) in both directions, at least MBIT:
# check_iperf CLIENT SERVER SERVER_ADDRESS [MBIT]
check_iperf() {
    local client=$1 server=$2 address=$3 least=${4:-3} way json rate said rates=""
    lab_spawn "host$server" "$LAB_OUT/iperf-server.log" iperf3 -s -p 5201 --forceflush
    local pid=$LAB_PID
    lab_wait 3 lab_has "$LAB_OUT/iperf-server.log" listening || lab_fail "iperf3 does not listen"
    for way in "" -R; do
        json=$LAB_OUT/iperf-$client-$server$way.json
        # shellcheck disable=SC2086
        lab_in "host$client" timeout 15 iperf3 -c "$address" -p 5201 ${CHECK_IPERF_AMOUNT:--n 2M} -b "${CHECK_IPERF_LIMIT:-100M}" -J $way >"$json" 2>&1
        lab_text said <"$json"
        [[ ${said##*\"sum_received\":} =~ ^[^}]*\"bits_per_second\":[[:space:]]*([0-9]+) && $said == *'"sum_received":'* ]] ||
            lab_fail "iperf3 $way from host$client to $address: $(tail -n 3 "$json" | tr '\n' ' ')"
        rate=$((BASH_REMATCH[1] / 1000000))
        [ "$rate" -ge "$least" ] || lab_fail "iperf3 $way from host$client to $address: only $rate Mbit/s"
        rates+=" $rate"
    done
    lab_end "$pid"
    CHECK_RATES=${rates# }
}

# What gateways say to each other themselves, and to hosts, by the names of their namespaces. Pings, all answered, once:
# check_pings SPACE ADDRESS COUNT
check_pings() {
    local log=$LAB_OUT/pings-$1-$2.log
    lab_in "$1" "$LAB_PYTHON" -IS "$LAB_LIB/pinger.py" "$2" --count "$3" --interval 0.02 --pattern "$CHECK_PATTERN" >"$log" 2>&1
    check_all_came "$3" "$log" || lab_fail "pings from $1 to $2: $(cat "$log"); dropped: $(culvert_dropped b)"
}
# Bytes that arrived and datagrams that did not: check_flow CLIENT SERVER ADDRESS ARGUMENTS-OF-IPERF3...
check_flow() {
    local client=$1 server=$2 address=$3 log=$LAB_OUT/iperf-$1-$2.json pid
    shift 3
    rm -f "$LAB_OUT/iperf-server.log"
    lab_spawn "$server" "$LAB_OUT/iperf-server.log" iperf3 -s -1 -p 5201 --forceflush
    pid=$LAB_PID
    lab_wait 3 lab_has "$LAB_OUT/iperf-server.log" listening || lab_fail "iperf3 does not listen"
    lab_in "$client" timeout 20 iperf3 -c "$address" -p 5201 -J "$@" >"$log" 2>"$log.err"
    lab_end "$pid"
    "$LAB_PYTHON" -c 'import json, sys
end = json.load(open(sys.argv[1]))["end"]
print(end.get("sum_received", end.get("sum"))["bytes"], end.get("sum", {}).get("lost_packets", 0))' "$log" 2>/dev/null ||
        lab_fail "iperf3 $* from $client to $address: $(tail -n 4 "$log" | tr '\n' ' '); dropped: $(culvert_dropped b)"
}

# Records the internet side of a gateway: check_capture_start [SIDE]; the file is $CHECK_PCAP
check_capture_start() {
    CHECK_PCAP=$LAB_OUT/internet.pcap
    lab_spawn inet "$LAB_OUT/tcpdump.log" tcpdump -n -U --immediate-mode -s ${CHECK_SNAP:-256} -B 16384 -i "${CHECK_PORT:-to${1:-b}}" -w "$CHECK_PCAP" 'ip or ip6'
    CHECK_CAPTURE_PID=$LAB_PID
    lab_wait 5 lab_has "$LAB_OUT/tcpdump.log" 'listening on' || lab_fail "tcpdump did not start"
}

# Ends the capture as soon as nothing more is added to it.
check_capture_rest() {
    local before size=-1
    until [ "$size" = "${before:-}" ]; do
        before=$size
        lab_pause 0.25
        size=$(stat -c %s "$CHECK_PCAP")
    done
    lab_end "$CHECK_CAPTURE_PID"
}

# Ends the capture and judges it: no inner packet in clear, only the public addresses, every ESP packet in UDP, no
# (SPI, IV) twice. check_capture_end [ARGUMENTS of pcap_check.py]
check_capture_end() {
    local side lan=() public="NET_PUBLIC_a" gw
    check_capture_rest
    for gw in "${!NET_LAN[@]}"; do lan+=(--inner "${NET_LAN[$gw]}.0/24"); done
    for gw in "${!NET_LAN6[@]}"; do
        lan+=(--inner "${NET_LAN6[$gw]}:/64" --outer "${NET_PUBLIC6[$gw]}")
        [ "${NET_NAT[$gw]}" = none ] || lan+=(--hidden "${NET_WAN6[$gw]}")
    done
    for side in a b; do
        public="NET_PUBLIC_$side"
        lan+=(--outer "${!public}")
        [ "${NET_NAT[$side]}" = none ] || lan+=(--hidden "${NET_WAN[$side]}")
    done
    CHECK_CAPTURE=$("$LAB_PYTHON" -IS "$LAB_LIB/pcap_check.py" "${lan[@]}" --pattern "$CHECK_PATTERN" "$@" "$CHECK_PCAP") ||
        lab_fail "capture $CHECK_PCAP: $CHECK_CAPTURE"
}

# A line of the table of attacks that tests/abuse ends with: figure ATTACK LOAD WHAT-HELD
# Load and what held are numbers of this run, with their units.
figure() { printf 'figure: | %s | %s | %s |\n' "$1" "$2" "$3"; }

check_equal() { [ "$2" = "$3" ] || lab_fail "$1: expected $2, found $3"; }

# Waits until Culvert has seen this many replacements of its connection to their end, whoever asked for them, and has one child:
# check_rekeyed child|ike COUNT [CONNECTION]
check_rekeyed() {
    check_is_rekeyed() { [ "$(culvert_total b "$3" "rekeyed_$1")" -ge "$2" ] && [ "$(gw_children b)" = 1 ]; }
    lab_wait 10 check_is_rekeyed "$1" "$2" "${3:-foo}" || lab_fail "rekeyings ($1) that came to their end: not $2: $(culvert_ctl b show sas)"
}

# Everything that a tunnel owes: both pings, TCP both ways.
check_traffic() {
    local a=${1:-a}
    check_reach "$a" "${NET_LAN[b]}.10" 5
    check_ping "$a" "${NET_LAN[b]}.10" 20 0.02
    check_ping b "${NET_LAN[$a]}.10" 20 0.02
    check_iperf "$a" b "${NET_LAN[b]}.10"
}
