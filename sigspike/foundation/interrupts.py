"""Interrupts that are not lost where Python prints an exception and forgets it.

It does so in a callback of the garbage collector.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_heard = threading.Event()


@contextmanager
def listening() -> Iterator[None]:
    """While it lasts, Ctrl-C raises ``KeyboardInterrupt`` as ever, and `check` remembers it."""
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return

    def hear(number: int, frame: Any) -> None:
        _heard.set()
        usual(number, frame)

    signal.signal(signal.SIGINT, hear)
    try:
        yield
        check()
    finally:
        signal.signal(signal.SIGINT, usual)
        _heard.clear()


def check() -> None:
    """Raise the interrupt that was heard and is still on its way."""
    if _heard.is_set():
        raise KeyboardInterrupt
