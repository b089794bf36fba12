#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Everything that this tree can prove about itself, by one command. The last line is "N passed, N failed, N skipped".
#
# Steps are rows of the table below: name, phase, what it shows. A step is the function step_<name>; it may write
# "passed failed skipped" into $out/<name>.counts when it is many tests in one, and into $out/<name>.table what is shown of its
# success. Steps of one phase run side by side as far as the
# phase says, phases one after another.
set -u
set -o pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)
cd "$tree" || exit 2
# shellcheck source=tests/lib/packages.sh
. "$tree/tests/lib/packages.sh"

out=$tree/build-test
fuzz_seconds=30
quick=0 only=() verbose=0
# Targets that must exist: a build that loses one must not go unnoticed.
fuzz_expected="fuzz_api fuzz_chain fuzz_classify fuzz_dn fuzz_ike_auth fuzz_ike_pld fuzz_ike_responder fuzz_ikev1_responder fuzz_import fuzz_neigh fuzz_netlink fuzz_opened fuzz_pieces fuzz_reass fuzz_wire_v1"

steps="
packages   setup   what is missing is installed
root13     build   a Debian 13 root by debootstrap, made once; waits for the network more than for the CPU
gcc        build   release build, warnings are errors
clang      build   the same with clang, unoptimised: its warnings do not need more
asan       build   build with address and undefined-behaviour sanitizers
fuzzers    build   libFuzzer targets, with sanitizers
debian13   light   the tree in that root: its gcc, clang, DPDK, ipsec-mb, OpenSSL and strongSwan
lint       light   house rules: format, license lines, rooms and their order, sizes, words; the rules find their faults
tools      light   the judges of captures and figures find each fault that they exist for, and the runner of scenarios counts; Pktgen scripts pass in sound networks and fail in broken ones
config     light   example configurations against the schema and culvertd --check
install    light   what meson install puts where, that it works from there, and that an uninstall leaves nothing
cpu        light   what programs say on a CPU that they were not built for
unit       light   unit tests, release build
sim        light   two engines in virtual time, seeded faults, release build
esp_oracle light   the data path, byte for byte, against scapy and a second implementation of ESP
asan_unit  light   unit tests under the sanitizers
asan_esp   light   replay, limits, refusals and fragments of the data path under the sanitizers
asan_sim   light   simulation under the sanitizers
tsan       light   tests with threads of their own over tables and rings, under the thread sanitizer
fuzz       alone   each fuzz target for $fuzz_seconds s, from the corpus of the tree
interop    alone   strongSwan through real NATs, with the sanitized culvertd
abuse      alone   malformed and hostile traffic, with the sanitized culvertd
traffic    alone   culvert-bench traffic between two real culvertd with a tunnel, over memif, vhost, AF_PACKET and AF_XDP; it notices what is broken
bench      alone   the data path beside raw ipsec-mb, and what a second worker brings
quickstart alone   app/quickstart.sh from an empty build folder
"
quick_steps="packages gcc lint tools config install unit sim"
root_steps="root13 debian13 interop abuse traffic quickstart"

usage() {
    cat <<TEXT
usage: tests/run.sh [--quick] [--only NAME]... [--out DIR] [--fuzz-seconds N] [--verbose]
  --quick           only: $quick_steps
  --only NAME       only this step, with the builds it needs
  --out DIR         where builds and logs go (build-test)
  --fuzz-seconds N  time per fuzz target (30)
  --verbose         print the logs of steps that passed, too
steps:
$(printf '%s' "$steps" | awk 'NF { name = $1; $1 = $2 = ""; printf "  %-11s%s\n", name, substr($0, 3) }')
TEXT
}

while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=1 ;;
    --only) only+=("${2:?--only needs a name}") && shift ;;
    --out) out=$(realpath -m "${2:?--out needs a folder}") && shift ;;
    --fuzz-seconds) fuzz_seconds=${2:?--fuzz-seconds needs a number} && shift ;;
    --verbose) verbose=1 ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
mkdir -p "$out"

# ---- builds -------------------------------------------------------------------------------------------------------

