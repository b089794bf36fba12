#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the scenarios, some at a time (--jobs), each in a lab of its own.
#
# A scenario is a script NN_name.sh, here or in tests/abuse; a line "# cases: one two" in it makes one run per case. It
# succeeds by ending with 0, and says with 77 that something is missing. Logs and configurations are in OUT/<name>; captures of
# what passed are removed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib/faults.sh
. "$here/../lib/faults.sh"

usage() {
    cat <<TEXT
usage: $0 [--jobs N] [--idle-jobs N] [--again] [--out DIR] [--folder DIR] [--figures] [--list] [NAME...]
  --jobs N:      so many at a time (2).
  --idle-jobs N: more than that, up to N, as long as a third of the CPUs has nothing to do: scenarios wait more than they work.
  --again:       what failed beside others runs once more when no other does; it counts as that one ends, and the line says so.
  --figures: each run must tell its figures (figure in tests/lib/lab_check.sh); one table of them all comes at the end.
  NAME is a scenario (10_nat), or one of its cases (10_nat:responder-both); without any, all run.
  CULVERTD and CULVERTCTL in the environment name the programs; LAB_BIN their folder (build/app). CULVERT_LOOKS is the culvertctl that is
  asked again and again, where that is another one.
TEXT
}

jobs=2 idle_jobs=0 again=0 out="" list=0 figures=0 folder=$here wanted=()
while [ $# -gt 0 ]; do
    case $1 in
    --jobs) jobs=$2 && shift ;;
    --idle-jobs) idle_jobs=$2 && shift ;;
    --again) again=1 ;;
    --out) out=$2 && shift ;;
    --folder) folder=$2 && shift ;;
    --figures) figures=1 ;;
    --list) list=1 ;;
    --help | -h) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) wanted+=("$1") ;;
    esac
    shift
done

# Cases that need strongSwan 6 stand in a line of their own: "# cases with strongSwan 6: three four".
swan6=""
if dpkg --compare-versions "$(dpkg-query -W -f '${source:Upstream-Version}' strongswan-swanctl 2>/dev/null || echo 0)" ge 6; then
    swan6=' with strongSwan 6'
fi
# What the comment on top of a scenario says: its cases in $cases, how many seconds its guest may take in $limit.
read_top() {
    local line rest
    cases="" limit=""
    {
        while read -r line && [ "${line:0:1}" = '#' ]; do
            case $line in
            "# cases:"* | "# cases$swan6:"*) cases+=" ${line#*:}" ;;
            "# guest: up to "*" s") limit=${line//[!0-9]/} ;;
            esac
        done
        IFS= read -r -d '' rest
    } <"$1"
    [[ $rest != *$'\n# cases'* && $rest != *$'\n# guest:'* ]] || { echo "$1: its cases stand below the comment on top" >&2 && exit 2; }
}

