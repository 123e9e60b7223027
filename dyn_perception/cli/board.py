# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception board`: what a board does now, and a competing program on a simulated one."""

import argparse
import contextlib
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dyn_perception.cli.errors import UsageError
from dyn_perception.cli.interruption import interrupt_on_sigterm

_FIRST_WINDOW_S = 0.5
"""Loads are averaged between two readings; so long is between the first two."""


def add_parser(commands: Any) -> None:
    """Add this sub-command's options."""
    parser = commands.add_parser(
        'board',
        help='watch load, clocks, power and temperatures of a board',
        description='Show what a board is like now, until Ctrl-C; one reading where the output '
        'is no terminal.',
    )
    parser.add_argument(
        '--root', type=Path, default=Path('/'), metavar='DIR',
        help='folder that the board is read below (default: /, this machine); a simulated board '
        'keeps one',
    )  # fmt: skip
    parser.add_argument(
        '--rate', type=float, default=2.0, metavar='HZ', help='readings a second (default: 2)'
    )
    parser.add_argument(
        '--json', action='store_true',
        help=f'print one reading, averaged over {_FIRST_WINDOW_S:g} s, as one JSON object with '
        'the fields and units of BoardState.msg; null: not known',
    )  # fmt: skip
    parser.add_argument(
        '--load', action='append', default=[], metavar='PROCESSOR=SHARE',
        help='beside that, run as a competing program that takes this share (0...1) of a '
        "simulated board's processor, such as gpu=0.5 or cpu:a57=0.3; may be given several times",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read and show."""
    from dyn_perception.board.board import open_board

    if not 0.1 <= options.rate <= 100:
        raise UsageError(f'--rate {options.rate:g} is out of range 0.1...100 Hz')
    if options.json and options.load:
        raise UsageError('--json prints one reading, --load runs on: give one of them')
    board = open_board(options.root)
    board.read()
    if options.json or not (sys.stdout.isatty() or options.load):
        time.sleep(_FIRST_WINDOW_S)
    reading = board.read()
    if options.json:
        print(json.dumps(_without_nan(asdict(reading)), ensure_ascii=False))
        return 0
    if not (sys.stdout.isatty() or options.load):
        from rich.console import Console

        from dyn_perception.cli.board_view import board_view

        Console(highlight=False).print(board_view(reading))
        return 0
    interrupt_on_sigterm()  # the cursor is shown again on the way out
    with contextlib.suppress(KeyboardInterrupt):  # the way to end this
        _watch(options, board.read)
    return 0


def _watch(options: argparse.Namespace, read: Callable[[], Any]) -> None:
    """Show readings until Ctrl-C, or until a simulated board ends under a load."""
    from rich.console import Console
    from rich.live import Live

    from dyn_perception.cli.board_view import board_view
    from dyn_perception.simulation.program_load import parse_loads, run_load

    loads = parse_loads(options.load)
    if not sys.stdout.isatty():
        wanted = ', '.join(f'{name} {share:.0%}' for name, share in loads.items())
        text = f'occupies {wanted} until Ctrl-C or SIGTERM'
        run_load(options.root, loads, started=lambda: print(text, file=sys.stderr, flush=True))
        return
    period_s = 1 / options.rate
    with Live(board_view(read(), loads), console=Console(), auto_refresh=False) as live:

        def show(longest_s: float) -> bool:
            time.sleep(min(period_s, longest_s))
            live.update(board_view(read(), loads), refresh=True)
            return False

        if loads:
            run_load(options.root, loads, ended=show)
        while True:
            show(math.inf)


def _without_nan(value: Any) -> Any:
    """Replace NaN, which JSON does not have, by None."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
