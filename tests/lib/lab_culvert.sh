# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Culvert as a gateway: its configuration is written from the declared connections; its ports are the veths of its
# namespace by their names, with the kernel's addresses on them until culvertd takes them. CULVERT_DRIVER says how they are
# driven: auto (the default), af_packet or af_xdp.
# strongSwan's userland ESP knows no ESN and still chooses it when it is offered, so proposals here say noesn.

declare -A CULVERT_EXTRA=()   # gateway -> JSON members to add at the top level, each followed by a comma

declare -A CULVERT_PORTS=()   # gateway -> value of "ports", where it is not the usual pair

culvert_dir() { printf '%s' "$LAB_OUT/gw$1"; }

# Proposals that say themselves what they want of sequence numbers are taken as they are.
culvert_esp() {
    case $(gw_value "$1" "$2" esp) in
    *esn*) gw_value "$1" "$2" esp | sed 's/,/", "/g' ;;
    *) gw_value "$1" "$2" esp | sed 's/,/-noesn", "/g; s/$/-noesn/' ;;
    esac
}

# The lines of the proposals; "default" leaves them out. culvert_proposals GATEWAY CONNECTION
culvert_proposals() {
    local ike
    ike=$(gw_value "$1" "$2" ike)
    [ "$ike" = default ] || printf '      "ike_proposals": ["%s"],\n' "${ike//,/\", \"}"
    [ "$(gw_value "$1" "$2" esp)" = default ] || printf '      "esp_proposals": ["%s"],\n' "$(culvert_esp "$1" "$2")"
}

# The networks: of one child on both sides, or two children by name. culvert_nets GATEWAY CONNECTION
culvert_children_json() {
    local lan peer_lan lan2 peer_lan2
    lan=$(gw_value "$1" "$2" lan) peer_lan=$(gw_value "$1" "$2" peer_lan)
    lan2=$(gw_value "$1" "$2" lan2) peer_lan2=$(gw_value "$1" "$2" peer_lan2)
    [ -n "$lan2$peer_lan2" ] || return
    printf '      "children": {"%s": {"local": ["%s"], "remote": ["%s"]}, "%s2": {"local": ["%s"], "remote": ["%s"]}},\n' \
        "$2" "$lan" "$peer_lan" "$2" "${lan2:-$lan}" "${peer_lan2:-$peer_lan}"
}
culvert_subnets() { [ -n "$(culvert_children_json "$1" "$2")" ] || printf ', "subnets": ["%s"]' "$(gw_value "$1" "$2" "$3" | sed 's|,|", "|g')"; }

# One method, or two with a comma between.
culvert_methods() {
    case $1 in
    *,*) printf ', "auth": ["%s"]' "${1//,/\", \"}" ;;
    *) printf ', "auth": "%s"' "$1" ;;
    esac
}
# What is another one in the second round: culvert_then GATEWAY CONNECTION ID-KEY FILES-KEY
culvert_then() {
    local id files lines=""
    id=$(gw_value "$1" "$2" "$3") files=$(gw_value "$1" "$2" "$4")
    [ -z "$id" ] || lines="\"id\": \"$id\""
    case $4:$files in
    *:) ;;
    cert2:*) lines+="${lines:+, }\"certificate\": \"$LAB_PKI/$files.crt\", \"key\": \"$LAB_PKI/$files.key\"" ;;
    *) lines+="${lines:+, }\"ca\": [\"${files//,/\", \"}\"]" ;;
    esac
    [ -z "$lines" ] || printf ', "then": {%s}' "$lines"
}

# How a side proves itself: culvert_auth GATEWAY CONNECTION, culvert_peer_auth GATEWAY CONNECTION
culvert_auth() {
    local name certs="" keys="" key token p12 user eap_id
    user=$(gw_value "$1" "$2" user) eap_id=$(gw_value "$1" "$2" eap_id)
    culvert_methods "$(gw_value "$1" "$2" auth)"
    for name in $(gw_value "$1" "$2" cert | tr , ' '); do
        certs+="${certs:+, }\"$LAB_PKI/${name/:/-}.chain\"" keys+="${keys:+, }\"$LAB_PKI/${name%%:*}.key\""
        cat "$LAB_PKI/${name%%:*}.crt" $([ "$name" = "${name%%:*}" ] || echo "$LAB_PKI/${name#*:}.crt") >"$LAB_PKI/${name/:/-}.chain"
    done
    key=$(gw_value "$1" "$2" key)
    [ -z "$key" ] || keys="\"$LAB_PKI/$key.key\""
    token=$(gw_value "$1" "$2" token) p12=$(gw_value "$1" "$2" p12)
    [ -z "$token" ] || keys="\"$token\""
    [ "$(gw_value "$1" "$2" token_cert)" = no ] || certs="\"$(gw_value "$1" "$2" token_cert)\""
    [ -z "$certs" ] || printf ', "certificate": [%s]' "$certs"
    [ -z "$(gw_value "$1" "$2" chain)" ] || printf ', "chain": "%s"' "$LAB_PKI/$(gw_value "$1" "$2" chain).crt"
    [ -z "$keys" ] || printf ', "key": [%s]' "$keys"
    [ "$(gw_value "$1" "$2" rsa_pss)" = auto ] || printf ', "rsa_pss": "%s"' "$(gw_value "$1" "$2" rsa_pss)"
    [ -z "$p12" ] || printf ', "pkcs12": ["%s"], "key_passphrase_file": "%s"' "$LAB_PKI/$p12.p12" "$LAB_PKI/p12-phrase"
    [ -z "$token" ] || printf ', "key_passphrase_file": "%s.pin"' "$2"
    culvert_then "$1" "$2" id2 cert2
    case $(gw_value "$1" "$2" auth) in
    *eap-mschapv2*) printf ', "user": "%s", "password_file": "%s.password"' "${user//\\/\\\\}" "$2" ;;
    esac
    [ "$(gw_value "$1" "$2" xauth)" != client ] || printf ', "user": "%s", "password_file": "%s.password"' "$user" "$2"
    [ "$eap_id" = default ] || printf ', "eap_id": "%s"' "$eap_id"
}
culvert_peer_auth() {
    local ca key
    ca=$(gw_value "$1" "$2" ca) key=$(gw_value "$1" "$2" peer_key)
    culvert_methods "$(gw_value "$1" "$2" peer_auth)"
    culvert_then "$1" "$2" peer_id2 ca2
    [ -z "$ca" ] || printf ', "ca": ["%s"]' "${ca//,/\", \"}"
    [ -z "$key" ] || printf ', "public_key": "%s"' "$LAB_PKI/$key.pub"
}

