#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""daemon_report.py finds each loss that it exists for, and picks the least disturbed figures."""
import copy
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import daemon_report
from figures import Turn

CLOCK = {"case": "meter", "cycles_min": 100.0, "cycles_median": 101.0, "runs": 8, "quiet": True, "clock": 1.2, "burst": 32.0,
         "starved": False}
LIVE = {"case": "live", "phase": "done", "held": 0, "fed": 5000, "taken": 5000, "checked": 0, "good": 0, "samples": 5,
        "seq_wrong": 0, "wire_lost": 0}
BEFORE = {"data_path": {"esp_out_pkts": 4, "esp_in_pkts": 6}, "drops": [{"name": "replay", "count": 1}]}
GOOD = {
    "out": {"clock": CLOCK, "live": LIVE, "before": BEFORE, "peer": {"good": 5, "bad": 0},
            "after": {"data_path": {"esp_out_pkts": 5004, "esp_in_pkts": 6}, "drops": [{"name": "replay", "count": 1}]}},
    "in": {"clock": CLOCK, "live": dict(LIVE, held=5000, checked=5, good=5, samples=0), "before": BEFORE,
           "peer": {"sent": 5000, "arrived": 5000},
           "after": {"data_path": {"esp_out_pkts": 4, "esp_in_pkts": 5006}, "drops": [{"name": "replay", "count": 1}]}},
}
# direction, document, key, wrong value, word of the sentence
FAULTS = [
    ("out", "live", "taken", 4999, "4999 came out"), ("in", "live", "taken", 4999, "4999 came out"),
    ("out", "live", "seq_wrong", 1, "sequence"), ("out", "live", "wire_lost", 2, "from the wire"),
    ("out", "peer", "good", 4, "strongSwan opened 4"), ("out", "peer", "bad", 1, "1 wrong"),
    ("out", "live", "samples", 0, "kept for strongSwan"), ("in", "live", "good", 4, "4 were opened right"),
    ("in", "live", "held", 4999, "not 5000"), ("in", "live", "checked", 0, "looked at"),
    ("out", "after", "drops", [{"name": "replay", "count": 3}], "replay 2"),
    ("in", "after", "drops", [{"name": "replay", "count": 3}], "replay 2"),
    ("out", "after", "data_path", {"esp_out_pkts": 5003, "esp_in_pkts": 6}, "sealed 4999"),
    ("in", "after", "data_path", {"esp_out_pkts": 4, "esp_in_pkts": 5005}, "opened 4999"),
    ("out", "clock", "starved", True, "set the pace"), ("out", "clock", "runs", 0, "too few"),
]


def judged(direction, documents):
    """The figure, or the sentence."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "result.json"), "w") as f:
            f.write(json.dumps(documents["clock"]) + "\n" + json.dumps(documents["live"]) + "\n")
        for name in ("before", "after", "peer"):
            with open(os.path.join(folder, name + ".json"), "w") as f:
                json.dump(documents[name], f)
        try:
            return daemon_report.judge(direction, "64", "64", folder, "5000")
        except daemon_report.Lost as lost:
            return str(lost)


def figure(who, cycles, quiet=True):
    turn = Turn(cycles, quiet, who == "path", None if quiet else "it was disturbed")
    return {"who": who, "direction": "out", "asked": "64", "size": "64", "cycles": cycles, "median": cycles, "turn": list(turn),
            "packets": 5000, "proved": 5}


def row(own, base):
    return next(daemon_report.rows_of([figure("daemon", *f) for f in own] + [figure("path", *f) for f in base]))


def path_read():
    """What is read of rows that culvert-bench wrote."""
    row = {"scenario": "path", "metric": "cycles_per_packet", "way": "in", "size_bytes": "imix", "min": 163.0, "median": 164.0,
           "starred": 1, "reason": "it was disturbed"}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        f.write("\n".join(json.dumps(r) for r in (row, dict(row, metric="mpps"), dict(row, scenario="raw/frames"))))
        f.flush()
        found = daemon_report.path("imix", f.name)
    return found["direction"], found["size"], found["cycles"], list(found["turn"])


def main():
    for direction, documents in GOOD.items():
        found = judged(direction, documents)
        assert found["cycles"] == 100.0 and found["packets"] == 5000 and found["proved"] == 5, found
    for direction, document, key, value, word in FAULTS:
        documents = copy.deepcopy(GOOD[direction])
        documents[document][key] = value
        found = judged(direction, documents)
        assert isinstance(found, str) and word in found, (document, key, found)
    r = row([(140.0,), (210.0,), (141.0,)], [(100.0,), (100.0,), (150.0,)])
    assert (r["culvertd"], r["path"], r["ratio"]) == (140.0, 100.0, 1.4), r
    r = row([(140.0,), (150.0,)], [(100.0,), (100.0,)])
    assert r["ratio"] is None and "do not agree" in r["culvertd_reason"], "two rounds that disagree"
    r = row([(90.0, False), (140.0,), (140.0,)], [(100.0,)])
    assert r["culvertd"] == 140.0 and r["ratio"] == 1.4, r
    r = row([(140.0,)], [(100.0,)])
    assert r["ratio"] is None and "only one" in r["culvertd_reason"] and r["path_reason"] is None, r
    said = "\n".join(daemon_report.table([figure("daemon", 140.0, False), figure("path", 100.0)], "heading"))
    assert "140.0*" in said and "not judged" in said and "it was disturbed" in said and "x1.40" not in said, said
    assert path_read() == ("in", "imix", 163.0, [163.0, False, True, "it was disturbed"])
    print("daemon_report: %d faults found" % len(FAULTS))


if __name__ == "__main__":
    main()
