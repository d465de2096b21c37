"""The doors that `fuzz` tries: each makes one random input, as words and as an action."""

import json
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import odd
import zoo
from command_line import SIGNAL

import sigspike as ss
import sigspike.cli.main
import sigspike.cli.run
import sigspike.cli.sweep
import sigspike.images
from sigspike.foundation.arguments import is_abstract
from sigspike.foundation.check import Choice, Instance, Maybe, Numbers, Range, Rising
from sigspike.foundation.fields import Checked
from sigspike.sweeps.sweep import plan_sweep

Action = Callable[[], Any]
NETWORKS, PROBLEMS = (zoo.concrete(kind) for kind in (ss.Network, ss.Problem))


def pick(rng: np.random.Generator, things: Any) -> Any:
    """One of some things."""
    return list(things)[rng.integers(len(list(things)))]


def classes(kind: type = Checked) -> list[type]:
    """Every described class of sigspike, those of which no object is made too."""
    children = [
        child for child in kind.__subclasses__() if child.__module__.startswith("sigspike.")
    ]
    return list(
        dict.fromkeys([*children, *(found for child in children for found in classes(child))])
    )


def fitting(rng: np.random.Generator, name: str, domain: Any) -> Any:
    """A small value that a field may have, as far as its domain says."""
    if name in zoo.SMALL:
        return zoo.SMALL[name]
    if isinstance(domain, Maybe):
        return pick(rng, (None, fitting(rng, name, domain.domain)))
    if isinstance(domain, Range):
        low, high = max(domain.low, -3), min(domain.high, domain.low + 9, 9)
        return (
            int(rng.integers(low, high + 1))
            if domain.whole
            else float(rng.uniform(low + 0.01, high - 0.01))
        )
    if isinstance(domain, Choice):
        return pick(rng, domain.options)
    if isinstance(domain, Instance) and domain.kind is bool:
        return bool(rng.integers(2))
    if isinstance(domain, Instance) and issubclass(domain.kind, Checked):
        made = [kind for kind in [domain.kind, *classes(domain.kind)] if not is_abstract(kind)]
        return made_of(rng, pick(rng, made))
    if isinstance(domain, Instance) and domain.kind is Path:
        return Path("/nowhere")
    return {Numbers: zoo.PIXELS, Rising: (1, 2)}.get(type(domain))


def made_of(rng: np.random.Generator, kind: type) -> Any:
    """An object with fitting values where there is no default (it may be refused for how they go
    together).
    """
    return kind(**_required(rng, kind))


def _required(rng: np.random.Generator, kind: type) -> dict[str, Any]:
    wanted = [
        f for f in fields(kind) if f.default is zoo.MISSING and f.default_factory is zoo.MISSING
    ]
    return {f.name: fitting(rng, f.name, f.metadata.get("domain")) for f in wanted}


def constructor(rng: np.random.Generator, _: Path) -> tuple[str, Action]:
    """One or two odd values in the fields of a class, or arguments that are missing, unknown or too
    many.
    """
    kind = pick(rng, classes())
    known = list(fields(kind))
    args: tuple[Any, ...] = ()
    given, names = {}, []
    try:
        given = _required(rng, kind)
    except ValueError:
        names.append("no fitting parts")
    for field in [pick(rng, known) for _ in range(rng.integers(1, 3))] if known else ():
        fits = rng.random() < 0.15 and "domain" in field.metadata
        try:
            name, value = (
                ("fitting", fitting(rng, field.name, field.metadata["domain"]))
                if fits
                else odd.odd(rng)
            )
        except ValueError:
            continue
        given[field.name] = value
        names.append(f"{field.name} = {name}")
    if rng.random() < 0.1:
        name, value = odd.odd(rng)
        given[
            pick(rng, ("widht", "batch_size", "learning_rat", "x" * 300, "self", "cls", "ünïcode"))
        ] = value
        names.append(f"unknown = {name}")
    if rng.random() < 0.1 and given:
        names.append(f"no {(gone := pick(rng, given))}")
        del given[gone]
    if rng.random() < 0.1:
        found = [odd.odd(rng) for _ in range(rng.integers(1, 30))]
        args = tuple(value for _, value in found)
        names.append(f"by place: {', '.join(name for name, _ in found)}")
    return f"{kind.__name__} with {'; '.join(names)}", lambda: kind(*args, **given)


def experiment(rng: np.random.Generator) -> ss.Experiment:
    """A small experiment of random parts."""
    while True:
        problem, network = (zoo.specimen(pick(rng, kinds)) for kinds in (PROBLEMS, NETWORKS))
        try:
            algorithm = made_of(rng, ss.Algorithm)
            return zoo.experiment(
                problem,
                network,
                algorithm,
                n_steps=20,
                record_every=None,
                space=zoo.space(algorithm),
            )
        except ValueError:
            continue


