"""``sigspike images``: networks on real images with noisy labels."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Union

import tyro

from sigspike.cli.curves import drawn
from sigspike.cli.flags import Flags, makers
from sigspike.cli.images_table import table
from sigspike.cli.progress import epochs_bar
from sigspike.images.augmentation import Augmentation
from sigspike.images.data import Digits, Source, fewer, of_classes
from sigspike.images.methods import CrossEntropy
from sigspike.images.networks import ResNet
from sigspike.images.noise import Law, Symmetric
from sigspike.images.training import Result, Training
from sigspike.images.training import report as report_on
from sigspike.images.training import train as train_network

FLAGS = Flags()

# What a CPU does in a minute or two: digits of 16 pixels, and a ResNet-10 of an eighth of the usual
# width.
TrainingFlags: Any = FLAGS.mirror(
    Training,
    network=ResNet(10, depth=10, width=8),
    augmentation=Augmentation(pad=1, flip=False),
    epochs=10,
    batch_size=64,
    eval_batch_size=360,
)
TRAINING = TrainingFlags()
SourceFlags: Any = Union[tuple(FLAGS.mirror(kind) for kind in makers(Source))]  # noqa: UP007
LawFlags: Any = Union[tuple(FLAGS.mirror(kind) for kind in makers(Law))]  # noqa: UP007
DIGITS, NOISE = FLAGS.value(Digits(size=16)), FLAGS.value(Symmetric(0.4))


def train(
    out: Path,
    training: Annotated[TrainingFlags, tyro.conf.arg(name="")] = TRAINING,  # type: ignore[valid-type]
    data: SourceFlags = DIGITS,  # type: ignore[valid-type]
    noise: LawFlags = NOISE,  # type: ignore[valid-type]
    noise_seed: int = 0,
    classes: tuple[str, ...] = (),
    images: int = 0,
    baseline: bool = True,
    checkpoint_every: int = 1,
    keep_losses: bool = False,
    probe_every: int = 0,
) -> None:
    """Train a network on noisy labels; the same call goes on where it was stopped.

    Args:
        out: Folder for settings.json, noise.npz, log.jsonl, log.csv, checkpoint.npz, result.json,
            suspects.csv and curves.png.
        training: The training.
        data: The images.
        noise: The law of the label noise.
        noise_seed: Which draw of it.
        classes: Names of the classes to be told apart; all by default.
        images: Training images, as many of each class, drawn by the training's split seed; 0 for
            all.
        baseline: Train cross entropy on the same schedule beside any other method, in
            OUT/cross-entropy.
        checkpoint_every: Epochs between two checkpoints.
        keep_losses: Write the loss of every training image after every epoch.
        probe_every: Epochs between two measurements of γ and ρ, 0 for none.
    """
    chosen, dataset = FLAGS.build(training), FLAGS.build(data).load()
    dataset = of_classes(dataset, classes) if classes else dataset
    dataset = fewer(dataset, images, chosen.split_seed) if images else dataset
    noisy = FLAGS.build(noise)(dataset.labels, dataset.n_classes, noise_seed, dataset.images)

    def trained(name: str, training: Training, folder: Path) -> Result:
        with epochs_bar(name) as progress:
            return train_network(
                training,
                dataset,
                noisy,
                folder,
                progress=progress,
                checkpoint_every=checkpoint_every,
                keep_losses=keep_losses,
                probe_every=probe_every,
            )

    result = trained("train", chosen, out)
    plain = None
    if baseline and not isinstance(chosen.method, CrossEntropy):
        plain = trained(
            "cross entropy", replace(chosen, method=CrossEntropy()), out / "cross-entropy"
        )
    rate = "unknown" if noisy.realised_rate is None else f"{100 * noisy.realised_rate:.2f} %"
    print(f"noise: {noisy.law.get('type', 'given')}, wrong labels {rate}, sha256 {noisy.hash[:16]}")
    _show(out)
    if plain is not None:
        pairs = [
            (f"{at} {100 * here:.2f} %", 100 * (there - here))
            for at, here, there in _beside(plain, result)
        ]
        print(
            "cross entropy beside it: "
            + ", ".join(f"{text} ({change:+.2f} by the method)" for text, change in pairs)
        )
    found = result.summary()["suspected"]
    by = f"{found['by_mixture']} by two Gaussians, {found['by_threshold']} above log C"
    print(f"suspected of {found['of']} labels: {by}; see {out / 'suspects.csv'}")


def report(folder: Path) -> None:
    """Draw a training's curves anew and tell its stages, finished or not.

    Args:
        folder: The folder of the training.
    """
    _show(folder)


COMMANDS = {"train": train, "table": table, "report": report}


def images() -> None:
    """Train networks on real images with noisy labels (`train`; tables of papers: `table`) and
    report on them.
    """
    tyro.extras.subcommand_cli_from_dict(COMMANDS, args=["--help"], prog="sigspike images")


def _beside(plain: Result, result: Result) -> list[tuple[str, float, float]]:
    """Test accuracy of both, best and last."""
    return [
        (at, getattr(plain, at)["test_accuracy"], getattr(result, at)["test_accuracy"])
        for at in ("best", "last")
    ]


def _show(folder: Path) -> None:
    """The report, and curves.png in the folder."""
    print(report_on(drawn(folder)))
    print(f"curves in {folder / 'curves.png'}")
