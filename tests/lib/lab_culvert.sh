# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Culvert as a gateway: its configuration is written from the declared connections; its ports are the veths of its
# namespace by their names, with the kernel's addresses on them until culvertd takes them. CULVERT_DRIVER says how they are
# driven: auto (the default), af_packet or af_xdp.
# strongSwan's userland ESP knows no ESN and still chooses it when it is offered, so proposals here say noesn.

declare -A CULVERT_EXTRA=()   # gateway -> JSON members to add at the top level, each followed by a comma

declare -A CULVERT_PORTS=()   # gateway -> value of "ports", where it is not the usual pair

# The lines of the proposals; "default" leaves them out, and those that say themselves what they want of sequence numbers are taken
# as they are. culvert_proposals GATEWAY CONNECTION
culvert_proposals() {
    local ike=${GW_VALUE[$1/$2/ike]} esp=${GW_VALUE[$1/$2/esp]}
    [ "$ike" = default ] || printf '      "ike_proposals": ["%s"],\n' "${ike//,/\", \"}"
    [[ $esp == default || $esp == *esn* ]] || esp=${esp//,/-noesn,}-noesn
    [ "$esp" = default ] || printf '      "esp_proposals": ["%s"],\n' "${esp//,/\", \"}"
}

# The networks: of one child on both sides, or two children by name. culvert_children_json GATEWAY CONNECTION
culvert_children_json() {
    local lan=${GW_VALUE[$1/$2/lan]} peer_lan=${GW_VALUE[$1/$2/peer_lan]} lan2=${GW_VALUE[$1/$2/lan2]} peer_lan2=${GW_VALUE[$1/$2/peer_lan2]}
    [ -n "$lan2$peer_lan2" ] || return 0
    printf '      "children": {"%s": {"local": ["%s"], "remote": ["%s"]}, "%s2": {"local": ["%s"], "remote": ["%s"]%s}},\n' \
        "$2" "$lan" "$peer_lan" "$2" "${lan2:-$lan}" "${peer_lan2:-$peer_lan}" "${GW_VALUE[$1/$2/child2_more]}"
}
culvert_subnets() { [ -n "${GW_VALUE[$1/$2/lan2]}${GW_VALUE[$1/$2/peer_lan2]}" ] || culvert_list "$1" "$2" "$3" subnets; }

# One method, or several with a comma between.
culvert_methods() {
    case $1 in
    *,*) printf ', "auth": ["%s"]' "${1//,/\", \"}" ;;
    *) printf ', "auth": "%s"' "$1" ;;
    esac
}
# What is another one in the second round, and in the third: culvert_then GATEWAY CONNECTION ID-KEY FILES-KEY [ROUND]
culvert_then() {
    local id files round=${5:-2} lines=""
    id=${GW_VALUE[$1/$2/$3$round]} files=${GW_VALUE[$1/$2/$4$round]}
    [ -z "$id" ] || lines="\"id\": \"$id\""
    case $4:$files in
    *:) ;;
    cert:*) lines+="${lines:+, }\"certificate\": \"$LAB_PKI/$files.crt\", \"key\": \"$LAB_PKI/$files.key\"" ;;
    *) lines+="${lines:+, }\"ca\": [\"${files//,/\", \"}\"]" ;;
    esac
    [ "$round" != 2 ] || lines+=$(culvert_then "$1" "$2" "$3" "$4" 3)
    [ -z "$lines" ] || printf ', "then": {%s}' "${lines#, }"
}

