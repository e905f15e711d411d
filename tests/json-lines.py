# SPDX-License-Identifier: GPL-3.0-or-later
"""Passes TAP of a bed on, and holds its lines "# json: DOCUMENT" to docs/schema/output.json.

They are one test more at the end, of a script named json. The documents come from
inside of the bed, where there is no validator.
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "tcg"))

import schema  # noqa: E402

MARK = "# json: "


def main():
    count, wrong = 0, []
    for line in sys.stdin:
        sys.stdout.write(line)
        sys.stdout.flush()
        if not line.startswith(MARK):
            continue
        count += 1
        try:
            schema.checked(json.loads(line[len(MARK):]))
        except ValueError as e:
            wrong.append(f"{e}: {line.strip()[:300]}")
    if not count:
        return
    print("# begin json")
    if schema.jsonschema is None:
        print("ok 1 - documents are as the schema says # SKIP no python3-jsonschema here")
    else:
        print(f"{'not ok' if wrong else 'ok'} 1 - {count} documents are as the schema says")
    for text in wrong:
        print(f"# {text}")
    print(f"1..1\n# end json {1 if wrong else 0}")


if __name__ == "__main__":
    main()
