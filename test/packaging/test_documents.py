# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Links in the documents lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob('*.md'), *ROOT.glob('doc/*.md'), *ROOT.glob('resource/**/*.md')]


@pytest.mark.parametrize('document', DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document):
    targets = re.findall(r'\]\(([^)#\s]+)[^)]*\)', document.read_text())
    local = [target for target in targets if '://' not in target]
    missing = [target for target in local if not (document.parent / target).exists()]
    assert not missing
