# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# The wires and the NATs of a lab.
#
#   hosta - gwa - nata - inet - natb - gwb - hostb          (gwa2/hosta2, gwa3/hosta3 ... share nata)
#
# A side without NAT has its gateway on the internet with the public address; then nata or natb does not exist.
# Kinds of NAT, per side:
#   none    the gateway owns the public address
#   masq    masquerade that keeps source ports while they are free; nothing new comes in
#   random  masquerade with unpredictable source ports; nothing new comes in
#   fwd     masquerade, and UDP 500 and 4500 from outside go to the first gateway
#   1to1    every address bit is mapped one to one, as clouds do it
# With IPv6 the same NAT translates that, too, from addresses fd01:SIDE:: (NAT66).

# The plan of addresses; a scenario may set its own before lab_up.
NET_PUBLIC_a=${NET_PUBLIC_a:-203.0.113.2} NET_ROUTER_a=${NET_ROUTER_a:-203.0.113.1}
NET_PUBLIC_b=${NET_PUBLIC_b:-198.51.100.2} NET_ROUTER_b=${NET_ROUTER_b:-198.51.100.1}
NET_PRIVATE_a=${NET_PRIVATE_a:-192.168.1} NET_PRIVATE_b=${NET_PRIVATE_b:-172.31.0}
NET_LAN_a=${NET_LAN_a:-10.1.0} NET_LAN_b=${NET_LAN_b:-10.2.0}
# Hosts send packets that still fit the wire after encapsulation.
NET_HOST_MTU=1400

declare -A NET_WAN=()    # gateway -> address of its outside port
declare -A NET_HOP=()    # gateway -> its next hop
declare -A NET_LAN=()    # gateway -> first three octets of its inside network
declare -A NET_NAT=()    # side -> kind of NAT
declare -A NET_MEMORY=() # side -> how often its NAT has forgotten all mappings
declare -A NET_PUBLIC6=() # side -> its IPv6 address on the internet, when the lab has IPv6
declare -A NET_WAN6=()   # gateway -> IPv6 address of its outside port
declare -A NET_HOP6=()   # gateway -> its next hop
declare -A NET_LAN6=()   # gateway -> its inside network without the last part (fd00:a:)

# What is to be built next, as lines of lab_build.py: namespaces with their settings, the wires between them, what ports are set to,
# and the rest of each namespace. Outside of lab_up it is built at once.
NET_SPACES="" NET_WIRES="" NET_PORTS="" NET_IS_OPEN=no
declare -A NET_LINES=()

net_build() {
    local lines=$NET_SPACES$NET_WIRES$NET_PORTS IFS=
    lines+=${NET_LINES[*]-}
    NET_SPACES="" NET_WIRES="" NET_PORTS="" NET_LINES=()
    "$LAB_PYTHON" -IS "$LAB_LIB/lab_build.py" <<<"${lines%$'\n'}" || lab_fail "cannot build the lab"
}

# ip(8) in a namespace: net_ip NAME WORDS...
net_ip() {
    local name=$1
    shift
    if [ "$NET_IS_OPEN" = yes ]; then
        NET_LINES[$name]+="$LAB-$name ip $*"$'\n'
    else
        ip -n "$LAB-$name" "$@" || lab_fail "ip $* in $name"
    fi
}