# All runs as "file case", in order. A guest emulates a CPU by one of ours: its script says so ("# guest: up to N s"), has more
# time, and runs with no other one.
runs=()
declare -A limit_of=()
for file in "$folder"/[0-9][0-9]_*.sh; do
    name=${file##*/} name=${name%.sh}
    read_top "$file"
    limit_of[$file]=$limit
    for case in ${cases:--}; do
        full=$name
        [ "$case" = - ] || full=$name:$case
        if [ "${#wanted[@]}" -gt 0 ]; then
            [[ " ${wanted[*]} " == *" $name "* || " ${wanted[*]} " == *" $full "* ]] || continue
        fi
        runs+=("$file $case $full")
    done
done
if [ "${#runs[@]}" = 0 ]; then
    echo "no scenario of that name in $folder" >&2
    exit 2
fi
if [ "$list" = 1 ]; then
    for run in "${runs[@]}"; do echo "${run##* }"; done
    exit 0
fi
# Scenarios of this tree make network namespaces.
if [ "$(id -u)" != 0 ] && [[ $(realpath "$folder") == "$(realpath "$here/..")"/* ]]; then
    echo "network namespaces need root" >&2
    exit 2
fi

[ -n "$out" ] || out=$(mktemp -d "${TMPDIR:-/tmp}/culvert-scenarios.XXXXXX")
mkdir -p "$out"
declare -A name_of=() began=() tried=() beside=()
passed=0 failed=0 skipped=0 number=0 broken=()

stop_all() {
    trap '' INT TERM
    [ "${#name_of[@]}" = 0 ] || kill -TERM "${!name_of[@]}" 2>/dev/null
    wait
    exit 130
}
trap stop_all INT TERM

# The last line of a log that begins so, without that: last_line FILE BEGINNING; in $line
last_line() {
    local one
    line=""
    while IFS= read -r one; do
        [ "${one#"$2"}" = "$one" ] || line=${one#"$2"}
    done <"$1"
}

# Sets is_idle: a third of the CPUs had nothing to do since this was last asked, a second ago or longer, and there is memory
# for one more scenario.
proc=${SCENARIOS_PROC:-/proc} idle_before=0 all_before=0 idle_asked=-1 memory_kb=2000000
idle_look() {
    local user nice system idle iowait irq soft steal all word value
    is_idle=0
    [ "$SECONDS" -gt "$idle_asked" ] || return
    read -r _ user nice system idle iowait irq soft steal _ <"$proc/stat"
    idle=$((idle + iowait)) all=$((user + nice + system + idle + irq + soft + steal))
    [ "$((3 * (idle - idle_before)))" -lt "$((all - all_before))" ] || is_idle=1
    while read -r word value _; do
        if [ "$word" = MemAvailable: ] && [ "$value" -lt "$memory_kb" ]; then is_idle=0; fi
    done <"$proc/meminfo"
    idle_before=$idle all_before=$all idle_asked=$SECONDS
}

# Whether one more may begin now.
has_place() {
    [ "${#name_of[@]}" -ge "$jobs" ] || return 0
    [ "${#name_of[@]}" -lt "$idle_jobs" ] || return 1
    idle_look
    [ "$is_idle" = 1 ]
}

# Whether it failed by what no load excuses: a report of a sanitizer, or a system call that the daemon must not make.
is_fault() { grep -rqE "$DAEMON_FAULT" "$1" "$1.log" 2>/dev/null; }

# Waits for one scenario to end and tells how it went; or, with "or-idle", for as long as CPUs that are idle may take.
reap() {
    local pid status name line timer=""
    if [ "${1:-}" = or-idle ]; then
        sleep 1.1 &
        timer=$!
    fi
    wait -n -p pid "${!name_of[@]}" $timer
    status=$?
    [ "$pid" != "$timer" ] || return
    [ -z "$timer" ] || { kill "$timer" && wait "$timer"; } 2>/dev/null
    name=${name_of[$pid]}
    unset "name_of[$pid]"
    local took=$((SECONDS - began[$pid])) dir=$out/${name/:/.}
    if [ "$status" = 0 ] && [ "$figures" = 1 ] && ! grep -q '^figure: ' "$dir.log"; then
        status=1
        echo "FAILED: it told no figure" >>"$dir.log"
    fi
    if [ "$status" = 0 ]; then
        passed=$((passed + 1))
        last_line "$dir.log" 'shows: '
        [ -z "${tried[$name]:-}" ] || line="(alone, at the second try) $line"
        printf 'ok     %-36s %3d s  %s\n' "$name" "$took" "$line"
        find "$dir" -type f -name '*.pcap' -delete
    elif [ "$status" = 77 ]; then
        skipped=$((skipped + 1))
        last_line "$dir.log" 'skipped: '
        printf 'skip   %-36s %3d s  %s\n' "$name" "$took" "$line"
    elif [ "$again" = 1 ] && [ -n "${beside[$name]:-}" ] && [ -z "${tried[$name]:-}" ] && ! is_fault "$dir"; then
        tried[$name]=1
        rm -rf "$dir.beside-others" "$dir.beside-others.log"
        mv "$dir" "$dir.beside-others"
        mv "$dir.log" "$dir.beside-others.log"
        printf 'again  %-36s %3d s  failed beside others: %s\n' "$name" "$took" \
            "$(tail -n 20 "$dir.beside-others.log" | grep -v '^logs and' | tail -n 1)"
    else
        failed=$((failed + 1))
        broken+=("$name")
        [ "$status" = 124 ] && echo "ended after its time limit" >>"$dir.log"
        printf 'FAILED %-36s %3d s  %s\n' "$name" "$took" "$(tail -n 20 "$dir.log" | grep -v '^logs and' | tail -n 1)"
    fi
}

# begin FILE CASE NAME
begin() {
    local file=$1 case=$2 name=$3 dir=$out/${3/:/.}
    number=$((number + 1))
    rm -rf "$dir"
    limit=${SCENARIO_SECONDS:-${limit_of[$file]:-150}}
    LAB=culvert-$$-$number LAB_OUT=$dir timeout -k 15 "$limit" bash "$file" "$case" >"$dir.log" 2>&1 &
    name_of[$!]=$name
    began[$!]=$SECONDS
    [ -z "${limit_of[$file]}" ] || guest=$!
    if [ "${#name_of[@]}" -gt 1 ]; then
        for name in "${name_of[@]}"; do beside[$name]=1; done
    fi
}

guest=0

# The place in the queue of what begins next, in $place: a guest as soon as there is none. Empty: all of them wait.
next_place() {
    local at
    place=""
    for at in "${!queue[@]}"; do
        if [ -z "${limit_of[${queue[$at]%% *}]}" ]; then
            place=${place:-$at}
        elif [ -z "${name_of[$guest]:-}" ]; then
            place=$at && return
        fi
    done
}

queue=("${runs[@]}")
[ "$idle_jobs" = 0 ] || idle_look # from now on
while [ "${#queue[@]}" -gt 0 ]; do
    until has_place; do
        if [ "${#name_of[@]}" -lt "$idle_jobs" ]; then reap or-idle; else reap; fi
    done
    next_place
    [ -n "$place" ] || { reap; continue; }
    read -r file case name <<<"${queue[$place]}"
    unset "queue[$place]"
    begin "$file" "$case" "$name"
done
while [ "${#name_of[@]}" -gt 0 ]; do reap; done
for run in "${runs[@]}"; do
    [ -n "${tried[${run##* }]:-}" ] || continue
    read -r file case name <<<"$run"
    begin "$file" "$case" "$name"
    reap
done

# The figures of all runs in the order of their names, as a table of Markdown.
if [ "$figures" = 1 ]; then
    echo "| attack | load | what held |"
    echo "|---|---|---|"
    for run in "${runs[@]}"; do
        name=${run##* }
        sed -n 's/^figure: //p' "$out/${name/:/.}.log"
    done
fi
if [ "$failed" -gt 0 ]; then
    echo "logs: $out"
    for name in "${broken[@]}"; do echo "again: $0 ${folder:+--folder $folder} $name"; done
fi
if [ "$skipped" -gt 0 ]; then
    echo "scenarios: $passed passed, $failed failed, $skipped skipped"
else
    echo "scenarios: $passed passed, $failed failed"
fi
[ "$failed" = 0 ]
