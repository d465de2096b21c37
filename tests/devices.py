"""A sweep on whatever devices this process has, into a file; says how many took part."""

import sys

import jax

import sigspike as ss
from sigspike.sweeps import compute
from sigspike.sweeps.sweep import plan_sweep

SETTING = ss.Experiment(
    ss.SignalNoise(30, 2.0, 0.5),
    ss.PatchCNN(3),
    ss.LabelNoiseGD(0.3),
    8,
    20,
    record_every=10,
    n_test=20,
    measure="summary",
)
AXES = {"problem.snr": [0.1, 0.2, 0.3, 0.4], "algorithm.labels.flip_rate": [0.0, 0.1]}

if __name__ == "__main__":
    plan = plan_sweep(SETTING, AXES, n_seeds=2)
    shards = compute._shard(plan.inner(plan.programs[0]), compute._numbers(plan, plan.chunk(0)))
    devices = {
        len(values.sharding.device_set) for own in shards.values() for values in own.values()
    }
    spread = [
        name
        for name, own in shards.items()
        for v in own.values()
        if not v.sharding.is_fully_replicated
    ]
    assert (len(spread) == 1) == (jax.device_count() > 1)
    data = ss.sweep(SETTING, AXES, n_seeds=2)
    data.attrs["devices"] = max(devices)
    data.to_netcdf(sys.argv[1], engine="h5netcdf")
