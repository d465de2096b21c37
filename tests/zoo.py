"""A small specimen of every dial, network and problem, found from the classes themselves."""

import itertools
import os
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import sigspike as ss
from sigspike.foundation.arguments import is_abstract
from sigspike.foundation.check import Choice, Instance, Maybe, Range
from sigspike.foundation.fields import Checked
from sigspike.models.frames import Ambient
from sigspike.simulation.simulation import Draw, begin, draw, train
from sigspike.training import Preset, Randomness
from sigspike.training.spaces import Decomposition

FLOAT32 = os.environ.get("SIGSPIKE_PRECISION") == "float32"
N_SAMPLES, N_CLEAN = 8, 4
PIXELS = np.random.default_rng(0).random((20, 4, 4))
SIDES = np.where(np.arange(20) % 2, 1, -1)
SMALL = {
    "learning_rate": 0.3,
    "batch_size": 3,
    "radius": 0.3,
    "dim": 30,
    "signal_strength": 2.0,
    "noise_std": 0.5,
    "width": 3,
    "n_steps": 200,
    "rate": 0.01,
    "time": 50,
    "images": PIXELS,
    "labels": SIDES,
    "test_images": PIXELS[::-1],
    "test_labels": SIDES[::-1],
    "n_clean": N_CLEAN,
    "kernel": (INPUTS := np.random.default_rng(1).standard_normal((40, 30))) @ INPUTS.T,
    "truth": np.sign(INPUTS[:, 0]),
    "n_held_out": 20,
    "when": 2,
    "std": 0.1,
    "clip": 0.5,
    "slope": 0.2,
    "corner": 0.5,
    "power": 3,
    "support": 7,
    "n_classes": 3,
    "rows": np.array([[0.6, 0.4, 0.0], [0.1, 0.9, 0.0], [0.2, 0.2, 0.6]]),
}


class Walked(NamedTuple):
    """Where some steps led."""

    filters: Any
    upper: Any
    coefficients: Decomposition


learn = eqx.filter_jit(train)  # from a Draw to a Record


def concrete(base: type) -> list[type]:
    """Every class of sigspike that can be made from ``base``, which may be one."""
    kinds = [base, *(kind for child in base.__subclasses__() for kind in concrete(child))]
    own = [kind for kind in dict.fromkeys(kinds) if kind.__module__.startswith("sigspike.")]
    return [kind for kind in own if not is_abstract(kind)]


def specimen(kind: Any, **options: Any) -> Any:
    """An instance of a class, or what a preset makes, with small values for want of defaults."""
    own = kind.fields if isinstance(kind, Preset) else fields(kind)
    required = [f.name for f in own if f.default is MISSING and f.default_factory is MISSING]
    return kind(**({name: SMALL[name] for name in required} | options))


def variants(kind: type) -> list[Any]:
    """The specimen, and one for every other value of each choice, switch and part."""
    others = [
        (f.name, value)
        for f in fields(kind)
        for value in [*_options(f), *_parts(f)]
        if value != f.default
    ]
    made = [specimen(kind, **{name: value}) for name, value in others]
    return [specimen(kind), *(other for other in made if other != specimen(kind))]


DIALS = {
    f.name: f.metadata["domain"].kind
    for f in fields(ss.Algorithm)
    if isinstance(f.metadata["domain"], Instance)
}


@cache
def dial(name: str) -> list[Any]:
    """Every value of a dial: each class, with every value of its choices, switches and parts."""
    return [value for kind in concrete(DIALS[name]) for value in variants(kind)]


def algorithms() -> list[ss.Algorithm]:
    """Gradient descent, and with every value of one dial."""
    plain = specimen(ss.GradientDescent)
    turned_once = [
        specimen(ss.GradientDescent, **{name: value}) for name in DIALS for value in dial(name)
    ]
    found = [plain, *(other for other in turned_once if other != plain)]
    return found[::4] if FLOAT32 else found  # float32 is about rounding, and compiles slowly


