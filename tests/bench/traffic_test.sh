#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The generator against real gateways: two culvertd with a tunnel that IKE made, a wire of memif between them, and
# `culvert-bench traffic` at both insides. With memif and vhost no packet touches the kernel; with af_packet and af_xdp each inside is a
# veth between two namespaces.
#
#   generator A - inside [a] outside = outside [b] inside - generator B       and generator C - flood [a]
#
# What is sound passes, and a gateway that is not there, a link that is down, an unanswered ARP and a total loss fail with
# their sentences. Figures are printed, and not judged: three programs that poll share the CPUs.
# manual: one gateway with keys made by hand, and the generator on both of its sides: sealed packets, fresh and of every kind that must
# not come out.
#
#   generator A - outside [a] inside - generator B
#
#   usage: traffic_test.sh memif|vhost|af_packet|af_xdp|manual     (LAB_BIN: folder of the programs)
# Ends with 77, and says why, when the kernel has no AF_XDP.
# shellcheck source=tests/lib/lab.sh
. "${0%/*}/../lib/lab.sh" || exit

lab_need_root
BENCH=$LAB_BIN/culvert-bench/culvert-bench
GW_ENGINE[a]=culvert
NET_LAN=([a]=10.1.0 [b]=10.2.0)
NET_PUBLIC_a=192.0.2.1 NET_PUBLIC_b=192.0.2.2
NET_WAN=([a]=$NET_PUBLIC_a [b]=$NET_PUBLIC_b) NET_NAT=([a]=none [b]=none)
passed=0
inside=() # what the generator is started by: a command in its namespace

# The device of one end of a wire: wire server|client NUMBER NAME. With vhost the gateway has the server.
memif() { printf 'net_memif%s,role=%s,id=0,socket-abstract=no,socket=%s' "$2" "$1" "$LAB_OUT/$3.sock"; }
vhost() {
    if [ "$1" = server ]; then
        printf 'net_vhost%s,iface=%s' "$2" "$LAB_OUT/$3.sock"
    else
        printf 'net_virtio_user%s,path=%s,queue_size=1024' "$2" "$LAB_OUT/$3.sock"
    fi
}

# The gateway has the server, as the interface "lan" of its namespace, the generator "to-a" and "to-b" of its own.
kernel_port() { if [ "$2" = server ]; then printf 'net_%s%s,iface=lan' "$1" "$3"; else printf 'net_%s%s,iface=to-%s' "$1" "$3" "$4"; fi; }
af_packet() { kernel_port af_packet "$@"; }
af_xdp() { kernel_port af_xdp "$@"; }

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
    timeout -k 5 60 "${inside[@]}" "$BENCH" traffic "$@" --no-huge >"$log" 2>&1 || status=$?
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
    traffic 1 'port A (net_memif0,.*) does not start: .* needs its server first' --scenario single-flow --port "$(memif client 0 nobody)" --address 10.1.0.10 --gateway 10.1.0.1 --hosts 10.1.0.10,10.2.0.10
    traffic 1 'port A (net_memif0,.*) has no link' --scenario single-flow --port "$(memif server 0 lonely)" --address 10.1.0.10 --gateway 10.1.0.1 --hosts 10.1.0.10,10.2.0.10
    gateways_start
    pair 1 'total loss: of .* look there at culvertctl show drops' single-flow
}

broken_after() {
    pair 1 '10.2.0.99 does not answer ARP on port B' single-flow --gateway 10.1.0.1,10.2.0.99
    pair 1 'asks by ARP for 10.2.0.99, .* which is nobody here' single-flow --hosts 10.1.0.10,10.2.0.200 --seconds 1
    gw_terminate a net || lab_fail "not ended"
    pair 1 'total loss' single-flow --seconds 1
    gw_stop b
    # DPDK's memif may end gateway a, too, when the other end of its wire is gone.
    pair 1 'port [AB] (net_memif[01],.*) does not start' single-flow --seconds 1
}

scenarios() {
    pair 0 'passed: single-flow' single-flow --from both --rate 5k --seconds 1 --sizes 64,1400 --tolerance 0.01
    pair 0 'passed: imix' imix --rate 5k --seconds 1
    [ "$kind" = memif ] || return 0 # the rest is the same over any port
    pair 0 'passed: single-flow' single-flow --from b --rate 2Mbit --seconds 1
    pair 0 'passed: sweep' sweep --rate 1k,5k --seconds 1 --csv
    pair 0 'passed: latency' latency --rate 5k --share 20,100 --seconds 1 --json
    pair 0 'packets were sent out of order' reorder --rate 5k --depth 64 --seconds 1 --tolerance 0.01
    pair 0 'rekeyings, .* the longest gap was' rekey --rate 2k --seconds 3 --every 1 --tolerance 0.01 --rekey "$(rekey_command)"
    pair 0 'searches found a rate' ndr --rate 20k --seconds 0.5 --confirm 1 --tolerance 0.05 --resolution 10 --repeats 1
    pair 0 'of honest packets a share of' ike-flood --rate 2k --seconds 2 --flood-port "$(memif client 2 flood)" --flood-address 198.18.0.10 \
        --flood-gateway 198.18.0.1 --flood-rate 2k --flood-sources 100
}

