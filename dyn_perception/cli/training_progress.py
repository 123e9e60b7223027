# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The progress of a training run in the terminal."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dyn_perception.training.recipe import Recipe
from dyn_perception.training.run import TrainingRun


class TrainingProgress:
    """A progress bar over the whole run and a line for each epoch, on standard error."""

    def __init__(self, recipe: Recipe, *, visible: bool) -> None:
        self._recipe = recipe
        self._console = Console(stderr=True, quiet=not visible, highlight=False)
        self._bar = Progress(
            TextColumn('{task.description}'),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn('epochs, remaining'),
            TimeRemainingColumn(),
            console=self._console,
            speed_estimate_period=600,
        )
        self._task = self._bar.add_task('training', total=recipe.groups * recipe.epochs)
        self._steps = 1

    def __enter__(self) -> 'TrainingProgress':
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def announce(self, run: TrainingRun) -> None:
        """Say what is trained, and where a resumed run goes on."""
        data = run.data
        self._console.print(
            f'{self._recipe.architecture}, {self._recipe.groups} groups of '
            f'{self._recipe.epochs} epochs, batches of {self._recipe.batch_size}, learning rate '
            f'{self._recipe.learning_rate:g}; {data.name}: {len(data.training)} training and '
            f'{len(data.validation)} validation images, {len(data.training.labels)} classes'
        )
        if run.resumed:
            self._console.print(f'going on after {len(run.checkpoint.history)} epochs')
        self._bar.update(self._task, completed=len(run.checkpoint.history))

    def start_epoch(self, group: int, epoch: int, steps: int) -> None:
        """Name the group and epoch that run."""
        self._steps = steps
        self._bar.update(
            self._task, description=f'group {group} epoch {epoch + 1}/{self._recipe.epochs}'
        )

    def step(self) -> None:
        """Move the bar by one step's share of an epoch."""
        self._bar.advance(self._task, 1 / self._steps)

    def end_epoch(self, row: dict[str, float]) -> None:
        """Print one epoch's figures."""
        completed = (row['group'] - 1) * self._recipe.epochs + row['epoch']
        self._bar.update(self._task, completed=completed)
        self._console.print(
            f'group {row["group"]:.0f} epoch {row["epoch"]:3.0f}  loss {row["training_loss"]:.3f}'
            f'  validation: group alone {100 * row["own_accuracy"]:.2f} %, '
            f'width {row["group"]:.0f} {100 * row["sum_accuracy"]:.2f} %'
            f'  ({row["seconds"]:.0f} s)'
        )