# The authorities that connections name, with the revocation lists that are there.
culvert_authorities() {
    local name comma=""
    for name in ${GW_CONNS[$1]}; do printf '%s\n%s\n' "$(gw_value "$1" "$name" ca | tr , '\n')" "$(gw_value "$1" "$name" ca2 | tr , '\n')"; done | sort -u | while read -r name; do
        [ -n "$name" ] || continue
        printf '%s    "%s": {"certificates": "%s"' "$comma" "$name" "$LAB_PKI/$name.crt"
        [ ! -e "$LAB_PKI/$name.crl" ] || printf ', "crls": "%s", "crl_required": true' "$LAB_PKI/$name.crl"
        printf '}\n'
        comma=,
    done
}

# A member that is a list, where the connection has it: culvert_list GATEWAY CONNECTION KEY MEMBER
culvert_list() {
    local value
    value=$(gw_value "$1" "$2" "$3")
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
    [ -z "$(gw_value "$1" "$2" ppk_id)" ] || printf '      "ppk_id": "%s", "ppk_file": "%s.ppk", "ppk_required": %s,\n' \
        "$(gw_value "$1" "$2" ppk_id)" "$2" "$(gw_value "$1" "$2" ppk_required)"
}

# What only IKEv1 has.
culvert_v1() {
    [ "$(gw_value "$1" "$2" version)" = 2 ] || printf '      "version": 1, "aggressive": "%s", "xauth": "%s", "mode_config": "%s",\n' \
        "$(gw_value "$1" "$2" aggressive)" "$(gw_value "$1" "$2" xauth)" "$(gw_value "$1" "$2" mode_config)"
}

culvert_connection() {
    local gw=$1 name=$2 peer encap
    peer=$(gw_value "$gw" "$name" peer)
    encap=$(gw_value "$gw" "$name" encap)
    cat <<JSON
    "$name": {
      "local": {"address": "any", "id": "$(gw_value "$gw" "$name" id)"$(culvert_auth "$gw" "$name")$(culvert_subnets "$gw" "$name" lan)$(culvert_list "$gw" "$name" vips virtual_addresses)},
      "remote": {"address": "$peer", "id": "$(gw_value "$gw" "$name" peer_id)"$(culvert_peer_auth "$gw" "$name")$(culvert_subnets "$gw" "$name" peer_lan)$(culvert_list "$gw" "$name" pools pools)$(culvert_list "$gw" "$name" groups groups)$(gw_value "$gw" "$name" peer_more)},
$(culvert_proposals "$gw" "$name")
$(culvert_children_json "$gw" "$name")
$(culvert_ppk "$gw" "$name")
$(culvert_v1 "$gw" "$name")
      "eap_only": $(gw_value "$gw" "$name" eap_only), "weak": $(gw_value "$gw" "$name" weak), "encapsulation": "$encap", "fragmentation": "$(gw_value "$gw" "$name" frag)",
      "dpd_s": $(gw_value "$gw" "$name" dpd), "retransmit_ms": $(gw_value "$gw" "$name" retransmit), "retransmit_tries": 3,
      "rekey_s": $(gw_value "$gw" "$name" ike_rekey),
      "child": {"rekey_s": $(gw_value "$gw" "$name" child_rekey), "rekey_bytes": $(gw_value "$gw" "$name" child_bytes),
                "rekey_pkts": $(gw_value "$gw" "$name" child_pkts), "life_pkts": $(gw_value "$gw" "$name" child_life_pkts),
                "priority": $(gw_value "$gw" "$name" priority)$(gw_value "$gw" "$name" child_more)},
      "start": $(gw_value "$gw" "$name" start)$(gw_value "$gw" "$name" more)
    }
JSON
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
    cat <<JSON
  "ports": {
    "outside": {$(culvert_device wan OUTSIDE), "role": "outside",
                "addresses": ["${NET_WAN[$gw]}/24"$wan6], ${CULVERT_OUTSIDE:-} "gateway": "${NET_HOP[$gw]}"},
    "inside": {$(culvert_device lan INSIDE), "role": "inside",
               ${CULVERT_INSIDE:-} "addresses": ["${NET_LAN[$gw]}.1/24"$lan6]}
  },
JSON
}