def paths(tree: Any, before: str = "") -> list[tuple[str, Any]]:
    """Every dotted path of an experiment, derived quantities too, with the domain of its field."""
    found = [(before + f.name, f.metadata.get("domain")) for f in fields(tree)]
    found += [
        (before + name[5:], Range(0.05, 0.4))
        for name in dir(type(tree))
        if name.startswith("with_")
    ]
    parts = [f.name for f in fields(tree) if isinstance(getattr(tree, f.name), Checked)]
    return found + [
        path for name in parts for path in paths(getattr(tree, name), f"{before}{name}.")
    ]


def _values(rng: np.random.Generator, path: str, domain: Any) -> tuple[str, Any]:
    """Values of an axis, as words and as they are: fitting ones, ones with an odd one among them,
    odd all over.
    """
    draw = rng.random()
    if draw < 0.2:
        return odd.odd(rng)
    try:
        good = [fitting(rng, path.rpartition(".")[2], domain) for _ in range(rng.integers(1, 4))]
    except ValueError:
        return odd.odd(rng)
    name = f"{len(good)} fitting"
    if draw < 0.5:
        name, value = odd.odd(rng)
        good.insert(int(rng.integers(len(good) + 1)), value)
    wrap = pick(rng, ("list", "list", "tuple", "array", "names", "linked", "labels"))
    if wrap == "array":
        try:
            return f"array of {name}", np.array(good)
        except Exception:
            return name, good
    if wrap == "names":
        return f"by name: {name}", {
            pick(rng, ("a", "b", "", 3, "time", "seed")): value for value in good
        }
    if wrap == "linked":
        other, value = odd.odd(rng)
        return f"linked {name} to n_test = {other}", ss.Linked({path: good, "n_test": value})
    if wrap == "labels":
        other, value = odd.odd(rng)
        return f"{name} with labels {other}", ss.Linked({path: good}, labels=value)
    return f"{wrap} of {name}", good if wrap == "list" else tuple(good)


def axes(rng: np.random.Generator, _: Path) -> tuple[str, Action]:
    """One or two axes of random fields and odd values."""
    base = experiment(rng)
    ends = [(path.rpartition(".")[2], domain) for path, domain in paths(base)]
    known = [
        *paths(base),
        *ends,
        ("problem.snrr", None),
        ("", None),
        ("n_steps.x", None),
        ("problem..dim", None),
    ]
    given, words = {}, []
    for _ in range(rng.integers(1, 3)):
        path, domain = pick(rng, known)
        name, given[path] = _values(rng, path, domain)
        words.append(f"{path!r}: {name}")
    options = {}
    if rng.random() < 0.15:
        option = pick(rng, ("n_seeds", "seed", "keep"))
        name, options[option] = odd.odd(rng)
        words.append(f"{option} = {name}")
    parts = (type(part).__name__ for part in (base.problem, base.network, base.algorithm))
    return f"{', '.join(parts)}; {'; '.join(words)}", lambda: plan_sweep(base, given, **options)


PIECES = """
1
-1
0
0.5
1e400
nan
inf
-inf
true
"word"
""
[]
[[]]
[1, [2, 3]]
{}
2026-01-01
2026-01-01T00:00:00Z
12:00:00
9223372036854775807
99999999999999999999
[0.1, 0.2]
["a", 1, true]
{a = 1}
{type = "GradientDescent"}
{type = "Nothing"}
{type = 3}
{start = 1}
{start = 1, stop = 4, num = 4}
{start = 1, stop = 100, num = 5, scale = "log"}
{start = 1, stop = 4, num = 0}
{start = 4, stop = 9, num = 2.5}
{start = "a", stop = 2, num = 2}
{start = -1, stop = 1, num = 3, scale = 3}
{start = 1, stop = 2, num = 10000000000}
{start = 0, stop = 1, num = 3, scale = "log"}
{fields = {}}
{fields = {"problem.snr" = [0.1]}}
{fields = 3, labels = 2}
{fields = {"n_samples" = [4, 5]}, labels = {}}
{fields = {"n_samples" = [4, 5]}, about = 3}
{a = {type = "GradientDescent", learning_rate = 0.1, optimiser = {type = "HeavyBall"}}}
{type = "SAM", radius = 0.1, learning_rate = 0.1, schedule = {type = "Cosine", n_steps = 100}}
{type = "LabelNoiseGD", learning_rate = 0.1, schedule = 3}
{type = "SGD", learning_rate = 0.1, batch = 3}
{type = "mnist", data_dir = "/nowhere"}
{type = "kernel_file", path = 3}
[2026-01-01]
[true, false]
["coefficients", "weights"]
[{}, {}]
{type = "Cosine", n_steps = 10}
{type = "XORSignals"}
""".strip().splitlines()  # values in TOML


