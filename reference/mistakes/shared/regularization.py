"""Mistakes in the regularisation of networks, which all of them share."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake


def regularization_mistakes(
    target: str,
    within: str,
    *,
    last: str,
    strength: str = "self.reg",
    factor: str = "",
) -> tuple[Mistake, ...]:
    """Return the mistakes in a network's regularisation.

    Parameters
    ----------
    target, within : str
        The class, and its method that ends by adding the penalty to loss and gradients.
    last : str
        Source text of the name of the last weight, such as ``"W2"`` with its quotes.
    strength, factor : str
        How that method calls the strength and, unless it is one half, the factor.
    """
    mistake = partial(Mistake, target=target, within=within)
    arguments = f"self.params, {strength}" + (f", {factor}" if factor else "")
    result = f"return add_l2_penalty(loss, grads, {arguments}), grads"
    times = factor or "0.5"
    others = f"{{name: value for name, value in self.params.items() if name != {last}}}"
    beside = (
        f"penalised = add_l2_penalty(loss, dict(grads), {arguments})\n"
        "        add_l2_penalty(loss, grads, {parameters}, {strength}, {factor})\n"
        "        return penalised, grads"
    )
    return (
        mistake(
            name="regularisation_missing",
            edits=((result, "return loss, grads"),),
            title="regularisation missing",
            explanation="Neither the loss nor the gradients hold the regularisation.",
            hint="Which setting of the model does your result not depend on?",
        ),
        mistake(
            name="regularisation_missing_in_loss",
            edits=(
                (result, f"add_l2_penalty(loss, grads, {arguments})\n        return loss, grads"),
            ),
            title="regularisation missing in the loss",
            explanation="The gradients hold the regularisation, the loss does not.",
            hint="Which number grows with the weights, whatever the examples are, and where did "
            "you add it?",
        ),
        mistake(
            name="regularisation_missing_in_gradient",
            edits=((result, f"return add_l2_penalty(loss, dict(grads), {arguments}), grads"),),
            title="regularisation missing in the gradients",
            explanation="The loss holds the regularisation, the gradients do not.",
            hint="Your loss is a sum of two terms that depend on the weights. Which of them have "
            "you differentiated?",
        ),
        mistake(
            name="regularisation_gradient_halved",
            edits=(
                (
                    result,
                    beside.format(
                        parameters="self.params", strength=strength, factor=f"{times} / 2"
                    ),
                ),
            ),
            title="gradient of the regularisation halved",
            explanation="The gradient of the regularisation is half of what the loss asks for.",
            hint="Differentiate the square of one weight: which factor comes down, and which one "
            "does your loss have in front?",
        ),
        mistake(
            name="regularisation_gradient_doubled",
            edits=(
                (
                    result,
                    beside.format(
                        parameters="self.params", strength=strength, factor=f"{times} * 2"
                    ),
                ),
            ),
            title="gradient of the regularisation doubled",
            explanation="The gradient of the regularisation is twice what the loss asks for.",
            hint="Differentiate the square of one weight: which factor comes down, and which one "
            "does your loss have in front?",
        ),
        mistake(
            name="last_layer_not_regularised",
            edits=((result, result.replace("self.params", others)),),
            title="last layer not regularised",
            explanation="The weights of the last layer are left out of the regularisation.",
            hint="How many weight matrices does the model have, and how many does your sum hold?",
        ),
        mistake(
            name="first_layer_not_regularised",
            edits=((result, result.replace("self.params", others.replace(last, '"W1"'))),),
            title="first layer not regularised",
            explanation="The weights of the first layer are left out of the regularisation.",
            hint="How many weight matrices does the model have, and how many does your sum hold?",
        ),
        mistake(
            name="last_layer_gradient_not_regularised",
            edits=((result, beside.format(parameters=others, strength=strength, factor=times)),),
            title="regularisation missing in the last layer's gradient",
            explanation="The loss regularises every layer, but the gradient of the last one does "
            "not hold it.",
            hint="Which gradients depend on the strength of the regularisation, and which ones "
            "should?",
        ),
        mistake(
            name="first_layer_gradient_not_regularised",
            edits=(
                (
                    result,
                    beside.format(
                        parameters=others.replace(last, '"W1"'), strength=strength, factor=times
                    ),
                ),
            ),
            title="regularisation missing in the first layer's gradient",
            explanation="The loss regularises every layer, but the gradient of the first one does "
            "not hold it.",
            hint="Which gradients depend on the strength of the regularisation, and which ones "
            "should?",
        ),
        mistake(
            name="biases_regularised",
            edits=(
                (
                    result,
                    (
                        "for name, value in self.params.items():\n"
                        '            if name.startswith("b") and name[1:].isdigit():\n'
                        f"                penalty = {times} * {strength}\n"
                        "                loss += penalty * float((value * value).sum())\n"
                        "                grads[name] = grads[name] + 2 * penalty * value\n"
                        f"        {result}"
                    ),
                ),
            ),
            title="biases regularised",
            explanation="The biases are in the regularisation, too, though they only shift the "
            "units.",
            hint="Which parameters does the handout regularise?",
        ),
        mistake(
            name="regularisation_cubed",
            edits=(
                (
                    result,
                    (
                        f"cubes = [(value**3).sum() for name, value in self.params.items() "
                        'if name[0] == "W"]\n'
                        f"        add_l2_penalty(loss, grads, {arguments})\n"
                        f"        return loss + {times} * {strength} * float(sum(cubes)), grads"
                    ),
                ),
            ),
            title="weights cubed in the regularisation",
            explanation="The regularisation sums third powers of the weights, so that negative "
            "weights lower the loss.",
            hint="Should a large negative weight be better than none?",
        ),
        mistake(
            name="regularisation_averaged",
            edits=((result, result.replace(strength, f"{strength} / len(y)")),),
            title="regularisation averaged over the examples",
            explanation="The regularisation is divided by the number of examples like the losses "
            "of the examples.",
            hint="Does the regularisation belong to each example, or is it there once?",
        ),
    )


def not_halved(target: str, within: str) -> Mistake:
    """Return the mistake of a network that regularises twice as much as its course asks."""
    call = "add_l2_penalty(loss, grads, self.params, self.reg)"
    return Mistake(
        name="regularisation_not_halved",
        target=target,
        within=within,
        edits=((call, call.removesuffix(")") + ", 1.0)"),),
        title="one half missing in the regularisation",
        explanation="Loss and gradients hold twice the regularisation that the handout asks for.",
        hint="Which factor does the handout write in front of the squares, besides the strength?",
    )


def not_halved_in_loss(target: str, within: str) -> Mistake:
    """Return the mistake of a network whose loss alone regularises twice as much."""
    result = "return add_l2_penalty(loss, grads, self.params, self.reg), grads"
    return Mistake(
        name="regularisation_not_halved_in_loss",
        target=target,
        within=within,
        edits=(
            (
                result,
                (
                    "doubled = add_l2_penalty(loss, dict(grads), self.params, self.reg, 1.0)\n"
                    "        add_l2_penalty(loss, grads, self.params, self.reg)\n"
                    "        return doubled, grads"
                ),
            ),
        ),
        title="one half missing in the loss's regularisation",
        explanation="The loss holds twice the regularisation that the handout asks for, and that "
        "the gradients are those of.",
        hint="Differentiate the term that your loss adds for one weight: is that what you add to "
        "its gradient?",
    )
