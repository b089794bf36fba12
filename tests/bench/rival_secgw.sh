#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Measures DPDK's ipsec-secgw, built unmodified from the example sources of the installed DPDK, metered as the gateway is and
# with the same packets (meter_preload.c). Prints one JSON line.
#   usage: rival_secgw.sh --build              build it (or find it built), print the path of the program
#          rival_secgw.sh DIRECTION SIZE SAS [BITS]   e.g. rival_secgw.sh out 64 1 128
# DIRECTION is out (clear to ESP) or in; SIZE is a frame size or imix; BITS is the AES key size (default 128).
# The mode is its best one for software: library mode, cpu-crypto, aesni_gcm, no replay window. It carries plain ESP,
# because it refuses ESP in UDP for software SAs, and it wants both directions configured.
# Environment: BENCH_BUILD (Culvert's build folder, default: the first of build, build-release, build-test/gcc that has the meter),
#   BENCH_DIR (work folder, default ${XDG_CACHE_HOME:-$HOME/.cache}/culvert-bench), BENCH_CORE (default: the last CPU),
#   BENCH_PACKETS (default 4000000), BENCH_RUNS (default 8), BENCH_PTYPES=1 (the port classifies packets).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
dpdk=$(pkg-config --modversion libdpdk) || exit 1
dir=${BENCH_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/culvert-bench}/dpdk-$dpdk
mkdir -p "$dir"

fail() {
    echo "rival_secgw.sh: $*" >&2
    exit 1
}

# The example sources are in Debian's dpdk-doc package; it is unpacked aside when it is not installed. Those of the very version
# that is installed are wanted, and those of another revision of it are as good.
sources_find() {
    for at in /usr/share/dpdk/examples "$dir/doc/usr/share/dpdk/examples"; do
        [ -e "$at/ipsec-secgw/Makefile" ] && echo "$at" && return
    done
    version=$(dpkg-query -W -f '${Version}' libdpdk-dev 2>/dev/null) || version=
    for package in "dpdk-doc=$version" dpdk-doc; do
        (cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2) && break
    done
    [ -e "$(echo "$dir"/dpdk-doc_*.deb)" ] ||
        fail "ipsec-secgw left out: Debian's dpdk-doc package, which has its sources, cannot be fetched (apt-get update?)"
    dpkg-deb -x "$dir"/dpdk-doc_*.deb "$dir/doc"
    echo "$dir/doc/usr/share/dpdk/examples"
}

build() {
    [ -x "$dir/ipsec-secgw/build/ipsec-secgw" ] && return
    from=$(sources_find)
    rm -rf "$dir/ipsec-secgw"
    cp -r "$from/ipsec-secgw" "$from/common" "$dir/"
    make -C "$dir/ipsec-secgw" >"$dir/ipsec-secgw.log" 2>&1 ||
        fail "ipsec-secgw left out: it does not compile, see $dir/ipsec-secgw.log"
}

meter_find() {
    for at in ${BENCH_BUILD:+"$BENCH_BUILD"} "$tree/build" "$tree/build-release" "$tree/build-test/gcc"; do
        [ -e "$at/tests/bench/meter_preload.so" ] && echo "$at/tests/bench/meter_preload.so" && return
    done
    fail "ipsec-secgw left out: tests/bench/meter_preload.so is not built; ninja -C build, or name a build by BENCH_BUILD"
}

# One SA pair per tunnel: inner hosts 10.2.x.y behind it, 10.1.0.1 on this side.
config_write() {
    awk -v n="$1" -v algo="aes-$2-gcm" -v key="$3" '
        function addr(i) { return "10.2." int((i + 1) / 256) "." (i + 1) % 256 }
        BEGIN {
            print "neigh port 0 02:00:00:00:01:01"
            print "neigh port 1 02:00:00:00:01:02"
            for (i = 0; i < n; i++) {
                out = 200000 + i
                inb = 1000 + i
                ports = "sport 0:65535 dport 0:65535"
                print "sp ipv4 out esp protect " out " pri 1 dst " addr(i) "/32 " ports
                print "sp ipv4 in esp protect " inb " pri 1 src " addr(i) "/32 " ports
                tail = "aead_algo " algo " aead_key " key " mode ipv4-tunnel"
                print "sa out " out " " tail " src 192.0.2.1 dst 192.0.2.2 type cpu-crypto"
                print "sa in " inb " " tail " src 192.0.2.2 dst 192.0.2.1 type cpu-crypto"
            }
            print "rt ipv4 dst 192.0.2.0/24 port 1"
            print "rt ipv4 dst 10.1.0.0/16 port 0"
        }'
}

measure() {
    direction=$1 size=$2 sas=$3 bits=${4:-128}
    meter=$(meter_find) || exit 1
    build
    core=${BENCH_CORE:-$(($(getconf _NPROCESSORS_ONLN) - 1))}
    hex=000102030405060708090a0b0c0d0e0f
    [ "$bits" = 256 ] && hex=${hex}101112131415161718191a1b1c1d1e1f
    hex=${hex}a0a1a2a3
    result=$dir/rival.$$.json
    config_write "$sas" "$bits" "$(echo $hex | sed 's/../&:/g; s/:$//')" >"$dir/rival.$$.cfg"
    common="size=$size,sas=$sas,ptypes=${BENCH_PTYPES:-0},packets=${BENCH_PACKETS:-4000000},runs=${BENCH_RUNS:-8}"
    common=$common,result=$result,label=ipsec-secgw-$direction-$size-$sas-$bits,key=$hex
    if [ "$direction" = out ]; then
        inside=net_null0,flow=plain,inner_src=10.1.0.1,inner_dst=10.2.0.1,$common
        outside=net_null1,ptypes=${BENCH_PTYPES:-0}
    else
        inside=net_null0,ptypes=${BENCH_PTYPES:-0}
        outside=net_null1,flow=esp,spi=1000,inner_src=10.2.0.1,inner_dst=10.1.0.1,$common
    fi
    memory="--in-memory -m 1024"
    [ "$(awk '/HugePages_Free/ {print $2}' /proc/meminfo)" -ge 512 ] || memory="--no-huge --no-shconf -m 1024"
    # shellcheck disable=SC2086
    LD_PRELOAD=$meter METER_PORTS="$inside;$outside" "$dir/ipsec-secgw/build/ipsec-secgw" \
        -l "$core" $memory --no-pci --no-telemetry --vdev net_null0 --vdev net_null1 --vdev crypto_aesni_gcm0 \
        -- -p 0x3 -u 0x2 -P -l -w 0 -f "$dir/rival.$$.cfg" --config "(0,0,$core),(1,0,$core)" \
        >"$dir/rival.log" 2>&1 &
    pid=$!
    trap 'kill -9 $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -f "$result" "$dir/rival.$$.cfg"' EXIT
    tries=0
    while [ ! -s "$result" ] && kill -0 $pid 2>/dev/null && [ $tries -lt 1200 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    [ -s "$result" ] || fail "ipsec-secgw gave no result, see $dir/rival.log: $(tail -n 1 "$dir/rival.log")"
    cat "$result"
}

if [ "${1:-}" = --build ]; then
    build
    echo "$dir/ipsec-secgw/build/ipsec-secgw"
elif [ $# -ge 3 ]; then
    measure "$@"
else
    sed -n '3,13s/^# \{0,1\}//p' "$0"
    exit 2
fi
