#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the metering port driver into a folder outside the tree and prints the path of the shared object.
#   usage: net_meter.sh [FOLDER]      (default ${XDG_CACHE_HOME:-$HOME/.cache}/culvert-bench)
# A port driver needs DPDK's driver headers, which Debian does not install; they come from Debian's own source
# package of the very version that is installed, and stay in FOLDER. Exit status 1 with a sentence when that
# cannot be had. Given DPDK_SRC, an unpacked DPDK source tree of that version, nothing is downloaded.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/culvert-bench}
mkdir -p "$dir" # EAL loads no driver from below a folder that all may write to, as /tmp is
so=$dir/librte_net_meter.so

fail() {
    echo "net_meter.sh: $*" >&2
    exit 1
}

shared=$here/../../app/culvert-bench
# What it is made of; trees of several versions may share the folder.
made_of=$(cat "$0" "$here"/net_meter.c "$here"/meter_*.[ch] "$shared"/meter_*.[ch] "$shared"/bench_stat.[ch] | sha256sum)
if [ -e "$so" ] && [ "$made_of" = "$(cat "$so.made-of" 2>/dev/null)" ]; then
    echo "$so"
    exit 0
fi

# Debian's source package, through apt, without touching the system's own lists.
source_fetch() {
    version=$(dpkg-query -W -f '${source:Version}' libdpdk-dev 2>/dev/null) || fail "libdpdk-dev is not installed"
    apt=$dir/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    name=$(. /etc/os-release && echo "$VERSION_CODENAME")
    for suite in "debian $name" "debian $name-updates" "debian-security $name-security"; do
        echo "deb-src http://deb.debian.org/$suite main"
    done >"$apt/sources.list"
    opts="-qq -o Dir::Etc::SourceList=$apt/sources.list -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State::Lists=$apt/lists -o Dir::Cache=$apt/cache -o APT::Sandbox::User=root"
    # shellcheck disable=SC2086
    apt-get $opts update >&2 && (cd "$dir" && apt-get $opts source --download-only "dpdk=$version" >&2) ||
        fail "cannot fetch Debian's source package dpdk $version for its driver headers"
    mkdir -p "$dir/dpdk-src"
    tar -C "$dir/dpdk-src" --strip-components=1 -xf "$dir"/dpdk_*.orig.tar.xz \
        --wildcards '*/lib/ethdev/*.h' '*/drivers/bus/vdev/*.h' '*/lib/eal/include/*.h'
}

src=${DPDK_SRC:-$dir/dpdk-src}
[ -e "$src/lib/ethdev/ethdev_driver.h" ] || source_fetch

# The installed public headers come first; only what they lack is taken from the source package.
mkdir -p "$dir/driver-include"
for h in lib/ethdev/ethdev_driver.h lib/ethdev/ethdev_vdev.h lib/eal/include/dev_driver.h \
    lib/eal/include/bus_driver.h drivers/bus/vdev/bus_vdev_driver.h; do
    cp "$src/$h" "$dir/driver-include/"
done
rm -f "$so.made-of"
# shellcheck disable=SC2046
${CC:-cc} -shared -fPIC -O3 -march=native -std=gnu17 -D_GNU_SOURCE -DALLOW_INTERNAL_API -DALLOW_EXPERIMENTAL_API \
    -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wno-unused-parameter \
    $(pkg-config --cflags libdpdk | sed 's/-march=[^ ]*//g; s/-I/-isystem /g') -isystem "$dir/driver-include" \
    -I"$here" -I"$shared" "$here/net_meter.c" "$here/meter_live.c" "$here/meter_relay.c" "$here/meter_hold.c" \
    "$here/meter_frame.c" "$shared/meter_flow.c" "$shared/meter_clock.c" "$shared/meter_port.c" \
    "$shared/bench_stat.c" -o "$so.new" \
    -lrte_ethdev -lrte_bus_vdev -lrte_kvargs -lrte_mbuf -lrte_mempool -lrte_eal -lIPSec_MB >&2 ||
    fail "the driver does not compile"
mv "$so.new" "$so" # a process may run on the old one
echo "$made_of" >"$so.made-of"
echo "$so"
