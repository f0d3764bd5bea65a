"""Packs each example folder into a zip beside it: ``python examples/pack.py``.

The zips are in the repository so that the README's first command needs nothing else. Their bytes
depend on the files alone, so that a test can tell whether they are up to date.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
NAMES = ("submission", "mistakes")
_TIME = (2024, 1, 1, 0, 0, 0)
_ORDINARY_FILE = 0o100644 << 16


def pack(folder: Path) -> bytes:
    """Return a zip of every file below a folder, the same bytes each time.

    Parameters
    ----------
    folder : Path
        What lies in it comes to lie at the top of the zip.

    Returns
    -------
    bytes
        The archive: names in order, stored without compression, without times of day.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".py", ".ipynb"):
                member = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _TIME)
                member.external_attr = _ORDINARY_FILE
                member.create_system = 3  # Unix, on whatever this runs
                archive.writestr(member, path.read_bytes())
    return buffer.getvalue()


if __name__ == "__main__":
    for name in NAMES:
        (EXAMPLES / f"{name}.zip").write_bytes(pack(EXAMPLES / name))