# Makes or refreshes a build: build NAME CC MESON-OPTIONS...
# Hundreds of tests are linked in each, which mold does in a tenth of the usual linker's time.
build() {
    local name=$1 dir=$out/$1 cc=$2 objects=""
    shift 2
    (
        # Steps that run side by side may want the same build.
        flock 9
        if command -v mold >/dev/null; then export CC_LD=mold; fi
        if [ ! -f "$dir/build.ninja" ]; then
            CC=$cc meson setup "$dir" "$tree" "$@" || exit 1
        fi
        # No test is run from clang's build: all is compiled, and only the programs are linked.
        if [ "$name" = clang ]; then objects=$(ninja -C "$dir" build.ninja >&2 && ninja -C "$dir" -t targets rule c_COMPILER) || exit 1; fi
        # shellcheck disable=SC2086
        ninja -C "$dir" ${objects:+app/culvertd/culvertd app/culvertctl/culvertctl app/culvert-bench/culvert-bench} $objects
    ) 9>"$dir.lock"
}
step_gcc() { build gcc gcc --buildtype=release --werror; }
step_clang() { build clang clang --buildtype=debug -Ddebug=false --werror; }
# Reports of sanitizers show functions and lines, which -g1 has; all else of the debug information is a fifth of the compile time.
# What gcc does beyond -O1 is a third of it, and no test is faster for it: the sanitizers' checks are what costs.
step_asan() { build asan gcc --buildtype=debugoptimized --werror --optimization=1 -Dc_args=-g1 -Db_sanitize=address,undefined; }
step_fuzzers() {
    build fuzz clang --buildtype=debugoptimized --werror -Dc_args=-g1 -Db_sanitize=address,undefined -Db_lundef=false -Dtests=false -Dfuzz=true
}

# ---- light steps --------------------------------------------------------------------------------------------------

step_packages() {
    # shellcheck disable=SC2086
    packages_install $PACKAGES_BUILD $PACKAGES_LAB $PACKAGES_TEST || return
    packages_unpack "$PACKAGES_PEERS_FOLDER" || echo "no guests, libreswan and OpenIKED: their scenarios will be skipped"
}

step_root13() { tests/debian13/run.sh --root --out "$out/debian13"; }
step_debian13() {
    local status
    tests/debian13/run.sh --out "$out/debian13" | tee "$out/debian13.tmp"
    status=$?
    counts_from "$out/debian13.tmp" debian13 && return "$status"
}

step_lint() {
    need gcc || return 1
    /usr/bin/python3 tests/lint/lint_test.py || return 1
    /usr/bin/python3 tests/lint/lint.py --build "$out/gcc" | tee "$out/lint.tmp"
    local status=$?
    counts_from "$out/lint.tmp" lint && return "$status"
}

# A build that a later step needs; it is quiet unless it fails: need gcc|clang|asan|fuzzers
need() {
    local log
    log=$out/need-$1-$BASHPID.log
    if "step_$1" >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 30 "$log"
        echo "the $1 build failed, see $log"
        return 1
    fi
}

# "NAME: P passed, F failed", perhaps with ", S skipped", in a log becomes the counts of the step: counts_from LOG STEP
counts_from() {
    sed -nE 's/^[a-z0-9]+: ([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \4/p' "$1" | tail -n 1 >"$out/$2.counts"
    [ -s "$out/$2.counts" ] || { echo "no counts in $1"; return 1; }
}

step_tools() {
    /usr/bin/python3 tests/lib/pcap_check_test.py && /usr/bin/python3 tests/bench/daemon_report_test.py &&
        /usr/bin/python3 tests/bench/figures_test.py && /usr/bin/python3 tests/bench/compare_test.py &&
        /usr/bin/python3 tests/interop/manual_peer_test.py && tests/lib/scenarios_test.sh &&
        tests/pktgen/pktgen_test.sh
}

step_config() {
    need gcc || return 1
    /usr/bin/python3 tests/lib/config_check.py "$tree/config" "$out/gcc/app/culvertd/culvertd"
}

step_install() {
    local status
    need gcc || return 1
    tests/lib/install_check.sh "$out/gcc" | tee "$out/install.tmp"
    status=$?
    counts_from "$out/install.tmp" install && return "$status"
}

