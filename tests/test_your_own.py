"""The complete examples of pieces of one's own work at every door, in at most 25 lines each."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "docs" / "your_own").glob("*.py"))
ENTRY = "import sys; from sigspike_entry import entry; sys.argv[0] = 'sigspike'; entry()"
SMALL = ["--n-samples", "8", "--n-steps", "6", "--n-test", "20"]
USED = """
import importlib.util, sys
from pathlib import Path
import jax, numpy as np
import sigspike as ss

path = Path(sys.argv[1])
sys.path.insert(0, str(path.parent))
module = importlib.import_module(path.stem)
kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
(kind,) = [kind for kind in kinds if kind.__module__ == module.__name__]
bases = {"loss": ss.Loss, "activation": ss.Activation, "labels": ss.Labels}
bases |= {"data": ss.Problem, "network": ss.Network}
assert issubclass(kind, bases[path.stem])
problem, network = ss.SignalNoise(60, 3.0, 0.5), ss.PatchCNN(3, init_std=0.1)
algorithm = ss.GradientDescent(0.1)
if path.stem in ("loss", "labels"):
    algorithm = ss.put(algorithm, path.stem, kind())
elif path.stem == "activation":
    network = ss.put(network, "activation", kind())
elif path.stem == "data":
    problem = kind(60, 3.0, 0.5)
else:
    network = kind(3, init_std=0.1)
options = {"n_samples": 8, "n_steps": 6, "n_test": 20, "measure": "summary"}
at = ss.Experiment(problem, network, algorithm, **options)
alone = ss.named_axes(ss.simulate(at, jax.random.fold_in(jax.random.key(0), 1)))
assert float(alone.train_loss[-1]) != float(alone.train_loss[0])
weights = ss.simulate(ss.put(at, "space", "weights"), jax.random.key(0))
assert np.isfinite(weights.train_loss).all()
axes = {"network.width": [2, 3], "problem.signal_strength": [1.0, 3.0]}
for options in ({}, {"store": sys.argv[2]}, {"cluster": "local:1"}):
    cells = ss.sweep(at, axes, n_seeds=2, **options)
    here = cells.sel(width=3, signal_strength=3.0, seed=1)
    np.testing.assert_allclose(here.train_loss, alone.train_loss, rtol=1e-4)
assert "code" in str(ss.describe(at))
assert not ss.theory.LabelNoiseLearns()(at).applies
print("done", kind.__name__)
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_its_command_runs(example):
    text = example.read_text()
    assert len(text.splitlines()) <= 25
    command = re.search(r"sigspike (run .*?)\n\"\"\"", text, re.S)[1].replace("\\\n", " ").split()
    # Flags of the experiment stand before its parts
    first = next(k for k, word in enumerate(command) if ":" in word)
    line = [*command[:first], *SMALL, *command[first:]]
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, *line],
        cwd=example.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "train loss" in done.stdout


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_simulated_swept_described_and_checked(example, tmp_path):
    pytest.importorskip("distributed")
    line = [
        sys.executable,
        "-c",
        f"if __name__ == '__main__':\n    exec({USED!r})",
        str(example),
        str(tmp_path / "s"),
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "done" in done.stdout
