"""Who computes the chunks: the threads of this process, or the workers of a dask cluster."""

import os
import pickle
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import islice
from typing import Any

import jax
import xarray as xr

from sigspike.foundation.check import Refusal
from sigspike.foundation.interrupts import check
from sigspike.foundation.provenance import settings, under
from sigspike.sweeps.compute import compute
from sigspike.sweeps.names import Codes, check_codes, importable
from sigspike.sweeps.plan import Plan

Done = tuple[int, xr.Dataset, float]  # chunk number, its records, seconds
CLOSE = 10.0  # seconds for the processes of a cluster of our own to end
LISTEN = 0.5  # seconds between two looks for an interrupt that went nowhere


def n_threads() -> int:
    """Chunks in flight: one a core of the CPU; two on accelerators, so that one is drawn while
    another is read back.
    """
    if jax.default_backend() == "cpu":
        return (os.cpu_count() or 1) if jax.local_device_count() == 1 else 1
    return 2


def on_threads(plan: Plan, numbers: Iterator[int]) -> Generator[Done, None, None]:
    """The chunks as they are finished, in this process. XLA computes outside Python's lock."""
    pool, here = ThreadPoolExecutor(n_threads()), settings()
    try:
        yield from _in_flight(
            lambda number: pool.submit(timed, plan, here, number), numbers, n_threads() + 1
        )
    finally:  # whoever is interrupted does not wait for chunks that nobody will write
        pool.shutdown(wait=False, cancel_futures=True)


def timed(plan: Plan, given: Mapping[str, Any], number: int) -> Done:
    """One chunk under these settings of jax, and how long it took."""
    started = time.perf_counter()
    with under(given):
        data = compute(plan, number)
    return number, data, time.perf_counter() - started


def _in_flight(
    submit: Callable[[int], Future], numbers: Iterator[int], most: int
) -> Iterator[Done]:
    """Results in the order in which they come; no more than ``most`` chunks are under way or
    waiting to be read.
    """
    pending = {submit(number) for number in islice(numbers, most)}
    while pending:
        finished, pending = wait(pending, timeout=LISTEN, return_when=FIRST_COMPLETED)
        check()
        pending |= {submit(number) for number in islice(numbers, len(finished))}
        for future in finished:
            yield future.result()


def on_cluster(plan: Plan, numbers: Iterator[int], address: str) -> Generator[Done, None, None]:
    """The chunks as they are finished, by the processes of a dask cluster: an address, ``local`` or
    ``local:N``.

    Workers return data and write nothing. A chunk whose worker dies runs again on another (dask
    gives up after a chunk has lost four of them). Classes of the user's must be found by their
    names on every worker, and be the same there.
    """
    codes, sent, given = importable(plan), pickle.dumps(plan), settings()
    with _client(address) as client:
        from distributed import KilledWorker

        _refuse_others(client, codes)
        # Made again, where all workers that had it die
        kept = client.submit(_same, sent, pure=False)
        pool = client.get_executor(pure=False)
        most = 2 * max(1, sum(client.nthreads().values()))
        try:
            yield from _in_flight(
                lambda number: pool.submit(_remote, kept, given, codes, number), numbers, most
            )
        except (KilledWorker, CancelledError) as error:
            raise Refusal(
                f"`cluster` lost four workers over one chunk, or its scheduler ({error!r}); give "
                "workers more memory, or take smaller trainings"
            ) from error


def _same(sent: bytes) -> bytes:
    return sent


def _remote(sent: bytes, given: Mapping[str, Any], codes: Codes, number: int) -> Done:
    check_codes(codes)  # a worker may have come later than the others
    with under(given):
        return timed(_unpacked(sent), given, number)


@lru_cache(maxsize=1)
def _unpacked(sent: bytes) -> Plan:
    """The plan as it was sent: numbers in float64 stay so only where the settings are those of the
    sender.
    """
    return pickle.loads(sent)


def _refuse_others(client: Any, codes: Codes) -> None:
    """Refuse workers on which a class of the user's is another, before anything is sent that names
    it.
    """
    try:
        client.run(check_codes, codes)
    except Refusal:
        raise
    except Exception as error:
        raise Refusal(
            f"`cluster` workers must have the same sigspike as this process, got {error!r}"
        ) from error


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise Refusal(
            "`cluster` needs dask.distributed, which is not installed; pip install distributed"
        ) from None
    if address == "local" or address.startswith("local:"):
        count = address.removeprefix("local").removeprefix(":") or str(os.cpu_count() or 1)
        if not count.isdigit() or count == "0":
            raise Refusal(f"`cluster` must be an address, 'local' or 'local:N', got {address!r}")
        options = {
            "n_workers": int(count),
            "threads_per_worker": 1,
            "processes": True,
            "dashboard_address": None,
        }
        cluster = LocalCluster(**options)
        try:
            with Client(cluster) as client:
                yield client
        finally:
            with suppress(TimeoutError):  # it waits for ever where a worker was just being started
                cluster.close(timeout=CLOSE)
        return
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise Refusal(
            f"`cluster` {address!r} answers no call ({error}); is the scheduler running?"
        ) from error
    with client:
        yield client
