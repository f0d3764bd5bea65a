from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.model import (
    AssignmentInfo,
    CheckResult,
    Evidence,
    Kind,
    Location,
    Outcome,
    SourceLine,
    Status,
)
from grader.report.terminal import Detail, render
from grader.report.untrusted import cell_width

if TYPE_CHECKING:
    from grader.model import Report

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def block(text: str, beginning: str) -> list[str]:
    """Return the lines from the one that starts with `beginning` to the next empty one."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(beginning))
    end = lines.index("", start)
    return lines[start:end]


def with_outcome(report: Report, outcome: Outcome) -> Report:
    """Return `report` with one check that ended in `outcome`."""
    check = CheckResult("f.out", "affine", Kind.VALUE, ("layers:f",), outcome, 0.0, 2.0)
    return replace(report, checks=(check,))


def test_the_score_comes_first(report: Report) -> None:
    """The first line says points, percent, what was handed in and which assignment it is."""
    first = render(report).splitlines()[0]
    assert first == "10 of 35 points, 28.6 %   submission.zip   Fully connected networks"


def test_only_the_score_when_asked(report: Report) -> None:
    """The shortest report is one line."""
    assert len(render(report, detail=Detail.SCORE).splitlines()) == 1


def test_a_wrong_value_is_told_whole(report: Report) -> None:
    """A failure says what, how we know, where, what to think of, what it cost, and what next."""
    assert block(render(report), "FAIL affine_backward") == [
        "FAIL affine_backward · dw               0/2   cs231n/layers.py:71",
        " Every entry of dw is 0.1000 of what it should be (30 of 30).",
        " dw[0,0]   yours -0.237343    expected -2.373429",
        " relative error 8.2e-01, allowed 1e-10; x (10,2,3), w (6,5)",
        " dx ok 2/2",
        " Known mistake: divided by N.",
        " It fits at N=7 too.",
        "   70 |     dx = dout.dot(w.T).reshape(x.shape)",
        " > 71 |     dw = x.reshape(N, -1).T.dot(dout) / N",
        " Think: which function averages over the batch, and did it do so before dout",
        "   reached you?",
        " Cost: 2 of the 35 points. What follows from it was not charged again.",
        " Next: look at line 71 of cs231n/layers.py, then run: grade submission.zip",
    ]


def test_an_exception_shows_the_students_lines_once(report: Report) -> None:
    """Two checks that one line broke are one block with the student's own traceback."""
    lines = block(render(report), "ERROR relu_forward · out, purity")
    assert "   | ValueError: shapes (10,2,3) and (6,5) not aligned" in lines
    assert " Cost: 4 of the 35 points over 2 checks." in lines


def test_a_time_out_says_where_the_time_went(report: Report) -> None:
    """A stopped call is told with its seconds, the lines it was seen at, and the way to more."""
    lines = block(render(report), "TIMEOUT conv_backward_naive")
    assert " Stopped after 30 CPU s." in lines
    assert "   7 x  cs231n/layers.py:612" in lines
    assert lines[-1].strip() == "grade submission.zip --timeout 120"


def test_the_dearest_causes_are_named_first(report: Report) -> None:
    """What to fix first is sorted by the points to be won, and stops at three."""
    lines = [line for line in block(render(report), "Fix these first") if line[1:2].isdigit()]
    assert [re.search(r"\+(\d+) point", line)[1] for line in lines] == ["6", "4", "2"]


def test_one_cause_needs_no_list(report: Report) -> None:
    """A single failure is told only in its block."""
    failed = Outcome(Status.FAILED, "It is wrong.")
    assert "Fix these first" not in render(with_outcome(report, failed))


def test_our_own_failure_is_not_blamed_on_the_student(report: Report) -> None:
    """A broken check is called our fault, and the score not final."""
    text = render(report)
    assert "Not final: the grader itself broke on 1 check." in text
    assert block(text, "OUR FAULT softmax_loss")[0].endswith("2/2")


def test_hidden_values_are_not_shown(report: Report) -> None:
    """A hidden check says that it is hidden and shows neither values nor inputs."""
    lines = "\n".join(block(render(report), "FAIL affine_forward · secret"))
    assert "not public" in lines
    assert "-0.237343" not in lines
    assert "x (10,2,3)" not in lines


def with_checks(report: Report, *checks: CheckResult) -> Report:
    """Return `report` with these checks only."""
    return replace(report, checks=checks)