# Creates a namespace that forwards or not: net_space NAME 0|1
net_space() {
    local space=$LAB-$1 conf settings=(ipv6/conf/all/disable_ipv6=1 ipv6/conf/default/disable_ipv6=1)
    for conf in ipv4/conf/all ipv4/conf/default; do settings+=("$conf/rp_filter=0" "$conf/send_redirects=0" "$conf/accept_redirects=0"); done
    settings+=("ipv4/ip_forward=$2")
    [ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || settings+=(bridge/bridge-nf-call-iptables=0)
    [ ! -e "/run/netns/$space" ] || lab_fail "there is a namespace $space already, which is not ours"
    LAB_NAMES+=("$1")
    NET_SPACES="- ip netns add $space"$'\n'$NET_SPACES
    for conf in "${settings[@]}"; do NET_SPACES+="$space set ${conf%=*} ${conf#*=}"$'\n'; done
    NET_LINES[$1]+="$space ip link set lo up"$'\n'
    [ "$NET_IS_OPEN" = yes ] || net_build
}

# Whether a namespace is that of a gateway that Culvert is.
net_is_culvert() { [ "${1:0:2}" = gw ] && [ "${GW_ENGINE[${1:2}]:-}" = culvert ]; }

# Joins two namespaces by a wire: net_wire SPACE PORT SPACE PORT
# At a gateway that Culvert is, offloads stay on as a machine has them: packets from a local sender have no complete
# checksum and may be 64 KiB long. Elsewhere they are off, so that captures show what a real wire carries.
net_wire() {
    local offloads=off
    if net_is_culvert "$1" || net_is_culvert "$3"; then offloads=tx; fi
    NET_WIRES+="- ip link add $2 netns $LAB-$1 type veth peer name $4 netns $LAB-$3"$'\n'
    NET_PORTS+="$LAB-$1 $offloads $2"$'\n'"$LAB-$3 $offloads $4"$'\n'
    NET_LINES[$1]+="$LAB-$1 ip link set $2 up"$'\n'
    NET_LINES[$3]+="$LAB-$3 ip link set $4 up"$'\n'
    [ "$NET_IS_OPEN" = yes ] || net_build
}

net_address() {
    local nodad=()
    [[ $3 != *:* ]] || nodad=(nodad)
    net_ip "$1" address add "$3" dev "$2" "${nodad[@]}"
}
net_default() { net_ip "$1" route replace default via "$2"; }

# A gateway with a LAN and one host: net_gateway NAME LAN
net_gateway() {
    local gw=$1 lan=$2
    net_space "gw$gw" 1
    net_space "host$gw" 0
    net_wire "gw$gw" lan "host$gw" eth0
    net_address "gw$gw" lan "$lan.1/24"
    net_address "host$gw" eth0 "$lan.10/24"
    net_ip "host$gw" link set eth0 mtu "$NET_HOST_MTU"
    net_default "host$gw" "$lan.1"
    NET_LAN[$gw]=$lan
}

# Connects a gateway to the NAT of its side: net_behind SIDE GATEWAY NUMBER
net_behind() {
    local side=$1 gw=$2 private="NET_PRIVATE_$1"
    local address=${!private}.$(($3 + 9))
    net_wire "gw$gw" wan "nat$side" "in$3"
    net_ip "nat$side" link set "in$3" master inside
    net_address "gw$gw" wan "$address/24"
    net_default "gw$gw" "${!private}.1"
    NET_WAN[$gw]=$address
    NET_HOP[$gw]=${!private}.1
}

# One side of the internet: net_side SIDE KIND CLIENTS LANS (own: each client has another inside network; same)
net_side() {
    local side=$1 kind=$2 clients=$3 i gw step=1
    [ "$4" = same ] && step=0
    local public="NET_PUBLIC_$side" router="NET_ROUTER_$side" lan="NET_LAN_$side" private="NET_PRIVATE_$side"
    NET_NAT[$side]=$kind
    net_gateway "$side" "${!lan}"
    if [ "$kind" = none ]; then
        net_wire "gw$side" wan inet "to$side"
        net_address "gw$side" wan "${!public}/24"
        net_default "gw$side" "${!router}"
        NET_WAN[$side]=${!public}
        NET_HOP[$side]=${!router}
    else
        net_space "nat$side" 1
        net_wire "nat$side" outside inet "to$side"
        net_address "nat$side" outside "${!public}/24"
        net_default "nat$side" "${!router}"
        net_ip "nat$side" link add inside type bridge stp_state 0 forward_delay 0 mcast_snooping 0
        net_ip "nat$side" link set inside up
        net_address "nat$side" inside "${!private}.1/24"
        net_behind "$side" "$side" 1
        for ((i = 2; i <= clients; i++)); do
            gw=$side$i
            net_gateway "$gw" "${!lan%.*}.$((${!lan##*.} + (i - 1) * step))"
            net_behind "$side" "$gw" "$i"
        done
    fi
    net_address inet "to$side" "${!router}/24"
}

# The rules of a NAT for one family: net_nat_rules ip|ip6 KIND PORTS PUBLIC FIRST MEMORY
# They come behind those in NET_RULES.
net_nat_rules() {
    local family=$1 kind=$2 ports=${3:+to :$3} public=$4 first=$5 memory=$6 random="" pre="" post="" filter="" rules
    [ "$kind" = random ] && random=fully-random
    case $kind in
    masq | random | fwd)
        post="oifname outside meta l4proto udp masquerade $ports $random
              oifname outside masquerade"
        filter='iifname outside ct state new ct status ! dnat drop'
        ;;&
    fwd) pre="iifname outside udp dport { 500, 4500 } dnat to $first" ;;
    1to1)
        pre="iifname outside $family daddr $public dnat to $first"
        post="oifname outside $family saddr $first snat to $public"
        ;;
    esac
    lab_text rules <<NFT
table $family address {
    chain memory {
        type filter hook prerouting priority raw; policy accept;
        ct zone set $memory
    }
    chain before {
        type nat hook prerouting priority dstnat; policy accept;
        $pre
    }
    chain after {
        type nat hook postrouting priority srcnat; policy accept;
        $post
    }
}
table $family guard {
    chain through {
        type filter hook forward priority filter; policy accept;
        $filter
    }
}
NFT
    NET_RULES+=$rules
}

# Loads the rules of a NAT anew: net_nat SIDE KIND PORTS ("" or low-high for its public UDP ports)
net_nat() {
    local public="NET_PUBLIC_$1" memory=${NET_MEMORY[$1]:-0} NET_RULES=$'flush ruleset\n'
    net_nat_rules ip "$2" "$3" "${!public}" "${NET_WAN[$1]}" "$memory"
    [ -z "${NET_PUBLIC6[$1]:-}" ] || net_nat_rules ip6 "$2" "$3" "${NET_PUBLIC6[$1]}" "${NET_WAN6[$1]}" "$memory"
    lab_in "nat$1" nft -f - <<<"$NET_RULES" || lab_fail "rules of nat$1"
}

