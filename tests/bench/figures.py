#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Rows of culvert-bench, and which figures of several turns are confirmed. For the scripts beside this one.

A figure of a turn is calm when its row has no star, or when the metering driver's line says that the core was quiet. It
counts as confirmed when the best calm turn and the next one agree, or when there is but one calm turn and it is a row,
which two rounds within it confirmed. Nobody judges by any other.
"""
import collections
import json

AGREE = 0.03  # as bench_figure.h

# cycles: the least; reason: why it is not confirmed, else None.
Figure = collections.namedtuple("Figure", "cycles is_confirmed reason")
Turn = collections.namedtuple("Turn", "cycles is_calm is_row reason")


def rows_of(text, metric=None, scenario=None):
    """Rows that `--json` wrote, a line each."""
    rows = [json.loads(line) for line in text.splitlines()]
    return [r for r in rows if metric in (None, r["metric"]) and scenario in (None, r["scenario"])]


def bits_of(row):
    """AES key bits of a row's cipher, which is aes128gcm16 or its like."""
    return int("".join(c for c in row["cipher"][3:6] if c.isdigit()))


def turn_of_row(row):
    return Turn(row["min"], not row["starred"], True, row["reason"])


def turn_of_meter(line):
    """The JSON line of a metering port (meter_clock.h)."""
    return Turn(line["cycles_min"], line["quiet"], False, None if line["quiet"] else "the core was disturbed")


def judge(turns):
    """A Figure of all turns of one thing; None when there are none with a figure."""
    turns = [t for t in turns if t.cycles is not None]
    if not turns:
        return None
    calm = sorted((t for t in turns if t.is_calm), key=lambda t: t.cycles)
    if not calm:
        best = min(turns, key=lambda t: t.cycles)
        return Figure(best.cycles, False, best.reason)
    reason = None
    if len(calm) == 1 and not calm[0].is_row:
        reason = "only one undisturbed round was measured, and none confirms it"
    elif len(calm) > 1 and calm[1].cycles > calm[0].cycles * (1 + AGREE):
        reason = "two rounds do not agree: %.1f and %.1f" % (calm[0].cycles, calm[1].cycles)
    return Figure(calm[0].cycles, reason is None, reason)


class Figures:
    """Turns by key."""

    def __init__(self):
        self.seen = {}

    def add(self, key, turn):
        self.seen.setdefault(key, []).append(turn)

    def get(self, key):
        return judge(self.seen.get(key, []))

    def unconfirmed(self):
        """(key, reason) of all that may not be judged by."""
        return [(key, self.get(key).reason) for key in self.seen if self.get(key) and not self.get(key).is_confirmed]
