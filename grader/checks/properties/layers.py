"""Laws of layers that treat their examples alike, and of those that are linear."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import Call, CallFailed, Failure, Reply
from grader.checks.experiments import pick
from grader.checks.properties.base import Conversation, Example, Property
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal, take_array
from grader.checks.properties.showing import show_values
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CACHE = frozenset({1})


@record(kw_only=True)
class Layer(ABC):
    """A forward pass, its backward pass, and how to draw what they take."""

    arguments: ClassVar[tuple[str, ...]]
    """Arguments of the forward pass in order, the input first."""

    forward: str
    backward: str
    gradients: Mapping[str, str]
    """Gradient, in the order returned -> the argument it belongs to; the first is the input's."""

    @abstractmethod
    def draw(self, draw: Draw, examples: int) -> Example:
        """Return the arguments of the forward pass, for a minibatch of so many examples."""

    @abstractmethod
    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the shape of the output."""

    @property
    def forward_name(self) -> str:
        """The forward pass's own name."""
        return self.forward.partition(":")[2]

    @property
    def backward_name(self) -> str:
        """The backward pass's own name."""
        return self.backward.partition(":")[2]

    def call(self, example: Mapping[str, Any], **changed: Any) -> Call:
        """Return the call of the forward pass, whose cache stays where it is."""
        given = {name: example[name] for name in self.arguments} | changed
        return Call(self.forward, tuple(given.values()), keep=_CACHE)

    def out_of(self, reply: Reply, arguments: Mapping[str, Any], name: str = "out") -> NDArray[Any]:
        """Return the output that a call gave back."""
        out = pick(reply.value, (0,), self.forward_name)
        return take_array(out, self.out_shape(arguments), name)

    def call_back(self, dout: NDArray[Any], forward: Reply) -> Call:
        """Return the call of the backward pass on the cache of a forward pass."""
        return Call(self.backward, (dout, pick(forward.value, (1,), self.forward_name)))

    def gradients_of(self, reply: Reply, arguments: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Return the gradients that a call of the backward pass gave back."""
        result, name = reply.value, self.backward_name
        if len(self.gradients) == 1:
            if isinstance(result, tuple | list):
                message = f"{name} returned {len(result)} values in a tuple, expected one array."
                raise CallFailed(Failure(Status.FAILED, message))
            result = (result,)
        return {
            part: take_array(pick(result, (k,), name), np.shape(arguments[argument]), part)
            for k, (part, argument) in enumerate(self.gradients.items())
        }

    def show_forward(self, out: str = "out, cache", **changed: str) -> str:
        """Return the line that calls the forward pass."""
        given = ", ".join(changed.get(name, name) for name in self.arguments)
        return f"{out} = {self.forward_name}({given})"

    def show_backward(self, *, dout: str = "dout", cache: str = "cache", after: str = "") -> str:
        """Return the line that calls the backward pass."""
        parts = ", ".join(f"{part}{after}" for part in self.gradients)
        return f"{parts} = {self.backward_name}({dout}, {cache})"


@record(kw_only=True)
class LayerLaw(Property):
    """A law about one layer; examples hold its arguments and what the law needs besides."""

    layer: Layer

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the forward pass, and the backward pass if it is called."""
        if self.of_gradient:
            return (self.layer.forward, self.layer.backward)
        return (self.layer.forward,)


def draw_upstream(layer: Layer, draw: Draw, arguments: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return an upstream gradient without zeros, in the shape of the layer's output."""
    return draw.array(*layer.out_shape(arguments), nonzero=True)


@record(kw_only=True)
class OneByOne(LayerLaw):
    """An example's output is the same alone as in company."""

    hint: ClassVar[str] = "What do you compute over all examples together that each has for itself?"

    def draw(self, draw: Draw) -> Example:
        """Return a minibatch of two."""
        return self.layer.draw(draw, 2)

    def converse(self, example: Example) -> Conversation:
        """Compare the output of the minibatch with that of its examples."""
        layer, x = self.layer, example[self.layer.arguments[0]]
        singles = [{layer.arguments[0]: x[i : i + 1]} for i in range(len(x))]
        whole, *alone = yield [
            layer.call(example),
            *(layer.call(example, **each) for each in singles),
        ]
        out = layer.out_of(whole, example)
        apart = [
            layer.out_of(reply, {**example, **each}, "out of a single example")
            for reply, each in zip(alone, singles, strict=True)
        ]
        message = "An example's output is another one when there are other examples beside it."
        require_equal(message, out, np.concatenate(apart), self.tolerance)

    def show(self, example: Example) -> str:
        """Return both ways."""
        first = self.layer.arguments[0]
        alone = self.layer.show_forward("one, _", **{first: f"{first}[i:i+1]"})
        return "\n".join(
            (
                show_values(example),
                self.layer.show_forward(),
                f"for i in range(len({first})):",
                f"    {alone}",
                "    print(out[i], one[0])  # the same",
            )
        )


@record(kw_only=True)
class GradientsAddUp(LayerLaw):
    """Gradients of a minibatch: those of its examples, the parameters' added up."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "Each example adds its own share to a parameter's gradient: which one?"

    def draw(self, draw: Draw) -> Example:
        """Return a minibatch of two, and an upstream gradient."""
        arguments = self.layer.draw(draw, 2)
        return {**arguments, "dout": draw_upstream(self.layer, draw, arguments)}

    def converse(self, example: Example) -> Conversation:
        """Compare the gradients of the minibatch with those of its examples."""
        layer, first = self.layer, self.layer.arguments[0]
        singles = [
            {**example, first: example[first][i : i + 1], "dout": example["dout"][i : i + 1]}
            for i in range(len(example[first]))
        ]
        cases = [example, *singles]
        forward = yield [layer.call(case) for case in cases]
        backward = yield [
            layer.call_back(case["dout"], reply) for case, reply in zip(cases, forward, strict=True)
        ]
        whole, *alone = [
            layer.gradients_of(reply, case) for case, reply in zip(cases, backward, strict=True)
        ]
        for number, part in enumerate(layer.gradients):
            each = [gradients[part] for gradients in alone]
            if not number:
                message = f"{part} of an example is another one when there are others beside it."
                require_equal(message, whole[part], np.concatenate(each), self.tolerance)
            else:
                message = f"{part} of a minibatch is not the sum of those of its examples."
                total = np.sum(each, axis=0, dtype=each[0].dtype)
                require_equal(message, whole[part], total, self.tolerance, scale_of=each)

    def show(self, example: Example) -> str:
        """Return both ways."""
        first = self.layer.arguments[0]
        parts = list(self.layer.gradients)
        lines = [
            show_values(example),
            self.layer.show_forward(),
            self.layer.show_backward(),
            f"for i in range(len({first})):",
            f"    {self.layer.show_forward('_, cache', **{first: f'{first}[i:i+1]'})}",
            f"    {self.layer.show_backward(dout='dout[i:i+1]', after='_i')}",
            f"    print({parts[0]}[i], {parts[0]}_i[0])  # the same",
        ]
        if len(parts) > 1:
            shown = ", ".join(f"{part}_i" for part in parts[1:])
            whole = ", ".join(parts[1:])
            lines += [f"    print({shown})", f"print({whole})  # the sums of the above"]
        return "\n".join(lines)


@record(kw_only=True)
class CachesApart(LayerLaw):
    """A backward pass goes by the cache it is given, whatever the layer has seen since."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "Where does your backward pass take its inputs from, if not from cache?"

    def draw(self, draw: Draw) -> Example:
        """Return two inputs of the same sizes, and an upstream gradient."""
        arguments = self.layer.draw(draw, draw.size(1, 2))
        first = self.layer.arguments[0]
        dout = draw_upstream(self.layer, draw, arguments)
        return {**arguments, "dout": dout, "later": np.negative(arguments[first][::-1])}

    def converse(self, example: Example) -> Conversation:
        """Compare the gradients with those after another forward pass."""
        layer, dout = self.layer, example["dout"]
        first, second = yield [layer.call(example)] * 2
        undisturbed, _, disturbed = yield [
            layer.call_back(dout, first),
            layer.call(example, **{layer.arguments[0]: example["later"]}),
            layer.call_back(dout, second),
        ]
        wanted = layer.gradients_of(undisturbed, example)
        found = layer.gradients_of(disturbed, example)
        for part in layer.gradients:
            message = f"{part} is another one after the layer has been called on another input."
            require_equal(message, found[part], wanted[part], self.tolerance)

    def show(self, example: Example) -> str:
        """Return both ways."""
        other = self.layer.show_forward("_, _", **{self.layer.arguments[0]: "later"})
        parts = ", ".join(f"{part}, {part}_later" for part in self.layer.gradients)
        return "\n".join(
            (
                show_values(example),
                self.layer.show_forward(),
                self.layer.show_backward(),
                self.layer.show_forward(),
                other,
                self.layer.show_backward(after="_later"),
                f"print({parts})  # in pairs the same",
            )
        )


@record(kw_only=True)
class Adjoint(LayerLaw):
    """Gradients of what is linear in an argument tell exactly what moving the argument does."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "Which entries of out does one entry of this argument change, and how?"

    def draw(self, draw: Draw) -> Example:
        """Return arguments, an upstream gradient, and where each argument is moved."""
        arguments = self.layer.draw(draw, draw.size(1, 3))
        steps = {
            f"step_{name}": draw.array(*np.shape(arguments[name]), nonzero=True)
            for name in self.layer.gradients.values()
        }
        return {**arguments, "dout": draw_upstream(self.layer, draw, arguments), **steps}

    def converse(self, example: Example) -> Conversation:
        """Compare the change of ``sum(out * dout)`` with what the gradients say."""
        layer, dout = self.layer, example["dout"]
        moved = {
            name: {name: example[name] + example[f"step_{name}"]}
            for name in layer.gradients.values()
        }
        forward, *others = yield [
            layer.call(example),
            *(layer.call(example, **each) for each in moved.values()),
        ]
        (backward,) = yield [layer.call_back(dout, forward)]
        gradients = layer.gradients_of(backward, example)
        out = layer.out_of(forward, example)
        for (part, name), other in zip(layer.gradients.items(), others, strict=True):
            there = layer.out_of(other, example)
            terms = gradients[part] * example[f"step_{name}"]
            message = (
                f"When {name} moves, sum(out * dout) changes by another amount than {part} says."
            )
            require_equal(
                message,
                terms.sum(),
                np.sum((there - out) * dout, dtype=there.dtype),
                self.tolerance,
                scale_of=(np.abs(there * dout).sum(), np.abs(out * dout).sum(), terms),
            )

    def show(self, example: Example) -> str:
        """Return what changes, and what the gradients say."""
        lines = [show_values(example), self.layer.show_forward(), self.layer.show_backward()]
        for part, name in self.layer.gradients.items():
            lines += [
                self.layer.show_forward("moved, _", **{name: f"{name} + step_{name}"}),
                f"print(np.sum((moved - out) * dout), np.sum({part} * step_{name}))  # the same",
            ]
        return "\n".join(lines)
