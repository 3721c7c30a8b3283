"""The catalogue of guards says where each of them stands today."""

from tests.faults.mutants import PROJECT
from tests.faults.removals import CATALOGUE


def test_every_guard_stands_exactly_once_where_the_catalogue_says_and_its_tests_exist() -> None:
    code = {path: (PROJECT / path).read_text() for path in {removal.path for removal in CATALOGUE}}
    astray = [one.guard for one in CATALOGUE if code[one.path].count(one.text) != 1 or one.text == one.instead]
    untested = [one.guard for one in CATALOGUE if not all((PROJECT / test).is_file() for test in one.tests)]
    assert (astray, untested) == ([], [])
    assert len({one.guard for one in CATALOGUE}) == len(CATALOGUE)
