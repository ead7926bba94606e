"""Find the function that a call names, with the step's folder first among the places of modules.

A process can hold one module of a name. So it serves the modules of one folder at a time (``claim``): two flows may each
have a ``tasks.py``, and a call must never come to the other's.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

from phoenix_cli.kernel.errors import NotFound, Usage, did_you_mean

Function = Callable[..., Any]


class _Claim:
    """The folder that this process serves: by how many, whether we put it on the path, what was loaded before."""

    lock = threading.Lock()
    dir = ""
    holders = 0
    added = False
    known: frozenset[str] = frozenset()


def claim(folder: str) -> bool:
    """Put a folder first among the places of modules; False while the process serves another one. Undone by ``release``."""
    with _Claim.lock:
        if _Claim.holders and _Claim.dir != folder:
            return False
        if not _Claim.holders:
            _Claim.dir, _Claim.added, _Claim.known = folder, folder not in sys.path, frozenset(sys.modules)
            sys.path.insert(0, folder)
            importlib.invalidate_caches()  # a module may be younger than the last look into the folder
        _Claim.holders += 1
        return True


def release() -> None:
    """Give the claim back; the last one forgets the folder's modules, so that the next run sees what they are then."""
    with _Claim.lock:
        _Claim.holders -= 1
        if _Claim.holders:
            return
        if _Claim.dir in sys.path:  # a call may have changed it
            sys.path.remove(_Claim.dir)
        if _Claim.added:  # otherwise they are as much phoenix's own as the flow's
            for name in [
                name for name in list(sys.modules) if name not in _Claim.known and _comes_from(name, _Claim.dir)
            ]:
                del sys.modules[name]
        _Claim.dir = ""


def path_without_claim() -> list[str]:
    """Return the places of modules as they would be without the claimed folder, all absolute."""
    places = [place or os.getcwd() for place in sys.path]
    if _Claim.holders and _Claim.dir in places:
        places.remove(_Claim.dir)
    return places


def _comes_from(name: str, folder: str) -> bool:
    top = sys.modules.get(name.partition(".")[0])
    spec = getattr(top, "__spec__", None)
    places = list(getattr(spec, "submodule_search_locations", None) or ()) or [getattr(spec, "origin", None) or ""]
    return any(os.path.dirname(place) == folder for place in places)


def own_module(target: str, folder: str) -> ModuleSpec | None:
    """Return where the folder itself has the target's module; None when it comes from elsewhere."""
    top = target.partition(":")[0].partition(".")[0]
    found = PathFinder.find_spec(top, [folder])
    if found is None:
        importlib.invalidate_caches()  # a step may have written it a moment ago
        found = PathFinder.find_spec(top, [folder])
    return found


def shadowed(target: str, folder: str) -> str:
    """Return the file of a module that is loaded and not the folder's own of that name, "" when there is none."""
    spec = own_module(target, folder)
    loaded = sys.modules.get(spec.name) if spec and spec.origin else None
    if spec is None or spec.origin is None or loaded is None:
        return ""
    origin = str(getattr(loaded.__spec__, "origin", None))
    same = origin == spec.origin or (os.path.exists(origin) and os.path.samefile(origin, spec.origin))
    return "" if same else origin


def find(target: str, folder: str) -> Function:
    """Import ``module:function`` (the function may be dotted) and return it; the folder is on the path already.

    Raises ``Usage`` for a text that names nothing callable, ``NotFound`` for what is missing, and whatever the module
    itself raises.
    """
    module, _, path = target.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *path.split("."))):
        raise Usage(f"{target} is no module:function", code="call.target")
    if not os.path.isdir(folder):
        raise NotFound(f"no folder {folder}", code="call.no_folder")
    if other := shadowed(target, folder):
        raise Usage(f"module {module} in {folder} is hidden by {other}", code="call.hidden", hints=("rename it",))
    return _walk(_imported(module, folder), module, path)


def _imported(module: str, folder: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not error.name or not f"{module}.".startswith(f"{error.name}."):
            raise  # it is there, and misses something that it imports
        raise NotFound(f"no module {error.name}", code="call.no_module", cause=f"looked in {folder} first") from None


def _walk(found: Any, module: str, path: str) -> Function:
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            hints = did_you_mean(part, [name for name in dir(found) if not name.startswith("_")])
            raise NotFound(f"module {module} has no {path}", code="call.no_function", hints=hints) from None
    if not callable(found):
        raise Usage(f"{module}:{path} cannot be called, it is a {type(found).__name__}", code="call.target")
    return found  # type: ignore[no-any-return]
