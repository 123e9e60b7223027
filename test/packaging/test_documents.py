# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the documents name is there."""

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


@pytest.mark.parametrize('document', DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_modules_are_there(document):
    """Files of code go by their names, or by their last folders: `control/choice.py`."""
    named = re.findall(r'`([\w/]+\.py)`', document.read_text())
    files = [f'/{path.relative_to(ROOT)}' for path in ROOT.glob('*/**/*.py')]
    missing = [name for name in named if not any(file.endswith(f'/{name}') for file in files)]
    assert not missing
