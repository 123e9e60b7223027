# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m dyn_perception.demo`, which `make demo` runs."""

import sys

from dyn_perception.demo.interruption import Interruption, end_process


def main(arguments: list[str] | None = None) -> int:
    """Run the demo, print its summary, and return the exit status."""
    interruption = Interruption()
    # Imported after the signals are taken over: it takes a moment, in which Ctrl-C would otherwise
    # show a traceback.
    from dyn_perception.demo.options import parse_options

    options = parse_options(arguments)
    from dyn_perception.demo.processes import NodeEndedError
    from dyn_perception.demo.run import NoResultError, run
    from dyn_perception.demo.summary import summary_line
    from dyn_perception.inference.errors import EngineError
    from dyn_perception.network.errors import BundleError
    from dyn_perception.share import ShareError
    from dyn_perception.simulation.errors import SimulationError

    try:
        values = run(options, interruption)
    except (
        BundleError, EngineError, NodeEndedError, NoResultError, ShareError, SimulationError
    ) as error:  # fmt: skip
        print(f'demo: {error}', file=sys.stderr, flush=True)
        return 1
    print(summary_line(values), flush=True)
    return 0


if __name__ == '__main__':
    end_process(main())