def make_check(
    check_id: str,
    outcome: Outcome,
    *,
    target: str = "",
    max_score: float = 2.0,
    kind: Kind = Kind.GRADIENT,
) -> CheckResult:
    """Return a row that earned nothing, or everything if it passed."""
    target = target or f"layers:{check_id.partition('.')[0]}"
    score = max_score if outcome.status is Status.PASSED else 0.0
    return CheckResult(check_id, "affine", kind, (target,), outcome, score, max_score)


def make_wrong(part: str, *, line: int = 7, builds_on: tuple[str, ...] = ()) -> Outcome:
    """Return the outcome of a part of which every entry is half of what it should be."""
    return Outcome(
        Status.FAILED,
        f"Every entry of {part} is 0.5 times what it should be.",
        error=0.3,
        tolerance=1e-7,
        hint="Why half?",
        location=Location("layers.py", line),
        evidence=Evidence(
            index=(0, 1), got="1", expected="2", inputs="x (3,2)", builds_on=builds_on
        ),
    )


def test_consequences_are_one_short_block_after_the_causes(report: Report) -> None:
    """What builds on a failing function is named with its points and no evidence of its own."""
    text = render(
        with_checks(
            report,
            make_check("Net.reg_0.W1", make_wrong("W1", builds_on=("f",))),
            make_check("Net.reg_0.W2", make_wrong("W2", builds_on=("f",)), max_score=0.5),
            make_check("f.dw", make_wrong("dw")),
            make_check("g.dx", make_wrong("dx")),
        )
    )
    assert block(text, "FOLLOWS") == [
        "FOLLOWS Net                             0/2.5",
        " Because of f, which fails above: mend it first.",
        "   0/2.5  Net · reg_0 · W1, W2",
    ]
    assert "FAIL Net" not in text
    assert text.index("FAIL g") < text.index("FOLLOWS Net")


def test_a_cause_is_worth_what_builds_on_it_too(report: Report) -> None:
    """The cheap part of a layer comes before dearer ones if networks fail because of it."""
    text = render(
        with_checks(
            report,
            make_check("g.dx", make_wrong("dx"), max_score=5.0),
            make_check("f.dw", make_wrong("dw")),
            make_check("Net.W1", make_wrong("W1", builds_on=("f",)), max_score=13.0),
            make_check("Net.W2", make_wrong("W2", builds_on=("f", "g")), max_score=50.0),
        )
    )
    steps = block(text, "Fix these first")
    assert steps[1] == " 1. f · dw   +2 points, and 13 that build on it   layers.py:7"
    assert steps[3] == " 2. g · dx   +5 points   layers.py:7"
    assert " Cost: 2 of the 35 points, and 13 that build on it." in block(text, "FAIL f")


def test_everything_shows_the_blocks_of_consequences(report: Report) -> None:
    """The longest report has the evidence of consequences, and says what to mend before."""
    wrong = with_checks(
        report,
        make_check("f.dw", make_wrong("dw")),
        make_check("Net.W1", make_wrong("W1", builds_on=("f",))),
    )
    lines = block(render(wrong, detail=Detail.EVERYTHING), "FAIL Net · W1")
    assert " It builds on f: mend that first." in lines
    assert " W1[0,1]   yours 1    expected 2" in lines


def test_what_builds_on_an_unwritten_function_says_so(report: Report) -> None:
    """A function that is not there is to be written, not mended."""
    absent = Outcome(Status.MISSING, "f is not written yet.", location=Location("layers.py", 3))
    waiting = replace(absent, evidence=Evidence(builds_on=("f",)))
    text = render(with_checks(report, make_check("f.out", absent), make_check("Net.loss", waiting)))
    assert " Because of f, which is missing: write it first." in block(text, "FOLLOWS Net")


def test_parts_of_one_check_are_one_block(report: Report) -> None:
    """Parts that fail alike share sentence, inputs, hint and cost, with a line of values each."""
    text = render(
        with_checks(
            report,
            make_check("Net.reg_0.W1", make_wrong("W1")),
            make_check("Net.reg_0.W2", make_wrong("W2", line=9)),
            make_check("Net.reg_0.b1", Outcome(Status.PASSED), max_score=0.5),
            make_check("Net.init.b1", Outcome(Status.PASSED)),
            make_check("Net.init.b2", Outcome(Status.PASSED)),
        )
    )
    assert block(text, "FAIL Net · reg_0 · W1, W2") == [
        "FAIL Net · reg_0 · W1, W2               0/4   layers.py:7",
        " Every entry of W1 and W2 is 0.5 times what it should be.",
        " W1[0,1]   yours 1    expected 2",
        " W2[0,1]   yours 1    expected 2",
        " relative error 3.0e-01, allowed 1e-07; x (3,2)",
        " b1 ok 0.5/0.5 and 2 other checks of Net ok",
        " Think: Why half?",
        " Cost: 4 of the 35 points over 2 checks.",
        " Next: look at line 7 of layers.py, then run: grade submission.zip",
    ]


