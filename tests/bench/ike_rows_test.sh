#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Rounds of ike.sh on made-up rows: each has its own figures only, and two that agree confirm one.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/bench/ike_rows.sh
. "$here/ike_rows.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/culvert-ike-rows-test.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

# is WHAT WANT HAVE
is() { [ "$2" = "$3" ] || { echo "not ok: $1 is \"$3\", not \"$2\"" && exit 1; }; }
# round METRIC MEDIAN STARRED REASON...: a file of such rows
round() {
    echo "columns_version,run,tool,scenario,way,cipher,size_bytes,sas,workers,metric,unit,min,median,max,rounds,starred,reason"
    while [ $# -gt 0 ]; do
        printf '1,r,culvert-bench,ike/psk,,p,,,,%s,us,%s,%s,%s,1,%s,%s\n' "$1" "$2" "$2" "$2" "$3" "$4"
        shift 4
    done
} >"$dir/rows.csv"

round cpu_us_per_handshake 200 1 '"only one round was measured, and none confirms it"' \
    handshakes_per_s 1800 1 '"the caller was the limit, and ""so"" on"' failed 0 0 ''
rows_take "$dir/rows.csv"
is "the CPU time" 200 "${got[cpu_us_per_handshake]:-}"
is "the star of a round alone" "" "${got[star/cpu_us_per_handshake]:-}"
is "the star of the rate" 'the caller was the limit, and "so" on' "${got[star/handshakes_per_s]:-}"
is "the star of what has none" "" "${got[star/failed]:-}"
round cpu_us_per_handshake "" 0 'process 7: there is none' handshakes_per_s 1900 1 'only one round was measured'
rows_take "$dir/rows.csv"
is "the CPU time of a round without one" "" "${got[cpu_us_per_handshake]:-}"
is "the star of the round before" "" "${got[star/handshakes_per_s]:-}"

is "the best time" 9 "$(best cpu_us_per_handshake 10 9 100)"
is "the best rate" 100 "$(best handshakes_per_s 10 9 100)"
is "of times that agree" "" "$(unconfirmed cpu_us_per_handshake 900 103 100)"
is "of times that do not" "two rounds do not agree: 100 and 104" "$(unconfirmed cpu_us_per_handshake 900 104 100)"
is "of rates that agree" "" "$(unconfirmed handshakes_per_s 1 1000 1029)"
is "of a single one" "only one round was measured, and none confirms it" "$(unconfirmed handshakes_per_s 1)"
is "cells" "1,2.5,10,4,0," "$(rounds_cells "" 10 2 1 3)"
is "cells with a star" '1,2,3,3,1,"two, at most"' "$(rounds_cells "two, at most" 3 2 1)"
is "cells of no round" ",,,0,0,no round gave a figure" "$(rounds_cells "")"
echo "ok"
