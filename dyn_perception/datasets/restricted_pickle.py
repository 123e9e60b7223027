# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""An unpickler for CIFAR-10's official Python files that can build nothing else.

Those files are pickles, and a pickle may name any function to be called while it is read. This
one resolves only the names that a pickled NumPy array needs and refuses every other one.
"""

import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.errors import DataError


def _latin_bytes(text: str, encoding: str) -> bytes:
    """Stand in for `_codecs.encode`, by which Python 2 protocols spell bytes."""
    if encoding != 'latin1':
        raise DataError(
            f'encoding {encoding!r} in a pickled array: only latin1 occurs in CIFAR-10'
        )
    return text.encode(encoding)


def _empty_array(kind: type, shape: tuple[int, ...], code: bytes) -> NDArray[np.uint8]:
    """Stand in for `numpy.core.multiarray._reconstruct`; the state is set afterwards."""
    if kind is not np.ndarray or shape != (0,):
        raise DataError('a pickled object is not a plain NumPy array: the file is not CIFAR-10')
    return np.zeros(shape, np.uint8)


def _plain_type(code: bytes | str, align: int = 0, copy: int = 1) -> np.dtype[Any]:
    """Stand in for `numpy.dtype`; only bytes and integers occur, never objects."""
    text = code.decode('ascii') if isinstance(code, bytes) else code
    if text not in ('u1', 'i4', 'i8'):
        raise DataError(f'array type {text!r} in a pickle: CIFAR-10 holds only bytes and integers')
    return np.dtype(text)


_ALLOWED: dict[tuple[str, str], Callable[..., Any] | type] = {
    ('numpy', 'ndarray'): np.ndarray,
    ('numpy', 'dtype'): _plain_type,
    ('numpy.core.multiarray', '_reconstruct'): _empty_array,
    ('numpy._core.multiarray', '_reconstruct'): _empty_array,
    ('_codecs', 'encode'): _latin_bytes,
}


class _CifarUnpickler(pickle.Unpickler):
    """Resolves the allowed names only."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[(module, name)]
        except KeyError:
            raise DataError(
                f'the file wants to load {module}.{name}: only plain NumPy arrays are read, '
                'since a pickle can run code; get the official file or the binary version'
            ) from None


def read_cifar_pickle(content: bytes) -> dict[bytes, Any]:
    """Read one official CIFAR-10 Python file.

    Args:
        content: the file's bytes.

    Returns:
        The dictionary it holds, with keys as bytes.

    Raises:
        DataError: if the file names anything but plain NumPy arrays, or is damaged.
    """
    try:
        value = _CifarUnpickler(io.BytesIO(content), encoding='bytes').load()
    except DataError:
        raise
    except Exception as error:  # a damaged pickle raises nearly anything
        raise DataError(
            f'damaged CIFAR-10 Python file ({type(error).__name__}: {error}): download it again'
        ) from error
    if not isinstance(value, dict):
        raise DataError(f'the file holds a {type(value).__name__}, not a dictionary: not CIFAR-10')
    return value
