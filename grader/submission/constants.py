"""Which assigned values are cheap by construction, so that a pseudo-module may work them out."""

import ast
from collections.abc import Collection, Iterator

_BUILTINS = (
    "abs all any bool bytes complex dict divmod enumerate float frozenset int isinstance len list "
    "max min object pow range reversed round set slice sorted str sum tuple type zip"
)
_STANDARD = (
    "Counter Decimal Fraction OrderedDict SimpleNamespace attrgetter ceil compile "
    "defaultdict deque exp floor getLogger itemgetter log log10 log2 namedtuple partial product "
    "sqrt"
)
_NUMPY = (
    "Generator RandomState arange array asarray default_rng diag dtype empty empty_like eye "
    "float16 float32 float64 finfo full full_like identity iinfo int32 int64 int8 linspace "
    "logspace meshgrid ones ones_like power prod square uint8 vectorize zeros zeros_like"
)
_METHODS = "astype copy format get items join keys lower reshape split strip upper values"
_HARMLESS = frozenset(f"{_BUILTINS} {_STANDARD} {_NUMPY} {_METHODS}".split())
"""Last names of what may be called: it reads no file, draws nothing and calls nothing back."""

_MAKES_FUNCTIONS = frozenset(["attrgetter", "itemgetter", "partial", "vectorize"])

_WORK = ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr
_LOOKUP = (
    ast.Constant
    | ast.Name
    | ast.Attribute
    | ast.Tuple
    | ast.List
    | ast.Dict
    | ast.Lambda
    | ast.arguments
    | ast.arg
    | ast.expr_context
)


def is_cheap(value: ast.expr, own: Collection[str], light: Collection[str] = ()) -> bool:
    """Return whether an expression is worked out without running what may take long.

    Parameters
    ----------
    value : ast.expr
        The right side of an assignment.
    own : collection of str
        Functions and classes of the student: calling one of these may train for hours,
        whatever it is called.
    light : collection of str
        Those of them that are known to be quickly done.
    """
    return all(
        is_harmless_call(node, own, light)
        if isinstance(node, ast.Call)
        else not isinstance(node, _WORK)
        for node in _evaluated(value)
    )


def is_harmless_name(name: str) -> bool:
    """Return whether a call of that name gives a value which is no function."""
    return name in _HARMLESS - _MAKES_FUNCTIONS


def is_lookup(value: ast.expr | None) -> bool:
    """Return whether an expression only names, collects and reads attributes."""
    return value is not None and all(isinstance(n, _LOOKUP) for n in _evaluated(value))


def is_harmless_call(call: ast.Call, own: Collection[str], light: Collection[str] = ()) -> bool:
    """Return whether a call reads no file, draws nothing and calls back nothing that does."""
    if any(keyword.arg == "key" for keyword in call.keywords):
        return False  # max(rates, key=train)
    match call.func:
        case ast.Name(id=name):
            return name in light or (name in _HARMLESS and name not in own)
        case ast.Attribute(attr=name):
            return name in _HARMLESS
    return False


def _evaluated(value: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of an expression without the bodies of its lambdas, which run later."""
    yield value
    inner = value.args if isinstance(value, ast.Lambda) else value
    for child in ast.iter_child_nodes(inner):
        yield from _evaluated(child)
