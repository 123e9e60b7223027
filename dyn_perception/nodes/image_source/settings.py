# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameter table of the image_source node."""

from dataclasses import dataclass

from dyn_perception.nodes.common.parameter_table import ParameterError, parameter


@dataclass(frozen=True)
class ImageSourceSettings:
    """Parameters of the image_source node."""

    rate_hz: float = parameter(
        30.0,
        'Images published a second; a camera that gives fewer is published as it comes.',
        unit='Hz',
        minimum=0.01,
        maximum=1000,
    )
    loop: bool = parameter(
        True, 'Start again at the end of the source; false ends the node there, with status 0.'
    )
    source: str = parameter(
        'cifar10',
        'Name of shipped frames (cifar10, donkeycar), a folder of images or of class folders, '
        'a video file, a camera (camera:0 or /dev/video0), a rosbag2 folder or file, '
        'or a folder with CIFAR-10 in its binary layout.',
        fixed=True,
    )
    topic: str = parameter('', 'Image topic of a bag; empty: the only one there is.', fixed=True)
    mosaic: tuple[int, int] = parameter(
        (1, 1),
        'Grid [rows, columns] of images of the source in one published image, '
        'the counterpart of regions.',
        minimum=1,
        maximum=64,
        fixed=True,
    )
    image_size: tuple[int, int] = parameter(
        (0, 0),
        'Size [width, height] of published images; [0, 0]: as they are.',
        unit='pixels',
        minimum=0,
        maximum=16384,
        fixed=True,
    )
    frame_id: str = parameter('camera', 'Coordinate frame in the header of images.', fixed=True)
    encoding: str = parameter(
        'bgr8', 'Encoding of raw images.', choices=('bgr8', 'rgb8', 'mono8'), fixed=True
    )

    def __post_init__(self) -> None:
        """Refuse a size of which only one side is given."""
        if (self.image_size[0] == 0) != (self.image_size[1] == 0):
            raise ParameterError(
                f'image_size {list(self.image_size)} has one side of 0 pixels: '
                'give both, or [0, 0] to publish images as they are'
            )
