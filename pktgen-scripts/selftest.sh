# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `run.sh --selftest`: the scenarios that need no gateway, over a link of their own. dpdk-testpmd (Debian: dpdk) carries what comes
# by one vhost socket to the other; Pktgen has both ends, and its second port stands for gateway and destination. Then the link
# is left without anyone who carries, and the same scenario must fail. Sourced by run.sh.
#
#   Pktgen port 0 -- vh0.sock -- dpdk-testpmd -- vh1.sock -- Pktgen port 1

loop_start() {
    mkdir -p "$sockets"
    rm -f "$sockets/vh0.sock" "$sockets/vh1.sock"
    # --stats-period keeps it from reading, and ending with, standard input.
    dpdk-testpmd --lcores '(0,1)@0' --no-huge -m 512 --no-pci --file-prefix culvert-selftest --vdev "net_vhost0,iface=$sockets/vh0.sock" \
        --vdev "net_vhost1,iface=$sockets/vh1.sock" -- "--forward-mode=$1" --auto-start --total-num-mbufs=16384 --stats-period 60 >"$sockets/testpmd.log" 2>&1 &
    loop=$!
    tries=0
    until [ -S "$sockets/vh0.sock" ] && [ -S "$sockets/vh1.sock" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] && kill -0 "$loop" 2>/dev/null || fail 3 "dpdk-testpmd did not start: $(tail -n 3 "$sockets/testpmd.log")"
        sleep 0.2
    done
}

loop_stop() {
    [ -z "${loop:-}" ] || kill "$loop" 2>/dev/null || true
    [ -z "${loop:-}" ] || wait "$loop" 2>/dev/null || true
    loop=
    rm -f "$sockets/vh0.sock" "$sockets/vh1.sock"
}

# selftest_one WANTED SCENARIO: its end must be this one.
selftest_one() {
    status=0
    scenario_run "$2" || status=$?
    if [ "$status" = "$1" ]; then
        echo "ok: $2 ended with $status, as it must"
    else
        echo "not ok: $2 ended with $status, and must end with $1"
        broken=$((broken + 1))
    fi
}

selftest() {
    command -v dpdk-testpmd >/dev/null || fail 3 "dpdk-testpmd is missing, which is the link of the self-test (Debian: dpdk)"
    made=
    [ -n "${SOCKETS:-}" ] || { made=$(mktemp -d) && sockets=$made; }
    eal="--lcores (0,1)@1 -n 1 --no-huge -m 3072 --no-pci --file-prefix pktgen-selftest
        --vdev net_virtio_user0,path=$sockets/vh0.sock,queue_size=1024,speed=100000
        --vdev net_virtio_user1,path=$sockets/vh1.sock,queue_size=1024,speed=100000"
    broken=0
    trap 'pktgen_stop; loop_stop; [ -z "$made" ] || rm -rf "$made"' EXIT
    trap 'exit 130' INT TERM
    export SRC=10.9.0.1 GATEWAY=10.9.0.2 DST=10.9.0.2 RX_ADDRESS=10.9.0.2
    export SECONDS="${SECONDS:-5}" ROUNDS="${ROUNDS:-2}" RATE="${RATE:-1}" SIZES="${SIZES:-64,1420}" SHARES=50 CONFIRM=5 SAS=100 TOLERANCES=0.05
    echo "a link that carries"
    for name in ${SCENARIOS:-single-flow sweep many-sas imix latency ndr}; do
        loop_start io
        selftest_one 0 "$name"
        loop_stop
    done
    echo "a link on which nobody carries: it must be noticed"
    loop_start rxonly
    selftest_one 1 single-flow
    loop_stop
    [ "$broken" = 0 ] && echo "self-test passed; rows are in $RESULT" && return 0
    echo "self-test FAILED: $broken scenarios ended otherwise than they must; rows are in $RESULT"
    return 1
}
