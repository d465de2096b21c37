"""``sigspike images``: networks on real images with noisy labels."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Union

import tyro

from sigspike.cli.curves import drawn
from sigspike.cli.flags import Flags, makers
from sigspike.cli.images_own import usual, with_clean_sizes, with_folders
from sigspike.cli.images_table import table
from sigspike.cli.images_use import clean, export, predict
from sigspike.cli.progress import epochs_bar
from sigspike.images.augmentation import Augmentation
from sigspike.images.data import Digits, Source
from sigspike.images.methods import CrossEntropy
from sigspike.images.networks import ImageNetwork, ResNet
from sigspike.images.noise import Law, labelled
from sigspike.images.training import Result, Training, remarks_of
from sigspike.images.training import report as report_on
from sigspike.images.training import train as train_network

FLAGS = Flags()

# What a CPU does in a minute or two: digits of 16 pixels, and a ResNet-10 of an eighth of the usual
# width. Every network has the data's classes and channels.
for _kind in makers(ImageNetwork):
    FLAGS.mirror(_kind, n_classes=0, in_channels=0)
TrainingFlags: Any = FLAGS.mirror(
    Training,
    network=ResNet(depth=10, width=8, in_channels=0),
    augmentation=Augmentation(pad=1, flip=False),
    epochs=10,
    batch_size=64,
    eval_batch_size=360,
)
TRAINING = TrainingFlags()
SourceFlags: Any = Union[tuple(FLAGS.mirror(kind) for kind in makers(Source))]  # noqa: UP007
USUAL: Any = Annotated[
    None,
    tyro.conf.subcommand(
        "usual", description="40 % symmetric noise for digits, and none for other data."
    ),
]
LawFlags: Any = Union[(*(FLAGS.mirror(kind) for kind in makers(Law)), USUAL)]
DIGITS = FLAGS.value(Digits(size=16))


@tyro.conf.configure(tyro.conf.CascadeSubcommandArgs)
def train(
    out: Path,
    training: Annotated[TrainingFlags, tyro.conf.arg(name="")] = TRAINING,  # type: ignore[valid-type]
    data: SourceFlags = DIGITS,  # type: ignore[valid-type]
    clean_dir: Path | None = None,
    test_dir: Path | None = None,
    noise: LawFlags = None,  # type: ignore[valid-type]
    noise_seed: int = 0,
    classes: tuple[str, ...] = (),
    images: int = 0,
    skip_bad: bool = False,
    baseline: bool = True,
    checkpoint_every: int = 1,
    keep_losses: bool = False,
    probe_every: int = 0,
) -> None:
    """Train a network on noisy labels; the same call goes on where it was stopped.

    Args:
        out: Folder for settings.json, noise.npz, log.jsonl, log.csv, checkpoint.npz, result.json,
            suspects.csv, curves.png, and best-EPOCH.npz with the weights of the best epoch.
        training: The training.
        data: The images.
        clean_dir: Folder of images with true labels, a sub-folder for each class of your image
            folder: the clean subset of methods that need one, or else what chooses the best epoch.
        test_dir: Folder of images with true labels for testing; without, a share of your image
            folder is tested, whose labels may be wrong.
        noise: The law of the label noise; labels stay as they are, and their truth unknown, unless
            it is asked for (scikit-learn's digits have 40 % symmetric noise by default).
        noise_seed: Which draw of it.
        classes: Names of the classes to be told apart; all by default.
        images: Training images, as many of each class, drawn by the training's split seed; 0 for
            all.
        skip_bad: Leave out, and name, files of an image folder that cannot be read.
        baseline: Train cross entropy on the same schedule beside any other method, in
            OUT/cross-entropy.
        checkpoint_every: Epochs between two checkpoints.
        keep_losses: Write the loss of every training image after every epoch.
        probe_every: Epochs between two measurements of γ and ρ, 0 for none.
    """
    source = with_folders(FLAGS.build(data), clean_dir, test_dir, skip_bad)
    law = usual(source) if noise is None else FLAGS.build(noise)
    dataset, noisy = labelled(
        source.load(), law, noise_seed, classes, images, split_seed=training.split_seed
    )
    needs_clean = FLAGS.build(training.method).needs_clean
    chosen = FLAGS.build(with_clean_sizes(training, needs_clean, dataset))

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
    wrong = "their truth is unknown"
    if noisy.realised_rate is not None:
        wrong = f"wrong labels {100 * noisy.realised_rate:.2f} %"
    print(f"noise: {noisy.law.get('type', 'given')}, {wrong}, sha256 {noisy.hash[:16]}")
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


COMMANDS = {
    "train": train,
    "report": report,
    "predict": predict,
    "export": export,
    "clean": clean,
    "table": table,
}


def images() -> None:
    """Train networks on real images with noisy labels (`train`; tables of papers: `table`), report
    on them, and use them: `predict`, `export`, `clean`.
    """
    tyro.extras.subcommand_cli_from_dict(COMMANDS, args=["--help"], prog="sigspike images")


def _beside(plain: Result, result: Result) -> list[tuple[str, float, float]]:
    """Test accuracy of both, best and last."""
    return [
        (at, getattr(plain, at)["test_accuracy"], getattr(result, at)["test_accuracy"])
        for at in ("best", "last")
    ]


def _show(folder: Path) -> None:
    """The report, what must be said of the data, and curves.png in the folder."""
    print(report_on(drawn(folder)))
    for remark in remarks_of(folder):
        print(f"note: {remark}")
    print(f"curves in {folder / 'curves.png'}")
