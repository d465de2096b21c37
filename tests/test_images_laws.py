"""What holds of every method, those in files of their own to come too."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from tiny_training import DATASET, NOISY, TRAINING

from sigspike.cli.flags import makers
from sigspike.images.methods import Method
from sigspike.images.training import train


@pytest.mark.parametrize("kind", makers(Method), ids=lambda kind: kind.__name__)
def test_a_method_stops_and_goes_on_with_the_same_bits(kind, tmp_path):
    """Two epochs at once, and one after the other in a folder: the same state, log and suspects;
    all of it finite.
    """
    method = kind()
    training = replace(
        TRAINING, method=method, epochs=2, batch_size=32, clean_size=9 * method.needs_clean
    )
    whole = train(training, DATASET, NOISY)
    train(training, DATASET, NOISY, tmp_path, until=1)
    parts = train(training, DATASET, NOISY, tmp_path)
    states = zip(jax.tree.leaves(whole.state), jax.tree.leaves(parts.state), strict=True)
    assert all(np.array_equal(one, other) for one, other in states)
    rows = [{name: row[name] for name in row if name != "seconds"} for row in whole.rows]
    assert rows == [{name: row[name] for name in row if name != "seconds"} for row in parts.rows]
    assert all(np.isfinite(list(row.values())).all() for row in rows)
    np.testing.assert_array_equal(whole.suspects.score, parts.suspects.score)
    assert {"objective", "bootstrap"} & set(rows[0])
