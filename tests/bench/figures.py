#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Rows of culvert-bench, and which figures of several turns are confirmed. For the scripts beside this one.

A figure of a turn is calm when its row has no star, or when the metering driver's line says that the core was quiet. It
counts as confirmed when the best calm turn and the next one agree, or when there is but one calm turn and it is a row,
which two rounds within it confirmed. Nobody judges by any other.

For shell scripts, of undisturbed rounds:
  figures.py best METRIC VALUES...         the best one
  figures.py unconfirmed METRIC VALUES...  why another one does not confirm it; nothing when one does
  figures.py cells REASON VALUES...        cells of a row from min to reason, which is empty when it has no star
"""
import collections
import csv
import io
import json
import statistics
import sys

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


def confirm(values, is_rate=False):
    """The best value of undisturbed rounds, and why the next one does not confirm it, else None: the rule of bench_figure.h."""
    best, *others = sorted(values, reverse=is_rate)
    if not others:
        return best, "only one round was measured, and none confirms it"
    if abs(best - others[0]) > AGREE * min(best, others[0]):
        return best, "two rounds do not agree: %.5g and %.5g" % (best, others[0])
    return best, None


def judge(turns):
    """A Figure of all turns of one thing; None when there are none with a figure."""
    turns = [t for t in turns if t.cycles is not None]
    if not turns:
        return None
    calm = [t for t in turns if t.is_calm]
    if not calm:
        best = min(turns, key=lambda t: t.cycles)
        return Figure(best.cycles, False, best.reason)
    cycles, reason = confirm([t.cycles for t in calm])
    if len(calm) == 1 and len(turns) > 1:
        reason = "only one round of %d was undisturbed" % len(turns)
    if len(calm) == 1 and calm[0].is_row:
        reason = None
    return Figure(cycles, reason is None, reason)


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


def cells(values, reason):
    """Those of a row, as RFC 4180 has them."""
    row = ["", "", "", 0, 0, "no round gave a figure"]
    if values:
        three = (min(values), statistics.median(values), max(values))
        row = ["%.10g" % v for v in three] + [len(values), int(bool(reason)), reason]
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue()


def answer(question, subject, *words):
    """What the shell is told."""
    values = [float(w) for w in words if w]
    if question == "cells":
        return cells(values, subject)
    best, reason = confirm(values, is_rate=subject.endswith("_per_s")) if values else (None, None)
    said = {"best": best, "unconfirmed": reason}[question]
    return "" if said is None else said if isinstance(said, str) else "%.10g" % said


if __name__ == "__main__":
    print(answer(*sys.argv[1:]))
