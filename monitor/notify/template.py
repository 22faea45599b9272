"""Messages in the user's own words: a part of Jinja's language that always comes to an end.

Jinja's sandbox keeps a template from Python, not from time and memory: `10**10**10` hangs it before anything is sent,
and so do loops over `range` in one another. So a template is read before it is compiled, and holds nothing but values,
conditions, loops over an alert's own lists, and filters whose arguments are written out: the longest one takes
milliseconds.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.errors import TemplateError
from monitor.notify.facts import MAX_ITEMS, format_date, join_texts, quote_text, replace_text, spell, truncate_text

MAX_SOURCE_CHARS = 8_000
_MAX_LOOPS = 2
"""One in another."""
_JINJAS = ("capitalize", "first", "last", "length", "lower", "title", "upper")
_OURS: dict[str, Callable[..., str]] = {
    "date": format_date,
    "join": join_texts,
    "replace": replace_text,
    "truncate": truncate_text,
    "urlencode": quote_text,
}
"""Those that Jinja has under these names can make a text of any length."""
FILTERS = tuple(sorted({*_JINJAS, *_OURS}))
_OF_LISTS = frozenset({"first", "join", "last"})
_MAX_DEPTH = 30
"""Jinja compiles chains of filters in more than the square of their length."""
_TOO_DEEP = "it is nested too deeply; write it with fewer filters, parentheses and blocks in one another"
_MAX_WEIGHT = 20_000
"""About what takes 100 ms."""
_LOOP = {"first": True, "last": True, "index": 1}
_LEAF = None
"""The shape of what has no parts."""
_TAGS_ALONE = re.compile(r"^((?:[ \t]*\{%(?!-?\+?\s*raw)(?:[^%]|%(?!\}))*%\})+)[ \t]*\n", re.MULTILINE)
"""A line of nothing but `{% … %}`."""
_Shapes = Mapping[str, Any]

_WHOLES = (
    nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Compare, nodes.Operand, nodes.List, nodes.Tuple, nodes.CondExpr,
    nodes.Test,
)  # fmt: skip
"""What is as good as its parts are."""
_REMEDIES: tuple[tuple[type[nodes.Node], str], ...] = (
    (nodes.Call, "nothing can be called; a list has `for`, a time has `| date('%H:%M')`"),
    (nodes.BinExpr, "there is no arithmetic; `~` joins texts"),
    (nodes.UnaryExpr, "there is no arithmetic"),
    (nodes.Include, "no other file can be read"),
    (nodes.Import, "no other file can be read"),
    (nodes.Assign, "nothing can be set; write the value where it is needed"),
)


def compile_template(source: str, shapes: _Shapes, escape: Callable[[str], str]) -> Compiled:
    """Return a template whose values are escaped when they are written; TemplateError if it is none of ours.

    `shapes` is an example of all that a template may name: objects, lists that are not empty, plain values.
    """
    if problem := next(find_faults(source, shapes), None):
        raise TemplateError(problem)
    return _make_environment(escape).from_string(_join_lines(source))


def find_faults(source: str, shapes: _Shapes) -> Iterator[str]:
    """Yield what is wrong with a template, with line and remedy."""
    if len(source) > MAX_SOURCE_CHARS:
        yield f"{len(source):,} characters; allowed are {MAX_SOURCE_CHARS:,}"
        return
    if hidden := next((char for char in source if not char.isprintable() and char not in "\n\t"), None):
        yield f"line {source[: source.index(hidden)].count(chr(10)) + 1}: it holds the control character {hidden!r}"
        return
    try:
        tree = _make_environment(str).parse(_join_lines(source))
        faults = [_TOO_DEEP] if _measure_depth(tree) > _MAX_DEPTH else list(_check_body(tree.body, shapes, 0))
        if not faults and (weight := _weigh(tree)) > _MAX_WEIGHT:
            faults = [f"it is {weight / _MAX_WEIGHT:.0%} of the work that is allowed; use fewer filters within loops"]
        if not faults:
            compile(_make_environment(str).compile(tree, raw=True), "template", "exec")
    except TemplateSyntaxError as error:
        faults = [f"line {error.lineno}: {error.message}"]
    except (RecursionError, MemoryError, SyntaxError, ValueError):  # of Python's, at what is nested too deeply for it
        faults = [_TOO_DEEP]
    yield from faults


def render(template: Compiled, values: Mapping[str, object]) -> str:
    """Return what a template makes of an alert, without blank lines around; TemplateError if it does not fit it."""
    try:
        return template.render(values).strip()
    except (UndefinedError, TypeError, ValueError, LookupError) as error:
        raise TemplateError(f"it does not fit this alert: {error}") from error


def _join_lines(source: str) -> str:
    """Return a template in which lines of tags alone make no line; what stands where is on the same line as before."""
    return _TAGS_ALONE.sub(r"\1{#\n#}", source)


def _make_environment(escape: Callable[[str], str]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        finalize=lambda value: escape(spell(value)),
        undefined=StrictUndefined,
        lstrip_blocks=True,
        cache_size=0,
    )
    environment.globals.clear()
    environment.tests = {"none": environment.tests["none"]}
    environment.filters = {name: environment.filters[name] for name in _JINJAS} | _OURS
    return environment


def _check_body(body: Sequence[nodes.Node], names: _Shapes, loops: int) -> Iterator[str]:
    for node in body:
        match node:
            case nodes.Output():
                for part in node.nodes:
                    if not isinstance(part, nodes.TemplateData):
                        yield from _check(part, names)
            case nodes.If():
                yield from _check(node.test, names)
                yield from _check_body([*node.body, *node.elif_, *node.else_], names, loops)
            case nodes.For():
                yield from _check_loop(node, names, loops + 1)
            case _:
                yield _place(node, _remedy(node))


def _weigh(node: nodes.Node) -> int:
    """Return how much work a template is at most, in values that are looked up."""
    times = MAX_ITEMS if isinstance(node, nodes.For) else 1
    return (10 if isinstance(node, nodes.Filter) else 1) + times * sum(map(_weigh, node.iter_child_nodes()))


def _measure_depth(node: nodes.Node) -> int:
    return 1 + max(map(_measure_depth, node.iter_child_nodes()), default=0)


def _check_loop(loop: nodes.For, names: _Shapes, loops: int) -> Iterator[str]:
    yield from _check(loop.iter, names)
    shape = _shape_of(loop.iter, names)
    if not isinstance(shape, list) or not isinstance(loop.iter, nodes.Name | nodes.Getattr):
        yield _place(loop, f"a loop goes over a list of the alert; allowed are {_list_lists(names)}")
        return
    if loops > _MAX_LOOPS or loop.recursive or not isinstance(loop.target, nodes.Name):
        yield _place(loop, f"a loop names one thing, and no more than {_MAX_LOOPS} loops stand in one another")
        return
    inner = {**names, loop.target.name: shape[0], "loop": _LOOP}
    if loop.test:
        yield from _check(loop.test, inner)
    yield from _check_body(loop.body, inner, loops)
    yield from _check_body(loop.else_, names, loops)


def _check(node: nodes.Node, names: _Shapes) -> Iterator[str]:
    """Yield what is wrong with an expression."""
    match node:
        case nodes.Const():
            return
        case nodes.Name():
            if node.name not in names:
                yield _place(node, _unknown(node.name, names))
        case nodes.Getattr() | nodes.Getitem():
            yield from _check_part(node, names)
        case nodes.Filter(node=nodes.Expr()):
            yield from _check_filter(node, names)
        case nodes.CondExpr(expr2=None):
            yield _place(node, "`if` within {{ }} needs an `else`")
        case nodes.Test() if node.name != "none":
            yield _place(node, f"unknown test {node.name!r}; allowed is none")
        case _ if isinstance(node, _WHOLES):
            for part in node.iter_child_nodes():
                yield from _check(part, names)
        case _:
            yield _place(node, _remedy(node))


def _check_part(node: nodes.Getattr | nodes.Getitem, names: _Shapes) -> Iterator[str]:
    """Yield what is wrong with `object.part`, `object["part"]` or `list[0]`."""
    if faults := list(_check(node.node, names)):
        yield from faults
        return
    whole = _shape_of(node.node, names)
    part = node.attr if isinstance(node, nodes.Getattr) else _constant(node.arg)
    if isinstance(whole, dict) and isinstance(part, str):
        if part not in whole:
            yield _place(node, _unknown(part, whole))
    elif not (isinstance(whole, list) and isinstance(part, int)):
        yield _place(node, "only an object has parts, as alert.title, and a list, as alert.events[0]")


def _check_filter(node: nodes.Filter, names: _Shapes) -> Iterator[str]:
    if node.name not in FILTERS:
        yield _place(node, _unknown(node.name, FILTERS, "filter"))
        return
    given = [*node.args, *(keyword.value for keyword in node.kwargs)]
    if node.dyn_args or node.dyn_kwargs or not all(isinstance(one, nodes.Const) for one in given):
        yield _place(node, f"what the filter {node.name!r} is given must be written out, as in join(', ')")
        return
    faults = list(_check(node.node, names)) if node.node else []
    yield from faults
    if faults:
        return
    if node.name in _OF_LISTS and not isinstance(_shape_of(node.node, names), list):
        yield _place(node, f"the filter {node.name!r} is for lists; allowed are {_list_lists(names)}")
    if node.name == "date":
        yield from _check_date(node)


def _check_date(node: nodes.Filter) -> Iterator[str]:
    try:
        format_date(None, *map(_constant, node.args), **{str(one.key): _constant(one.value) for one in node.kwargs})
    except (TypeError, TemplateError) as error:
        yield _place(node, f"date: {error}; as in date('%d.%m.%Y %H:%M', 'Europe/Berlin')")


def _shape_of(node: nodes.Node | None, names: _Shapes) -> Any:  # noqa: ANN401 - an example of anything
    """Return an example of what an expression without faults gives."""
    match node:
        case nodes.Name():
            return names.get(node.name)
        case nodes.Getattr():
            whole = _shape_of(node.node, names)
            return whole.get(node.attr) if isinstance(whole, dict) else _LEAF
        case nodes.Getitem():
            whole, part = _shape_of(node.node, names), _constant(node.arg)
            if isinstance(whole, dict):
                return whole.get(part)
            return whole[0] if isinstance(whole, list) else _LEAF
        case nodes.Filter(name="first" | "last"):
            whole = _shape_of(node.node, names)
            return whole[0] if isinstance(whole, list) else _LEAF
    return _LEAF


def _constant(node: nodes.Node) -> Any:  # noqa: ANN401 - a constant is anything
    return node.value if isinstance(node, nodes.Const) else None


def _list_lists(names: _Shapes) -> str:
    found = [
        f"{name}.{part}" for name, shape in names.items() if isinstance(shape, dict) for part in shape
        if isinstance(shape[part], list)
    ]  # fmt: skip
    return ", ".join(found)


def _unknown(name: str, allowed: Mapping[str, object] | Sequence[str], what: str = "name") -> str:
    close = difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return f"unknown {what} {name!r}; " + (f"did you mean {close[0]!r}?" if close else f"allowed: {', '.join(allowed)}")


def _remedy(node: nodes.Node) -> str:
    found = (remedy for kind, remedy in _REMEDIES if isinstance(node, kind))
    return next(found, "allowed are {{ values }} with filters, {% if %} and {% for %}")


def _place(node: nodes.Node, problem: str) -> str:
    return f"line {node.lineno}: {problem}"