# How a side proves itself: culvert_auth GATEWAY CONNECTION, culvert_peer_auth GATEWAY CONNECTION
culvert_auth() {
    local name files certs="" keys="" key token p12 user eap_id
    user=${GW_VALUE[$1/$2/user]} eap_id=${GW_VALUE[$1/$2/eap_id]}
    culvert_methods "${GW_VALUE[$1/$2/auth]}"
    for name in ${GW_VALUE[$1/$2/cert]//,/ }; do
        certs+="${certs:+, }\"$LAB_PKI/${name/:/-}.chain\"" keys+="${keys:+, }\"$LAB_PKI/${name%%:*}.key\""
        files=("$LAB_PKI/${name%%:*}.crt")
        [ "$name" = "${name%%:*}" ] || files+=("$LAB_PKI/${name#*:}.crt")
        cat "${files[@]}" >"$LAB_PKI/${name/:/-}.chain"
    done
    key=${GW_VALUE[$1/$2/key]}
    [ -z "$key" ] || keys="\"$LAB_PKI/$key.key\""
    token=${GW_VALUE[$1/$2/token]} p12=${GW_VALUE[$1/$2/p12]}
    [ -z "$token" ] || keys="\"$token\""
    [ "${GW_VALUE[$1/$2/token_cert]}" = no ] || certs="\"${GW_VALUE[$1/$2/token_cert]}\""
    [ -z "$certs" ] || printf ', "certificate": [%s]' "$certs"
    [ -z "${GW_VALUE[$1/$2/chain]}" ] || printf ', "chain": "%s"' "$LAB_PKI/${GW_VALUE[$1/$2/chain]}.crt"
    [ -z "$keys" ] || printf ', "key": [%s]' "$keys"
    [ "${GW_VALUE[$1/$2/rsa_pss]}" = auto ] || printf ', "rsa_pss": "%s"' "${GW_VALUE[$1/$2/rsa_pss]}"
    [ -z "$p12" ] || printf ', "pkcs12": ["%s"], "key_passphrase_file": "%s"' "$LAB_PKI/$p12.p12" "$LAB_PKI/p12-phrase"
    [ -z "$token" ] || printf ', "key_passphrase_file": "%s.pin"' "$2"
    culvert_then "$1" "$2" id cert
    case ${GW_VALUE[$1/$2/auth]} in
    *eap-mschapv2*) printf ', "user": "%s", "password_file": "%s.password"' "${user//\\/\\\\}" "$2" ;;
    esac
    [ "${GW_VALUE[$1/$2/xauth]}" != client ] || printf ', "user": "%s", "password_file": "%s.password"' "$user" "$2"
    [ "$eap_id" = default ] || printf ', "eap_id": "%s"' "$eap_id"
}
culvert_peer_auth() {
    local ca key
    ca=${GW_VALUE[$1/$2/ca]} key=${GW_VALUE[$1/$2/peer_key]}
    culvert_methods "${GW_VALUE[$1/$2/peer_auth]}"
    culvert_then "$1" "$2" peer_id ca
    [ -z "$ca" ] || printf ', "ca": ["%s"]' "${ca//,/\", \"}"
    [ -z "$key" ] || printf ', "public_key": "%s"' "$LAB_PKI/$key.pub"
}

