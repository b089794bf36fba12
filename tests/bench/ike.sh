#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a handshake of IKEv2 costs culvertd and strongSwan as responders; `--help` tells how.
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    cat <<TEXT
usage: tests/bench/ike.sh [options]

Measures culvertd and strongSwan (charon) as responders of IKEv2 in the same run, called by the same program
(ike_load: one process, many calls under way, each from a port of its own, NAT found, ESP in UDP). Handshakes with
X25519, AES-128-GCM, one child each; with pre-shared keys, and with certificates and signatures of RSA-2048 and of
ECDSA P-256 on both sides, each held against a revocation list. Printed for each:
  CPU         microseconds of CPU per handshake; of culvertd what its control and crypto threads use (packets are
              the workers'), of strongSwan the whole process
  per second  handshakes while --under-way calls are
  lone        median and 99th percentile of a handshake's time when no other is under way, in microseconds
culvertd has 10 connections, and then --connections; of these also the last alone, callers whom no connection
knows, and proposals that none takes, with the ratio to the same with 10. strongSwan has one connection for all,
which is its best case, the threads that come by themselves, and no log; its ESP is kernel-libipsec. With certificates
culvertd has one connection for all, too, and ten callers take turns. Of --rounds the least disturbed one counts.

  --calls N        of a figure (default 1000)
  --under-way N    calls at a time (default 200)
  --lone N         of a figure of lone handshakes (default 200)
  --connections N  (default 10000)
  --rounds N       (default 3)
  --auth KINDS     psk, rsa, ecdsa, or several with commas between (default psk,rsa,ecdsa)
  --only WHO       culvertd, strongswan, or live: what --connections tunnels that are up cost culvertd with a sign of
                   life asked for every 30 s idle, for each of --auth (percent of a CPU of its control and crypto
                   threads, and KiB of memory each), how many peers hear of its stop, and what 2,000 of them lose
                   when all rekey every 12 s; or stop: of that only how many hear of the stop, without the wait
  --build DIR      build folder (default: the first of build, build-release, build-test/gcc that has culvertd)

Needs root and strongSwan. Nothing is judged. Exit status: 0, or 1 with a sentence when calls failed that should not.
TEXT
}

wrong() {
    echo "ike.sh: $*, see --help" >&2
    exit 2
}

calls=1000 under_way=200 lone=200 connections=10000 rounds=3 auth=psk,rsa,ecdsa only="culvertd strongswan" build=""
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) usage && exit 0 ;;
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
[[ $auth =~ ^(psk|rsa|ecdsa)(,(psk|rsa|ecdsa))*$ ]] || wrong "--auth $auth makes no sense"
[ "$(id -u)" = 0 ] || wrong "network namespaces need root"

tree=$(cd "$here/../.." && pwd)
if [ -z "$build" ]; then
    for build in "$tree/build" "$tree/build-release" "$tree/build-test/gcc"; do
        [ -x "$build/app/culvertd/culvertd" ] && break
    done
fi
build=$(realpath -m "$build")
for program in app/culvertd/culvertd app/culvertctl/culvertctl tests/bench/ike_load; do
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
ulimit -n 4096

# ---- the two responders ----------------------------------------------------------------------------------------------

psk=load-secret-of-32-characters-001
proposal=aes128gcm16-prfsha256-x25519
GW_ENGINE[a]=culvert GW_ENGINE[b]=swan

# How both sides prove themselves: psk, rsa or ecdsa. Certificates are of ten callers, in a folder for each kind.
kind=psk callers=10

pki_of() { printf '%s' "$LAB_OUT/pki-$kind"; }

pki_make() {
    local key=$kind i name
    [ ! -e "$(pki_of)" ] || return 0
    [ "$kind" != ecdsa ] || key=p256
    pki_open "$(pki_of)"
    pki_ca ca "key=$key" || lab_fail "no CA"
    pki_cert gw ca "key=$key" san=DNS:gw.load.example.org || lab_fail "no certificate"
    for ((i = 0; i < callers; i++)); do
        name=$(printf 'c-%05u' "$i")
        pki_cert "$name" ca "key=$key" "san=DNS:$name.load.example.org" || lab_fail "no certificate"
    done
    pki_crl ca || lab_fail "no revocation list"
}

