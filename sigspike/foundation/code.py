"""What a user's class or function does, as one digest of its code and of everything it names."""

import hashlib
import platform
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from types import (
    BuiltinMethodType,
    CellType,
    CodeType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any

import numpy as np

LIBRARIES = {
    "sigspike",
    "equinox",
    "jax",
    "jaxlib",
    "jaxtyping",
    "numpy",
    "optax",
    *sys.stdlib_module_names,
}
# What dataclasses and abstract classes add, what only describes, and what makes no number.
ADDED = {"__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__", "__replace__"}


def is_library(thing: Any) -> bool:
    """Whether a class or function is sigspike's own, Python's, or of the packages that sigspike
    stands on.
    """
    return _package(thing) in LIBRARIES


def is_importable(thing: Any) -> bool:
    """Whether its module and its name lead to it (not so in ``__main__``, in a function, for a
    closure).
    """
    reached: Any = sys.modules.get(getattr(thing, "__module__", None) or "")
    for name in getattr(thing, "__qualname__", "").split("."):
        reached = getattr(reached, name, None)
    return reached is thing and thing.__module__ != "__main__"


def code_of(thing: Any) -> str:
    """The digest of a class (with its bases) or a callable, the same in every process of one
    version of Python.

    Read from the bytecode and not from the file, which may have been edited since; comments, names
    of local variables and docstrings do not count. Functions, classes and constants of the user's
    that the code names belong to it.
    """
    digest = hashlib.blake2b(digest_size=8)
    for word in _Reader(_package(thing)).words(thing):
        digest.update(word.encode("utf8", "surrogatepass") + b"\0")
    return f"{digest.hexdigest()} (Python {'.'.join(platform.python_version_tuple()[:2])})"


def name_of(thing: Any) -> str:
    """Module and qualified name of a class or function; the type's, of an object that has none."""
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    return f"{getattr(thing, '__module__', None) or type(thing).__module__}.{named.__qualname__}"


def _package(thing: Any) -> str:
    return (getattr(thing, "__module__", None) or type(thing).__module__).partition(".")[0]


class _Reader:
    """Walks code as words. ``home`` is the package of what is described: it is read, other
    installed ones are named.
    """

    def __init__(self, home: str):
        self.home = home
        self.seen: dict[int, int] = {}
        self.kept: list[Any] = []  # so that no id is used twice

    def words(self, thing: Any) -> Iterator[str]:
        """Everything in a thing that its behaviour depends on."""
        if thing is None or isinstance(thing, (bool, int, float, complex, str, bytes, type(...))):
            yield repr(thing)
        elif isinstance(thing, (tuple, list)):
            yield f"{len(thing)} things"
            yield from self._each(thing)
        elif isinstance(thing, (set, frozenset)):
            yield from sorted("\0".join(self.words(item)) for item in thing)
        elif isinstance(thing, dict):
            yield from self._each(item for pair in thing.items() for item in pair)
        elif isinstance(thing, CodeType):
            yield from self._code(thing)
        elif isinstance(thing, ModuleType):
            yield thing.__name__
        elif (
            isinstance(thing, (np.ndarray, np.generic))
            or hasattr(thing, "__jax_array__")
            or _is_array(thing)
        ):
            array = np.asarray(thing)
            yield f"{array.dtype} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"
        elif id(thing) in self.seen:
            yield f"again {self.seen[id(thing)]}"
        else:
            self.seen[id(thing)] = len(self.seen)
            self.kept.append(thing)
            yield from self._object(thing)

    def _each(self, things: Iterable[Any]) -> Iterator[str]:
        for thing in things:
            yield from self.words(thing)

    def _object(self, thing: Any) -> Iterator[str]:
        if isinstance(thing, type):
            yield from self._class(thing)
        elif isinstance(thing, FunctionType):
            yield from self._function(thing)
        elif isinstance(thing, MethodType):
            yield from self._each((thing.__func__, thing.__self__))
        elif isinstance(thing, (MethodWrapperType, BuiltinMethodType)) and not isinstance(
            thing.__self__, ModuleType
        ):
            yield from self._each((thing.__name__, thing.__self__))
        elif isinstance(thing, partial):
            yield from self._each((thing.func, thing.args, thing.keywords))
        elif isinstance(thing, property):
            yield from self._each((thing.fget, thing.fset))
        elif isinstance(thing, CellType):
            yield from self.words(_content(thing))
        elif hasattr(thing, "__qualname__") and self._is_named(thing):
            yield name_of(thing)
        else:
            yield from self._instance(thing)

    def _instance(self, thing: Any) -> Iterator[str]:
        """Any other object: its class, what it wraps (``jax.jit``, ``staticmethod``), and its
        attributes.
        """
        yield from self.words(type(thing))
        inside = {"__wrapped__": getattr(thing, "__wrapped__", None)} | dict(
            getattr(thing, "__dict__", {})
        )
        attributes = {
            name: value
            for name, value in inside.items()
            if name == "__wrapped__" or not _is_dunder(name)
        }
        yield from self._each(item for pair in sorted(attributes.items()) for item in pair)
        if (
            not attributes.get("__wrapped__")
            and len(attributes) == 1
            and " at 0x" not in repr(thing)
        ):
            yield repr(thing)

    def _class(self, kind: type) -> Iterator[str]:
        for base in kind.__mro__:
            yield name_of(base) if self._is_named(base) else base.__qualname__
            if not self._is_named(base):
                fields = getattr(base, "__dataclass_fields__", {})  # their values are described
                own = {
                    name: value
                    for name, value in vars(base).items()
                    if name not in fields and _is_own(name, value)
                }
                yield from self._each(item for pair in sorted(own.items()) for item in pair)

    def _function(self, function: FunctionType) -> Iterator[str]:
        # Whoever wrapped it, a type checker say
        if self._is_named(function) and is_importable(function):
            yield name_of(function)
            return
        if _is_named_module(function.__globals__.get("__name__", ""), self.home):
            yield name_of(function)
            yield from self._each(function.__closure__ or ())
            return
        constants = [value for value in function.__code__.co_consts if value != function.__doc__]
        yield from self._code(function.__code__, constants)
        yield from self._each((function.__defaults__, function.__kwdefaults__))
        yield from self._each(function.__closure__ or ())
        names = sorted(_names(function.__code__))
        for name in names:
            if name in function.__globals__:
                yield name
                yield from self._global(function.__globals__[name], names)

    def _global(self, value: Any, names: list[str]) -> Iterator[str]:
        """What a name of the module stands for; of another module of the user's, what is named
        after it.
        """
        yield from self.words(value)
        if isinstance(value, ModuleType) and not _is_named_module(value.__name__, self.home):
            yield from self._each(vars(value)[name] for name in names if name in vars(value))

    def _code(self, code: CodeType, constants: Any = None) -> Iterator[str]:
        arguments = f"{code.co_argcount} {code.co_kwonlyargcount} {code.co_flags}"
        yield f"{arguments} {code.co_code.hex()} {code.co_names}"
        yield from self._each(code.co_consts if constants is None else constants)

    def _is_named(self, thing: Any) -> bool:
        return _is_named_module(getattr(thing, "__module__", None) or "", self.home)


def _is_named_module(module: str, home: str) -> bool:
    """Whether a module's content is known by name: a library's, or another installed package's."""
    package = module.partition(".")[0]
    if package == home and package not in LIBRARIES:
        return False
    return package in LIBRARIES or "site-packages" in str(
        getattr(sys.modules.get(package), "__file__", "")
    )


def _names(code: CodeType) -> set[str]:
    inner = [_names(value) for value in code.co_consts if isinstance(value, CodeType)]
    return {*code.co_names}.union(*inner)


def _is_own(name: str, value: Any) -> bool:
    generated = isinstance(value, FunctionType) and value.__code__.co_filename == "<string>"
    if name in ADDED:
        return name == "__init__" and not generated
    return not _is_dunder(name) or isinstance(value, FunctionType)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") or name == "_abc_impl"


def _is_array(thing: Any) -> bool:
    return type(thing).__module__.partition(".")[0] in ("jax", "jaxlib") and hasattr(thing, "dtype")


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not yet filled
        return None
