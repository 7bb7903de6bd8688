"""A process that reads rows for another: rules first, then chunks in and batches out, until its input ends.

Run as `python -m dialer.services.people.reading_process` by `import_processes`, over its own two pipes. When
whoever started it is gone, however it ended, the pipe ends and so does this.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
from dataclasses import replace
from typing import Final

from dialer.services.people.import_batches import ChunkReader

NICENESS: Final = 5
"""Pages and calls go first where processors are short."""


def serve() -> None:
    """Answer each chunk with its batch."""
    os.nice(NICENESS)
    gc.disable()  # rows hold nothing that refers to itself, and looking for it takes a third of the time
    with contextlib.suppress(EOFError, BrokenPipeError):
        reader = ChunkReader(pickle.load(sys.stdin.buffer))  # noqa: S301
        while True:
            batch = reader.read(pickle.load(sys.stdin.buffer))  # noqa: S301
            batch = replace(batch, chunk=batch.chunk.emptied())  # whoever sent its texts has them
            pickle.dump(batch, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
