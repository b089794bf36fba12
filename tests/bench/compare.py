#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares builds of culvert-bench: whether a change made the data path slower or faster.

BASE and each NEW measure the same cells in turns, --rounds times, the first of a turn being another one in each. A
cell is a frame size, a number of SAs and a direction; its figure is the least of all rounds, in TSC cycles per packet.
Beside each change stands its noise: how far a quarter of the rounds, of either build, are above the least. A star marks a
change that is within it, and "not judged" one whose figures no second round confirms. Give BASE as a NEW, too, and its row shows what this machine makes of no change at all.

Build all alike: worktrees of one tree with the same compiler, `meson setup --buildtype=release`. Where code lies in
memory makes a difference of its own; a build whose link begins with an object of a few idle bytes shows how large.
"""
import argparse
import json
import subprocess
import sys

import figures


def say(text):
    print(text, file=sys.stderr, flush=True)


def bench_run(args, program, sas):
    command = [program, "path", "--json", "--rounds", "2", "--wait", "5", "--sizes", args.sizes, "--sas", sas, "--bits", args.bits, "--direction", args.direction,
               "--packets", str(args.packets)] + args.more
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("compare.py: %s failed" % " ".join(command))
    return figures.rows_of(done.stdout, metric="cycles_per_packet", scenario="path")


def round_run(args, best, nth):
    """One turn of all programs for each number of SAs."""
    for sas in args.sas.split(","):
        for i in range(len(args.programs)):
            who = (i + nth) % len(args.programs)
            for row in bench_run(args, args.programs[who], sas):
                cell = (row["size_bytes"], row["sas"], row["way"], figures.bits_of(row))
                best.add((who,) + cell, figures.turn_of_row(row))


def noise_of(best, key):
    """How far a quarter of the rounds are above the least, as a share of it; undisturbed ones where there are any."""
    turns = best.seen[key]
    cycles = sorted(t.cycles for t in turns if t.is_calm) or sorted(t.cycles for t in turns)
    return cycles[len(cycles) // 4] / best.get(key).cycles - 1


def rows_of(best):
    """Per cell and NEW: (size, SAs, direction, bits), who, base, new, change, noise, is_noise; is_noise None: not judged."""
    cells = sorted({k[1:] for k in best.seen}, key=lambda c: (c[3], c[1], c[0] == "imix", int(c[0]) if c[0] != "imix" else 0, c[2] == "in"))
    for cell in cells:
        base = best.get((0,) + cell)
        for who in sorted({k[0] for k in best.seen if k[0] and k[1:] == cell}):
            new = best.get((who,) + cell)
            noise = max(noise_of(best, (0,) + cell), noise_of(best, (who,) + cell))
            change = new.cycles / base.cycles - 1
            is_judged = base.is_confirmed and new.is_confirmed
            yield cell, who, base, new, change, noise, abs(change) <= noise if is_judged else None


def table_print(best, programs):
    print("frame     SAs  dir  AES     BASE       NEW    change   noise")
    for (size, sas, direction, bits), who, base, new, change, noise, is_noise in rows_of(best):
        print("%5s %7d  %-3s  %d %8.1f%s %8.1f%s %+5.1f %%%s %5.1f %%%s%s"
              % (size, sas, direction, bits, base.cycles, " " if base.is_confirmed else "*", new.cycles,
                 " " if new.is_confirmed else "*", 100 * change, "*" if is_noise else " ", 100 * noise,
                 "  not judged: %s" % (base.reason or new.reason) if is_noise is None else "",
                 "  " + programs[who] if len(programs) > 2 else ""), flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("programs", nargs="+", metavar="BASE NEW", help="culvert-bench programs, built alike; BASE and one NEW or more")
    p.add_argument("--rounds", type=int, default=12)
    p.add_argument("--packets", type=int, default=500000, help="packets per figure and round (default 500000)")
    p.add_argument("--sizes", default="64,1420", help="frame sizes (default 64,1420)")
    p.add_argument("--sas", default="1,1000", help="numbers of SAs (default 1,1000)")
    p.add_argument("--bits", default="128", help="AES key sizes (default 128)")
    p.add_argument("--direction", default="both", choices=("in", "out", "both"))
    p.add_argument("--core", help="CPU to measure on (default: the last one)")
    p.add_argument("--no-huge", action="store_true", help="packets in small pages")
    p.add_argument("--json", metavar="FILE", help="also write every figure seen")
    args = p.parse_args()
    if len(args.programs) < 2:
        p.error("a BASE and a NEW are wanted")
    args.more = (["--core", args.core] if args.core else []) + (["--no-huge"] if args.no_huge else [])
    best = figures.Figures()
    for n in range(args.rounds):
        say("round %d of %d" % (n + 1, args.rounds))
        round_run(args, best, n)
    table_print(best, args.programs)
    if args.json:
        with open(args.json, "w") as f:
            json.dump([{"key": k, "figures": v} for k, v in best.seen.items()], f, indent=1)


if __name__ == "__main__":
    main()
