"""Leaves ready in a bundle what each cold start would compile and search anew; `functions/ready.py` takes it.

Lambda's Python runs this file by its path. It is given the bundle, and the same libraries for this machine's own
processor, which it imports in their place.
"""

import collections
import dataclasses
import marshal
import os
import sys
import typing
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import BinaryIO, Final

COME_FIRST: Final = ("functions", "functions.ready")
"""What takes the rest from where it was left."""
HEADER_BYTES: Final = 16
"""What stands before the code in a compiled file."""
NOBODY: Final = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""Who asks AWS here: no profile of whoever makes the bundle counts."""


class Texts(dict[str, bytes]):
    """The texts that data classes, named tuples and names of types compile, with their code."""

    def listen(self) -> None:
        """Keep each from now on."""
        vars(dataclasses)["exec"] = self._keeping(exec, "exec")
        vars(collections)["eval"] = self._keeping(eval, "eval")
        vars(typing)["compile"] = self._keeping(compile, "eval")

    def _keeping(self, run: Callable[..., object], mode: str) -> Callable[..., object]:
        def kept(text: str, *names: object) -> object:
            self[text] = marshal.dumps(compile(text, "<string>", mode, dont_inherit=True))
            return run(text, *names)

        return kept


class Patterns(dict[tuple[str | bytes, int], bytes]):
    """The patterns of regular expressions, with what else their machine is given: flags, program and groups."""

    def listen(self) -> None:
        """Keep each from now on."""
        compiler = import_module("re._compiler")
        compile_anew = compiler.compile

        def kept(pattern: object, flags: int = 0) -> object:
            made = compile_anew(pattern, flags)
            if isinstance(pattern, str | bytes):
                program = compiler._code(compiler._parser.parse(pattern, flags), flags)  # noqa: SLF001
                names = {place: name for name, place in made.groupindex.items()}
                order = tuple(names.get(place) for place in range(made.groups + 1))
                groups = made.groups, dict(made.groupindex), order
                told = (int(made.flags), [int(step) for step in program], *groups)
                self[pattern, int(flags)] = marshal.dumps(told)
            return made

        vars(compiler)["compile"] = kept


def own_modules(bundle: Path) -> Iterator[str]:
    """Return the names of the modules that are no library's."""
    for folder in ("functions", "shared"):
        for file in sorted((bundle / folder).rglob("*.py")):
            parts = file.relative_to(bundle).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def places(bundle: Path, libraries: Path) -> Iterator[tuple[str, Path]]:
    """Return where the source of each module that was imported lies in the bundle, in the order of their coming."""
    for name, module in sys.modules.items():
        source = Path(getattr(module, "__file__", None) or "")
        for root in (bundle, libraries):
            if source.suffix == ".py" and source.is_relative_to(root) and name not in COME_FIRST:
                place = source.relative_to(root)
                if (bundle / place).is_file():
                    yield name, place


def one_after_another(
    bundle: Path, sources: Iterable[tuple[str, Path]], code: BinaryIO
) -> dict[str, tuple[str, int, int]]:
    """Move the code of the modules into one file; return where each one's source lies, and its code there."""
    modules, moved = {}, set()
    for name, place in sources:
        compiled = bundle / cache_from_source(place)
        start = code.tell()
        code.write(compiled.read_bytes()[HEADER_BYTES:])
        moved.add(compiled)
        modules[name] = place.as_posix(), start, code.tell()
    for compiled in moved:
        compiled.unlink()
    return modules


def prepare_calls() -> None:
    """Sign a call of AWS and open a line to a vendor, sending nothing: it compiles what each first call would."""
    if find_spec("shared") is not None and find_spec("shared.adapters") is not None:
        os.environ.update(NOBODY)
        os.environ.pop("AWS_PROFILE", None)
        ssm = import_module("shared.adapters.aws").Aws("us-east-1").client("ssm")
        ssm.generate_presigned_url("get_parameters", {"Names": ["/"]})
        line = import_module("shared.adapters.http").VendorHttp
        line("nobody", "http://localhost", headers={}, secrets=(), judge=print).close()


def leave_ready(bundle: Path, libraries: Path) -> None:
    """Import all that runs, prepare calls, and write down what that compiled and found."""
    sys.path[:0] = [str(libraries), str(bundle)]
    texts, patterns = Texts(), Patterns()
    texts.listen()
    patterns.listen()
    for name in own_modules(bundle):
        import_module(name)
    prepare_calls()
    ready = import_module("functions.ready")
    with (bundle / "functions" / ready.CODE).open("wb") as code:
        modules = one_after_another(bundle, list(places(bundle, libraries)), code)
    left = {"python": ready.version(), "texts": dict(texts), "patterns": dict(patterns), "modules": modules}
    (bundle / "functions" / ready.LEFT_READY).write_bytes(marshal.dumps(left))


if __name__ == "__main__":
    leave_ready(*(Path(path).resolve() for path in sys.argv[1:3]))