# meson_suite NAME BUILD SUITE. A test's time limit ends one that hangs: none must end by being one of two on a slow machine.
meson_suite() {
    local log=$out/$2/meson-logs/testlog-$1.txt status
    # A suite without tests is a build that lost them.
    [ -n "$(meson test -C "$out/$2" --no-rebuild --list --suite "$3" 2>/dev/null)" ] || { echo "no tests in suite $3"; return 1; }
    # Meson 1.7 leaves what tests depend on out of a build.
    flock "$out/$2.lock" ninja -C "$out/$2" meson-test-prereq || return 1
    meson test -C "$out/$2" --no-rebuild --suite "$3" --num-processes 2 --timeout-multiplier 3 --print-errorlogs --logbase "testlog-$1"
    status=$?
    awk '/^Ok:/ { ok = $2 } /^(Fail|Timeout|Unexpected Pass):/ { bad += $NF } /^Skipped:/ { skip = $2 }
        END { print ok + 0, bad + 0, skip + 0 }' "$log" >"$out/$1.counts"
    return "$status"
}
sanitizer_options() {
    export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16:detect_stack_use_after_return=1:strict_string_checks=1
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    export LSAN_OPTIONS=suppressions=$tree/tests/lib/lsan.supp:print_suppressions=0
}
step_cpu() { need gcc && tests/lib/cpu_check.sh "$out/gcc"; }
# Unit tests are run all the time, so none may take ten seconds.
step_unit() { need gcc && meson_suite unit gcc unit && tests/lib/test_times.py "$out/gcc/meson-logs/testlog-unit.json" 10; }
step_sim() { need gcc && meson_suite sim gcc sim; }
step_esp_oracle() { need gcc && meson_suite esp_oracle gcc esp; }
step_asan_unit() { sanitizer_options && need asan && meson_suite asan_unit asan unit; }
step_asan_esp() { sanitizer_options && need asan && meson_suite asan_esp asan esp_edge; }
# Each seed takes several times as long.
step_asan_sim() { sanitizer_options && need asan && SIM_PART=4 meson_suite asan_sim asan sim; }

# Only these are built. DPDK's rings order by plain stores and barriers on x86, which the sanitizer cannot see.
tsan_tests="sad/sad_policy dp/dp_worker dp/dp_handoff crypt_ossl/ossl_fetch"
step_tsan() {
    local dir=$out/tsan name targets=() status
    for name in $tsan_tests; do targets+=("tests/unit/test_${name#*/}"); done
    [ -f "$dir/build.ninja" ] ||
        CC=gcc meson setup "$dir" "$tree" --buildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false \
            -Dc_args=-DRTE_USE_C11_MEM_MODEL || return 1
    ninja -C "$dir" "${targets[@]}" || return 1
    # shellcheck disable=SC2086
    TSAN_OPTIONS=halt_on_error=1:suppressions=$tree/tests/lib/tsan.supp meson test -C "$dir" --no-rebuild --num-processes 2 --timeout-multiplier 5 --print-errorlogs --logbase testlog-tsan $tsan_tests
    status=$?
    awk '/^Ok:/ { ok = $2 } /^(Fail|Timeout):/ { bad += $NF } END { print ok + 0, bad + 0, 0 }' \
        "$dir/meson-logs/testlog-tsan.txt" >"$out/tsan.counts"
    return "$status"
}

# ---- long steps ---------------------------------------------------------------------------------------------------

