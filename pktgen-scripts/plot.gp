# SPDX-License-Identifier: BSD-3-Clause
# Packets per second over frame size, from the rows of one scenario in a result file:
#   gnuplot -e "result='result.csv'; scenario='ndr/0.005'; out='ndr.png'" plot.gp
if (!exists("result")) result = "result.csv"
if (!exists("scenario")) scenario = "ndr/0"
if (!exists("out")) out = "rates.png"
set terminal pngcairo size 900,600
set output out
set title scenario
set xlabel "frame size, bytes"
set ylabel "million packets per second"
set yrange [0:*]
set grid
# By the names of the header; rows without a figure, and starred ones, are left out.
rows = "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at[\"metric\"] == \"received_rate\" && $at[\"starred\"] == 0 " \
    . "&& $at[\"median\"] != \"\" && $at[\"scenario\"] == \"" . scenario . "\" { print $at[\"size_bytes\"], $at[\"median\"] / 1e6 }' "
plot "<" . rows . result using 1:2 with linespoints pointtype 7 title result
