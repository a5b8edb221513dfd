# SPDX-License-Identifier: GPL-2.0-only
#
# gnuplot -e 'bars="FILE"' chart.gp: an SVG on standard output. A line of FILE is
# "NAME" VALUE KIND: 0 a floor, 1 ours, 2 a peer.
set terminal svg size 760,470 font 'sans-serif,13' background '#ffffff'
set title 'Instructions added to one bind(2), UDP, log scale'
stats bars using 2 nooutput
set logscale x
set xrange [100:200000]
set yrange [STATS_records - 0.4:-0.6]
set format x '%.0s%c'
set xtics scale 0.5 nomirror
set ytics scale 0 nomirror
set grid xtics linecolor '#dddddd'
set border 3 linecolor '#888888'
set lmargin 34
unset key
color(kind) = kind == 0 ? 0xbbbbbb : kind == 1 ? 0x1f77b4 : 0xe0a060
plot bars using (100):0:(100):2:($0 - 0.38):($0 + 0.38):(color($3)):ytic(1) \
	with boxxyerror fillstyle solid linecolor rgb variable, \
	bars using ($2 * 1.1):0:(sprintf('%d', $2)) with labels left
