# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether documents are as docs/schema/output.json says, where python3-jsonschema is there."""

import functools
import json
import pathlib

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = pathlib.Path(__file__).parents[2] / "docs" / "schema" / "output.json"


@functools.cache
def validator():
    kind = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)
    return kind(json.loads(SCHEMA.read_text(encoding="utf-8")))


def checked(document):
    """The document; ValueError tells what no schema has."""
    if jsonschema is None:
        return document
    for error in validator().iter_errors(document):
        place = "/".join(str(part) for part in error.absolute_path)
        message = error.message if len(error.message) < 300 else "..." + error.message[-300:]
        raise ValueError(f"{document.get('command')}: /{place}: {message}")
    return document
