# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What an ONNX file refers to, found without the ONNX library.

A tensor of an ONNX model may lie in another file, which nothing has checked; ONNX Runtime before
1.24 follows even absolute paths. The file is Protocol Buffers: numbered fields, of which only
those that lead to tensors are followed (onnx.proto3 of ONNX 1.17).
"""

from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, _LENGTH_DELIMITED, _FOUR_BYTES = 0, 1, 2, 5

# Message: field number -> message of the field.
_PARTS: dict[str, dict[int, str]] = {
    'model': {7: 'graph', 20: 'training_info', 25: 'function'},
    'training_info': {1: 'graph', 2: 'graph'},
    'function': {7: 'node', 11: 'attribute'},
    'graph': {1: 'node', 5: 'tensor', 15: 'sparse_tensor'},
    'node': {5: 'attribute'},
    'attribute': {
        5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse_tensor',
        23: 'sparse_tensor',
    },
    'sparse_tensor': {1: 'tensor', 2: 'tensor'},
    'tensor': {},
}  # fmt: skip
_EXTERNAL_DATA_FIELDS = frozenset({13, 14})  # external_data, data_location


def refers_to_other_files(content: bytes) -> bool:
    """Tell whether any tensor of an ONNX model lies in another file.

    Args:
        content: of the ONNX file.

    Raises:
        ValueError: if the content is no ONNX model.
    """
    waiting = [('model', memoryview(content))]
    while waiting:
        message, data = waiting.pop()
        parts = _PARTS[message]
        for number, value in _fields(data):
            if message == 'tensor' and number in _EXTERNAL_DATA_FIELDS:
                if value != 0:  # the default location, written out
                    return True
            elif number in parts:
                if isinstance(value, int):
                    raise ValueError(f'field {number} of a {message} is no message')
                waiting.append((parts[number], value))
    return False


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield number and value of each field of a message; fixed-size numbers as their bytes."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        kind = key & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield key >> 3, value
            continue
        if kind == _LENGTH_DELIMITED:
            length, position = _varint(data, position)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError(f'field of kind {kind} at byte {position}')
        end = position + length
        if end > len(data):
            raise ValueError(f'field of {length} bytes at byte {position} of {len(data)}')
        yield key >> 3, data[position:end]
        position = end


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, lowest first, and the position after it."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise ValueError('number at the end of the data')
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
    raise ValueError('number of more than ten bytes')
