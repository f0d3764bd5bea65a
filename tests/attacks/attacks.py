"""All attacks by name: those in ``sources``, and those that are made here."""

from __future__ import annotations

from attack import SOURCES, Attack, read_attack
from poisoned import POISONED
from texts import TEXTS
from uploads import UPLOADS

ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for attack in (
        *(read_attack(path) for path in sorted(SOURCES.iterdir()) if path.name[0] not in "_."),
        *POISONED,
        *TEXTS,
        *UPLOADS,
    )
}