# The addresses that a NAT gives to a gateway, as a list of JSON.
culvert_public() {
    local side=${1:0:1}
    [ "${NET_NAT[$side]}" = none ] && return
    printf '"%s"' "$(gw_public "$1")"
    [ -z "${NET_PUBLIC6[$side]:-}" ] || printf ', "%s"' "${NET_PUBLIC6[$side]}"
}

culvert_write() {
    local gw=$1 dir=$2 name comma=""
    cat <<JSON
{
  ${CULVERT_EXTRA[$gw]:-}
$(culvert_ports "$gw")
$(culvert_pools "$gw")
  "eal": {"hugepages": "${CULVERT_HUGEPAGES:-never}", "memory_mb": ${CULVERT_MEMORY:-128}, "args": [${CULVERT_EAL_ARGS:-}]},
  "control": {"socket": "$dir/culvertd.sock"${CULVERT_CONTROL:-}},
  "nat": {"public_addresses": [$(culvert_public "$gw")]},
  "secrets": [
JSON
    for name in ${GW_CONNS[$gw]}; do
        printf '%s' "$(gw_value "$gw" "$name" psk)" >"$dir/$name.psk"
        printf '%s' "$(gw_value "$gw" "$name" ppk)" >"$dir/$name.ppk"
        printf '%s\n' "$(gw_value "$gw" "$name" password)" >"$dir/$name.password"
        printf '%s\n' "$(gw_value "$gw" "$name" pin)" >"$dir/$name.pin"
        chmod 600 "$dir/$name.psk" "$dir/$name.ppk" "$dir/$name.password" "$dir/$name.pin"
        case ",$(gw_value "$gw" "$name" auth),$(gw_value "$gw" "$name" peer_auth)," in *,psk,*) ;; *) continue ;; esac
        case $(gw_value "$gw" "$name" peer_id) in \** | any) continue ;; esac # keys are single identities'
        printf '%s    {"local": "%s", "remote": "%s", "psk_file": "%s.psk"}\n' "$comma" \
            "$(gw_value "$gw" "$name" id)" "$(gw_value "$gw" "$name" peer_id)" "$name"
        comma=,
    done
    printf '  ],\n  "authorities": {\n%s  },\n  "connections": {\n' "$(culvert_authorities "$gw")"
    comma=""
    for name in ${GW_CONNS[$gw]}; do
        printf '%s' "$comma"
        culvert_connection "$gw" "$name"
        comma=,
    done
    printf '  }\n}\n'
}

culvert_start() {
    local gw=$1 dir
    dir=$(culvert_dir "$gw")
    mkdir -p "$dir"
    culvert_write "$gw" "$dir" >"$dir/culvert.json"
    lab_in "gw$gw" "$CULVERTD" --check --config "$dir/culvert.json" >"$dir/check.log" 2>&1 || {
        cat "$dir/check.log" >&2
        return 1
    }
    CULVERT_STARTS=$((${CULVERT_STARTS:-0} + 1))
    [ -e "$dir/culvertd.log" ] && mv "$dir/culvertd.log" "$dir/culvertd-$CULVERT_STARTS.log"
    lab_spawn "gw$gw" "$dir/culvertd.log" "$CULVERTD" --config "$dir/culvert.json"
    GW_PID[$gw]=$LAB_PID
    lab_wait "${CULVERT_START_SECONDS:-10}" culvert_ctl "$gw" status || {
        tail -n 15 "$dir/culvertd.log" >&2
        return 1
    }
}

# culvert_ctl GATEWAY ARGUMENTS...
culvert_ctl() {
    local gw=$1
    shift
    "$CULVERTCTL" --socket "$(culvert_dir "$gw")/culvertd.sock" "$@"
}

culvert_initiate() { culvert_ctl "$1" initiate "$2" >"$(culvert_dir "$1")/initiate.log" 2>&1 && lab_wait 10 culvert_up "$1"; }
culvert_up() { [ "$(culvert_children "$1")" -ge 1 ]; }
culvert_rekey() { culvert_ctl "$1" rekey "$2" "--$3" >>"$(culvert_dir "$1")/rekey.log" 2>&1; }
culvert_terminate() { culvert_ctl "$1" terminate "$2" >"$(culvert_dir "$1")/terminate.log" 2>&1; }

# culvert_json GATEWAY PYTHON-EXPRESSION COMMAND...: evaluates the expression over the answer `d`
culvert_json() {
    local gw=$1 expression=$2
    shift 2
    culvert_ctl "$gw" "$@" --json | "$LAB_PYTHON" -c 'import json, sys
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
