"""Mistakes in the losses on scores."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import scores

_svm = partial(Mistake, target="layers:svm_loss")
_softmax = partial(Mistake, target="layers:softmax_loss")

_NOT_COUNTED = "    margins[rows, y] = 0\n"
_SVM_LOSS = "loss = float(margins.sum() / examples)"
_MASK = "dx = (margins > 0).astype(_gradient_dtype(x))"
_TRUE_CLASS = "dx[rows, y] = -dx.sum(axis=1)"
_AVERAGE = "    dx /= examples\n"

_SHIFTED = "shifted = x - x.max(axis=1, keepdims=True)"
_LOG_TOTAL = "np.log(np.exp(shifted).sum(axis=1, keepdims=True))"
_SOFTMAX_LOSS = "loss = float(-log_probabilities[rows, y].sum() / examples)"
_LESS_ONE = "dx[rows, y] -= 1"

MISTAKES = (
    _svm(
        name="true_class_counted",
        edits=((_NOT_COUNTED, ""), (_MASK, _MASK + "\n    dx[rows, y] = 0")),
        title="true class counted in the loss",
        explanation="The true class is compared with itself, which adds a margin of one for every "
        "example.",
        hint="How many classes is the true one compared with, and what is the margin between it "
        "and itself?",
    ),
    scores.true_class_counted_in_gradient(
        target="layers:svm_loss",
        edits=((_NOT_COUNTED, ""), (_SVM_LOSS, "loss = float((margins.sum() / examples) - 1)")),
    ),
    _svm(
        name="true_class_not_left_out",
        edits=((_NOT_COUNTED, ""),),
        title="true class counted in loss and gradient",
        explanation="The true class is compared with itself: that adds one to the loss of every "
        "example, and one violated margin to its gradient.",
        hint="How many classes is the true one compared with, and what is the margin between it "
        "and itself?",
    ),
    scores.margin_missing(
        target="layers:svm_loss", edits=(("[:, np.newaxis] + 1, 0)", "[:, np.newaxis], 0)"),)
    ),
    _svm(
        name="margin_subtracted",
        edits=(("[:, np.newaxis] + 1, 0)", "[:, np.newaxis] - 1, 0)"),),
        title="margin with the wrong sign",
        explanation="A wrong class counts only once it is better than the true class by one, "
        "though it should count until it is worse by one.",
        hint="With all scores equal, is an example classified well enough for this loss?",
    ),
    _svm(
        name="scores_exchanged",
        edits=(
            (
                "np.maximum(x - x[rows, y][:, np.newaxis] + 1, 0)",
                "np.maximum(x[rows, y][:, np.newaxis] - x + 1, 0)",
            ),
            (_AVERAGE, "    dx /= -examples\n"),
        ),
        title="scores exchanged in the margin",
        explanation="The wrong classes' scores are subtracted from the true one's, which asks the "
        "true class to be the worst.",
        hint="If the score of the true class rises, should the loss rise or fall?",
    ),
    _svm(
        name="no_hinge",
        edits=(
            (
                _SVM_LOSS,
                "loss = float((x - x[rows, y][:, np.newaxis] + 1).sum() / examples - 1)",
            ),
        ),
        title="margins beyond the hinge counted",
        explanation="Classes that are far enough away lower the loss, though they should "
        "contribute nothing.",
        hint="Can this loss be negative? What should a class add to it that is far behind?",
    ),
    _svm(
        name="squared",
        edits=((_SVM_LOSS, "loss = float((margins**2).sum() / examples)"),),
        title="margins squared",
        explanation="The loss sums the squares of the violated margins, which is another loss.",
        hint="If a violated margin doubles, by which factor should its share of the loss grow?",
    ),
    _svm(
        name="margins_as_gradient",
        edits=((_MASK, "dx = margins.astype(_gradient_dtype(x))"),),
        title="margins used as the gradient",
        explanation="The gradient holds how much the margins are violated instead of which ones "
        "are.",
        hint="If a violating score rises by a little, by how much does the loss rise: does it "
        "matter how far the margin was violated already?",
    ),
    _svm(
        name="true_class_gradient_missing",
        edits=((f"    {_TRUE_CLASS}\n", ""),),
        title="gradient of the true class missing",
        explanation="Only the wrong classes get a gradient; the true class's score, which every "
        "margin holds, gets none.",
        hint="Which scores does one margin depend on, and with which signs?",
    ),
    _svm(
        name="true_class_gradient_once",
        edits=((_TRUE_CLASS, "dx[rows, y] = -1"),),
        title="gradient of the true class counted once",
        explanation="The true class's gradient is minus one, however many margins of the example "
        "are violated.",
        hint="If two classes violate their margin, how often does the true score enter the loss?",
    ),
    _svm(
        name="true_class_gradient_positive",
        edits=((_TRUE_CLASS, "dx[rows, y] = dx.sum(axis=1)"),),
        title="gradient of the true class with the wrong sign",
        explanation="The gradient asks the true class's score to fall, as it does of the others.",
        hint="If the score of the true class rises, does the loss rise or fall?",
    ),
    _svm(
        name="gradient_sign",
        edits=((_AVERAGE, "    dx /= -examples\n"),),
        title="gradient with the wrong sign",
        explanation="The gradient points to where the loss falls, though a gradient points to "
        "where it rises.",
        hint="If a violating score rises, does the loss rise or fall, and what sign has your "
        "gradient there?",
    ),
    scores.not_averaged(
        target="layers:svm_loss", edits=((_SVM_LOSS, "loss = float(margins.sum())"), (_AVERAGE, ""))
    ),
    scores.loss_not_averaged(
        target="layers:svm_loss", edits=((_SVM_LOSS, "loss = float(margins.sum())"),)
    ),
    scores.gradient_not_averaged(target="layers:svm_loss", edits=((_AVERAGE, ""),)),
    _svm(
        name="averaged_over_classes",
        edits=((_SVM_LOSS, "loss = float(margins.mean())"), ("dx /= examples", "dx /= x.size")),
        title="averaged over the classes, too",
        explanation="The margins of an example are averaged over its classes, though they should "
        "be added.",
        hint="With ten classes and all scores equal the loss should be about 9. Over how many "
        "numbers do you average?",
    ),
    scores.labels_off_by_one(
        target="layers:svm_loss",
        edits=(("rows = np.arange(examples)", "rows, y = np.arange(examples), y - 1"),),
    ),
    scores.not_shifted(target="layers:softmax_loss", edits=((_SHIFTED, "shifted = x"),)),
    scores.maximum_added(
        target="layers:softmax_loss",
        edits=((_SHIFTED, "shifted = x + x.max(axis=1, keepdims=True)"),),
    ),
    _softmax(
        name="shifted_in_place",
        edits=((_SHIFTED, "shifted = x\n    shifted -= x.max(axis=1, keepdims=True)"),),
        title="scores overwritten",
        explanation="The shift is written into the scores that were passed, and whoever holds them "
        "goes on with other numbers.",
        hint="Is the array that you write into yours? Print the scores before and after the call.",
    ),
    _softmax(
        name="maximum_of_classes",
        edits=((_SHIFTED, "shifted = x - x.max(axis=0, keepdims=True)"),),
        title="maximum over the wrong axis",
        explanation="The largest score of each class is subtracted, a number that differs within "
        "a row and changes its probabilities.",
        hint="Which scores have to be shifted by the same number for their probabilities to stay?",
    ),
    scores.over_examples(
        target="layers:softmax_loss",
        edits=((_LOG_TOTAL, "np.log(np.exp(shifted).sum(axis=0, keepdims=True))"),),
    ),
    scores.over_everything(
        target="layers:softmax_loss", edits=((_LOG_TOTAL, "np.log(np.exp(shifted).sum())"),)
    ),
    scores.logarithm_missing(
        target="layers:softmax_loss",
        edits=(
            (_SOFTMAX_LOSS, "loss = float(-np.exp(log_probabilities)[rows, y].sum() / examples)"),
        ),
    ),
    _softmax(
        name="loss_sign",
        edits=((_SOFTMAX_LOSS, "loss = float(log_probabilities[rows, y].sum() / examples)"),),
        title="loss with the wrong sign",
        explanation="The loss is the mean logarithm of the probabilities, which is negative and "
        "best when it is large.",
        hint="The logarithm of a probability is never positive. Is your loss ever?",
    ),
    _softmax(
        name="gradient_sign",
        edits=(("dx /= examples", "dx /= -examples"),),
        title="gradient with the wrong sign",
        explanation="The gradient points to where the loss falls, though a gradient points to "
        "where it rises.",
        hint="If the true class's score rises, does the loss rise or fall, and what sign has your "
        "gradient there?",
    ),
    _softmax(
        name="one_not_subtracted",
        edits=((f"    {_LESS_ONE}\n", ""),),
        title="true class treated like the others",
        explanation="The gradient is the probabilities themselves, whichever class is the true "
        "one.",
        hint="Where do the labels enter your gradient? What should a row of it sum to?",
    ),
    _softmax(
        name="one_subtracted_everywhere",
        edits=((_LESS_ONE, "dx -= 1"),),
        title="one subtracted in every class",
        explanation="The gradient treats every class as the true one.",
        hint="Which class of an example is the true one? What should a row of the gradient sum to?",
    ),
    scores.not_averaged(
        target="layers:softmax_loss",
        edits=(
            (_SOFTMAX_LOSS, "loss = float(-log_probabilities[rows, y].sum())"),
            (_AVERAGE, ""),
        ),
    ),
    scores.loss_not_averaged(
        target="layers:softmax_loss",
        edits=((_SOFTMAX_LOSS, "loss = float(-log_probabilities[rows, y].sum())"),),
    ),
    scores.gradient_not_averaged(target="layers:softmax_loss", edits=((_AVERAGE, ""),)),
    _softmax(
        name="averaged_over_classes",
        edits=(
            (_SOFTMAX_LOSS, "loss = float(-log_probabilities[rows, y].sum() / x.size)"),
            ("dx /= examples", "dx /= x.size"),
        ),
        title="averaged over the classes, too",
        explanation="Loss and gradient are divided by the number of scores instead of by that of "
        "examples.",
        hint="With ten equal scores the loss should be about 2.3. Over how many numbers do you "
        "average?",
    ),
    scores.picked_by_list(
        target="layers:softmax_loss",
        edits=(
            ("log_probabilities[rows, y].sum()", "log_probabilities[np.array([rows, y])].sum()"),
            ("dx[rows, y] -= 1", "dx[np.array([rows, y])] -= 1"),
        ),
    ),
    scores.labels_off_by_one(
        target="layers:softmax_loss",
        edits=(("rows = np.arange(examples)", "rows, y = np.arange(examples), y - 1"),),
    ),
)
