#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Culvert on Debian 13, on whatever machine this is: a root folder made by debootstrap, in which a copy of the tree is built by gcc
# and clang, unit tests, simulation and the ESP oracle run, a tunnel with Debian 13's strongSwan comes up, and DPDK's ipsec-secgw is metered.
#
# The root is made once and kept in OUT/root. Mounts are made in a namespace of their own, so none outlives this script, and
# neither does a process in the root, however the script ends.
set -u
set -o pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
out=$tree/build-test/debian13
release=trixie
only_root=0

usage() {
    cat <<TEXT
usage: tests/debian13/run.sh [--root] [--out DIR] [COMMAND...]
  --root     only make the root, or bring its packages up to date
  --out DIR  where the root and the logs go (build-test/debian13)
  COMMAND    run this in the root instead of the tests, in a copy of the tree
             (its builds are in /build, so: tests/debian13/run.sh /build/gcc/app/culvert-bench/culvert-bench path)
TEXT
}

while [ $# -gt 0 ]; do
    case $1 in
    --root) only_root=1 ;;
    --out) out=$(realpath -m "${2:?--out needs a folder}") && shift ;;
    --help | -h) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) break ;;
    esac
    shift
done
root=$out/root
mkdir -p "$out"

fail() {
    printf 'debian13: %s\n' "$*" >&2
    exit 1
}
[ "$(id -u)" = 0 ] || fail "debootstrap and chroot need root"

# ---- the root -----------------------------------------------------------------------------------------------------

# The mirror that this machine itself uses.
mirror() {
    local uri
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1)
    echo "${CULVERT_DEBIAN_MIRROR:-${uri:-http://deb.debian.org/debian}}"
}

