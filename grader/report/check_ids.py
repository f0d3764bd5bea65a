"""Reads ids of checks, and names the parts of several in one phrase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.model import CheckResult


def split_id(check_id: str) -> tuple[str, str]:
    """Return a check id's function or class, and its part (empty if it has none)."""
    function, _, part = check_id.partition(".")
    return function, part.replace(".", " · ")


def name_parts(checks: Iterable[CheckResult]) -> str:
    """Return the parts of one function's checks in one phrase: ``reg_0, reg_0_7 · W1, W2``."""
    parts: dict[str, list[str]] = {}
    for check in checks:
        variant, _, part = split_id(check.id)[1].rpartition(" · ")
        if part and part not in parts.setdefault(variant, []):
            parts[variant].append(part)
    variants: dict[tuple[str, ...], list[str]] = {}
    for variant, names in parts.items():
        variants.setdefault(tuple(names), []).append(variant)
    phrases = [_name_group(group, names) for names, group in variants.items()]
    return ("; " if any("," in phrase for phrase in phrases) else ", ").join(phrases)


def _name_group(variants: Sequence[str], parts: Sequence[str]) -> str:
    """Return checks and their parts, without a part that the checks' names say already."""
    if len(parts) == 1 and all(parts[0] in variant for variant in variants):
        return ", ".join(variants)
    return " · ".join(filter(None, (", ".join(filter(None, variants)), ", ".join(parts))))


def own_check(check: CheckResult) -> str:
    """Return the id that all parts of a check share."""
    return check.id.rpartition(".")[0] or check.id