# The same with one gateway, whose keys are known: alone STATUS TEXT SCENARIO OPTIONS...
alone() {
    traffic "$1" "$2" --scenario "$3" --port "$(memif client 0 out)" --port "$(memif client 1 in)" --address 192.0.2.10,10.1.0.10 \
        --gateway 192.0.2.1,10.1.0.1 --hosts 10.8.0.1,10.1.0.10 --key-file "$LAB_OUT/gwa/bench.key" --spis "$LAB_OUT/spis" --esn --rounds 1 \
        --rate 5k --seconds 1 "${@:4}"
}

# Veths from the insides to a namespace of the generator, where nobody has an address.
wires_make() {
    if [ "$kind" = af_xdp ] && ! reason=$("$LAB_PYTHON" -IS -c 'import socket; socket.socket(44, socket.SOCK_RAW)' 2>&1); then
        echo "skipped: this kernel has no AF_XDP: ${reason##*$'\n'}"
        exit 77
    fi
    net_space gen 0
    net_wire gwa lan gen to-a
    net_wire gwb lan gen to-b
    inside=(ip netns exec "$LAB-gen")
}

# So many SAs with keys made by hand: manual_start COUNT
manual_start() {
    mkdir -p "$LAB_OUT/gwa"
    (umask 077 && echo 0x000102030405060708090a0b0c0d0e0fa0a1a2a3 >"$LAB_OUT/gwa/bench.key")
    echo 100102030405060708090a0b0c0d0e0fa0a1a2a3 >"$LAB_OUT/wrong.key"
    CULVERT_PORTS[a]="{
    \"inside\": {\"device\": \"$(memif server 0 in)\", \"role\": \"inside\", \"addresses\": [\"10.1.0.1/24\"]},
    \"outside\": {\"device\": \"$(memif server 1 out)\", \"role\": \"outside\", \"addresses\": [\"192.0.2.1/24\"], \"gateway\": \"192.0.2.10\"}
  }"
    CULVERT_EXTRA[a]="\"lab\": true, \"workers\": {\"poll\": \"adaptive\"}, \"manual\": {\"bench\": {\"key_file\": \"bench.key\",
      \"peer_address\": \"192.0.2.10\", \"local\": \"10.1.0.0/24\", \"remote\": \"10.8.0.1\", \"count\": $1, \"spi_out\": 4096}},"
    GW_CONNS[a]=""
    gw_start a
    culvert_ctl a show spis bench >"$LAB_OUT/spis" || lab_fail "no SPIs"
}

manual_scenarios() {
    local nonce wrong
    wrong=$(printf '%064d' 1)
    nonce=$(culvert_json a 'd["manual"][0]["nonce"]' show manual)
    alone 0 'by 100 SAs' many-sas --way in --sizes 64,1400,imix --tolerance 0.01
    alone 0 'copies came out, and good packets did before and after' replay-flood --way in
    alone 0 'with a wrong ICV came out, and good packets did' bad-icv --way in
    alone 0 'with unknown SPIs came out, and good packets did' unknown-spi --way in
    alone 0 'packets were sent out of order' reorder --way in --sas 1 --depth 1000 --tolerance 0.01
    alone 1 'a replay window of that many loses none' reorder --way in --sas 1 --depth 3000 --seconds 3
    alone 0 'of honest packets a share of' ike-flood --way in --flood-rate 1k
    alone 0 'passed: single-flow' single-flow --way out --sas 100 --nonce "$nonce" --spi-out 4096 --tolerance 0.01
    alone 1 'sealed packets that were looked at .* do not open' single-flow --way out --sas 100 --nonce "$wrong" --spi-out 4096
    alone 1 'total loss: .*bad_icv: another key' single-flow --way in --key-file "$LAB_OUT/wrong.key"
    alone 1 'replay: its numbers are behind' single-flow --way in --seq 1
    check_equal "drops as unknown_spi, replay and bad_icv" True "$(culvert_json a "sum(c['name'] in ('unknown_spi', 'replay', 'bad_icv') and
        c['count'] > 100 for c in d['drops']) == 3" show counters)"
}

# As many SAs as a gateway takes.
most_scenarios() {
    alone 0 'by 100000 SAs' many-sas --way in --rate 20k --tolerance 0.01
    check_equal "SAs of which the gateway tells the SPI" 100000 "$(sort -u "$LAB_OUT/spis" | wc -l)"
}

kind=${1:-memif}
if [ "$kind" = manual ]; then
    net_space gwa 0
    manual_start 100
    manual_scenarios
    gw_stop a
    manual_start 100000
    most_scenarios
    echo "shows: $passed runs of culvert-bench traffic at a gateway with keys made by hand"
    exit
fi
net_space gwa 0
net_space gwb 0
case $kind in af_*) wires_make ;; esac
ports_write a "$kind" server b
ports_write b "$kind" client a
gw_pair "a.peer=${NET_WAN[b]}" "b.peer=${NET_WAN[a]}" encap=force
if [ "$kind" = memif ]; then broken_before; else gateways_start; fi
tunnel_start
scenarios
if [ "$kind" = memif ]; then broken_after; fi
echo "shows: $passed runs of culvert-bench traffic over $kind"