def test_at_most_four_parts_show_values(report: Report) -> None:
    """A check of six parts does not fill the screen."""
    parts = [f"W{number}" for number in range(1, 7)]
    wrong = with_checks(report, *(make_check(f"Net.{p}", make_wrong(p)) for p in parts))
    assert render(wrong).count("yours") == 4


def test_values_stand_below_their_sentence(report: Report) -> None:
    """A part of which something else is true does not come between two that are alike."""
    other = replace(make_wrong("b"), message="b is wrong in 1 of 2 entries.")
    wrong = with_checks(
        report,
        make_check("Net.W1", make_wrong("W1")),
        make_check("Net.b", other),
        make_check("Net.W2", make_wrong("W2")),
    )
    assert block(render(wrong), "FAIL Net")[1:6] == [
        " Every entry of W1 and W2 is 0.5 times what it should be.",
        " W1[0,1]   yours 1    expected 2",
        " W2[0,1]   yours 1    expected 2",
        " b is wrong in 1 of 2 entries.",
        " b[0,1]   yours 1    expected 2",
    ]


def test_what_the_title_only_counts_is_named(report: Report) -> None:
    """A cause of many checks names them, unless they are all there is of the function."""
    raised = Outcome(Status.ERRORED, "TypeError", location=Location("layers.py", 7))
    rows = [
        make_check(f"FullyConnectedNet.reg_{reg}.{part}", raised)
        for reg in ("0", "3_14", "1_41")
        for part in ("W1", "b1")
    ]
    passed = make_check("FullyConnectedNet.depth.scores", Outcome(Status.PASSED))
    affects = " Affects reg_0, reg_3_14, reg_1_41 · W1, b1."
    assert affects in render(with_checks(report, *rows, passed)).splitlines()
    assert "Affects" not in render(with_checks(report, *rows))


def test_sentences_that_differ_in_a_name_are_said_once(report: Report) -> None:
    """Four gradients that are not there are told in one sentence."""
    wrong = with_checks(
        report,
        *(
            make_check(f"Net.{part}", Outcome(Status.FAILED, f"Net.loss has no '{part}' in {{}}."))
            for part in ("W1", "b1", "W2")
        ),
    )
    text = render(wrong)
    assert " Net.loss has no 'W1' in {}; the same for b1 and W2." in text.splitlines()


def test_functions_that_are_not_there_are_one_block(report: Report) -> None:
    """Whatever is not written yet is listed once, with points and lines."""
    outcomes = {
        "sgd": Outcome(Status.MISSING, "sgd is not written yet.", location=Location("o.py", 4)),
        "rmsprop": Outcome(Status.MISSING, "No file defines rmsprop."),
    }
    rows = [
        make_check(f"{name}.{part}", outcome, max_score=1.5)
        for name, outcome in outcomes.items()
        for part in ("next_w", "state")
    ]
    assert block(render(with_checks(report, *rows)), "MISSING") == [
        "MISSING sgd, rmsprop                    0/6",
        " These are not written yet, or no file defines them.",
        "     0/3  sgd      o.py:4",
        "     0/3  rmsprop  in no file",
    ]


def test_what_to_write_first_is_named(report: Report) -> None:
    """Where the title only counts functions that are not there, its sentence names them."""
    wrong = make_check("relu.out", Outcome(Status.FAILED, "It is wrong."))
    names = [f"a_function_called_{number}" for number in range(7)]
    rows = [
        make_check(f"{name}.out", Outcome(Status.MISSING, f"No file defines {name}."))
        for name in names
    ]
    text = " ".join(render(with_checks(report, *rows, wrong)).split())
    listed = ", ".join(names[:5])
    assert f"1. 7 functions +14 points No file defines these: {listed} and 2 more. 2." in text


def test_functions_of_no_file_need_no_table(report: Report) -> None:
    """Short names that the heading holds are not repeated."""
    rows = [
        make_check(f"{name}.out", Outcome(Status.MISSING, f"No file defines {name}."))
        for name in ("sgd", "adam")
    ]
    assert block(render(with_checks(report, *rows)), "MISSING") == [
        "MISSING sgd, adam                       0/4",
        " No file defines these.",
    ]


