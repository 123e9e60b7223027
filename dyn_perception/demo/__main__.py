# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line of the demo: `python -m dyn_perception.demo`, which `make demo` runs."""

import argparse
import math
import re
import secrets
import sys
from pathlib import Path

from dyn_perception.demo.processes import Interruption, ProcessEndedError, end_process

_DESCRIPTION = """\
Show the whole loop in the terminal: image_source and perception on labelled frames (640x480, cut
into 6 x 8 images), resource_monitor, and the manager, which holds a frame rate while other
programs come and go. The demo first measures how long the network takes at its full width, and
sets a target that it holds alone but misses beside the other programs.

--board NAME runs the same on a simulated board, in real time. Without the manager (--manager 0)
nothing reacts: on a simulated board the knobs are yours, and on this machine the demo itself steps
the width of the network from all groups to one and back, on single images at 30 Hz.
"""

_NOTES = """\
The live view needs a terminal with UTF-8 on standard error; elsewhere the demo prints a line a
second there. The last line on standard output is one JSON object:
  frames     results received
  fps        results a second
  top1       share of labelled images that are right, 0...1 (null: none was labelled); a frame of
             the loop has 6 x 8 images, on a simulated board as many as this machine keeps up with
  dropped    frames published without a result (without labels: those that perception reports)
  widths     frames at each width
  target_fps     frame rate to hold (null: the demo itself set the width)
  deadline_hit   share of the frames with a result within 1/target_fps of their arrival, 0...1;
                 dropped frames are late
  width_changes  how often the width of a result was not that of the one before
  labelled, top1_by_width, refused, latency_ms, seconds, model, architecture   details of these
The counts of the loop start when its target is set.
Exit status: 0 at the end of SECONDS, on Ctrl-C and on SIGTERM; 1 if a node ends or nothing
arrives (the reason is the last line on standard error); 2 if an option cannot be taken.
The nodes run in a namespace of their own, demo_<random>, in the ROS domain of the caller.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo, print its summary, and return the exit status."""
    interruption = Interruption()
    options = parse_options(arguments)
    # Imported after the signals are taken over: it takes a moment, in which Ctrl-C would otherwise
    # show a traceback.
    from dyn_perception.demo.run import NoResultError, Options, run
    from dyn_perception.demo.statistics import summary_line
    from dyn_perception.inference.errors import EngineError
    from dyn_perception.network.errors import BundleError
    from dyn_perception.share import ShareError
    from dyn_perception.simulation.errors import SimulationError

    try:
        values = run(Options(**vars(options)), interruption)
    except (
        BundleError, EngineError, NoResultError, ProcessEndedError, ShareError, SimulationError
    ) as error:  # fmt: skip
        print(f'demo: {error}', file=sys.stderr, flush=True)
        return 1
    print(summary_line(values), flush=True)
    return 0


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options; ends the process with status 2 and the reason where one is wrong."""
    parser = argparse.ArgumentParser(
        prog='demo',
        description=_DESCRIPTION,
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--seconds',
        type=_positive,
        metavar='S',
        help='end after so many seconds of frames (default: run until Ctrl-C)',
    )
    parser.add_argument(
        '--manager',
        type=_manager,
        default=1,
        metavar='0|1',
        help='1 (default): the manager sets the knobs; 0: it is not started',
    )
    parser.add_argument(
        '--board',
        type=_board,
        default='',
        metavar='NAME',
        help='a simulated board instead of this machine: one of config/boards, for example '
        'jetson_nano, or the path of a description',
    )
    parser.add_argument(
        '--model', default='', help='shipped network or bundle folder (default: that of the node)'
    )
    parser.add_argument(
        '--source', default='', help='what image_source shows (default: that of the node)'
    )
    parser.add_argument(
        '--namespace',
        type=_namespace,
        default=f'demo_{secrets.token_hex(2)}',
        help='ROS namespace of the nodes (default: demo_<random>, so that demos never mix)',
    )
    parser.add_argument(
        '--plain', action='store_true', help='print a line a second instead of the live view'
    )
    parser.add_argument(
        '--picture',
        type=_picture,
        metavar='FILE.svg',
        help='write the view as it is at the end, also at Ctrl-C, to an SVG file',
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f'{text!r} is no time: use seconds above 0')
    return seconds


def _manager(text: str) -> int:
    if text not in ('0', '1'):
        raise argparse.ArgumentTypeError(
            f'{text!r} is neither 1, with the manager, nor 0, without: use one of them'
        )
    return int(text)


def _board(text: str) -> str:
    if not text:
        return text
    # Only here: it takes a moment that the others need not wait.
    from dyn_perception.simulation.board_files import load_board_description
    from dyn_perception.simulation.errors import SimulationError

    try:
        load_board_description(text)
    except SimulationError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _namespace(text: str) -> str:
    if not re.fullmatch(r'[A-Za-z_]\w*(/[A-Za-z_]\w*)*', text, re.ASCII):
        raise argparse.ArgumentTypeError(
            f'{text!r} is no ROS namespace: use letters, digits and _, beginning with a letter'
        )
    return text


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix != '.svg':
        raise argparse.ArgumentTypeError(f'{text!r} is no SVG file: use a name that ends in .svg')
    if not path.resolve().parent.is_dir():
        raise argparse.ArgumentTypeError(
            f'{text!r} cannot be written, its folder does not exist: create it first'
        )
    return path


if __name__ == '__main__':
    end_process(main())
