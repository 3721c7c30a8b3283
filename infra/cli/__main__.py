"""``python -m infra.cli`` is ``alphagex``."""

from infra.cli.main import main

main()
