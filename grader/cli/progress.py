"""Shows on a terminal which check is running, without touching standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from grader.model import Progress


@contextmanager
def show_progress(*, wanted: bool) -> Iterator[Progress | None]:
    """Give a function that shows progress on standard error, None where nobody would see it."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    # Imported here because a third of a second of a short run would go into drawing nothing.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Display

    from grader.report.untrusted import printable

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    console = Console(stderr=True, highlight=False)
    with Display(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as display:
        task = display.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            display.update(
                task, description=printable(what, limit=60), completed=done, total=total or None
            )

        yield show
