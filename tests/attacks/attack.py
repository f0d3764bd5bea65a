"""Attacks as whole submissions: a correct one, with a hostile text put into it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUBMISSION = HERE / "submission"
SOURCES = HERE / "sources"
LAYERS = "cs231n/layers.py"
PROMISED = ("strict", "standard")

WRONG = {
    "affine_forward": ("    return out, (x, w, b)", "    return 2 * out, (x, w, b)"),
    "affine_backward": ("    return dx, dw, db", "    return dx, 2 * dw, db"),
    "relu_forward": ("    return np.maximum(x, 0), x", "    return np.maximum(x, 0.5), x"),
    "relu_backward": ("    return dout * (cache > 0)", "    return dout * (cache > 0) * 0.5"),
}
"""A line of a function, and what makes the function wrong."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile submission, and what has to become of it."""

    name: str
    about: str
    """What it tries, in one sentence."""
    text: str = ""
    """Put at the end of the layers' module; ``strike()`` is the attack."""
    where: str = "affine_forward"
    """The function that strikes when it is called, ``import``, or ``nowhere``."""
    broken: str = ""
    """A function that is wrong besides, whose points the attack is after."""
    statuses: tuple[str, ...] = ("passed",)
    """What may become of the rows of the function that is broken or strikes."""
    certain: bool = False
    """Whether the first of these has to be among them."""
    others: bool = True
    """Whether the rows of functions that have nothing to do with it stay as they were."""
    refused: str = ""
    """What the error says if the whole submission is refused."""
    levels: tuple[str, ...] = PROMISED
    """Where it is promised that nothing comes of it."""
    reading: bool = False
    """Whether it is after whoever reads submissions and judges values, not after a worker."""
    real: bool = False
    """Whether it does no harm and gets through where nothing holds it, which a test shows."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """More files of the submission, by path."""
    pack: Callable[[Path, Path, Mapping[str, object]], Path] | None = None
    """Makes the upload of a folder, an empty folder to work in, and what is known here."""

    @property
    def function(self) -> str:
        """The function whose rows are looked at; empty if none is singled out."""
        if self.broken:
            return self.broken
        return self.where if self.where in WRONG else ""


def read_attack(path: Path) -> Attack:
    """Read an attack from a file, or from a folder with an ``attack.py`` and more files.

    The first line is a comment that says what it tries. Comments of the form ``# key: value`` in
    the lines after it set fields of `Attack`.
    """
    source = path / "attack.py" if path.is_dir() else path
    text = source.read_text(encoding="utf-8")
    head = text.split("\n\n")[0].splitlines()
    fields = dict(re.fullmatch(r"# (\w+): (.*)", line).groups() for line in head[1:])  # type: ignore[union-attr]
    status = fields.pop("status", "passed")
    files = {}
    if path.is_dir():
        found = [file for file in path.rglob("*") if file.is_file() and file != source]
        files = {file.relative_to(path).as_posix(): file.read_bytes() for file in found}
    return Attack(
        name=path.stem,
        about=head[0].removeprefix("# "),
        text=text,
        where=fields.pop("where", "affine_forward"),
        broken=fields.pop("broken", ""),
        statuses=tuple(re.split(", | or ", status)),
        certain=" or " not in status,
        others=fields.pop("others", "stay") == "stay",
        levels=tuple(fields.pop("levels", ", ".join(PROMISED)).split(", ")),
        real=fields.pop("real", "no") == "yes",
        files=files,
        **fields,
    )


def spoil(text: str, function: str) -> str:
    """Return the layers' module with a wrong version of one function."""
    old, new = WRONG[function]
    start = text.index(f"def {function}(")
    before, after = text[:start], text[start:]
    if old not in after:
        raise ValueError(f"{function} has no line {old!r}")
    return before + after.replace(old, new, 1)


def write_honest(folder: Path, broken: str) -> Path:
    """Write the submission without any attack, with one function wrong if asked for."""
    shutil.copytree(SUBMISSION, folder)
    if broken:
        layers = folder / LAYERS
        layers.write_text(spoil(layers.read_text(encoding="utf-8"), broken), encoding="utf-8")
    return folder


def write_hostile(attack: Attack, folder: Path, facts: Mapping[str, object]) -> Path:
    """Write the submission with the attack in it, which is told what it looks for."""
    write_honest(folder, attack.broken)
    layers = folder / LAYERS
    text = layers.read_text(encoding="utf-8")
    if attack.where in WRONG:
        text = re.sub(rf"(def {attack.where}\(.*\n)", r"\1    _strike()\n", text)
    if attack.text:
        prelude = (SOURCES / "_prelude.py").read_text(encoding="utf-8")
        text += f"\n\nFACTS = {dict(facts)!r}\n{prelude}\n\n{attack.text}"
    if attack.where == "import":
        text += "\n\n_strike()\n"
    layers.write_bytes(text.encode("utf-8", "surrogatepass"))
    for name, content in attack.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
