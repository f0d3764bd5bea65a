import pytest

from grader.checks.cells.stated import stated_tolerance


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("should be around e-8", 1e-8),
        ("# Your difference should be around 1e-9.", 1e-9),
        ("# around 5e-8", 5e-8),
        ("on the order of 1e-7", 1e-7),
        ("on the order of e-10 or less", 1e-10),
        ("# up to the order of e-2", 1e-2),
        ("less than 1e-8", 1e-8),
        ("< 1e-7", 1e-7),
        ("The difference should be very small. We get < 1e-7", 1e-7),
        ("# the difference is tiny, we get 3e-8", 3e-8),
        ("up to 1e-2", 1e-2),
        ("should be 1e-12", 1e-12),
        ("about 1e-3", 1e-3),
        ("within 1e-6", 1e-6),
        ("relative errors of every parameter should be below 0.01", 0.01),
        ("You should see errors less than 0.001.", 0.001),
        ("an error of at most 10^-6", 1e-6),
        ("an error around $10^{-7}$", 1e-7),
        ("an error ≤ `1e-5`", 1e-5),
        ("print('db error (about 1e-10): ')", 1e-10),
        ("# Your errors should be around 1e-9'", 1e-9),
        ("errors should be below 1E-06", 1e-6),
        ("errors around 1.5e-8", 1.5e-8),
    ],
)
def test_the_number_stated_is_read(text: str, bound: float) -> None:
    """Each way in which notebooks state an error is read as its number."""
    assert stated_tolerance(text) == pytest.approx(bound, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("between 1e-12 and 1e-7", 1e-7),
        ("errors of magnitudes between 1e-12~1e-06", 1e-6),
        ("an error of 1e-5 to 1e-4", 1e-4),
        ("# losses between 1e-4~1e-10 for W,\n# and between 1e-08~1e-09 for beta", 1e-4),
        ("# around e-7 or less.\n# It is fine to see one for W2 on the order of e-5", 1e-5),
        ("# Loss should be around 9 and the error of dx should be 1e-9", 1e-9),
    ],
)
def test_of_several_numbers_the_largest_is_the_bound(text: str, bound: float) -> None:
    """A range allows its larger end, and an exception granted in a comment is granted."""
    assert stated_tolerance(text) == pytest.approx(bound, rel=1e-12)


def test_a_sentence_goes_on_over_lines_of_comment() -> None:
    """The word that announces the bound may stand on the line before."""
    text = "# Errors are small, but may have\n    # relative errors up to the\n# order of e-2"
    assert stated_tolerance(text) == pytest.approx(1e-2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Compare your output with ours",
        "# Loss should be close to 2.3",
        "# Loss should be about log(10) = 2.3026",
        "Why do we expect our loss to be close to -log(0.1)?",
        "# you should reach an accuracy of near 0.44 on the validation set",
        "# a training loss less than 0.02",
        "# Adam usually works best with learning rates around 1e-3",
        "learning_rate = 1e-2  # change this",
        "# use a weight scale of about 5e-2",
        "# the difference should be 0",
        "# see arXiv 1502.03167 about this",
        "# around line-8 of the file",
        "# about 15% of the entries",
    ],
)
def test_what_is_no_error_is_not_read_as_one(text: str) -> None:
    """Losses, accuracies, settings and plain numbers state no tolerance."""
    assert stated_tolerance(text) is None
