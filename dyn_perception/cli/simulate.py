# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception simulate`: how a policy does on a simulated board."""

import argparse
import dataclasses
import json
import time
from pathlib import Path
from typing import Any

from dyn_perception.cli.errors import UsageError
from dyn_perception.cli.pictures import drawing_to

_POLICIES = (
    'manager', 'static', 'static_oracle', 'oracle', 'threshold', 'alert', 'alert_tuned', 'pid',
)  # fmt: skip


def add_parser(commands: Any) -> None:
    """Add this sub-command's options."""
    parser = commands.add_parser(
        'simulate',
        help='let a policy steer a simulated board',
        description='Let a policy steer a simulated board through a scenario in virtual time.',
    )
    parser.add_argument(
        '--board', default='jetson_nano', metavar='NAME',
        help='a shipped board or a file (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--scenario', default='one_program', metavar='NAME',
        help='a shipped scenario or a file (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--policy', default='manager', metavar='NAME',
        help=f'one of {", ".join(_POLICIES)} (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--seed', type=int, default=0, metavar='N',
        help='of the noise, and of how the board differs from its profile (default: 0)',
    )  # fmt: skip
    parser.add_argument(
        '--network', default='xun2019', metavar='NAME',
        help='xun2019 (the network of the paper), a shipped network or the folder of a bundle '
        '(default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--split', action='store_true',
        help='offer placements, too, whose processors share the groups of a frame',
    )  # fmt: skip
    parser.add_argument(
        '--objective', choices=('accuracy', 'energy'), help="overrides the scenario's"
    )
    parser.add_argument('--min-width', type=int, metavar='K', help="overrides the scenario's")
    parser.add_argument('--width', type=int, metavar='K', help='of the policy static')
    parser.add_argument('--placement', metavar='NAME', help='of the policy static')
    parser.add_argument('--clock-mhz', type=float, metavar='MHZ', help='of the policy static')
    parser.add_argument('--plot', type=Path, metavar='FILE', help='draw the timeline')
    parser.add_argument('--json', action='store_true', help='print one JSON object')
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Simulate and print."""
    from dyn_perception.study.experiment import Experiment
    from dyn_perception.study.policy_choice import make_policy
    from dyn_perception.study.scenario import load_scenario
    from dyn_perception.study.setting import make_setting

    point = {'width': options.width, 'placement': options.placement}
    point['clock_mhz'] = options.clock_mhz
    if options.policy != 'static' and any(value is not None for value in point.values()):
        raise UsageError(
            f'--width, --placement and --clock-mhz belong to --policy static, not to '
            f'{options.policy}: a policy chooses them itself'
        )
    if options.plot:
        drawing_to(options.plot)
    scenario = load_scenario(options.scenario)
    experiment = Experiment(
        make_setting(options.board, options.network, split=options.split),
        scenario,
        options.seed,
        objective=options.objective,
        min_width=options.min_width,
    )
    start = time.perf_counter()
    trace = experiment.run(make_policy(experiment, options.policy, **point))
    elapsed_s = time.perf_counter() - start
    figures = experiment.judge(trace)
    title = f'{options.policy} on {options.board}, {options.scenario}, seed {options.seed}'
    if options.plot:
        from dyn_perception.cli.timeline_plot import plot_timeline

        plot_timeline(trace, experiment, title, options.plot)
    if options.json:
        print(json.dumps(dataclasses.asdict(figures)))
    else:
        from dyn_perception.cli.simulation_table import print_figures

        virtual_s = experiment.timeline.arrival_s[-1]
        print_figures(figures, title, scenario.description, virtual_s, elapsed_s)
    return 0
