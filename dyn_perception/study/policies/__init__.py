# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The policies that the manager is compared with; all get the same table and observations."""
