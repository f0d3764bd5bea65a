"""Train a model by stochastic gradient descent and keep its history.

Update rules are the student's: functions ``rule(w, dw, config) -> (next_w, config)`` in a
module ``optim``. Courses keep that module in different places, so the solver looks for it
when it is built, in this order, and uses the first that exists:

1. the module or mapping handed in as ``optim``;
2. ``optim`` in the package of the model's class, then in each package around it;
3. ``optim`` beside this file;
4. a top-level ``optim``;
5. the module of the model's class, which in a notebook holds the rules as well.

Plain ``sgd``, which courses hand out complete, needs none of these.
"""

import importlib
import pickle
import sys
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Solver", "np"]

_Array = npt.NDArray[Any]
_Model = Any  # the student's class: ``params``, ``loss(X, y)``, ``loss(X)``
_Option = Any
UpdateRule = Callable[[_Array, _Array, dict[str, Any]], tuple[_Array, dict[str, Any]]]
Progress = Callable[[range], Iterable[int]]

# What a checkpoint restores, by attribute name.
_PROGRESS = (
    "epoch",
    "loss_history",
    "train_acc_history",
    "val_acc_history",
    "best_val_acc",
    "best_params",
    "best_bn_params",
    "optim_configs",
)


class Solver:
    """Train a classifier on one set of examples and watch it on another.

    Parameters
    ----------
    model : object
        Has a dict ``params`` of arrays and a method ``loss``: ``loss(X, y)`` returns the loss
        and a dict of gradients with the keys of ``params``, ``loss(X)`` returns scores of
        shape (N, classes). ``params`` is changed by training.
    data : mapping
        ``X_train`` and ``X_val``, arrays of shape (N, d_1, ..., d_k), and ``y_train`` and
        ``y_val``, integer labels of shape (N,).
    update_rule : str or callable, default "sgd"
        Name of an update rule, or the rule itself.
    optim_config : dict, optional
        Settings each parameter's rule begins with, such as ``learning_rate``.
    lr_decay : float, default 1.0
        Factor on the learning rate after each epoch.
    batch_size : int, default 100
        Examples a step, drawn with replacement.
    num_epochs : int, default 10
    num_train_samples : int or None, default 1000
        Training examples drawn for measuring accuracy; None for all of them.
    num_val_samples : int or None, default None
        Likewise of the validation examples.
    print_every : int, default 10
        Steps between printed losses.
    verbose : bool, default True
        Print losses and accuracies.
    checkpoint_name : str, optional
        Files ``<checkpoint_name>_epoch_<n>.pkl`` are written after each epoch.
    optim : module or mapping, optional
        Where update rules are looked up by name.
    rng : numpy.random.Generator, optional
        Draws the minibatches. Without it they come from NumPy's global state, which the
        course's notebooks seed.
    progress : callable, optional
        Shows how far training is: it is given the range of steps and returns what is looped
        over in its place, as ``tqdm.tqdm`` and ``rich.progress.track`` do. Lines are printed
        through its result's method ``write`` if there is one, so that they do not run into
        the bar of tqdm.

    Attributes
    ----------
    loss_history : list of float
        Loss of each step's minibatch, before the step.
    train_acc_history, val_acc_history : list of float
        Accuracy after the first step, and after each epoch.
    best_val_acc : float
        Highest of `val_acc_history`.
    best_params : dict of ndarray
        The model's parameters when it was reached.
    best_bn_params : list of dict or None
        The model's ``bn_params`` then, if it has them: parameters do not fit the running
        averages of another epoch.
    epoch : int
        Epochs finished.

    Raises
    ------
    ValueError
        If an argument or the update rule is unknown, a number is out of its range, or `data`
        lacks an array or pairs examples with another number of labels.

    References
    ----------
    CS231n, assignments 1 and 2, modular network training.
    """

    def __init__(self, model: _Model, data: Mapping[str, Any], **kwargs: _Option) -> None:
        missing = {"X_train", "y_train", "X_val", "y_val"} - set(data)
        if missing:
            raise ValueError(f"data lacks {', '.join(sorted(missing))}")
        _require_pairs(data)
        self.model = model
        self.X_train, self.y_train = data["X_train"], data["y_train"]
        self.X_val, self.y_val = data["X_val"], data["y_val"]

        rule: str | UpdateRule = kwargs.pop("update_rule", "sgd")
        self.optim_config: dict[str, Any] = kwargs.pop("optim_config", {})
        self.lr_decay: float = kwargs.pop("lr_decay", 1.0)
        self.batch_size: int = kwargs.pop("batch_size", 100)
        self.num_epochs: int = kwargs.pop("num_epochs", 10)
        self.num_train_samples: int | None = kwargs.pop("num_train_samples", 1000)
        self.num_val_samples: int | None = kwargs.pop("num_val_samples", None)
        self.checkpoint_name: str | None = kwargs.pop("checkpoint_name", None)
        self.print_every: int = kwargs.pop("print_every", 10)
        self.verbose: bool = kwargs.pop("verbose", True)
        optim = kwargs.pop("optim", None)
        rng: np.random.Generator | None = kwargs.pop("rng", None)
        self.progress: Progress | None = kwargs.pop("progress", None)
        if kwargs:
            raise ValueError(f"unrecognized arguments: {', '.join(map(repr, sorted(kwargs)))}")
        self._require_numbers()

        self.update_rule = rule if callable(rule) else _find_update_rule(rule, model, optim)
        self.update_rule_name: str = rule if isinstance(rule, str) else rule.__name__
        self._random: Any = np.random if rng is None else rng
        self._write: Callable[[str], object] = print
        self._reset()

    def _require_numbers(self) -> None:
        """Raise ValueError for the first number that is out of its range."""
        for name, minimum in (("batch_size", 1), ("num_epochs", 0)):
            _require_whole(name, getattr(self, name), minimum)
        for name in ("num_train_samples", "num_val_samples"):
            if getattr(self, name) is not None:
                _require_whole(name, getattr(self, name), 1)
        if not self.print_every > 0:
            raise ValueError(f"print_every is {self.print_every!r}: expected more than 0")
        if not (self.progress is None or callable(self.progress)):
            raise ValueError(f"progress is {self.progress!r}: expected a callable such as tqdm")

    def _reset(self) -> None:
        """Forget everything that training has recorded."""
        self.epoch = 0
        self.best_val_acc = 0.0
        self.best_params: dict[str, _Array] = {}
        self.best_bn_params: Any = None
        self.loss_history: list[float] = []
        self.train_acc_history: list[float] = []
        self.val_acc_history: list[float] = []
        self.optim_configs = {name: dict(self.optim_config) for name in self.model.params}

    def _step(self) -> None:
        """Draw a minibatch and move every parameter once."""
        batch = self._random.choice(self.X_train.shape[0], self.batch_size)
        loss, gradients = self.model.loss(self.X_train[batch], self.y_train[batch])
        self.loss_history.append(loss)
        for name, value in self.model.params.items():
            config = self.optim_configs[name]
            moved, self.optim_configs[name] = self.update_rule(value, gradients[name], config)
            self.model.params[name] = moved

    def check_accuracy(
        self,
        X: _Array,
        y: _Array,
        num_samples: int | None = None,
        batch_size: int = 100,
    ) -> float:
        """Measure how often the model's highest score is that of the right label.

        Parameters
        ----------
        X : ndarray of shape (N, d_1, ..., d_k)
        y : ndarray of shape (N,)
            Integer labels.
        num_samples : int, optional
            Measure on so many examples, drawn with replacement, if there are more.
        batch_size : int
            Examples scored at once, which bounds memory.

        Returns
        -------
        float
            Between 0 and 1.
        """
        if num_samples is not None and X.shape[0] > num_samples:
            sample = self._random.choice(X.shape[0], num_samples)
            X, y = X[sample], y[sample]
        starts = range(0, X.shape[0], batch_size)
        batches = [self.model.loss(X[start : start + batch_size]) for start in starts]
        predicted = np.concatenate([np.argmax(scores, axis=1) for scores in batches])
        return float(np.mean(predicted == y))

    def train(self, epochs: int | None = None) -> None:
        """Run the epochs that are left, then give the model its best parameters.

        Accuracies are measured after the first step and after each epoch. The model ends
        with the parameters that did best on the validation examples, not with the last.

        Parameters
        ----------
        epochs : int, optional
            Stop after so many of the epochs that are left, if these are more. Calling this
            again goes on from there, and the last epoch ends as above.
        """
        epoch_steps = max(self.X_train.shape[0] // self.batch_size, 1)
        steps = self.num_epochs * epoch_steps
        left = self.num_epochs - self.epoch
        end = steps if epochs is None else (self.epoch + min(epochs, left)) * epoch_steps
        for step in self._follow(range(self.epoch * epoch_steps, end)):
            self._step()
            if self.verbose and step % self.print_every == 0:
                self._write(f"(Iteration {step + 1} / {steps}) loss: {self.loss_history[-1]:f}")
            ends_epoch = (step + 1) % epoch_steps == 0
            if ends_epoch:
                self.epoch += 1
                self._decay_learning_rates()
            if step == 0 or ends_epoch:
                self._measure_progress()
            if ends_epoch:
                self._save_checkpoint()
        if self.epoch < self.num_epochs:
            return
        if self.best_params:
            self.model.params = self.best_params
        if self.best_bn_params is not None:
            self.model.bn_params = self.best_bn_params

    def resume(self, path: str | Path) -> None:
        """Go back to where a checkpoint was written; :meth:`train` then continues there.

        The solver must be built with the arguments of the one that wrote the file. The
        model's attributes and the state of the random numbers, NumPy's global state
        included, are overwritten.

        Parameters
        ----------
        path : str or Path
            A file of this solver's own. It is a pickle: never open somebody else's.

        Raises
        ------
        ValueError
            If the file holds something else, another model, or the progress of a solver
            that drew its minibatches from the other kind of source.
        """
        with Path(path).open("rb") as file:
            checkpoint = pickle.load(file)  # noqa: S301, see the docstring
        self._require_own(checkpoint, path)
        # A model keeps more than its parameters: running averages, say, or a generator.
        self.model.__dict__.update(checkpoint["model"].__dict__)
        for name in _PROGRESS:
            setattr(self, name, checkpoint[name])
        # Layers may draw from the global state even where the minibatches do not.
        np.random.set_state(checkpoint["global_random_state"])
        if self._random is not np.random:
            self._random.bit_generator.state = checkpoint["random_state"]

    def _require_own(self, checkpoint: object, path: str | Path) -> None:
        """Raise ValueError unless a checkpoint fits this solver."""
        wanted = {*_PROGRESS, "model", "global_random_state", "random_state"}
        if not isinstance(checkpoint, dict) or not wanted <= set(checkpoint):
            raise ValueError(f"path is {str(path)!r}: expected a checkpoint of this solver")
        shapes, saved = (
            {name: np.shape(value) for name, value in model.params.items()}
            for model in (self.model, checkpoint["model"])
        )
        if shapes != saved:
            raise ValueError(
                f"path is {str(path)!r}: it holds parameters {saved}, expected {shapes}"
            )
        seeded = checkpoint["random_state"] is not None
        if seeded != (self._random is not np.random):
            raise ValueError(
                f"path is {str(path)!r}: it was written {'with' if seeded else 'without'} rng, "
                f"expected a solver built likewise"
            )

    def _follow(self, steps: range) -> Iterable[int]:
        """Return the steps to loop over, with a progress display around them if one is wanted."""
        if self.progress is None:
            return steps
        followed = self.progress(steps)
        self._write = getattr(followed, "write", print)
        return followed

    def _measure_progress(self) -> None:
        """Record accuracies, and keep the parameters if they are the best so far."""
        train_acc = self.check_accuracy(
            self.X_train, self.y_train, num_samples=self.num_train_samples
        )
        val_acc = self.check_accuracy(self.X_val, self.y_val, num_samples=self.num_val_samples)
        self.train_acc_history.append(train_acc)
        self.val_acc_history.append(val_acc)
        if self.verbose:
            self._write(
                f"(Epoch {self.epoch} / {self.num_epochs}) "
                f"train acc: {train_acc:f}; val_acc: {val_acc:f}"
            )
        if val_acc > self.best_val_acc:
            self.best_val_acc = val_acc
            self.best_params = {name: value.copy() for name, value in self.model.params.items()}
            self.best_bn_params = deepcopy(getattr(self.model, "bn_params", None))

    def _decay_learning_rates(self) -> None:
        for config in self.optim_configs.values():
            # A rule need not keep a learning rate in its config.
            if "learning_rate" in config:
                config["learning_rate"] *= self.lr_decay

    def _save_checkpoint(self) -> None:
        """Write the model and the progress so far, if a checkpoint name was given."""
        if self.checkpoint_name is None:
            return
        checkpoint = {name: getattr(self, name) for name in _PROGRESS} | {
            "model": self.model,
            "update_rule": self.update_rule_name,
            "lr_decay": self.lr_decay,
            "optim_config": self.optim_config,
            "batch_size": self.batch_size,
            "num_train_samples": self.num_train_samples,
            "num_val_samples": self.num_val_samples,
            "global_random_state": np.random.get_state(),
            "random_state": None if self._random is np.random else self._random.bit_generator.state,
        }
        path = Path(f"{self.checkpoint_name}_epoch_{self.epoch}.pkl")
        if self.verbose:
            self._write(f'Saving checkpoint to "{path}"')
        with path.open("wb") as file:
            pickle.dump(checkpoint, file)


def _require_pairs(data: Mapping[str, Any]) -> None:
    """Raise ValueError unless there is an example to train on and a label for each."""
    for part in ("train", "val"):
        examples, labels = np.shape(data[f"X_{part}"]), np.shape(data[f"y_{part}"])
        if examples[:1] != labels[:1]:
            raise ValueError(
                f"data['y_{part}'] has shape {labels}: expected a label for each row of "
                f"data['X_{part}'], which has shape {examples}"
            )
        if examples[:1] == (0,):
            raise ValueError(f"data['X_{part}'] has shape {examples}: expected an example")


def _require_whole(name: str, value: object, minimum: int) -> None:
    if not isinstance(value, int | np.integer) or value < minimum:
        raise ValueError(f"{name} is {value!r}: expected a whole number of at least {minimum}")


def _find_update_rule(
    name: str, model: _Model, optim: ModuleType | Mapping[str, UpdateRule] | None
) -> UpdateRule:
    """Return the update rule of that name; the module's docstring says where from."""
    source = _import_optim(model) if optim is None else optim
    own = sys.modules.get(type(model).__module__) if source is None else None
    rule = source.get(name) if isinstance(source, Mapping) else getattr(source or own, name, None)
    if rule is None and optim is None and name == "sgd":
        return _step_downhill
    if rule is None and source is None:
        raise ValueError(
            f"no module with update rules found, looked for {', '.join(_candidate_names(model))}; "
            "pass it as Solver(..., optim=module)"
        )
    if rule is None:
        where = getattr(source, "__name__", "the given optim")
        raise ValueError(f'invalid update_rule "{name}", expected a function in {where}')
    found: UpdateRule = rule
    return found


def _step_downhill(w: _Array, dw: _Array, config: dict[str, Any]) -> tuple[_Array, dict[str, Any]]:
    """Take a step against the gradient."""
    return w - config.setdefault("learning_rate", 1e-2) * dw, config


def _import_optim(model: _Model) -> ModuleType | None:
    """Import the first ``optim`` that exists."""
    for name in _candidate_names(model):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            # An optim that exists and lacks a module of its own is the student's to mend.
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
    return None


def _candidate_names(model: _Model) -> tuple[str, ...]:
    """Return the names under which ``optim`` may be found, each once."""
    names: list[str] = []
    package = type(model).__module__.rpartition(".")[0]
    while package:
        names.append(f"{package}.optim")
        package = package.rpartition(".")[0]
    if __package__:
        names.append(f"{__package__}.optim")
    return tuple(dict.fromkeys((*names, "optim")))
