"""A cold start takes what the making of the bundle left ready: it compiles no text and searches no folder again.

A third of a start went into the methods of data classes, the patterns of libraries and the search for files, alike in
each. Where nothing was left, as on a laptop, or by another Python, all is as ever.
"""

import collections
import dataclasses
import marshal
import sys
import typing
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import MAGIC_NUMBER
from io import open_code
from mmap import ACCESS_READ, mmap
from types import CodeType
from typing import Any, Final

LEFT_READY: Final = "ready.bin"
CODE: Final = "code.bin"
"""Both lie beside this module in a bundle, the code of one module after another; `infra/aws/ready.py` writes them."""


def take_what_is_ready() -> None:
    """Use what was left ready by this very version of Python, if anything was."""
    here = __file__.rpartition("/")[0]
    try:
        with open_code(f"{here}/{LEFT_READY}") as file:
            left = marshal.loads(file.read())
        with open_code(f"{here}/{CODE}") as file:
            code = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
    except FileNotFoundError:
        return
    if left["python"] == version():
        _compile_no_text(left["texts"])
        _compile_no_pattern(left["patterns"])
        sys.meta_path.insert(0, _Finder(here.rpartition("/")[0], left["modules"], code))


def version() -> tuple[bytes, int]:
    """Return by what a Python knows that it can run what another compiled."""
    return MAGIC_NUMBER, import_module("_sre").MAGIC


def _compile_no_text(texts: Mapping[str, bytes]) -> None:
    """Let data classes and named tuples, which write their methods as text, and names of types find theirs compiled."""

    def known(run: Callable[..., Any]) -> Callable[..., Any]:
        return lambda text, *names: run(marshal.loads(texts[text]) if text in texts else text, *names)

    vars(dataclasses)["exec"] = known(exec)
    vars(collections)["eval"] = known(eval)
    vars(typing)["compile"] = lambda text, *how: marshal.loads(texts[text]) if text in texts else compile(text, *how)


def _compile_no_pattern(patterns: Mapping[tuple[str | bytes, int], bytes]) -> None:
    """Let regular expressions find their programs."""
    compiler, machine = import_module("re._compiler"), import_module("_sre")
    compile_anew = compiler.compile

    def compiled(pattern: Any, flags: int = 0) -> Any:  # noqa: ANN401 - text, bytes, or what was parsed already
        program = patterns.get((pattern, flags)) if isinstance(pattern, str | bytes) else None
        return compile_anew(pattern, flags) if program is None else machine.compile(pattern, *marshal.loads(program))

    vars(compiler)["compile"] = compiled


class _Finder:
    """Knows of each module where its source and its code lie."""

    def __init__(self, root: str, modules: Mapping[str, tuple[str, int, int]], code: memoryview) -> None:
        self._root = root
        self._modules = modules
        self._code = code

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Return a module's place; None where it is not one of the bundle's."""
        if name not in self._modules:
            return None
        place, start, end = self._modules[name]
        source = f"{self._root}/{place}"
        folder, _, file = source.rpartition("/")
        spec = ModuleSpec(name, _Loader(name, source, self._code[start:end]), origin=source)
        spec.has_location = True
        spec.submodule_search_locations = [folder] if file == "__init__.py" else None
        return spec


class _Loader(SourceFileLoader):
    """Has a module's code without asking whether its source is younger: it cannot be."""

    def __init__(self, name: str, source: str, code: memoryview) -> None:
        super().__init__(name, source)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - there is but one
        """Return the module's code."""
        code: CodeType = marshal.loads(self._code)
        return code