def covering(equivariant: bool) -> list[ss.Algorithm]:
    """Few algorithms with every dial turned, such that every two classes of two dials meet in one
    that may be.
    """
    kinds = {name: concrete(base) for name, base in DIALS.items()}
    if equivariant:
        kinds["optimiser"] = [kind for kind in kinds["optimiser"] if kind.rotation_equivariant]
        kinds["batches"] = [kind for kind in kinds["batches"] if kind is not ss.Online]
    missing = {
        pair
        for one, other in itertools.combinations(kinds, 2)
        for pair in itertools.product(kinds[one], kinds[other])
        if _made(pair) is not None
    }
    found = []
    while missing:
        chosen = min(missing, key=str)
        for name in kinds:
            if not any(issubclass(kind, DIALS[name]) for kind in chosen):
                allowed = [kind for kind in kinds[name] if _made((*chosen, kind)) is not None]
                chosen = (
                    *chosen,
                    max(allowed, key=lambda kind: len(missing & _pairs((*chosen, kind)))),
                )
        missing -= _pairs(chosen)
        found.append(_made(chosen))
    return found


def space(algorithm: ss.Algorithm) -> str:
    """Coefficient space, where it can run there."""
    free = algorithm.optimiser.rotation_equivariant and algorithm.batches.fresh is None
    return "coefficients" if free else "weights"


def fresh(at: ss.Experiment, key: Any, n_steps: int) -> list[Any]:
    """The samples that each step of an online run with this training key draws for itself."""
    own = jax.random.fold_in(key, jnp.uint32(2**32 - 2))
    frame, size = Ambient(int(at.problem.patch_dim)), at.algorithm.batches.batch_size
    keys = [jax.random.fold_in(own, step) for step in range(n_steps)]
    return [at.problem.train(key, frame, size) for key in keys]


def _pairs(kinds: tuple[type, ...]) -> set[tuple[type, ...]]:
    """Every two, in either order."""
    return set(itertools.permutations(kinds, 2))


@cache
def _made(kinds: tuple[type, ...]) -> ss.Algorithm | None:
    given = {
        name: specimen(kind)
        for name, base in DIALS.items()
        for kind in kinds
        if issubclass(kind, base)
    }
    try:
        return specimen(ss.GradientDescent, **given)
    except ss.Refusal:
        return None


def activated(kind: type, make: Any = specimen) -> list[Any]:
    """A network with every activation, large enough at the start for a cubic one to learn."""
    if not issubclass(kind, ss.ActivatedNetwork):
        return [make(kind)]
    begun = ss.put(make(kind), "init_std", 0.2)
    return [ss.put(begun, "activation", specimen(own)) for own in concrete(ss.Activation)]


def turned(kind: type) -> Any:
    """A specimen with every choice, switch and count off its default, and every zero a fifth."""
    options = {
        f.name: [value for value in _options(f) if value != f.default][-1]
        for f in fields(kind)
        if _options(f)
    }
    ranges = [
        f
        for f in fields(kind)
        if isinstance(f.metadata.get("domain"), Range) and f.default is not MISSING
    ]
    whole = [f for f in ranges if f.metadata["domain"].whole]
    counts = {f.name: int(min(f.default + 1, f.metadata["domain"].high)) for f in whole}
    zeros = {f.name: 0.2 for f in ranges if f.default == 0 and f.name not in counts}
    return specimen(kind, **options, **counts, **zeros)


def _options(field: Field) -> tuple:
    domain = field.metadata.get("domain")
    if isinstance(domain, Choice):
        return domain.options
    if isinstance(domain, Maybe) and "hidden" not in field.metadata:
        return None, SMALL[field.name]
    return (False, True) if domain == Instance(bool) else ()


def _parts(field: Field) -> list[Any]:
    """What else can stand in a field for a part."""
    domain = field.metadata.get("domain")
    if not isinstance(domain, Instance) or not issubclass(domain.kind, Checked):
        return []
    return [specimen(kind) for kind in concrete(domain.kind)]


def label(thing: Any) -> str:
    """What pytest calls a specimen: its class, and what options and parts are not the default."""
    names = [f.name for f in fields(thing) if _options(f) and getattr(thing, f.name) != f.default]
    parts = [
        getattr(thing, f.name)
        for f in fields(thing)
        if _parts(f) and f.default_factory is not MISSING
    ]
    turned_parts = [
        label(value) for value, plain in zip(parts, _defaults(thing), strict=True) if value != plain
    ]
    return "-".join(
        [type(thing).__name__, *(f"{name}={getattr(thing, name)}" for name in names), *turned_parts]
    )


