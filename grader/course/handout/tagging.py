"""Names what an import found: ids, questions, points, and the metadata of each cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.course.handout.account import Row
from grader.course.handout.comparisons import Comparison
from grader.course.handout.draft import DraftQuestion
from grader.course.handout.judged import Judged, find_judged, with_room
from grader.course.handout.modules import CourseFiles
from grader.course.handout.reading import HandoutNotebook
from grader.course.handout.roles import Finding, Role
from grader.course.handout.tolerances import read_tolerance
from grader.course.tags import Tag, read_tag

_ANSWER_HEADING = re.compile(
    r"^\W*(?:your\s+)?(?:answers?|inline\s+question|questions?)\b", re.IGNORECASE
)
_LITERAL = re.compile(r"correct|expect|true|target|solution|truth|ref|ours", re.IGNORECASE)
_NUMERIC = re.compile(r"num", re.IGNORECASE)


@dataclass(slots=True)
class Names:
    """Ids given so far in one draft."""

    taken: set[str] = field(default_factory=set)
    questions: dict[str, DraftQuestion] = field(default_factory=dict)
    """By question id, in order."""
    of_heading: dict[tuple[str, str], str] = field(default_factory=dict)
    """Question ids by notebook and heading."""

    def take(self, wanted: str, ending: str = "") -> str:
        """Return an id nobody else has."""
        name, count = f"{wanted}{ending}", 2
        while name in self.taken:
            name, count = f"{wanted}_{count}{ending}", count + 1
        self.taken.add(name)
        return name

    def question_of(self, notebook: HandoutNotebook, heading: str) -> str:
        """Return the id of the question that a heading begins."""
        key = (notebook.path, heading)
        if key not in self.of_heading:
            stem = notebook.name.removesuffix(".ipynb")
            title = _title(heading) or stem
            name, count = slug(title), 2
            while name in self.questions:
                name, count = f"{slug(title)}_{count}", count + 1
            self.questions[name] = DraftQuestion(name, title, given=False)
            self.of_heading[key] = name
        return self.of_heading[key]


@dataclass(slots=True)
class Tagged:
    """One notebook with the metadata of its cells."""

    notebook: HandoutNotebook
    findings: Mapping[int, Finding]
    tags: dict[int, dict[str, Any]] = field(default_factory=dict)
    judged: dict[int, Judged] = field(default_factory=dict)
    """What of each check is judged."""
    tolerances: dict[int, str] = field(default_factory=dict)
    """The tolerance of each check in words, with where it was read."""

    @property
    def is_judged(self) -> bool:
        """Whether any of its cells earns points."""
        return any("points" in tag for tag in self.tags.values())

    @property
    def judged_targets(self) -> tuple[str, ...]:
        """Targets of its checks."""
        checks = [each for each in self.findings.values() if each.role is Role.CHECK]
        return tuple(target for check in checks for target in check.targets)


def slug(text: str) -> str:
    """Return text as one word of lower-case letters, digits and underscores."""
    word = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:48].strip("_")
    return word if word[:1].isalpha() else f"question_{word}".strip("_")


def tag_notebook(
    notebook: HandoutNotebook, findings: Mapping[int, Finding], course: CourseFiles, names: Names
) -> Tagged:
    """Give every cell that is judged, run before others or read its metadata."""
    tagged = Tagged(notebook, findings)
    heading = ""
    for number, finding in findings.items():
        if finding.heading and not _ANSWER_HEADING.match(finding.heading):
            heading = finding.heading
        own = _own_tag(finding)
        if finding.role is Role.CHECK:
            tagged.tags[number] = _tag_check(finding, own, heading, tagged, names)
        elif finding.role is Role.REVIEW:
            tagged.tags[number] = _tag_review(own, heading, tagged, names)
        elif finding.role is Role.SETUP:
            tagged.tags[number] = {"setup": True}
        elif finding.role is Role.ANSWER:
            tagged.tags[number] = {"solution": True}
    _join(tagged)
    _mark_given(tagged, course, names)
    return tagged


def rows_of(tagged: Tagged) -> tuple[Row, ...]:
    """Return the account of every cell of a notebook."""
    return tuple(_row(tagged, number) for number in tagged.findings)


def _row(tagged: Tagged, number: int) -> Row:
    finding = tagged.findings[number]
    tag = tagged.tags.get(number, {})
    judged = tagged.judged.get(number, Judged())
    unseen = judged.unseen if finding.role is Role.CHECK else finding.comparisons
    notes = [f"{name} is judged by {text}" for name, text in finding.predicates.items()]
    notes += [*finding.notes, *finding.cell.notes]
    return Row(
        number,
        finding.cell.kind,
        finding.role,
        finding.heading,
        str(tag.get("id", "")),
        str(tag.get("question", "")),
        judged.parts,
        tagged.tolerances.get(number, ""),
        tuple(_say(each) for each in finding.comparisons if each not in unseen),
        tuple(_say(each) for each in unseen),
        finding.reason if finding.role is not Role.CHECK else "",
        tuple(notes),
    )


def _say(comparison: Comparison) -> str:
    return f"line {comparison.line}: {comparison.kind}: {comparison.text}"


def _own_tag(finding: Finding) -> Tag | None:
    """Return what the handout's own metadata say of a cell, if they can be read."""
    try:
        tag = read_tag(finding.cell.metadata)
    except ValueError:
        return None
    return tag if tag is not None and tag.id else None


