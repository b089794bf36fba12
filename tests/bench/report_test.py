#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`culvert-bench report` and `plot` over sample rows: the page is well-formed and needs nothing else, no row is lost, what is
missing is told, and an interrupted report leaves neither files nor processes.

usage: report_test.py CULVERT-BENCH
"""
import csv
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.dom.minidom

BENCH = os.path.abspath(sys.argv[1])
COLUMNS = subprocess.run([BENCH, "columns", "--csv"], capture_output=True, text=True, check=True).stdout.strip().split(",")
NO_LOSS = "no loss is to be seen"
EVIL = "x <script>alert(1)</script> & \"quoted\", 'and' `id` \u00e4"


def sample():
    """Rows as dictionaries: each kind of plot, a starred one, those without a figure (one is the best outcome), words that are no markup."""
    def row(scenario, way, size, sas, metric, unit, value, tool="culvert-bench", **more):
        return {"columns_version": 1, "run": "2026-01-31T12:00:00Z", "tool": tool, "scenario": scenario, "way": way,
                "cipher": "aes128gcm16", "size_bytes": size, "sas": sas, "metric": metric, "unit": unit, "min": value,
                "median": value, "max": value, "rounds": 3, "starred": 0, **more}
    for way in ("out", "in"):
        for sas in (1, 1000, 100000):
            for size in ("64", "1420", "imix"):
                yield row("path", way, size, sas, "cycles_per_packet", "cycles", 117 + sas // 1000)
                yield row("path", way, size, sas, "steal", "share", 0.01)
        yield row("raw/frames", way, "64", 1, "cycles_per_packet", "cycles", 71)
        for stage in ("classify", EVIL):
            yield row("stages/" + stage, way, "64", 1, "cycles_per_packet", "cycles", 25)
    yield row("workers/together", "out", "64", 1, "mpps", "Mpps", 33, starred=1, reason=EVIL + "\nsecond line")
    for load in (10, 100):
        yield row(f"sweep/{load}", "both", "64", 1, "received_rate", "packets/s", 1e6, tool="pktgen")
        yield row(f"latency/{load}", "both", "64", 1, "latency_p99_us", "us", 40.5, tool="pktgen")
    yield row("ndr/0", "both", "64", 1, "received_rate", "packets/s", "", tool="pktgen", rounds=0, starred=1, reason="none found")
    yield row("churn/sas", "out", "64", 1, "loss", "share", "", rounds=0, reason=NO_LOSS)
    yield row("path", "", "", "", "verdict", "bool", 1, rounds=1, reason="quiet enough")


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, COLUMNS, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def run(*args, path=None):
    env = dict(os.environ, **({"PATH": str(path)} if path else {}))
    return subprocess.run([BENCH, *map(str, args)], capture_output=True, text=True, env=env)


def check(what, is_so, *shown):
    if not is_so:
        sys.exit(f"not so: {what}: {' '.join(map(str, shown))}")


def page_check(folder, plots):
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = xml.dom.minidom.parseString(text.encode())
    elements = page.getElementsByTagName("*")
    names = [e.getAttribute("id") for e in elements if e.hasAttribute("id")]
    check("names in the page are unique", len(names) == len(set(names)), names)
    for e in elements:
        check("no script", e.tagName not in ("script", "link", "img", "iframe", "object", "embed"), e.tagName)
        for name, value in e.attributes.items():
            check("nothing is fetched", name.startswith("xmlns") or not re.search(r"https?:|//|url\((?!#)", value), name, value)
            check("no handler", not name.startswith("on"), name)
            if name in ("href", "xlink:href"):
                check("it refers to the page", value[0] == "#" and value[1:] in names, value)
    style = page.getElementsByTagName("style")[0].firstChild.data
    check("the style fetches nothing", not re.search(r"url|@import", style))
    check("all plots are in it", len(page.getElementsByTagName("figure")) == plots, plots)
    check("with their drawings", len(page.getElementsByTagName("svg")) == plots, plots)
    words = "".join(e.data for e in texts(page))
    check("words of rows are words", EVIL in words)
    check("the verdict comes first", words.index("not every figure may be quoted") < words.index("How it is measured"))
    for tr in page.getElementsByTagName("tr"):
        if any(e.data == NO_LOSS for e in texts(tr)):
            check("what is as it should be is not marked", not tr.hasAttribute("class"), tr.toxml())
    version = subprocess.run([BENCH, "--version"], capture_output=True, text=True, check=True).stdout
    check("it has what --version says", version.strip() in words, version)
    for section in ("Plots", "Figures", "Machine", "Versions", "Commands", "How it is measured"):
        check("it has the section", section in words, section)


def texts(node):
    for child in node.childNodes:
        if child.nodeType == child.TEXT_NODE:
            yield child
        yield from texts(child)


def rows_check(folder, rows):
    with open(folder / "figures.csv", newline="", encoding="utf-8") as f:
        read = list(csv.DictReader(f))
    check("each row is in figures.csv", read == [{c: str(r.get(c, "")) for c in COLUMNS} for r in rows])
    objects = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    check("and in figures.json", len(objects) == len(rows) and all(list(o) == COLUMNS for o in objects))
    for o, r in zip(objects, rows):
        check("with its values", o["median"] == (float(r["median"]) if r["median"] != "" else None) and
              o["scenario"] == r["scenario"] and o["reason"] == r.get("reason"), o, r)


def reports(folder, rows):
    """The whole report, where gnuplot is."""
    done = run("report", "--no-run", "--add", folder / "rows.csv", "--out", folder / "whole", "--json")
    check("a report is made", done.returncode == 0, done.stdout, done.stderr)
    said = json.loads(done.stdout)
    check("its end is told", said["verdict"] == "starred" and said["starred"] == 2 and said["parts"] == [], said)
    check("its files are there, and no other", sorted(said["files"]) == sorted(os.listdir(folder / "whole")), said)
    svgs = [name for name in said["files"] if name.endswith(".svg")]
    for name in svgs:
        xml.dom.minidom.parse(str(folder / "whole" / name))
    check("each kind is drawn", len(svgs) >= 8, svgs)
    rows_check(folder / "whole", rows)
    page_check(folder / "whole", len(svgs))
    done = run("plot", folder / "rows.csv", "--out", folder / "plots")
    check("plot draws the same", done.returncode == 0 and sorted(svgs) == sorted(os.listdir(folder / "plots")), done.stderr)
    again = run("report", "--no-run", "--add", folder / "rows.csv", "--out", folder / "whole")
    for text in (done.stdout, again.stdout):
        check("what is said fits 80 columns", max(map(len, text.replace(str(folder), "").split("\n"))) <= 80, text)


def lacks(folder, rows):
    """gnuplot is not there, or broken."""
    (folder / "empty").mkdir()
    done = run("report", "--no-run", "--add", folder / "rows.csv", "--out", folder / "bare", path=folder / "empty")
    check("without gnuplot the cure is told", done.returncode == 1 and "apt-get install gnuplot-nox" in done.stdout, done)
    check("and all else is written", sorted(os.listdir(folder / "bare")) == ["figures.csv", "figures.json", "index.html"])
    rows_check(folder / "bare", rows)
    done = run("plot", folder / "rows.csv", "--out", folder / "bare2", path=folder / "empty")
    check("plot tells it, too", done.returncode == 1 and "apt-get install gnuplot-nox" in done.stderr, done)
    broken = folder / "broken"
    broken.mkdir()
    (broken / "gnuplot").write_text("#!/bin/sh\necho 'no terminal svg' >&2\nexit 1\n")
    (broken / "gnuplot").chmod(0o755)
    done = run("plot", folder / "rows.csv", "--out", folder / "bare3", path=broken)
    check("what gnuplot says is told", done.returncode == 1 and "no terminal svg" in done.stderr, done)
    check("and no half file is left", os.listdir(folder / "bare3") == [], os.listdir(folder / "bare3"))


def refuses(folder):
    lines = (folder / "rows.csv").read_text(encoding="utf-8").split("\n")
    (folder / "bad.csv").write_text("\n".join(lines[:2] + ["1,cut"]), encoding="utf-8")
    for command in (("plot", folder / "bad.csv"), ("report", "--add", folder / "bad.csv")):
        done = run(*command, "--out", folder / "none")
        check("a broken row is refused with its line", done.returncode != 0 and "bad.csv:3: " in done.stderr, done)
    for command in (("plot", "--out", folder / "none"), ("plot", folder / "rows.csv"), ("report",), ("report", "--no-run", "--out", "x")):
        check("what is missing is told", run(*command).returncode == 2, command)
    check("nothing was made", not (folder / "none").exists())


def session_of(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[3])
    except (OSError, IndexError):
        return None


def part_words(report):
    """The words of the part that a report runs, as soon as it does."""
    while report.poll() is None:
        for pid in os.listdir("/proc"):
            if pid.isdigit() and int(pid) != report.pid and session_of(pid) == report.pid:
                try:
                    words = pathlib.Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").rstrip("\0").split("\0")
                except OSError:
                    continue
                if "--csv" in words:
                    return words
    sys.exit("not so: a part runs")


def limits():
    """A command whose time is over tells what it has."""
    command = "raw --frames --bits 128 --sizes 64 --sas 1 --runs 1 --windows 1 --rounds 10 --wait 0 --limit 1 --csv"
    done = run(*command.split())
    check("it ends well", done.returncode == 0, done.stderr)
    rows = [r for r in csv.DictReader(done.stdout.splitlines()) if r["metric"] == "cycles_per_packet"]
    check("with its rows", len(rows) == 2, done.stdout)
    check("of fewer rounds", all(int(r["rounds"]) < 10 for r in rows), done.stdout)
    check("and no limit is none", run(*command.replace("--limit 1", "--limit 0").split()).returncode == 2)


def counts():
    """What installing takes is one of the figures of churn, and its noise is that of control's CPU."""
    done = run(*"churn --direction in --rounds 1 --runs 1 --wait 0 --no-huge --csv".split())
    check("it ends well", done.returncode == 0, done.stderr)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    figures = [r for r in rows if r["metric"] in ("mpps", "install_us")]
    check("it has four figures", len(figures) == 4 and all(float(r["min"]) > 0 for r in figures), done.stdout)
    check("all are starred after one round", all(r["starred"] == "1" and r["reason"] for r in figures), done.stdout)
    verdict = [r["reason"] for r in rows if r["metric"] == "verdict"]
    check("all are counted", len(verdict) == 1 and "0 of 4 figures are confirmed" in verdict[0], verdict)
    noise = [r["rounds"] for r in rows if (r["scenario"], r["metric"]) == ("churn/control", "frequency_ghz")]
    check("control has a noise of its own", noise == ["1"], done.stdout)


