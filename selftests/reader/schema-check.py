#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Judge the lines of sockbind --json on standard input.

Each is to be valid UTF-8, an object whose members all have different names, and
as tools/sockbind.schema.json has it. With --all every member that the schema
has is to occur.
"""
import argparse
import json
import os
import sys

import jsonschema

SCHEMA = os.path.join(os.path.dirname(__file__),
                      "../../tools/sockbind.schema.json")


def distinct(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a name occurs twice: {names}")
    return dict(pairs)


def occurring(value, path=""):
    for name, member in value.items():
        # What an address can have either of them can.
        name = "request" if name == "final" else name
        yield f"{path}/{name}"
        if isinstance(member, dict):
            yield from occurring(member, f"{path}/{name}")


def defined(schema, part, path=""):
    part = schema["definitions"].get(part.get("$ref", "").rpartition("/")[2],
                                     part)
    for name, member in part.get("properties", {}).items():
        name = "request" if name == "final" else name
        yield f"{path}/{name}"
        yield from defined(schema, member, f"{path}/{name}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    everything = parser.parse_args().all
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    parts = {kind: jsonschema.Draft7Validator(
        {**schema, "oneOf": [{"$ref": f"#/definitions/{kind}"}]})
        for kind in ("bind", "lost", "blind", "count")}
    seen = set()
    count = 0
    for count, line in enumerate(sys.stdin.buffer, 1):
        value = json.loads(line.decode("utf-8", "strict"),
                           object_pairs_hook=distinct)
        for error in parts[value["type"]].iter_errors(value):
            sys.exit(f"line {count}: {error.message}: {line!r}")
        seen.update(occurring(value))
    if not count:
        sys.exit("there is no line")
    if everything:
        for kind in ("bind", "lost"):
            for path in defined(schema, schema["definitions"][kind]):
                if path not in seen:
                    sys.exit(f"{path} occurs in no line")


main()
