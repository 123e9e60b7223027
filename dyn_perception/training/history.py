# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The course of a run, as a table and as curves."""

import csv
import io
from pathlib import Path

from dyn_perception.training.checkpoint import replace_file

COLUMNS = (
    'group',
    'epoch',
    'learning_rate',
    'training_loss',
    'own_accuracy',
    'sum_accuracy',
    'seconds',
)


def write_history(path: Path, history: list[dict[str, float]]) -> None:
    """Write one row an epoch as CSV: accuracies on the validation images, 0...1.

    Raises:
        OSError: if the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in history:
        writer.writerow({name: f'{row[name]:.6g}' for name in COLUMNS})
    replace_file(path, text.getvalue().encode())


def plot_history(path: Path, history: list[dict[str, float]], title: str) -> None:
    """Draw validation accuracy and training loss over all epochs as a PNG picture.

    Raises:
        OSError: if the file cannot be written.
    """
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, (accuracy, loss) = pyplot.subplots(1, 2, figsize=(11, 4), layout='constrained')
    for group in sorted({int(row['group']) for row in history}):
        places = [place for place, row in enumerate(history, start=1) if row['group'] == group]
        rows = [history[place - 1] for place in places]
        colour = f'C{group - 1}'
        name = f'width {group}'
        accuracy.plot(places, [100 * row['sum_accuracy'] for row in rows], colour, label=name)
        accuracy.plot(places, [100 * row['own_accuracy'] for row in rows], colour, ls=':')
        loss.plot(places, [row['training_loss'] for row in rows], colour, label=f'group {group}')
    accuracy.set(xlabel='epoch', ylabel='top-1 on validation images (%)')
    accuracy.set_title(f'{title}: sum of the groups (dotted: the new group alone)', fontsize=10)
    loss.set(xlabel='epoch', ylabel='training loss', title='loss of the group in training')
    accuracy.legend()
    loss.legend()
    for axes in (accuracy, loss):
        axes.grid(alpha=0.3)
    picture = io.BytesIO()
    figure.savefig(picture, format='png', dpi=110)
    pyplot.close(figure)
    replace_file(path, picture.getvalue())
