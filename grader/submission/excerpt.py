"""What of a notebook's cells may be imported: wanted definitions, and what these read."""

import ast
import builtins
import symtable
from collections.abc import Collection, Iterable, Iterator

from grader.records import record
from grader.submission.absent import PRESENT
from grader.submission.bindings import is_main_guard
from grader.submission.constants import is_cheap, is_lookup
from grader.submission.light import light_names
from grader.submission.notebook import ParsedCell

_Assignment = ast.Assign | ast.AnnAssign | ast.AugAssign
_Definition = ast.FunctionDef | ast.ClassDef


@record
class _Statement:
    """One top-level statement that a pseudo-module may hold."""

    node: ast.stmt
    names: frozenset[str]
    """What it binds or, of a collection, fills; ``*`` for a star import."""


@record
class _Own:
    """The notebook's functions and classes."""

    names: frozenset[str]
    light: frozenset[str]
    """Those of which a call is quickly done."""

    @classmethod
    def of(cls, nodes: Collection[ast.stmt]) -> "_Own":
        names = frozenset(node.name for node in nodes if isinstance(node, _Definition))
        assigned = (_stored(node) for node in nodes if not isinstance(node, _Definition))
        return cls(names, light_names(nodes).difference(*assigned))

    def allows(self, value: ast.expr) -> bool:
        """Return whether an expression may be worked out."""
        return is_cheap(value, self.names, self.light)


def importable_source(
    cells: Iterable[ParsedCell], wanted: Iterable[str], modules: Collection[str] = ()
) -> str:
    """Return the cells as a module that holds ``wanted`` and whatever these need.

    Only imports, definitions and assignments of cheap values are kept, each on its own line;
    everything else a cell does, such as training, is blank. A call of the notebook's own function
    or class is cheap if nothing that it does can take long.

    Parameters
    ----------
    cells : iterable of ParsedCell
        The code cells of one notebook, in order.
    wanted : iterable of str
        Names that the module must define.
    modules : collection of str
        Modules and folders of the submission. Of any other but NumPy and the standard library
        there may be only a stand-in, with which nothing can be worked out.
    """
    cells = tuple(cells)
    kept = _reachable(tuple(_statements(cells, PRESENT | set(modules))), set(wanted))
    lines: list[str] = []
    for cell in cells:
        lines.extend(_kept_lines(cell, kept))
    return "\n".join(lines) + "\n"


def bound_names(cells: Iterable[ParsedCell]) -> frozenset[str]:
    """Return the names that the module may hold; nothing is said of imports."""
    return frozenset(name for one in _statements(cells, PRESENT) for name in one.names)


def _kept_lines(cell: ParsedCell, kept: frozenset[int]) -> list[str]:
    """Return the cell's lines with everything blank but the kept statements."""
    lines = [""] * len(cell.lines)
    for node in cell.body:
        if id(node) not in kept:
            continue
        first, last = _extent(node)
        text = list(cell.lines[first - 1 : last])
        if any(other is not node and _share_a_line(node, other) for other in cell.body):
            text[-1] = text[-1].encode()[: node.end_col_offset].decode()
            text[0] = text[0].encode()[node.col_offset :].decode()
        if lines[first - 1]:
            text[0] = f"{lines[first - 1]}; {text[0]}"
        lines[first - 1 : last] = text
    return lines


def _extent(node: ast.stmt) -> tuple[int, int]:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return first, node.end_lineno or node.lineno


def _share_a_line(one: ast.stmt, other: ast.stmt) -> bool:
    first, last = _extent(one)
    start, end = _extent(other)
    return start <= last and first <= end


def _reachable(statements: tuple[_Statement, ...], wanted: set[str]) -> frozenset[int]:
    """Return the ids of the nodes that bind a wanted name, or one that these read."""
    kept: set[int] = set()
    grown = True
    while grown:
        grown = False
        for statement in statements:
            node = statement.node
            if id(node) not in kept and ("*" in statement.names or statement.names & wanted):
                kept.add(id(node))
                wanted |= _names_read(node)
                grown = True
    return frozenset(kept)


