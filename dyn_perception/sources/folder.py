# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Folders of image files."""

import itertools
import logging
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from dyn_perception.datasets.class_folder import IMAGE_SUFFIXES, list_class_folder
from dyn_perception.datasets.errors import DataError
from dyn_perception.sources.frame_source import SourceError, SourceFrame
from dyn_perception.sources.stored_source import Entries, StoredSource, UnreadableImage

_logger = logging.getLogger(__name__)


class FolderSource(StoredSource):
    """The images of one folder, or of one sub-folder for each class.

    Frames come in natural order of their names (2 before 10). Classes take turns, so that any
    stretch of frames shows all of them.
    """

    def __init__(self, folder: Path) -> None:
        """List the files.

        Raises:
            SourceError: if there are no image files.
        """
        flat = _image_files(folder)
        if flat:
            folders = [path.name for path in folder.iterdir() if path.is_dir()]
            if folders:
                _logger.warning(
                    '%s holds images and folders: the folders %s are left out',
                    folder, ', '.join(sorted(folders)),
                )  # fmt: skip
            self._files = [(path, '') for path in flat]
        else:
            self.labels, self._files = _class_files(folder)
        super().__init__(str(folder))

    def _entries(self) -> Entries:
        for path, label in self._files:
            try:
                image: Any = cv2.imread(str(path), cv2.IMREAD_COLOR)
            except cv2.error as error:
                yield UnreadableImage(str(path), str(error))
                continue
            if image is None:
                yield UnreadableImage(str(path), 'it is damaged or no image')
            else:
                yield SourceFrame(np.asarray(image, np.uint8), label, str(path))


def natural_order(text: str) -> list[str | int]:
    """Return a key that sorts numbers within names by their value."""
    parts = re.split(r'(\d+)', text)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _image_files(folder: Path) -> list[Path]:
    files = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()
    ]
    return sorted(files, key=lambda path: natural_order(path.name))


def _class_files(folder: Path) -> tuple[tuple[str, ...], list[tuple[Path, str]]]:
    try:
        listing = list_class_folder(folder)
    except DataError as error:
        raise SourceError(
            f'{folder} holds no images, neither itself nor in class folders: give a folder with '
            f'image files ({", ".join(sorted(IMAGE_SUFFIXES))})'
        ) from error
    classes: list[list[tuple[Path, str]]] = [[] for _ in listing.labels]
    for path, class_id in zip(listing.files, listing.class_ids, strict=True):
        classes[class_id].append((path, listing.labels[class_id]))
    for files in classes:
        files.sort(key=lambda item: natural_order(item[0].relative_to(folder).as_posix()))
    turns = itertools.zip_longest(*classes)
    return listing.labels, [item for turn in turns for item in turn if item is not None]
