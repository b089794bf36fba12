# SPDX-License-Identifier: BSD-3-Clause
# Packets per second over frame size, from the result lines of pdr.lua:
#   gnuplot -e "result='result.jsonl'; out='pdr.png'" plot.gp
if (!exists("result")) result = "result.jsonl"
if (!exists("out")) out = "pdr.png"
set terminal pngcairo size 900,600
set output out
set title "Throughput at the tolerated loss"
set xlabel "frame size, bytes"
set ylabel "million packets per second"
set yrange [0:*]
set grid
fields = "sed -n 's/.*\"script\":\"pdr\",\"size\":\\([0-9]*\\),.*\"pps\":\\([0-9]*\\),.*/\\1 \\2/p' "
plot "<" . fields . result using 1:($2 / 1e6) with linespoints pointtype 7 title result
