# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Cameras that stop and come back, played by a stand-in for the driver."""

import threading

import cv2
import numpy as np
import pytest

from dyn_perception.sources.camera import CameraSource
from dyn_perception.sources.frame_source import SourceError, SourceUnavailableError

LIMIT_S = 60.0


class Driver:
    """A camera that gives numbered frames while it is plugged in."""

    def __init__(self) -> None:
        self.plugged_in = threading.Event()
        self.plugged_in.set()
        self.next_frame = threading.Semaphore(0)
        self.failure: Exception | None = None
        self.devices = []
        self.released = 0
        self.number = 0
        self.refused = threading.Semaphore(0)

    def open(self, device):
        self.devices.append(device)
        return DriverCapture(self)

    def give(self, count: int = 1) -> None:
        self.next_frame.release(count)

    def unplug(self) -> None:
        self.plugged_in.clear()
        self.give()


class DriverCapture:
    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.opened = driver.plugged_in.is_set()
        if not self.opened:
            driver.refused.release()

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def read(self):
        self.driver.next_frame.acquire(timeout=LIMIT_S)
        if not self.driver.plugged_in.is_set():
            if self.driver.failure is not None:
                raise self.driver.failure
            return False, None
        self.driver.number += 1
        return True, np.full((2, 3, 3), self.driver.number, np.uint8)

    def release(self) -> None:
        self.driver.released += 1


@pytest.fixture
def driver():
    return Driver()


@pytest.fixture
def camera(driver):
    camera = CameraSource(
        3, wait_s=LIMIT_S, first_retry_s=0.01, longest_retry_s=0.02, open_capture=driver.open
    )
    yield camera
    driver.give(5)
    camera.close()


def test_frames_come_as_the_camera_gives_them(driver, camera):
    for number in (1, 2, 3):
        driver.give()
        frame = camera.read()
        assert frame is not None
        assert frame.image[0, 0, 0] == number
        assert (frame.label, frame.name) == ('', f'camera 3 frame {number}')
    assert camera.live
    assert camera.labels == ()
    assert driver.devices == [3]


def test_rewind_keeps_the_camera_open(driver, camera):
    camera.rewind()
    driver.give()
    assert camera.read() is not None
    assert driver.devices == [3]


@pytest.mark.parametrize('failure', [None, cv2.error('the device is gone')])
def test_a_camera_that_stops_and_comes_back(driver, camera, caplog, failure):
    driver.failure = failure
    driver.give()
    assert camera.read() is not None
    driver.unplug()
    for _ in range(3):  # attempts to open it while it is away
        assert driver.refused.acquire(timeout=LIMIT_S)
    driver.plugged_in.set()
    driver.give()
    frame = camera.read()
    assert frame is not None
    assert frame.image[0, 0, 0] == 2
    assert driver.released == len(driver.devices) - 1
    assert 'camera 3 has stopped and will be opened again' in caplog.text


def test_read_reports_a_silent_camera_and_can_be_called_again(driver):
    camera = CameraSource('/dev/video9', wait_s=0.01, open_capture=driver.open)
    with pytest.raises(SourceUnavailableError, match=r'video9 has given no frame for .*cable'):
        camera.read()
    driver.give()
    frame = None
    while frame is None:
        try:
            frame = camera.read()
        except SourceUnavailableError:
            continue
    assert frame.image[0, 0, 0] == 1
    driver.give()
    camera.close()


def test_close_ends_the_thread_and_gives_the_camera_back(driver, camera):
    driver.give(2)
    camera.close()
    assert driver.released == 1
    with pytest.raises(SourceError, match='closed: open it again'):
        camera.read()


def test_close_while_the_camera_is_away(driver, camera):
    driver.unplug()
    assert driver.refused.acquire(timeout=LIMIT_S)
    camera.close()
    assert driver.released == len(driver.devices)


def test_a_camera_that_is_not_there_at_the_start_is_an_error(driver):
    driver.plugged_in.clear()
    with pytest.raises(SourceError, match=r'camera 7 cannot be opened: .*/dev/video.*group video'):
        CameraSource(7, open_capture=driver.open)
    assert driver.released == 1


def test_no_such_device():
    with pytest.raises(SourceError, match='camera 987 cannot be opened'):
        CameraSource(987)
