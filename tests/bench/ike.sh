#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a handshake of IKEv2 costs culvertd and strongSwan as responders; `--help` tells how.
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<TEXT
usage: tests/bench/ike.sh [options]

Measures culvertd and strongSwan (charon) as responders of IKEv2 in the same run, called by the same program
(culvert-bench ike: one process, many calls under way, each from a port of its own, NAT found, ESP in UDP). Handshakes
with X25519, AES-128-GCM, one child each; with pre-shared keys, with certificates and signatures of RSA-2048 and of
ECDSA P-256 on both sides, each held against a revocation list, and with logins by EAP-MSCHAPv2 and EAP-TLS to a
gateway that shows a certificate of ECDSA P-256. Printed for each:
  CPU         microseconds of CPU per handshake; of culvertd what its control and crypto threads use (packets are
              the workers'), of strongSwan the whole process
  per second  handshakes while --under-way calls are
  lone        median and 99th percentile of a handshake's time when no other is under way, in microseconds
culvertd has 10 connections, then --connections, and 10 with workers.shared_key_pairs; of the first two also the last
alone, callers whom no connection knows, and proposals that none takes, with the ratio to the same with 10. strongSwan
has one connection for all, which is its best case, the threads that come by themselves, and no log; its ESP is
kernel-libipsec. With certificates and EAP culvertd has one connection for all, too, and ten callers take turns. Of
--rounds the least disturbed one counts. A star: no other round confirms it within 3 %, or calls were lost, or the caller
had no time left on its core in one of the rounds, so that a rate is not the responder's. --csv has the reason.

  --calls N        of a figure (default 1000)
  --under-way N    calls at a time (default 200)
  --lone N         of a figure of lone handshakes (default 200)
  --connections N  (default 10000)
  --rounds N       (default 3)
  --auth KINDS     psk, rsa, ecdsa, eap-mschapv2, eap-tls, or several with commas between (default psk,rsa,ecdsa)
  --only WHO       culvertd, strongswan, or live: what --connections tunnels that are up cost culvertd with a sign of
                   life asked for every 30 s idle, for each of --auth (percent of a CPU of its control and crypto
                   threads, and KiB of memory each), how many peers hear of its stop, and what 2,000 of them lose
                   when all rekey every 12 s; or stop: of that only how many hear of the stop, without the wait
  --csv            rows of all rounds, min, median and max, in the columns of \`culvert-bench columns\`; not of live, stop
  --build DIR      build folder (default: the first of build, build-release, build-test/gcc that has culvertd)

Needs root and strongSwan. Nothing is judged. Exit status: 0, or 1 with a sentence when calls failed that should not.
TEXT
}

wrong() {
    echo "ike.sh: $*, see --help" >&2
    exit 2
}

calls=1000 under_way=200 lone=200 connections=10000 rounds=3 auth=psk,rsa,ecdsa only="culvertd strongswan" csv="" build=""
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) usage && exit 0 ;;
    --csv) csv=yes ;;
    --calls | --under-way | --lone | --connections | --rounds | --auth | --only | --build)
        [ $# -gt 1 ] || wrong "$1 needs a value"
        option=${1#--}
        printf -v "${option//-/_}" %s "$2"
        shift
        ;;
    *) wrong "what is \"$1\"?" ;;
    esac
    shift
done
for word in "$calls" "$under_way" "$lone" "$connections" "$rounds"; do
    [[ $word =~ ^[1-9][0-9]*$ ]] || wrong "$word is no number"
done
[[ $only =~ ^(culvertd strongswan|culvertd|strongswan|live|stop)$ ]] || wrong "--only $only makes no sense"
one="(psk|rsa|ecdsa|eap-mschapv2|eap-tls)"
[[ $auth =~ ^$one(,$one)*$ ]] || wrong "--auth $auth makes no sense"
[[ -z $csv || ! $only =~ ^(live|stop)$ ]] || wrong "--csv has no rows of --only $only"
[ "$(id -u)" = 0 ] || wrong "network namespaces need root"

tree=$(cd "$here/../.." && pwd)
if [ -z "$build" ]; then
    for build in "$tree/build" "$tree/build-release" "$tree/build-test/gcc"; do
        [ -x "$build/app/culvertd/culvertd" ] && break
    done
fi
build=$(realpath -m "$build")
for program in app/culvertd/culvertd app/culvertctl/culvertctl app/culvert-bench/culvert-bench; do
    [ -x "$build/$program" ] || wrong "$build/$program is not built"
done
# shellcheck source=tests/lib/packages.sh
. "$here/../lib/packages.sh"
# shellcheck disable=SC2086
missing=$(packages_missing $PACKAGES_LAB)
[ -z "$missing" ] || wrong "packages are missing: apt-get install $missing"

LAB=${LAB:-culvert-ike-$$} LAB_BIN=$build/app
[ -z "${LAB_OUT:-}" ] || LAB_OUT=$(realpath -m "$LAB_OUT")
# shellcheck source=tests/lib/lab.sh
. "$here/../lib/lab.sh"
# shellcheck source=tests/lib/pki.sh
. "$here/../lib/pki.sh"
# shellcheck source=tests/bench/ike_rows.sh
. "$here/ike_rows.sh"
ulimit -n 4096

# ---- the two responders ----------------------------------------------------------------------------------------------

psk=load-secret-of-32-characters-001
proposal=aes128gcm16-prfsha256-x25519
GW_ENGINE[a]=culvert GW_ENGINE[b]=swan

# How both sides prove themselves: a word of --auth. Certificates are of ten callers, in a folder for each kind.
kind=psk callers=10

pki_of() { printf '%s' "$LAB_OUT/pki-$kind"; }

pki_make() {
    local key=rsa i name
    [ ! -e "$(pki_of)" ] || return 0
    [ "$kind" = rsa ] || key=p256
    pki_open "$(pki_of)"
    pki_ca ca "key=$key" || lab_fail "no CA"
    pki_cert gw ca "key=$key" san=DNS:gw.load.example.org || lab_fail "no certificate"
    for ((i = 0; i < callers; i++)); do
        [ "$kind" != eap-mschapv2 ] || break
        name=$(printf 'c-%05u' "$i")
        pki_cert "$name" ca "key=$key" "san=DNS:$name.load.example.org" || lab_fail "no certificate"
    done
    pki_crl ca || lab_fail "no revocation list"
}

# Ten users of one password, in the file that culvertd reads.
users_write() {
    local i
    for ((i = 0; i < callers; i++)); do
        printf '%s\n' "$psk" | "$CULVERTCTL" user add --file "$1" "$(printf 'c-%05u.load.example.org' "$i")" >"$LAB_OUT/users.log" 2>&1 ||
            lab_fail "user add: $(tail -n 1 "$LAB_OUT/users.log")"
    done
}

# culvert.json with so many connections: its own in place of the lab's
culvert_write() {
    printf '%s' "$psk" >"$2/load.psk"
    chmod 600 "$2/load.psk"
    [ "$kind" != eap-mschapv2 ] || users_write "$2/load.users"
    "$LAB_PYTHON" - "$n_connections" "$proposal" "$2" "$(culvert_ports "$1")" "$dpd_s" "$rekey_s" "$kind" "$(pki_of)" "$shared" <<'PYTHON'
import json
import sys
count, proposal, folder, ports = int(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads("{%s}" % sys.argv[4].rstrip(",\n "))
dpd, rekey, kind, pki = int(sys.argv[5]), int(sys.argv[6]), sys.argv[7], sys.argv[8]
names = ["c-%05d" % i for i in range(count)]
identity = lambda name: "@%s.load.example.org" % name
ours = {"address": "any", "id": identity("gw"), "subnets": ["10.2.0.0/24"]}
if kind == "psk":
    secrets = [{"local": identity("gw"), "remote": identity(n), "psk_file": "load.psk"} for n in names]
    peers = {n: {"id": identity(n), "subnets": ["10.%d.%d.0/24" % (64 + i // 256, i % 256)]} for i, n in enumerate(names)}
    more = {"secrets": secrets}
else:
    ours.update(auth="pubkey", certificate=pki + "/gw.crt", key=pki + "/gw.key")
    peers = {"load": {"id": "*.load.example.org", "auth": kind if kind.startswith("eap") else "pubkey", "subnets": ["10.64.0.0/10"]}}
    more = {"authorities": {"ca": {"certificates": pki + "/ca.crt", "crls": pki + "/ca.crl", "crl_required": True}}}
    if kind == "eap-mschapv2":
        more = {"users": {"file": "load.users"}}
    else:
        peers["load"]["ca"] = ["ca"]
print(json.dumps({
    **ports,
    "eal": {"hugepages": "never", "memory_mb": 256},
    "workers": {"shared_key_pairs": sys.argv[9] == "true"},
    "control": {"socket": folder + "/culvertd.sock"},
    "tunnel": {"probe_path_mtu": False},
    "limits": {"sas": 100000, "sas_per_identity": 1000, "cookie_threshold": 1000000},
    **more,
    "connections": {n: {
        "local": ours, "remote": {"address": "any", **peer},
        "ike_proposals": [proposal], "esp_proposals": ["aes128gcm16-esn-noesn"],
        "unique": "keep", "dpd_s": dpd, "rekey_s": 0, "childless_s": 0, "child": {"rekey_s": rekey}} for n, peer in peers.items()}}))
PYTHON
}

swan_write_daemon() {
    cat >"$1/strongswan.conf" <<CONF
charon {
    load_modular = no
    load = $SWAN_PLUGINS
    dos_protection = no
    install_routes = no
    filelog {
        log {
            path = $1/charon.log
            default = -1
        }
    }
    plugins {
        vici {
            socket = unix://$1/vici
        }
    }
}
swanctl {
    load = pem openssl random pubkey x509 pkcs1 pkcs8
}
CONF
}

swan_give_pki() {
    rm -f "$1"/swanctl/*/*.{key,crt,crl}
    [ "$kind" != psk ] || return 0
    cp "$(pki_of)/gw.key" "$1/swanctl/private/"
    cp "$(pki_of)/ca.crt" "$1/swanctl/x509ca/"
    cp "$(pki_of)/ca.crl" "$1/swanctl/x509crl/"
}

swan_write_connection() {
    local how="auth = psk" peer_how="auth = psk" ours="" theirs=""
    if [ "$kind" != psk ]; then
        how="auth = pubkey" peer_how="auth = pubkey" ours="certs = $(pki_of)/gw.crt" theirs="cacerts = $(pki_of)/ca.crt"
    fi
    [[ $kind != eap-* ]] || peer_how=$(printf 'auth = %s\n            eap_id = %%any' "$kind")
    [ "$kind" != eap-mschapv2 ] || theirs=""
    cat <<CONF
    load {
        version = 2
        mobike = no
        unique = never
        proposals = $proposal
        rekey_time = 0
        dpd_delay = 0
        local {
            $how
            $ours
            id = @gw.load.example.org
        }
        remote {
            $peer_how
            $theirs
            id = *.load.example.org
        }
        children {
            net {
                local_ts = 10.2.0.0/24
                remote_ts = 10.64.0.0/10
                esp_proposals = aes128gcm16
                rekey_time = 0
            }
        }
    }
CONF
}

swan_write_secret() {
    local i
    case $kind in
    psk) printf '    ike-load {\n        secret = "%s"\n    }\n' "$psk" ;;
    eap-mschapv2)
        for ((i = 0; i < callers; i++)); do
            printf '    eap-%u {\n        id = c-%05u.load.example.org\n        secret = "%s"\n    }\n' "$i" "$i" "$psk"
        done
        ;;
    esac
}

# ---- figures ---------------------------------------------------------------------------------------------------------

# By who/what/metric; star tells why a figure has one.
declare -A figure=() star=()

# What callers prove themselves by, as culvert-bench is told.
proof() {
    printf '%s\n' --auth "$kind"
    [ "$kind" = psk ] || printf '%s\n' --pki "$(pki_of)"
    case $kind in psk | eap-mschapv2) printf '%s\n' --secret-file "$LAB_OUT/callers.secret" ;; esac
}

# Options for so many calls of names that have no SA yet, as long as there are any: for one that has, the gateway asks
# the SA before for a sign of life, and goes on asking where that caller is gone.
n_called=0
new_names() {
    local most=$((n_connections - 1))
    ((n_called + $1 <= most)) || n_called=0
    printf '%s\n' --first "$n_called" --connections $(($1 < most ? $1 : most))
}

# The command that calls a gateway, in `command`: caller GATEWAY OPTION...; of --new N the options are new_names N
caller() {
    local gw=$1 words
    shift
    mapfile -t words < <(proof)
    command=("$LAB_BIN/culvert-bench/culvert-bench" ike --to "${NET_WAN[$gw]}" "${words[@]}" --pid "$(responder "$gw")" --csv --keep)
    [ "${GW_ENGINE[$gw]}" = swan ] || command+=(--threads "culvertd,culvert-jobs")
    [[ " $* " = *" --ike "* ]] || command+=(--ike "$proposal")
    while [ $# -gt 0 ]; do
        if [ "$1" = --new ]; then
            mapfile -t words < <(new_names "$2")
            command+=("${words[@]}")
            ((n_called += $2))
            shift
        else
            command+=("$1")
        fi
        shift
    done
}

# load GATEWAY OPTION...: calls it, and leaves its figures in `got`
load() {
    local command=()
    caller "$@"
    lab_in inet "${command[@]}" >"$LAB_OUT/load.csv" 2>"$LAB_OUT/load.log" ||
        lab_fail "calls to ${GW_ENGINE[$1]} (${*:2}): $(tail -n 1 "$LAB_OUT/load.log")"
    rows_take "$LAB_OUT/load.csv"
}

# The process itself: GW_PID is that of `ip netns exec`, which became it.
responder() { printf '%s' "${GW_PID[$1]}"; }

# What strongSwan has already makes the next handshake dearer, so each figure is of one that has just started.
swan_anew() {
    [ -z "${GW_PID[$1]:-}" ] || gw_stop "$1"
    gw_start "$1"
    load "$1" --calls 20 --lone 0 --under-way 1 --connections 10
}

# row_write GATEWAY WHAT METRIC VALUES...: the rounds as one row
row_write() {
    local scenario=ike/$kind/culvertd unit=us
    [ "${GW_ENGINE[$1]}" != swan ] || scenario=ike/$kind/strongswan
    [[ ! $2 =~ -([0-9]+|shared)$ ]] || scenario+=-${BASH_REMATCH[1]}
    [[ $2 = all-* || $2 = lone-* ]] || scenario+=/${2%%-*}
    [ "$3" != handshakes_per_s ] || unit=1/s
    printf '1,%s,ike.sh,%s,,%s,,,,%s,%s,%s\n' "${RUN:-$began}" "$scenario" "$proposal" "$3" "$unit" \
        "$(rounds_cells "${star[$1/$2/$3]:-}" "${@:4}")" >>"$LAB_OUT/rows.csv"
}

# measure GATEWAY WHAT METRIC... -- OPTION...: the best of all rounds
measure() {
    local gw=$1 what=$2 metric round
    local metrics=() all=() values
    shift 2
    while [ "$1" != -- ]; do metrics+=("$1") && shift; done
    shift
    for ((round = 0; round < rounds; round++)); do
        [ ! -t 2 ] || printf '\r%-60s' "${GW_ENGINE[$gw]}: $what, round $((round + 1)) of $rounds" >&2
        [ "${GW_ENGINE[$gw]}" != swan ] || swan_anew "$gw"
        load "$gw" "$@"
        for metric in "${metrics[@]}"; do
            [ -z "${got[$metric]:-}" ] || all+=("$metric=${got[$metric]}")
            [ -z "${got[star/$metric]:-}" ] || star[$gw/$what/$metric]=${got[star/$metric]}
            [ -n "${got[$metric]:-}" ] || star[$gw/$what/$metric]="one of the rounds gave no figure"
        done
    done
    for metric in "${metrics[@]}"; do
        mapfile -t values < <(printf '%s\n' "${all[@]}" | sed -n "s/^$metric=//p")
        : "${star[$gw/$what/$metric]:=$(unconfirmed "$metric" "${values[@]}")}"
        figure[$gw/$what/$metric]=$(best "$metric" "${values[@]}")
        row_write "$gw" "$what" "$metric" "${values[@]}"
    done
}

# of GATEWAY WHAT METRIC [DECIMALS]: a figure of the table, with its star
of() {
    local value=${figure[$1/$2/$3]:-}
    [ -z "$value" ] && printf -- - && return
    printf '%.*f%s' "${4:-0}" "$value" "${star[$1/$2/$3]:+ *}"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 && b + 0) printf "%.2f", a / b; else printf "-" }'; }

# Both kinds that fail, and one name alone: alone GATEWAY NAME SUFFIX
strangers() {
    measure "$1" "one$3" cpu_us_per_handshake -- --calls "$one_calls" --lone 0 --under-way "$under_way" --first "$2"
    measure "$1" "unknown$3" cpu_us_per_handshake -- --calls "$one_calls" --lone 0 --under-way "$under_way" --id x-%05u.nowhere.example.org --want refused
    measure "$1" "unacceptable$3" cpu_us_per_handshake -- --calls "$one_calls" --lone 0 --under-way "$under_way" --ike "$unacceptable" --want refused
}

# By certificates, of one connection for all.
measure_culvertd_signing() {
    n_connections=1
    gw_start a
    load a --calls 20 --lone 0 --under-way 1 --connections "$callers"
    measure a "all-$kind" cpu_us_per_handshake handshakes_per_s -- --calls "$calls" --lone 0 --under-way "$under_way" --connections "$callers"
    measure a "lone-$kind" latency_p50_us latency_p99_us -- --calls 0 --lone "$lone" --connections "$callers"
    gw_stop a
    [ "$LAB_STATUS" = 0 ] || lab_fail "culvertd ended with $LAB_STATUS: $(tail -n 1 "$LAB_OUT/gwa/culvertd.log")"
}

measure_culvertd() {
    local n
    [ "$kind" = psk ] || { measure_culvertd_signing && return; }
    for n in 10 "$connections" shared; do
        n_connections=$n n_called=0
        [ "$n" != shared ] || { n_connections=10 && shared=true; }
        gw_start a
        load a --calls 20 --lone 0 --under-way 1 --new 20 # what is done once
        measure a "all-$n" cpu_us_per_handshake handshakes_per_s -- --calls "$calls" --lone 0 --under-way "$under_way" --new "$calls"
        measure a "lone-$n" latency_p50_us latency_p99_us -- --calls 0 --lone "$lone" --new "$lone"
        [ "$n" = shared ] || strangers a $((n - 1)) "-$n"
        shared=false
        gw_stop a
        [ "$LAB_STATUS" = 0 ] || lab_fail "culvertd ended with $LAB_STATUS: $(tail -n 1 "$LAB_OUT/gwa/culvertd.log")"
    done
}

measure_strongswan() {
    measure b "all-$kind" cpu_us_per_handshake handshakes_per_s -- --calls "$calls" --lone 0 --under-way "$under_way" --connections "$callers"
    measure b "lone-$kind" latency_p50_us latency_p99_us -- --calls 0 --lone "$lone" --connections "$callers"
    [ "$kind" != psk ] || strangers b 9 ""
    gw_stop b
    unset 'GW_PID[b]'
}

# ---- what lives ------------------------------------------------------------------------------------------------------

resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$(responder a)/status"; }

# live N SECONDS: so many tunnels for so long, and then the end of culvertd; leaves the figures in `got`
live() {
    local log=$LAB_OUT/live.log before kib n_names=$1 command=()
    n_connections=$1
    [ "$kind" = psk ] || n_names=$callers
    gw_start a
    load a --calls 20 --lone 0 --under-way 1 --ike "$unacceptable" --connections "$callers" --want refused
    before=$(resident_kib)
    caller a --calls "$1" --lone 0 --connections "$n_names" --under-way "$under_way" --hold "$2" --until-told 30
    lab_spawn inet "$log" "${command[@]}"
    local loader=$LAB_PID
    lab_wait $((60 + $1 / 20)) grep -q ',verdict,' "$log" || lab_fail "the tunnels do not come up: $(tail -n 1 "$log")"
    kib=$(awk -v a="$(resident_kib)" -v b="$before" -v n="$1" 'BEGIN { printf "%.1f", (a - b) / n }')
    lab_wait $(($2 + 30)) grep -q ',hold_repeats,' "$log" || lab_fail "no figure: $(tail -n 1 "$log")"
    gw_stop a
    [ "$LAB_STATUS" = 0 ] || lab_fail "culvertd ended with $LAB_STATUS: $(tail -n 1 "$LAB_OUT/gwa/culvertd.log")"
    lab_wait 300 grep -q ',told_of,' "$log" || lab_fail "no end: $(tail -n 1 "$log")"
    lab_end "$loader" 1
    rows_take "$log"
    got[kib]=$kib
}

# measure_live SECONDS: that they are up before the stop
measure_live() {
    dpd_s=30
    for kind in ${auth//,/ }; do
        [ "$kind" = psk ] || pki_make
        live "$connections" "$1"
        printf '%s tunnels, %s, a sign of life every 30 s: %.2f %% of a CPU, %s KiB each; %s of %s peers heard of the stop\n' \
            "${got[hold_children]}" "$kind" "${got[hold_cpu_percent]}" "${got[kib]}" "${got[told]}" "${got[told_of]}"
    done
}

measure_storm() {
    kind=psk dpd_s=0 rekey_s=12
    live 2000 40
    printf '%s rekeyings of 2000 tunnels in 40 s (rekey_s 12): %s tunnels are left, %s children died of age; %s of %s peers heard of the stop\n' \
        "${got[hold_rekeyed]}" "${got[hold_sas]}" "$(grep -c 'lifetime ended' "$LAB_OUT/gwa/culvertd.log")" "${got[told]}" "${got[told_of]}"
}

# table_row WORDS GATEWAY WHAT: a line of the first table, beside strongSwan's with the same proof
table_row() {
    printf '%-50s %9s %12s %12s %12s\n' "$1" "$(of "$2" "all-$3" cpu_us_per_handshake 1)" \
        "$(ratio "${figure[$2/all-$3/cpu_us_per_handshake]:-}" "${figure[b/all-$kind/cpu_us_per_handshake]:-}")" \
        "$(of "$2" "all-$3" handshakes_per_s)" "$(of "$2" "lone-$3" latency_p50_us) ($(of "$2" "lone-$3" latency_p99_us))"
}

table() {
    local n what suffix metric=cpu_us_per_handshake
    printf '%-50s %9s %12s %12s %12s\n' "IKEv2 responder: $proposal" "CPU us" "of strongSwan" "per second" "lone us (p99)"
    for kind in ${auth//,/ }; do
        table_row "strongSwan, $kind, one connection for all" b "$kind"
        for n in 10 "$connections"; do
            [ "$kind" != psk ] || table_row "culvertd, $kind, $n connections" a "$n"
        done
        [ "$kind" != psk ] || table_row "culvertd, $kind, 10, shared_key_pairs" a shared
        [ "$kind" = psk ] || table_row "culvertd, $kind, one connection for all" a "$kind"
    done
    [[ ,$auth, = *,psk,* ]] || return 0
    printf '\n%-50s %12s %12s %12s %12s\n' "CPU us of a call" "strongSwan" "culvertd, 10" "$connections" "ratio"
    for what in one unknown unacceptable; do
        case $what in
        one) suffix="one name alone, the last" ;;
        unknown) suffix="an identity that nobody knows" ;;
        unacceptable) suffix="proposals that nobody takes" ;;
        esac
        printf '%-50s %12s %12s %12s %12s\n' "$suffix" "$(of b $what $metric 1)" "$(of a $what-10 $metric 1)" \
            "$(of a "$what-$connections" $metric 1)" \
            "$(ratio "${figure[a/$what-$connections/$metric]:-}" "${figure[a/$what-10/$metric]:-}")"
    done
}

# One name may have a thousand SAs, over all rounds; the last one is called alone only.
one_calls=$((900 / rounds < calls ? 900 / rounds : calls))
n_connections=10 shared=false dpd_s=0 rekey_s=0 unacceptable=aes256-sha384-prfsha384-ecp384
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
CULVERT_START_SECONDS=60
SWAN_TRIES=4
lab_up a=none b=none
(umask 077 && printf '%s' "$psk" >"$LAB_OUT/callers.secret")
"$LAB_BIN/culvert-bench/culvert-bench" columns --csv >"$LAB_OUT/rows.csv"
conn a load && conn b load
if [ "$only" = live ]; then
    measure_live 60
    measure_storm
elif [ "$only" = stop ]; then
    measure_live 2
else
    for kind in ${auth//,/ }; do
        [ "$kind" = psk ] || pki_make
        for word in $only; do "measure_$word"; done
    done
fi
[ ! -t 2 ] || printf '\r%60s\r' "" >&2
if [ -n "$csv" ]; then
    cat "$LAB_OUT/rows.csv"
elif [[ ! $only =~ ^(live|stop)$ ]]; then
    table
fi
