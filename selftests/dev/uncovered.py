#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print what gcov's JSON on standard input says of the files below a directory.

Arguments: the checkout, the directory in it, with a slash, and, if every line has
to be run or to be excused, a list of those that no test can run: "FILE: LINE" for
each of them, below a comment that says why; with "? " before it one that chance
decides. A line of a header, or of an inlined function, is run if any object has run
it.
"""
import collections
import json
import os
import sys

top, directory, *excuses = sys.argv[1:]
counts = collections.defaultdict(lambda: collections.defaultdict(int))
for text in sys.stdin:
    data = json.loads(text)
    for file in data["files"]:
        path = os.path.join(data["current_working_directory"], file["file"])
        _, found, name = os.path.normpath(path).rpartition("/" + directory)
        name = directory + name
        if not found or not os.path.exists(os.path.join(top, name)):
            continue
        for line in file["lines"]:
            counts[name][line["line_number"]] += line["count"]

excused = collections.Counter()
chance = collections.Counter()
for path in excuses:
    with open(path, encoding="utf-8") as lines:
        entries = [line.strip() for line in lines if line[0] not in "#\n"]
    excused.update(entry.removeprefix("? ") for entry in entries)
    chance.update(entry[2:] for entry in entries if entry.startswith("? "))

total = run = 0
missing = []
for name, lines in sorted(counts.items()):
    done = sum(count > 0 for count in lines.values())
    print(f"{name}: {done} of {len(lines)} lines")
    run += done
    total += len(lines)
    with open(os.path.join(top, name), encoding="utf-8") as source:
        text = source.read().splitlines()
    for number, count in sorted(lines.items()):
        line = text[number - 1].strip()
        if count:
            continue
        if excused[f"{name}: {line}"]:
            excused[f"{name}: {line}"] -= 1
        else:
            missing.append(f"{name}:{number}: {line}")
print(f"{directory}: {run} of {total} lines are run by tests")
print(*missing, sep="\n")
stale = list((excused - chance).elements())
print(*(f"no longer to be excused: {line}" for line in stale), sep="\n")
sys.exit(bool(excuses and (missing or stale)))