# The NAT forgets all mappings, of both families at once, and makes new ones from other ports: net_rebind SIDE [low-high]
# As when one reboots, no packet finds it between the old state and the new: both come with one transaction of rules, the
# memory as a zone of connection tracking in which nothing is known. (Flushing takes a while, and what passes meanwhile
# gets a mapping that goes with the next step of it.)
net_rebind() {
    local low=$((20000 + RANDOM % 20000))
    NET_MEMORY[$1]=$((${NET_MEMORY[$1]:-0} + 1))
    net_nat "$1" "${NET_NAT[$1]}" "${2:-$low-$((low + 99))}"
}

# Makes a side that is behind a NAT a cloud instance with one NIC: the LAN goes, and its host becomes a neighbour in the
# provider's network, whose routes send the other side's LAN to the gateway: net_one_nic SIDE
net_one_nic() {
    local side=$1 private="NET_PRIVATE_$1" other=a
    [ "$side" = a ] && other=b
    net_ip "gw$side" link del lan
    net_wire "host$side" eth0 "nat$side" neighbour
    net_ip "nat$side" link set neighbour master inside
    net_address "host$side" eth0 "${!private}.20/24"
    net_ip "host$side" link set eth0 mtu "$NET_HOST_MTU"
    net_default "host$side" "${!private}.1"
    net_ip "host$side" route add "${NET_LAN[$other]}.0/24" via "${NET_WAN[$side]}"
    NET_LAN[$side]=${!private}
}

# Gives a namespace IPv6: net_space6 NAME 0|1
net_space6() {
    local what
    for what in accept_dad accept_ra disable_ipv6; do NET_PORTS+="$LAB-$1 set ipv6/conf/*/$what 0"$'\n'; done
    NET_PORTS+="$LAB-$1 set ipv6/conf/all/forwarding $2"$'\n'
    [ "$NET_IS_OPEN" = yes ] || net_build
}

# IPv6 beside the IPv4 of a side, routed or behind the same NAT; of several clients the first has it: net_side6 SIDE
net_side6() {
    local side=$1 gw=gw$1 host=host$1 router=2001:db8:${1}1::1
    NET_PUBLIC6[$side]=2001:db8:${side}1::2
    NET_WAN6[$side]=${NET_PUBLIC6[$side]}
    NET_HOP6[$side]=$router
    NET_LAN6[$side]=fd00:$side:
    net_space6 "$gw" 1
    net_space6 "$host" 0
    net_address inet "to$side" "$router/64"
    if [ "${NET_NAT[$side]}" != none ]; then
        NET_WAN6[$side]=fd01:$side::10
        NET_HOP6[$side]=fd01:$side::1
        net_space6 "nat$side" 1
        net_address "nat$side" outside "${NET_PUBLIC6[$side]}/64"
        net_address "nat$side" inside "${NET_HOP6[$side]}/64"
        net_default "nat$side" "$router"
    fi
    net_address "$gw" wan "${NET_WAN6[$side]}/64"
    net_address "$gw" lan "${NET_LAN6[$side]}:1/64"
    net_address "$host" eth0 "${NET_LAN6[$side]}:10/64"
    net_default "$gw" "${NET_HOP6[$side]}"
    net_default "$host" "${NET_LAN6[$side]}:1"
}

# Leaves the ports of a gateway to a process that reads raw frames: the kernel keeps no address and answers nothing.
net_release() {
    local port
    for port in wan lan; do
        ip -n "$LAB-gw$1" link show dev "$port" >/dev/null 2>&1 || continue
        lab_in "gw$1" sh -c "echo 1 >/proc/sys/net/ipv6/conf/$port/disable_ipv6"
        ip -n "$LAB-gw$1" address flush dev "$port"
        ip -n "$LAB-gw$1" link set "$port" arp off
    done
    lab_in "gw$1" sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
}

# Builds the lab: lab_up [a=KIND] [b=KIND] [clients=N] [lans=own|same] [v6=yes]
lab_up() {
    local a=masq b=1to1 clients=1 lans=own v6=no arg side
    for arg in "$@"; do
        case $arg in
        a=*) a=${arg#*=} ;;
        b=*) b=${arg#*=} ;;
        clients=*) clients=${arg#*=} ;;
        lans=*) lans=${arg#*=} ;;
        v6=*) v6=${arg#*=} ;;
        *) lab_fail "lab_up does not know $arg" ;;
        esac
    done
    lab_need_root
    NET_IS_OPEN=yes
    net_space inet 1
    net_side a "$a" "$clients" "$lans"
    net_side b "$b" 1 own
    if [ "$v6" = yes ]; then
        net_space6 inet 1
        net_side6 a
        net_side6 b
    fi
    net_build
    NET_IS_OPEN=no
    for side in "${!NET_NAT[@]}"; do
        [ "${NET_NAT[$side]}" = none ] || net_nat "$side" "${NET_NAT[$side]}" ""
    done
    if lab_in hosta ping -c 1 -W 0.2 -q "${NET_LAN[b]}.10" >/dev/null; then
        lab_fail "the hosts reach each other without a tunnel"
    fi
}
