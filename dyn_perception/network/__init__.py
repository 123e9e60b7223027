# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the group-pruned CNN is: groups, architectures, and the bundle on disk."""
