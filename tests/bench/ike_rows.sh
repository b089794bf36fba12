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

# best METRIC VALUES..., unconfirmed METRIC VALUES..., rounds_cells REASON VALUES...: what figures.py makes of rounds
best() { rounds_judge best "$@"; }
unconfirmed() { rounds_judge unconfirmed "$@"; }
rounds_cells() { rounds_judge cells "$@"; }
rounds_judge() { python3 "$(dirname "${BASH_SOURCE[0]}")/figures.py" "$@"; }
