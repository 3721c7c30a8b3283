"""Takes out of the installed libraries what never runs, or only makes a cold start slower."""

import ast
import gzip
import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

AWS_SERVICES: Final = ("dynamodb", "events", "lambda", "sns", "sqs", "ssm", "sts")
"""The services whose description botocore needs at run time; the other four hundred weigh 25 MB."""

OPERATIONS: Final = {
    "dynamodb": (
        *("BatchGetItem", "BatchWriteItem", "DeleteItem", "DescribeTable", "GetItem", "PutItem"),
        *("Query", "Scan", "TransactGetItems", "TransactWriteItems", "UpdateItem"),
    ),
    "events": ("PutEvents",),
    "sns": ("Publish",),
    "ssm": ("GetParameter", "GetParameterHistory", "GetParameters", "GetParametersByPath", "PutParameter"),
}
"""What is asked of a service at run time; a client reads the description of all else too, and makes a method of it."""

OBJECT_STORE: Final = "s3"
"""Needed by calibrate alone, and larger than most."""

LEFT_OUT: Final = ("anyio", "boto3", "s3transfer")
"""Libraries that others ask for and nothing here imports: Lambda has its own boto3, and nothing is asynchronous."""

GATHERING: Final = (
    Path("aws_lambda_powertools", "event_handler"),
    Path("aws_lambda_powertools", "utilities", "data_classes"),
    Path("httpcore"),
)
"""Packages that import all they hold, so that each name can be had from them: forty kinds of events, of which one
comes, event loops for what nobody makes, and all of HTTP once more for them."""

REPLACED: Final[Mapping[Path, str]] = {
    Path("pydantic", "plugin", "_loader.py"): '''"""Plugins are left out: no library here has any."""


def get_plugins():
    """Return none."""
    return ()
''',
    Path("urllib3", "http2", "__init__.py"): '''"""Left out: AWS is spoken to by HTTP/1.1."""
''',
}
"""Modules that look through what is installed, with all that takes, for what is never there."""

_READ_ALOUD: Final = ("clientContextParams",)
"""What botocore refuses to read without its words; S3 has it."""

_DESCRIPTION: Final = "service-2.json.gz"
_DOCSTRINGS: Final = '''"""In place of botocore's documentation of its own methods, which slows a cold start."""


class LazyLoadedDocstring(str):
    """No words."""

    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        super().__init__()


class ClientMethodDocstring(LazyLoadedDocstring):
    """Of a method."""


class WaiterDocstring(LazyLoadedDocstring):
    """Of a waiter."""


class PaginatorDocstring(LazyLoadedDocstring):
    """Of a paginator."""
'''

_ON_DEMAND: Final = '''

_PLACES = {places!r}


def __getattr__(name):
    """Import what is asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    from importlib import import_module

    module, its_name = _PLACES[name]
    globals()[name] = held = getattr(import_module(module, __name__), its_name)
    return held
'''


def trim(target: Path, services: Sequence[str] = AWS_SERVICES) -> None:
    """Remove commands, type hints, libraries that nothing imports, and what botocore says of services not in use."""
    for folder in ("bin", *LEFT_OUT):
        shutil.rmtree(target / folder, ignore_errors=True)
    for file in (*target.glob(".lock"), *target.rglob("*.pyi"), *target.rglob("py.typed")):
        file.unlink()
    data = target / "botocore" / "data"
    for service in data.iterdir():
        if service.is_dir() and service.name not in services:
            shutil.rmtree(service)
    for file in (*data.rglob("examples-1.json"), *data.rglob("waiters-2.json")):
        file.unlink()
    for service in data.iterdir():
        for description in service.rglob(_DESCRIPTION):
            _in_use(description, OPERATIONS.get(service.name))
    _without_forms(target / "pydantic_core" / "core_schema.py")
    _endpoints_in_use(data / "endpoints.json", services)
    for tests in (target / "numpy").rglob("tests"):
        shutil.rmtree(tests)
    _without_docs(target / "botocore" / "docs")
    _replace(target)
    for package in GATHERING:
        _on_demand(target / package / "__init__.py")


def _in_use(description: Path, operations: Collection[str] | None) -> None:
    """Keep what a call needs of a description, and uncompressed, as it is read in each cold start."""
    service = _silent(json.loads(gzip.decompress(description.read_bytes())))
    if operations is not None:
        service["operations"] = {name: told for name, told in service["operations"].items() if name in operations}
        reached = _reached(service["operations"], service["shapes"])
        service["shapes"] = {name: shape for name, shape in service["shapes"].items() if name in reached}
    description.with_suffix("").write_text(json.dumps(service, separators=(",", ":")), encoding="utf-8")
    description.unlink()


def _reached(operations: Any, shapes: Mapping[str, Any]) -> set[str]:  # noqa: ANN401 - JSON
    """Return the names of the shapes that these operations speak of, directly or through others."""
    reached: set[str] = set()
    waiting = list(_shapes_named(operations))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_shapes_named(shapes[name]))
    return reached


def _shapes_named(part: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        part = list(part.values())
    if isinstance(part, list):
        for held in part:
            yield from _shapes_named(held)


def _without_forms(core_schema: Path) -> None:
    """Make plain dictionaries of the typed ones: a hundred classes whose types nothing looks at once it runs."""
    text = core_schema.read_text(encoding="utf-8")
    core_schema.write_text(text.replace("(TypedDict", "(dict").replace(", total=False):", "):"), encoding="utf-8")


def _silent(part: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        said = {name for name in ("documentation",) if isinstance(part.get(name), str)}
        return {name: held if name in _READ_ALOUD else _silent(held) for name, held in part.items() if name not in said}
    if isinstance(part, list):
        return [_silent(held) for held in part]
    return part


def _endpoints_in_use(file: Path, services: Sequence[str]) -> None:
    endpoints = json.loads(file.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in services if name in known}
    file.write_text(json.dumps(endpoints, separators=(",", ":")), encoding="utf-8")


def _without_docs(docs: Path) -> None:
    kept = (docs / "utils.py").read_text(encoding="utf-8")
    shutil.rmtree(docs)
    docs.mkdir()
    (docs / "__init__.py").write_text('"""Left out."""\n', encoding="utf-8")
    (docs / "utils.py").write_text(kept, encoding="utf-8")
    (docs / "docstring.py").write_text(_DOCSTRINGS, encoding="utf-8")


def _replace(target: Path) -> None:
    for module, text in REPLACED.items():
        (target / module).unlink()
        (target / module).write_text(text, encoding="utf-8")


def _on_demand(gathering: Path) -> None:
    """Let a package import each name when it is first asked for.

    One that its module hides stays as it is, and what is done with all names at the end is left undone: httpcore calls
    its own home their module.
    """
    text = gathering.read_text(encoding="utf-8")
    kept, places = text.splitlines(), {}
    for statement in ast.parse(text).body:
        names = _names_of(statement)
        if names is not None:
            places.update(names)
            for number in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
                kept[number] = ""
    gathering.write_text("\n".join(kept) + _ON_DEMAND.format(places=places), encoding="utf-8")


def _names_of(statement: ast.stmt) -> dict[str, tuple[str, str]] | None:
    """Return module and name of what a statement imports, None where it stays."""
    if isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
        module = f"{'.' * statement.level}{statement.module}"
        names = {one.asname or one.name: (module, one.name) for one in statement.names}
        return None if module.rpartition(".")[2] in names else names
    is_of_all = isinstance(statement, ast.For) and ast.unparse(statement.iter) == "__all__"
    return {} if is_of_all else None
