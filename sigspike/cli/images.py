"""``sigspike images``: networks on real images with noisy labels."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Union

import tyro
from tqdm import tqdm

from sigspike.cli.flags import Flags, makers
from sigspike.images.augmentation import Augmentation
from sigspike.images.data import Digits, Source
from sigspike.images.networks import ResNet
from sigspike.images.noise import Law, Symmetric
from sigspike.images.training import Training, read_curves
from sigspike.images.training import report as report_on
from sigspike.images.training import train as train_network
from sigspike.images.training.train import Progress

FLAGS = Flags()

# What a CPU does in a minute or two: digits of 16 pixels, and a ResNet-10 of an eighth of the usual width.
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
    checkpoint_every: int = 1,
    keep_losses: bool = False,
    probe_every: int = 0,
) -> None:
    """Train a network on noisy labels; the same call goes on where it was stopped.

    Args:
        out: Folder for settings.json, noise.npz, log.jsonl, log.csv, checkpoint.npz, result.json, suspects.csv and
            curves.png.
        training: The training.
        data: The images.
        noise: The law of the label noise.
        noise_seed: Which draw of it.
        checkpoint_every: Epochs between two checkpoints.
        keep_losses: Write the loss of every training image after every epoch.
        probe_every: Epochs between two measurements of γ and ρ, 0 for none.
    """
    dataset = FLAGS.build(data).load()
    noisy = FLAGS.build(noise)(dataset.labels, dataset.n_classes, noise_seed, dataset.images)
    with _bar() as progress:
        result = train_network(
            FLAGS.build(training),
            dataset,
            noisy,
            out,
            progress=progress,
            checkpoint_every=checkpoint_every,
            keep_losses=keep_losses,
            probe_every=probe_every,
        )
    rate = "unknown" if noisy.realised_rate is None else f"{100 * noisy.realised_rate:.2f} %"
    print(f"noise: {noisy.law.get('type', 'given')}, wrong labels {rate}, sha256 {noisy.hash[:16]}")
    _show(out)
    found = result.summary()["suspected"]
    by = f"{found['by_mixture']} by two Gaussians, {found['by_threshold']} above log C"
    print(f"suspected of {found['of']} labels: {by}; see {out / 'suspects.csv'}")


def report(folder: Path) -> None:
    """Draw a training's curves anew and tell its stages, finished or not.

    Args:
        folder: The folder of the training.
    """
    _show(folder)


COMMANDS = {"train": train, "report": report}


def images() -> None:
    """Train networks on real images with noisy labels (`train`), and report on them (`report`)."""
    tyro.extras.subcommand_cli_from_dict(COMMANDS, args=["--help"], prog="sigspike images")


def _show(folder: Path) -> None:
    """The report, and curves.png in the folder."""
    from sigspike.plots.memorisation import draw_memorisation
    from sigspike.plots.style import paper_style

    curves = read_curves(folder)
    with paper_style():
        draw_memorisation(curves).savefig(folder / "curves.png")
    print(report_on(curves))
    print(f"curves in {folder / 'curves.png'}")


@contextmanager
def _bar() -> Iterator[Progress]:
    """Epochs done, their rate, and how it stands."""
    with tqdm(desc="train", unit=" epochs", dynamic_ncols=True) as shown:

        def progress(done: int, total: int, row: dict[str, Any]) -> None:
            shown.total = total
            if done - shown.n > 1:  # an earlier call has done the others
                shown.initial = shown.n = shown.last_print_n = done - 1
            shown.update(done - shown.n)
            names = {"test_accuracy": "test", "accuracy_clean": "clean", "accuracy_flipped": "memorised"}
            shown.set_postfix({short: f"{row[name]:.3f}" for name, short in names.items() if name in row})

        yield progress