# The authorities that connections name, with the revocation lists that are there.
culvert_authorities() {
    local name names="" comma=""
    for name in ${GW_CONNS[$1]}; do names+=",${GW_VALUE[$1/$name/ca]},${GW_VALUE[$1/$name/ca2]},${GW_VALUE[$1/$name/ca3]}"; done
    local -A told=()
    for name in ${names//,/ }; do
        [ -z "${told[$name]:-}" ] || continue
        told[$name]=yes
        printf '%s    "%s": {"certificates": "%s"' "$comma" "$name" "$LAB_PKI/$name.crt"
        [ ! -e "$LAB_PKI/$name.crl" ] || printf ', "crls": "%s", "crl_required": true' "$LAB_PKI/$name.crl"
        printf '}\n'
        comma=,
    done
}

# A member that is a list, where the connection has it: culvert_list GATEWAY CONNECTION KEY MEMBER
culvert_list() {
    local value=${GW_VALUE[$1/$2/$3]}
    [ -z "$value" ] || printf ', "%s": ["%s"]' "$4" "${value//,/\", \"}"
}

culvert_pools() {
    local name key comma=""
    [ -n "${GW_POOLS[$1]:-}" ] || return
    printf '  "pools": {'
    for name in ${GW_POOLS[$1]}; do
        printf '%s\n    "%s": {"lease_s": %s' "$comma" "$name" "${CULVERT_LEASE_S:-3600}"
        for key in addresses dns subnets; do culvert_list "$1" "pool-$name" "$key" "$key"; done
        printf '}'
        comma=,
    done
    printf '\n  },\n'
}

culvert_ppk() {
    [ -z "${GW_VALUE[$1/$2/ppk_id]}" ] || printf '      "ppk_id": "%s", "ppk_file": "%s.ppk", "ppk_required": %s,\n' \
        "${GW_VALUE[$1/$2/ppk_id]}" "$2" "${GW_VALUE[$1/$2/ppk_required]}"
}

# What only IKEv1 has.
culvert_v1() {
    [ "${GW_VALUE[$1/$2/version]}" = 2 ] || printf '      "version": 1, "aggressive": "%s", "xauth": "%s", "mode_config": "%s",\n' \
        "${GW_VALUE[$1/$2/aggressive]}" "${GW_VALUE[$1/$2/xauth]}" "${GW_VALUE[$1/$2/mode_config]}"
}

culvert_connection() {
    local gw=$1 name=$2 at=$1/$2
    printf '    "%s": {\n      "local": {"address": "any", "id": "%s"' "$name" "${GW_VALUE[$at/id]}"
    culvert_auth "$gw" "$name"
    culvert_subnets "$gw" "$name" lan
    culvert_list "$gw" "$name" vips virtual_addresses
    printf '},\n      "remote": {"address": "%s", "id": "%s"' "${GW_VALUE[$at/peer]}" "${GW_VALUE[$at/peer_id]}"
    culvert_peer_auth "$gw" "$name"
    culvert_subnets "$gw" "$name" peer_lan
    culvert_list "$gw" "$name" pools pools
    culvert_list "$gw" "$name" groups groups
    printf '%s},\n' "${GW_VALUE[$at/peer_more]}"
    culvert_proposals "$gw" "$name"
    culvert_children_json "$gw" "$name"
    culvert_ppk "$gw" "$name"
    culvert_v1 "$gw" "$name"
    printf '      "eap_only": %s, "weak": %s, "encapsulation": "%s", "fragmentation": "%s",\n' \
        "${GW_VALUE[$at/eap_only]}" "${GW_VALUE[$at/weak]}" "${GW_VALUE[$at/encap]}" "${GW_VALUE[$at/frag]}"
    printf '      "dpd_s": %s, "retransmit_ms": %s, "retransmit_tries": 3,\n      "rekey_s": %s,\n' \
        "${GW_VALUE[$at/dpd]}" "${GW_VALUE[$at/retransmit]}" "${GW_VALUE[$at/ike_rekey]}"
    printf '      "child": {"rekey_s": %s, "rekey_bytes": %s,\n' "${GW_VALUE[$at/child_rekey]}" "${GW_VALUE[$at/child_bytes]}"
    printf '                "rekey_pkts": %s, "life_pkts": %s,\n' "${GW_VALUE[$at/child_pkts]}" "${GW_VALUE[$at/child_life_pkts]}"
    printf '                "priority": %s%s},\n' "${GW_VALUE[$at/priority]}" "${GW_VALUE[$at/child_more]}"
    printf '      "start": %s%s\n    }\n' "${GW_VALUE[$at/start]}" "${GW_VALUE[$at/more]}"
}

# A port's device: the interface, or what a scenario wants instead (CULVERT_DEVICE_OUTSIDE, CULVERT_DEVICE_INSIDE).
culvert_device() {
    local device="CULVERT_DEVICE_$2"
    if [ -n "${!device:-}" ]; then
        printf '"device": "%s"' "${!device}"
    else
        printf '"device": "%s", "driver": "%s"' "$1" "${CULVERT_DRIVER:-auto}"
    fi
}

# The ports, with IPv6 where the lab has it; CULVERT_PORTS of a gateway stands instead of them.
culvert_ports() {
    local gw=$1 wan6="" lan6="" hop6=${NET_HOP6[$1]:-}
    if [ -n "${CULVERT_PORTS[$gw]:-}" ]; then
        printf '  "ports": %s,\n' "${CULVERT_PORTS[$gw]}"
        return
    fi
    if [ -n "$hop6" ]; then
        wan6=", \"${NET_WAN6[$gw]}/64\"" lan6=", \"${NET_LAN6[$gw]}:1/64\""
        printf '  "routes": [{"to": "::/0", "via": "%s", "port": "outside"}],\n' "$hop6"
    fi
    printf '  "ports": {\n    "outside": {'
    culvert_device wan OUTSIDE
    printf ', "role": "outside",\n                "addresses": ["%s/24"%s], %s "gateway": "%s"},\n    "inside": {' \
        "${NET_WAN[$gw]}" "$wan6" "${CULVERT_OUTSIDE:-}" "${NET_HOP[$gw]}"
    culvert_device lan INSIDE
    printf ', "role": "inside",\n               %s "addresses": ["%s.1/24"%s]}\n  },\n' "${CULVERT_INSIDE:-}" "${NET_LAN[$gw]}" "$lan6"
}

# The addresses that a NAT gives to a gateway, as a list of JSON.
culvert_public() {
    local side=${1:0:1}
    local public="NET_PUBLIC_$side"
    [ "${NET_NAT[$side]}" = none ] && return
    printf '"%s"' "${!public}"
    [ -z "${NET_PUBLIC6[$side]:-}" ] || printf ', "%s"' "${NET_PUBLIC6[$side]}"
}

# The files of secrets, and what the configuration says of them: culvert_secrets GATEWAY FOLDER
culvert_secrets() {
    local gw=$1 dir=$2 name kind at comma="" files=()
    for name in ${GW_CONNS[$gw]}; do
        at=$gw/$name
        printf '%s' "${GW_VALUE[$at/psk]}" >"$dir/$name.psk"
        printf '%s' "${GW_VALUE[$at/ppk]}" >"$dir/$name.ppk"
        printf '%s\n' "${GW_VALUE[$at/password]}" >"$dir/$name.password"
        printf '%s\n' "${GW_VALUE[$at/pin]}" >"$dir/$name.pin"
        for kind in psk ppk password pin; do files+=("$dir/$name.$kind"); done
        [[ ,${GW_VALUE[$at/auth]},${GW_VALUE[$at/peer_auth]}, == *,psk,* ]] || continue
        case ${GW_VALUE[$at/peer_id]} in \** | any) continue ;; esac # keys are single identities'
        printf '%s    {"local": "%s", "remote": "%s", "psk_file": "%s.psk"}\n' "$comma" "${GW_VALUE[$at/id]}" "${GW_VALUE[$at/peer_id]}" "$name"
        comma=,
    done
    [ "${#files[@]}" = 0 ] || chmod 600 "${files[@]}"
}

