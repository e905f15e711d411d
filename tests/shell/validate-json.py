#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate documents of s390memctl --json, one a line, against docs/schema/output.json.

usage: validate-json.py SCHEMA <DOCUMENTS

Prints what is wrong, and ends with 1. Ends with 77 where python3-jsonschema is not there.
"""

import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    validator_class = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    wrong = 0
    for number, line in enumerate(sys.stdin, 1):
        try:
            document = json.loads(line)
        except ValueError as e:
            print(f"line {number}: {e}: {line[:200]}")
            wrong += 1
            continue
        for e in validator.iter_errors(document):
            place = "/".join(str(part) for part in e.absolute_path)
            print(f"line {number}: {document.get('command')}: /{place}: {e.message[:300]}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