def _statements(cells: Iterable[ParsedCell], present: Collection[str]) -> Iterator[_Statement]:
    """Yield the statements that are cheap and, as the cells ran in order, cannot fail.

    One that failed would cost every target of the notebook. So what an assignment reads must
    have been made by statements that are themselves kept: ``known`` says of each name so far
    whether its last value was.
    """
    nodes = [node for cell in cells for node in cell.body]
    own = _Own.of(nodes)
    known: dict[str, bool] = {}
    assigned: set[str] = set()
    foreign = frozenset(name for node in nodes for name in _foreign_names(node, present))
    for node in nodes:
        names = frozenset(_bound_names(node, own))
        if isinstance(node, _Assignment) and names:
            assigned |= names
            reads = _names_read(node, now=True)
            if isinstance(node, ast.AugAssign):
                reads |= names
            can_fail = bool(reads & foreign) and not is_lookup(node.value)
            if can_fail or not all(_is_known(name, known) for name in reads):
                names = frozenset()
        if names:
            known.update(dict.fromkeys(names, True))
            yield _Statement(node, names)
        else:
            known.update(dict.fromkeys(_stored(node) | (_changed(node) & assigned), False))


def _is_known(name: str, known: dict[str, bool]) -> bool:
    return known.get(name, "*" in known or hasattr(builtins, name))


def _foreign_names(node: ast.stmt, present: Collection[str]) -> Iterator[str]:
    """Yield the names that a statement imports from packages that may not be there."""
    match node:
        case ast.Import(names=aliases):
            for alias in aliases:
                if (top := alias.name.partition(".")[0]) not in present:
                    yield alias.asname or top
        case ast.ImportFrom(module=str() as module, names=aliases, level=0):
            if module.partition(".")[0] not in present:
                yield from (alias.asname or alias.name for alias in aliases)


def _bound_names(node: ast.stmt, own: _Own) -> Iterator[str]:
    """Yield the names that a statement binds, also under a condition that may be worked out."""
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            blocks = (*body, *orelse) if own.allows(test) and not is_main_guard(test) else ()
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=[]):
            blocks = (*body, *(inner for each in handlers for inner in each.body), *orelse)
        case _:
            yield from _bound(node, own)
            return
    inside = [list(_bound_names(inner, own)) for inner in blocks]
    if all(inside):
        yield from (name for several in inside for name in several)


def _bound(node: ast.stmt, own: _Own) -> Iterator[str]:
    """Yield the names that a statement binds, if a pseudo-module may hold it."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases):
            for alias in aliases:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.ImportFrom(module=module, names=aliases) if module != "__future__":
            for alias in aliases:
                yield alias.asname or alias.name
        case ast.Assign(targets=targets, value=value) if own.allows(value):
            names = [_target_names(target, own) for target in targets]
            if all(names):
                yield from (name for several in names for name in several)
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.AugAssign(target=target, value=value)
        ) if own.allows(value):
            yield from _target_names(target, own)


def _target_names(target: ast.expr, own: _Own) -> list[str]:
    """Return the names that one target binds or fills; none if it is of another kind."""
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Subscript(value=ast.Name(id=name), slice=index) if own.allows(index):
            return [name]
        case ast.Attribute(value=ast.Name(id=name)) if name in own.names:
            return [name]  # a class is given a method
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            names = [_target_names(part, own) for part in parts]
            return [name for several in names for name in several] if all(names) else []
    return []


def _stored(node: ast.stmt) -> frozenset[str]:
    """Return the names that a statement may bind or delete, also inside its blocks."""
    names: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.alias(name=name, asname=alias):
                names.add(alias or name.partition(".")[0])
    return frozenset(names)


def _changed(node: ast.stmt) -> frozenset[str]:
    """Return the names whose values a statement changes in place: ``a[0] = 1``, ``a.pop()``."""
    names: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case (
                ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del())
                | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name))))
            ):
                names.add(name)
    return frozenset(names)


def _names_read(node: ast.stmt, *, now: bool = False) -> frozenset[str]:
    """Return the module's names that a statement reads; ``now``: not those its lambdas read."""
    try:
        tree = _Generators().visit(ast.parse(ast.unparse(node)))
        table = symtable.symtable(ast.unparse(tree), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    pending = table.get_children()
    while pending:
        inner_table = pending.pop()
        if now and inner_table.get_name().strip("<>") == "lambda":
            continue
        names.update(
            symbol.get_name() for symbol in inner_table.get_symbols() if symbol.is_global()
        )
        pending.extend(inner_table.get_children())
    return frozenset(names)


class _Generators(ast.NodeTransformer):
    """Makes generators of comprehensions, whose variables Python 3.12 counts among those around."""

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    def visit_SetComp(self, node: ast.SetComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    def visit_DictComp(self, node: ast.DictComp) -> ast.expr:
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)
