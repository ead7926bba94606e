"""Frozen classes of fields that cost next to nothing until they are used.

``@record`` means what ``@dataclass(frozen=True, slots=True)`` means, and ``replace``, ``fields`` and ``asdict`` of
``dataclasses`` take its objects. But a dataclass compiles eight methods while its module is imported, 0.5 ms of CPU: that
was 35 ms of every ``phoenix flow run``, mostly for classes of which that run makes no object. A record costs 0.02 ms: its
``__init__`` is compiled when the first object is made, and its other methods need no compiler.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

Made = TypeVar("Made")
Fields = Mapping[str, dataclasses.Field[Any]]

_ABSENT: Any = object()  # in place of an argument that was not handed in, when its default is made anew each time


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[Made]) -> type[Made]:
    """Return the class as a record: what it annotates are its fields. It has no subclasses and no ``__post_init__``."""
    fields = {name: _field(vars(cls).get(name, dataclasses.MISSING)) for name in cls.__annotations__}
    body = {name: value for name, value in vars(cls).items() if name not in (*fields, "__dict__", "__weakref__")}
    names = tuple(fields)
    slots = {"__slots__": names, "__match_args__": names, "__qualname__": cls.__qualname__}
    told = {name: _OfDataclass(cls) for name in ("__dataclass_fields__", "__dataclass_params__")}
    # A class gets its slots when it is made, so it is made a second time.
    kind: Any = type(cls)
    made = kind(cls.__name__, cls.__bases__, {**_methods(fields), **body, **slots, **told})
    made.__init__ = _first_init(made, fields)
    return made  # type: ignore[no-any-return]


def _field(default: Any) -> dataclasses.Field[Any]:
    found: dataclasses.Field[Any] = (
        default if isinstance(default, dataclasses.Field) else dataclasses.field(default=default)
    )
    return found


def _methods(fields: Fields) -> dict[str, Any]:
    """Return what all records have; each looks at the fields of one."""
    every, compared = _values(fields), _values(name for name, one in fields.items() if one.compare)
    shown = [name for name, one in fields.items() if one.repr]

    def equals(self: Any, other: Any) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(compared(self))

    def text(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def reduced(self: Any) -> tuple[type, tuple[Any, ...]]:
        return type(self), every(self)  # what ``copy`` and ``pickle`` make another one from

    return {
        "__eq__": equals, "__hash__": hashed, "__repr__": text, "__reduce__": reduced,
        "__setattr__": _refuse, "__delattr__": _refuse,
    }  # fmt: skip


def _values(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes these fields of an object."""
    names = tuple(names)
    if len(names) > 1:
        return attrgetter(*names)  # several times as fast as the general way
    return lambda value: tuple(getattr(value, name) for name in names)


def _refuse(self: Any, name: str, *_: Any) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _first_init(cls: Any, fields: Fields) -> Callable[..., None]:
    """Return the ``__init__`` of the first object, which puts the compiled one into its place."""

    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        cls.__init__ = _compiled_init(cls, fields)
        cls.__init__(self, *arguments, **named)

    return __init__


def _compiled_init(cls: Any, fields: Fields) -> Callable[..., None]:
    known: dict[str, Any] = {"_ABSENT": _ABSENT, "__name__": cls.__module__}
    parameters, lines = ["self"], []
    for name, one in fields.items():
        known[f"_set_{name}"] = vars(cls)[name].__set__  # past our own ``__setattr__``, which refuses
        value, default = name, ""
        if one.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = one.default_factory
            value, default = f"_make_{name}() if {name} is _ABSENT else {name}", "=_ABSENT"
        elif one.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = one.default
            default = f"=_default_{name}"
        parameters.append(name + default)
        lines.append(f"\n    _set_{name}(self, {value})")
    exec(f"def __init__({', '.join(parameters)}):{''.join(lines) or ' pass'}", known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


class _OfDataclass:
    """What the functions of ``dataclasses`` look for in a class: taken, when they do, from a dataclass of the same fields."""

    def __init__(self, plain: type) -> None:
        self._plain = plain

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, found: Any, owner: type) -> Any:
        return getattr(_as_dataclass(self._plain), self._name)


@functools.cache
def _as_dataclass(plain: type) -> type:
    return dataclasses.dataclass(init=False, repr=False, eq=False)(plain)  # without methods: they are what costs