def test_messages_end_with_a_period(report: Report) -> None:
    """An exception's text becomes a sentence; one that ends with a question mark is one."""
    for said, shown in (("ValueError: a is b", "a is b."), ("E: print(...)?.", "print(...)?")):
        lines = render(with_outcome(report, Outcome(Status.ERRORED, said))).splitlines()
        assert any(line.endswith(shown) for line in lines)


def test_missing_targets_and_warnings_are_told(report: Report) -> None:
    """Targets that no file defines are listed by module, warnings in a list."""
    text = render(report)
    assert "  layers: dropout_forward" in text
    assert "  - cs231n/vis_utils.py was replaced by the course's own." in text


def test_several_assignments_have_subtotals(report: Report) -> None:
    """Assignments graded together get a line each."""
    second = AssignmentInfo("softmax", "Softmax", "cs231n", "c" * 64, 3.0, 4.0)
    text = render(replace(report, assignments=(*report.assignments, second)))
    assert re.search(r"^ +3/4 +Softmax$", text, re.MULTILINE)


def test_notes_on_passed_checks_are_shown_with_everything(report: Report) -> None:
    """What a stored output says otherwise is told, though the check passes."""
    passed = next(c for c in report.checks if c.outcome.status is Status.PASSED)
    evidence = replace(passed.outcome.evidence, notes=("Your notebook says 8.0e-01.",))
    noted = replace(passed, outcome=replace(passed.outcome, evidence=evidence))
    report = replace(report, checks=(noted,))
    assert "Your notebook says" in render(report, width=100, detail=Detail.EVERYTHING)
    assert "Your notebook says" not in render(report, width=100)


def test_everything_lists_passed_checks_and_versions(report: Report) -> None:
    """The longest report has passed checks, versions, isolation and seed."""
    text = render(report, detail=Detail.EVERYTHING)
    assert re.search(r"ok affine_forward\.out +4/4 +0\.25 s +3\.0e-11", text)
    assert "Python 3.11.7, NumPy 2.4.6" in text
    assert "isolation: strict" in text
    assert "isolation: strict" not in render(report)


def test_a_long_name_of_a_passed_check_ends_before_its_points(report: Report) -> None:
    """There is a blank between them, however long both are."""
    name = "conv_forward_naive.kernel_one_by_one"
    passed = replace(make_check(name, Outcome(Status.PASSED)), score=0.5, max_score=0.5)
    text = render(with_checks(report, passed), detail=Detail.EVERYTHING)
    assert f"ok {name} 0.5/0.5 " in text


def test_the_end_says_where_the_full_report_is(report: Report) -> None:
    """The last line of a long report names the file that was written."""
    text = render(report, saved=("submission.grade.json",))
    assert text.splitlines()[-1] == "Full report: submission.grade.json"


def test_several_files_are_named_in_one_line(report: Report) -> None:
    """However many formats were asked for, they are told at the beginning and at the end."""
    lines = render(report, saved=("a.json", "a.html", "a.xml")).splitlines()
    assert lines.count("Full report: a.json, a.html, a.xml") == 2
    assert sum("a.xml" in line for line in lines) == 2


def test_a_name_with_blanks_is_quoted_in_commands(report: Report) -> None:
    """The command to run next can be pasted into a shell."""
    named = replace(report, submission=replace(report.submission, name="my work.zip"))
    assert "grade 'my work.zip' -v" in render(named)


@pytest.mark.parametrize("width", [24, 40, 80, 200])
@pytest.mark.parametrize("detail", list(Detail))
def test_no_line_is_too_wide(report: Report, width: int, detail: Detail) -> None:
    """Every line fits its width, escapes not counted."""
    more = [
        make_check("FullyConnectedNet.reg_3_14.W1", make_wrong("W1")),
        make_check("FullyConnectedNet.reg_3_14.W2", make_wrong("W2")),
        make_check("TwoLayerNet.reg_0.W1", make_wrong("W1", builds_on=("adam",))),
        make_check("sgd_momentum.out", Outcome(Status.MISSING, "No file defines sgd_momentum.")),
    ]
    report = replace(report, checks=(*report.checks, *more))
    text = ESCAPES.sub("", render(report, width=width, detail=detail, colour=True))
    assert max(map(cell_width, text.splitlines())) <= width