# One fuzz target on a copy of its corpus; what it finds is kept in the build folder.
fuzz_one() {
    local name=$1 target=$out/fuzz/tests/fuzz/$1 finds=$out/fuzz-finds/$1 corpus=$tree/tests/fuzz/corpus/${1#fuzz_}
    local dict=$tree/tests/fuzz/dict/${1#fuzz_}.dict
    mkdir -p "$finds/corpus"
    [ -x "$target" ] || { echo "$name: not built"; return 1; }
    [ -n "$(ls "$corpus" 2>/dev/null)" ] || { echo "$name: no corpus in ${corpus#"$tree"/}"; return 1; }
    "$target" -max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$finds/" ${dict:+$([ -f "$dict" ] && echo "-dict=$dict")} "$finds/corpus" "$corpus" >"$finds/log" 2>&1
}
step_fuzz() {
    sanitizer_options
    need fuzzers || return 1
    local name passed=0 failed=0 names=""
    for name in $fuzz_expected $(cd tests/fuzz && ls fuzz_*.c); do names+="${name%.c}"$'\n'; done
    names=$(sort -u <<<"$names" | grep .)
    export -f fuzz_one
    export out tree fuzz_seconds
    # shellcheck disable=SC2016
    xargs -P 2 -I{} bash -c 'fuzz_one {}; echo $? >"$out/fuzz-finds/{}/status"' <<<"$names"
    for name in $names; do
        if [ "$(cat "$out/fuzz-finds/$name/status")" = 0 ]; then
            passed=$((passed + 1))
            echo "ok     $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$out/fuzz-finds/$name/log") runs"
        else
            failed=$((failed + 1))
            echo "FAILED $name, see $out/fuzz-finds/$name"
            tail -n 15 "$out/fuzz-finds/$name/log"
        fi
    done
    echo "$passed $failed" >"$out/fuzz.counts"
    [ "$failed" = 0 ]
}

# scenarios STEP FOLDER [ARGUMENTS of tests/interop/run.sh]
scenarios() {
    local status step=$1 folder=$2
    shift 2
    sanitizer_options
    need asan && need gcc || return 1
    # gcc's frames for this check are aligned to 32 bytes, and the daemon copies structs by 64-byte vectors.
    ASAN_OPTIONS+=:detect_stack_use_after_return=0
    # With one job a CPU, a third of the time is idle.
    CULVERT_LOOKS=$out/gcc/app/culvertctl/culvertctl LAB_BIN=$out/asan/app tests/interop/run.sh --jobs $(($(nproc) + 1)) --again --folder "tests/$folder" --out "$out/scenarios-$step" "$@" | tee "$out/$step.tmp"
    status=$?
    counts_from "$out/$step.tmp" "$step" && return "$status"
}
# They wait more than they work, as far as the machine is a fast one.
step_interop() { scenarios interop interop --idle-jobs $((4 * $(nproc))); }
step_abuse() {
    local status
    scenarios abuse abuse --figures
    status=$?
    grep '^| ' "$out/abuse.tmp" >"$out/abuse.table"
    return "$status"
}

# A kind of port that the kernel does not have is skipped, as the scenarios are.
step_traffic() {
    local kind status ok=0 skips=0
    need gcc || return 1
    for kind in memif vhost af_packet af_xdp manual; do
        LAB_BIN=$out/gcc/app timeout 300 tests/bench/traffic_test.sh "$kind"
        status=$?
        case $status in
        0) ok=$((ok + 1)) ;;
        77) skips=$((skips + 1)) ;;
        *) return 1 ;;
        esac
    done
    echo "$ok 0 $skips" >"$out/traffic.counts"
}

# The figures are printed, not judged: they depend on the machine and on what else it does.
step_bench() {
    need gcc || return 1
    local log=$out/bench.tmp way size
    "$out/gcc/app/culvert-bench/culvert-bench" path --packets 300000 --no-huge | tee "$log" || return 1
    for way in in out; do
        for size in 64 512 1420 IMIX; do
            grep -qE "^$way +128 +$size +1 +[0-9]" "$log" || { echo "no figure for $size bytes, $way"; return 1; }
        done
    done
    "$out/gcc/app/culvert-bench/culvert-bench" stages --sizes 64 --packets 200000 --no-huge | tee "$log" || return 1
    for way in in:4 out:5; do
        grep -qE "^${way%:*} +128 +64 +1( +[0-9.]+[* ]){${way#*:}} +[0-9.]+" "$log" || { echo "no figure for the stages, ${way%:*}"; return 1; }
    done
    bench_workers "$log" && bench_selftest
}

# The harness proves itself. That the machine is too busy for it (3) is no fault of the harness.
bench_selftest() {
    local status=0
    "$out/gcc/app/culvert-bench/culvert-bench" selftest --no-huge || status=$?
    [ "$status" = 0 ] || [ "$status" = 3 ] || { echo "the harness is wrong about what is known: status $status"; return 1; }
}

# Two workers on two CPUs print a ratio; where there is but one CPU, or no moment in which both worked, the reason.
bench_workers() {
    local log=$1 way sas figure='[0-9]+\.[0-9]+'
    "$out/gcc/app/culvert-bench/culvert-bench" workers --sizes 64 --handoff --no-huge | tee "$log" || return 1
    for way in in out; do
        for sas in 1 1000; do
            grep -qE "^$way +64 +$sas +$figure\*? +$figure\*? +($figure\*? +x$figure|- +-)" "$log" ||
                { echo "no figure for two workers with $sas SAs each, $way"; return 1; }
        done
    done
    ! grep -qE ' - +-' "$log" || grep -qE '^(-:|Fewer CPUs than workers:)' "$log" || { echo "no ratio, and no reason"; return 1; }
}

