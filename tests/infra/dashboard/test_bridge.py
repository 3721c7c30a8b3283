"""The page asks much at once, and each question gets its own answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from infra.dashboard.bridge import ApiBridge
from shared.domain.book import LiveState
from shared.domain.vocabulary import Bot
from shared.views.sources import Sources
from tests.shelf import Shelf

WAIT_SECONDS = 10


class Meeting(Shelf):
    """A stage in which two questions meet half way: neither goes on before the other has come."""

    both = Barrier(2)

    def live(self, bot: Bot) -> LiveState:
        if bot is Bot.ATLAS:
            self.both.wait(WAIT_SECONDS)
        return super().live(bot)


def test_two_questions_at_once_do_not_read_one_another() -> None:
    met: list[Sources] = [Shelf().sources()]
    bridge = ApiBridge(lambda: met[0])
    known = bridge.get("/api/positions", {}).headers["ETag"]
    met[0] = Meeting().sources()
    with ThreadPoolExecutor(2) as pool:
        for first, second in (({"if-none-match": known}, {}), ({}, {"if-none-match": known})):
            answers = pool.map(lambda headers: bridge.get("/api/positions", headers).status, (first, second))
            assert list(answers) == [304 if first else 200, 304 if second else 200]
