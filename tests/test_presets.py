"""Presets are the dials that they set, at every door."""

import inspect

import jax
import pytest
import zoo

import sigspike as ss
from sigspike.cli.flags import Flags
from sigspike.cli.spec import build
from sigspike.training import PRESETS, preset_of

EVERY = [
    *(zoo.specimen(preset) for preset in PRESETS.values()),
    *zoo.algorithms(),
    *zoo.covering(equivariant=False),
]
SET = {
    "GradientDescent": {},
    "LabelNoiseGD": {"labels": ss.Flips(0.3)},
    "LabelSmoothing": {"labels": ss.Smoothing(0.3)},
    "SGD": {"batches": ss.Shuffled(3)},
    "SAM": {"ascent": ss.Sharpness(0.3)},
    "MetaReweighting": {"weights": ss.HypergradientWeights(4)},
    "FeatureReweighting": {"weights": ss.FeatureWeights(4)},
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_its_dials_and_takes_the_others(name):
    own = [value for dial in SET[name].values() for value in list(vars(dial).values())[:1]]
    made = getattr(ss, name)(0.2, *own, schedule=ss.Cosine(9), weight_decay=0.1)
    assert made == ss.Algorithm(0.2, **SET[name], schedule=ss.Cosine(9), weight_decay=0.1)
    assert preset_of(made) is PRESETS[name]
    assert inspect.getdoc(PRESETS[name]).partition("\n")[0].endswith(".")


@pytest.mark.parametrize("algorithm", EVERY, ids=zoo.label)
def test_a_description_and_flags_make_the_same_again(algorithm):
    assert build(ss.describe(algorithm), ss.Algorithm, None, "algorithm") == algorithm
    flags = Flags()
    flags.mirror(ss.Algorithm)
    assert flags.build(flags.value(algorithm)) == algorithm


def test_a_table_of_a_preset_keeps_what_it_does_not_say():
    default = ss.LabelNoiseGD(0.5, 0.2, batches=ss.Shuffled(7))
    made = build({"type": "LabelNoiseGD", "flip_rate": 0.3}, ss.Algorithm, default, "algorithm")
    assert made == ss.LabelNoiseGD(0.5, 0.3, batches=ss.Shuffled(7))
    made = build({"flip_rate": 0.3}, ss.Algorithm, default, "algorithm")
    assert made == ss.LabelNoiseGD(0.5, 0.3, batches=ss.Shuffled(7))
    made = build({"labels": {"type": "Smoothing"}}, ss.Algorithm, default, "algorithm")
    assert made == ss.LabelSmoothing(0.5, batches=ss.Shuffled(7))


@pytest.mark.parametrize("name", ["SAM", "GradientDescent", "Algorithm"])
def test_a_table_of_another_type_keeps_nothing(name):
    default = ss.LabelNoiseGD(0.5, 0.2, batches=ss.Shuffled(7), weight_decay=0.1)
    own = {"radius": 0.3} if name == "SAM" else {}
    table = {"type": name, "learning_rate": 0.1} | own
    made = build(table, ss.Algorithm, default, "algorithm")
    assert made == getattr(ss, name)(0.1, **own)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ss.LabelNoiseGD(), "`learning_rate` must be given for LabelNoiseGD"),
        (lambda: ss.SGD(0.1), "`batch_size` must be given for SGD"),
        (lambda: ss.SGD(0.1, 2, 3), "SGD` takes learning_rate, batch_size without a name, got 3"),
        (
            lambda: ss.SAM(0.1, 0.2, radios=3),
            "`radios` is no field of SAM, .*did you mean 'radius'",
        ),
        (lambda: ss.SAM(0.1, 0.2, radius=3), "`radius` of SAM must be given once"),
        (lambda: ss.SAM(0.1, 0.2, ascent=ss.Straight()), "`ascent` of SAM is Sharpness already"),
        (lambda: ss.LabelNoiseGD(0.1, 1.5), r"`flip_rate` must be a number in \[0, 1\), got 1.5"),
        (
            lambda: ss.GradientDescent(0.1, loss="hinge"),
            "`loss` must be a Loss, got 'hinge'; make one of .*Hinge",
        ),
        (lambda: ss.GradientDescent(0.1, optimiser=ss.Adam), r"make one, Adam\(…\)"),
    ],
)
def test_refusals(make, words):
    with pytest.raises(ss.Refusal, match=words):
        make()


def test_a_users_preset_is_found_and_called(monkeypatch):
    monkeypatch.setattr("sigspike.training.preset.PRESETS", dict(PRESETS))
    mine = ss.Preset(
        "MomentumSGD", "Mini-batches with momentum.", batches=ss.Shuffled, optimiser=ss.HeavyBall
    )
    assert mine(0.1, 3, 0.5) == ss.Algorithm(
        0.1, batches=ss.Shuffled(3), optimiser=ss.HeavyBall(0.5)
    )
    record = ss.simulate(zoo.experiment(algorithm=mine(0.1, 3), n_steps=30), jax.random.key(0))
    assert record.diverged_at[-1] == -1
