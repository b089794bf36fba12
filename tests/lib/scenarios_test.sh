#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The runner of scenarios on made-up ones: how it counts, and that a second try is for those that failed beside others, and told.
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/culvert-scenarios-test.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

# shellcheck disable=SC2016
# made NAME LINES: a scenario; its folder is $LAB_OUT
made() { printf '#!/usr/bin/env bash\n# A scenario.\nmkdir -p "$LAB_OUT"\n%s\n' "$2" >"$dir/made/$1.sh"; }
# runs STATUS "LAST LINE" [OPTIONS]: what the runner says and ends with
runs() {
    local want=$1 last=$2 status
    shift 2
    "$here/../interop/run.sh" --folder "$dir/made" --out "$dir/out" "$@" >"$dir/said" 2>&1
    status=$?
    [ "$status" = "$want" ] && [ "$(tail -n 1 "$dir/said")" = "$last" ] && return
    echo "not ok: $*: status $status, not $want, or the last line is not \"$last\":"
    cat "$dir/said"
    exit 1
}
says() { grep -q "$1" "$dir/said" || { echo "not ok: it does not say \"$1\":" && cat "$dir/said" && exit 1; }; }

mkdir "$dir/made"
made 10_good 'echo "shows: a good one"'
made 20_missing 'echo "skipped: no such program"; exit 77'
runs 0 "scenarios: 1 passed, 0 failed, 1 skipped"
says '^ok     10_good .* a good one$'
says '^skip   20_missing .* no such program$'
rm "$dir"/made/20_missing.sh

# It fails at the first try alone.
made 30_second "echo x >>$dir/tries; [ \"\$(wc -l <$dir/tries)\" -ge 2 ] && exit 0; echo 'too slow'; exit 1"
made 40_long "until grep -q ' 30_second ' $dir/said; do sleep 0.1; done"
runs 1 "scenarios: 2 passed, 1 failed" --jobs 3
rm "$dir/tries"
runs 0 "scenarios: 3 passed, 0 failed" --jobs 3 --again
says '^again  30_second .* failed beside others: too slow$'
says '^ok     30_second .* (alone, at the second try)'

# Whoever fails alone fails for good, and so does who fails twice.
rm "$dir/tries"
runs 1 "scenarios: 0 passed, 1 failed" --jobs 1 --again 30_second
made 30_second 'echo "always"; exit 1'
runs 1 "scenarios: 2 passed, 1 failed" --jobs 3 --again
says '^again  30_second'
says '^FAILED 30_second .* always$'

# What no load excuses has no second try.
made 30_second "echo x >>$dir/tries; [ \"\$(wc -l <$dir/tries)\" -ge 2 ] && exit 0; echo 'ERROR: AddressSanitizer: heap-use-after-free'; exit 1"
rm -f "$dir/tries"
runs 1 "scenarios: 2 passed, 1 failed" --jobs 3 --again
says '^FAILED 30_second'

# More than --jobs at a time while CPUs are idle, and no more than that many; how many there were at most is in the folder.
# stat IDLE-PER-SECOND: jiffies of a machine whose CPUs are so idle, of 200 a second
stat() {
    mkdir -p "$dir/proc"
    echo "MemAvailable: 9000000 kB" >"$dir/proc/meminfo"
    while :; do
        echo "cpu 0 0 $((SECONDS * (200 - $1))) $((SECONDS * $1)) 0 0 0 0 0 0" >"$dir/proc/stat.new" && mv "$dir/proc/stat.new" "$dir/proc/stat"
        sleep 0.1
    done
}
most() { sort -n "$dir/most" | tail -n 1; }
rm "$dir"/made/*.sh
for i in 1 2 3 4; do # two wait for the third, as long as it may come
    made "${i}0_one" "mkdir $dir/now/$i; ls $dir/now | wc -l >>$dir/most
for t in \$(seq \$PATIENCE); do [ \$(sort -n $dir/most | tail -n 1) -lt 3 ] || break; sleep 0.1; done; sleep 2.2; rmdir $dir/now/$i"
done
mkdir "$dir/now"
for idle in 190 10; do
    stat "$idle" &
    ticker=$!
    while [ ! -s "$dir/proc/stat" ]; do sleep 0.1; done
    : >"$dir/most"
    PATIENCE=$((idle > 100 ? 300 : 10)) SCENARIOS_PROC=$dir/proc runs 0 "scenarios: 4 passed, 0 failed" --jobs 2 --idle-jobs 3
    kill "$ticker" && wait "$ticker" 2>/dev/null
    rm "$dir/proc/stat"
    want=$((idle > 100 ? 3 : 2))
    [ "$(most)" = "$want" ] || { echo "not ok: $(most) at a time, not $want, with $idle of 200 jiffies idle" && exit 1; }
done
echo "ok: the runner of scenarios counts, and tries again only what failed beside others"
