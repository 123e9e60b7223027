# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a frame costs, how it ends on time, and where its groups run."""
