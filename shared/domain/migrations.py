"""How what an older version wrote becomes what this one reads: a function for each step, applied on reading.

A field more, with a default, is no new schema: the version before ignores what it does not know, so a rollback reads
what its successor wrote. What changes the meaning of a field raises `SCHEMA_VERSION` and gets a step here.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from shared.domain.values import SCHEMA_VERSION

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes a document of one schema and returns it in the next."""
Steps = Mapping[tuple[str, int], Step]
"""By the name of the value and the schema that the step starts from."""

STEPS: Final[Steps] = {}
"""None yet: schema 1 is the first."""


def migrated(
    name: str, written_with: int, body: Mapping[str, Any], steps: Steps = STEPS, known: int = SCHEMA_VERSION
) -> dict[str, Any]:
    """Return the document of a value in the schema that this program knows; a schema without a step left it alone."""
    document = dict(body)
    for schema in range(written_with, known):
        step = steps.get((name, schema))
        document = document if step is None else step(document)
    if "schema_version" in document:
        document["schema_version"] = known
    return document
