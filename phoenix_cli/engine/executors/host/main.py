"""Where a host begins: ``python -I -S main.py PACKAGES LOCK_FD SOCKET_FD LOG_BYTES``, in the folder of its run.

PACKAGES is the folder that holds ``phoenix_cli``. Nothing beyond the standard library is imported. A host is there as long
as its run, so its memory counts (13 MB, 8 of them bare Python's), and before the first command, so its start does (40 ms).
"""

from __future__ import annotations

import os
import sys
import traceback


def main(argv: list[str]) -> None:
    """Serve until there is nothing to do and nobody to do it for."""
    packages, lock, first, log_bytes = argv
    sys.path.append(packages)
    from phoenix_cli.engine.executors.host.serving import serve

    folder = os.getcwd()
    try:
        serve(folder, int(lock), int(first), int(log_bytes))
    except BaseException:
        with open(os.path.join(folder, "host.log"), "a", encoding="utf-8") as file:
            traceback.print_exc(file=file)  # standard error leads nowhere
        raise


if __name__ == "__main__":
    main(sys.argv[1:])