def _written(rng: np.random.Generator, path: str, domain: Any, several: bool) -> str:
    """What a file says at a path: a fitting value (or list of them) as often as an odd one."""
    if rng.random() < 0.5:
        return pick(rng, PIECES)
    try:
        values = [fitting(rng, path.rpartition(".")[2], domain) for _ in range(3)]
        return json.dumps(values if several else values[0])
    except (TypeError, ValueError):  # nothing that JSON has, and TOML alike
        return pick(rng, PIECES)


def file(rng: np.random.Generator, folder: Path) -> tuple[str, Action]:
    """A TOML file of fitting and odd values at known places, sometimes broken."""
    known = paths(BASE if rng.random() < 0.5 else experiment(rng))
    lines = []
    for key in ("n_seeds", "seed", "keep", "store", "out", "cluster", "dry_run"):
        if rng.random() < 0.04:
            lines.append(f"{key} = {pick(rng, PIECES)}")
    lines += ["[experiment]"]
    for path, domain in (pick(rng, known) for _ in range(rng.integers(3))):
        lines.append(f"{path} = {_written(rng, path, domain, several=False)}")
    lines += ["[axes]"] if rng.random() < 0.95 else ["axes = 3"]
    for path, domain in (pick(rng, known) for _ in range(rng.integers(1, 3))):
        lines.append(f'"{path}" = {_written(rng, path, domain, several=True)}')
    text = "\n".join(lines)
    if rng.random() < 0.1:
        place = int(rng.integers(len(text)))
        text = text[:place] + pick(rng, ("=", "[", "\0", "é", "\n[", '"')) + text[place + 1 :]
    where = folder / "spec.toml"
    where.write_text(text)
    return repr(text), lambda: command(["sweep", "--file", str(where), "--dry-run", *SIGNAL])


WORDS = """
1 -1 0 0.5 1e400 -1e-400 nan inf word True 2147483648 1,2 - -- ünïcode None [1] coefficients
weights mean /nowhere/x.png . x.svg
""".split()  # noqa: SIM905
FLAGS = """
--seed --json --plot --n-samples --n-steps --n-test --record-every --record-at --space --measure
--regime --axis --n-seeds --store --out --keep --cluster --file --constant --delta --epsilon
--theorem --problem.dim --network.activation.power --algorithm.learning-rate
""".split()  # noqa: SIM905
PARTS = """
problem:signal-noise problem:kernel-file problem:mnist network:patch-cnn network:linear-model
network.activation:leaky
algorithm:momentum algorithm:gradient-descent algorithm:meta-reweighting algorithm.schedule:cosine
""".split()  # noqa: SIM905


def commands(rng: np.random.Generator, _: Path) -> tuple[str, Action]:
    """A command line of known and unknown flags with odd words."""
    name = pick(rng, ("run", "sweep", "check", "check"))
    line = [name, *(["--dry-run"] if name == "sweep" else [])]
    for _ in range(rng.integers(3)):
        flag = pick(rng, FLAGS)
        many = 1 + int(rng.integers(3)) if flag in ("--axis", "--record-at", "--theorem") else 1
        path = [pick(rng, paths(BASE))[0]] if flag == "--axis" else []
        line += [
            flag,
            *path,
            *(
                pick(rng, [*WORDS, "", "5 10", "10" * 30])
                for _ in range(many if flag != "--json" else 0)
            ),
        ]
    if rng.random() < 0.5:
        line += SIGNAL
    if rng.random() < 0.3:
        line += [pick(rng, PARTS)]
        kept = pick(
            rng,
            (
                "--algorithm.flip-rate",
                "--network.activation.slope",
                "--network.width",
                "--algorithm.n-clean",
            ),
        )
        line += [kept, pick(rng, [*WORDS, "", "5 10", "10" * 30])] if rng.random() < 0.7 else []
    return json.dumps(line), lambda: command(line)


def command(line: list[str]) -> None:
    """A command line that plans, but neither measures nor trains."""
    modules = sys.modules["sigspike.cli.sweep"], sys.modules["sigspike.cli.run"]
    kept = modules[0].estimate, modules[1].simulate
    modules[0].estimate, modules[1].simulate = len, lambda *_: sys.exit(0)
    try:
        sigspike.cli.main.main(line)
    finally:
        modules[0].estimate, modules[1].simulate = kept


BASE = zoo.experiment()
DOORS = {"constructors": constructor, "axes": axes, "files": file, "commands": commands}