def _defaults(thing: Any) -> list[Any]:
    return [
        f.default_factory() for f in fields(thing) if _parts(f) and f.default_factory is not MISSING
    ]


def wide(kind: type, width: int, **options: Any) -> Any:
    """A network with this width, or the most that it can have."""
    most = kind.__dataclass_fields__["width"].metadata["domain"].high
    return specimen(kind, width=int(min(width, most)), **options)


def suited(network: ss.Network) -> ss.Problem:
    """The signal–noise model, or two orthogonal signals for a network that asks for them."""
    problem = specimen(ss.SignalNoise)
    try:
        network.check_with(problem.n_classes, problem.n_patches, problem.n_axes)
    except ss.Refusal:
        return specimen(ss.ManyClasses, n_classes=2)
    return problem


def experiment(
    problem: Any = None, network: Any = None, algorithm: Any = None, **settings: Any
) -> ss.Experiment:
    """A small experiment: squared ReLU, orthogonal noise, GD, unless told otherwise."""
    defaults = {"n_samples": N_SAMPLES, "n_steps": 300, "record_every": 30, "n_test": 20}
    network = specimen(ss.PatchCNN) if network is None else network
    problem = suited(network) if problem is None else problem
    algorithm = specimen(ss.GradientDescent) if algorithm is None else algorithm
    made = problem, network, algorithm
    return ss.Experiment(*made, **(defaults | settings))


def explicit(setting: ss.Experiment, seed: int = 0) -> Draw:
    """The random part of a run as vectors in R^d, which can be trained in either space."""
    sizes = {"n_samples": setting.n_samples, "n_test": setting.n_test}
    plain = experiment(
        setting.problem, setting.network, setting.algorithm, space="weights", **sizes
    )
    return _explicit(plain, jax.random.key(seed), int(setting.problem.patch_dim))


_explicit = eqx.filter_jit(draw)


def noises(algorithm: ss.Algorithm, key: Any, n_steps: int) -> Randomness:
    """What a run with this training key draws for its first steps."""
    return algorithm.draw(key, jnp.arange(n_steps), N_SAMPLES)


def walk(
    space: str, network: ss.Network, algorithm: ss.Algorithm, drawn: Draw, noise: Any, n_steps: int
) -> Walked:
    """``n_steps`` steps of an algorithm and nothing else."""
    task, params = begin(experiment(network=network, algorithm=algorithm, space=space), drawn)
    start = params, algorithm.init(task, params, jax.random.key(0))
    (params, _), _ = lax.scan(
        lambda at, now: (algorithm.step(task, *at, now), None), start, noise, n_steps
    )
    return Walked(task.space.filters(params), params.upper, task.coefficients(params))


def pushed(setting: ss.Experiment, drawn: Draw, noise: Randomness) -> Randomness:
    """The randomness of steps, that of a noisy gradient as N(0, 1) numbers for all of θ."""
    if not setting.algorithm.gradient.noisy:
        return noise
    task, params = begin(setting, drawn)
    nothing = jax.tree.map(jnp.zeros_like, params)

    def push(key: Any) -> Any:
        pushed = ss.NoisyGradient(1.0).disturbed(task, nothing, key)
        parts = jax.tree.leaves((pushed.first.diffusion.vectors, pushed.upper))
        return jnp.concatenate([jnp.ravel(part) for part in parts])

    return noise._replace(gradient=jax.vmap(push)(noise.gradient))


def cell(batch: Any, index: int) -> Any:
    """One of a batch."""
    return jax.tree.map(lambda leaf: leaf[index], batch)


def differences(one: Any, other: Any) -> dict[str, float]:
    """The largest difference in every field of two records, relative to 1 + max |value|."""
    pairs = {
        name: (np.asarray(getattr(one, name)), np.asarray(getattr(other, name)))
        for name in vars(one)
    }
    return {
        name: float(np.max(abs(a - b) / (1 + np.max(abs(b))))) for name, (a, b) in pairs.items()
    }


def difference(one: Any, other: Any) -> float:
    """The largest of them (NaN if there is one)."""
    return float(np.max(list(differences(one, other).values())))
