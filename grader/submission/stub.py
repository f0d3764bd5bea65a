"""Which definitions are still what the course handed out: they compute nothing.

The question only relabels failures and tells which assignment was done, so the answer errs on
the side of "implemented": every expression that is not plumbing counts as work.
"""

import ast
from collections.abc import Iterable

_PLUMBING_METHODS = frozenset(
    [
        "append",
        "arange",
        "astype",
        "copy",
        "format",
        "get",
        "items",
        "iteritems",
        "keys",
        "pad",
        "seed",
        "setdefault",
        "values",
        "zeros",
        "zeros_like",
    ]
)
_PLUMBING_FUNCTIONS = frozenset(
    [
        "dict",
        "enumerate",
        "float",
        "int",
        "isinstance",
        "len",
        "list",
        "print",
        "range",
        "str",
        "super",
        "tuple",
        "xrange",
    ]
)
# Starters compute the padding from the filter size, and count layers.
_SIZES = frozenset(["filter_size", "hidden_dims", "num_layers", "shape"])
_WRITTEN_METHODS = {
    "fc_net": ("__init__", "loss"),
    "cnn": ("__init__", "loss"),
    "neural_net": ("loss",),
    "linear_classifier": ("train", "predict"),
}
_LOSSES = ("loss", "loss_and_grad", "fast_loss_and_grad")


def is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, module: str) -> bool:
    """Return whether a definition computes nothing.

    Parameters
    ----------
    node : ast.FunctionDef or ast.ClassDef
        The definition. A class is a stub if each method that students write is one.
    module : str
        Canonical module, which says what students write; starters hold the rest complete.
    """
    if not isinstance(node, ast.ClassDef):
        return all(_is_idle(part) and not _is_complaint(part) for part in node.body)
    written = _WRITTEN_METHODS.get(module, _LOSSES)
    methods = {method.name: method for method in node.body if isinstance(method, ast.FunctionDef)}
    asked = [methods[name] for name in written if name in methods] or list(methods.values())
    if not asked:  # it may set up what it inherits
        return all(map(_is_idle, node.body))
    return all(is_stub(method, module) for method in asked)


_NEVER_WORK = (
    ast.Pass | ast.Raise | ast.Assert | ast.Import | ast.ImportFrom | ast.Delete | ast.Global
)


def _is_complaint(node: ast.stmt) -> bool:
    """Return whether a statement always raises something else than "not implemented"."""
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return not (isinstance(raised, ast.Name) and raised.id == "NotImplementedError")


def _is_idle(node: ast.stmt) -> bool:
    if isinstance(node, _NEVER_WORK):
        return True
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
        case ast.Expr(value=value) | ast.Return(value=value):
            return value is None or _is_plumbing(value)
        case ast.Assign(targets=targets, value=value):
            return _is_plumbing(value) and all(_is_plain_target(t, value) for t in targets)
        case ast.If(test=test, body=body, orelse=orelse):
            return _is_plumbing(test) and _are_idle([*body, *orelse])
        case ast.For(iter=iterated, body=body, orelse=orelse):
            return _is_plumbing(iterated) and _are_idle([*body, *orelse])
        case ast.Try(body=body, orelse=orelse, finalbody=finalbody, handlers=handlers):
            rescued = [statement for handler in handlers for statement in handler.body]
            return _are_idle([*body, *rescued, *orelse, *finalbody])
    return False


def _are_idle(statements: Iterable[ast.stmt]) -> bool:
    return all(_is_idle(statement) for statement in statements)


def _is_plain_target(target: ast.expr, value: ast.expr) -> bool:
    """Return whether an assignment only names or files a value.

    ``out[out < 0] = 0`` is a whole ReLU, so storing under anything but a key is work, except
    for the starters' own ``bn_param[mode] = mode`` and ``params[k] = v.astype(dtype)``.
    """
    match target:
        case ast.Name() | ast.Attribute() | ast.Starred():
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(_is_plain_target(part, value) for part in parts)
        case ast.Subscript(slice=ast.Constant(value=str())):
            return True
        case ast.Subscript(slice=ast.Name()):
            return isinstance(value, ast.Name | ast.Call)
    return False


def _is_plumbing(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Name() | ast.JoinedStr() | ast.Lambda():
            return not isinstance(node, ast.Lambda)
        case ast.Attribute(value=value) | ast.Starred(value=value):
            return _is_plumbing(value)
        case ast.UnaryOp(operand=operand):
            return _is_plumbing(operand)
        case ast.Subscript(value=value, slice=index):
            return _is_plumbing(value) and _is_plumbing(index)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            values = [*arguments, *(keyword.value for keyword in keywords)]
            return _is_plumbing_call(function) and all(_is_plumbing(value) for value in values)
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            return True
        case ast.BinOp(left=left, right=right):
            return _is_size(left) and _is_size(right)
        case ast.ListComp(elt=element, generators=generators):
            return _is_plumbing(element) and all(_is_plumbing(g.iter) for g in generators)
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    shapes = ast.Tuple | ast.List | ast.Dict | ast.Set | ast.Compare | ast.BoolOp | ast.IfExp
    return isinstance(node, shapes) and all(_is_plumbing(child) for child in children)


def _is_plumbing_call(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name):
            return name in _PLUMBING_FUNCTIONS
        case ast.Attribute(attr=name, value=value):
            return name in _PLUMBING_METHODS and _is_plumbing(value)
    return False


def _is_size(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _SIZES
        case ast.Call(func=ast.Name(id="len")):
            return True
        case ast.Subscript(value=value):
            return _is_size(value)
        case ast.BinOp(left=left, right=right):
            return _is_size(left) and _is_size(right)
    return False
