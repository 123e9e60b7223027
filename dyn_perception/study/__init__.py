# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a study of policies needs: the plant in virtual time, scenarios, rivals, the oracle."""
