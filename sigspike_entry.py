"""The first lines of ``sigspike``: they hear Ctrl-C and SIGTERM before any heavy import."""

import _thread
import os
import select
import signal
import sys
import threading
from typing import Any, NoReturn

WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
PATIENCE = 3.0  # seconds in which the work may be left in order
AGAIN = 0.05  # seconds until an interrupt that could not be raised comes again
# In their C++ an exception that comes from outside ends the process at once, or is forgotten.
DELICATE = {"jax", "jaxlib", "equinox", "_frozen_importlib", "_frozen_importlib_external"}


def entry() -> None:
    """Run the command; 130 when interrupted, 143 when terminated (``sigspike.cli.main`` knows the
    other exit codes).
    """
    signals = Signals()
    try:
        from sigspike.cli.main import command

        signals.begun = True
        code = command(sys.argv[1:])
    except BaseException:
        if signals.number is None:
            raise
        signals.leave()
    signals.over = True
    sys.exit(code)


class Signals:
    """Ctrl-C and SIGTERM raise ``KeyboardInterrupt`` in the main thread, so that the work is left
    in order: as soon as it stands in no `DELICATE` code.

    A second thread is told of them by the system, whatever the main one is doing. It says so at
    once, and ends the process itself where the main thread takes more than ``PATIENCE`` (a long
    call of XLA), or at a second Ctrl-C: what is on disk is whole at every moment.
    """

    def __init__(self) -> None:
        self.number: signal.Signals | None = None
        self.begun = self.over = False
        self._said = threading.Event()
        self._own = 0  # signals that are no new ones
        self._pipe, there = os.pipe()
        os.set_blocking(there, False)
        signal.set_wakeup_fd(there, warn_on_full_buffer=False)
        sys.unraisablehook = self._show
        for number in WORDS:
            signal.signal(number, self._hear)
        threading.Thread(target=self._watch, daemon=True).start()

    def leave(self) -> NoReturn:
        """End the process, now that its work is left; nothing waits for chunks that are still
        computed.
        """
        self._said.wait(1)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                continue
        self._exit()

    def _hear(self, number: int, frame: Any) -> None:
        self.number = self.number or signal.Signals(number)
        if self.over or not self.begun:
            self.leave()
        if _is_delicate(frame):
            self._send_again()
        else:
            raise KeyboardInterrupt

    def _watch(self) -> None:
        first = self._next(None)
        self.number = self.number or first
        os.write(
            sys.stderr.fileno(),
            f"\nsigspike: {WORDS[first]}; what is finished in a store is kept\n".encode(),
        )
        self._said.set()
        if self._next(PATIENCE) is None:
            os.write(sys.stderr.fileno(), b"sigspike: ended in the middle of its work\n")
        self._exit()

    def _next(self, seconds: float | None) -> Any:
        """The next signal that ends the command, or None after some seconds."""
        while select.select([self._pipe], [], [], seconds)[0]:
            number = os.read(self._pipe, 1)[0]
            if number in WORDS and self._own == 0:
                return signal.Signals(number)
            self._own -= number in WORDS
        return None

    def _send_again(self) -> None:
        self._own += 1
        threading.Timer(AGAIN, _thread.interrupt_main, [self.number or signal.SIGINT]).start()

    def _show(self, unraisable: Any) -> None:
        """An exception that went nowhere: an interrupt comes again, another is shown as usual."""
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            self._send_again()
        else:
            sys.__unraisablehook__(unraisable)

    def _exit(self) -> NoReturn:
        os._exit(128 + (self.number or signal.SIGINT))


def _is_delicate(frame: Any) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] in DELICATE:
            return True
        frame = frame.f_back
    return False
