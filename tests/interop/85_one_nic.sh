#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A cloud instance with one NIC behind 1:1 NAT, one-armed: it forwards between a neighbour and strongSwan's LAN, and its
# own sshd is reached on the same address, in clear from the internet and from the neighbour, and through the tunnel.
# cases: host host+af_packet
. "${0%/*}/../lib/lab.sh" || exit

ssh_start() {
    local dir=$LAB_OUT/ssh
    mkdir -p "$dir" /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f "$dir/hostkey"
    ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
    cat >"$dir/sshd_config" <<CONF
HostKey $dir/hostkey
AuthorizedKeysFile $dir/key.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
CONF
    lab_spawn gwb "$dir/sshd.log" /usr/sbin/sshd -D -e -f "$dir/sshd_config"
    lab_wait 5 grep -q 'Server listening on 0.0.0.0' "$dir/sshd.log" || lab_fail "sshd: $(cat "$dir/sshd.log")"
}

# Sends a megabyte through SSH and back: ssh_check NAMESPACE ADDRESS WORDS
ssh_check() {
    local dir=$LAB_OUT/ssh name=$1 address=$2 words=$3
    head -c 1000000 /dev/urandom >"$dir/sent"
    # shellcheck disable=SC2086
    lab_in "$name" timeout 20 ssh -F none -i "$dir/key" -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR \
        -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 "root@$address" cat <"$dir/sent" >"$dir/got" 2>"$dir/ssh.log" ||
        lab_fail "no SSH $words: $(tail -n 2 "$dir/ssh.log")"
    cmp -s "$dir/sent" "$dir/got" || lab_fail "SSH $words: what comes back is not what was sent"
}

host_line() { culvert_json b "d['ports'][0]['host']['$1']" show ports; }
dropped() { culvert_drops b "$1"; }
limited() { [ "$(dropped host_limit)" -gt 0 ]; }

lab_up a=masq b=1to1
net_one_nic b
own=${NET_WAN[b]} neighbour=${NET_LAN[b]}.20 far=${NET_LAN[a]}.10
CULVERT_PORTS[b]='{"eth0": {"device": "wan", "driver": "'${CULVERT_DRIVER:-auto}'", "addresses": ["'$own'/24"], "gateway": "'${NET_HOP[b]}'",
             "host": "culvert0"}}'
gw_pair
# As many distributions have it: only packets from where the answer would go.
lab_in gwb sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 1 >/proc/sys/net/ipv4/conf/default/rp_filter'
check_capture_start
gw_start b
gw_start a
lab_in gwb ip -br address show dev culvert0 | grep -q "$own/24" || lab_fail "culvert0 has no address"
lab_in gwb ip route show default | grep -q 'dev culvert0 .*metric 4000' || lab_fail "no default route of high metric"
ssh_start

# Before the tunnel: from the internet, from the neighbour.
ssh_check gwa "$NET_PUBLIC_b" "in clear from the internet"
ssh_check hostb "$own" "in clear from the neighbour"
# A policy protects what goes to the peer's LAN: without an SA it does not leave at all.
lab_in gwb ping -c 2 -i 0.2 -W 0.3 -q -p "$CHECK_PATTERN" "$far" >/dev/null && lab_fail "a ping got through without a tunnel"
[ "$(dropped no_sa)" -ge 2 ] || lab_fail "what the host sent without an SA was not counted"

gw_initiate a net || lab_fail "no tunnel: $(tail -n 2 "$LAB_OUT/gwa/initiate.log")"
check_reach a "$neighbour" 5
check_ping b "$far" 20 0.02
# Through the tunnel, and still in clear, while the tunnel carries others' packets.
check_ping_start a "$neighbour" 150 0.02
ssh_check hosta "$own" "through the tunnel"
ssh_check gwa "$NET_PUBLIC_b" "in clear beside a tunnel"
check_ping_lost
check_equal "pings lost while SSH ran" 0 "$CHECK_LOST"
check_iperf a b "$neighbour"
# The host calls by itself, and learns the tunnel's MTU.
lab_in gwb ping -n -q -c 5 -i 0.05 -W 2 -p "$CHECK_PATTERN" "$far" | grep -q ' 0% packet loss' || lab_fail "the host's own pings"
lab_in gwb ping -n -c 3 -i 0.2 -W 1 -M "do" -s 1472 "$far" >"$LAB_OUT/big.log" 2>&1
grep -Eq 'message too long|Frag needed' "$LAB_OUT/big.log" || lab_fail "the host was not told the tunnel's MTU: $(cat "$LAB_OUT/big.log")"
# Another interface has the default route: it keeps it, and answers still leave where the question came in.
net_wire gwb mgmt inet mgmt
net_address gwb mgmt 192.0.2.1/24
ip -n "$LAB-gwb" route add default via 192.0.2.254 dev mgmt metric 100
ssh_check hosta "$own" "through the tunnel beside another default route"
ssh_check gwa "$NET_PUBLIC_b" "in clear beside another default route"
lab_in gwb ip route get 203.0.113.77 | grep -q 'dev mgmt' || lab_fail "the default route that was there is overridden"
# IKE's ports are the gateway's alone.
lab_in gwb "$LAB_PYTHON" -c 'import socket, sys
for port in (500, 4500):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((sys.argv[1], port))
    s.sendto(b"shadow", (sys.argv[2], 4500))' "$own" "$NET_PUBLIC_a"
shadows_counted() { [ "$(dropped host_shadow)" = 2 ]; }
lab_wait 3 shadows_counted || lab_fail "the host may send from the ports of IKE"
check_equal "packets that were lost between host and workers" "0 0" "$(host_line in_lost) $(host_line out_lost)"
check_capture_end --least-esp 100
# A flood to a port of the host leaves IKE its way.
lab_spawn inet "$LAB_OUT/flood.log" "$LAB_PYTHON" -c 'import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 9))
end = time.monotonic() + 3
while time.monotonic() < end:
    try:
        s.send(b"flood" * 8)
    except OSError:
        pass' "$NET_PUBLIC_b"
flood=$LAB_PID
lab_wait 3 limited || lab_fail "a flood to the host meets no limit"
gw_rekey a net ike || lab_fail "no IKE rekeying under a flood to the host"
lab_wait 5 swan_logged a '] rekeyed between' || lab_fail "no IKE rekeying in strongSwan's log"
lab_alive "$flood" || lab_fail "the flood ended before its time: $(cat "$LAB_OUT/flood.log")"
lab_end "$flood"
check_ping a "$neighbour" 10 0.02
counts="$(host_line in_pkts) packets to the host, $(host_line out_pkts) from it"

gw_stop b
check_equal "exit status of culvertd" 0 "$LAB_STATUS"
lab_in gwb ip link show dev culvert0 >/dev/null 2>&1 && lab_fail "culvert0 is left"
lab_in gwb ip rule | grep -q "$own" && lab_fail "a rule is left"
echo "shows: SSH in clear and through the tunnel; $counts; $CHECK_RATES Mbit/s forwarded"
