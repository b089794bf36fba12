#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""compare.py tells a change from noise, and runs every program the same number of times, first ones in turn."""
import os
import sys
from types import SimpleNamespace

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compare
from figures import Figures, Turn

CELL = ("1420", 1, "out", 128)


def row(base, new, quiet=True):
    """Change and whether it is noise, of the figures of the rounds; None: not judged."""
    best = Figures()
    for who, figures in enumerate((base, new)):
        for cycles in figures:
            best.add((who,) + CELL, Turn(cycles, quiet, True, None if quiet else "it was disturbed"))
    (cell, who, _, _, change, _, is_noise), = compare.rows_of(best)
    assert (cell, who) == (CELL, 1)
    return round(100 * change, 1), is_noise


def order_of(programs, rounds):
    ran = []
    compare.bench_run = lambda args, program, sas: ran.append(program) or []
    for n in range(rounds):
        compare.round_run(SimpleNamespace(programs=programs, sas="1"), Figures(), n)
    return ran


def main():
    assert row([100, 101, 100, 130], [103, 103, 104, 150]) == (3.0, False)
    assert row([100, 102, 102.9, 103], [102, 102, 102, 102]) == (2.0, True), "BASE was disturbed in most rounds"
    assert row([100, 100, 100, 100], [102, 105, 105, 105]) == (2.0, True), "NEW was disturbed in most rounds"
    assert row([100, 108, 108, 109], [103, 103, 103, 103]) == (3.0, None), "no round of BASE confirms its least"
    assert row([100, 100, 100, 100], [103, 109, 109, 109]) == (3.0, None), "no round of NEW confirms its least"
    assert row([100, 100, 100, 100], [98, 98, 98, 140]) == (-2.0, False)
    assert row([100, 100, 100, 100], [120, 120, 120, 120], quiet=False) == (20.0, None), "no round was quiet"
    assert row([100] * 12, [100] * 12) == (0.0, True)
    assert order_of(["a", "b"], 3) == ["a", "b", "b", "a", "a", "b"]
    print("compare: a change is told from noise")


if __name__ == "__main__":
    main()
