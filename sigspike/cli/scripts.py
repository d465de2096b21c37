"""``--with my_script.py``: files of the user's, whose classes the commands offer too."""

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated

import tyro

from sigspike.foundation.check import Refusal, nearest, shown
from sigspike.foundation.code import LIBRARIES
from sigspike.foundation.fields import Checked

OPTION = "--with"
ABOUT = (
    "A Python file whose classes (problems, networks, algorithms, schedules, …) are sub-commands "
    "and types of files too; once for each file, anywhere in the call."
)
Scripts = Annotated[
    tyro.conf.UseAppendAction[tuple[Path, ...]],
    tyro.conf.arg(name="with", metavar="FILE", help=ABOUT),
]


def put_first(arguments: list[str], commands: tuple[str, ...]) -> tuple[list[str], list[Path]]:
    """The call with every ``--with`` right behind its command, where a parser of sub-commands
    looks, and the files; the call as it is, and none, for a command that takes no files.
    """
    given, rest, words = [], [], iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        file = value if equals else next(words, None) if name == OPTION else None
        if name == OPTION and file is not None:
            given.append(file)
        else:
            rest.append(word)
    if not rest or rest[0] not in commands:
        return arguments, []
    options = [word for file in given for word in (OPTION, file)]
    return [rest[0], *options, *rest[1:]], [Path(file) for file in given]


def load(files: list[Path]) -> None:
    """Import each file as the module of its name, as another process would that looks in its folder
    too.
    """
    for file in files:
        _check_file(file)
        _check_classes(_module(file))


def _check_file(file: Path) -> None:
    if not _is_file(file):
        beside = [path.name for path in file.parent.glob("*.py")] if file.parent.is_dir() else []
        raise Refusal(
            f"`with` must be a file that exists, got {shown(str(file))}{nearest(file.name, beside)}"
        )
    if file.suffix != ".py" or "." in file.stem:
        raise Refusal(f"`with` must be a Python file NAME.py, got {shown(str(file))}; rename it")


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # no name of a file at all
        return False


def _module(file: Path) -> ModuleType:
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        # Behind all others: what is installed is found before a namesake beside the file
        sys.path.append(folder)
    importlib.invalidate_caches()
    name = file.stem
    there = _origin(name)
    if name in LIBRARIES or there is None or there != file.resolve():
        other = f", of {there}" if there is not None and there != file.resolve() else ""
        raise Refusal(
            f"`with` {shown(str(file))} bears the name of another module, {name}{other}; "
            "rename your file"
        )
    try:
        return importlib.import_module(name)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise Refusal(
            f"`with` {shown(error.filename or str(file))} is no Python: {error.msg}{line}"
        ) from error
    except (Exception, SystemExit) as error:
        why = " ".join(f"{type(error).__name__}: {error}".removesuffix(": ").split())
        raise Refusal(
            f"`with` {shown(str(file))} could not be imported{_line(error, file)}: {why}"
        ) from error


def _origin(name: str) -> Path | None:
    """The file that a module has been or would be imported from."""
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # a module that was made by hand
        return None
    return Path(spec.origin).resolve() if spec is not None and spec.origin is not None else None


def _line(error: BaseException, file: Path) -> str:
    """Where in the file it was, after a comma."""
    lines, step = [], error.__traceback__
    while step is not None:
        if Path(step.tb_frame.f_code.co_filename).resolve() == file.resolve():
            lines.append(step.tb_lineno)
        step = step.tb_next
    return f", line {lines[-1]}" if lines else ""


def _check_classes(module: ModuleType) -> None:
    """Refuse a class by the name of another that can stand in the same place."""
    from sigspike.cli.flags import check_one

    for thing in vars(module).values():
        if (
            inspect.isclass(thing)
            and thing.__module__ == module.__name__
            and issubclass(thing, Checked)
        ):
            for kind in thing.__mro__[1:]:
                if kind is not Checked and issubclass(kind, Checked):
                    check_one(kind, thing.__name__)
