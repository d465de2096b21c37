"""Bad inputs, with the argument and value a refusal must name; as a script it prints the refusals.

jaxtyping's hook would answer before our own sentences, so test_refusals runs this file in a process
without it.
"""

import gzip
import json
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bad_axes
import bad_chains
import bad_images
import bad_trainings
import jax
import numpy as np
import odd

import sigspike as ss
from sigspike.common.reweighting.subset import check_apart, check_labels

DATA, NETWORK, PLAIN = ss.SignalNoise(30, 1, 0.5), ss.PatchCNN(3), ss.GradientDescent(0.1)
ADAM = ss.GradientDescent(0.1, optimiser=ss.Adam())
ONLINE = ss.GradientDescent(0.1, batches=ss.Online(3))
RUN = {"n_samples": 4, "n_steps": 10, "n_test": 5}
PIXELS, SIDES = np.zeros((4, 2, 2)), np.array([-1, 1, -1, 1])
IMAGES = {
    "images": PIXELS,
    "labels": SIDES,
    "test_images": PIXELS,
    "test_labels": SIDES,
    "noise_std": 1.0,
}


def experiment(**changes: Any) -> ss.Experiment:
    return ss.Experiment(
        **({"problem": DATA, "network": NETWORK, "algorithm": PLAIN} | RUN | changes)
    )


def looking_ahead(optimiser: ss.Optimiser) -> ss.Algorithm:
    return ss.MetaReweighting(0.1, 2, optimiser=optimiser)


def run_of(**changes: Any) -> Any:
    return ss.simulate(experiment(**changes), jax.random.key(0))


def sweep(axes: Any, **options: Any) -> Any:
    return ss.sweep(experiment(), axes, **options)


def linked(fields: dict[str, Any]) -> Any:
    return sweep({"along": ss.Linked(fields)})


def boundary(**options: Any) -> Any:
    axes = {"problem.snr": [0.1, 0.2], "n_samples": [4, 5]}
    return ss.trace_boundary(experiment(), axes, 0.2, **options)


LACKING = {
    "algorithm": {"a": ss.LabelNoiseGD(0.1), "b": PLAIN},
    "algorithm.labels.flip_rate": [0.1],
}
FLIPPING = experiment(algorithm=ss.LabelNoiseGD(0.1))
DECAYING = experiment(algorithm=ss.GradientDescent(0.1, schedule=ss.InverseTime(5.0)))


