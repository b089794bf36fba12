#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The generator against real gateways: two culvertd with a tunnel that IKE made, a wire of memif between them, and
# `culvert-bench traffic` at both insides; no packet touches the kernel.
#
#   generator A - inside [a] outside = outside [b] inside - generator B       and generator C - flood [a]
#
# What is sound passes, and a gateway that is not there, a link that is down, an unanswered ARP and a total loss fail with
# their sentences. Figures are printed, and not judged: three programs that poll share the CPUs.
#   usage: traffic_test.sh memif|vhost     (LAB_BIN: folder of the programs)
# shellcheck source=tests/lib/lab.sh
. "${0%/*}/../lib/lab.sh" || exit

lab_need_root
BENCH=$LAB_BIN/culvert-bench/culvert-bench
GW_ENGINE[a]=culvert
NET_LAN=([a]=10.1.0 [b]=10.2.0)
NET_PUBLIC_a=192.0.2.1 NET_PUBLIC_b=192.0.2.2
NET_WAN=([a]=$NET_PUBLIC_a [b]=$NET_PUBLIC_b) NET_NAT=([a]=none [b]=none)
passed=0

# The device of one end of a wire: wire server|client NUMBER NAME. With vhost the gateway has the server.
memif() { printf 'net_memif%s,role=%s,id=0,socket-abstract=no,socket=%s' "$2" "$1" "$LAB_OUT/$3.sock"; }
vhost() {
    if [ "$1" = server ]; then
        printf 'net_vhost%s,iface=%s' "$2" "$LAB_OUT/$3.sock"
    else
        printf 'net_virtio_user%s,path=%s,queue_size=1024' "$2" "$LAB_OUT/$3.sock"
    fi
}

# Writes the ports of a gateway: ports_write GATEWAY KIND END-OF-THE-WIRE-BETWEEN OTHER
ports_write() {
    local flood=""
    [ "$1" = b ] || flood=", \"flood\": {\"device\": \"$(memif server 2 flood)\", \"role\": \"outside\", \"addresses\": [\"198.18.0.1/24\"]}"
    CULVERT_PORTS[$1]="{
    \"inside\": {\"device\": \"$("$2" server 0 "$1")\", \"role\": \"inside\", \"addresses\": [\"${NET_LAN[$1]}.1/24\"]},
    \"outside\": {\"device\": \"$(memif "$3" 1 wire)\", \"role\": \"outside\", \"addresses\": [\"${NET_WAN[$1]}/24\"], \"gateway\": \"${NET_WAN[$4]}\"}$flood
  }"
    # A part of the network is behind a router that is not there.
    CULVERT_EXTRA[$1]="\"workers\": {\"poll\": \"adaptive\"}, \"routes\": [{\"to\": \"${NET_LAN[$1]}.128/25\", \"via\": \"${NET_LAN[$1]}.99\", \"port\": \"inside\"}],"
}

# traffic STATUS TEXT OPTIONS...: its end must be this one, with this text in its last sentence
traffic() {
    local wanted=$1 text=$2 status=0 log=$LAB_OUT/traffic-$passed.log
    shift 2
    timeout -k 5 60 "$BENCH" traffic "$@" --no-huge >"$log" 2>&1 || status=$?
    cat "$log"
    [ "$status" = "$wanted" ] || lab_fail "it ended with $status, and must with $wanted: traffic $*"
    grep -q -- "$text" "$log" || lab_fail "it does not say \"$text\": traffic $*"
    passed=$((passed + 1))
}
# The same with both ends of the pair: pair STATUS TEXT SCENARIO OPTIONS...
pair() {
    traffic "$1" "$2" --scenario "$3" --port "$("$kind" client 0 a)" --port "$("$kind" client 1 b)" --address 10.1.0.10,10.2.0.10 \
        --gateway 10.1.0.1,10.2.0.1 --rounds 1 "${@:4}"
}

gateways_start() {
    gw_start a
    gw_start b
}
tunnel_start() { gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"; }

# What replaces the keys of the tunnel.
rekey_command() { printf '%s --socket %s rekey net --child' "$CULVERTCTL" "$LAB_OUT/gwa/culvertd.sock"; }

broken_before() {
    traffic 1 "port A (net_memif0" --scenario single-flow --port "$(memif client 0 nobody)" --address 10.1.0.10 --gateway 10.1.0.1 --hosts 10.1.0.10,10.2.0.10
    gateways_start
    pair 1 'total loss: of .* look there at culvertctl show drops' single-flow
}

broken_after() {
    pair 1 '10.2.0.99 does not answer ARP on port B' single-flow --gateway 10.1.0.1,10.2.0.99
    pair 1 'asks by ARP for 10.2.0.99, .* which is nobody here' single-flow --hosts 10.1.0.10,10.2.0.200 --seconds 1
    gw_terminate a net || lab_fail "not ended"
    pair 1 'total loss' single-flow --seconds 1
    gw_stop b
    pair 1 'port B (net_[a-z0-9_]*,.*)' single-flow --seconds 1
}

scenarios() {
    pair 0 'passed: single-flow' single-flow --from both --rate 5k --seconds 1 --sizes 64,1400 --tolerance 0.01
    pair 0 'passed: single-flow' single-flow --from b --rate 2Mbit --seconds 1
    pair 0 'passed: imix' imix --rate 5k --seconds 1
    pair 0 'passed: sweep' sweep --rate 1k,5k --seconds 1 --csv
    pair 0 'passed: latency' latency --rate 5k --share 20,100 --seconds 1 --json
    pair 0 'packets were sent out of order' reorder --rate 5k --depth 64 --seconds 1 --tolerance 0.01
    pair 0 'rekeyings, .* the longest gap was' rekey --rate 2k --seconds 3 --every 1 --tolerance 0.01 --rekey "$(rekey_command)"
    pair 0 'searches found a rate' ndr --rate 20k --seconds 0.5 --confirm 1 --tolerance 0.05 --resolution 10 --repeats 1
    pair 0 'of honest packets a share of' ike-flood --rate 2k --seconds 2 --flood-port "$(memif client 2 flood)" --flood-address 198.18.0.10 \
        --flood-gateway 198.18.0.1 --flood-rate 2k --flood-sources 100
}

kind=${1:-memif}
net_space gwa 0
net_space gwb 0
ports_write a "$kind" server b
ports_write b "$kind" client a
gw_pair "a.peer=${NET_WAN[b]}" "b.peer=${NET_WAN[a]}" encap=force
if [ "$kind" = memif ]; then broken_before; else gateways_start; fi
tunnel_start
scenarios
if [ "$kind" = memif ]; then broken_after; fi
echo "shows: $passed runs of culvert-bench traffic over $kind"
