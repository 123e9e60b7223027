# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception profile`: what each operating point takes on the board it runs on."""

import argparse
import sys
from pathlib import Path
from typing import Any

from dyn_perception.cli.errors import UsageError
from dyn_perception.cli.interruption import interrupt_on_sigterm
from dyn_perception.cli.pictures import drawing_to

_LARGEST_SIDE = 16_384


def add_parser(commands: Any) -> None:
    """Add this sub-command's options."""
    parser = commands.add_parser(
        'profile',
        help='measure the operating points of a network on this board',
        description='Measure time, power and accuracy of each width, placement and clock on the '
        'board that this runs on, and write a table for the manager. Stop other programs first. '
        'A run that was killed goes on with the same command; clock limits are put back.',
    )
    parser.add_argument(
        'bundle', metavar='BUNDLE', help='shipped network or folder of a trained one'
    )
    parser.add_argument(
        '--out', type=Path, default=Path('profile.yaml'), metavar='FILE',
        help='table to write (default: profile.yaml)',
    )  # fmt: skip
    parser.add_argument(
        '--regions', type=int, nargs=2, default=(1, 1), metavar=('ROWS', 'COLUMNS'),
        help='grid that a frame is cut into, as the parameter regions (default: 1 1)',
    )  # fmt: skip
    parser.add_argument(
        '--image-size', type=int, nargs=2, default=(640, 480), metavar=('WIDTH', 'HEIGHT'),
        help='size of the frames (default: 640 480)',
    )  # fmt: skip
    parser.add_argument(
        '--root', type=Path, default=Path('/'), metavar='DIR',
        help='folder of a running simulated board (default: /, this machine)',
    )  # fmt: skip
    parser.add_argument(
        '--placements', nargs='+', metavar='PLACEMENT',
        help='placements to measure, also such as cpu:0+cpu:1 whose processors share the groups '
        'of a frame (default: each CPU cluster, the GPU where there is one, each pair of them)',
    )  # fmt: skip
    parser.add_argument(
        '--clocks', choices=('few', 'all', 'none'), default='few',
        help='clock limits to measure at: up to five, all steps of the board, or as they are',
    )  # fmt: skip
    parser.add_argument(
        '--seconds', type=float, default=1.0, metavar='S', help='for each point (default: 1)'
    )
    parser.add_argument(
        '--engine', choices=('onnx', 'tensorrt', 'torch'), default='onnx',
        help='as the parameter engine (default: onnx)',
    )  # fmt: skip
    parser.add_argument('--threads', type=int, default=1, metavar='N', help='CPU threads')
    parser.add_argument(
        '--plot', type=Path, metavar='FILE',
        help='also draw accuracy against latency and energy (SVG, PNG, PDF)',
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and write."""
    from dyn_perception.cli.profile_progress import track
    from dyn_perception.network.bundle import load_bundle
    from dyn_perception.profiling.grid import make_grid
    from dyn_perception.profiling.network_on_board import NetworkOnBoard
    from dyn_perception.profiling.profile_file import FORMAT_VERSION, Profile, save_profile
    from dyn_perception.profiling.progress_file import ProgressFile
    from dyn_perception.profiling.run import ProfileRun
    from dyn_perception.share import model_path

    _check(options)
    if options.plot:
        drawing_to(options.plot)
    interrupt_on_sigterm()  # limits are put back on the way out
    bundle = load_bundle(model_path(options.bundle))
    bundle.verify()
    manifest, regions = bundle.manifest, (options.regions[0], options.regions[1])
    network = NetworkOnBoard(bundle, options.engine, options.threads, regions, options.root)
    limits = network.board.actuators() if options.clocks != 'none' else ()
    actuators = [actuator for actuator in limits if actuator.settable]
    for actuator in limits:
        if not actuator.settable:
            print(
                f'{actuator.name} is left as it is: this user must not set it; see '
                'config/README.md of the package for the rights',
                file=sys.stderr,
            )
    knobs = network.knobs(options.placements)
    grid = make_grid(range(1, manifest.groups + 1), knobs, actuators, options.clocks)
    board = network.board.read().board
    facts: dict[str, Any] = {
        'board': board,
        'model': manifest.name,
        'groups': manifest.groups,
        'regions': regions,
        'image_size': tuple(options.image_size),
    }
    how = [options.engine, options.threads, options.seconds, str(options.root)]
    kept = ProgressFile(options.out, {**_as_lists(facts), 'how': how})
    done = {(p.width, p.placement, *sorted(p.clocks.items())) for p in kept.points}
    left = [
        point
        for point in grid
        if (point.width, point.placement, *sorted(point.clocks)) not in done
    ]
    # Asked for by name, a placement that does not work is an error.
    leave_out = None if options.placements else _leave_out
    measuring = ProfileRun(network, manifest, facts['image_size'], options.seconds, leave_out)
    for point in track(measuring.measure(left), len(left), len(grid)):
        kept.add(point)
    profile = Profile(format_version=FORMAT_VERSION, points=tuple(kept.points), **facts)
    profile.table()
    save_profile(profile, options.out)
    kept.remove()
    if options.plot:
        from dyn_perception.cli.profile_plot import plot_profile

        plot_profile(profile, options.plot)
    print(f'{len(profile.points)} operating points of {manifest.name} on {board or "this board"}: '
          f'{options.out}')  # fmt: skip
    return 0


def _leave_out(placement: str, error: Exception) -> None:
    print(f'{placement} is left out: {error}', file=sys.stderr)


def _check(options: argparse.Namespace) -> None:
    if not 0.05 <= options.seconds <= 3600:
        raise UsageError(f'--seconds {options.seconds:g} is out of range 0.05...3600')
    for name, values, highest in (
        ('--regions', options.regions, 64), ('--image-size', options.image_size, _LARGEST_SIDE)
    ):  # fmt: skip
        if not all(1 <= value <= highest for value in values):
            raise UsageError(f'{name} {values[0]} {values[1]} is out of range 1...{highest}')
    if not options.out.absolute().parent.is_dir():
        raise UsageError(f'--out {options.out}: its folder does not exist, make it first')


def _as_lists(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in facts.items()}