culvert_write() {
    local gw=$1 dir=$2 name comma=""
    printf '{\n  %s\n' "${CULVERT_EXTRA[$gw]:-}"
    culvert_ports "$gw"
    culvert_pools "$gw"
    printf '  "eal": {"hugepages": "%s", "memory_mb": %s, "args": [%s]},\n' "${CULVERT_HUGEPAGES:-never}" "${CULVERT_MEMORY:-128}" "${CULVERT_EAL_ARGS:-}"
    printf '  "control": {"socket": "%s"%s},\n  "nat": {"public_addresses": [' "$dir/culvertd.sock" "${CULVERT_CONTROL:-}"
    culvert_public "$gw"
    printf ']},\n  "secrets": [\n'
    culvert_secrets "$gw" "$dir"
    printf '  ],\n  "authorities": {\n'
    culvert_authorities "$gw"
    printf '  },\n  "connections": {\n'
    for name in ${GW_CONNS[$gw]}; do
        printf '%s' "$comma"
        culvert_connection "$gw" "$name"
        comma=,
    done
    printf '  }\n}\n'
}

culvert_start() {
    local gw=$1 dir=$LAB_OUT/gw$1
    [ -d "$dir" ] || mkdir -p "$dir"
    culvert_write "$gw" "$dir" >"$dir/culvert.json"
    lab_in "gw$gw" "$CULVERTD" --check --config "$dir/culvert.json" >"$dir/check.log" 2>&1 || {
        cat "$dir/check.log" >&2
        return 1
    }
    CULVERT_STARTS=$((${CULVERT_STARTS:-0} + 1))
    [ -e "$dir/culvertd.log" ] && mv "$dir/culvertd.log" "$dir/culvertd-$CULVERT_STARTS.log"
    lab_spawn "gw$gw" "$dir/culvertd.log" "$CULVERTD" --config "$dir/culvert.json"
    GW_PID[$gw]=$LAB_PID
    # Before it listens there is nobody to ask.
    culvert_answers() { [ -S "$dir/culvertd.sock" ] && culvert_look "$gw" status; }
    lab_wait "${CULVERT_START_SECONDS:-10}" culvert_answers || {
        tail -n 15 "$dir/culvertd.log" >&2
        return 1
    }
}

