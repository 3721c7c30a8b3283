"""The folder that a synthesis writes into."""

import json
import shutil
from pathlib import Path


def forget_old_assets(folder: Path) -> None:
    """Remove the bundles of earlier syntheses, 40 MB each, that no template in the folder names any more."""
    named = {path for file in folder.glob("*.assets.json") for path in _paths(file)}
    for asset in folder.glob("asset.*"):
        if asset.name not in named and asset.is_dir():
            shutil.rmtree(asset)


def _paths(manifest: Path) -> set[str]:
    files = json.loads(manifest.read_text(encoding="utf-8")).get("files", {})
    return {Path(file["source"]["path"]).name for file in files.values()}
