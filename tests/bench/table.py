#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints the speed table: Culvert's data path, DPDK's ipsec-secgw and raw intel-ipsec-mb on the same packets.

All three are measured in turns, --rounds times, and the least figure of each is kept. Unit: TSC cycles per packet
inside the application, on one core, the port driver taken off. Goals are ratios to what was measured in this very run,
and only by figures that rounds confirm. The rival is left out with a line that says why when its sources (Debian's
dpdk-doc) cannot be had.
"""
import argparse
import json
import os
import subprocess
import sys

import figures

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
DIRECTIONS = ("out", "in")
# Goals. raw_add, raw, rival, one: at most raw + x, raw * x, rival * x, own figure with 1 SA * x.
GOALS = {
    ("64", 1): {"raw_add": 40, "rival": 0.5},
    ("1420", 1): {"raw": 1.12, "rival": 0.75},
    ("imix", 1): {"rival": 0.57},
    ("64", 1000): {"rival": 0.4, "one": 1.25},
    ("1420", 1000): {"rival": 0.5},
    ("64", 10000): {"rival": 0.3},
    ("64", 100000): {"one": 2.5},
    ("1420", 100000): {"one": 2.5},
}
ORDER = [("64", 1), ("512", 1), ("1420", 1), ("imix", 1), ("64", 1000), ("1420", 1000), ("64", 10000),
         ("64", 100000), ("1420", 100000)]
RIVAL_SAS_MAX = 10000  # its policy table takes minutes beyond


def say(text):
    print(text, file=sys.stderr, flush=True)


def bench_find(path):
    candidates = [path] if path else [os.path.join(TREE, d, "app/culvert-bench/culvert-bench")
                                      for d in ("build", "builddir", "build-release")]
    for c in candidates:
        if c and os.access(c, os.X_OK):
            return c
    sys.exit("table.py: culvert-bench is not built; give --bench PATH")


def product_take(best, text):
    """The rows of one `culvert-bench path`: own figures, and raw ones beside them."""
    for row in figures.rows_of(text, metric="cycles_per_packet"):
        who = "own" if row["scenario"] == "path" else "raw"
        best.add((who, row["size_bytes"], row["sas"], row["way"], figures.bits_of(row)), figures.turn_of_row(row))


def product_measure(args, best, bits, cases):
    for sas in sorted({c[1] for c in cases}):
        sizes = ",".join(c[0] for c in cases if c[1] == sas)
        command = [args.bench, "path", "--json", "--rounds", "2", "--sizes", sizes, "--sas", str(sas), "--bits", str(bits),
                   "--packets", str(args.packets)] + (["--core", args.core] if args.core else [])
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit("table.py: %s failed" % " ".join(command))
        product_take(best, done.stdout)


def rival_measure(args, best, bits, cases):
    env = dict(os.environ, BENCH_PACKETS=str(args.packets))
    env.setdefault("BENCH_BUILD", os.path.abspath(os.path.join(os.path.dirname(args.bench), "../..")))
    if args.core:
        env["BENCH_CORE"] = args.core
    for size, sas in cases:
        for direction in DIRECTIONS:
            if sas > RIVAL_SAS_MAX:
                continue
            done = subprocess.run([os.path.join(HERE, "rival_secgw.sh"), direction, size, str(sas), str(bits)],
                                  capture_output=True, text=True, env=env)
            if done.returncode:
                return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no reason given"
            row = json.loads(done.stdout)
            best.add(("rival", size, sas, direction, bits), figures.turn_of_meter(row))
    return None


def goals_judge(best, size, sas, direction, bits):
    """A list of (text, is_met); is_met None: not judged, there is nothing to compare with or it is not confirmed."""
    own = best.get(("own", size, sas, direction, bits))
    against = {"raw": best.get(("raw", size, 1, direction, bits)), "rival": best.get(("rival", size, sas, direction, bits)),
               "one": best.get(("own", size, 1, direction, bits))}
    out = []
    for kind, factor in GOALS.get((size, sas), {}).items():
        base = against["raw" if kind == "raw_add" else kind]
        name = {"raw_add": "raw + %g", "raw": "%g raw", "rival": "%g secgw", "one": "%g own"}[kind] % factor
        if not own or not base:
            out.append((name, None))
            continue
        limit = base.cycles + factor if kind == "raw_add" else base.cycles * factor
        is_judged = own.is_confirmed and base.is_confirmed
        out.append(("%s = %.0f" % (name, limit), (own.cycles <= limit) if is_judged else None))
    return out


def marks_of(judged):
    return ", ".join(t + {True: " met", False: " MISSED", None: " not judged"}[m] for t, m in judged)


def figure(found):
    return "-" if not found else "%.0f%s" % (found.cycles, "" if found.is_confirmed else "*")


def ratio(a, b):
    return "-" if not a or not b else "%.2f%s" % (a.cycles / b.cycles, "" if a.is_confirmed and b.is_confirmed else "*")


def rows_make(best, bits, cases):
    for size, sas in cases:
        for direction in DIRECTIONS:
            own = best.get(("own", size, sas, direction, bits))
            raw = best.get(("raw", size, 1, direction, bits))
            rival = best.get(("rival", size, sas, direction, bits))
            marks = marks_of(goals_judge(best, size, sas, direction, bits))
            yield [size.upper() if size == "imix" else size, "{:,}".format(sas), direction, figure(raw), figure(rival),
                   figure(own), ratio(own, rival), ratio(own, raw), marks]


def table_print(best, bits, cases, is_markdown):
    head = ["frame", "SAs", "dir", "raw", "secgw", "Culvert", "/ secgw", "/ raw", "goals"]
    rows = list(rows_make(best, bits, cases))
    if is_markdown:
        print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
        for r in rows:
            print("| " + " | ".join(r) + " |")
        return
    wide = [max(len(r[i]) for r in rows + [head]) for i in range(len(head))]
    for r in [head] + rows:
        print("  ".join(v.ljust(w) if i == 8 else v.rjust(w) for i, (v, w) in enumerate(zip(r, wide))).rstrip())


def loss_judge(row):
    """A loss by churn in words, against the goal of under 3 %."""
    if row["starred"]:
        return "not judged: " + row["reason"]
    if row["min"] is None:
        return row["reason"] + ", goal of under 3 % met"
    return "%.2f %% lost, goal of under 3 %% %s" % (100 * row["median"], "met" if row["median"] < 0.03 else "MISSED")


def churn_lines(text):
    """What `culvert-bench churn --json` says, in sentences."""
    rows = {(r["scenario"], r["metric"], r["way"], r["size_bytes"], r["sas"]): r for r in figures.rows_of(text)}
    for (scenario, metric, *case), row in rows.items():
        if (scenario, metric) != ("churn/sas", "loss"):
            continue
        rate, micros = (rows["churn", m, *case]["min"] for m in ("rate", "install_us"))
        yield "SA churn, %s, %s bytes, %s SAs, %d installed and removed per second%s:\n  %s" % (
            *case, rate, "" if micros is None else ", %.1f us each" % micros, loss_judge(row))
        yield "  while control only computes: " + loss_judge(rows["churn/computing", "loss", *case])


def churn_print(args):
    command = [args.bench, "churn", "--json"] + (["--core", args.core] if args.core else [])
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print("SA churn: failed")
        return
    for line in churn_lines(done.stdout):
        print(line)


def machine_describe():
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "?")
    return "%s, %d CPUs, load %.2f" % (model, os.cpu_count(), os.getloadavg()[0])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bench", help="the culvert-bench program (default: in build/)")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--packets", type=int, default=1000000, help="packets per figure and round (default 1000000)")
    p.add_argument("--bits", default="128", help="AES key sizes, comma separated (default 128)")
    p.add_argument("--cases", help="only these, as SIZE:SAS, comma separated")
    p.add_argument("--core", help="CPU to measure on (default: the last one)")
    p.add_argument("--no-rival", action="store_true")
    p.add_argument("--no-churn", action="store_true")
    p.add_argument("--markdown", action="store_true")
    p.add_argument("--json", metavar="FILE", help="also write every figure seen")
    args = p.parse_args()
    args.bench = bench_find(args.bench)
    cases = ORDER
    if args.cases:
        cases = [(c.split(":")[0], int(c.split(":")[1])) for c in args.cases.split(",")]
    best, rival_missing = figures.Figures(), "asked to" if args.no_rival else None
    bits_list = [int(b) for b in args.bits.split(",")]
    print("cycles per packet on one core; %s" % machine_describe())
    for n in range(args.rounds):
        for bits in bits_list:
            say("round %d of %d, AES-%d" % (n + 1, args.rounds, bits))
            product_measure(args, best, bits, cases)
            if not rival_missing:
                rival_missing = rival_measure(args, best, bits, cases)
    for bits in bits_list:
        print("\nAES-%d-GCM, 16-byte ICV, tunnel mode, IPv4; Culvert: ESP in UDP, 64-bit sequence, window 1024" % bits)
        table_print(best, bits, cases, args.markdown)
    if rival_missing:
        print("ipsec-secgw left out: " + rival_missing)
    print("raw: direct ipsec-mb calls for the same bytes with one key. secgw: plain ESP, no replay window. A star: rounds do "
          "not confirm\nthe figure, and no goal is judged by it.")
    for key, reason in best.unconfirmed():
        print("* %s: %s" % (" ".join(map(str, key)), reason))
    if not args.no_churn:
        churn_print(args)
    if args.json:
        with open(args.json, "w") as f:
            json.dump([{"key": k, "figures": v} for k, v in best.seen.items()], f, indent=1)


if __name__ == "__main__":
    main()