# Runs a command in the root, with the tree's copy as its folder. A process namespace ends all of it when its first process ends.
inside() {
    # shellcheck disable=SC2016
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child bash -c '
        root=$1 && shift
        # A root that is a mount of its own is what "ip netns" needs.
        mount --bind "$root" "$root" && cd "$root" &&
            mount -t proc proc proc && mount --rbind /dev dev && mount --rbind /sys sys && mount -t tmpfs run run || exit 125
        exec chroot . /bin/bash -c "cd /src && exec \"\$@\"" inside "$@"
    ' inside "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

root_make() {
    [ -e "$out/root.made" ] && return
    rm -rf "$root"
    command -v debootstrap >/dev/null || fail "no debootstrap; tests/run.sh --only packages installs it"
    echo "debootstrap $release from $(mirror)"
    if ! debootstrap --variant=minbase "$release" "$root" "$(mirror)" >"$out/debootstrap.log" 2>&1; then
        tail -n 5 "$out/debootstrap.log" >&2
        fail "debootstrap could not get $release from $(mirror): without network there is no Debian 13 to test on, see $out/debootstrap.log"
    fi
    # What is in there can be made again, so it need not reach the disk at once.
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/culvert"
    touch "$out/root.made"
}

# The tree as it is, with times, so that a build makes only what changed. Vectors that tests look for beside the tree come along.
tree_copy() {
    rm -rf "$root/src" "$root/shared"
    mkdir -p "$root/src" "$root/build" "$root/shared"
    tar -C "$tree" --exclude='./build*' --exclude='./.git' -c . | tar -C "$root/src" -x || fail "cannot copy the tree"
    if [ -d "$tree/../shared/vectors" ]; then cp -a "$tree/../shared/vectors" "$root/shared/"; fi
}

packages_install_inside() {
    # shellcheck disable=SC2016
    inside bash -c '. tests/lib/packages.sh && [ -z "$(packages_missing $PACKAGES_BUILD $PACKAGES_SUITES $PACKAGES_LAB clang)" ]' && return
    echo "packages of $release"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    # shellcheck disable=SC2016
    if ! inside bash -c '. tests/lib/packages.sh && packages_install $PACKAGES_BUILD $PACKAGES_SUITES $PACKAGES_LAB clang' \
        >"$out/packages.log" 2>&1; then
        tail -n 5 "$out/packages.log" >&2
        fail "could not install packages in the root: is there network? See $out/packages.log"
    fi
    inside apt-get clean
}

root_ready() {
    exec 9>"$out/lock"
    flock 9
    root_make
    tree_copy
    inside true || fail "this machine does not allow mounts in a namespace of their own, which the root needs"
    packages_install_inside
}

# ---- what is shown ------------------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0
# One more test: tell STATUS WHAT LOG
tell() {
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
        echo "ok     $2"
    else
        failed=$((failed + 1))
        echo "FAILED $2, see $3"
        tail -n 30 "$3"
    fi
}

# build NAME CC MESON-OPTIONS...: no test is run from clang's, so there all is compiled, and only the programs are linked
build() {
    local name=$1 cc=$2 log=$out/$1.log
    shift 2
    # shellcheck disable=SC2016
    inside bash -c 'dir=/build/$1 CC=$2 CC_LD=mold && export CC CC_LD && shift 2
        { [ -f "$dir/build.ninja" ] || meson setup "$dir" /src --werror "$@"; } && ninja -C "$dir" build.ninja || exit
        [ "$CC" = clang ] || exec ninja -C "$dir"
        exec ninja -C "$dir" app/culvertd/culvertd app/culvertctl/culvertctl app/culvert-bench/culvert-bench \
            $(ninja -C "$dir" -t targets rule c_COMPILER)' \
        inside "$name" "$cc" "$@" >"$log" 2>&1
    tell $? "Debian 13 builds without a warning: $(inside "$cc" --version | head -n 1)" "$log"
}

suites() {
    local log=$root/build/gcc/meson-logs/testlog-debian13.txt ok bad skip
    rm -f "$log"
    inside ninja -C /build/gcc meson-test-prereq >"$out/suites.log" 2>&1 || tell 1 "what tests depend on" "$out/suites.log"
    # Of the simulation's many seeds a few, and of the ESP oracle what comes to the cryptographic library: tests/run.sh runs all
    # of them, and another compiler needs no more.
    inside env SIM_PART=8 meson test -C /build/gcc --no-rebuild --num-processes 2 --timeout-multiplier 3 --suite unit --suite sim --suite esp --no-suite esp_edge --print-errorlogs \
        --logbase testlog-debian13 >"$out/suites.log" 2>&1
    read -r ok bad skip < <(awk '/^Ok:/ { ok = $2 } /^(Fail|Timeout|Unexpected Pass):/ { bad += $NF } /^Skipped:/ { skip = $2 }
        END { print ok + 0, bad + 0, skip + 0 }' "$log" 2>/dev/null)
    if [ "${ok:-0}" -lt 100 ]; then
        tell 1 "unit tests, simulation and ESP oracle: only ${ok:-0} ran" "$out/suites.log"
        return
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    echo "$([ "$bad" = 0 ] && echo "ok    " || echo FAILED) unit tests, simulation, ESP oracle: $ok passed, $bad failed"
    [ "$bad" = 0 ] || tail -n 60 "$out/suites.log"
}

# What is installed there, by that Meson, with that systemd and its readers of manual pages.
installed() {
    local ok bad
    inside tests/lib/install_check.sh /build/gcc >"$out/install.log" 2>&1
    read -r ok bad < <(sed -nE 's/^install: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$out/install.log")
    if [ "${ok:-0}" -lt 20 ]; then
        tell 1 "the install: only ${ok:-0} checks ran" "$out/install.log"
        return
    fi
    passed=$((passed + ok)) failed=$((failed + bad))
    echo "$([ "$bad" = 0 ] && echo "ok    " || echo FAILED) the install: $ok passed, $bad failed"
    [ "$bad" = 0 ] || grep -A 20 '^FAILED' "$out/install.log"
}

# The unit, run by that systemd.
service() {
    local status ok bad
    inside meson install -C /build/gcc --no-rebuild >"$out/service.log" 2>&1 && "$tree/tests/debian13/service.sh" "$root" >>"$out/service.log" 2>&1
    status=$?
    inside ninja -C /build/gcc uninstall >"$out/uninstall.log" 2>&1
    read -r ok bad < <(sed -nE 's/^service: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$out/service.log")
    if [ "$status" = 77 ]; then
        skipped=$((skipped + 1))
        echo "skip   systemd runs the unit: $(tail -n 1 "$out/service.log")"
    elif [ -z "$ok" ]; then
        tell 1 "systemd runs the unit" "$out/service.log"
    else
        passed=$((passed + ok)) failed=$((failed + bad))
        echo "$([ "$bad" = 0 ] && echo "ok    " || echo FAILED) systemd runs the unit: $ok passed, $bad failed"
        [ "$bad" = 0 ] || grep -A 5 '^FAILED' "$out/service.log"
    fi
}

# The lab with that DPDK, libxdp and strongSwan: a pair of sites, certificates, a token by OpenSSL's provider, logins, and what hangs on how
# a port takes its interface.
lab() {
    local ok bad
    inside env LAB_BIN=/build/gcc/app tests/interop/run.sh --jobs 2 --out /build/scenarios 21_signature:schemes 22_token:ec 24_built_in 28_more_keys \
        30_site_pair 72_login:tls-in 73_clients:windows 87_takes_port 97_offloads \
        98_big_datagrams >"$out/lab.log" 2>&1
    read -r ok bad < <(sed -nE 's/^scenarios: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$out/lab.log")
    if [ "${ok:-0}" -lt 10 ]; then
        tell 1 "the lab: only ${ok:-0} scenarios passed" "$out/lab.log"
        return
    fi
    passed=$((passed + ok)) failed=$((failed + bad))
    echo "$([ "$bad" = 0 ] && echo "ok    " || echo FAILED) strongSwan $(inside dpkg-query -W -f '${source:Upstream-Version}' strongswan-swanctl) and ports by name: $ok passed, $bad failed"
    [ "$bad" = 0 ] || grep '^FAILED' "$out/lab.log"
}

# The program that figures are compared with, of that DPDK: every packet that was looked at is right. How fast it is, is not judged here.
rival() {
    local log=$out/rival.log status
    inside env BENCH_BUILD=/build/gcc BENCH_PACKETS=100000 BENCH_RUNS=2 tests/bench/rival_secgw.sh in 64 1 >"$log" 2>&1
    status=$?
    if [ "$status" != 0 ] && grep -q 'cannot be fetched' "$log"; then
        skipped=$((skipped + 1))
        echo "skip   ipsec-secgw is metered: $(tail -n 1 "$log")"
        return
    fi
    [ "$status" = 0 ] && grep -qE '"checked":([1-9][0-9]*),"good":\1,' "$log"
    tell $? "ipsec-secgw of DPDK $(inside pkg-config --modversion libdpdk) is metered" "$log"
}

root_ready
if [ "$only_root" = 1 ]; then exit 0; fi
if [ $# -gt 0 ]; then
    inside "$@"
    exit
fi
build gcc gcc --buildtype=release
if [ -x "$root/build/gcc/app/culvertd/culvertd" ]; then
    suites
    installed
    service
    lab
    rival
fi
build clang clang --buildtype=debug -Ddebug=false -Dcpu=generic
inside tests/lib/cpu_check.sh /build/clang >"$out/cpu.log" 2>&1
tell $? "a portable build runs on a CPU of 2013, and says on one of 2008 what that lacks" "$out/cpu.log"
echo "debian13: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