def _tag_check(
    finding: Finding, own: Tag | None, heading: str, tagged: Tagged, names: Names
) -> dict[str, Any]:
    question = _question(own, heading, tagged.notebook, names)
    last = finding.targets[-1].partition(":")[2] if finding.targets else question
    name = names.take(own.id) if own else names.take(last, ".cell")
    number = finding.cell.number
    if own and own.predicates:
        finding.predicates = own.predicates
    judged = tagged.judged[number] = find_judged(finding)
    tag: dict[str, Any] = {"id": name, "question": question, "points": len(judged.parts)}
    if own and own.points is not None and _fits(own.points, judged):
        tag["points"] = _plain(own.points)
    if own and own.tolerance is not None and _fits(own.tolerance, judged):
        tag["tolerance"] = _plain(own.tolerance)
        tagged.tolerances[number] = f"{tag['tolerance']}, from the cell's metadata"
    elif finding.comparisons:
        _tag_tolerance(tag, finding, judged, tagged)
    if finding.predicates:
        tag["predicates"] = dict(finding.predicates)
    if finding.targets:
        tag["targets"] = list(finding.targets)
    return tag


def _tag_tolerance(tag: dict[str, Any], finding: Finding, judged: Judged, tagged: Tagged) -> None:
    """Write down how large errors may be, and where that was read."""
    number = finding.cell.number
    prose = prose_above(tagged.notebook, number)
    stated = read_tolerance(finding.cell.source, prose, finding.cell.printed)
    if stated is None:
        return
    allowed = dict(judged.tolerances) or {"": with_room(stated.value)}
    values = sorted(set(allowed.values()))
    tag["tolerance"] = values[0] if len(values) == 1 else allowed
    said = ", ".join(f"{value:g}" for value in values)
    tagged.tolerances[number] = f"{said}, with room above what {stated.where} says"


def _fits(given: float | Mapping[str, float], judged: Judged) -> bool:
    """Return whether what metadata say by part is about parts that there are."""
    return not isinstance(given, Mapping) or set(given) <= set(judged.parts)


def _plain(given: float | Mapping[str, float]) -> Any:
    return dict(given) if isinstance(given, Mapping) else given


def _tag_review(own: Tag | None, heading: str, tagged: Tagged, names: Names) -> dict[str, Any]:
    question = _question(own, heading, tagged.notebook, names)
    name = names.take(own.id) if own else names.take(question, ".review")
    points = own.points if own and isinstance(own.points, int | float) else 1
    return {"id": name, "question": question, "points": points, "review": True}


def _question(own: Tag | None, heading: str, notebook: HandoutNotebook, names: Names) -> str:
    if own is not None and own.question:
        names.questions.setdefault(
            own.question, DraftQuestion(own.question, _title(heading) or own.question, given=False)
        )
        return own.question
    return names.question_of(notebook, heading)


def _join(tagged: Tagged) -> None:
    """Name the cells that others come after, and the checks that others need."""
    earlier: list[int] = []
    for number, finding in tagged.findings.items():
        if finding.role is not Role.CHECK:
            continue
        tag = tagged.tags[number]
        after = [
            tagged.tags[other]["id"]
            for other in finding.after
            if "id" in tagged.tags.get(other, {})
        ]
        if after:
            tag["after"] = after
        if not finding.predicates and all(_is_between_own(each) for each in finding.comparisons):
            needs = [
                tagged.tags[other]["id"]
                for other in earlier
                if set(tagged.findings[other].targets) & set(finding.targets)
            ]
            if needs:
                tag["needs"] = needs
        earlier.append(number)


def _is_between_own(comparison: Comparison) -> bool:
    """Return whether two values of the student's are compared, or a gradient with itself.

    Two functions that compute nothing agree as well, so such a check's points need others.
    """
    if comparison.kind == "gradient check":
        return True
    if comparison.kind in ("assert", "test"):
        return False
    return not (_LITERAL.search(comparison.text) or _NUMERIC.search(comparison.text))


def _mark_given(tagged: Tagged, course: CourseFiles, names: Names) -> None:
    """Mark questions whose functions this handout ships complete."""
    for name, question in list(names.questions.items()):
        targets = {
            target
            for number, tag in tagged.tags.items()
            if tag.get("question") == name
            for target in tagged.findings[number].targets
        }
        if targets and all(course.is_given(target) for target in targets):
            names.questions[name] = DraftQuestion(question.id, question.title, given=True)


def prose_above(notebook: HandoutNotebook, number: int) -> str:
    """Return the markdown between a cell and the code cell before it."""
    found: list[str] = []
    for cell in reversed(notebook.cells[: number - 1]):
        if cell.kind != "markdown":
            break
        found.insert(0, cell.source)
    return "\n\n".join(found)


def _title(heading: str) -> str:
    plain = re.sub(r"[*_`$#]+|\[([^]]*)\]\([^)]*\)", r"\1", heading)
    return " ".join(plain.split()).strip(" :.")[:80]


def unused_questions(names: Names, notebooks: Iterable[Tagged]) -> set[str]:
    """Return ids of questions for which no cell earns points."""
    used = {
        tag["question"] for each in notebooks for tag in each.tags.values() if "question" in tag
    }
    return set(names.questions) - used
