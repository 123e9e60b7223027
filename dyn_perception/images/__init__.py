# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Images as plain arrays: decoding, sizes, regions, and the slot for the newest one."""
