#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints the speed table: Culvert's data path, DPDK's ipsec-secgw and raw intel-ipsec-mb on the same packets.

All three are measured in turns, --rounds times, and the least disturbed figure of each is kept. Unit: TSC cycles
per packet inside the application, on one core, the port driver taken off. Goals are ratios to what was measured in
this very run. The rival is left out with a line that says why when its sources (Debian's dpdk-doc) cannot be had.
"""
import argparse
import json
import os
import subprocess
import sys

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


class Best:
    """The least disturbed figure of each key. A figure is (probe, is_quiet, cycles)."""

    def __init__(self):
        self.seen = {}

    def add(self, key, probe, quiet, cycles):
        self.seen.setdefault(key, []).append((probe, quiet, cycles))

    def probe(self):
        return min((f[0] for v in self.seen.values() for f in v if f[0]), default=0)

    def get(self, key):
        """Cycles and whether they are of a quiet core; None when never measured."""
        figures = self.seen.get(key)
        if not figures:
            return None
        limit = self.probe() * 1.3
        calm = [f[2] for f in figures if f[1] and f[0] <= limit]
        return (min(calm), True) if calm else (min(f[2] for f in figures), False)


def bench_find(path):
    candidates = [path] if path else [os.path.join(TREE, d, "app/culvert-bench/culvert-bench")
                                      for d in ("build", "builddir", "build-release")]
    for c in candidates:
        if c and os.access(c, os.X_OK):
            return c
    sys.exit("table.py: culvert-bench is not built; give --bench PATH")


def product_measure(args, best, bits, cases):
    for sas in sorted({c[1] for c in cases}):
        sizes = ",".join(c[0] for c in cases if c[1] == sas)
        command = [args.bench, "path", "--json", "--sizes", sizes, "--sas", str(sas), "--bits", str(bits),
                   "--packets", str(args.packets)] + (["--core", args.core] if args.core else [])
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit("table.py: %s failed:\n%s" % (" ".join(command), done.stderr))
        for line in done.stdout.splitlines():
            row = json.loads(line)
            case = (row["size"].lower(), row["sas"], row["direction"], bits)
            best.add(("own",) + case, row["probe"], row["quiet"], row["cycles_min"])
            best.add(("raw", case[0], 1, case[2], bits), row["probe"], row["raw_quiet"], row["raw"])


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
            best.add(("rival", size, sas, direction, bits), row["probe"], row["quiet"], row["cycles_min"])
    return None


def goals_judge(best, size, sas, direction, bits):
    """A list of (text, is_met); is_met None: nothing to compare with."""
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
        limit = base[0] + factor if kind == "raw_add" else base[0] * factor
        calm = own[1] and base[1]
        out.append(("%s = %.0f" % (name, limit), (own[0] <= limit) if calm else None))
    return out


def figure(found):
    return "-" if not found else "%.0f%s" % (found[0], "" if found[1] else "*")


def ratio(a, b):
    return "-" if not a or not b else "%.2f" % (a[0] / b[0])


def rows_make(best, bits, cases):
    for size, sas in cases:
        for direction in DIRECTIONS:
            own = best.get(("own", size, sas, direction, bits))
            raw = best.get(("raw", size, 1, direction, bits))
            rival = best.get(("rival", size, sas, direction, bits))
            judged = goals_judge(best, size, sas, direction, bits)
            marks = ", ".join(t + {True: " met", False: " MISSED", None: " ?"}[m] for t, m in judged)
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


def churn_print(args):
    command = [args.bench, "churn", "--json"] + (["--core", args.core] if args.core else [])
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print("SA churn: failed: " + done.stderr.strip())
        return
    for line in done.stdout.splitlines():
        row = json.loads(line)
        print("SA churn, %s, %s bytes, %s SAs: %.2f %% of worker throughput lost at %d installed and removed per second "
              "(%.2f %% for a control thread that only computes; goal: under 3 %%); %.1f us each"
              % (row["direction"], row["size"], row["sas"], row["loss_percent"], row["rate"],
                 row["loss_of_spinning_percent"], row["install_us"]))


def machine_describe():
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "?")
    return "%s, %d CPUs, load %.2f" % (model, os.cpu_count(), os.getloadavg()[0])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bench", help="the culvert-bench program (default: in build/)")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--packets", type=int, default=1000000, help="packets per figure and round")
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
    best, rival_missing = Best(), "asked to" if args.no_rival else None
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
    print("raw: direct ipsec-mb calls for the same bytes with one key. secgw: plain ESP, no replay window. A star: every "
          "run was disturbed,\nthe figure is too high, and no goal is judged by it.")
    if not args.no_churn:
        churn_print(args)
    if args.json:
        with open(args.json, "w") as f:
            json.dump([{"key": k, "figures": v} for k, v in best.seen.items()], f, indent=1)


if __name__ == "__main__":
    main()