def test_scores_stand_beside_short_titles_on_narrow_terminals(report: Report) -> None:
    """The column of scores moves in with the margin."""
    lines = render(with_checks(report, make_check("f.dw", make_wrong("dw"))), width=40)
    assert "FAIL f · dw                     0/2" in lines.splitlines()


def test_long_titles_are_broken_not_cut(report: Report) -> None:
    """On a narrow terminal a title goes on below, in the list of first steps and in its block."""
    names = ("loss_reg_0", "loss_reg_3_14")
    wrong = [make_check(f"FullyConnectedNet.{name}.loss", make_wrong("loss")) for name in names]
    lines = render(
        with_checks(report, make_check("f.dw", make_wrong("dw"), max_score=1.0), *wrong), width=40
    ).splitlines()
    start = lines.index(" 1. FullyConnectedNet · loss_reg_0,")
    assert lines[start + 1] == "    loss_reg_3_14   +4 points"
    start = lines.index("  FullyConnectedNet · loss_reg_0,")
    assert lines[start + 1] == "  loss_reg_3_14 0/4   layers.py:7"


def test_colours_only_add_escapes(report: Report) -> None:
    """Without its escapes, the coloured report is the plain one, which has none."""
    coloured, plain = render(report, colour=True), render(report)
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    assert ESCAPES.sub("", coloured) == plain


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e::error::x\n::set-output name=a::b\udcff[red]数\u0301\u0301"


@pytest.mark.parametrize("detail", list(Detail))
def test_student_text_is_harmless_wherever_it_stands(report: Report, detail: Detail) -> None:
    """No escape, override or log command of a student's reaches the terminal from any field."""
    outcome = Outcome(
        Status.ERRORED,
        HOSTILE,
        hint=HOSTILE,
        diagnosis=HOSTILE,
        location=Location(HOSTILE, 3),
        evidence=Evidence(
            index=(0,),
            got=HOSTILE,
            expected=HOSTILE,
            inputs=HOSTILE,
            notes=(HOSTILE,),
            traceback=(HOSTILE,),
            samples=((Location(HOSTILE, 1), 1),),
            excerpt=(SourceLine(1, HOSTILE),),
        ),
    )
    follows = replace(outcome, evidence=replace(outcome.evidence, builds_on=(HOSTILE, "f")))
    absent = Outcome(Status.MISSING, f"No file defines {HOSTILE}.", location=Location(HOSTILE, 1))
    hostile = with_outcome(report, outcome)
    passed = replace(hostile.checks[0], id=HOSTILE, outcome=Outcome(Status.PASSED, HOSTILE))
    hostile = replace(
        hostile,
        checks=(
            *hostile.checks,
            passed,
            replace(hostile.checks[0], id=HOSTILE),
            replace(hostile.checks[0], id=f"{HOSTILE}.W1", outcome=follows),
            make_check(f"{HOSTILE}.out", absent, target=f"layers:{HOSTILE}"),
            make_check("g.out", Outcome(Status.MISSING, "No file defines g.")),
        ),
        submission=replace(report.submission, name=HOSTILE, edition=HOSTILE, files=(HOSTILE,)),
        warnings=(HOSTILE,),
        missing=(HOSTILE,),
    )
    text = render(hostile, detail=detail, saved=(HOSTILE,))
    for line in text.splitlines():
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
        assert not line.lstrip().startswith("::")
    assert "数" in text


def test_long_student_text_is_cut(report: Report) -> None:
    """A message of a megabyte and a traceback of a thousand lines do not flood the terminal."""
    evidence = Evidence(got="9" * 10**6, traceback=tuple(f"line {n}" for n in range(1000)))
    outcome = Outcome(Status.ERRORED, "x" * 10**6, evidence=evidence)
    text = render(with_outcome(report, outcome))
    assert len(text) < 3000
    assert "line 999" in text


@pytest.mark.parametrize("status", list(Status))
def test_an_outcome_without_words_is_still_told(report: Report, status: Status) -> None:
    """Every status renders with nothing but itself."""
    assert render(with_outcome(report, Outcome(status)), detail=Detail.EVERYTHING)


def test_a_report_without_anything_is_rendered(report: Report) -> None:
    """No checks, no questions and no points give a score of none, not an error."""
    empty = replace(
        report, assignments=(), checks=(), questions=(), score=0.0, max_score=0.0, warnings=()
    )
    assert render(empty).startswith("0 of 0 points, 0 %")
