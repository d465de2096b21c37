"""``sigspike check``: what the theorems say of an experiment."""

import json
import math
from typing import Annotated, Literal

import tyro

from sigspike.cli.run import DEFAULT, FLAGS, ExperimentFlags
from sigspike.cli.scripts import Scripts
from sigspike.foundation.strict_json import finite
from sigspike.theory import THEOREMS, Condition, Prediction, Report

MARK = {True: "holds", False: "FAILS"}


def check(
    experiment: Annotated[ExperimentFlags, tyro.conf.arg(name="")] = DEFAULT,  # type: ignore[valid-type]
    theorem: tuple[Literal[tuple(THEOREMS)], ...] = tuple(THEOREMS),  # type: ignore[valid-type]
    constant: float = 1.0,
    delta: float = 0.05,
    epsilon: float = 0.01,
    as_json: Annotated[bool, tyro.conf.arg(name="json")] = False,
    scripts: Scripts = (),  # imported by now  # noqa: ARG001
) -> None:
    """Print the conditions of the theorems that speak about an experiment, and what they predict.

    Args:
        experiment: The experiment.
        theorem: Which theorems; all by default.
        constant: The constant C that the papers leave open.
        delta: The probability δ of failure.
        epsilon: The training loss ε to be reached.
        as_json: Print the reports as JSON instead.
    """
    built = FLAGS.build(experiment)
    reports = {name: THEOREMS[name](constant, delta, epsilon)(built) for name in theorem}
    if as_json:
        said = {name: finite(report.as_dict()) for name, report in reports.items()}
        print(json.dumps(said, ensure_ascii=False, allow_nan=False))
        return
    print(
        "\n\n".join(
            table(report)
            for report in sorted(reports.values(), key=lambda report: not report.applies)
        )
    )


def table(report: Report) -> str:
    """A report as lines of text; of a theorem that does not apply, the hypotheses that fail."""
    if not report.applies:
        failed = [
            f"{h.name} must be {h.needed}, got {h.found}" for h in report.hypotheses if not h.holds
        ]
        return f"{report.theorem}\n  does not speak about this experiment: " + "; ".join(failed)
    largest = report.largest_constant
    verdict = "all hold" if report.holds else "not all hold"
    constants = f"C = {report.constant:g}, δ = {report.delta:g}"
    head = (
        f"{report.theorem}\n  conditions at {constants}: {verdict}; "
        f"they hold up to C = {largest:.3g}"
    )
    rows = [f"  {'':5}  {'C × this side':>13}  {'≤ this side':>11}  {'largest C':>9}  condition"]
    rows += [_condition(condition, report.constant) for condition in report.conditions]
    return "\n".join([head, *rows, "  predicted", *map(_prediction, report.predictions)])


def _condition(condition: Condition, constant: float) -> str:
    sides = (
        f"{condition.smaller:13.4g}  {condition.larger:11.4g}  {condition.largest_constant:9.3g}"
    )
    mark = "?" if math.isnan(condition.ratio) else MARK[condition.holds(constant)]
    return f"  {mark:5}  {sides}  {condition.name}: {condition.formula}"


def _prediction(prediction: Prediction) -> str:
    if prediction.missing:
        return f"    {prediction.name}: no number, since it needs {prediction.missing}"
    ours = f"; {prediction.ours}" if prediction.ours else ""
    order = prediction.relation == "Θ"
    value = (
        f"= Θ({prediction.value:.4g})" if order else f"{prediction.relation} {prediction.value:.4g}"
    )
    return f"    {prediction.name} {value}   {prediction.formula}  [{prediction.source}{ours}]"
