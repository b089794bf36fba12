#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Rows of `culvert-bench ike`, of which each is one round, and what rounds make of a figure; ike.sh reads it.

# shellcheck disable=SC2034
declare -A got=() # the figures of the last round by metric, and by star/METRIC why one has a star

# rows_take FILE: its figures into `got`, and nothing else. That a round is alone is no reason: others follow.
rows_take() {
    local metric value starred reason
    got=()
    while IFS=, read -r metric value starred reason; do
        [ -n "$value" ] || continue
        reason=${reason#\"} reason=${reason%\"} reason=${reason//\"\"/\"}
        got[$metric]=$value
        [ "$starred" = 0 ] || [[ $reason = "only one round "* ]] || got[star/$metric]=${reason:-starred}
    done < <(tail -n +2 "$1" | cut -d, -f10,13,16-)
}

# From the least disturbed round on: of a time the smallest is first, of a rate the largest. ranked METRIC VALUES...
ranked() {
    local largest=""
    [ "$1" != handshakes_per_s ] || largest=-r
    printf '%s\n' "${@:2}" | sort -g $largest
}

# best METRIC VALUES...
best() { ranked "$@" | sed -n 1p; }

# Why the best of the rounds is not confirmed by another one; nothing when it is: unconfirmed METRIC VALUES...
unconfirmed() {
    ranked "$@" | awk '
        NF && n < 2 { v[++n] = $1 }
        END {
            apart = v[1] < v[2] ? v[2] - v[1] : v[1] - v[2]
            if (n == 1)
                print "only one round was measured, and none confirms it"
            else if (n == 2 && apart > 0.03 * (v[1] < v[2] ? v[1] : v[2]))
                printf "two rounds do not agree: %.5g and %.5g\n", v[1], v[2]
        }'
}

# Cells of a row from min to reason: rounds_cells REASON VALUES...; the reason is empty when it has no star
rounds_cells() {
    printf '%s\n' "${@:2}" | sort -g | reason=$1 awk '
        NF { v[++n] = $1 }
        END {
            reason = ENVIRON["reason"]
            gsub(/"/, "\"\"", reason)
            if (reason ~ /[",]/)
                reason = "\"" reason "\""
            if (n)
                printf "%s,%s,%s,%d,%d,%s\n", v[1], n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2, v[n], n, reason != "", reason
            else
                printf ",,,0,0,no round gave a figure\n"
        }'
}
