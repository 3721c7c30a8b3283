"""Takes out of the installed libraries what never runs, or only makes a cold start slower."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any, Final

AWS_SERVICES: Final = ("dynamodb", "events", "lambda", "sns", "sqs", "ssm", "sts")
"""The services whose description botocore needs at run time; the other four hundred weigh 25 MB."""

LEFT_OUT: Final = ("anyio", "boto3", "s3transfer")
"""Libraries that others ask for and nothing here imports: Lambda has its own boto3, and nothing is asynchronous."""

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


def trim(target: Path) -> None:
    """Remove commands, type hints, libraries that nothing imports, and what botocore says of services not in use."""
    for folder in ("bin", *LEFT_OUT):
        shutil.rmtree(target / folder, ignore_errors=True)
    for file in (*target.glob(".lock"), *target.rglob("*.pyi"), *target.rglob("py.typed")):
        file.unlink()
    data = target / "botocore" / "data"
    for service in data.iterdir():
        if service.is_dir() and service.name not in AWS_SERVICES:
            shutil.rmtree(service)
    for file in (*data.rglob("examples-1.json"), *data.rglob("waiters-2.json")):
        file.unlink()
    for description in data.rglob(_DESCRIPTION):
        _without_words(description)
    _endpoints_in_use(data / "endpoints.json")
    _without_docs(target / "botocore" / "docs")


def _without_words(description: Path) -> None:
    """Keep what a call needs of a description, and uncompressed, as it is read in each cold start."""
    service = _silent(json.loads(gzip.decompress(description.read_bytes())))
    description.with_suffix("").write_text(json.dumps(service, separators=(",", ":")), encoding="utf-8")
    description.unlink()


def _silent(part: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        said = {name for name in ("documentation",) if isinstance(part.get(name), str)}
        return {name: _silent(held) for name, held in part.items() if name not in said}
    if isinstance(part, list):
        return [_silent(held) for held in part]
    return part


def _endpoints_in_use(file: Path) -> None:
    endpoints = json.loads(file.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in AWS_SERVICES if name in known}
    file.write_text(json.dumps(endpoints, separators=(",", ":")), encoding="utf-8")


def _without_docs(docs: Path) -> None:
    kept = (docs / "utils.py").read_text(encoding="utf-8")
    shutil.rmtree(docs)
    docs.mkdir()
    (docs / "__init__.py").write_text('"""Left out."""\n', encoding="utf-8")
    (docs / "utils.py").write_text(kept, encoding="utf-8")
    (docs / "docstring.py").write_text(_DOCSTRINGS, encoding="utf-8")
