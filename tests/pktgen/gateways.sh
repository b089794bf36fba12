#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The scenarios of pktgen-scripts/ by a real Pktgen-DPDK in front of the culvertd of this tree: what passes through two gateways with
# tunnels that IKE made, and what one with keys made by hand opens and drops. No packet touches the kernel, and no NIC is needed.
#
#   Pktgen port 0 - vhost - inside [a] outside - memif - outside [b] inside - vhost - Pktgen port 1
#   Pktgen port 0 - vhost - outside [one] inside - vhost - Pktgen port 1
#
# Pktgen and the gateways poll and share the CPUs: a run shows that scenarios measure; its figures are nobody's limit. Nothing of the
# tree needs it, and no suite has it, since there is no package of Pktgen.
#
#   usage: PKTGEN=/path/to/pktgen tests/pktgen/gateways.sh [SCENARIO...]      (without any: each)
#   LAB_BIN: folder of the programs; TRIAL: seconds of one (5); ROUNDS, RATE, HOURS as run.sh has them; SAS: by hand (1000)
#   ends with 0: each passed, 1: one did not, 3: there is no Pktgen
PKTGEN=${PKTGEN:-$(command -v pktgen)}
[ -x "$PKTGEN" ] || { echo "gateways.sh: there is no Pktgen: say by PKTGEN where its program is (pktgen-scripts/README.md, Pktgen); nothing was run" >&2 && exit 3; }
# shellcheck source=tests/lib/lab.sh
. "${0%/*}/../lib/lab.sh" || exit

lab_need_root
BENCH=$LAB_BIN/culvert-bench/culvert-bench
SCRIPTS=$LAB_TREE/pktgen-scripts
GW_ENGINE[a]=culvert GW_ENGINE[one]=culvert
NET_LAN=([a]=10.1.0 [b]=10.2.0 [one]=10.1.0)
NET_PUBLIC_a=192.0.2.1 NET_PUBLIC_b=192.0.2.2
NET_WAN=([a]=$NET_PUBLIC_a [b]=$NET_PUBLIC_b [one]=192.0.2.1) NET_NAT=([a]=none [b]=none [o]=none)
CULVERT_START_SECONDS=${CULVERT_START_SECONDS:-60} # of many SAs
TUNNELS=50 # of the pair, beside that of the inside networks
SAS=${SAS:-1000}
passed=() failed=()

# The gateway's end of Pktgen's port NUMBER, whose socket run.sh expects there: vhost NUMBER
vhost() { printf 'net_vhost%s,iface=%s/vh%s.sock' "$1" "$LAB_OUT" "$1"; }
# A ring that holds what comes while the other gateway has no CPU.
memif() { printf 'net_memif0,role=%s,id=0,rsize=14,socket-abstract=no,socket=%s/wire.sock' "$1" "$LAB_OUT"; }

# ports_write GATEWAY DEVICE-INSIDE DEVICE-OUTSIDE NEXT-HOP
ports_write() {
    CULVERT_PORTS[$1]="{
    \"inside\": {\"device\": \"$2\", \"role\": \"inside\", \"addresses\": [\"${NET_LAN[$1]}.1/24\"]},
    \"outside\": {\"device\": \"$3\", \"role\": \"outside\", \"addresses\": [\"${NET_WAN[$1]}/24\"], \"gateway\": \"$4\"}
  }"
    CULVERT_EXTRA[$1]='"workers": {"poll": "adaptive"},'
}

# scenario NAME VARIABLE=VALUE...: with it its verdict is kept
scenario() {
    local name=$1
    shift
    echo "--- $name $*"
    if env PKTGEN="$PKTGEN" SOCKETS="$LAB_OUT" RESULT="$LAB_OUT/result.csv" SECONDS="${TRIAL:-5}" ROUNDS="${ROUNDS:-2}" RATE="${RATE:-0.002}" \
        LIMIT=1200 "$@" "$SCRIPTS/run.sh" "$name" 2>&1 | tee "$LAB_OUT/$name.log"; then
        passed+=("$name")
    else
        failed+=("$name")
    fi
}

# ---- two gateways --------------------------------------------------------------------------------------------------------

# A tunnel for the inside networks, and one for each address from 10.3.0.0 up: pair_children NAME-OF-A'S-SIDE NAME-OF-B'S-SIDE
pair_children() {
    local i
    printf ', "children": {"net": {"%s": ["10.1.0.0/24"], "%s": ["10.2.0.0/24"]}' "$1" "$2"
    for ((i = 0; i < TUNNELS; i++)); do printf ', "t%s": {"%s": ["10.1.0.0/24"], "%s": ["10.3.0.%s/32"]}' "$i" "$1" "$2" "$i"; done
    printf '}'
}

pair_is_up() { [ "$(gw_children a)" = $((TUNNELS + 1)) ] && [ "$(gw_children b)" = $((TUNNELS + 1)) ]; }

pair_start() {
    net_space gwa 0
    net_space gwb 0
    ports_write a "$(vhost 0)" "$(memif server)" "${NET_WAN[b]}"
    ports_write b "$(vhost 1)" "$(memif client)" "${NET_WAN[a]}"
    CULVERT_EXTRA[b]+=' "routes": [{"to": "10.3.0.0/24", "via": "10.2.0.10", "port": "inside"}],'
    gw_pair "a.peer=${NET_WAN[b]}" "b.peer=${NET_WAN[a]}" encap=force lan= peer_lan= \
        "a.more=$(pair_children local remote)" "b.more=$(pair_children remote local)"
    gw_start a
    gw_start b
    gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
    lab_wait 20 pair_is_up || lab_fail "there are $(gw_children a) tunnels of $((TUNNELS + 1))"
}