def mnist(**files: bytes | None) -> Any:
    """MNIST from a folder of four tiny good files, but for those given (None: missing)."""
    good = {}
    for part in ("train", "t10k"):
        good[f"{part}-images-idx3-ubyte"] = (
            bytes([0, 0, 8, 3]) + struct.pack(">3I", 2, 1, 1) + bytes(2)
        )
        good[f"{part}-labels-idx1-ubyte"] = (
            bytes([0, 0, 8, 1]) + struct.pack(">I", 2) + bytes([0, 1])
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, raw in (
            good | {name.replace("_", "-"): raw for name, raw in files.items()}
        ).items():
            if raw is not None:
                (Path(folder) / name).write_bytes(raw)
        return ss.ImagePatches.mnist(Path(folder))


def compressed(raw: bytes) -> dict[str, bytes | None]:
    return {"train_images_idx3_ubyte": None, "train-images-idx3-ubyte.gz": raw}


def traced(**changes: Any) -> Any:
    """A dimension that is traced where it must be a shape."""
    at = experiment(**changes)
    return jax.eval_shape(
        lambda dim: ss.simulate(ss.put(at, "problem.dim", dim), jax.random.key(0)), 30.0
    )


def kernel_data(kernel: Any, truth: Any = (1, -1)) -> ss.KernelData:
    return ss.KernelData(np.asarray(kernel), np.asarray(truth), n_held_out=1)


def reweighted_images(n_clean: int, n_samples: int, labels: Any) -> ss.Experiment:
    pixels, sides = np.zeros((len(labels), 2, 2)), np.asarray(labels)
    images = ss.ImagePatches(pixels, sides, pixels, sides, noise_std=1.0)
    return experiment(
        problem=images, algorithm=ss.MetaReweighting(0.1, n_clean), n_samples=n_samples, n_test=2
    )


def kicked_fresh_weights() -> ss.MetaReweighting:
    return ss.MetaReweighting(0.1, 4, rule=ss.FreshWeights(), disturbance=ss.WeightKick(3.0))


Case = tuple[str, str, str, Callable[[], Any]]
CASES: list[Case] = [
    # name, argument, value
    ("negative width", "width", "-1", lambda: ss.PatchCNN(-1)),
    ("no width", "width", "0", lambda: ss.ThreeLayerCNN(0)),
    ("fractional width", "width", "2.5", lambda: ss.PatchCNN(2.5)),
    ("width that is a float", "width", "3.0", lambda: ss.PatchCNN(3.0)),
    ("several widths", "width", "[3]", lambda: ss.PatchCNN([3])),
    ("width in words", "width", "'three'", lambda: ss.PatchCNN("three")),
    ("width that is a bool", "width", "True", lambda: ss.PatchCNN(True)),
    ("power below one", "power", "0.5", lambda: ss.ReLUPower(0.5)),
    ("several powers", "power", "[2.0]", lambda: ss.ReLUPower([2.0])),
    ("slope above one", "slope", "1.5", lambda: ss.Leaky(1.5)),
    ("no corner", "corner", "0.0", lambda: ss.SmoothedReLU(3, 0)),
    ("power for an activation", "activation", "2", lambda: ss.PatchCNN(3, activation=2)),
    (
        "class for an activation",
        "activation",
        "Tanh(…)",
        lambda: ss.PatchCNN(3, activation=ss.Tanh),
    ),
    ("power of a network", "power", "activation", lambda: ss.PatchCNN(3, power=2)),
    ("unknown init", "init", "'normal'", lambda: ss.PatchCNN(3, init="normal")),
    ("bias that is no bool", "bias", "1", lambda: ss.PatchCNN(3, bias=1)),
    ("flip rate of one", "flip_rate", "1.0", lambda: ss.LabelNoiseGD(0.1, 1.0)),
    ("flip rate above one", "flip_rate", "1.3", lambda: ss.LabelNoiseGD(0.1, 1.3)),
    ("negative flip rate", "flip_rate", "-0.1", lambda: ss.LabelNoiseGD(0.1, -0.1)),
    (
        "fixed flips of one half",
        "flip_rate_positive",
        "0.5",
        lambda: ss.SignalNoise(9, 1, 1, flip_rate_positive=0.5),
    ),
    ("negative learning rate", "learning_rate", "-1.0", lambda: ss.GradientDescent(-1)),
    ("NaN learning rate", "learning_rate", "nan", lambda: ss.GradientDescent(float("nan"))),
    ("infinite learning rate", "learning_rate", "inf", lambda: ss.GradientDescent(float("inf"))),
    ("learning rate in words", "learning_rate", "'fast'", lambda: ss.GradientDescent("fast")),
    ("missing learning rate", "learning_rate", "None", lambda: ss.GradientDescent(None)),
    (
        "several learning rates",
        "learning_rate",
        "[0.1, 0.2]",
        lambda: ss.GradientDescent([0.1, 0.2]),
    ),
    (
        "ragged learning rates",
        "learning_rate",
        "[1, [2, 3]]",
        lambda: ss.GradientDescent([1, [2, 3]]),
    ),
    ("complex noise", "noise_std", "1j", lambda: ss.SignalNoise(9, 1, 1j)),
    ("no batch", "batch_size", "0", lambda: ss.SGD(0.1, 0)),
    ("batch that is a float", "batch_size", "2.0", lambda: ss.Shuffled(2.0)),
    ("empty batch of SAM", "batch_size", "0", lambda: ss.Drawn(0)),
    (
        "samples anew in coefficients",
        "space",
        "'coefficients'",
        lambda: experiment(algorithm=ONLINE),
    ),
    (
        "samples anew until they are fitted",
        "stop",
        "'fitted'",
        lambda: experiment(algorithm=ONLINE, space="weights", stop="fitted"),
    ),
    (
        "images anew",
        "batches",
        "Online",
        lambda: experiment(
            problem=ss.ImagePatches(**IMAGES), algorithm=ONLINE, n_samples=2, space="weights"
        ),
    ),
    (
        "weights of samples that never return",
        "weights",
        "HypergradientWeights",
        lambda: ss.MetaReweighting(0.1, 2, batches=ss.Online(3)),
    ),
    (
        "batch above the training set",
        "batch_size",
        "9",
        lambda: experiment(algorithm=ss.SGD(0.1, 9)),
    ),
    ("batches that are a number", "batches", "3", lambda: ss.GradientDescent(0.1, batches=3)),
    (
        "dial that a preset sets",
        "labels",
        "Smoothing",
        lambda: ss.LabelNoiseGD(0.1, 0.1, labels=ss.Smoothing(0.1)),
    ),
    ("preset for an algorithm", "algorithm", "make one", lambda: experiment(algorithm=ss.SAM)),
    (
        "class for a dial",
        "optimiser",
        "make one",
        lambda: ss.GradientDescent(0.1, optimiser=ss.Adam),
    ),
    (
        "look ahead through signs",
        "optimiser",
        "ahead=False",
        lambda: looking_ahead(ss.SignDescent()),
    ),
    ("negative radius", "radius", "-1", lambda: ss.SAM(0.1, -1)),
    ("as many signals as dimensions", "dim", "3", lambda: ss.Parity(3, 1, 1)),
    ("no signals", "n_signals", "0", lambda: ss.Staircase(9, 1, 1, n_signals=0)),
    ("too many signals", "n_signals", "9", lambda: ss.Parity(90, 1, 1, n_signals=9)),
    (
        "negative ratio of signals",
        "strength_ratio",
        "-0.5",
        lambda: ss.XORSignals(9, 1, 1, strength_ratio=-0.5),
    ),
    ("momentum of one", "momentum", "1.0", lambda: ss.HeavyBall(1.0)),
    ("unknown loss", "loss", "'hinge'", lambda: ss.GradientDescent(0.1, loss="hinge")),
    ("remedy for a loss", "loss", "Hinge", lambda: ss.GradientDescent(0.1, loss="hinge")),
    ("unknown argument", "batch_size", "got 5", lambda: ss.LabelNoiseGD(1.0, 0.1, batch_size=5)),
    ("misspelt argument", "widht", "did you mean 'width'", lambda: ss.PatchCNN(widht=3)),
    ("missing argument", "batch_size", "learning_rate", lambda: ss.SGD(0.1)),
    (
        "argument given twice",
        "learning_rate",
        "0.1 and 0.2",
        lambda: ss.GradientDescent(0.1, learning_rate=0.2),
    ),
    ("too many arguments", "GradientDescent", "0.2", lambda: ss.GradientDescent(0.1, 0.2)),
    ("kind that no object is made of", "Network", "features, logits, upper", lambda: ss.Network(3)),
    (
        "class in place of a part",
        "schedule",
        "Cosine(…)",
        lambda: ss.GradientDescent(0.1, schedule=ss.Cosine),
    ),
    ("steps beyond 32 bits", "n_steps", "2147483648", lambda: experiment(n_steps=2**31)),
    ("width beyond every float", "width", "1000000", lambda: ss.PatchCNN(10**400)),
    ("masked number", "noise_std", "masked", lambda: ss.SignalNoise(9, 1, np.ma.masked)),
    ("key for a number", "noise_std", "key", lambda: ss.SignalNoise(9, 1, jax.random.key(0))),
    (
        "arrays for a choice",
        "noise",
        "shape (20,)",
        lambda: ss.LabelNoiseGD(0.1, noise=np.zeros(20)),
    ),
    ("hostile object", "noise_std", "Hostile", lambda: ss.SignalNoise(9, 1, odd.Hostile())),
    (
        "unsortable dictionary",
        "learning_rate",
        "{1: 2, 'a': 3}",
        lambda: ss.GradientDescent({1: 2, "a": 3}),
    ),
    ("room for no filter", "alive", "0", lambda: ss.PatchCNN(3, alive=0)),
    ("empty kernel", "kernel", "(0, 0)", lambda: kernel_data(np.zeros((0, 0)), truth=[])),
    (
        "images without pixels",
        "images",
        "(4, 0, 2)",
        lambda: ss.ImagePatches(**IMAGES | {"images": np.zeros((4, 0, 2))}),
    ),
    (
        "masked images",
        "images",
        "masked",
        lambda: ss.ImagePatches(**IMAGES | {"images": np.ma.masked_less(PIXELS, 1)}),
    ),
    ("classes that are a number", "classes", "3", lambda: ss.ImagePatches.digits(classes=3)),
    ("folder that is a number", "data_dir", "3", lambda: ss.ImagePatches.mnist(3)),
    ("empty clean subset", "n_clean", "0", lambda: ss.MetaReweighting(0.1, 0)),
    ("clean subset without a class", "n_clean", "1", lambda: ss.FeatureReweighting(0.1, 1)),
    (
        "clean subset above the training set",
        "n_clean",
        "5",
        lambda: experiment(algorithm=ss.MetaReweighting(0.1, 5)),
    ),
    (
        "clean images of one class",
        "n_clean",
        "4",
        lambda: reweighted_images(4, n_samples=4, labels=[1] * 7 + [-1]),
    ),
    (
        "too few images beside the clean ones",
        "n_clean",
        "4 + 4",
        lambda: reweighted_images(4, n_samples=4, labels=SIDES),
    ),
    ("no rate of the weights", "rate", "0.0", lambda: ss.PersistentWeights(0.0)),
    ("negative rate of the weights", "rate", "-0.5", lambda: ss.PersistentWeights(-0.5)),
    ("weight above one", "start", "1.5", lambda: ss.PersistentWeights(start=1.5)),
    ("kick of weights that do not persist", "disturbance", "WeightKick", kicked_fresh_weights),
    (
        "weights of plain descent",
        "measure",
        "Equal",
        lambda: experiment(measure="weights"),
    ),
    ("unknown regime", "regime", "'lazy'", lambda: experiment(regime="lazy")),
    (
        "activation of a linear model",
        "activation",
        "Tanh",
        lambda: ss.LinearModel(3, activation=ss.Tanh()),
    ),
    (
        "kernel that is not symmetric",
        "kernel",
        "0.5",
        lambda: kernel_data([[1.0, 0.5], [0.0, 1.0]]),
    ),
    (
        "kernel that is not finite",
        "kernel",
        "nan",
        lambda: kernel_data([[1.0, np.nan], [np.nan, 1.0]]),
    ),
    ("kernel that is no square", "kernel", "(2, 3)", lambda: kernel_data(np.ones((2, 3)))),
    ("kernel of no features", "kernel", "-1", lambda: kernel_data([[1.0, 2.0], [2.0, 1.0]])),
    ("kernel without labels", "truth", "(3,)", lambda: kernel_data(np.eye(2), truth=[1, -1, 1])),
    (
        "kernel's labels in numbers",
        "truth",
        "[0.0, 1.0]",
        lambda: kernel_data(np.eye(2), truth=[0, 1]),
    ),
    (
        "clean labels without a class",
        "clean_label",
        "none of 2",
        lambda: check_labels([0, 1, 1], 3, 9),
    ),
    ("no clean labels", "clean_label", "(0,)", lambda: check_labels(np.zeros(0, int), 3, 9)),
    (
        "more clean labels than training examples",
        "clean_label",
        "got 4",
        lambda: check_labels([0, 1, 2, 0], 3, 3),
    ),
    (
        "clean subset that is trained on",
        "clean_ids",
        "the first is 3",
        lambda: check_apart([3, 4], [1, 2, 3]),
    ),
    ("schedule that is a number", "schedule", "0.5", lambda: ss.GradientDescent(0.1, schedule=0.5)),
    ("schedule without end", "n_steps", "0", lambda: ss.Cosine(0)),
    ("one dimension", "dim", "1", lambda: ss.SignalNoise(1, 1, 1)),
    ("no dimension", "dim", "0", lambda: ss.SignalNoise(0, 1, 1)),
    ("fractional dimension", "dim", "30.5", lambda: ss.SignalNoise(30.5, 1, 1)),
    ("infinite dimension", "dim", "inf", lambda: ss.SignalNoise(float("inf"), 1, 1)),
    ("negative signal", "signal_strength", "-2", lambda: ss.SignalNoise(9, -2, 1)),
    (
        "no noise patches",
        "n_noise_patches",
        "0",
        lambda: ss.SignalNoise(9, 1, 1, n_noise_patches=0),
    ),
    (
        "unknown test noise",
        "test_noise",
        "'trainign'",
        lambda: ss.SignalNoise(9, 1, 1, test_noise="trainign"),
    ),
    ("no samples", "n_samples", "0", lambda: experiment(n_samples=0)),
    ("samples that are a float", "n_samples", "4.0", lambda: experiment(n_samples=4.0)),
    ("no steps", "n_steps", "0", lambda: experiment(n_steps=0)),
    ("no test", "n_test", "-5", lambda: experiment(n_test=-5)),
    ("problem that is a network", "problem", "PatchCNN", lambda: experiment(problem=NETWORK)),
    (
        "algorithm that is a class",
        "algorithm",
        "GradientDescent",
        lambda: experiment(algorithm=ss.GradientDescent),
    ),
    ("unknown space", "space", "'weight'", lambda: experiment(space="weight")),
    ("unknown measure", "measure", "'all'", lambda: experiment(measure="all")),
    (
        "Adam in coefficients",
        "space",
        "'coefficients'",
        lambda: experiment(algorithm=ADAM),
    ),
    ("interval that does not divide", "record_every", "3", lambda: experiment(record_every=3)),
    ("interval of zero", "record_every", "0", lambda: experiment(record_every=0)),
    ("interval that is a float", "record_every", "5.0", lambda: experiment(record_every=5.0)),
    ("two ways to record", "record_at", "(1,)", lambda: experiment(record_every=5, record_at=(1,))),
    ("records beyond the end", "record_at", "(0, 11)", lambda: experiment(record_at=(0, 11))),
    ("records that fall", "record_at", "(5, 2)", lambda: experiment(record_at=(5, 2))),
    ("no records", "record_at", "()", lambda: experiment(record_at=())),
    ("records in a list", "record_at", "[0, 5]", lambda: experiment(record_at=[0, 5])),
    (
        "simulate without experiment",
        "experiment",
        "PatchCNN",
        lambda: ss.simulate(NETWORK, jax.random.key(0)),
    ),
    ("simulate with a seed", "key", "0", lambda: ss.simulate(experiment(), 0)),
    ("traced dimension in weights", "problem.dim", "traced", lambda: traced(space="weights")),
    (
        "traced dimension, uniform",
        "problem.dim",
        "traced",
        lambda: traced(network=ss.PatchCNN(3, init="uniform")),
    ),
    (
        "unknown path",
        "problem.nois_std",
        "'nois_std'",
        lambda: ss.put(experiment(), "problem.nois_std", 1),
    ),
    ("unknown root", "problm.dim", "'problm'", lambda: ss.put(experiment(), "problm.dim", 9)),
    ("path beyond a number", "n_steps.x", "'x'", lambda: ss.put(experiment(), "n_steps.x", 1)),
    ("path that is a number", "path", "got 3", lambda: ss.put(experiment(), 3, 1)),
    (
        "path of two fields",
        "flip_rate",
        "problem.flip_rate",
        lambda: ss.put(FLIPPING, "flip_rate", 1),
    ),
    (
        "bad value at a path",
        "noise_std",
        "-1",
        lambda: ss.put(experiment(), "problem.noise_std", -1),
    ),
    ("sweep of nothing", "experiment", "None", lambda: ss.sweep(None, {})),
    ("sweep over an unknown path", "algorithm.lr", "'lr'", lambda: sweep({"algorithm.lr": [1]})),
    ("empty axis", "axes", "'n_samples'", lambda: sweep({"n_samples": []})),
    ("axis that is a number", "axes", "5", lambda: sweep({"n_samples": 5})),
    ("axis that is a string", "axes", "'weights'", lambda: sweep({"space": "weights"})),
    ("axis over a name", "axes", "'problem'", lambda: sweep({"problem": [1, 2]})),
    ("axis of words", "width", "'wide'", lambda: sweep({"network.width": ["wide"]})),
    (
        "cell of a bad value",
        "axes",
        "noise_std = -1",
        lambda: sweep({"problem.noise_std": [1, 2, -1]}),
    ),
    ("bad SNR", "snr", "-0.1", lambda: sweep({"problem.snr": [-0.1]})),
    ("axes that are a list", "axes", "['n_samples']", lambda: sweep(["n_samples"])),
    (
        "linked values of two lengths",
        "axes",
        "[2, 1]",
        lambda: linked({"problem.dim": [9, 10], "n_samples": [4]}),
    ),
    ("linked number", "axes", "got 3", lambda: linked({3: [4]})),
    ("linked nothing", "axes", "'along'", lambda: linked({})),
    ("field that a part lacks", "algorithm.labels.flip_rate", "Given", lambda: sweep(LACKING)),
    ("unknown keep", "keep", "'all'", lambda: sweep({}, keep="all")),
    ("negative seed", "seed", "-1", lambda: sweep({}, seed=-1)),
    (
        "training that does not fit",
        "n_samples",
        "vectors",
        lambda: ss.sweep(experiment(), {"n_samples": [10**7]}),
    ),
    ("run that does not fit", "n_samples", "100,006", lambda: run_of(n_samples=100_000)),
    (
        "tests that do not fit",
        "experiment",
        "GB",
        lambda: run_of(n_test=2**31 - 1, network=ss.PatchCNN(300)),
    ),
    (
        "records that do not fit",
        "experiment",
        "GB",
        lambda: run_of(n_steps=10**9, record_every=1, n_samples=100),
    ),
    (
        "result that does not fit",
        "axes",
        "store",
        lambda: sweep({"problem.snr": [0.1] * 10**2}, n_seeds=10**6),
    ),
    (
        "scheduler that is not there",
        "cluster",
        "127.0.0.1:9",
        lambda: sweep({}, cluster="tcp://127.0.0.1:9"),
    ),
    ("cluster of no workers", "cluster", "local:none", lambda: sweep({}, cluster="local:none")),
    (
        "boundary of one axis",
        "axes",
        "1",
        lambda: ss.trace_boundary(experiment(), {"problem.snr": [1]}, 0.2),
    ),
    ("boundary of no number", "quantity", "'gamma'", lambda: boundary(quantity="gamma")),
    (
        "boundary of nothing known",
        "quantity",
        "'tst_error'",
        lambda: boundary(quantity="tst_error"),
    ),
    ("boundary for nothing", "share", "0.0", lambda: boundary(share=0.0)),
    (
        "bad value on an axis",
        "flip_rate_positive",
        "0.7",
        lambda: sweep({"problem.flip_rate_positive": [0.1, 0.7]}),
    ),
    ("bad shape on an axis", "n_samples", "-1", lambda: sweep({"n_samples": [3, -1]})),
    (
        "axes that share a name",
        "axes",
        "network.activation.power",
        lambda: ss.sweep(
            DECAYING, {"network.activation.power": [1], "algorithm.schedule.power": [1]}
        ),
    ),
    ("unnamed algorithms", "axes", "'algorithm'", lambda: sweep({"algorithm": [PLAIN]})),
    ("no seeds", "n_seeds", "0", lambda: sweep({}, n_seeds=0)),
    ("seeds that are a float", "n_seeds", "2.0", lambda: sweep({}, n_seeds=2.0)),
    (
        "flat images",
        "images",
        "(4, 4)",
        lambda: ss.ImagePatches(**IMAGES | {"images": np.zeros((4, 4))}),
    ),
    ("too few labels", "labels", "(2,)", lambda: ss.ImagePatches(**IMAGES | {"labels": SIDES[:2]})),
    (
        "labels from zero",
        "test_labels",
        "0",
        lambda: ss.ImagePatches(**IMAGES | {"test_labels": np.arange(4)}),
    ),
    (
        "images with holes",
        "images",
        "NaN",
        lambda: ss.ImagePatches(**IMAGES | {"images": PIXELS * np.nan}),
    ),
    ("images in words", "images", "'cats'", lambda: ss.ImagePatches(**IMAGES | {"images": "cats"})),
    (
        "two sizes",
        "test_images",
        "(3, 3)",
        lambda: ss.ImagePatches(**IMAGES | {"test_images": np.zeros((4, 3, 3))}),
    ),
    ("no normalization", "normalization", "0", lambda: ss.ImagePatches(**IMAGES, normalization=0)),
    (
        "more samples than images",
        "n_samples",
        "9",
        lambda: experiment(problem=ss.ImagePatches(**IMAGES), n_samples=9),
    ),
    (
        "more tests than images",
        "n_test",
        "5",
        lambda: experiment(problem=ss.ImagePatches(**IMAGES)),
    ),
    ("no such folder", "data_dir", "/no/such", lambda: ss.ImagePatches.mnist(Path("/no/such"))),
    (
        "missing file",
        "data_dir",
        "t10k-labels-idx1-ubyte",
        lambda: mnist(t10k_labels_idx1_ubyte=None),
    ),
    ("empty file", "data_dir", "nothing", lambda: mnist(train_images_idx3_ubyte=b"")),
    (
        "wrong magic",
        "data_dir",
        "deadbeef",
        lambda: mnist(train_images_idx3_ubyte=bytes.fromhex("deadbeef00")),
    ),
    (
        "truncated header",
        "data_dir",
        "6 bytes",
        lambda: mnist(train_images_idx3_ubyte=bytes([0, 0, 8, 3, 0, 0])),
    ),
    (
        "truncated data",
        "data_dir",
        "got 9",
        lambda: mnist(t10k_labels_idx1_ubyte=bytes([0, 0, 8, 1, 0, 0, 0, 2, 1])),
    ),
    (
        "no gzip",
        "data_dir",
        "train-images-idx3-ubyte.gz",
        lambda: mnist(**compressed(b"no gzip at all")),
    ),
    (
        "broken gzip",
        "data_dir",
        "train-images-idx3-ubyte.gz",
        lambda: mnist(**compressed(gzip.compress(b"x" * 99)[:-9])),
    ),
    (
        "corrupt gzip",
        "data_dir",
        "train-images-idx3-ubyte.gz",
        lambda: mnist(**compressed(gzip.compress(bytes(99))[:12] + b"\xff" * 20)),
    ),
    (
        "images without labels",
        "data_dir",
        "(3,)",
        lambda: mnist(train_labels_idx1_ubyte=bytes([0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 0])),
    ),
    ("a constant of nothing", "constant", "0", lambda: ss.theory.TwoStages(constant=0)),
    ("certain failure", "delta", "1", lambda: ss.theory.TwoStages(delta=1)),
    ("a loss of nothing", "epsilon", "0", lambda: ss.theory.TwoStages(epsilon=0)),
    (
        "a third low SNR",
        "low_snr",
        "'papers'",
        lambda: ss.theory.LabelNoiseLearns(low_snr="papers"),
    ),
    ("no experiment", "experiment", "3", lambda: ss.theory.TwoStages()(3)),
    (
        "a condition of no name",
        "leave_out",
        "'width?'",
        lambda: ss.theory.consistent_scaling([1e3], leave_out=["width?"]),
    ),
    ("too few dimensions", "dims", "2", lambda: ss.theory.consistent_scaling([2.0])),
    (
        "some samples",
        "samples",
        "'some'",
        lambda: ss.theory.consistent_scaling([1e3], samples="some"),
    ),
    (
        "a boundary of another network",
        "experiment",
        "noise orthogonal to μ must be False",
        lambda: ss.theory.excess(
            ss.theory.TwoStages(), experiment(network=ss.PatchCNN(3, activation=ss.ReLUPower(1)))
        ),
    ),
    (
        "a boundary from nowhere",
        "low",
        "0",
        lambda: ss.theory.predicted_boundary(
            ss.theory.GradientDescentMemorises(),
            experiment(),
            ("n_samples", [4]),
            ("problem.snr", 0, 1),
        ),
    ),
    *bad_axes.CASES,
    *bad_chains.CASES,
    *bad_images.CASES,
    *bad_trainings.CASES,
]


def answer(action: Callable[[], Any]) -> dict[str, str]:
    """What a case ends in: the name of the exception and its message."""
    try:
        return {"kind": "nothing", "message": repr(action())}
    except Exception as error:
        return {"kind": type(error).__name__, "message": str(error)}


if __name__ == "__main__":
    print(json.dumps({name: answer(action) for name, _, _, action in CASES}))