# culvert.json with so many connections: its own in place of the lab's
culvert_write() {
    printf '%s' "$psk" >"$2/load.psk"
    chmod 600 "$2/load.psk"
    "$LAB_PYTHON" - "$n_connections" "$proposal" "$2" "$(culvert_ports "$1")" "$dpd_s" "$rekey_s" "$kind" "$(pki_of)" <<'PYTHON'
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
    peers = {"load": {"id": "*.load.example.org", "auth": "pubkey", "ca": ["ca"], "subnets": ["10.64.0.0/10"]}}
    more = {"authorities": {"ca": {"certificates": pki + "/ca.crt", "crls": pki + "/ca.crl", "crl_required": True}}}
print(json.dumps({
    **ports,
    "eal": {"hugepages": "never", "memory_mb": 256},
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
    local how="auth = psk" ours="" theirs=""
    if [ "$kind" != psk ]; then
        how="auth = pubkey" ours="certs = $(pki_of)/gw.crt" theirs="cacerts = $(pki_of)/ca.crt"
    fi
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
            $how
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
    [ "$kind" != psk ] || printf '    ike-load {\n        secret = "%s"\n    }\n' "$psk"
}

# ---- figures ---------------------------------------------------------------------------------------------------------

declare -A figure=() got=() # who/what/value; value

# What callers prove themselves by, as ike_load is told.
proof() { [ "$kind" = psk ] && printf 'psk=%s' "$psk" || printf 'pki=%s' "$(pki_of)"; }

# Words of ike_load for so many calls of names that have no SA yet, as long as there are any: for one that has, the
# gateway asks the SA before for a sign of life, and goes on asking where that caller is gone.
n_called=0
new_names() {
    local most=$((n_connections - 1))
    ((n_called + $1 <= most)) || n_called=0
    printf 'first=%d names=%d' "$n_called" $(($1 < most ? $1 : most))
}

# load GATEWAY KEY=VALUE...: calls it, and leaves what it printed in `got`; names=new: see new_names
load() {
    local gw=$1 word line threads=() words=() n=0
    shift
    for word in "$@"; do
        [ "${word%%=*}" != calls ] || n=${word#*=}
        if [ "$word" = names=new ]; then
            # shellcheck disable=SC2207
            words+=($(new_names "$n"))
            ((n_called += n))
        else
            words+=("$word")
        fi
    done
    [ "${GW_ENGINE[$gw]}" = swan ] || threads=("threads=culvertd,culvert-jobs")
    line=$(lab_in inet "$build/tests/bench/ike_load" "to=${NET_WAN[$gw]}" "$(proof)" "ike=$proposal" "pid=$(responder "$gw")" \
        "${threads[@]+"${threads[@]}"}" "${words[@]}") || lab_fail "calls to ${GW_ENGINE[$gw]} ($*): ${line:-none}"
    for word in $line; do got[${word%%=*}]=${word#*=}; done
}

# The process itself: GW_PID is that of `ip netns exec`, which became it.
responder() { printf '%s' "${GW_PID[$1]}"; }

# Of several rounds the least disturbed one: the smallest value, of a rate the largest. best VALUE-NAME VALUES...
best() {
    local largest=""
    [ "$1" != per_s ] || largest=-r
    shift
    printf '%s\n' "$@" | sort -n $largest | head -n 1
}

# What strongSwan has already makes the next handshake dearer, so each figure is of one that has just started.
swan_anew() {
    [ -z "${GW_PID[$1]:-}" ] || gw_stop "$1"
    gw_start "$1"
    load "$1" calls=20 under_way=1 names=10
}

# measure GATEWAY WHAT VALUE-NAME... -- KEY=VALUE...: the best of all rounds
measure() {
    local gw=$1 what=$2 value round
    local names=() all=()
    shift 2
    while [ "$1" != -- ]; do names+=("$1") && shift; done
    shift
    for ((round = 0; round < rounds; round++)); do
        [ ! -t 2 ] || printf '\r%-60s' "${GW_ENGINE[$gw]}: $what, round $((round + 1)) of $rounds" >&2
        [ "${GW_ENGINE[$gw]}" != swan ] || swan_anew "$gw"
        load "$gw" "$@"
        for value in "${names[@]}"; do all+=("$value=${got[$value]}"); done
    done
    for value in "${names[@]}"; do
        # shellcheck disable=SC2046
        figure[$gw/$what/$value]=$(best "$value" $(printf '%s\n' "${all[@]}" | sed -n "s/^$value=//p"))
    done
}

of() { printf '%s' "${figure[$1/$2/$3]:--}"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 && b + 0) printf "%.2f", a / b; else printf "-" }'; }

# Both kinds that fail, and one name alone: alone GATEWAY NAME SUFFIX
strangers() {
    measure "$1" "one$3" cpu_us -- "calls=$one_calls" "under_way=$under_way" "first=$2"
    measure "$1" "unknown$3" cpu_us -- "calls=$one_calls" "under_way=$under_way" id=x-%05u.nowhere.example.org want=refused
    measure "$1" "unacceptable$3" cpu_us -- "calls=$one_calls" "under_way=$under_way" ike=aes256-sha384-prfsha384-ecp384 want=refused
}

# By certificates, of one connection for all.
measure_culvertd_signing() {
    n_connections=1
    gw_start a
    load a calls=20 under_way=1 "names=$callers"
    measure a "all-$kind" cpu_us per_s -- "calls=$calls" "under_way=$under_way" "names=$callers"
    measure a "lone-$kind" median_us p99_us -- "calls=$lone" under_way=1 "names=$callers" pause_us=3000
    gw_stop a
    [ "$LAB_STATUS" = 0 ] || lab_fail "culvertd ended with $LAB_STATUS: $(tail -n 1 "$LAB_OUT/gwa/culvertd.log")"
}

measure_culvertd() {
    local n
    [ "$kind" = psk ] || { measure_culvertd_signing && return; }
    for n in 10 "$connections"; do
        n_connections=$n n_called=0
        gw_start a
        load a calls=20 under_way=1 names=new # what is done once
        measure a "all-$n" cpu_us per_s -- "calls=$calls" "under_way=$under_way" names=new
        measure a "lone-$n" median_us p99_us -- "calls=$lone" under_way=1 names=new pause_us=3000
        strangers a $((n - 1)) "-$n"
        gw_stop a
        [ "$LAB_STATUS" = 0 ] || lab_fail "culvertd ended with $LAB_STATUS: $(tail -n 1 "$LAB_OUT/gwa/culvertd.log")"
    done
}

measure_strongswan() {
    measure b "all-$kind" cpu_us per_s -- "calls=$calls" "under_way=$under_way" "names=$callers"
    measure b "lone-$kind" median_us p99_us -- "calls=$lone" under_way=1 "names=$callers" pause_us=3000
    [ "$kind" != psk ] || strangers b 9 ""
    gw_stop b
    unset 'GW_PID[b]'
}

# ---- what lives ------------------------------------------------------------------------------------------------------

resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$(responder a)/status"; }

# live N SECONDS: so many tunnels for so long, and then the end of culvertd; leaves what ike_load printed in `got`
live() {
    local line word log=$LAB_OUT/live.log before n_names=$1
    n_connections=$1
    [ "$kind" = psk ] || n_names=$callers
    gw_start a
    load a calls=20 under_way=1 ike=aes256-sha384-prfsha384-ecp384 "names=$callers" want=refused
    before=$(resident_kib)
    lab_spawn inet "$log" "$build/tests/bench/ike_load" "to=${NET_WAN[a]}" "$(proof)" "ike=$proposal" "pid=$(responder a)" \
        threads=culvertd,culvert-jobs "calls=$1" "names=$n_names" "under_way=$under_way" "hold_s=$2" told_s=30
    local loader=$LAB_PID
    lab_wait $((60 + $1 / 20)) grep -q '^calls=' "$log" || lab_fail "the tunnels do not come up: $(tail -n 1 "$log")"
    got[kib]=$(awk -v a="$(resident_kib)" -v b="$before" -v n="$1" 'BEGIN { printf "%.1f", (a - b) / n }')
    lab_wait $(($2 + 30)) grep -q '^held_s=' "$log" || lab_fail "no figure: $(tail -n 1 "$log")"
    gw_stop a
    [ "$LAB_STATUS" = 0 ] || lab_fail "culvertd ended with $LAB_STATUS: $(tail -n 1 "$LAB_OUT/gwa/culvertd.log")"
    lab_wait 300 grep -q '^told=' "$log" || lab_fail "no end: $(tail -n 1 "$log")"
    lab_end "$loader" 1
    line=$(grep -E '^(held_s|told)=' "$log")
    for word in $line; do got[${word%%=*}]=${word#*=}; done
}

# measure_live SECONDS: that they are up before the stop
measure_live() {
    dpd_s=30
    for kind in ${auth//,/ }; do
        [ "$kind" = psk ] || pki_make
        live "$connections" "$1"
        printf '%s tunnels, %s, a sign of life every 30 s: %s %% of a CPU, %s KiB each; %s of %s peers heard of the stop\n' \
            "${got[children]}" "$kind" "${got[cpu_percent]}" "${got[kib]}" "${got[told]}" "${got[of]}"
    done
}

measure_storm() {
    kind=psk dpd_s=0 rekey_s=12
    live 2000 40
    printf '%s rekeyings of 2000 tunnels in 40 s (rekey_s 12): %s tunnels are left, %s children died of age; %s of %s peers heard of the stop\n' \
        "${got[rekeyed]}" "${got[sas]}" "$(grep -c 'lifetime ended' "$LAB_OUT/gwa/culvertd.log")" "${got[told]}" "${got[of]}"
}

# table_row WORDS GATEWAY WHAT: a line of the first table, beside strongSwan's with the same proof
table_row() {
    printf '%-44s %9s %12s %12s %12s\n' "$1" "$(of "$2" "all-$3" cpu_us)" \
        "$(ratio "$(of "$2" "all-$3" cpu_us)" "$(of b "all-$kind" cpu_us)")" "$(of "$2" "all-$3" per_s)" \
        "$(of "$2" "lone-$3" median_us) ($(of "$2" "lone-$3" p99_us))"
}

table() {
    local n what suffix
    printf '%-44s %9s %12s %12s %12s\n' "IKEv2 responder: $proposal" "CPU us" "of strongSwan" "per second" "lone us (p99)"
    for kind in ${auth//,/ }; do
        table_row "strongSwan, $kind, one connection for all" b "$kind"
        for n in 10 "$connections"; do
            [ "$kind" != psk ] || table_row "culvertd, $kind, $n connections" a "$n"
        done
        [ "$kind" = psk ] || table_row "culvertd, $kind, one connection for all" a "$kind"
    done
    [[ ,$auth, = *,psk,* ]] || return 0
    printf '\n%-44s %12s %12s %12s %12s\n' "CPU us of a call" "strongSwan" "culvertd, 10" "$connections" "ratio"
    for what in one unknown unacceptable; do
        case $what in
        one) suffix="one name alone, the last" ;;
        unknown) suffix="an identity that nobody knows" ;;
        unacceptable) suffix="proposals that nobody takes" ;;
        esac
        printf '%-44s %12s %12s %12s %12s\n' "$suffix" "$(of b $what cpu_us)" "$(of a $what-10 cpu_us)" \
            "$(of a "$what-$connections" cpu_us)" "$(ratio "$(of a "$what-$connections" cpu_us)" "$(of a $what-10 cpu_us)")"
    done
}

# One name may have a thousand SAs, over all rounds; the last one is called alone only.
one_calls=$((900 / rounds < calls ? 900 / rounds : calls))
n_connections=10 dpd_s=0 rekey_s=0
CULVERT_START_SECONDS=60
SWAN_TRIES=4
lab_up a=none b=none
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
[[ $only =~ ^(live|stop)$ ]] || table