def interrupts(folder):
    """A report that is ended while a part runs, which has a limit of its own."""
    with subprocess.Popen([BENCH, "report", "--quick", "--no-huge", "--out", folder / "ended"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, start_new_session=True) as report:
        check("a part begins", report.stderr.readline().startswith("[1/"))
        words = part_words(report)
        report.send_signal(signal.SIGTERM)
        said = report.stderr.read()
        check("it ends by the signal's status", report.wait() == 128 + signal.SIGTERM, report.returncode, said)
        left = [pid for pid in os.listdir("/proc") if pid.isdigit() and session_of(pid) == report.pid]
    check("the part has its time", "--limit" in words and 1 <= int(words[words.index("--limit") + 1]) <= 585, words)
    rounds, wait = (int(words[words.index(o) + 1]) for o in ("--rounds", "--wait"))
    check("a quick report has fewer rounds than are usual, and waits for quiet, but less", rounds < 3 and 0 < wait < 20, words)
    check("no process is left", [pid for pid in left if int(pid) != report.pid] == [], left)
    check("no file is left", os.listdir(folder / "ended") == [], os.listdir(folder / "ended"))


def main():
    rows = list(sample())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder / "rows.csv", rows)
        lacks(folder, rows)
        refuses(folder)
        limits()
        counts()
        interrupts(folder)
        if not shutil.which("gnuplot"):
            print("gnuplot is missing, so no drawing was looked at (Debian: apt-get install gnuplot-nox)")
            return 77
        reports(folder, rows)
    print("report: passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
