"""What the code itself says: which function speaks of which name, and who speaks of that function.

Only files in which a word stands are parsed, so that a question costs little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("dialer", "workers")
ANOTHER_PARTY: Final = ("dialer.town", "dialer.store.migrations")
"""The simulated carrier is nobody of ours, and migrations send nothing."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """A function of the code, by the module it is in; `name` is empty for what stands in no function."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


@cache
def texts() -> dict[str, str]:
    """The code of every module of ours, by its name."""
    found = {}
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not module.startswith(ANOTHER_PARTY):
            found[module] = path.read_text()
    return found


def modules_with(word: str) -> list[str]:
    """The modules in whose text this is found."""
    return [module for module, text in texts().items() if word in text]


@cache
def tree_of(module: str) -> ast.Module:
    """A module, read."""
    return ast.parse(texts()[module])


@cache
def nodes_of(module: str) -> list[tuple[Place, ast.AST]]:
    """Everything that stands in a module, each with the outermost function or method it stands in."""
    return list(_within(tree_of(module), module, "", inside=False))


def _within(node: ast.AST, module: str, name: str, *, inside: bool) -> Iterator[tuple[Place, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*Function.__args__, ast.ClassDef)) and not inside:
            whole = f"{name}.{child.name}".lstrip(".")
            yield Place(module, whole), child
            yield from _within(child, module, whole, inside=isinstance(child, Function))
        else:
            yield Place(module, name if inside else ""), child
            yield from _within(child, module, name, inside=inside)


@cache
def spoken_of(name: str) -> set[Place]:
    """Where a name is used (not merely imported), whatever it is called through: `name` or `some.name`."""
    return {
        place
        for module in modules_with(name)
        for place, node in nodes_of(module)
        if _says(node, name) and isinstance(getattr(node, "ctx", None), ast.Load)
    }


def built(name: str) -> list[tuple[Place, ast.Call]]:
    """Where an object of a class is made, or a function called, by this name."""
    return [
        (place, node)
        for module in modules_with(f"{name}(")
        for place, node in nodes_of(module)
        if isinstance(node, ast.Call) and _says(node.func, name)
    ]


def _says(node: ast.AST, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Attribute) and node.attr == name
    )


def users_of(place: Place) -> set[Place]:
    """Who uses a function: by its name in its own module, or where that module or name is imported."""
    last = place.name.rpartition(".")[2]
    return {one for one in spoken_of(last) if one != place and _knows(one.module, place)}


def _knows(module: str, place: Place) -> bool:
    """Whether a module can mean this function by its name; a method may be reached through any object."""
    if module == place.module or "." in place.name:
        return True
    home, _, own = place.module.rpartition(".")
    return (place.module, place.name) in imports_of(module) or (home, own) in imports_of(module)


@cache
def imports_of(module: str) -> set[tuple[str, str]]:
    """What a module imports by name, wherever in it, and from where."""
    return {
        (node.module or "", one.name)
        for _, node in nodes_of(module)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }


def way_past(place: Place, gates: set[str]) -> list[Place] | None:
    """A way by which a function is reached without anybody on it asking one of the gates. None: the function
    itself asks, or all who use it do, or all who use those. A way begins where nobody is known to use it.
    """
    return _way_past(place, gates, set())


def _way_past(place: Place, gates: set[str], seen: set[Place]) -> list[Place] | None:
    if place in seen or asks(place, gates):
        return None
    seen.add(place)
    users = users_of(place) if place.name else set()
    ways = (_way_past(user, gates, seen) for user in sorted(users, key=str))
    found = next((way for way in ways if way is not None), None)
    return [*found, place] if found else None if users else [place]


def asks(place: Place, gates: set[str]) -> bool:
    """Whether a function asks one of the gates: itself, or by a function beside it that does."""
    told = {gate for gate in gates if place in spoken_of(gate)}
    beside = {one for gate in gates for one in spoken_of(gate) if one.module == place.module and one.name}
    return bool(told) or any(place in spoken_of(one.name) for one in beside)


def value_of(place: Place, call: ast.Call, argument: str) -> set[str]:
    """The values that an argument of a call may have: constants, followed through the parameters of the
    function it stands in to whoever calls that one. `?` is what can't be read.
    """
    given = next((one.value for one in call.keywords if one.arg == argument), None)
    if isinstance(given, ast.Constant):
        return {str(given.value)}
    if not isinstance(given, ast.Name):
        return {"?"}
    return _handed_in(place, given.id) or {"?"}


def _handed_in(place: Place, parameter: str) -> set[str]:
    function = next(
        node for one, node in nodes_of(place.module) if one == place and isinstance(node, Function)
    )
    names = [one.arg for one in function.args.args]
    found: set[str] = set()
    for user, call in built(place.name.rpartition(".")[2]):
        if not _knows(user.module, place):
            continue
        found |= _given(user, call, parameter, names.index(parameter) if parameter in names else None)
    return found


def function_at(place: Place) -> Function:
    """The function itself."""
    return next(node for one, node in nodes_of(place.module) if one == place and isinstance(node, Function))


def _given(user: Place, call: ast.Call, parameter: str, position: int | None) -> set[str]:
    if position is not None and position < len(call.args):
        value = call.args[position]
        return {str(value.value)} if isinstance(value, ast.Constant) else {"?"}
    return value_of(user, call, parameter)
