# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception simulate` as a person calls it."""

import json
import re
import subprocess
import sys

import pytest

from dyn_perception.cli.main import main

KEYS = [
    'frames', 'deadline_hit', 'deadline_hit_settled', 'accuracy', 'energy_per_frame_j', 'switches',
    'settling_ms', 'over_temperature_s', 'over_power_s',
]  # fmt: skip
SHORT = """
description: short
segments:
  - {frames: 150}
  - {frames: 150, contention: {fastest: 0.5}, lost: [power], target: 0.6, power_budget: 1.5}
"""


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / 'short.yaml'
    path.write_text(SHORT)
    return str(path)


def run(*arguments):
    return main(['simulate', *map(str, arguments)])


def test_json_has_the_documented_keys_and_nothing_else(scenario, capsys) -> None:
    assert run('--board', 'jetson_nano', '--scenario', scenario, '--json') == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert [*result] == KEYS
    assert result['frames'] == 300
    assert all(isinstance(value, int | float) for value in result.values())
    assert 0.5 < result['accuracy'] < 0.72


@pytest.mark.parametrize(
    'policy',
    ['manager', 'static', 'static_oracle', 'oracle', 'threshold', 'alert', 'alert_tuned', 'pid'],
)
def test_every_policy_runs(policy, scenario, capsys) -> None:
    assert run('--scenario', scenario, '--policy', policy, '--json') == 0
    assert json.loads(capsys.readouterr().out)['frames'] == 300


def test_the_same_seed_prints_the_same(scenario, capsys) -> None:
    def printed(seed):
        assert run('--scenario', scenario, '--seed', seed, '--json') == 0
        return capsys.readouterr().out

    assert printed(5) == printed(5)
    assert printed(5) != printed(6)


def test_the_table_is_for_people(scenario, capsys) -> None:
    assert run('--scenario', scenario, '--policy', 'static', '--width', 1) == 0
    text = capsys.readouterr().out
    assert 'short' in text
    assert '300' in text
    assert '%' in text


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--policy', 'best'], "policy 'best' is unknown: choose of manager, static, "),
        (['--scenario', 'worst'], "scenario 'worst' is unknown: choose of bursts, heat_soak, "),
        (['--board', 'toaster'], 'choose of jetson_nano, '),
        (['--network', 'vgg'], "network 'vgg': .*xun2019"),
        (['--policy', 'static', '--width', '5'], 'widths are 1...4, placements gpu, cpu:a57|cpu'),
        (['--policy', 'static', '--placement', 'npu'], "'npu'"),
        (['--policy', 'static', '--clock-mhz', '1'], 'out of range 76.8...921.6'),
        (['--min-width', '7'], 'min_width 7 is out of range 0...4'),
    ],
)
def test_unknown_names_are_answered_with_the_list(arguments, message, scenario, capsys) -> None:
    assert run('--scenario', scenario, *arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ''
    assert re.search(message, printed.err)


def test_options_of_static_are_not_ignored_elsewhere(scenario, capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        run('--scenario', scenario, '--policy', 'manager', '--width', 2)
    assert stopped.value.code == 2
    assert 'belong to --policy static' in capsys.readouterr().err


def test_the_timeline_is_drawn(scenario, tmp_path, capsys) -> None:
    pytest.importorskip('matplotlib')
    path = tmp_path / 'timeline.png'
    assert run('--scenario', scenario, '--plot', path, '--json') == 0
    assert path.read_bytes().startswith(b'\x89PNG')
    assert [*json.loads(capsys.readouterr().out)] == KEYS
    assert run('--scenario', scenario, '--plot', tmp_path / 'timeline.doc') == 1
    assert 'doc' in capsys.readouterr().err


@pytest.mark.parametrize(
    'command',
    [
        ['simulate', '--plot', 'x.png'],
        ['profile', 'nowhere', '--plot', 'x.png'],
        ['evaluate', 'nowhere', '--data', 'generated', '--confidence-curve', 'x.png'],
    ],
)
def test_without_matplotlib_the_remedy_is_named_before_any_work(command, tmp_path) -> None:
    code = (
        'import sys; sys.modules["matplotlib"] = None\n'
        'from dyn_perception.cli.main import main\n'
        f'sys.exit(main({command!r}))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert f'install it with: {sys.executable} -m pip install matplotlib' in done.stderr
    assert done.stdout == ''
    assert not (tmp_path / 'x.png').exists()


def test_without_a_plot_matplotlib_is_not_imported(scenario) -> None:
    code = (
        'import sys\n'
        'from dyn_perception.cli.main import main\n'
        f'main(["simulate", "--scenario", {scenario!r}, "--json"])\n'
        'assert "matplotlib" not in sys.modules and "torch" not in sys.modules'
    )
    subprocess.run([sys.executable, '-c', code], check=True, stdout=subprocess.DEVNULL)
