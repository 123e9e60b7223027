# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Limits that hold only while somebody keeps asking for them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dyn_perception.board.errors import BoardError

LONGEST_LEASE_S = 3600.0


@dataclass(frozen=True)
class Lease:
    """A lease on the limit of one actuator.

    Attributes:
        before_mhz: what each of its files held before the lease.
        until_s: when it lapses, on the monotonic clock.
    """

    before_mhz: Mapping[str, float]
    until_s: float


def check_lease(lease_s: float) -> float:
    """Return the length of a lease; 0 stands for none.

    Raises:
        BoardError: if it is not within 0...3600 s.
    """
    if not (math.isfinite(lease_s) and 0 <= lease_s <= LONGEST_LEASE_S):
        raise BoardError(
            f'lease {lease_s:g} s is out of range 0...{LONGEST_LEASE_S:g} s: '
            'renew a lease rather than ask for a long one'
        )
    return lease_s