step_quickstart() {
    rm -rf "$out/quickstart"
    timeout 600 app/quickstart.sh --build "$out/quickstart"
}

# ---- the run ------------------------------------------------------------------------------------------------------

chosen=$(awk 'NF { print $1 }' <<<"$steps")
if [ "$quick" = 1 ]; then chosen=$(tr ' ' '\n' <<<"$quick_steps"); fi
if [ "${#only[@]}" -gt 0 ]; then
    for name in "${only[@]}"; do
        grep -qx "$name" <<<"$chosen" || { echo "no step $name" >&2 && usage >&2 && exit 2; }
    done
    chosen=$(printf '%s\n' "${only[@]}")
fi

passed=0 failed=0 skipped=0 broken=()
declare -A name_of=() began=()

stop_all() {
    trap '' INT TERM
    local pid
    for pid in "${!name_of[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null; done
    wait
    echo "interrupted"
    exit 130
}
trap stop_all INT TERM

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

finished() {
    local name=$1 status=$2 took=$3 ok=0 bad=0 skips="" not=""
    [ -s "$out/$name.counts" ] && read -r ok bad skips <"$out/$name.counts"
    skips=${skips:-0}
    [ "$skips" = 0 ] || not=", $skips skipped"
    if [ "$status" = 0 ] && [ "$bad" != 0 ]; then status=1; fi
    if [ "$status" = 0 ]; then
        [ "$((ok + skips))" -gt 0 ] || ok=1
        say "ok      $name: $ok passed$not ($took s)"
        grep -hE '^(skip|again) ' "$out/$name.log" | sed 's/^/         | /'
        [ ! -s "$out/$name.table" ] || sed 's/^/         /' "$out/$name.table"
        if [ "$verbose" = 1 ]; then cat "$out/$name.log"; fi
    else
        [ "$bad" -gt 0 ] || bad=1
        broken+=("$name")
        say "FAILED  $name: $bad failed$not ($took s), what failed and the end of $out/$name.log:"
        head -n -30 "$out/$name.log" | grep -E '^(FAILED|FAIL:|not ok) ' | tail -n 20 | sed 's/^/         | /'
        tail -n 30 "$out/$name.log" | sed 's/^/         | /'
        echo "         again: tests/run.sh --only $name"
    fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    skipped=$((skipped + skips))
}

start() {
    local name=$1
    rm -f "$out/$name.counts" "$out/$name.table"
    if ! declare -F "step_$name" >/dev/null; then
        echo "no function step_$name" >"$out/$name.log"
        finished "$name" 1 0
        return
    fi
    if [ "$(id -u)" != 0 ] && [[ " $root_steps " == *" $name "* ]]; then
        say "skipped $name: needs root"
        skipped=$((skipped + 1))
        return
    fi
    # A process group of its own, so that an interrupt ends all that the step started and no more.
    set -m
    "step_$name" >"$out/$name.log" 2>&1 </dev/null &
    set +m
    name_of[$!]=$name
    began[$!]=$SECONDS
}

reap() {
    local pid status name
    wait -n -p pid "${!name_of[@]}"
    status=$?
    name=${name_of[$pid]}
    unset "name_of[$pid]"
    finished "$name" "$status" $((SECONDS - began[$pid]))
}

for phase in setup build light alone; do
    width=1
    case $phase in build | light) width=2 ;; esac
    while read -r name where _; do
        [ "$where" = "$phase" ] && grep -qx "$name" <<<"$chosen" || continue
        while [ "${#name_of[@]}" -ge "$width" ]; do reap; done
        start "$name"
    done <<<"$steps"
    while [ "${#name_of[@]}" -gt 0 ]; do reap; done
done

if [ "${#broken[@]}" -gt 0 ]; then say "broken: ${broken[*]}"; fi
if [ "$quick" = 1 ]; then say "quick run: builds with other compilers, sanitizers, fuzzing, interop, abuse, bench and quickstart were not asked for"; fi
echo "$passed passed, $failed failed, $skipped skipped"
# What was skipped could have run, as root or with what is missing, so it is no success.
[ "$failed" = 0 ] && [ "$skipped" = 0 ]