# The addresses are those that run.sh has without being told.
pair_scenario() {
    case $1 in
    sweep) scenario "$1" RATES=0.001,0.002 ;;
    many-sas) scenario "$1" SAS=$TUNNELS DST=10.3.0.0 RX_ADDRESS=10.2.0.10 ;;
    rekey) scenario "$1" SECONDS=12 TOLERANCE=0.01 REKEY="$CULVERTCTL --socket $LAB_OUT/gwa/culvertd.sock rekey net --child" ;;
    latency) scenario "$1" SHARES=50,100 ;;
    ndr) scenario "$1" RATE=0.02 SIZES=64,1420 TOLERANCES=0.02 RESOLUTION=0.01 CONFIRM=10 ;;
    soak) scenario "$1" SAS=1 HOURS="${HOURS:-0.05}" TOLERANCE=0.02 ;;
    *) scenario "$1" ;;
    esac
}

# ---- one gateway ---------------------------------------------------------------------------------------------------------

# Keys made by hand: "many" opens a capture as often as it comes, "few" once.
one_start() {
    local key
    net_space gwone 0
    mkdir -p "$LAB_OUT/gwone"
    for key in many few; do (umask 077 && openssl rand -hex 20 >"$LAB_OUT/gwone/$key.key"); done
    ports_write one "$(vhost 1)" "$(vhost 0)" 192.0.2.10
    CULVERT_EXTRA[one]+=" \"lab\": true, \"manual\": {
    \"many\": {\"key_file\": \"many.key\", \"peer_address\": \"192.0.2.10\", \"local\": \"10.1.0.0/24\", \"remote\": \"10.8.0.0\", \"count\": $SAS,
             \"spi_out\": 4096, \"esn\": false, \"replay_window\": 0},
    \"few\": {\"key_file\": \"few.key\", \"peer_address\": \"192.0.2.10\", \"local\": \"10.1.0.0/24\", \"remote\": \"10.9.255.0\", \"count\": 10,
            \"spi_out\": 1000000}},"
    conn one roam id=@gw peer_id=@foo peer_lan=10.77.0.0/24
    gw_start one
    one_mac=$(culvert_json one "next(p['mac'] for p in d['ports'] if p['name'] == 'outside')" show ports)
}

# one_capture NAME FIRST-INNER-SOURCE PACKETS [OPTION...]
one_capture() {
    culvert_ctl one show spis "$1" >"$LAB_OUT/$1.spis" || lab_fail "no SPIs of $1"
    "$BENCH" capture --key-file "$LAB_OUT/gwone/$1.key" --spis "$LAB_OUT/$1.spis" --peer 192.0.2.10 --gateway 192.0.2.1 --host 10.1.0.10 \
        --mac-to "$one_mac" --remote "$2" --packets "$3" --out "$LAB_OUT/$1.pcap" "${@:4}" || lab_fail "no capture of $1"
}

one_scenario() {
    local at=(GATEWAY=192.0.2.1 SRC=192.0.2.10 DST=192.0.2.1 RX_ADDRESS=10.1.0.10 "DROPS=$CULVERTCTL --socket $LAB_OUT/gwone/culvertd.sock show drops")
    case $1 in
    ike-flood)
        "$SCRIPTS/mkike.py" --mac "$one_mac" --dst 192.0.2.1 --src 198.18.0.0 "$LAB_OUT/ike.pcap"
        scenario "$1" "${at[@]}" PCAP="$LAB_OUT/ike.pcap"
        ;;
    replay-flood)
        one_capture few 10.9.255.0 2000
        scenario "$1" "${at[@]}" PCAP="$LAB_OUT/few.pcap" FRESH=2000
        ;;
    by-hand)
        one_capture many 10.8.0.0 $((SAS > 10000 ? SAS : 10000)) --no-esn
        scenario many-sas "${at[@]}" WAY=in SAS="$SAS" PCAP="$LAB_OUT/many.pcap"
        scenario many-sas WAY=out SAS="$((SAS > 24576 ? 24576 : SAS))" TX_PORT=1 RX_PORT=0 SRC=10.1.0.10 GATEWAY=10.1.0.1 DST=10.8.0.0 RX_ADDRESS=192.0.2.10
        ;;
    *) scenario "$1" "${at[@]}" ;;
    esac
}

# ---- the run -------------------------------------------------------------------------------------------------------------

[ $# -gt 0 ] || set -- single-flow sweep ndr imix many-sas rekey latency soak by-hand unknown-spi replay-flood ike-flood
pair=() one=()
for name in "$@"; do
    case $name in
    by-hand | unknown-spi | replay-flood | ike-flood) one+=("$name") ;;
    *) pair+=("$name") ;;
    esac
done
if [ "${#pair[@]}" -gt 0 ]; then
    pair_start
    for name in "${pair[@]}"; do pair_scenario "$name"; done
    gw_stop a # and with it, perhaps, the other end of its memif
    gw_stop b
fi
if [ "${#one[@]}" -gt 0 ]; then
    one_start
    for name in "${one[@]}"; do one_scenario "$name"; done
fi
echo "Pktgen at gateways: ${#passed[@]} passed, ${#failed[@]} failed${failed[*]:+: ${failed[*]}}; rows are in $LAB_OUT/result.csv"
[ "${#failed[@]}" = 0 ]