# culvert_ctl GATEWAY ARGUMENTS...
culvert_ctl() {
    local gw=$1
    shift
    "$CULVERTCTL" --socket "$LAB_OUT/gw$gw/culvertd.sock" "$@"
}

# The same, for what is waited for or taken apart here.
culvert_look() {
    local gw=$1
    shift
    "$CULVERT_LOOKS" --socket "$LAB_OUT/gw$gw/culvertd.sock" "$@"
}

culvert_initiate() { culvert_ctl "$1" initiate "$2" >"$LAB_OUT/gw$1/initiate.log" 2>&1 && lab_wait 10 culvert_up "$1"; }
culvert_up() { [ "$(culvert_children "$1")" -ge 1 ]; }
culvert_rekey() { culvert_ctl "$1" rekey "$2" "--$3" >>"$LAB_OUT/gw$1/rekey.log" 2>&1; }
culvert_terminate() { culvert_ctl "$1" terminate "$2" >"$LAB_OUT/gw$1/terminate.log" 2>&1; }

# culvert_json GATEWAY PYTHON-EXPRESSION COMMAND...: evaluates the expression over the answer `d`
culvert_json() {
    local gw=$1 expression=$2
    shift 2
    culvert_look "$gw" "$@" --json | "$LAB_PYTHON" -IS -c 'import json, sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$expression"
}

# A replaced child still takes late packets for some seconds and does not count.
culvert_children() {
    culvert_json "$1" 'sum(not c.get("replaced") for s in d["sas"] for c in s["children"])' show sas 2>/dev/null || echo 0
}

# Inbound SPIs of all children.
culvert_spis() { culvert_json "$1" 'sorted(c["spi_in"] for s in d["sas"] for c in s["children"])' show sas; }
# Is this side (local or remote) behind a NAT? True or False
culvert_nat() { culvert_json "$1" "d['peers'][0]['$2']['behind_nat']" show nat; }
# Address and port that the only peer is reached at.
culvert_endpoint() { culvert_json "$1" 'd["sas"][0]["remote"]' show sas; }
culvert_ikes() { culvert_json "$1" 'len(d["sas"])' show sas; }
# culvert_total GATEWAY CONNECTION COUNTER: over all SAs that the connection ever had
culvert_total() { culvert_json "$1" "d['connections'][0]['totals']['$3']" show connections "$2"; }
# How often packets were dropped for a reason.
culvert_drops() { culvert_json "$1" "next(c['count'] for c in d['drops'] if c['name'] == '$2')" show counters; }
# All reasons for which packets were dropped, with their counts.
culvert_dropped() {
    culvert_json "$1" "' '.join(c['name'] + '=' + str(c['count']) for c in d['drops'] if c['count'])" show counters
}
# Datagrams that came in from outside and have a counter: passed through a tunnel, handed to IKE, or dropped by name.
culvert_accounted() {
    culvert_json "$1" 'd["data_path"]["esp_in_pkts"] + d["ike"]["packets_in"] + sum(c["count"] for c in d["drops"] if c["name"] not in
        ("arp_ignored", "nd_ignored"))' show counters
}
# A text of the failure of this kind (why, fix_here, fix_peer, nearest ...); empty when there is none.
culvert_failure() {
    culvert_json "$1" "next((f.get('$3', '') for f in d['failures'] if f['kind'] == '$2'), '')" show failures
}
