#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Judges and prints what daemon.sh measured. For that script only, which says what the figures mean.

  judge DIRECTION ASKED SIZE FOLDER HELD   one figure of culvertd from its folder; a sentence and 1 when packets were lost
  path ASKED FILE                          one figure of culvert-bench
  progress FILE                            how far the driver came, as a sentence's end
  table|json FIGURES HEADING               all of them
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures as confirmed


class Lost(Exception):
    pass


def lines_of(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def driver_of(path):
    """The clock's line and the line of what passed."""
    found = {line["case"]: line for line in lines_of(path)}
    return found["meter"], found["live"]


def drops_between(before, after):
    old = {d["name"]: d["count"] for d in before["drops"]}
    return ", ".join("%s %d" % (d["name"], d["count"] - old[d["name"]]) for d in after["drops"] if d["count"] != old[d["name"]])


def must(is_so, sentence):
    if not is_so:
        raise Lost(sentence)


def load(folder, name):
    with open(os.path.join(folder, name)) as f:
        return json.load(f)


def both_judge(live, counted, drops, word):
    must(not drops, "culvertd dropped packets: " + drops)
    must(live["wire_lost"] == 0, "%d frames from the wire were lost before culvertd" % live["wire_lost"])
    must(live["fed"] > 0, "nothing was fed")
    must(counted == live["fed"], "%d packets were fed, and culvertd %s %d" % (live["fed"], word, counted))
    must(live["taken"] == live["fed"], "%d packets were fed, and %d came out" % (live["fed"], live["taken"]))


def out_judge(live, peer):
    must(live["seq_wrong"] == 0, "%d sealed packets do not have the next sequence number" % live["seq_wrong"])
    must(live["samples"] > 0, "no sealed packet was kept for strongSwan to judge")
    must(peer["good"] == live["samples"] and peer["bad"] == 0,
         "of %d samples strongSwan opened %d right ones and %d wrong ones" % (live["samples"], peer["good"], peer["bad"]))


def in_judge(live, held):
    must(live["held"] == held and live["fed"] == held, "%d packets were kept and %d fed, not %d" % (live["held"], live["fed"], held))
    must(live["checked"] > 0 and live["good"] == live["checked"],
         "of %d packets looked at %d were opened right" % (live["checked"], live["good"]))


def judge(direction, asked, size, folder, held):
    clock, live = driver_of(os.path.join(folder, "result.json"))
    before, after, peer = load(folder, "before.json"), load(folder, "after.json"), load(folder, "peer.json")
    name = "esp_out_pkts" if direction == "out" else "esp_in_pkts"
    counted = after["data_path"][name] - before["data_path"][name]
    both_judge(live, counted, drops_between(before, after), "sealed" if direction == "out" else "opened")
    if direction == "out":
        out_judge(live, peer)
    else:
        in_judge(live, int(held))
    must(not clock["starved"], "bursts had %.1f packets: the driver, not culvertd, set the pace" % clock["burst"])
    must(clock["runs"] > 0, "too few packets for a figure")
    return {"who": "daemon", "direction": direction, "asked": asked, "size": size, "cycles": clock["cycles_min"],
            "median": clock["cycles_median"], "turn": confirmed.turn_of_meter(clock), "packets": live["fed"],
            "proved": live["samples"] if direction == "out" else live["good"]}


def path(asked, file):
    with open(file) as f:
        row, = confirmed.rows_of(f.read(), metric="cycles_per_packet", scenario="path")
    return {"who": "path", "direction": row["way"], "asked": asked, "size": row["size_bytes"], "cycles": row["min"],
            "median": row["median"], "turn": confirmed.turn_of_row(row)}


def progress(file):
    if not os.path.exists(file):
        return "wrote nothing"
    live = driver_of(file)[1]
    return "is in the phase %(phase)s: %(held)d packets kept from the wire, %(fed)d fed, %(taken)d came out" % live


def best_of(figures, who, direction, asked):
    """The least of the calm rounds, and why it is not confirmed; reason None: it is."""
    own = [f for f in figures if (f["who"], f["direction"], f["asked"]) == (who, direction, asked)]
    found = confirmed.judge([confirmed.Turn(*f["turn"]) for f in own])
    return dict(next(f for f in own if f["cycles"] == found.cycles), reason=found.reason, rounds=len(own))


def rows_of(figures):
    for asked, direction in dict.fromkeys((f["asked"], f["direction"]) for f in figures):
        own, base = (best_of(figures, who, direction, asked) for who in ("daemon", "path"))
        is_judged = own["reason"] is None and base["reason"] is None
        yield {"case": "daemon", "direction": direction, "size": own["size"], "culvertd": own["cycles"], "path": base["cycles"],
               "ratio": round(own["cycles"] / base["cycles"], 3) if is_judged else None, "culvertd_reason": own["reason"],
               "path_reason": base["reason"], "culvertd_median": own["median"],
               "path_median": base["median"], "rounds": own["rounds"], "packets": own["packets"], "lost": 0,
               "proved": own["proved"]}


PROOFS = {"out": "strongSwan opened %d of them", "in": "%d of them looked at"}


def table(figures, heading):
    yield heading
    yield "dir   size  culvertd      path       ratio   packets  lost  proof"
    notes = []
    for r in rows_of(figures):
        marks = ["%8.1f%s" % (r[who], "*" if r[who + "_reason"] else " ") for who in ("culvertd", "path")]
        size = r["size"].upper() if r["size"] == "imix" else r["size"]
        ratio = "not judged" if r["ratio"] is None else "x%.2f" % r["ratio"]
        yield "%-3s  %5s %s %s %10s %9d %5d  %s" % (r["direction"], size, *marks, ratio, r["packets"], r["lost"],
                                                   PROOFS[r["direction"]] % r["proved"])
        notes += ["* %s, %s, %s: %s" % (who, r["direction"], size, r[who + "_reason"]) for who in ("culvertd", "path")
                  if r[who + "_reason"]]
    yield from notes
    yield ("TSC cycles per packet between the port driver's calls. culvertd: SAs by IKE with strongSwan, which knows no 64-bit "
           "sequence\nnumbers; path: the same packets in culvert-bench's own process, with them. A star: rounds do not confirm "
           "the figure.")


def main():
    verb, rest = sys.argv[1], sys.argv[2:]
    if verb in ("table", "json"):
        figures = lines_of(rest[0])
        for line in table(figures, rest[1]) if verb == "table" else map(json.dumps, rows_of(figures)):
            print(line)
    elif verb == "progress":
        print(progress(*rest))
    else:
        try:
            print(json.dumps({"judge": judge, "path": path}[verb](*rest)))
        except Lost as lost:
            print(lost, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
