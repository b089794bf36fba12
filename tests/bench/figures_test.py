#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""figures.py confirms a figure by a second turn only, and table.py judges no goal by any other."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures
import table
from figures import Turn

CASE = {"columns_version": 1, "run": "2026-01-31T12:00:00Z", "tool": "culvert-bench", "cipher": "aes128gcm16", "size_bytes": "64",
        "sas": 1, "workers": 1, "unit": "cycles", "rounds": 3, "starred": 0, "reason": None}


def row(scenario, metric, way, value, reason=None, **more):
    return json.dumps(dict(CASE, scenario=scenario, metric=metric, way=way, min=value, median=value, max=value,
                           starred=int(bool(reason)), reason=reason, **more))


def rounds(*cycles, calm=True, is_row=False):
    return figures.judge([Turn(c, calm, is_row, None if calm else "others had the CPU") for c in cycles])


def figures_check():
    assert rounds() is None and rounds(None) is None
    assert rounds(103, 100, 150).cycles == 100 and rounds(103, 100, 150).is_confirmed
    assert rounds(100).reason == "only one round was measured, and none confirms it"
    assert rounds(100, is_row=True).is_confirmed
    assert rounds(163, 121, 163).reason == "two rounds do not agree: 121 and 163"
    assert not rounds(163, 121, 163, is_row=True).is_confirmed
    assert rounds(1444, 1444, calm=False) == (1444, False, "others had the CPU")
    one = figures.judge([Turn(80, False, False, "the core was disturbed"), Turn(100, True, False, None)])
    assert one == (100, False, "only one round of 2 was undisturbed"), one
    mixed = [Turn(80, False, True, "others had the CPU"), Turn(100, True, True, None), Turn(101, True, True, None)]
    assert figures.judge(mixed) == (100, True, None), "a disturbed round is no figure, even where it is the least"


def goals_of(own_reason, raw_reason):
    best = figures.Figures()
    table.product_take(best, "\n".join([
        row("path", "cycles_per_packet", "out", 120, own_reason), row("path", "mpps", "out", 20),
        row("raw/frames", "cycles_per_packet", "out", 70, raw_reason), row("path", "steal", "out", 0.1)]))
    assert len(best.seen) == 2, best.seen
    return table.marks_of(table.goals_judge(best, "64", 1, "out", 128)[:1]), table.figure(best.get(("own", "64", 1, "out", 128)))


def table_check():
    assert goals_of(None, None) == ("raw + 40 = 110 MISSED", "120")
    assert goals_of("it was disturbed", None) == ("raw + 40 = 110 not judged", "120*")
    assert goals_of(None, "it was disturbed") == ("raw + 40 = 110 not judged", "120")


def churn_of(loss, computing):
    rows = [row("churn/sas", "loss", "in", *loss), row("churn/computing", "loss", "in", *computing),
            row("churn", "rate", "in", 5000), row("churn", "install_us", "in", 10.2), row("churn/none", "mpps", "in", 13)]
    return "\n".join(table.churn_lines("\n".join(rows)))


def churn_check():
    said = churn_of((0.002,), (0.04,))
    assert "0.20 % lost, goal of under 3 % met" in said and "4.00 % lost, goal of under 3 % MISSED" in said, said
    said = churn_of((None, "rounds do not agree"), (None, "rounds do not agree"))
    assert said.count("not judged: rounds do not agree") == 2 and "met" not in said, said
    seen = json.loads(row("churn/sas", "loss", "in", None))
    assert table.loss_judge(dict(seen, reason="no loss is to be seen")) == "no loss is to be seen, goal of under 3 % met"


def main():
    figures_check()
    table_check()
    churn_check()
    print("figures: what is not confirmed is not judged")


if __name__ == "__main__":
    main()
