"""Who computes the chunks: the threads of this process, or the workers of a dask cluster."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import Any

import jax
import xarray as xr

from sigspike.check import Refusal
from sigspike.sweeps.compute import compute
from sigspike.sweeps.plan import Plan

Done = tuple[int, xr.Dataset, float]  # chunk number, its records, seconds


def n_threads() -> int:
    """Chunks in flight: one a core of the CPU; two on accelerators, so that one is drawn while another is read back."""
    if jax.default_backend() == "cpu":
        return (os.cpu_count() or 1) if jax.local_device_count() == 1 else 1
    return 2


def on_threads(plan: Plan, numbers: Iterator[int]) -> Iterator[Done]:
    """The chunks as they are finished, in this process. XLA computes outside Python's lock."""
    with ThreadPoolExecutor(n_threads()) as pool:
        try:
            yield from _in_flight(pool, plan, numbers, n_threads() + 1)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def timed(plan: Plan, number: int) -> Done:
    """One chunk, and how long it took."""
    started = time.perf_counter()
    data = compute(plan, number)
    return number, data, time.perf_counter() - started


def _in_flight(pool: Executor, plan: Plan, numbers: Iterator[int], most: int) -> Iterator[Done]:
    """Results in the order in which they come; no more than ``most`` chunks are under way or waiting to be read."""
    pending: set[Future] = {pool.submit(timed, plan, number) for number in islice(numbers, most)}
    while pending:
        finished, pending = wait(pending, return_when=FIRST_COMPLETED)
        pending |= {pool.submit(timed, plan, number) for number in islice(numbers, len(finished))}
        for future in finished:
            yield future.result()


def on_cluster(plan: Plan, numbers: Iterator[int], address: str) -> Iterator[Done]:
    """The chunks as they are finished, by the processes of a dask cluster: an address, ``local`` or ``local:N``.

    Workers return data and write nothing. A chunk whose worker dies runs again on another (dask gives up after a chunk
    has lost four of them).
    """
    with _client(address) as client:
        from distributed import as_completed

        everywhere = client.scatter(_Setting(plan, bool(jax.config.jax_enable_x64)), broadcast=True)  # type: ignore[attr-defined]

        def submit(number: int) -> Any:
            return client.submit(_remote, everywhere, number, pure=False)

        most = 2 * max(1, sum(client.nthreads().values()))
        results = as_completed([submit(number) for number in islice(numbers, most)])
        for future in results:
            yield future.result()
            future.release()
            for number in islice(numbers, 1):
                results.add(submit(number))


class _Setting:
    """What every worker needs: the plan and the precision."""

    def __init__(self, plan: Plan, x64: bool):
        self.plan, self.x64 = plan, x64


def _remote(setting: _Setting, number: int) -> Done:
    jax.config.update("jax_enable_x64", setting.x64)
    return timed(setting.plan, number)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise Refusal("`cluster` needs dask.distributed, which is not installed; pip install distributed") from None
    if address == "local" or address.startswith("local:"):
        count = address.removeprefix("local").removeprefix(":") or str(os.cpu_count() or 1)
        if not count.isdigit() or count == "0":
            raise Refusal(f"`cluster` must be an address, 'local' or 'local:N', got {address!r}")
        settings = {"n_workers": int(count), "threads_per_worker": 1, "processes": True, "dashboard_address": None}
        with LocalCluster(**settings) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise Refusal(f"`cluster` {address!r} answers no call ({error}); is the scheduler running?") from error
    with client:
        yield client
