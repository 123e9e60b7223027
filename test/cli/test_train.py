# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception train` as a person or torchrun starts it."""

import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from dyn_perception.network.bundle import load_bundle

COMMAND = [sys.executable, '-m', 'dyn_perception.cli.main']
SMALL = [
    '--data', 'generated', '--groups', '2', '--channels', '4', '8', '8', '8', '--size', '16', '16',
    '--batch-size', '64', '--learning-rate', '0.1', '--threads', '1',
]  # fmt: skip


def run(*arguments, command=COMMAND):
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False
    )


def test_two_processes_train_together(tmp_path):
    torchrun = [
        sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2',
        '-m', 'dyn_perception.cli.main',
    ]  # fmt: skip
    done = run('train', *SMALL, '--epochs', 2, '--out', tmp_path / 'out', command=torchrun)
    assert done.returncode == 0, done.stderr
    bundle = load_bundle(tmp_path / 'out')
    bundle.verify()
    assert bundle.manifest.training['processes'] == 2
    assert bundle.manifest.figures(2).accuracy > 0.5  # chance is 0.25


def test_goes_on_after_a_real_kill(tmp_path):
    arguments = ['train', *SMALL, '--epochs', '3']
    process = subprocess.Popen(
        [*COMMAND, *arguments, '--out', str(tmp_path / 'killed')],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if 'epoch   1' in line:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stderr.close()
    assert process.wait(60) == -signal.SIGKILL
    assert not (tmp_path / 'killed' / 'manifest.json').exists()
    done = run(*arguments, '--out', tmp_path / 'killed')
    assert done.returncode == 0, done.stderr
    assert 'going on after' in done.stderr
    assert run(*arguments, '--out', tmp_path / 'whole').returncode == 0
    first, second = (load_bundle(tmp_path / name).weights() for name in ('killed', 'whole'))
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])


@pytest.mark.parametrize(
    ('arguments', 'status', 'message'),
    [
        (['--data', 'generated', '--groups', '0'], 2, 'groups = 0: Input should be greater'),
        (['--data', 'generated', '--epochs', 'many'], 2, "invalid int value: 'many'"),
        (['--data', 'generated', '--learning-rate', 'nan'], 2, 'learning_rate = nan'),
        (['--data', 'generated', '--arch', 'vgg'], 1, "'vgg' is not known: choose one of"),
        (['--data', 'nowhere'], 1, 'nowhere is not a folder'),
    ],
)
def test_says_what_is_wrong_in_the_last_line(tmp_path, arguments, status, message):
    done = run('train', *arguments, '--out', tmp_path / 'out')
    assert done.returncode == status
    assert message in done.stderr.strip().splitlines()[-1]
    assert 'Traceback' not in done.stderr
    assert not (tmp_path / 'out').exists()


def test_evaluate_prints_one_json_object_without_torch(tmp_path, bundle_path):
    code = (
        'import sys; from dyn_perception.cli.main import main;'
        f'status = main(["evaluate", {str(bundle_path)!r}, "--data", "generated", "--json"]);'
        'assert "torch" not in sys.modules; sys.exit(status)'
    )
    done = run('-c', code, command=[sys.executable])
    assert done.returncode == 0, done.stderr
    widths = json.loads(done.stdout)['widths']
    assert [entry['width'] for entry in widths] == [1, 2]
    for entry in widths:
        assert set(entry) == {'width', 'top1', 'macs', 'params', 'bytes', 'ece'}
        assert 0 <= entry['top1'] <= 1
    assert widths[1]['macs'] == 2 * widths[0]['macs']


def test_evaluate_gives_the_same_with_both_engines(bundle_path):
    results = [
        json.loads(
            run('evaluate', bundle_path, '--data', 'generated', '--json', '--engine', name).stdout
        )['widths']
        for name in ('onnx', 'torch')
    ]
    for onnx, torch in zip(*results, strict=True):
        assert onnx['top1'] == pytest.approx(torch['top1'], abs=0.002)


def test_evaluate_prints_a_table(bundle_path):
    done = run('evaluate', bundle_path, '--data', 'generated')
    assert done.returncode == 0, done.stderr
    assert 'top-1' in done.stdout


def test_evaluate_prints_and_draws_the_confidence_curve(bundle_path, tmp_path):
    picture = tmp_path / 'curve.svg'
    options = ['evaluate', bundle_path, '--data', 'generated', '--confidence-curve', picture]
    done = run(*options)
    assert done.returncode == 0, done.stderr
    assert 'confidence_exit' in done.stdout
    assert '<svg' in picture.read_text()
    found = json.loads(run(*options, '--json').stdout)
    last = found['confidence_curve'][-1]
    assert (last['threshold'], last['top1']) == (0, found['widths'][-1]['top1'])
    done = run(*options[:-1], tmp_path / 'curve.nonsense')
    assert done.returncode != 0
    assert 'curve.nonsense' in done.stderr.strip().splitlines()[-1]
    assert 'Traceback' not in done.stderr


def test_export_rebuilds_the_onnx_files(bundle_path):
    before = (bundle_path / 'group_1.onnx').read_bytes()
    done = run('export', bundle_path)
    assert done.returncode == 0, done.stderr
    assert (bundle_path / 'group_1.onnx').read_bytes() == before


@pytest.mark.parametrize(
    ('command', 'reason'),
    [
        (
            ['evaluate', '--data', 'generated'],
            "'nowhere' is neither .* has alexnet, resnet",
        ),
        (['export'], 'nowhere is not a folder'),
    ],
)
def test_refuses_a_bundle_that_is_not_there(command, reason):
    done = run(*command, 'nowhere')
    assert done.returncode == 1
    assert re.search(reason, done.stderr.strip().splitlines()[-1])


def test_evaluate_takes_the_name_of_a_shipped_network():
    done = run('evaluate', 'resnet', '--data', 'nowhere')
    assert done.returncode == 1
    assert 'nowhere is not a folder' in done.stderr  # the data, after the network was found


def test_refuses_to_write_into_the_data(tmp_path):
    (tmp_path / 'data' / 'a').mkdir(parents=True)
    for out in (tmp_path / 'data', tmp_path / 'data' / 'out'):
        done = run('train', '--data', tmp_path / 'data', '--out', out)
        assert done.returncode == 1
        assert 'lies in the data folder' in done.stderr.strip().splitlines()[-1]
    (tmp_path / 'file').write_text('')
    done = run('train', '--data', 'generated', '--out', tmp_path / 'file')
    assert 'is a file: give an output folder' in done.stderr.strip().splitlines()[-1]


def test_evaluate_says_that_training_is_not_finished(tmp_path):
    (tmp_path / 'training').mkdir()
    done = run('evaluate', tmp_path, '--data', 'generated')
    assert 'not finished: give the same train command again' in done.stderr
