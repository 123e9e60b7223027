# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Any data set laid out as one folder of image files per class."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.errors import DataError
from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.images.resizing import resize_image

IMAGE_SUFFIXES = frozenset({'.png', '.jpg', '.jpeg', '.bmp', '.webp', '.ppm', '.pgm', '.tif'})

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClassFolder:
    """The files of a class folder: `class_ids[i]` is the index in `labels` of `files[i]`."""

    labels: tuple[str, ...]
    files: list[Path]
    class_ids: list[int]


def list_class_folder(folder: Path) -> ClassFolder:
    """List the image files below the class folders of `folder`, without reading them.

    Classes are the sub-folders that hold an image, in alphabetical order; a class without any
    image is left out with a warning.

    Raises:
        DataError: if `folder` does not exist or holds no class folder with images.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f'{folder} is not a folder: give a folder with one sub-folder per class')
    labels: list[str] = []
    files: list[Path] = []
    class_ids: list[int] = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if place.name.startswith('.'):
            continue
        found = sorted(path for path in place.rglob('*') if path.suffix.lower() in IMAGE_SUFFIXES)
        if not found:
            _logger.warning('class folder %s holds no images and is left out', place)
            continue
        files += found
        class_ids += [len(labels)] * len(found)
        labels.append(place.name)
    if not files:
        raise DataError(
            f'{folder} holds no images in class folders: put the images of each class in a '
            f'sub-folder with the name of the class ({", ".join(sorted(IMAGE_SUFFIXES))})'
        )
    return ClassFolder(tuple(labels), files, class_ids)


def read_class_folder(
    folder: Path, size: tuple[int, int], labels: tuple[str, ...] | None = None
) -> LabelledImages:
    """Read all images of a class folder at one size.

    Args:
        folder: one sub-folder per class.
        size: height and width that every image is resized to, in pixels, in the way that the
            robot resizes camera images.
        labels: the class names, in the order of their ids; by default the sub-folders' names.

    Raises:
        DataError: if there are no readable images, or a class that `labels` does not name.
    """
    listing = list_class_folder(folder)
    labels = listing.labels if labels is None else labels
    strangers = sorted(set(listing.labels) - set(labels))
    if strangers:
        raise DataError(
            f'{folder} has classes that are not known: {", ".join(strangers)}; '
            f'the known ones are {", ".join(labels)}'
        )
    images: list[NDArray[np.uint8]] = []
    class_ids: list[int] = []
    unreadable: list[Path] = []
    for path, class_id in zip(listing.files, listing.class_ids, strict=True):
        # Its stub denies it, but None is what an unreadable file gives.
        image = cast('NDArray[np.uint8] | None', cv2.imread(str(path), cv2.IMREAD_COLOR))
        if image is None:
            unreadable.append(path)
            continue
        images.append(
            resize_image(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8), *size)
        )
        class_ids.append(labels.index(listing.labels[class_id]))
    for path in unreadable[:10]:
        _logger.warning('%s cannot be read as an image and is left out', path)
    if len(unreadable) > 10:
        _logger.warning('... and %d more files that cannot be read', len(unreadable) - 10)
    if not images:
        raise DataError(
            f'none of the {len(unreadable)} files below {folder} can be read as an image: '
            'replace them with valid image files'
        )
    return LabelledImages(np.stack(images), np.asarray(class_ids, np.int64), labels)
